"""Impersonation: single-use tokens that let an operator of the project log in as a member."""

import hashlib
from datetime import timedelta
from uuid import UUID

from mockstytch import errors
from mockstytch.domain.sessions import sessions
from mockstytch.domain.shared import emails, single_use
from mockstytch.runtime import Context
from mockstytch.store.records.credentials import ImpersonationToken
from mockstytch.store.records.members import Member
from mockstytch.store.records.sessions import Factor

_TOKEN_MINUTES = 5
_MAX_REASON_LENGTH = 1024


def create_token(
    ctx: Context, member: Member, impersonator_email_address: str, reason: str | None
) -> ImpersonationToken:
    """Create a token that is valid for five minutes.

    Raises:
        member_impersonation_not_allowed: if the project doesn't allow impersonation, or the member isn't active.
        invalid_email: if the impersonator's e-mail address isn't valid.
        invalid_impersonation_reason: if the reason is blank or too long.
    """
    require_allowed(ctx, member)
    address = impersonator_email_address.strip().lower()
    if not emails.is_address(address):
        raise errors.invalid_email(because="impersonator_email_address isn't a valid e-mail address")
    if reason is not None and not (reason.strip() and len(reason) <= _MAX_REASON_LENGTH):
        raise errors.invalid_impersonation_reason()
    return ctx.store.insert(
        ImpersonationToken(
            token=ctx.ids.token(),
            member_id=member.member_id,
            impersonator_id=_impersonator_id(address),
            impersonator_email_address=address,
            reason=reason or "",
            created_at=ctx.now,
            expires_at=ctx.now + timedelta(minutes=_TOKEN_MINUTES),
        )
    )


def _impersonator_id(email_address: str) -> str:
    """Return a dashboard user id, always the same for an address. Production's format isn't documented."""
    return f"workspace-member-{UUID(bytes=hashlib.sha256(email_address.encode()).digest()[:16], version=4)}"


def redeem(ctx: Context, token: str) -> tuple[Member, Factor]:
    """Consume a token. Return the member, and the only factor of the new session.

    Raises:
        unable_to_auth_impersonation_token: if the token is unknown, used or expired, or the member has been deleted.
        member_impersonation_not_allowed: if the project doesn't allow impersonation, or the member isn't active.
    """
    found = ctx.store.find(ImpersonationToken, token=token)
    if found is None:
        raise errors.unable_to_auth_impersonation_token(because="unknown token")
    single_use.require_unused(ctx, found, errors.unable_to_auth_impersonation_token)
    member = ctx.store.get(Member, member_id=found.member_id)
    if member.status == "deleted":
        raise errors.unable_to_auth_impersonation_token(because="the member has been deleted")
    require_allowed(ctx, member)
    single_use.consume(ctx, found, errors.unable_to_auth_impersonation_token)
    detail = {
        "impersonator_id": found.impersonator_id,
        "impersonator_email_address": found.impersonator_email_address,
    }
    return member, sessions.new_factor(ctx, "impersonated", "impersonation", {"impersonated_factor": detail})


def require_allowed(ctx: Context, member: Member) -> None:
    """Check that the project allows impersonation of the member.

    Raises:
        member_impersonation_not_allowed: if the project doesn't allow impersonation, or the member isn't active.
    """
    if not ctx.project.settings.user_impersonation_enabled:
        raise errors.member_impersonation_not_allowed(because="user_impersonation_enabled is off")
    if member.status != "active":
        raise errors.member_impersonation_not_allowed(because=f"the member is {member.status}")
