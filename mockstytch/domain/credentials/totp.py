"""Authenticator apps (RFC 6238: SHA-1, 30 seconds, six digits) and the recovery codes that come with them."""

import base64
import io
import re
from datetime import timedelta
from typing import Any

from mockstytch import errors
from mockstytch.clock import position
from mockstytch.domain.credentials import locks
from mockstytch.runtime import Context
from mockstytch.store.records.credentials import RecoveryCode, Totp
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization

_STEP_SECONDS = 30
_DRIFT_STEPS = 1
_RECOVERY_CODE = r"[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}"
RECOVERY_CODES = 10


def register(ctx: Context, member: Member, minutes: int, secret: str = "") -> Totp:
    """Begin a registration; a pending one of before is replaced once it has expired.

    Args:
        minutes: how long it waits for its first code.
        secret: base32; made up where "".

    Raises:
        active_totp_exists, pending_totp_exists: there is one already.
    """
    old = ctx.store.find(Totp, member_id=member.member_id)
    if old is not None:
        if old.status == "active":
            raise errors.active_totp_exists()
        if old.expires_at > ctx.now:
            raise errors.pending_totp_exists()
        ctx.store.delete(old)
    return ctx.store.insert(
        Totp(
            totp_registration_id=ctx.ids.new("totp"),
            member_id=member.member_id,
            secret=secret or ctx.ids.base32(32),
            created_at=ctx.now,
            expires_at=ctx.now + timedelta(minutes=minutes),
        )
    )


def verify(ctx: Context, member: Member, code: str) -> Totp:
    """Show a code of the member's app. The first one makes a registration active.

    Raises:
        totp_not_found: there is no app.
        expired_totp: the registration waited too long for its first code.
        totp_code_already_authenticated: this code, or a later one, was shown before.
        unable_to_authenticate_totp: it isn't one. Counts as a failure.
        user_lock_limit_reached: too many wrong ones.
    """
    locks.require_unlocked(ctx, member)
    registered = ctx.store.find(Totp, member_id=member.member_id)
    if registered is None:
        raise errors.totp_not_found()
    if registered.status == "pending" and registered.expires_at <= ctx.now:
        raise errors.expired_totp()
    step = _step_of(ctx, registered.secret, code)
    if step is None:
        raise locks.record_failure(ctx, member, errors.unable_to_authenticate_totp())
    if step <= registered.last_step or not ctx.store.update_if_unchanged(registered, last_step=step):
        raise errors.totp_code_already_authenticated()
    return ctx.store.update(registered, status="active", last_step=step)


def _step_of(ctx: Context, secret: str, code: str) -> int | None:
    """The time step that a code belongs to: now, or one before or after."""
    import pyotp  # who has no authenticator app doesn't pay for it

    app = pyotp.TOTP(secret, interval=_STEP_SECONDS)
    now = int(ctx.now.timestamp()) // _STEP_SECONDS
    for step in (now, *(now + sign * n for n in range(1, _DRIFT_STEPS + 1) for sign in (-1, 1))):
        if pyotp.utils.strings_equal(app.generate_otp(step), code):
            return step
    return None


def qr_code(registered: Totp, member: Member, organization: Organization) -> str:
    """The registration as a picture for the app's camera: a PNG in a data URL."""
    import pyotp
    import segno

    uri = pyotp.TOTP(registered.secret).provisioning_uri(
        name=member.email_address, issuer_name=organization.organization_name
    )
    picture = io.BytesIO()
    segno.make(uri).save(picture, kind="png", scale=5)
    return "data:image/png;base64," + base64.b64encode(picture.getvalue()).decode()


def new_recovery_codes(ctx: Context, member: Member, given: list[str] | None = None) -> list[str]:
    """Ten codes, or the given ones, in place of all former ones."""
    ctx.store.delete_all(RecoveryCode, member_id=member.member_id)
    codes = given or [ctx.ids.recovery_code() for _ in range(RECOVERY_CODES)]
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


def is_recovery_code(text: str) -> bool:
    """Whether a code looks like those made here."""
    return re.fullmatch(_RECOVERY_CODE, text) is not None


def recovery_codes(ctx: Context, member: Member) -> list[RecoveryCode]:
    """Those that are left."""
    left = ctx.store.all(RecoveryCode, member_id=member.member_id, used_at=None)
    return sorted(left, key=lambda code: code.position)


def delete(ctx: Context, member: Member) -> None:
    """The app and its recovery codes go."""
    ctx.store.delete_all(Totp, member_id=member.member_id)
    ctx.store.delete_all(RecoveryCode, member_id=member.member_id)


def factor_detail(registered: Totp) -> dict[str, Any]:
    return {"authenticator_app_factor": {"totp_id": registered.totp_registration_id}}
