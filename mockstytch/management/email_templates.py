"""``email_templates``: how mails look. They belong to a project, and so to all its environments."""

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


# what a message of a type is about, and must have in it: the provider for Terraform says so
_NEEDS = {
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


class Fields(ProjectPath):
    name: str | None = None
    sender_information: SenderInformation | None = None
    prebuilt_customization: PrebuiltCustomization | None = None
    custom_html_customization: CustomHtmlCustomization | None = None


class Create(Fields):
    template_id: Annotated[str, Meta(pattern=r"\A[A-Za-z0-9._-]{1,128}\Z"), FieldError(errors.invalid_template_id)]


@api.post(_ALL)
def create(ctx: Context, req: Create) -> Body:
    """
    Raises:
        duplicate_email_template_vanity_id: the project has a template with this id.
    """
    workspace.project(ctx, req.project_slug)
    _check(req)
    made = EmailTemplate(project_slug=req.project_slug, template_id=req.template_id, position=position(), **_given(req))
    return {"email_template": _shown(ctx.store.insert(made, template_id=errors.duplicate_email_template_vanity_id()))}


class OfTemplate(ProjectPath):
    template_id: str


class Get(OfTemplate):
    pass


@api.get(_ONE)
def get(ctx: Context, req: Get) -> Body:
    return {"email_template": _shown(_find(ctx, req.project_slug, req.template_id))}


class GetAll(ProjectPath):
    pass


@api.get(_ALL)
def get_all(ctx: Context, req: GetAll) -> Body:
    workspace.project(ctx, req.project_slug)
    found = sorted(ctx.store.all(EmailTemplate, project_slug=req.project_slug), key=lambda t: t.position)
    return {"email_templates": [_shown(template) for template in found]}


class Update(Fields):
    template_id: str


@api.put(_ONE)
def update(ctx: Context, req: Update) -> Body:
    """Set all of it, but for the customization: without one it stays."""
    template = _find(ctx, req.project_slug, req.template_id)
    given = _given(req)
    if req.prebuilt_customization or req.custom_html_customization:
        _check(req)
    else:
        given |= {name: getattr(template, name) for name in ("prebuilt_customization", "custom_html_customization")}
    return {"email_template": _shown(ctx.store.update(template, **given))}


class Delete(OfTemplate):
    pass


@api.delete(_ONE)
def delete(ctx: Context, req: Delete) -> Body:
    """
    Raises:
        cannot_delete_default_email_template: it is the default of a type.
    """
    gone = _find(ctx, req.project_slug, req.template_id)
    if ctx.store.find(DefaultEmailTemplate, project_slug=req.project_slug, template_id=req.template_id):
        raise errors.cannot_delete_default_email_template()
    ctx.store.delete(gone)
    return {}


class OfDefault(ProjectPath):
    email_template_type: TemplateType


class GetDefault(OfDefault):
    pass


@api.get(_DEFAULT)
def get_default(ctx: Context, req: GetDefault) -> Body:
    """
    Raises:
        email_template_not_found: the type has no default.
    """
    found = _default(ctx, req)
    if found is None:
        raise errors.email_template_not_found(because=f"no default for {req.email_template_type}")
    return {"template_id": found.template_id}


class SetDefault(OfDefault):
    template_id: str = ""


@api.post(_DEFAULT)
def set_default(ctx: Context, req: SetDefault) -> Body:
    """
    Raises:
        invalid_email_template_parameters: a custom HTML template of another type.
    """
    template = _find(ctx, req.project_slug, req.template_id)
    custom = template.custom_html_customization
    if (custom["template_type"] if custom else "PREBUILT") not in (req.email_template_type, "PREBUILT"):
        raise errors.invalid_email_template_parameters(because="the template is of another type")
    if present := _default(ctx, req):
        ctx.store.update(present, template_id=req.template_id)
    else:
        ctx.store.insert(
            DefaultEmailTemplate(
                project_slug=req.project_slug,
                template_type=req.email_template_type.value,
                template_id=req.template_id,
            )
        )
    return {}


class UnsetDefault(OfDefault):
    pass


@api.delete(_DEFAULT)
def unset_default(ctx: Context, req: UnsetDefault) -> Body:
    """
    Raises:
        cannot_delete_default_email_template: the default of prebuilt ones can only be replaced.
    """
    present = _default(ctx, req)
    if req.email_template_type is TemplateType.PREBUILT:
        raise errors.cannot_delete_default_email_template()
    if present:
        ctx.store.delete(present)
    return {}


def _default(ctx: Context, req: OfDefault) -> DefaultEmailTemplate | None:
    slug = workspace.project(ctx, req.project_slug).project_slug
    return ctx.store.find(DefaultEmailTemplate, project_slug=slug, template_type=req.email_template_type.value)


def _find(ctx: Context, project_slug: str, template_id: str) -> EmailTemplate:
    """
    Raises:
        email_template_not_found: the project has no such template.
    """
    workspace.project(ctx, project_slug)
    found = ctx.store.find(EmailTemplate, project_slug=project_slug, template_id=template_id)
    if found is None:
        raise errors.email_template_not_found(because=template_id)
    return found


def _check(req: Fields) -> None:
    """
    Raises:
        invalid_email_template_parameters: not exactly one customization, or custom HTML without type or sender.
        invalid_email_subject: no subject, or one of several lines.
        invalid_email_html, invalid_email_plaintext: the link or the code that the mail is about isn't in it.
    """
    custom = req.custom_html_customization
    if bool(custom) == bool(req.prebuilt_customization):
        raise errors.invalid_email_template_parameters(because="one customization of the two is needed")
    if custom is None:
        return
    if req.sender_information is None or custom.template_type in (None, TemplateType.PREBUILT):
        raise errors.invalid_email_template_parameters(because="custom HTML needs sender_information and a type")
    if not custom.subject or "\n" in custom.subject:
        raise errors.invalid_email_subject()
    needed = _NEEDS.get(custom.template_type) if custom.template_type else None
    wanted = f"{{{{{needed}}}}}" if needed else ""
    if not custom.html_content or wanted not in custom.html_content.replace(" ", ""):
        raise errors.invalid_email_html(because=f"{wanted} is missing")
    if not custom.plaintext_content or wanted not in custom.plaintext_content.replace(" ", ""):
        raise errors.invalid_email_plaintext(because=f"{wanted} is missing")


def _given(req: Fields) -> dict[str, Any]:
    return {
        "name": req.name,
        "sender_information": msgspec.to_builtins(req.sender_information),
        "prebuilt_customization": msgspec.to_builtins(req.prebuilt_customization),
        "custom_html_customization": msgspec.to_builtins(req.custom_html_customization),
    }


def _shown(template: EmailTemplate) -> dict[str, Any]:
    return {
        "template_id": template.template_id,
        "name": template.name,
        "sender_information": template.sender_information,
        "prebuilt_customization": template.prebuilt_customization,
        "custom_html_customization": template.custom_html_customization,
    }
