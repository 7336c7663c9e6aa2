"""Operations that only the SDKs of browsers and mobile apps call. The other calls are operations of ``api``."""

from typing import Annotated, Any

from msgspec import Meta

from mockstytch import errors, wire
from mockstytch.api import rbac, scim
from mockstytch.browser import cors
from mockstytch.domain.login import discovery
from mockstytch.domain.oauth_server import authorization, connected_apps, logout_requests
from mockstytch.domain.shared import lookup
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.projects import PublicToken
from mockstytch.store.records.scim import ScimConnection
from mockstytch.surfaces.endpoint import Body, Endpoints, Request, SdkCall
from mockstytch.surfaces.fields import EmailAddress, FieldError, MemberRef, OrganizationRef

api = Endpoints()
_scim = Endpoints(resource="stytch.scim")


class Bootstrap(Request):
    public_token: str
    origin: str = ""  # from the headers


@api.get("/sdk/v1/projects/bootstrap/{public_token}", sdk=(SdkCall("/projects/bootstrap/{public_token}"),))
def bootstrap(ctx: Context, req: Bootstrap) -> Body:
    """Return what the SDK needs at its start, mostly from the SDK configuration.

    Captchas and device fingerprints are off, because they need servers of others.

    Raises:
        unauthorized_credentials: if the public token in the path isn't the one in the credentials.
    """
    if req.public_token != ctx.project.public_token and not ctx.store.find(PublicToken, public_token=req.public_token):
        raise errors.unauthorized_credentials(because="the path has another public token than the credentials")
    settings = ctx.project.settings
    config, policy = settings.b2b_sdk_config, settings.password_policy
    domain = cors.matching_domain(req.origin, config.basic.domains)
    luds = {
        "luds_complexity": policy.luds_min_password_complexity,
        "luds_minimum_count": policy.luds_min_password_length,
    }
    return {
        "project_name": ctx.project.name,
        "vertical": ctx.project.vertical,
        "disable_sdk_watermark": True,
        "cname_domain": None,
        "email_domains": ["stytch.com"],
        "captcha_settings": {"enabled": False},
        "dfp_protected_auth_enabled": False,
        "dfp_protected_auth_mode": None,
        "pkce_required_for_email_magic_links": config.magic_links.pkce_required,
        "pkce_required_for_password_resets": config.passwords.pkce_required_for_password_resets,
        "pkce_required_for_oauth": config.oauth.pkce_required,
        "pkce_required_for_sso": config.sso.pkce_required,
        "slug_pattern": (domain.slug_pattern or None) if domain else None,
        "create_organization_enabled": config.basic.allow_self_onboarding,
        "password_config": luds if policy.validation_policy == "LUDS" else None,
        "rbac_policy": rbac.policy(ctx, rbac.Policy())["policy"],
        "siwe_required_for_crypto_wallets": False,
    }


class FindOrganization(Request):
    organization_slug: str


_VISIBLE = (
    *("organization_id", "organization_name", "organization_slug", "organization_logo_url"),
    *("sso_active_connections", "sso_default_connection_id"),
    *("email_jit_provisioning", "email_allowed_domains", "email_invites"),
    *("oauth_tenant_jit_provisioning", "allowed_oauth_tenants"),
    *("auth_methods", "allowed_auth_methods", "mfa_policy", "mfa_methods", "allowed_mfa_methods"),
)


@api.post("/sdk/v1/b2b/organizations/search", sdk=(SdkCall("/b2b/organizations/search"),))
def find_organization(ctx: Context, req: FindOrganization) -> Body:
    """Return what a login page needs to know about the organization with this slug, or null."""
    slug = req.organization_slug.lower()
    found = ctx.store.find(Organization, slug_key=slug) if slug else None
    if found is None:
        return {"organization": None}
    organization = wire.organization(found)
    return {"organization": {name: organization[name] for name in _VISIBLE}}


class FindMember(Request):
    organization_id: OrganizationRef
    email_address: EmailAddress


