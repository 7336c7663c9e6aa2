"""``environments``: each is a project of this server, with settings of its own."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from mockstytch import errors, wire
from mockstytch.api import project as project_api
from mockstytch.clock import position
from mockstytch.domain.sessions import jwt_templates
from mockstytch.domain.shared import redirects
from mockstytch.errors import StytchError
from mockstytch.management import workspace
from mockstytch.management.fields import ENVIRONMENT, PROJECT, EnvironmentPath, EnvironmentType, Name, ProjectPath, Slug
from mockstytch.runtime import Context
from mockstytch.store.records.credentials import Password
from mockstytch.store.records.projects import (
    Environment,
    ManagementProject,
    Project,
    ProjectSettings,
    managed_project_settings,
)
from mockstytch.surfaces.endpoint import Body, Endpoints
from mockstytch.surfaces.fields import UNSET, FieldError, Maybe

api = Endpoints()

Threshold = Annotated[int, Meta(ge=1, le=2**31 - 1), FieldError(errors.invalid_user_lock_threshold)]
Seconds = Annotated[int, Meta(ge=1, le=2**31 - 1), FieldError(errors.invalid_user_lock_ttl)]
_LOCK = {
    "user_lock_self_serve_enabled": "self_serve_enabled",
    "user_lock_threshold": "threshold",
    "user_lock_ttl": "ttl_seconds",
}
_CLAIMS = "idp_dynamic_client_registration_access_token_template_content"


class Create(ProjectPath):
    name: Name
    type: EnvironmentType = EnvironmentType.TEST
    environment_slug: Slug = ""
    cross_org_passwords_enabled: Maybe[bool] = UNSET
    user_impersonation_enabled: Maybe[bool] = UNSET
    zero_downtime_session_migration_url: Maybe[str] = UNSET
    user_lock_self_serve_enabled: Maybe[bool] = UNSET
    user_lock_threshold: Maybe[Threshold] = UNSET
    user_lock_ttl: Maybe[Seconds] = UNSET
    idp_authorization_url: Maybe[str] = UNSET
    idp_dynamic_client_registration_enabled: Maybe[bool] = UNSET
    idp_dynamic_client_registration_access_token_template_content: Maybe[str] = UNSET


@api.post(PROJECT + "/environments")
def create(ctx: Context, req: Create) -> Body:
    """An environment, usable at once with a secret that is made for it.

    Raises:
        bad_request: the slug is taken, or the project has a live environment already.
    """
    parent = workspace.written(ctx, req.project_slug)
    present = dict(workspace.environments(ctx, parent.project_slug))
    if req.type is EnvironmentType.LIVE and any(p.kind == "live" for p in present.values()):
        raise errors.bad_request(because="a project has one live environment at most")
    slug = req.environment_slug or workspace.free_slug(ctx, req.name, set(present))
    if slug in present:
        raise workspace.slug_taken(slug)
    made = _new(ctx, parent, req)
    ctx.store.for_project(made.project_id).insert(made)
    row = Environment(
        project_slug=parent.project_slug,
        environment_slug=slug,
        environment_project_id=made.project_id,
        position=made.position,
    )
    workspace.rows(ctx).insert(row, environment_slug=workspace.slug_taken(slug))
    return {"environment": _shown(made, parent.project_slug, slug)}


class Get(EnvironmentPath):
    pass


@api.get(ENVIRONMENT)
def get(ctx: Context, req: Get) -> Body:
    return {"environment": _shown(ctx.project, req.project_slug, req.environment_slug)}


class GetAll(ProjectPath):
    pass


@api.get(PROJECT + "/environments")
def get_all(ctx: Context, req: GetAll) -> Body:
    found = workspace.environments(ctx, req.project_slug)
    return {"environments": [_shown(project, req.project_slug, slug) for slug, project in found]}


class Update(EnvironmentPath):
    name: Maybe[Name] = UNSET
    cross_org_passwords_enabled: Maybe[bool] = UNSET
    user_impersonation_enabled: Maybe[bool] = UNSET
    zero_downtime_session_migration_url: Maybe[str] = UNSET
    use_custom_domain_in_magic_link_emails: Maybe[bool] = UNSET
    user_lock_self_serve_enabled: Maybe[bool] = UNSET
    user_lock_threshold: Maybe[Threshold] = UNSET
    user_lock_ttl: Maybe[Seconds] = UNSET
    idp_authorization_url: Maybe[str] = UNSET
    idp_dynamic_client_registration_enabled: Maybe[bool] = UNSET
    idp_dynamic_client_registration_access_token_template_content: Maybe[str] = UNSET


@api.patch(ENVIRONMENT)
def update(ctx: Context, req: Update) -> Body:
    """
    Raises:
        cannot_toggle_cross_org_passwords_when_password_in_use: somebody has a password.
    """
    changes = req.changes()
    name = changes.pop("name", ctx.project.name)
    settings = _changed(ctx.project.settings, ctx.project.vertical, changes)
    toggled = settings.cross_org_passwords_enabled != ctx.project.settings.cross_org_passwords_enabled
    if toggled and ctx.store.exists(ctx.store.query(Password)):
        raise errors.cannot_toggle_cross_org_passwords_when_password_in_use()
    ctx.update_project(name=name, settings=settings)
    return {"environment": _shown(ctx.project, req.project_slug, req.environment_slug)}


class Delete(EnvironmentPath):
    pass


@api.delete(ENVIRONMENT)
def delete(ctx: Context, req: Delete) -> Body:
    """The environment goes, with whoever is in it. Its secrets open nothing any more."""
    workspace.written(ctx, req.project_slug)
    workspace.remove(ctx, ctx.project)
    return {}


class GetMetrics(EnvironmentPath):
    pass


@api.get(ENVIRONMENT + "/metrics")
def get_metrics(ctx: Context, req: GetMetrics) -> Body:
    """How many organizations, members and so on there are, as ``project.metrics`` counts them."""
    counted = project_api.metrics(ctx, project_api.NoFields())["metrics"]
    return {"metrics": {m["metric_type"].lower(): m["count"] for m in counted}}


def _new(ctx: Context, parent: ManagementProject, req: Create) -> Project:
    settings = managed_project_settings()
    if req.type is EnvironmentType.LIVE:  # only a test environment begins with an address on the developer's machine
        settings = msgspec.structs.replace(settings, registered_redirect_urls=[])
    return Project(
        project_id=f"project-{req.type.value.lower()}-{ctx.ids.uuid()}",
        secret="",
        name=req.name,
        vertical=parent.vertical,
        project_slug=parent.project_slug,
        settings=_changed(settings, parent.vertical, req.changes()),
        position=position(),
    )


def _changed(settings: ProjectSettings, vertical: str, given: dict[str, Any]) -> ProjectSettings:
    """The settings with these fields of an environment in them.

    Raises:
        invalid_url: one of the URLs is none.
        jwt_template_invalid_json, jwt_template_invalid_tag, jwt_template_mismatched_tag: the claims template is none.
    """
    for name in ("zero_downtime_session_migration_url", "idp_authorization_url"):
        if given.get(name) and not redirects.is_url(given[name]):
            raise _invalid_url(name, given[name])
    if given.get(_CLAIMS):
        jwt_templates.validate(given[_CLAIMS], ("client", *jwt_templates.roots("SESSION", vertical)))
    lock = {_LOCK[name]: given[name] for name in _LOCK if name in given}
    rest = {name: value for name, value in given.items() if name not in _LOCK}
    return msgspec.structs.replace(settings, user_lock=msgspec.structs.replace(settings.user_lock, **lock), **rest)


def _invalid_url(name: str, url: str) -> StytchError:
    return errors.invalid_url(because=f"{name}: {url!r} is no URL")


def _shown(p: Project, project_slug: str, environment_slug: str) -> dict[str, Any]:
    s = p.settings
    return {
        "environment_slug": environment_slug,
        "project_slug": project_slug,
        "name": p.name,
        "oauth_callback_id": p.project_id.replace("project-", "oauth-callback-", 1),
        "cross_org_passwords_enabled": s.cross_org_passwords_enabled,
        "user_impersonation_enabled": s.user_impersonation_enabled,
        "zero_downtime_session_migration_url": s.zero_downtime_session_migration_url,
        "use_custom_domain_in_magic_link_emails": s.use_custom_domain_in_magic_link_emails,
        "user_lock_self_serve_enabled": s.user_lock.self_serve_enabled,
        "user_lock_threshold": s.user_lock.threshold,
        "user_lock_ttl": s.user_lock.ttl_seconds,
        "idp_authorization_url": s.idp_authorization_url,
        "idp_dynamic_client_registration_enabled": s.idp_dynamic_client_registration_enabled,
        _CLAIMS: s.idp_dynamic_client_registration_access_token_template_content,
        "project_id": p.project_id,
        "type": p.kind.upper(),
        "created_at": wire.time(p.created_at),
    }
