"""``jwt_templates``: custom claims for session JWTs and M2M tokens."""

from typing import Any

from msgspec.structs import replace

from mockstytch import errors
from mockstytch.domain.sessions import jwt_templates
from mockstytch.management.fields import ENVIRONMENT, EnvironmentPath
from mockstytch.runtime import Context
from mockstytch.store.records.projects import JwtTemplate
from mockstytch.surfaces.endpoint import Body, Endpoints

api = Endpoints()


class TemplatePath(EnvironmentPath):
    """The environment and the type of template in the path."""

    jwt_template_type: str


@api.get(ENVIRONMENT + "/jwt_templates/{jwt_template_type}")
def get(ctx: Context, req: TemplatePath) -> Body:
    """Return the template of a type. One that was never set is ``{}``."""
    template_type = _template_type(req.jwt_template_type)
    template = jwt_templates.find_template(ctx, template_type)
    return {"jwt_template": _serialize(template or JwtTemplate(template_type=template_type, template_content="{}"))}


class Set(TemplatePath):
    template_content: str = ""
    custom_audience: str = ""


@api.put(ENVIRONMENT + "/jwt_templates/{jwt_template_type}")
def set_(ctx: Context, req: Set) -> Body:
    """Replace the template of a type."""
    template_type = _template_type(req.jwt_template_type)
    jwt_templates.validate(req.template_content, jwt_templates.roots(template_type, ctx.project.vertical))
    template = JwtTemplate(
        template_type=template_type, template_content=req.template_content, custom_audience=req.custom_audience
    )
    others = [t for t in ctx.project.settings.jwt_templates if t.template_type != template_type]
    ctx.update_project(settings=replace(ctx.project.settings, jwt_templates=[*others, template]))
    return {"jwt_template": _serialize(template)}


def _template_type(name: str) -> Any:
    """Return the type with this name, in any case.

    Raises:
        jwt_template_not_found: if the type isn't SESSION or M2M.
    """
    if name.upper() not in jwt_templates.ROOTS:
        raise errors.jwt_template_not_found(because=f"no type {name}")
    return name.upper()


def _serialize(template: JwtTemplate) -> dict[str, Any]:
    return {
        "template_content": template.template_content,
        "custom_audience": template.custom_audience,
        "jwt_template_type": template.template_type,
    }
