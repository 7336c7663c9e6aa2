"""Authenticator apps: a second factor by time-based one-time password (RFC 6238: SHA-1, 30 seconds, six digits)."""

import base64
import hmac
import io
from datetime import UTC, datetime, timedelta
from typing import Any

from mockstytch import errors
from mockstytch.domain.credentials import locks
from mockstytch.runtime import Context
from mockstytch.store.records.credentials import RecoveryCode, Totp
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization

_STEP_SECONDS = 30
_DRIFT_STEPS = 1


def register(ctx: Context, member: Member, minutes: int, secret: str = "") -> Totp:
    """Create a pending registration. It becomes active with the first code of the app.

    Args:
        minutes: how long the registration waits for the first code.
        secret: the shared secret in base32. By default, one is generated.

    Raises:
        active_totp_exists: if the member already has an active registration.
        pending_totp_exists: if the member already has a pending registration that hasn't expired.
    """
    existing = ctx.store.find(Totp, member_id=member.member_id)
    if existing is not None:
        if existing.status == "active":
            raise errors.active_totp_exists()
        if existing.expires_at > ctx.now:
            raise errors.pending_totp_exists()
        ctx.store.delete(existing)
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
    """Verify a code of the member's app. The first code activates a pending registration.

    Raises:
        totp_not_found: if the member has no registration.
        expired_totp: if the registration expired before its first code.
        totp_code_already_authenticated: if this code or a later one was used before.
        unable_to_authenticate_totp: if the code is wrong, which counts as a failed attempt.
    """
    locks.require_unlocked(ctx, member)
    registration = ctx.store.find(Totp, member_id=member.member_id)
    if registration is None:
        raise errors.totp_not_found()
    if registration.status == "pending" and registration.expires_at <= ctx.now:
        raise errors.expired_totp()
    step = _step_of(ctx, registration.secret, code)
    if step is None:
        raise locks.record_failure(ctx, member, errors.unable_to_authenticate_totp())
    if step <= registration.last_step or not ctx.store.update_if_unchanged(registration, last_step=step):
        raise errors.totp_code_already_authenticated()
    return ctx.store.update(registration, status="active", last_step=step)


def current_code(ctx: Context, registration: Totp) -> tuple[str, datetime]:
    """Return the code that the app shows now, and when the next one follows."""
    step = int(ctx.now.timestamp()) // _STEP_SECONDS
    return _code(_key(registration.secret), step), datetime.fromtimestamp((step + 1) * _STEP_SECONDS, UTC)


def _step_of(ctx: Context, secret: str, code: str) -> int | None:
    """Return the time step that a code belongs to: the current one, the one before or the one after."""
    key = _key(secret)
    now = int(ctx.now.timestamp()) // _STEP_SECONDS
    for step in (now, *(now + sign * n for n in range(1, _DRIFT_STEPS + 1) for sign in (-1, 1))):
        if hmac.compare_digest(_code(key, step).encode(), code.encode()):
            return step
    return None


def _key(secret: str) -> bytes:
    return base64.b32decode(secret + "=" * (-len(secret) % 8))


def _code(key: bytes, step: int) -> str:
    """Return the code of a time step (RFC 4226, 5.3). ``pyotp`` refuses the short secrets of other systems."""
    digest = hmac.digest(key, (step % 2**64).to_bytes(8), "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def qr_code(registration: Totp, member: Member, organization: Organization) -> str:
    """Return the QR code of a registration, as a PNG in a data URL."""
    import pyotp  # imported on first use, to keep the start of the server fast
    import segno

    uri = pyotp.TOTP(registration.secret).provisioning_uri(
        name=member.email_address, issuer_name=organization.organization_name
    )
    png = io.BytesIO()
    segno.make(uri).save(png, kind="png", scale=5)
    return "data:image/png;base64," + base64.b64encode(png.getvalue()).decode()


def delete(ctx: Context, member: Member) -> None:
    """Delete a member's authenticator app and its recovery codes."""
    ctx.store.delete_all(Totp, member_id=member.member_id)
    ctx.store.delete_all(RecoveryCode, member_id=member.member_id)


def factor_detail(registration: Totp) -> dict[str, Any]:
    """Return the part of an authentication factor that identifies the authenticator app."""
    return {"authenticator_app_factor": {"totp_id": registration.totp_registration_id}}
