"""``oauth``: log in with the one-time token of an OAuth flow, and read a member's provider accounts."""

from typing import Any

from mockstytch import errors, wire
from mockstytch.api.session_fields import LoginFields, SessionFields
from mockstytch.domain.login import discovery, login_flow, oauth, primary_factors
from mockstytch.domain.organizations import organization_settings, provisioning
from mockstytch.domain.shared import emails, lookup
from mockstytch.runtime import Context
from mockstytch.store.records.credentials import OAuthRegistration, ProviderAccount
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import (
    CodeVerifier,
    MemberRef,
    OrganizationRef,
    SmsLocale,
    SmsLocaleField,
    Token,
)

api = Endpoints(sdk_feature="oauth.enabled")

_PROVIDERS = "/v1/b2b/organizations/{organization_id}/members/{member_id}/oauth_providers"


class Authenticate(LoginFields, own_fields_first=True):
    oauth_token: Token
    pkce_code_verifier: CodeVerifier = ""
    locale: SmsLocaleField = SmsLocale.EN


@api.post("/v1/b2b/oauth/authenticate", sdk=("/b2b/oauth/authenticate",))
def authenticate(ctx: Context, req: Authenticate) -> Body:
    """Log in with a provider's account.

    An account without a member becomes one, if the organization provisions members by e-mail domain or OAuth tenant.
    """
    token = oauth.redeem(ctx, req.oauth_token, "oauth", req.pkce_code_verifier)
    account = oauth.get_account(ctx, token)
    organization = ctx.store.get(Organization, organization_id=token.organization_id)
    factor = oauth.factor(ctx, account)
    member = oauth.match_member(ctx, organization, account)
    organization_settings.require_method_allowed(organization, member, primary_factors.auth_method_of(factor))
    if member is None:
        member = provisioning.provision(ctx, organization, account.email_address, [factor], name=account.name)
    elif account.email_verified and account.email_address != member.email_address:
        member = _adopt_provider_email(ctx, organization, member, account)
    return {
        **login_flow.complete_primary_factor(ctx, organization, member, factor, req.options()),
        "provider_subject": account.provider_subject,
        "provider_type": oauth.provider_type(account.provider),
        "provider_values": _provider_values(account),
        "reset_sessions": False,
    }


def _adopt_provider_email(ctx: Context, organization: Organization, member: Member, account: ProviderAccount) -> Member:
    """If the provider verified a different e-mail address, make it the member's, unless it is taken."""
    try:
        return emails.change_address(ctx, organization, member, account.email_address, verified=True)
    except errors.StytchError as e:
        ctx.note(f"the member's address stays: {e.kind.error_type}")
        return member


def _provider_values(account: ProviderAccount) -> dict[str, Any]:
    expires_at = account.access_token_expires_at
    return {
        "access_token": account.access_token,
        "expires_at": wire.time(expires_at) if expires_at else None,
        "id_token": account.id_token,
        "refresh_token": account.refresh_token if account.issued_refresh_token else "",
        "scopes": account.scopes,
    }


class DiscoveryAuthenticate(SessionFields, own_fields_first=True):
    discovery_oauth_token: Token
    pkce_code_verifier: CodeVerifier = ""


@api.post("/v1/b2b/oauth/discovery/authenticate", sdk=("/b2b/oauth/discovery/authenticate",))
def discovery_authenticate(ctx: Context, req: DiscoveryAuthenticate) -> Body:
    """Exchange a token for an intermediate session and the list of organizations.

    The SDKs send session fields, which are validated and have no effect.
    """
    token = oauth.redeem(ctx, req.discovery_oauth_token, "discovery_oauth", req.pkce_code_verifier)
    account = oauth.get_account(ctx, token)
    return {
        **discovery.authenticate_response(ctx, account.email_address, [oauth.factor(ctx, account)]),
        "provider_type": oauth.provider_type(account.provider),
        "provider_tenant_id": account.tenant_ids[0] if len(account.tenant_ids) == 1 else "",
        "provider_tenant_ids": account.tenant_ids,
        "full_name": account.name,
    }


class MemberPath(Request):
    """Path parameters of one member."""

    organization_id: OrganizationRef
    member_id: MemberRef


class ProviderRequest(MemberPath):
    include_refresh_token: bool = False


@api.get(f"{_PROVIDERS}/google")
def google(ctx: Context, req: ProviderRequest) -> Body:
    """Return the tokens of the member's latest Google account."""
    return _account_response(ctx, req, "google")


@api.get(f"{_PROVIDERS}/microsoft")
def microsoft(ctx: Context, req: ProviderRequest) -> Body:
    """Return the tokens of the member's latest Microsoft account."""
    return _account_response(ctx, req, "microsoft")


@api.get(f"{_PROVIDERS}/github")
def github(ctx: Context, req: ProviderRequest) -> Body:
    """Return the tokens of the member's GitHub accounts."""
    registrations = [{**_account_fields(a), "provider_tenant_ids": a.tenant_ids} for a in _accounts(ctx, req, "github")]
    return {"provider_type": "Github", "registrations": registrations}


@api.get(f"{_PROVIDERS}/slack")
def slack(ctx: Context, req: MemberPath) -> Body:
    """Return the tokens of the member's Slack accounts."""
    registrations = [
        {**_account_fields(a), "provider_tenant_id": _tenant_id(a), "bot_access_token": "", "bot_scopes": []}
        for a in _accounts(ctx, req, "slack")
    ]
    return {"provider_type": "Slack", "registrations": registrations}


@api.get(f"{_PROVIDERS}/hubspot")
def hubspot(ctx: Context, req: ProviderRequest) -> Body:
    """Return the tokens of the member's HubSpot accounts."""
    registrations = [
        {**_account_fields(a), "provider_tenant_id": _tenant_id(a), **_refresh_fields(ctx, a, req)}
        for a in _accounts(ctx, req, "hubspot")
    ]
    return {"provider_type": "Hubspot", "registrations": registrations}


def _account_response(ctx: Context, req: ProviderRequest, provider: str) -> Body:
    account = _accounts(ctx, req, provider)[-1]
    return {
        **_account_fields(account),
        **_refresh_fields(ctx, account, req),
        "provider_type": oauth.provider_type(provider),
        "id_token": account.id_token,
    }


def _account_fields(account: ProviderAccount) -> dict[str, Any]:
    return {
        "provider_subject": account.provider_subject,
        "access_token": account.access_token,
        "scopes": account.scopes,
    }


def _refresh_fields(ctx: Context, account: ProviderAccount, req: ProviderRequest) -> dict[str, Any]:
    expires_at = account.access_token_expires_at
    seconds_left = int((expires_at - ctx.now).total_seconds()) if expires_at else 0
    return {
        "access_token_expires_in": max(0, seconds_left),
        "refresh_token": account.refresh_token if req.include_refresh_token else None,
    }


def _tenant_id(account: ProviderAccount) -> str:
    return account.tenant_ids[0] if account.tenant_ids else ""


def _accounts(ctx: Context, req: MemberPath, provider: str) -> list[ProviderAccount]:
    """Return the member's accounts at a provider, oldest first. Expired access tokens are refreshed if possible."""
    organization = lookup.organization(ctx, req.organization_id)
    member = lookup.member(ctx, organization, req.member_id)
    registrations = ctx.store.all(OAuthRegistration, member_id=member.member_id, provider=provider)
    if not registrations:
        raise errors.member_oauth_token_not_found()
    accounts = [ctx.store.get(ProviderAccount, account_key=r.account_key) for r in registrations]
    return [oauth.with_fresh_access_token(ctx, account) for account in sorted(accounts, key=lambda a: a.position)]
