"""One-time secrets: sent once, redeemed once."""

import base64
import hashlib
from datetime import timedelta

from mockstytch import errors
from mockstytch.domain.shared import redirects
from mockstytch.errors import Kind
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.messages import OneTimeToken, TokenKind


def mint(
    ctx: Context,
    kind: TokenKind,
    email_address: str,
    minutes: int,
    *,
    member: Member | None = None,
    landing_url: str = "",
    token_type: str = "",
    slug: str = "",
    public_token: str = "",
    pkce_code_challenge: str = "",
    code: str = "",
    organization_id: str | None = None,
    account_key: str | None = None,
    connection_id: str | None = None,
) -> OneTimeToken:
    """A new secret: a link's token, or, with ``code``, the row that a code is kept in.

    Args:
        minutes: how long it lives.
        landing_url: where the link leads; the token, its type, the slug and the public token, where given, are added.
        organization_id, account_key, connection_id: of an OAuth or SSO token, which knows no member yet.
    """
    token = ctx.ids.token()
    if landing_url:
        landing_url = redirects.landing(
            landing_url, public_token=public_token, slug=slug, stytch_token_type=token_type, token=token
        )
    return ctx.store.insert(
        OneTimeToken(
            token=token,
            kind=kind,
            organization_id=member.organization_id if member else organization_id,
            member_id=member.member_id if member else None,
            email_address=email_address,
            code=code,
            account_key=account_key,
            connection_id=connection_id,
            pkce_code_challenge=pkce_code_challenge,
            landing_url=landing_url,
            created_at=ctx.now,
            expires_at=ctx.now + timedelta(minutes=minutes),
        )
    )


def redeem_link(ctx: Context, token: str, kinds: tuple[TokenKind, ...], pkce_code_verifier: str) -> OneTimeToken:
    """Use a link up. A refusal leaves it as it was.

    Raises:
        magic_link_not_found: there is none with this token, or it is of another kind.
        unable_to_auth_magic_link: used or expired, or its member was deleted since.
        pkce_expected_code_verifier, pkce_did_not_expect_code_verifier, pkce_mismatch: not the one who asked for it.
    """
    found = ctx.store.find(OneTimeToken, token=token)
    if found is None or found.kind not in kinds:
        raise errors.magic_link_not_found(because=f"it is a {found.kind} token" if found else "unknown token")
    if found.used_at:
        ago = int((ctx.now - found.used_at).total_seconds())
        raise errors.unable_to_auth_magic_link(because=f"the link was used {ago} s ago")
    if found.expires_at <= ctx.now:
        ago = int((ctx.now - found.expires_at).total_seconds())
        raise errors.unable_to_auth_magic_link(because=f"the link expired {ago} s ago")
    verify_pkce(found.pkce_code_challenge, pkce_code_verifier)
    claimed = ctx.store.update_if_unchanged(found, used_at=ctx.now)
    if claimed is None:
        raise errors.unable_to_auth_magic_link(because="the link was used a moment ago")
    return claimed


def redeem_reset(ctx: Context, token: str, kind: TokenKind, code_verifier: str) -> OneTimeToken:
    """Use a password reset link up. A refusal leaves it as it was.

    Raises:
        unable_to_auth_password_reset_token: unknown, used or expired, or its member was deleted since.
        pkce_…: not the one who asked for it.
    """
    return redeem(ctx, token, kind, code_verifier, errors.unable_to_auth_password_reset_token)


def redeem(ctx: Context, token: str, kind: TokenKind, verifier: str, missing: Kind) -> OneTimeToken:
    """Use a token up, of a kind for which unknown, used and expired are one error. A refusal leaves it as it was.

    Args:
        missing: that error.
    """
    found = ctx.store.find(OneTimeToken, token=token)
    if found is None or found.kind != kind:
        raise missing(because=f"it is a {found.kind} token" if found else "unknown token")
    if found.used_at or found.expires_at <= ctx.now:
        raise missing(because="used already" if found.used_at else "expired")
    verify_pkce(found.pkce_code_challenge, verifier)
    claimed = ctx.store.update_if_unchanged(found, used_at=ctx.now)
    if claimed is None:
        raise missing(because="used a moment ago")
    return claimed


def verify_pkce(challenge: str, verifier: str) -> None:
    """
    Raises:
        pkce_expected_code_verifier, pkce_did_not_expect_code_verifier: one of the two is missing.
        pkce_mismatch: they don't belong together (RFC 7636, S256).
    """
    if challenge and not verifier:
        raise errors.pkce_expected_code_verifier()
    if verifier and not challenge:
        raise errors.pkce_did_not_expect_code_verifier()
    if challenge:
        digest = hashlib.sha256(verifier.encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != challenge:
            raise errors.pkce_mismatch()


def revoke_outstanding(ctx: Context, member: Member) -> None:
    """Outstanding links and codes of a member die with it."""
    for token in ctx.store.all(OneTimeToken, member_id=member.member_id, used_at=None):
        ctx.store.update(token, used_at=ctx.now)
