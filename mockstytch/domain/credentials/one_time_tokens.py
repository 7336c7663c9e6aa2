"""One-time tokens: the secrets in links and redirects, and the rows that store codes."""

from datetime import timedelta
from typing import Any

from mockstytch import errors
from mockstytch.domain.shared import redirects, single_use
from mockstytch.errors import Kind
from mockstytch.protocols import pkce
from mockstytch.runtime import Context
from mockstytch.store.records.credentials import ProviderAccount
from mockstytch.store.records.members import Member
from mockstytch.store.records.messages import OneTimeToken, TokenKind
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sso import SsoAccount

# The value of ``stytch_token_type`` in the URL that a browser is redirected to.
_TOKEN_TYPES: dict[TokenKind, str] = {
    "magic_link": "multi_tenant_magic_links",
    "email_update": "multi_tenant_magic_links",
    "password_reset": "multi_tenant_passwords",
    "discovery": "discovery",
    "discovery_password_reset": "discovery",
    "oauth": "oauth",
    "discovery_oauth": "discovery_oauth",
    "sso": "sso",
}
# The endpoint that accepts each kind of token or code. The request log names it if the token is sent to another one.
_ENDPOINTS: dict[TokenKind, str] = {
    "magic_link": "/v1/b2b/magic_links/authenticate",
    "email_update": "/v1/b2b/magic_links/authenticate",
    "password_reset": "/v1/b2b/passwords/email/reset",
    "discovery": "/v1/b2b/magic_links/discovery/authenticate",
    "discovery_password_reset": "/v1/b2b/passwords/discovery/email/reset",
    "oauth": "/v1/b2b/oauth/authenticate",
    "discovery_oauth": "/v1/b2b/oauth/discovery/authenticate",
    "sso": "/v1/b2b/sso/authenticate",
    "email_otp": "/v1/b2b/otps/email/authenticate",
    "discovery_otp": "/v1/b2b/otps/email/discovery/authenticate",
    "sms_otp": "/v1/b2b/otps/sms/authenticate",
}


def create_magic_link(
    ctx: Context, organization: Organization, member: Member, landing_url: str, minutes: int, code_challenge: str = ""
) -> OneTimeToken:
    """Create the token of a link that logs a member in.

    Args:
        landing_url: the app's URL that the link redirects to; token, token type and slug are added to its query.
        minutes: lifetime of the token.
        code_challenge: PKCE code challenge; "" if the login doesn't use PKCE.
    """
    return _create(
        ctx,
        "magic_link",
        minutes,
        landing_url,
        organization,
        email_address=member.email_address,
        pkce_code_challenge=code_challenge,
        **_member_columns(member),
    )


def create_email_update_link(
    ctx: Context, organization: Organization, member: Member, email_address: str, landing_url: str, minutes: int
) -> OneTimeToken:
    """Create the token of a link that changes a member's e-mail address to ``email_address``."""
    columns = _member_columns(member)
    return _create(ctx, "email_update", minutes, landing_url, organization, email_address=email_address, **columns)


def create_password_reset_link(
    ctx: Context, organization: Organization, member: Member, landing_url: str, minutes: int, code_challenge: str
) -> OneTimeToken:
    """Create the token of a link that sets a member's password."""
    return _create(
        ctx,
        "password_reset",
        minutes,
        landing_url,
        organization,
        email_address=member.email_address,
        pkce_code_challenge=code_challenge,
        **_member_columns(member),
    )


def create_discovery_link(
    ctx: Context, email_address: str, landing_url: str, minutes: int, code_challenge: str = ""
) -> OneTimeToken:
    """Create the token of a link that starts discovery for an e-mail address."""
    return _create(
        ctx, "discovery", minutes, landing_url, email_address=email_address, pkce_code_challenge=code_challenge
    )


def create_discovery_password_reset_link(
    ctx: Context, email_address: str, landing_url: str, minutes: int, code_challenge: str
) -> OneTimeToken:
    """Create the token of a link that sets the password of an e-mail address."""
    return _create(
        ctx,
        "discovery_password_reset",
        minutes,
        landing_url,
        email_address=email_address,
        pkce_code_challenge=code_challenge,
    )


def create_oauth_token(
    ctx: Context,
    organization: Organization | None,
    account: ProviderAccount,
    landing_url: str,
    minutes: int,
    code_challenge: str,
) -> OneTimeToken:
    """Create the token that the app receives after an OAuth login.

    Args:
        organization: None in discovery.
    """
    return _create(
        ctx,
        "oauth" if organization else "discovery_oauth",
        minutes,
        landing_url,
        organization,
        email_address=account.email_address,
        organization_id=organization.organization_id if organization else None,
        account_key=account.account_key,
        pkce_code_challenge=code_challenge,
    )


