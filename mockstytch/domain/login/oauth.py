"""Login through an OAuth provider: Google, Microsoft, GitHub, Slack or HubSpot.

This server also acts as the provider: on its login page, or with ``next_identity`` in a test, you choose the account.
For apps that log in through Stytch, see ``domain.oauth_server``.
"""

from datetime import timedelta
from typing import Any, Literal

import msgspec

from mockstytch import errors, keys
from mockstytch.clock import position
from mockstytch.domain.credentials import one_time_tokens
from mockstytch.domain.sessions import sessions
from mockstytch.domain.shared import emails, lookup, redirects, single_use
from mockstytch.runtime import Context
from mockstytch.store.records.credentials import NextIdentity, OAuthFlow, OAuthRegistration, ProviderAccount
from mockstytch.store.records.members import Member, OAuthLink
from mockstytch.store.records.messages import OneTimeToken
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import Factor
from mockstytch.values import Frozen

Provider = Literal["google", "microsoft", "github", "slack", "hubspot"]


class Traits(msgspec.Struct, frozen=True):
    """The properties of a provider.

    Attributes:
        verifies_email: whether the provider states if an e-mail address is verified.
        token_seconds: lifetime of its access tokens; 0 if they don't expire.
        refreshes: whether it issues refresh tokens.
        has_tenants: whether its accounts belong to workspaces, hubs or organizations.
    """

    issuer: str
    scopes: tuple[str, ...]
    verifies_email: bool
    token_seconds: int
    refreshes: bool
    has_tenants: bool


PROVIDERS: dict[str, Traits] = {
    "google": Traits("https://accounts.google.com", ("openid", "email", "profile"), True, 3600, True, False),
    "microsoft": Traits(
        "https://login.microsoftonline.com/common/v2.0", ("openid", "email", "profile"), True, 3600, True, False
    ),
    "github": Traits("https://github.com", ("read:user", "user:email"), False, 0, False, True),
    "slack": Traits("https://slack.com", ("openid", "email", "profile"), False, 0, False, True),
    "hubspot": Traits("https://app.hubspot.com", ("oauth",), False, 1800, True, True),
}

_FLOW_MINUTES = 60


class Identity(Frozen, forbid_unknown_fields=True):
    """An account at the provider, as a test or the login page names it.

    A missing subject is derived from the e-mail address.
    """

    email: str
    name: str = ""
    subject: str = ""
    email_verified: bool | None = None
    tenant_ids: list[str] = []


def start_flow(
    ctx: Context,
    provider: str,
    organization: Organization | None,
    urls: tuple[str, str],
    scopes: list[str],
    pkce_code_challenge: str,
) -> OAuthFlow:
    """Start an OAuth flow, which is valid for an hour.

    Args:
        organization: None in discovery.
        urls: the redirect URLs for a member and for a new member.
    """
    return ctx.store.insert(
        OAuthFlow(
            state=ctx.ids.token(),
            provider=provider,
            organization_id=organization.organization_id if organization else None,
            login_url=urls[0],
            signup_url=urls[1],
            pkce_code_challenge=pkce_code_challenge,
            scopes=list(dict.fromkeys([*PROVIDERS[provider].scopes, *scopes])),
            created_at=ctx.now,
            expires_at=ctx.now + timedelta(minutes=_FLOW_MINUTES),
        )
    )


def get_flow(ctx: Context, state: str) -> OAuthFlow:
    """Return the flow with this state.

    Raises:
        oauth_invalid_state: if no OAuth flow has this state, or the flow has expired.
        oauth_state_used: if the OAuth flow has already ended.
    """
    flow = ctx.store.find(OAuthFlow, state=state) if state else None
    if flow is None or flow.expires_at <= ctx.now:
        raise errors.oauth_invalid_state(because="expired" if flow else "unknown")
    if flow.used_at:
        raise errors.oauth_state_used()
    return flow


def pop_next_identity(ctx: Context, provider: str) -> dict[str, Any] | None:
    """Remove the next identity from the provider's queue and return it, or None if the queue is empty."""
    column = NextIdentity.table.c
    queue = ctx.store.query(NextIdentity).where(column.provider == provider).order_by(column.position).limit(1)
    identities = ctx.store.rows(NextIdentity, queue)
    if not identities:
        return None
    ctx.store.delete(identities[0])
    return identities[0].identity


def known_people(ctx: Context, provider: str) -> list[ProviderAccount]:
    """Return the accounts used at the provider before, the latest first."""
    column = ProviderAccount.table.c
    return ctx.store.rows(
        ProviderAccount,
        ctx.store.query(ProviderAccount).where(column.provider == provider).order_by(column.position.desc()).limit(50),
    )


