"""``connected_apps.clients``: OAuth clients that act for members, and the apps that members have installed."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from mockstytch import errors, wire
from mockstytch.domain.oauth_server import client_secrets, connected_apps
from mockstytch.domain.rbac import permissions
from mockstytch.domain.sessions import jwt_templates
from mockstytch.domain.shared import lookup, search
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.oauth_server import ConnectedApp, Grant
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import UNSET, CaseInsensitiveEnum, FieldError, Maybe, MemberRef, OrganizationRef

api = Endpoints(resource="stytch.organization")


class ClientType(CaseInsensitiveEnum):
    FIRST_PARTY = "first_party"
    FIRST_PARTY_PUBLIC = "first_party_public"
    THIRD_PARTY = "third_party"
    THIRD_PARTY_PUBLIC = "third_party_public"


# This server's own range: production's isn't known.
_Minutes = Annotated[int, Meta(ge=1, le=1440), FieldError(errors.idp_invalid_access_token_expiry_minutes)]
_Audience = Annotated[str, Meta(max_length=2048), FieldError(errors.idp_invalid_access_token_custom_audience)]
_Template = Annotated[str, Meta(max_length=jwt_templates.MAX_LENGTH)]
_Urls = Annotated[list[str], FieldError(errors.connected_app_invalid_redirect_url)]
AppRef = Annotated[str, Meta(min_length=1), FieldError(errors.connected_app_not_found)]


class SettingsFields(Request):
    """The settings of an app that a request can set."""

    client_name: Maybe[str] = UNSET
    client_description: Maybe[str] = UNSET
    redirect_urls: Maybe[_Urls] = UNSET
    full_access_allowed: Maybe[bool] = UNSET
    access_token_expiry_minutes: Maybe[_Minutes] = UNSET
    access_token_custom_audience: Maybe[_Audience] = UNSET
    access_token_template_content: Maybe[_Template] = UNSET
    post_logout_redirect_urls: Maybe[_Urls] = UNSET
    logo_url: Maybe[str] = UNSET
    bypass_consent_for_offline_access: Maybe[bool] = UNSET
    id_token_template_content: Maybe[_Template] = UNSET


class Create(SettingsFields):
    client_type: Annotated[ClientType, FieldError(errors.invalid_connected_app_type)]


@api.post("/v1/connected_apps/clients")
def create(ctx: Context, req: Create) -> Body:
    """Create an app. Its secret is returned only here. A public app has no secret."""
    app, secret = connected_apps.create(ctx, {"client_type": req.client_type.value, **req.changes()})
    return {"connected_app": {**_without_creation_method(app), "client_secret": secret or None}}


def _without_creation_method(app: ConnectedApp) -> dict[str, Any]:
    """Serialize an app for a response that shows its secret. The official models have no ``creation_method`` there."""
    return {name: value for name, value in wire.connected_app(app).items() if name != "creation_method"}


class ClientPath(Request):
    """The app in the path."""

    client_id: AppRef


@api.get("/v1/connected_apps/clients/{client_id}")
def get(ctx: Context, req: ClientPath) -> Body:
    """Return an app."""
    return {"connected_app": wire.connected_app(connected_apps.get_app(ctx, req.client_id))}


class Update(SettingsFields):
    client_id: AppRef


@api.put("/v1/connected_apps/clients/{client_id}")
def update(ctx: Context, req: Update) -> Body:
    """Change the settings that the request contains."""
    app = connected_apps.get_app(ctx, req.client_id)
    changes = req.changes()
    connected_apps.require_valid(msgspec.structs.replace(app, **changes))
    return {"connected_app": wire.connected_app(ctx.store.update(app, **changes))}


@api.delete("/v1/connected_apps/clients/{client_id}")
def delete(ctx: Context, req: ClientPath) -> Body:
    """Delete an app and what members granted it."""
    app = connected_apps.get_app(ctx, req.client_id)
    ctx.store.delete(app)
    return {"client_id": app.client_id}


class Search(Request):
    cursor: str = ""
    limit: Annotated[int, Meta(ge=0, le=1000), FieldError(errors.user_search_invalid_limit)] = 100


@api.post("/v1/connected_apps/clients/search")
def search_(ctx: Context, req: Search) -> Body:
    """Return all apps, newest first."""
    apps, results_metadata = search.page(ctx, ConnectedApp, ctx.store.query(ConnectedApp), req.cursor, req.limit or 100)
    return {"connected_apps": [wire.connected_app(app) for app in apps], "results_metadata": results_metadata}


def _get_confidential_app(ctx: Context, client_id: str) -> ConnectedApp:
    """Return an app that has a secret.

    Raises:
        public_connected_apps_do_not_have_secrets: if the app is public.
    """
    app = connected_apps.get_app(ctx, client_id)
    if app.is_public:
        raise errors.public_connected_apps_do_not_have_secrets()
    return app


@api.post("/v1/connected_apps/clients/{client_id}/secrets/rotate/start")
def rotate_start(ctx: Context, req: ClientPath) -> Body:
    """Add a next secret, which is returned only here. Until the rotation ends, both secrets work."""
    app = _get_confidential_app(ctx, req.client_id)
    app, secret = client_secrets.start_rotation(ctx, app, errors.connected_app_already_rotating_secret())
    return {"connected_app": {**_without_creation_method(app), "next_client_secret": secret}}


@api.post("/v1/connected_apps/clients/{client_id}/secrets/rotate/cancel")
def rotate_cancel(ctx: Context, req: ClientPath) -> Body:
    """Discard the next secret."""
    app = _get_confidential_app(ctx, req.client_id)
    app = client_secrets.cancel_rotation(ctx, app, errors.connected_app_not_rotating_secret())
    return {"connected_app": wire.connected_app(app)}


@api.post("/v1/connected_apps/clients/{client_id}/secrets/rotate")
def rotate(ctx: Context, req: ClientPath) -> Body:
    """Complete the rotation: from now on only the next secret works."""
    app = _get_confidential_app(ctx, req.client_id)
    app = client_secrets.complete_rotation(ctx, app, errors.connected_app_not_rotating_secret())
    return {"connected_app": wire.connected_app(app)}


# Installed apps

# Production's actions aren't known. A role that has all actions of the resource has these too.
_GET, _REVOKE = "get.connected-apps", "revoke.connected-apps"


class OrganizationPath(Request):
    """The organization in the path."""

    organization_id: OrganizationRef


@api.get(
    "/v1/b2b/organizations/{organization_id}/connected_apps",
    sdk=("/b2b/organizations/connected_apps",),
    permission=_GET,
)
def list_by_organization(ctx: Context, req: OrganizationPath) -> Body:
    """Return the apps that members of an organization have installed."""
    organization = lookup.organization(ctx, req.organization_id)
    installed = connected_apps.installed_in(ctx, organization)
    return {"connected_apps": [wire.installed_app(app) for app, _ in installed]}


class OrganizationAppPath(OrganizationPath):
    """The organization and the app in the path."""

    connected_app_id: AppRef


@api.get(
    "/v1/b2b/organizations/{organization_id}/connected_apps/{connected_app_id}",
    sdk=("/b2b/organizations/connected_apps/{connected_app_id}",),
    permission=_GET,
)
def get_by_organization(ctx: Context, req: OrganizationAppPath) -> Body:
    """Return an installed app with its members and the scopes that each member granted last.

    Raises:
        connected_app_not_found: if no member of the organization has installed the app.
    """
    organization = lookup.organization(ctx, req.organization_id)
    app = connected_apps.get_app(ctx, req.connected_app_id)
    grants = next((g for a, g in connected_apps.installed_in(ctx, organization) if a == app), None)
    if grants is None:
        raise errors.connected_app_not_found(because="no member of the organization has it installed")
    members = [{"member_id": grant.member_id, "granted_scopes": grant.scopes} for grant in grants]
    return {**wire.installed_app(app), "active_members": members}


class MemberPath(OrganizationPath):
    """The organization and the member in the path."""

    member_id: MemberRef


@api.get(
    "/v1/b2b/organizations/{organization_id}/members/{member_id}/connected_apps",
    sdk=("/b2b/organizations/members/{member_id}/connected_apps", "/b2b/organizations/members/connected_apps"),
)
def list_by_member(ctx: Context, req: MemberPath) -> Body:
    """Return the apps that a member has installed."""
    member = _authorized_member(ctx, req, _GET)
    apps = [
        {**wire.installed_app(app), "scopes_granted": " ".join(grant.scopes)}
        for app, grant in connected_apps.installed_by(ctx, member)
    ]
    return {"connected_apps": apps}


def _authorized_member(ctx: Context, req: MemberPath, action: str) -> Member:
    """Return the member in the path. Members may list and revoke their own apps."""
    if ctx.actor.kind == "member":
        permissions.own_organization(ctx, req.organization_id)
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    if ctx.actor.member_id != member.member_id:
        permissions.require(ctx, organization, "stytch.member", action)
    return member


class Revoke(MemberPath):
    connected_app_id: AppRef


@api.post(
    "/v1/b2b/organizations/{organization_id}/members/{member_id}/connected_apps/{connected_app_id}/revoke",
    sdk=(
        "/b2b/organizations/members/{member_id}/connected_apps/{connected_app_id}/revoke",
        "/b2b/organizations/members/connected_apps/{connected_app_id}/revoke",
    ),
)
def revoke(ctx: Context, req: Revoke) -> Body:
    """Revoke an app's access to a member and all of its tokens.

    Raises:
        connected_app_not_found: if the member hasn't installed the app.
    """
    member = _authorized_member(ctx, req, _REVOKE)
    app = connected_apps.get_app(ctx, req.connected_app_id)
    grant = ctx.store.find(Grant, member_id=member.member_id, client_id=app.client_id, uninstalled_at=None)
    if grant is None:
        raise errors.connected_app_not_found(because="the member hasn't installed it")
    connected_apps.uninstall(ctx, grant)
    return {}
