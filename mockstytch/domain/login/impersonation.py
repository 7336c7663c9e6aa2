"""Acting as a member: whom, with what token, and what comes of it."""

import hashlib
from datetime import timedelta
from uuid import UUID

from mockstytch import errors
from mockstytch.domain.shared import emails, single_use
from mockstytch.runtime import Context
from mockstytch.store.records.credentials import ImpersonationToken
from mockstytch.store.records.members import Member
from mockstytch.store.records.sessions import Factor

_TOKEN_MINUTES = 5
_LONGEST_REASON = 1024


def create_token(
    ctx: Context, member: Member, impersonator_email_address: str, reason: str | None
) -> ImpersonationToken:
    """A token that lives five minutes.

    Raises:
        member_impersonation_not_allowed: the project doesn't allow it, or the member is not active.
        invalid_email: the impersonator has no address.
        invalid_impersonation_reason: blank or too long.
    """
    require_allowed(ctx, member)
    address = impersonator_email_address.strip().lower()
    if not emails.is_address(address):
        raise errors.invalid_email(because="impersonator_email_address is needed")
    if reason is not None and not (reason.strip() and len(reason) <= _LONGEST_REASON):
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
    """What the dashboard would call its user: always the same for one address. The prefix is a guess."""
    return f"workspace-member-{UUID(bytes=hashlib.sha256(email_address.encode()).digest()[:16], version=4)}"


def redeem(ctx: Context, token: str) -> tuple[Member, Factor]:
    """Use a token up. Answers whom it is for, and the one factor of the session to come.

    Raises:
        unable_to_auth_impersonation_token: unknown, used or expired, or the member is gone.
        member_impersonation_not_allowed: not any more.
    """
    found = ctx.store.find(ImpersonationToken, token=token)
    if found is None:
        raise errors.unable_to_auth_impersonation_token(because="unknown token")
    single_use.require_unused(ctx, found, errors.unable_to_auth_impersonation_token)
    member = ctx.store.get(Member, member_id=found.member_id)
    if member.status == "deleted":
        raise errors.unable_to_auth_impersonation_token(because="the member was deleted since")
    require_allowed(ctx, member)
    single_use.consume(ctx, found, errors.unable_to_auth_impersonation_token)
    detail = {
        "impersonator_id": found.impersonator_id,
        "impersonator_email_address": found.impersonator_email_address,
    }
    factor = Factor(
        type="impersonated",
        delivery_method="impersonation",
        detail={"impersonated_factor": detail},
        created_at=ctx.now,
        updated_at=ctx.now,
        last_authenticated_at=ctx.now,
    )
    return member, factor


def require_allowed(ctx: Context, member: Member) -> None:
    """
    Raises:
        member_impersonation_not_allowed: the project doesn't allow it, or the member is not active.
    """
    if not ctx.project.settings.user_impersonation_enabled:
        raise errors.member_impersonation_not_allowed(because="user_impersonation_enabled is off")
    if member.status != "active":
        raise errors.member_impersonation_not_allowed(because=f"the member is {member.status}")
