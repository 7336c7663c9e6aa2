"""``connected_apps.clients``: OAuth clients that act for members; and what organizations and members have installed."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from mockstytch import errors, wire
from mockstytch.domain.oauth_server import client_secrets, connected_apps
from mockstytch.domain.rbac import permissions
from mockstytch.domain.shared import lookup, search
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.oauth_server import ConnectedApp, Grant
from mockstytch.store.records.organizations import Organization
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import UNSET, CaseInsensitiveEnum, FieldError, Maybe, MemberRef, OrganizationRef

api = Endpoints(resource="stytch.organization")


class ClientType(CaseInsensitiveEnum):
    FIRST_PARTY = "first_party"
    FIRST_PARTY_PUBLIC = "first_party_public"
    THIRD_PARTY = "third_party"
    THIRD_PARTY_PUBLIC = "third_party_public"


# the range is ours: production's isn't known
_Minutes = Annotated[int, Meta(ge=1, le=1440), FieldError(errors.idp_invalid_access_token_expiry_minutes)]
_Audience = Annotated[str, Meta(max_length=2048), FieldError(errors.idp_invalid_access_token_custom_audience)]
_Urls = Annotated[list[str], FieldError(errors.connected_app_invalid_redirect_url)]
AppRef = Annotated[str, Meta(min_length=1), FieldError(errors.connected_app_not_found)]


class Settings(Request):
    client_name: Maybe[str] = UNSET
    client_description: Maybe[str] = UNSET
    redirect_urls: Maybe[_Urls] = UNSET
    full_access_allowed: Maybe[bool] = UNSET
    access_token_expiry_minutes: Maybe[_Minutes] = UNSET
    access_token_custom_audience: Maybe[_Audience] = UNSET
    access_token_template_content: Maybe[str] = UNSET
    post_logout_redirect_urls: Maybe[_Urls] = UNSET
    logo_url: Maybe[str] = UNSET
    bypass_consent_for_offline_access: Maybe[bool] = UNSET
    id_token_template_content: Maybe[str] = UNSET


class Create(Settings):
    client_type: Annotated[ClientType, FieldError(errors.invalid_connected_app_type)]


@api.post("/v1/connected_apps/clients")
def create(ctx: Context, req: Create) -> Body:
    """Create an app. The secret of one that isn't public is shown here, and never again."""
    app, secret = connected_apps.create(ctx, {"client_type": req.client_type.value, **req.changes()})
    return {"connected_app": {**_secretive(app), "client_secret": secret or None}}


def _secretive(app: ConnectedApp) -> dict[str, Any]:
    """An app beside its secret: the official models have no ``creation_method`` there."""
    return {name: value for name, value in wire.connected_app(app).items() if name != "creation_method"}


class Named(Request):
    client_id: AppRef


@api.get("/v1/connected_apps/clients/{client_id}")
def get(ctx: Context, req: Named) -> Body:
    return {"connected_app": wire.connected_app(connected_apps.get_app(ctx, req.client_id))}


class Update(Settings):
    client_id: AppRef


@api.put("/v1/connected_apps/clients/{client_id}")
def update(ctx: Context, req: Update) -> Body:
    """Change what is sent. The type stays."""
    app = connected_apps.get_app(ctx, req.client_id)
    changes = req.changes()
    connected_apps.validate(msgspec.structs.replace(app, **changes))
    return {"connected_app": wire.connected_app(ctx.store.update(app, **changes))}


@api.delete("/v1/connected_apps/clients/{client_id}")
def delete(ctx: Context, req: Named) -> Body:
    """Delete an app, and with it what members allowed it."""
    app = connected_apps.get_app(ctx, req.client_id)
    ctx.store.delete(app)
    return {"client_id": app.client_id}


class Search(Request):
    cursor: str = ""
    limit: Annotated[int, Meta(ge=0, le=1000), FieldError(errors.user_search_invalid_limit)] = 100


@api.post("/v1/connected_apps/clients/search")
def search_(ctx: Context, req: Search) -> Body:
    """All apps, newest first."""
    found = ctx.store.query(ConnectedApp)
    rows, about = search.page(ctx, ConnectedApp, found, req.cursor, req.limit or 100)
    return {"connected_apps": [wire.connected_app(app) for app in rows], "results_metadata": about}


def _confidential(ctx: Context, client_id: str) -> ConnectedApp:
    """
    Raises:
        public_connected_apps_do_not_have_secrets: it is a public app.
    """
    app = connected_apps.get_app(ctx, client_id)
    if app.is_public:
        raise errors.public_connected_apps_do_not_have_secrets()
    return app