def issue_code(ctx: Context, flow: OAuthFlow, identity: Identity, prompt: str = "") -> OAuthFlow:
    """Log in at the provider, and add the authorization code to the flow.

    Args:
        prompt: the ``prompt`` parameter of the request to the provider, such as ``consent``.
    """
    account = _save_account(ctx, flow, identity, "consent" in prompt.split())
    return ctx.store.update(flow, code=ctx.ids.token(), account_key=account.account_key)


def _save_account(ctx: Context, flow: OAuthFlow, identity: Identity, asks_consent: bool) -> ProviderAccount:
    """Store the account with fresh tokens. Missing values are taken from the last login.

    By default, Google doesn't verify the address of a public mail provider. It issues a refresh token only with the
    user's consent: at the first login, and if the app asks for it.
    """
    traits = PROVIDERS[flow.provider]
    email_address = identity.email.strip().lower()
    subject = identity.subject or ctx.ids.derived_number(f"{flow.provider}:{email_address}")
    key = f"{flow.provider}:{subject}"
    old = ctx.store.find(ProviderAccount, account_key=key)
    if old:
        ctx.store.delete(old)
    is_verified = old.email_verified if old and identity.email_verified is None else identity.email_verified
    default = flow.provider != "google" or not emails.is_common(emails.domain_of(email_address))
    issues_refresh_token = traits.refreshes and (flow.provider != "google" or old is None or asks_consent)
    account = ProviderAccount(
        account_key=key,
        provider=flow.provider,
        provider_subject=subject,
        email_address=email_address,
        email_verified=traits.verifies_email and (default if is_verified is None else is_verified),
        name=identity.name or (old.name if old else ""),
        locale="en",
        tenant_ids=(identity.tenant_ids or (old.tenant_ids if old else [])) if traits.has_tenants else [],
        scopes=flow.scopes,
        refresh_token=ctx.ids.token() if issues_refresh_token else old.refresh_token if old else "",
        issued_refresh_token=issues_refresh_token,
        position=position(),
    )
    return ctx.store.insert(_with_fresh_tokens(ctx, account))


def _with_fresh_tokens(ctx: Context, account: ProviderAccount) -> ProviderAccount:
    traits = PROVIDERS[account.provider]
    expires_at = ctx.now + timedelta(seconds=traits.token_seconds) if traits.token_seconds else None
    return msgspec.structs.replace(
        account,
        access_token=ctx.ids.token(),
        access_token_expires_at=expires_at,
        id_token=_id_token(ctx, account) if "openid" in account.scopes else "",
    )


def _id_token(ctx: Context, account: ProviderAccount) -> str:
    """Return an OpenID Connect ID token, signed with a key of the project's JWKS."""
    issued_at = int(ctx.now.timestamp())
    domain = emails.domain_of(account.email_address)
    claims = {
        "iss": PROVIDERS[account.provider].issuer,
        "aud": f"{account.provider}-client-of-{ctx.project.project_id}",
        "sub": account.provider_subject,
        "email": account.email_address,
        "email_verified": account.email_verified,
        "name": account.name,
        "iat": issued_at,
        "exp": issued_at + 3600,
    }
    if account.provider == "google" and not emails.is_common(domain):
        claims["hd"] = domain
    return keys.sign(keys.built_in_kid(ctx.project.project_id), "", msgspec.json.encode(claims))


def with_fresh_access_token(ctx: Context, account: ProviderAccount) -> ProviderAccount:
    """Return the account. Refresh an expired access token if the account has a refresh token."""
    expires_at = account.access_token_expires_at
    if expires_at is None or expires_at > ctx.now or not account.refresh_token:
        return account
    renewed = _with_fresh_tokens(ctx, account)
    return ctx.store.update(account, **msgspec.structs.asdict(renewed))


def finish_flow(ctx: Context, state: str, code: str) -> str:
    """Finish an OAuth flow. Return the redirect URL, which carries a one-time token for the app.

    Raises:
        oauth_auth_code_error: if the code isn't the one that the provider issued.
        oauth_state_used: if a parallel request finished the OAuth flow first.
        organization_not_found: if the organization was deleted during the OAuth flow.
    """
    flow = get_flow(ctx, state)
    if not code or flow.code != code or flow.account_key is None:
        raise errors.oauth_auth_code_error()
    single_use.consume(ctx, flow, errors.oauth_state_used)
    account = ctx.store.get(ProviderAccount, account_key=flow.account_key)
    organization, member = None, None
    if flow.organization_id is not None:
        organization = ctx.store.find(Organization, organization_id=flow.organization_id)
        if organization is None:
            raise errors.organization_not_found(because="the organization has been deleted")
        member = match_member(ctx, organization, account)
    landing_url = flow.login_url if member or not organization else flow.signup_url
    minutes = ctx.project.settings.oauth_token_minutes
    token = one_time_tokens.create_oauth_token(
        ctx, organization, account, landing_url, minutes, flow.pkce_code_challenge
    )
    return token.landing_url


