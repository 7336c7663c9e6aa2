"""``jwt_templates``: claims that every session JWT, or every M2M token, gets."""

from typing import Any

from msgspec.structs import replace

from mockstytch import errors
from mockstytch.domain.sessions import jwt_templates
from mockstytch.management.fields import ENVIRONMENT, EnvironmentPath
from mockstytch.runtime import Context
from mockstytch.store.records.projects import JwtTemplate
from mockstytch.surfaces.endpoint import Body, Endpoints

api = Endpoints()


class Get(EnvironmentPath):
    jwt_template_type: str


@api.get(ENVIRONMENT + "/jwt_templates/{jwt_template_type}")
def get(ctx: Context, req: Get) -> Body:
    """One that was never set adds nothing: ``{}``."""
    kind = _checked(req.jwt_template_type)
    return {
        "jwt_template": _shown(
            jwt_templates.find_template(ctx, kind) or JwtTemplate(template_type=kind, template_content="{}")
        )
    }


class Set(EnvironmentPath):
    jwt_template_type: str
    template_content: str = ""
    custom_audience: str = ""


@api.put(ENVIRONMENT + "/jwt_templates/{jwt_template_type}")
def set_(ctx: Context, req: Set) -> Body:
    kind = _checked(req.jwt_template_type)
    jwt_templates.validate(req.template_content, jwt_templates.roots(kind, ctx.project.vertical))
    made = JwtTemplate(template_type=kind, template_content=req.template_content, custom_audience=req.custom_audience)
    others = [t for t in ctx.project.settings.jwt_templates if t.template_type != kind]
    ctx.update_project(settings=replace(ctx.project.settings, jwt_templates=[*others, made]))
    return {"jwt_template": _shown(made)}


def _checked(kind: str) -> Any:
    """
    Raises:
        jwt_template_not_found: there is no such type of template.
    """
    if kind.upper() not in jwt_templates.ROOTS:
        raise errors.jwt_template_not_found(because=f"no type {kind}")
    return kind.upper()


def _shown(template: JwtTemplate) -> dict[str, Any]:
    return {
        "template_content": template.template_content,
        "custom_audience": template.custom_audience,
        "jwt_template_type": template.template_type,
    }
