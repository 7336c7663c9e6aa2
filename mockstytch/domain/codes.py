"""Codes of six digits: one lives at a time, and it works once."""

from mockstytch import errors
from mockstytch.domain import locks, tokens
from mockstytch.mock import Context
from mockstytch.store.members import Member
from mockstytch.store.messages import OneTimeToken, TokenKind


def issue(
    ctx: Context, kind: TokenKind, email_address: str, minutes: int, member: Member | None = None
) -> OneTimeToken:
    """A new code for an address, or, for ``sms_otp``, a member; the former ones are void."""
    for old in _sent(ctx, kind, email_address, member):
        if old.used_at is None:
            ctx.store.update(old, used_at=ctx.now)
    return tokens.mint(ctx, kind, email_address, minutes, member=member, code=ctx.ids.code())


def redeem(ctx: Context, kind: TokenKind, email_address: str, code: str, member: Member | None) -> OneTimeToken:
    """Use a code up.

    Args:
        member: whose failure a wrong code is; None in discovery.

    Raises:
        otp_code_not_found: none like it was sent.
        unable_to_auth_otp_code: it was, and is used, replaced by a newer one or expired.
        user_lock_limit_reached: too many wrong ones.
    """
    if member is not None:
        locks.check(ctx, member)
    sent = [token for token in _sent(ctx, kind, email_address, member) if token.code == code]
    if not sent:
        raise locks.failed(ctx, member, errors.otp_code_not_found(because="no such code was sent"))
    newest = max(sent, key=lambda token: token.created_at)
    if newest.used_at or newest.expires_at <= ctx.now:
        because = "used, or replaced by a newer one" if newest.used_at else "expired"
        raise locks.failed(ctx, member, errors.unable_to_auth_otp_code(because=because))
    claimed = ctx.store.claim(newest, used_at=ctx.now)
    if claimed is None:
        raise errors.unable_to_auth_otp_code(because="used a moment ago")
    return claimed


def _sent(ctx: Context, kind: TokenKind, email_address: str, member: Member | None) -> list[OneTimeToken]:
    if kind == "sms_otp":
        return ctx.store.all(OneTimeToken, kind=kind, member_id=member.member_id if member else "")
    return ctx.store.all(OneTimeToken, kind=kind, email_address=email_address)
