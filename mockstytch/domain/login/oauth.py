"""OAuth: to a provider, which this server plays itself, and back with somebody."""

from datetime import timedelta
from typing import Any, Literal

import msgspec

from mockstytch import errors, keys
from mockstytch.clock import position
from mockstytch.domain.credentials import one_time_tokens
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
    """How a provider differs from the others.

    Attributes:
        vouches: says whether it has verified an address.
        token_seconds: how long its access tokens live; 0: for good.
        refreshes: gives refresh tokens.
        has_tenants: its accounts belong to workspaces, hubs or organizations.
    """

    issuer: str
    scopes: tuple[str, ...]
    vouches: bool
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
    """Somebody at a provider. What isn't given is made up, always the same for one address."""

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
    """A way to a provider, for an hour.

    Args:
        urls: where members land, and where those land who aren't yet.
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
    """The flow that a browser is in.

    Raises:
        oauth_invalid_state: there is none, or it took too long.
        oauth_state_used: it came back already.
    """
    found = ctx.store.find(OAuthFlow, state=state) if state else None
    if found is None or found.expires_at <= ctx.now:
        raise errors.oauth_invalid_state(because="expired" if found else "unknown")
    if found.used_at:
        raise errors.oauth_state_used()
    return found


def pop_next_identity(ctx: Context, provider: str) -> dict[str, Any] | None:
    """Who was said to come next, taken out of the queue."""
    column = NextIdentity.table.c
    queue = ctx.store.query(NextIdentity).where(column.provider == provider).order_by(column.position).limit(1)
    waiting = ctx.store.rows(NextIdentity, queue)
    if not waiting:
        return None
    ctx.store.delete(waiting[0])
    return waiting[0].identity


def known_people(ctx: Context, provider: str) -> list[ProviderAccount]:
    """Who has been there before, latest first."""
    column = ProviderAccount.table.c
    return ctx.store.rows(
        ProviderAccount,
        ctx.store.query(ProviderAccount).where(column.provider == provider).order_by(column.position.desc()).limit(50),
    )


def issue_code(ctx: Context, going: OAuthFlow, identity: Identity) -> OAuthFlow:
    """The provider lets somebody through: the flow gets its code."""
    account = _account(ctx, going, identity)
    return ctx.store.update(going, code=ctx.ids.token(), account_key=account.account_key)


def _account(ctx: Context, going: OAuthFlow, identity: Identity) -> ProviderAccount:
    traits = PROVIDERS[going.provider]
    email_address = identity.email.strip().lower()
    subject = identity.subject or ctx.ids.derived_number(f"{going.provider}:{email_address}")
    key = f"{going.provider}:{subject}"
    old = ctx.store.find(ProviderAccount, account_key=key)
    if old:
        ctx.store.delete(old)
    given = old.email_verified if old and identity.email_verified is None else identity.email_verified
    hosted = going.provider != "google" or not emails.is_common(emails.domain_of(email_address))
    account = ProviderAccount(
        account_key=key,
        provider=going.provider,
        provider_subject=subject,
        email_address=email_address,
        email_verified=traits.vouches and (hosted if given is None else given),
        name=identity.name or (old.name if old else ""),
        locale="en",
        tenant_ids=(identity.tenant_ids or (old.tenant_ids if old else [])) if traits.has_tenants else [],
        scopes=going.scopes,
        refresh_token=ctx.ids.token() if traits.refreshes else "",
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
    """An OpenID Connect ID token; its signature verifies with the project's JWKS."""
    issued = int(ctx.now.timestamp())
    domain = emails.domain_of(account.email_address)
    claims = {
        "iss": PROVIDERS[account.provider].issuer,
        "aud": f"{account.provider}-client-of-{ctx.project.project_id}",
        "sub": account.provider_subject,
        "email": account.email_address,
        "email_verified": account.email_verified,
        "name": account.name,
        "iat": issued,
        "exp": issued + 3600,
    }
    if account.provider == "google" and not emails.is_common(domain):
        claims["hd"] = domain
    return keys.sign(keys.built_in_kid(ctx.project.project_id), "", msgspec.json.encode(claims))


def with_fresh_access_token(ctx: Context, account: ProviderAccount) -> ProviderAccount:
    """The account with an access token that lives; a refresh token makes a new one where it doesn't."""
    expires_at = account.access_token_expires_at
    if expires_at is None or expires_at > ctx.now or not account.refresh_token:
        return account
    renewed = _with_fresh_tokens(ctx, account)
    return ctx.store.update(account, **msgspec.structs.asdict(renewed))


