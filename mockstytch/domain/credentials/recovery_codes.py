"""Recovery codes: a second factor for members without their device. Each code works once."""

import re

from mockstytch import errors
from mockstytch.clock import position
from mockstytch.domain.credentials import locks
from mockstytch.domain.shared import single_use
from mockstytch.runtime import Context
from mockstytch.store.records.credentials import RecoveryCode
from mockstytch.store.records.members import Member

_CODE_COUNT = 10
_FORMAT = r"[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}"


def replace(ctx: Context, member: Member, imported: list[str] | None = None) -> list[str]:
    """Replace all recovery codes of a member, and return the new ones.

    Args:
        imported: codes from another system. If there are none, ten codes are generated.
    """
    ctx.store.delete_all(RecoveryCode, member_id=member.member_id)
    codes = imported or [ctx.ids.recovery_code() for _ in range(_CODE_COUNT)]
    for code in codes:
        ctx.store.insert(
            RecoveryCode(
                recovery_code_id=str(ctx.ids.uuid()),
                member_id=member.member_id,
                code=code,
                position=position(),
                created_at=ctx.now,
            )
        )
    return codes


def unused_codes(ctx: Context, member: Member) -> list[RecoveryCode]:
    """Return the recovery codes that the member hasn't used yet, in the order in which they were created."""
    codes = ctx.store.all(RecoveryCode, member_id=member.member_id, used_at=None)
    return sorted(codes, key=lambda code: code.position)


def require_codes(ctx: Context, member: Member) -> list[RecoveryCode]:
    """Return the unused recovery codes; the list can be empty if the member has an authenticator app.

    Raises:
        recovery_codes_not_found: if the member has no unused recovery codes and no authenticator app.
    """
    codes = unused_codes(ctx, member)
    if not codes and not member.totp_registration_id:
        raise errors.recovery_codes_not_found()
    return codes


def redeem(ctx: Context, member: Member, code: str) -> RecoveryCode:
    """Use a recovery code.

    Raises:
        no_active_recovery_code_backed_factor: if the member hasn't completed the registration of an authenticator app.
        totp_code_used_as_recovery_code: if the code is unknown and has the format of a TOTP code.
        invalid_recovery_code: if the code is unknown and doesn't have the format of a recovery code.
        unable_to_authenticate_recovery_code: if the code is unknown, which counts as a failed attempt, or is used.
    """
    locks.require_unlocked(ctx, member)
    require_codes(ctx, member)
    if not member.totp_registration_id:
        raise errors.no_active_recovery_code_backed_factor(because="the registration was never completed")
    found = ctx.store.find(RecoveryCode, member_id=member.member_id, code=code)
    if found is None and re.fullmatch(r"[0-9]{6}", code):
        raise errors.totp_code_used_as_recovery_code()
    if found is None and not has_format(code):
        raise errors.invalid_recovery_code()
    if found is None:
        raise locks.record_failure(ctx, member, errors.unable_to_authenticate_recovery_code(because="no such code"))
    if found.used_at:
        raise errors.unable_to_authenticate_recovery_code(because="already used")
    return single_use.consume(ctx, found, errors.unable_to_authenticate_recovery_code)


def has_format(text: str) -> bool:
    """Return whether a text has the format of the codes that this server generates."""
    return re.fullmatch(_FORMAT, text) is not None