@api.post("/sdk/v1/b2b/organizations/members/search", sdk=(SdkCall("/b2b/organizations/members/search"),))
def find_member(ctx: Context, req: FindMember) -> Body:
    """Return what a login page needs to know about the member with this address, or null."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member_by_email(ctx, organization, req.email_address)
    if member is None:
        return {"member": None}
    names = ("status", "name", "member_password_id")
    return {"member": {name: getattr(member, name) for name in names}}


class Self(Request):
    organization_id: OrganizationRef
    member_id: MemberRef


_SELF = SdkCall("/b2b/organizations/members/me", own=("organization_id", "member_id"))


@api.get("/sdk/v1/b2b/organizations/members/me", sdk=(_SELF,))
def get_self(ctx: Context, req: Self) -> Body:
    """Return the member of the session."""
    organization = ctx.store.get(Organization, organization_id=req.organization_id)
    member = lookup.without_expired_lock(ctx, ctx.store.get(Member, member_id=req.member_id))
    return {
        "member_id": member.member_id,
        "member": wire.member(member, organization),
        "organization": wire.organization(organization),
    }


class DiscoverConnections(Request):
    email_address: EmailAddress


@api.get(
    "/sdk/v1/b2b/sso/discovery/connections", sdk=(SdkCall("/b2b/sso/discovery/connections", feature="sso.enabled"),)
)
def discover_connections(ctx: Context, req: DiscoverConnections) -> Body:
    """Return the active SSO connections with which the owner of an address can log in."""
    return {"connections": discovery.sso_connections(ctx, req.email_address)}


class AdminPortalConfig(Request):
    organization_id: OrganizationRef


@api.get("/sdk/v1/b2b/admin_portal_config", sdk=(SdkCall("/b2b/admin_portal_config", own=("organization_id",)),))
def admin_portal_config(ctx: Context, req: AdminPortalConfig) -> Body:
    """Return what the Admin Portal shows: all settings, but SSO only if the SDK configuration allows it."""
    has_sso = ctx.project.settings.b2b_sdk_config.sso.enabled
    return {
        "sso_config": {
            "sso_enabled": has_sso,
            "can_create_saml_connection": has_sso,
            "can_create_oidc_connection": has_sso,
        },
        "organization_config": {"mfa_controls_enabled": True},
        "scim_config": {"scim_enabled": True},
    }


class ScimGroups(Request):
    organization_id: OrganizationRef
    cursor: str = ""
    limit: scim.GroupsLimit = 100


@_scim.post("/sdk/v1/b2b/scim/groups", sdk=(SdkCall("/b2b/scim/groups", own=("organization_id",)),), permission="get")
def scim_groups(ctx: Context, req: ScimGroups) -> Body:
    """Return one page of the groups of the organization's connection; none if it has no connection.

    The Admin Portal asks for them in any case. An error would make it ask again and again.
    """
    connection = ctx.store.find(ScimConnection, organization_id=req.organization_id)
    if connection is None:
        return {"scim_groups": [], "next_cursor": None}
    own = {"organization_id": req.organization_id, "connection_id": connection.connection_id}
    return scim.get_groups(ctx, scim.GetGroups(**own, cursor=req.cursor, limit=req.limit))


api.extend(_scim)


class OneTap(Request):
    id_token: str = ""


_ONE_TAP = "/b2b/oauth/google/onetap"


@api.get(f"/sdk/v1{_ONE_TAP}/start", sdk=(SdkCall(f"{_ONE_TAP}/start"),))
def one_tap_start(ctx: Context, req: OneTap) -> Body:
    """Refuse Google One Tap, which needs Google's servers. The SDK then continues without it.

    Raises:
        oauth_config_not_found: if Google One Tap is used, which needs Google's servers.
    """
    raise errors.oauth_config_not_found(because="One Tap needs Google's servers")


@api.post(f"/sdk/v1{_ONE_TAP}/submit", sdk=(SdkCall(f"{_ONE_TAP}/submit"), SdkCall(f"{_ONE_TAP}/discovery/submit")))
def one_tap_submit(ctx: Context, req: OneTap) -> Body:
    """Refuse a token of Google One Tap. See ``one_tap_start``."""
    raise errors.oauth_config_not_found(because="One Tap needs Google's servers")


class LogoutStart(Request):
    client_id: Annotated[str, Meta(min_length=1), FieldError(errors.connected_app_not_found)]
    post_logout_redirect_uri: str
    state: str = ""
    id_token_hint: str = ""


@api.post("/sdk/v1/b2b/oauth/logout/start", sdk=(SdkCall("/b2b/oauth/logout/start"),))
def logout_start(ctx: Context, req: LogoutStart) -> Body:
    """Check the logout request of an OAuth client. The SDK then revokes the session, and redirects to the client.

    Without a valid ID token, the member must be asked first: another website could have sent the request.
    """
    app = connected_apps.get_app(ctx, req.client_id)
    logout_requests.require_registered_redirect(app, req.post_logout_redirect_uri)
    if req.id_token_hint:
        logout_requests.session_to_end(ctx, req.id_token_hint, req.client_id, req.post_logout_redirect_uri)
    parameters: dict[str, Any] = {"state": req.state} if req.state else {}
    return {
        "redirect_uri": authorization.redirect_url(req.post_logout_redirect_uri, **parameters),
        "consent_required": not req.id_token_hint,
    }