def finish_flow(ctx: Context, state: str, code: str) -> str:
    """The browser is back: where it goes, with a one-time token for the app.

    Raises:
        oauth_invalid_state, oauth_state_used: not a flow that could end now.
        oauth_auth_code_error: the code is not the provider's.
    """
    going = get_flow(ctx, state)
    if not code or going.code != code or going.account_key is None:
        raise errors.oauth_auth_code_error()
    single_use.consume(ctx, going, errors.oauth_state_used)
    account = ctx.store.get(ProviderAccount, account_key=going.account_key)
    organization, member = None, None
    if going.organization_id is not None:
        organization = ctx.store.find(Organization, organization_id=going.organization_id)
        if organization is None:
            raise errors.organization_not_found(because="deleted since")
        member = match_member(ctx, organization, account)
    landing_url = going.login_url if member or not organization else going.signup_url
    minutes = ctx.project.settings.oauth_token_minutes
    token = one_time_tokens.create_oauth_token(
        ctx, organization, account, landing_url, minutes, going.pkce_code_challenge
    )
    return token.landing_url


def fail_flow(ctx: Context, state: str, error: str) -> str:
    """The provider let nobody through. The flow ends on the page for that."""
    going = ctx.store.update(get_flow(ctx, state), used_at=ctx.now)
    return redirects.landing("/redirect-error", error=error[:100], provider=going.provider)


def redeem(ctx: Context, token: str, kind: Literal["oauth", "discovery_oauth"], verifier: str) -> OneTimeToken:
    """Use an OAuth token up.

    Raises:
        oauth_token_not_found: there is none with this token, it is of another kind, used or expired.
        pkce_…: not the one who started.
    """
    return one_time_tokens.redeem(ctx, token, (kind,), verifier, errors.oauth_token_not_found)


def account_of(ctx: Context, token: OneTimeToken) -> ProviderAccount:
    return ctx.store.get(ProviderAccount, account_key=token.account_key)


def match_member(ctx: Context, organization: Organization, account: ProviderAccount) -> Member | None:
    """The member that an account belongs to: it was linked before, or has the same address."""
    for registration in ctx.store.all(OAuthRegistration, account_key=account.account_key):
        member = ctx.store.get(Member, member_id=registration.member_id)
        if member.organization_id == organization.organization_id and member.status != "deleted":
            return member
    return lookup.member_by_email(ctx, organization, account.email_address)


def factor(ctx: Context, account: ProviderAccount) -> Factor:
    """An account as a factor. Its id and e-mail id are those of the member, once there is one."""
    detail: dict[str, Any] = {"id": "", "provider_subject": account.provider_subject, "email_id": ""}
    if len(account.tenant_ids) == 1 and account.provider in ("hubspot", "slack"):
        detail["provider_tenant_id"] = account.tenant_ids[0]
    elif account.provider == "github" and account.tenant_ids:
        detail["provider_tenant_ids"] = account.tenant_ids
    return Factor(
        type="oauth",
        delivery_method=f"oauth_{account.provider}",
        detail={f"{account.provider}_oauth_factor": detail},
        proves_email=account.email_address if account.email_verified else "",
        tenant_ids=account.tenant_ids,
        created_at=ctx.now,
        updated_at=ctx.now,
        last_authenticated_at=ctx.now,
    )


def provider_type(provider: str) -> str:
    """As answers name a provider: ``Google``, ``Github``."""
    return provider.capitalize()


def link_accounts(ctx: Context, member: Member, factors: list[Factor]) -> tuple[Member, list[Factor]]:
    """Somebody got in with these factors: accounts among them are the member's from now on."""
    linked = []
    for one in factors:
        provider = one.delivery_method.removeprefix("oauth_")
        detail = one.detail.get(f"{provider}_oauth_factor")
        if one.type == "oauth" and detail is not None:
            member, registration_id = _registered(ctx, member, provider, detail["provider_subject"])
            detail = {**detail, "id": registration_id, "email_id": member.email_id}
            one = msgspec.structs.replace(one, detail={f"{provider}_oauth_factor": detail})
        linked.append(one)
    return member, linked


def _registered(ctx: Context, member: Member, provider: str, subject: str) -> tuple[Member, str]:
    for there in member.oauth_registrations:
        if (there.provider_type, there.provider_subject) == (provider_type(provider), subject):
            return member, there.member_oauth_registration_id
    account = ctx.store.get(ProviderAccount, account_key=f"{provider}:{subject}")
    made = ctx.store.insert(
        OAuthRegistration(
            member_oauth_registration_id=ctx.ids.new("oauth_registration"),
            member_id=member.member_id,
            account_key=account.account_key,
            provider=provider,
            created_at=ctx.now,
        )
    )
    shown = OAuthLink(
        member_oauth_registration_id=made.member_oauth_registration_id,
        provider_type=provider_type(provider),
        provider_subject=subject,
        profile_picture_url=account.profile_picture_url,
        locale=account.locale,
    )
    changes: dict[str, Any] = {"oauth_registrations": [*member.oauth_registrations, shown]}
    if not member.name:
        changes["name"] = account.name
    return ctx.store.update(member, **changes, updated_at=ctx.now), made.member_oauth_registration_id
