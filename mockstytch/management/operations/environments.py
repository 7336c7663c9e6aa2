"""``environments``: the environments of a project. Each is a project of this server, with its own settings."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from mockstytch import errors, wire
from mockstytch.api import project as project_api
from mockstytch.clock import position
from mockstytch.domain.sessions import jwt_templates
from mockstytch.domain.shared import redirects
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
# Fields of the request, and the fields of the ``user_lock`` setting that they set.
_LOCK_FIELDS = {
    "user_lock_self_serve_enabled": "self_serve_enabled",
    "user_lock_threshold": "threshold",
    "user_lock_ttl": "ttl_seconds",
}
_CLAIMS_TEMPLATE = "idp_dynamic_client_registration_access_token_template_content"


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
    """Create an environment. It is usable as soon as it has a secret.

    Raises:
        bad_request: if the environment_slug is taken, or the project has a live environment already.
    """
    project = workspace.editable_project(ctx, req.project_slug)
    existing = dict(workspace.environments(ctx, project.project_slug))
    if req.type is EnvironmentType.LIVE and any(p.kind == "live" for p in existing.values()):
        raise errors.bad_request(because="a project can have only one live environment")
    slug = req.environment_slug or workspace.unique_slug(ctx, req.name, set(existing))
    if slug in existing:
        raise workspace.slug_taken(slug)
    environment = _new_environment(ctx, project, req)
    ctx.store.for_project(environment.project_id, lock=True).insert(environment)
    row = Environment(
        project_slug=project.project_slug,
        environment_slug=slug,
        environment_project_id=environment.project_id,
        position=environment.position,
    )
    workspace.workspace_store(ctx).insert(row, environment_slug=lambda: workspace.slug_taken(slug))
    return {"environment": _serialize(environment, project.project_slug, slug)}


@api.get(ENVIRONMENT)
def get(ctx: Context, req: EnvironmentPath) -> Body:
    """Return an environment."""
    return {"environment": _serialize(ctx.project, req.project_slug, req.environment_slug)}


@api.get(PROJECT + "/environments")
def get_all(ctx: Context, req: ProjectPath) -> Body:
    """Return all environments of a project, oldest first."""
    environments = workspace.environments(ctx, req.project_slug)
    return {"environments": [_serialize(project, req.project_slug, slug) for slug, project in environments]}


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
    """Change the settings that the request contains.

    Raises:
        cannot_toggle_cross_org_passwords_when_password_in_use: if cross_org_passwords_enabled changes while a member
            has a password.
    """
    changes = req.changes()
    name = changes.pop("name", ctx.project.name)
    settings = _apply(ctx.project.settings, ctx.project.vertical, changes)
    is_toggled = settings.cross_org_passwords_enabled != ctx.project.settings.cross_org_passwords_enabled
    if is_toggled and ctx.store.exists(ctx.store.query(Password)):
        raise errors.cannot_toggle_cross_org_passwords_when_password_in_use()
    ctx.update_project(name=name, settings=settings)
    return {"environment": _serialize(ctx.project, req.project_slug, req.environment_slug)}


@api.delete(ENVIRONMENT)
def delete(ctx: Context, req: EnvironmentPath) -> Body:
    """Delete an environment with all of its data. Requests with its secrets are refused from now on."""
    workspace.editable_project(ctx, req.project_slug)
    workspace.delete_environment(ctx, ctx.project)
    return {}


@api.get(ENVIRONMENT + "/metrics")
def get_metrics(ctx: Context, req: EnvironmentPath) -> Body:
    """Return the numbers of organizations, members and other objects, as ``project.metrics`` does."""
    metrics = project_api.metrics(ctx, project_api.NoFields())["metrics"]
    return {"metrics": {m["metric_type"].lower(): m["count"] for m in metrics}}


def _new_environment(ctx: Context, project: ManagementProject, req: Create) -> Project:
    settings = managed_project_settings()
    if req.type is EnvironmentType.LIVE:  # only a test environment starts with a localhost URL
        settings = msgspec.structs.replace(settings, registered_redirect_urls=[])
    return Project(
        project_id=f"project-{req.type.value.lower()}-{ctx.ids.uuid()}",
        secret="",
        name=req.name,
        vertical=project.vertical,
        project_slug=project.project_slug,
        settings=_apply(settings, project.vertical, req.changes()),
        position=position(),
    )


def _apply(settings: ProjectSettings, vertical: str, changes: dict[str, Any]) -> ProjectSettings:
    """Return the settings with the changes of a request.

    Raises:
        invalid_url: if ``zero_downtime_session_migration_url`` or ``idp_authorization_url`` isn't a valid URL.
    """
    for name in ("zero_downtime_session_migration_url", "idp_authorization_url"):
        if changes.get(name) and not redirects.is_url(changes[name]):
            raise errors.invalid_url(because=f"{name}: {changes[name]!r} isn't a valid URL")
    if changes.get(_CLAIMS_TEMPLATE):
        jwt_templates.validate(changes[_CLAIMS_TEMPLATE], ("client", *jwt_templates.roots("SESSION", vertical)))
    lock_changes = {_LOCK_FIELDS[name]: changes[name] for name in _LOCK_FIELDS if name in changes}
    user_lock = msgspec.structs.replace(settings.user_lock, **lock_changes)
    rest = {name: value for name, value in changes.items() if name not in _LOCK_FIELDS}
    return msgspec.structs.replace(settings, user_lock=user_lock, **rest)


def _serialize(p: Project, project_slug: str, environment_slug: str) -> dict[str, Any]:
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
        _CLAIMS_TEMPLATE: s.idp_dynamic_client_registration_access_token_template_content,
        "project_id": p.project_id,
        "type": p.kind.upper(),
        "created_at": wire.time(p.created_at),
    }
