"""Sessions: started, found, extended, ended."""

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

DEFAULT_MINUTES = 60


def find(ctx: Context, session_token: str = "", session_jwt: str = "") -> MemberSession:
    """The living session of a token or a JWT, exactly one of which must be given.

    Raises:
        no_session_arguments, too_many_session_arguments: none or both.
        session_not_found: unknown, expired or revoked.
    """
    require_single_session(session_token, session_jwt)
    if session_token:
        found = ctx.store.find(MemberSession, session_token=session_token)
    elif session_jwt:
        found = ctx.store.find(MemberSession, member_session_id=jwt.session_id(ctx, session_jwt))
    else:
        raise errors.no_session_arguments()
    if found is None or not is_active(ctx, found):
        why = "unknown" if found is None else "revoked" if found.revoked_at else "expired"
        raise errors.session_not_found(because=why)
    return found


def require_single_session(*given: str) -> None:
    """At most one of a session's token, its JWT and an intermediate session's token comes along.

    Raises:
        too_many_session_arguments: more than one does.
    """
    if sum(map(bool, given)) > 1:
        raise errors.too_many_session_arguments()


def is_active(ctx: Context, session: MemberSession) -> bool:
    return session.revoked_at is None and session.expires_at > ctx.now


def start(
    ctx: Context, member: Member, factors: list[Factor], minutes: int | None, claims: dict[str, Any]
) -> MemberSession:
    return ctx.store.insert(
        MemberSession(
            member_session_id=ctx.ids.new("session"),
            organization_id=member.organization_id,
            member_id=member.member_id,
            session_token=ctx.ids.token(),
            authentication_factors=factors,
            custom_claims=metadata.merge_claims({}, claims),
            started_at=ctx.now,
            last_accessed_at=ctx.now,
            expires_at=ctx.now + timedelta(minutes=minutes or DEFAULT_MINUTES),
        )
    )


def touch(
    ctx: Context,
    session: MemberSession,
    minutes: int | None,
    claims: dict[str, Any],
    factors: list[Factor] | None = None,
) -> MemberSession:
    """The session, accessed now. ``minutes`` sets how long it lives from now on; None leaves that as it is.

    Raises:
        session_not_mutable: it is an impersonated one, which neither lives longer nor gets factors.
    """
    if (minutes or factors) and is_impersonated(session):
        raise errors.session_not_mutable()
    expires_at = ctx.now + timedelta(minutes=minutes) if minutes else session.expires_at
    return ctx.store.update(
        session,
        last_accessed_at=ctx.now,
        expires_at=expires_at,
        authentication_factors=merge_factors(session.authentication_factors, factors or []),
        custom_claims=metadata.merge_claims(session.custom_claims, claims) if claims else session.custom_claims,
    )


def extend(
    ctx: Context, session: MemberSession, minutes: int | None, claims: dict[str, Any], factors: list[Factor]
) -> MemberSession:
    """The session after one more login. It lives for ``minutes``; None lengthens it to the default, and never cuts it
    short."""
    if minutes is None and session.expires_at < ctx.now + timedelta(minutes=DEFAULT_MINUTES):
        minutes = DEFAULT_MINUTES
    return touch(ctx, session, minutes, claims, factors)


def is_impersonated(session: MemberSession) -> bool:
    return any(factor.type == "impersonated" for factor in session.authentication_factors)


def merge_factors(old: list[Factor], new: list[Factor]) -> list[Factor]:
    """Factors after more were proven: a method used again is the same factor, used later."""
    result = list(old)
    for factor in new:
        same = next((n for n, f in enumerate(result) if _is_same(f, factor)), None)
        if same is None:
            result.append(factor)
        else:
            result[same] = msgspec.structs.replace(factor, created_at=result[same].created_at)
    return result


def _is_same(a: Factor, b: Factor) -> bool:
    return (a.type, a.delivery_method, a.detail) == (b.type, b.delivery_method, b.detail)


def revoke(ctx: Context, session: MemberSession) -> None:
    ctx.store.update(session, revoked_at=ctx.now)


def revoke_all(ctx: Context, member: Member) -> None:
    """End every living session of a member."""
    for session in active_sessions(ctx, member):
        revoke(ctx, session)


def active_sessions(ctx: Context, member: Member) -> list[MemberSession]:
    """The member's living sessions, oldest first."""
    found = ctx.store.all(MemberSession, member_id=member.member_id, revoked_at=None)
    return sorted((s for s in found if is_active(ctx, s)), key=lambda s: (s.started_at, s.member_session_id))


def session_response(
    ctx: Context, session: MemberSession, member: Member, organization: Organization
) -> dict[str, Any]:
    """The keys that every answer with a session has."""
    return {
        "member_session": wire.session(session, member, organization),
        "session_token": session.session_token,
        "session_jwt": jwt.issue(ctx, session, member, organization),
        "member": wire.member(member, organization),
        "organization": wire.organization(organization),
    }