def fail_flow(ctx: Context, state: str, error: str) -> str:
    """End a flow that the provider refused. Return the URL of the error page.

    Raises:
        oauth_state_used: if a parallel request ended the OAuth flow first.
    """
    flow = single_use.consume(ctx, get_flow(ctx, state), errors.oauth_state_used)
    return redirects.landing("/redirect-error", error=error[:100], provider=flow.provider)


def redeem(ctx: Context, token: str, kind: Literal["oauth", "discovery_oauth"], verifier: str) -> OneTimeToken:
    """Consume the one-time token of a finished flow.

    Raises:
        oauth_token_not_found: if the OAuth token is unknown, used, expired, or of the other kind.
    """
    return one_time_tokens.redeem(ctx, token, (kind,), verifier, errors.oauth_token_not_found)


def get_account(ctx: Context, token: OneTimeToken) -> ProviderAccount:
    """Return the provider account of a one-time token."""
    return ctx.store.get(ProviderAccount, account_key=token.account_key)


def match_member(ctx: Context, organization: Organization, account: ProviderAccount) -> Member | None:
    """Return the member that the account is linked to, else the member with the account's address, else None."""
    for registration in ctx.store.all(OAuthRegistration, account_key=account.account_key):
        member = ctx.store.get(Member, member_id=registration.member_id)
        if member.organization_id == organization.organization_id and member.status != "deleted":
            return member
    return lookup.member_by_email(ctx, organization, account.email_address)


def factor(ctx: Context, account: ProviderAccount) -> Factor:
    """Return the factor of an account. ``link_accounts`` adds the registration id and the e-mail id of the member."""
    detail: dict[str, Any] = {"id": "", "provider_subject": account.provider_subject, "email_id": ""}
    if len(account.tenant_ids) == 1 and account.provider in ("hubspot", "slack"):
        detail["provider_tenant_id"] = account.tenant_ids[0]
    elif account.provider == "github" and account.tenant_ids:
        detail["provider_tenant_ids"] = account.tenant_ids
    return sessions.new_factor(
        ctx,
        "oauth",
        f"oauth_{account.provider}",
        {f"{account.provider}_oauth_factor": detail},
        proves_email=account.email_address if account.email_verified else "",
        tenant_ids=account.tenant_ids,
    )


def provider_type(provider: str) -> str:
    """Return the provider's name in responses: ``Google``, ``Github``."""
    return provider.capitalize()


def link_accounts(ctx: Context, member: Member, factors: list[Factor]) -> tuple[Member, list[Factor]]:
    """Link the provider accounts among the factors of a login to the member.

    Returns:
        The member, and the factors with the ids of their registrations.
    """
    linked = []
    for f in factors:
        provider = f.delivery_method.removeprefix("oauth_")
        detail = f.detail.get(f"{provider}_oauth_factor")
        if f.type == "oauth" and detail is not None:
            member, registration_id = _link_account(ctx, member, provider, detail["provider_subject"])
            detail = {**detail, "id": registration_id, "email_id": member.email_id}
            f = msgspec.structs.replace(f, detail={f"{provider}_oauth_factor": detail})
        linked.append(f)
    return member, linked


def _link_account(ctx: Context, member: Member, provider: str, subject: str) -> tuple[Member, str]:
    """Return the member and the registration's id. A member without a name gets the account's."""
    for link in member.oauth_registrations:
        if (link.provider_type, link.provider_subject) == (provider_type(provider), subject):
            return member, link.member_oauth_registration_id
    account = ctx.store.get(ProviderAccount, account_key=f"{provider}:{subject}")
    registration = ctx.store.insert(
        OAuthRegistration(
            member_oauth_registration_id=ctx.ids.new("oauth_registration"),
            member_id=member.member_id,
            account_key=account.account_key,
            provider=provider,
            created_at=ctx.now,
        )
    )
    link = OAuthLink(
        member_oauth_registration_id=registration.member_oauth_registration_id,
        provider_type=provider_type(provider),
        provider_subject=subject,
        profile_picture_url=account.profile_picture_url,
        locale=account.locale,
    )
    changes: dict[str, Any] = {"oauth_registrations": [*member.oauth_registrations, link]}
    if not member.name:
        changes["name"] = account.name
    return ctx.store.update(member, **changes, updated_at=ctx.now), registration.member_oauth_registration_id
