"""``email_templates``: the look of e-mails. A template belongs to a project and exists in all of its environments."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from mockstytch import errors
from mockstytch.clock import position
from mockstytch.management import workspace
from mockstytch.management.fields import PROJECT, ProjectPath
from mockstytch.runtime import Context
from mockstytch.store.records.projects import DefaultEmailTemplate, EmailTemplate
from mockstytch.surfaces.endpoint import Body, Endpoints
from mockstytch.surfaces.fields import CaseInsensitiveEnum, FieldError
from mockstytch.values import Frozen

api = Endpoints()

_MAX_TEMPLATES = 100

_ALL = PROJECT + "/email_templates"
_ONE = _ALL + "/{template_id}"
_DEFAULT = PROJECT + "/default_email_templates/{email_template_type}"


class TemplateType(CaseInsensitiveEnum):
    LOGIN = "LOGIN"
    SIGNUP = "SIGNUP"
    INVITE = "INVITE"
    RESET_PASSWORD = "RESET_PASSWORD"
    ONE_TIME_PASSCODE = "ONE_TIME_PASSCODE"
    ONE_TIME_PASSCODE_SIGNUP = "ONE_TIME_PASSCODE_SIGNUP"
    VERIFY_EMAIL_PASSWORD_RESET = "VERIFY_EMAIL_PASSWORD_RESET"
    UNLOCK = "UNLOCK"
    PREBUILT = "PREBUILT"


class FontFamily(CaseInsensitiveEnum):
    ARIAL = "ARIAL"
    BRUSH_SCRIPT_MT = "BRUSH_SCRIPT_MT"
    COURIER_NEW = "COURIER_NEW"
    GEORGIA = "GEORGIA"
    HELVETICA = "HELVETICA"
    TAHOMA = "TAHOMA"
    TIMES_NEW_ROMAN = "TIMES_NEW_ROMAN"
    TREBUCHET_MS = "TREBUCHET_MS"
    VERDANA = "VERDANA"


class TextAlignment(CaseInsensitiveEnum):
    LEFT = "LEFT"
    CENTER = "CENTER"


# The variable that custom HTML of a type must contain, as the Terraform provider documents it.
_REQUIRED_VARIABLES = {
    **dict.fromkeys((TemplateType.LOGIN, TemplateType.SIGNUP, TemplateType.INVITE), "magic_link_url"),
    **dict.fromkeys((TemplateType.ONE_TIME_PASSCODE, TemplateType.ONE_TIME_PASSCODE_SIGNUP), "otp_code"),
    **dict.fromkeys((TemplateType.RESET_PASSWORD, TemplateType.VERIFY_EMAIL_PASSWORD_RESET), "reset_password_url"),
}


class SenderInformation(Frozen):
    from_local_part: str | None = None
    from_domain: str | None = None
    from_name: str | None = None
    reply_to_local_part: str | None = None
    reply_to_name: str | None = None


class PrebuiltCustomization(Frozen):
    button_border_radius: float | None = None
    button_color: str | None = None
    button_text_color: str | None = None
    font_family: FontFamily | None = None
    text_alignment: TextAlignment | None = None


class CustomHtmlCustomization(Frozen):
    template_type: TemplateType | None = None
    html_content: str | None = None
    plaintext_content: str | None = None
    subject: str | None = None


class TemplateFields(ProjectPath):
    """The fields of a template that a request can set."""

    name: str | None = None
    sender_information: SenderInformation | None = None
    prebuilt_customization: PrebuiltCustomization | None = None
    custom_html_customization: CustomHtmlCustomization | None = None


class Create(TemplateFields):
    template_id: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._-]{1,128}\Z"), FieldError(errors.invalid_template_id)]


@api.post(_ALL)
def create(ctx: Context, req: Create) -> Body:
    """Create a template.

    Raises:
        duplicate_email_template_vanity_id: if the project has a template with this id.
        too_many_email_templates: if the project has 100 templates.
    """
    workspace.project(ctx, req.project_slug)
    count = len(ctx.store.all(EmailTemplate, project_slug=req.project_slug))
    workspace.require_room(ctx, count, _MAX_TEMPLATES, errors.too_many_email_templates())
    _require_valid(req)
    template = EmailTemplate(
        project_slug=req.project_slug, template_id=req.template_id, position=position(), **_columns(req)
    )
    template = ctx.store.insert(template, template_id=errors.duplicate_email_template_vanity_id)
    return {"email_template": _serialize(template)}


class TemplatePath(ProjectPath):
    """The project and the template in the path."""

    template_id: str


@api.get(_ONE)
def get(ctx: Context, req: TemplatePath) -> Body:
    """Return a template."""
    return {"email_template": _serialize(_get_template(ctx, req.project_slug, req.template_id))}


@api.get(_ALL)
def get_all(ctx: Context, req: ProjectPath) -> Body:
    """Return all templates of a project, oldest first."""
    workspace.project(ctx, req.project_slug)
    templates = sorted(ctx.store.all(EmailTemplate, project_slug=req.project_slug), key=lambda t: t.position)
    return {"email_templates": [_serialize(template) for template in templates]}


class Update(TemplateFields):
    template_id: str


@api.put(_ONE)
def update(ctx: Context, req: Update) -> Body:
    """Replace all fields of a template. Without a customization in the request, the customization stays."""
    template = _get_template(ctx, req.project_slug, req.template_id)
    columns = _columns(req)
    if req.prebuilt_customization or req.custom_html_customization:
        _require_valid(req)
    else:
        columns |= {name: getattr(template, name) for name in ("prebuilt_customization", "custom_html_customization")}
    return {"email_template": _serialize(ctx.store.update(template, **columns))}


@api.delete(_ONE)
def delete(ctx: Context, req: TemplatePath) -> Body:
    """Delete a template.

    Raises:
        cannot_delete_default_email_template: if the template is the default of a type.
    """
    template = _get_template(ctx, req.project_slug, req.template_id)
    if ctx.store.find(DefaultEmailTemplate, project_slug=req.project_slug, template_id=req.template_id):
        raise errors.cannot_delete_default_email_template()
    ctx.store.delete(template)
    return {}


class DefaultPath(ProjectPath):
    """The project and the type of template in the path."""

    email_template_type: TemplateType


@api.get(_DEFAULT)
def get_default(ctx: Context, req: DefaultPath) -> Body:
    """Return the id of the default template of a type.

    Raises:
        email_template_not_found: if the type has no default template.
    """
    default = _find_default(ctx, req)
    if default is None:
        raise errors.email_template_not_found(because=f"no default for {req.email_template_type}")
    return {"template_id": default.template_id}


class SetDefault(DefaultPath):
    template_id: str = ""


@api.post(_DEFAULT)
def set_default(ctx: Context, req: SetDefault) -> Body:
    """Make a template the default of a type.

    Raises:
        invalid_email_template_parameters: if the template has custom HTML of another type.
    """
    template = _get_template(ctx, req.project_slug, req.template_id)
    custom = template.custom_html_customization
    if (custom["template_type"] if custom else "PREBUILT") not in (req.email_template_type, "PREBUILT"):
        raise errors.invalid_email_template_parameters(because="the template has another type")
    if default := _find_default(ctx, req):
        ctx.store.update(default, template_id=req.template_id)
    else:
        ctx.store.insert(
            DefaultEmailTemplate(
                project_slug=req.project_slug,
                template_type=req.email_template_type.value,
                template_id=req.template_id,
            )
        )
    return {}


@api.delete(_DEFAULT)
def unset_default(ctx: Context, req: DefaultPath) -> Body:
    """Remove the default template of a type.

    Raises:
        cannot_delete_default_email_template: if the type is PREBUILT. Its default can only be replaced.
    """
    default = _find_default(ctx, req)
    if req.email_template_type is TemplateType.PREBUILT:
        raise errors.cannot_delete_default_email_template()
    if default:
        ctx.store.delete(default)
    return {}


def _find_default(ctx: Context, req: DefaultPath) -> DefaultEmailTemplate | None:
    slug = workspace.project(ctx, req.project_slug).project_slug
    return ctx.store.find(DefaultEmailTemplate, project_slug=slug, template_type=req.email_template_type.value)


def _get_template(ctx: Context, project_slug: str, template_id: str) -> EmailTemplate:
    """Return a template.

    Raises:
        email_template_not_found: if the project has no such e-mail template.
    """
    workspace.project(ctx, project_slug)
    template = ctx.store.find(EmailTemplate, project_slug=project_slug, template_id=template_id)
    if template is None:
        raise errors.email_template_not_found(because=template_id)
    return template


def _require_valid(req: TemplateFields) -> None:
    """Check the customization of a template.

    Raises:
        invalid_email_template_parameters: if the request doesn't have exactly one customization, or custom HTML has no
            template_type or no sender_information.
        invalid_email_subject: if the subject is missing or has several lines.
        invalid_email_html: if the HTML is missing, or doesn't contain the variable that its type requires.
        invalid_email_plaintext: if the plain text is missing, or doesn't contain the variable that its type requires.
    """
    custom = req.custom_html_customization
    if bool(custom) == bool(req.prebuilt_customization):
        raise errors.invalid_email_template_parameters(because="exactly one customization is required")
    if custom is None:
        return
    if req.sender_information is None or custom.template_type in (None, TemplateType.PREBUILT):
        raise errors.invalid_email_template_parameters(
            because="custom HTML requires sender_information and template_type"
        )
    if not custom.subject or "\n" in custom.subject:
        raise errors.invalid_email_subject()
    variable = _REQUIRED_VARIABLES.get(custom.template_type) if custom.template_type else None
    tag = f"{{{{{variable}}}}}" if variable else ""
    if not custom.html_content or tag not in custom.html_content.replace(" ", ""):
        raise errors.invalid_email_html(because=f"{tag} is missing")
    if not custom.plaintext_content or tag not in custom.plaintext_content.replace(" ", ""):
        raise errors.invalid_email_plaintext(because=f"{tag} is missing")


def _columns(req: TemplateFields) -> dict[str, Any]:
    return {
        "name": req.name,
        "sender_information": msgspec.to_builtins(req.sender_information),
        "prebuilt_customization": msgspec.to_builtins(req.prebuilt_customization),
        "custom_html_customization": msgspec.to_builtins(req.custom_html_customization),
    }


def _serialize(template: EmailTemplate) -> dict[str, Any]:
    return {
        "template_id": template.template_id,
        "name": template.name,
        "sender_information": template.sender_information,
        "prebuilt_customization": template.prebuilt_customization,
        "custom_html_customization": template.custom_html_customization,
    }
