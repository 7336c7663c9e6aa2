"""Finders that raise the API's own not-found errors."""

import re

from mockstytch import errors
from mockstytch.domain.shared import single_use
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import IntermediateSession

_REFERENCE = r"[A-Za-z0-9._~|-]{1,128}"  # what an id, a slug or an external id can be made of


def organization(ctx: Context, ref: str) -> Organization:
    """By id, slug or external id.

    Raises:
        invalid_organization_id: it can be none of the three.
        organization_not_found: none has it.
    """
    if ref.startswith("organization-test-"):
        found = ctx.store.find(Organization, organization_id=ref)
    elif re.fullmatch(_REFERENCE, ref):
        found = None
    else:
        raise errors.invalid_organization_id()
    found = (
        found
        or ctx.store.find(Organization, slug_key=ref.lower())
        or ctx.store.find(Organization, organization_external_id=ref)
    )
    if found is None:
        raise errors.organization_not_found(because=f"no organization has the id, slug or external id {ref}")
    return found


def member(ctx: Context, organization: Organization, ref: str) -> Member:
    """By id, or by the external id in the organization. Deleted members are not found.

    Raises:
        member_does_not_exist_in_organization: it is a member of another organization.
        member_not_found: there is none.
    """
    if not ref.startswith("member-test-"):
        found = _living(ctx, organization, external_id=ref)
    else:
        found = ctx.store.find(Member, member_id=ref)
        if found is not None and found.organization_id != organization.organization_id:
            raise errors.member_does_not_exist_in_organization()
    if found is None or found.status == "deleted":
        raise errors.member_not_found(because="the member is deleted" if found else f"no member has the id {ref}")
    return without_expired_lock(ctx, found)


def member_by_email(ctx: Context, organization: Organization, email_address: str) -> Member | None:
    """The member with this address who is not deleted."""
    return _living(ctx, organization, email_address=email_address)


def _living(ctx: Context, organization: Organization, **where: str) -> Member | None:
    living = ctx.store.find(
        Member, excluding=("status", "deleted"), organization_id=organization.organization_id, **where
    )
    return without_expired_lock(ctx, living) if living else None


def without_expired_lock(ctx: Context, member: Member) -> Member:
    """The member, without a lock that is over."""
    if member.lock_expires_at is None or member.lock_expires_at > ctx.now:
        return member
    return ctx.store.update(member, failed_attempts=0, lock_created_at=None, lock_expires_at=None)


def intermediate_session(ctx: Context, token: str) -> IntermediateSession:
    """
    Raises:
        intermediate_session_not_found: unknown, expired or used up.
    """
    found = ctx.store.find(IntermediateSession, intermediate_session_token=token)
    if found is None:
        raise errors.intermediate_session_not_found(because="unknown token")
    single_use.require_unused(ctx, found, errors.intermediate_session_not_found)
    return found