def create_sso_token(
    ctx: Context,
    organization: Organization,
    account: SsoAccount,
    connection_id: str,
    landing_url: str,
    minutes: int,
    code_challenge: str,
) -> OneTimeToken:
    """Create the token that the app receives after an SSO login.

    Args:
        connection_id: the connection that the login started with. With an external connection, the account belongs to
            another connection.
    """
    return _create(
        ctx,
        "sso",
        minutes,
        landing_url,
        organization,
        email_address=account.email_address,
        organization_id=organization.organization_id,
        account_key=account.account_key,
        connection_id=connection_id,
        pkce_code_challenge=code_challenge,
    )


def create_code(ctx: Context, kind: TokenKind, address: str, minutes: int, member: Member | None) -> OneTimeToken:
    """Create a code of six digits.

    Args:
        address: the e-mail address or phone number that the code is sent to.
        member: None in discovery.
    """
    columns = _member_columns(member) if member else {}
    return _create(ctx, kind, minutes, email_address=address, code=ctx.ids.code(), **columns)


def _member_columns(member: Member) -> dict[str, Any]:
    return {"organization_id": member.organization_id, "member_id": member.member_id}


def _create(
    ctx: Context,
    kind: TokenKind,
    minutes: int,
    landing_url: str = "",
    organization: Organization | None = None,
    **columns: Any,
) -> OneTimeToken:
    token = ctx.ids.token()
    if landing_url:
        slug = organization.organization_slug if organization else ""
        landing_url = redirects.landing(landing_url, slug=slug, stytch_token_type=_TOKEN_TYPES[kind], token=token)
    return ctx.store.insert_with_commit(
        OneTimeToken(
            token=token,
            kind=kind,
            landing_url=landing_url,
            created_at=ctx.now,
            expires_at=ctx.now + timedelta(minutes=minutes),
            **columns,
        )
    )


def redeem_link(ctx: Context, token: str, kinds: tuple[TokenKind, ...], code_verifier: str) -> OneTimeToken:
    """Use the token of a link.

    Raises:
        magic_link_not_found: if no link has this token, or it belongs to another kind of link.
        unable_to_auth_magic_link: if the link is used, expired, or was sent to a member who has been deleted.
    """
    return redeem(ctx, token, kinds, code_verifier, errors.unable_to_auth_magic_link, errors.magic_link_not_found)


def redeem_reset(ctx: Context, token: str, kind: TokenKind, code_verifier: str) -> OneTimeToken:
    """Use the token of a password reset link.

    Raises:
        unable_to_auth_password_reset_token: if the token is unknown, used or expired, or was sent to a member who has
            been deleted.
    """
    return redeem(ctx, token, (kind,), code_verifier, errors.unable_to_auth_password_reset_token)


def redeem(
    ctx: Context,
    token: str,
    kinds: tuple[TokenKind, ...],
    code_verifier: str,
    unusable: Kind,
    not_found: Kind | None = None,
) -> OneTimeToken:
    """Use a token. If it is refused, it stays as it was.

    Args:
        kinds: the kinds of token that the caller accepts.
        unusable: the error for a token that is used or expired.
        not_found: the error for an unknown token or another kind; ``unusable`` by default.
    """
    found = ctx.store.find(OneTimeToken, token=token)
    if found is None:
        raise (not_found or unusable)(because="unknown token")
    if found.kind not in kinds:
        note_endpoint(ctx, found)
        raise (not_found or unusable)()
    single_use.require_unused(ctx, found, unusable)
    require_code_verifier(found.pkce_code_challenge, code_verifier)
    return single_use.consume(ctx, found, unusable)


def note_endpoint(ctx: Context, token: OneTimeToken) -> None:
    """Add to the request log which endpoint accepts this token, after it was sent to another one."""
    ctx.note(f"its kind is {token.kind}: use POST {_ENDPOINTS[token.kind]}")


def require_code_verifier(challenge: str, verifier: str) -> None:
    """Check the PKCE code verifier of a token.

    Raises:
        pkce_expected_code_verifier: if the login started with a code challenge and no code verifier is given.
        pkce_did_not_expect_code_verifier: if a code verifier is given and the login started without a code challenge.
        pkce_mismatch: if the code challenge wasn't made from the code verifier.
    """
    if challenge and not verifier:
        raise errors.pkce_expected_code_verifier()
    if verifier and not challenge:
        raise errors.pkce_did_not_expect_code_verifier()
    if challenge and not pkce.matches_challenge(verifier, challenge):
        raise errors.pkce_mismatch()


def revoke_outstanding(ctx: Context, *member_ids: str) -> None:
    """Revoke the unused links and codes that were sent to these members."""
    columns = OneTimeToken.table.c
    unused = ctx.store.query(OneTimeToken).where(columns.member_id.in_(member_ids), columns.used_at.is_(None))
    for token in ctx.store.rows(OneTimeToken, unused):
        ctx.store.update(token, used_at=ctx.now)
