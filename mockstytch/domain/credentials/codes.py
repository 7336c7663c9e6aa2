"""Codes of six digits: one lives at a time, and it works once."""

from mockstytch import errors
from mockstytch.domain.credentials import locks, one_time_tokens
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.messages import OneTimeToken, TokenKind


def issue(ctx: Context, kind: TokenKind, address: str, minutes: int, member: Member | None = None) -> OneTimeToken:
    """A new code for an address; the former ones are void, by text message those of the member alone."""
    for old in ctx.store.all(OneTimeToken, kind=kind, email_address=address, used_at=None):
        if kind != "sms_otp" or (member and old.member_id == member.member_id):
            ctx.store.update(old, used_at=ctx.now)
    return one_time_tokens.mint(ctx, kind, address, minutes, member=member, code=ctx.ids.code())


def redeem(ctx: Context, kind: TokenKind, address: str, code: str, member: Member | None) -> OneTimeToken:
    """Use a code up.

    Args:
        address: where it was sent to, an e-mail address or a phone number.
        member: who it was sent to, and whose failure a wrong one is; None in discovery.

    Raises:
        otp_code_not_found: none like it was sent to the member. Counts as a failure.
        unable_to_auth_otp_code: it was, and is used, replaced by a newer one or expired. No guess, so it doesn't count.
        user_lock_limit_reached: too many wrong ones.
    """
    if member is not None:
        locks.require_unlocked(ctx, member)
    member_id = member.member_id if member else None
    sent = ctx.store.all(OneTimeToken, kind=kind, email_address=address, code=code, member_id=member_id)
    if not sent:
        raise locks.record_failure(ctx, member, errors.otp_code_not_found(because="no such code was sent"))
    newest = max(sent, key=lambda token: token.created_at)
    if newest.used_at or newest.expires_at <= ctx.now:
        because = "used, or replaced by a newer one" if newest.used_at else "expired"
        raise errors.unable_to_auth_otp_code(because=because)
    claimed = ctx.store.update_if_unchanged(newest, used_at=ctx.now)
    if claimed is None:
        raise errors.unable_to_auth_otp_code(because="used a moment ago")
    return claimed