@api.post("/v1/connected_apps/clients/{client_id}/secrets/rotate/start")
def rotate_start(ctx: Context, req: Named) -> Body:
    """Give an app a next secret, shown only here. Until the rotation ends, both secrets work."""
    app = _confidential(ctx, req.client_id)
    app, secret = client_secrets.start_rotation(ctx, app, errors.connected_app_already_rotating_secret())
    return {"connected_app": {**_secretive(app), "next_client_secret": secret}}


@api.post("/v1/connected_apps/clients/{client_id}/secrets/rotate/cancel")
def rotate_cancel(ctx: Context, req: Named) -> Body:
    """Give the rotation up: the next secret works no more."""
    app = _confidential(ctx, req.client_id)
    app = client_secrets.end_rotation(ctx, app, errors.connected_app_not_rotating_secret(), complete=False)
    return {"connected_app": wire.connected_app(app)}


@api.post("/v1/connected_apps/clients/{client_id}/secrets/rotate")
def rotate(ctx: Context, req: Named) -> Body:
    """Complete the rotation: the next secret is the only one."""
    app = _confidential(ctx, req.client_id)
    app = client_secrets.end_rotation(ctx, app, errors.connected_app_not_rotating_secret(), complete=True)
    return {"connected_app": wire.connected_app(app)}


# What is installed

# which actions these take is not known: whoever may do everything with a resource may do these
_GET, _REVOKE = "get.connected-apps", "revoke.connected-apps"


class OfOrganization(Request):
    organization_id: OrganizationRef


@api.get(
    "/v1/b2b/organizations/{organization_id}/connected_apps",
    sdk=("/b2b/organizations/connected_apps",),
    permission=_GET,
)
def of_organization(ctx: Context, req: OfOrganization) -> Body:
    """The apps that members of an organization have installed."""
    organization = lookup.organization(ctx, req.organization_id)
    found = connected_apps.installed_in(ctx, organization)
    return {"connected_apps": [wire.installed_app(app) for app, _ in found]}


class OneOfOrganization(OfOrganization):
    connected_app_id: AppRef


@api.get(
    "/v1/b2b/organizations/{organization_id}/connected_apps/{connected_app_id}",
    sdk=("/b2b/organizations/connected_apps/{connected_app_id}",),
    permission=_GET,
)
def one_of_organization(ctx: Context, req: OneOfOrganization) -> Body:
    """One of them, with the members who have it, and the scopes that each granted last."""
    organization = lookup.organization(ctx, req.organization_id)
    app = connected_apps.get_app(ctx, req.connected_app_id)
    grants = next((g for a, g in connected_apps.installed_in(ctx, organization) if a == app), None)
    if grants is None:
        raise errors.connected_app_not_found(because="no member of the organization has it installed")
    members = [{"member_id": grant.member_id, "granted_scopes": grant.scopes} for grant in grants]
    return {**wire.installed_app(app), "active_members": members}


class OfMember(OfOrganization):
    member_id: MemberRef


@api.get(
    "/v1/b2b/organizations/{organization_id}/members/{member_id}/connected_apps",
    sdk=("/b2b/organizations/members/{member_id}/connected_apps", "/b2b/organizations/members/connected_apps"),
)
def of_member(ctx: Context, req: OfMember) -> Body:
    """The apps that a member has installed."""
    _, member = _member(ctx, req, _GET)
    found = [
        {**wire.installed_app(app), "scopes_granted": " ".join(grant.scopes)}
        for app, grant in connected_apps.installed_by(ctx, member)
    ]
    return {"connected_apps": found}


def _member(ctx: Context, req: OfMember, action: str) -> tuple[Organization, Member]:
    """Whom it is about. Members may see and end what is their own."""
    if ctx.actor.kind == "member":
        permissions.own_organization(ctx, req.organization_id)
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    if ctx.actor.member_id != member.member_id:
        permissions.require(ctx, organization, "stytch.member", action)
    return organization, member


class Revoke(OfMember):
    connected_app_id: AppRef


@api.post(
    "/v1/b2b/organizations/{organization_id}/members/{member_id}/connected_apps/{connected_app_id}/revoke",
    sdk=(
        "/b2b/organizations/members/{member_id}/connected_apps/{connected_app_id}/revoke",
        "/b2b/organizations/members/connected_apps/{connected_app_id}/revoke",
    ),
)
def revoke(ctx: Context, req: Revoke) -> Body:
    """Take an app's access to a member away: its tokens work no more, until the member allows it anew."""
    _, member = _member(ctx, req, _REVOKE)
    app = connected_apps.get_app(ctx, req.connected_app_id)
    grant = ctx.store.find(Grant, member_id=member.member_id, client_id=app.client_id, uninstalled_at=None)
    if grant is None:
        raise errors.connected_app_not_found(because="the member hasn't installed it")
    connected_apps.uninstall(ctx, grant)
    return {}
