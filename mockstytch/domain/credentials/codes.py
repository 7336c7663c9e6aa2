"""One-time codes of six digits, sent by e-mail or text message."""

from mockstytch import errors
from mockstytch.domain.credentials import locks, one_time_tokens
from mockstytch.domain.shared import single_use
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.messages import OneTimeToken, TokenKind


def issue(ctx: Context, kind: TokenKind, address: str, minutes: int, member: Member | None = None) -> OneTimeToken:
    """Create a code for an address and revoke the earlier ones.

    Members can share a phone number, so a text message revokes only the codes of the same member.

    Args:
        address: the e-mail address or phone number that the code is sent to.
        minutes: lifetime of the code.
        member: None in discovery.
    """
    for earlier in ctx.store.all(OneTimeToken, kind=kind, email_address=address, used_at=None):
        if kind != "sms_otp" or (member and earlier.member_id == member.member_id):
            ctx.store.update(earlier, used_at=ctx.now)
    return one_time_tokens.create_code(ctx, kind, address, minutes, member)


def redeem(ctx: Context, kind: TokenKind, address: str, code: str, member: Member | None) -> OneTimeToken:
    """Use a code.

    An unknown code counts as a failed attempt of the member. A used or expired code doesn't, because it isn't a guess.

    Args:
        address: the e-mail address or phone number that the code was sent to.
        member: the member that the code was sent to; None in discovery.

    Raises:
        otp_code_not_found: if this code wasn't sent to the member.
        unable_to_auth_otp_code: if the code is used, expired or replaced by a newer one.
    """
    if member is not None:
        locks.require_unlocked(ctx, member)
    member_id = member.member_id if member else None
    sent = ctx.store.all(OneTimeToken, kind=kind, email_address=address, code=code, member_id=member_id)
    if not sent:
        for other in ctx.store.all(OneTimeToken, email_address=address, code=code, used_at=None):
            if member_id is None or other.member_id in (None, member_id):
                one_time_tokens.note_endpoint(ctx, other)
        raise locks.record_failure(ctx, member, errors.otp_code_not_found(because="no such code was sent"))
    newest = max(sent, key=lambda token: token.created_at)
    single_use.require_unused(ctx, newest, errors.unable_to_auth_otp_code, used="used or replaced by a newer code")
    return single_use.consume(ctx, newest, errors.unable_to_auth_otp_code)
