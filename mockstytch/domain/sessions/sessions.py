"""Sessions: start, find, extend and revoke them; the factors that they list."""

from datetime import timedelta
from typing import Any

import msgspec

from mockstytch import errors, wire
from mockstytch.domain.sessions import jwt
from mockstytch.domain.shared import metadata
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import Factor, MemberSession

MIN_MINUTES, DEFAULT_MINUTES, MAX_MINUTES = 5, 60, 527040
COOKIE, JWT_COOKIE = "stytch_session", "stytch_session_jwt"  # the names that Stytch's browser SDKs use by default


def find(ctx: Context, session_token: str = "", session_jwt: str = "") -> MemberSession:
    """Return the active session with this token or JWT. Exactly one of them must be given.

    Raises:
        no_session_arguments: if no session is given.
        session_not_found: if the session is unknown, expired or revoked.
    """
    require_single_session(session_token, session_jwt)
    if session_token:
        session = ctx.store.find_with_references(MemberSession, session_token=session_token)
    elif session_jwt:
        session = ctx.store.find_with_references(MemberSession, member_session_id=jwt.session_id(ctx, session_jwt))
    else:
        raise errors.no_session_arguments()
    if session is None or not is_active(ctx, session):
        why = "unknown" if session is None else "revoked" if session.revoked_at else "expired"
        raise errors.session_not_found(because=why)
    return session


def require_single_session(*values: str) -> None:
    """Check that a request sends at most one of a session token, a session JWT and an intermediate session token.

    Raises:
        too_many_session_arguments: if more than one session is given.
    """
    if len(values) - values.count("") > 1:
        raise errors.too_many_session_arguments()


def require_duration(minutes: int | None) -> None:
    """Check the lifetime of a session. None means the default.

    Raises:
        invalid_session_duration_minutes: if the lifetime isn't between 5 and 527040 minutes.
    """
    if minutes is not None and not MIN_MINUTES <= minutes <= MAX_MINUTES:
        raise errors.invalid_session_duration_minutes(because=f"{minutes} minutes")


def is_active(ctx: Context, session: MemberSession) -> bool:
    """Return whether the session isn't revoked or expired."""
    return session.revoked_at is None and session.expires_at > ctx.now


def start(
    ctx: Context, member: Member, factors: list[Factor], duration_minutes: int | None, custom_claims: dict[str, Any]
) -> MemberSession:
    """Start a session. None as ``duration_minutes`` means an hour."""
    return ctx.store.insert_with_commit(
        MemberSession(
            member_session_id=ctx.ids.new("session"),
            organization_id=member.organization_id,
            member_id=member.member_id,
            session_token=ctx.ids.token(),
            authentication_factors=factors,
            custom_claims=metadata.merge_claims({}, custom_claims),
            started_at=ctx.now,
            last_accessed_at=ctx.now,
            expires_at=ctx.now + timedelta(minutes=duration_minutes or DEFAULT_MINUTES),
        )
    )


def touch(
    ctx: Context,
    session: MemberSession,
    duration_minutes: int | None,
    custom_claims: dict[str, Any],
    factors: list[Factor] | None = None,
) -> MemberSession:
    """Update the time of last access, and whatever else is given.

    Args:
        duration_minutes: the session's lifetime from now; None leaves its expiry unchanged.

    Raises:
        session_not_mutable: if the session is impersonated, so that its lifetime and its factors can't change.
    """
    if (duration_minutes or factors) and is_impersonated(session):
        raise errors.session_not_mutable()
    changes: dict[str, Any] = {"last_accessed_at": ctx.now}
    if duration_minutes:
        changes["expires_at"] = ctx.now + timedelta(minutes=duration_minutes)
    if factors:
        changes["authentication_factors"] = merge_factors(session.authentication_factors, factors)
    if custom_claims:
        changes["custom_claims"] = metadata.merge_claims(session.custom_claims, custom_claims)
    return ctx.store.update_with_commit(session, **changes)


def extend(
    ctx: Context,
    session: MemberSession,
    duration_minutes: int | None,
    custom_claims: dict[str, Any],
    factors: list[Factor],
) -> MemberSession:
    """Add factors to a session after another login.

    Args:
        duration_minutes: the session's lifetime from now; None extends a shorter one to 60 minutes.
    """
    if duration_minutes is None and session.expires_at < ctx.now + timedelta(minutes=DEFAULT_MINUTES):
        duration_minutes = DEFAULT_MINUTES
    return touch(ctx, session, duration_minutes, custom_claims, factors)


def is_impersonated(session: MemberSession) -> bool:
    """Return whether the session was started with an impersonation token."""
    return any(factor.type == "impersonated" for factor in session.authentication_factors)


def new_factor(
    ctx: Context,
    type_: str,
    delivery_method: str,
    detail: dict[str, dict[str, Any]] | None = None,
    *,
    proves_email: str = "",
    tenant_ids: list[str] | None = None,
) -> Factor:
    """Return a factor that was verified now. See ``Factor`` for the arguments."""
    return Factor(
        type=type_,
        delivery_method=delivery_method,
        detail=detail or {},
        proves_email=proves_email,
        tenant_ids=tenant_ids or [],
        created_at=ctx.now,
        updated_at=ctx.now,
        last_authenticated_at=ctx.now,
    )


def merge_factors(factors: list[Factor], verified: list[Factor]) -> list[Factor]:
    """Add verified factors to a list. A factor that is in the list already keeps its place and its creation time."""
    result = list(factors)
    for factor in verified:
        index = next((n for n, f in enumerate(result) if _is_same(f, factor)), None)
        if index is None:
            result.append(factor)
        else:
            result[index] = msgspec.structs.replace(factor, created_at=result[index].created_at)
    return result


def _is_same(a: Factor, b: Factor) -> bool:
    return (a.type, a.delivery_method, a.detail) == (b.type, b.delivery_method, b.detail)


def revoke(ctx: Context, session: MemberSession) -> None:
    """Revoke a session. Its JWTs stay valid until they expire, for apps that verify them locally."""
    ctx.store.update(session, revoked_at=ctx.now)


def revoke_all(ctx: Context, member: Member) -> None:
    """Revoke all active sessions of a member."""
    for session in active_sessions(ctx, member):
        revoke(ctx, session)


def active_sessions(ctx: Context, member: Member) -> list[MemberSession]:
    """Return the member's active sessions, oldest first."""
    sessions = ctx.store.all(MemberSession, member_id=member.member_id, revoked_at=None)
    return sorted((s for s in sessions if is_active(ctx, s)), key=lambda s: (s.started_at, s.member_session_id))


def session_response(
    ctx: Context, session: MemberSession, member: Member, organization: Organization
) -> dict[str, Any]:
    """Return the part of a response that all operations with a session share."""
    member_session = wire.session(session, member, organization)
    owners = {"member": wire.member(member, organization), "organization": wire.organization(organization)}
    session_jwt = jwt.issue(ctx, member_session, owners)
    return {
        "member_session": member_session,
        "session_token": session.session_token,
        "session_jwt": session_jwt,
        **owners,
    }
