"""Find organizations, members and intermediate sessions, or raise the API's not-found errors."""

import re

from mockstytch import errors
from mockstytch.domain.shared import single_use
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import IntermediateSession

_REFERENCE = r"[A-Za-z0-9._~|-]{1,128}"  # the characters of an id, a slug or an external id


def organization(ctx: Context, ref: str) -> Organization:
    """Return the organization with this id, slug or external id.

    Raises:
        invalid_organization_id: if the value can't be an id, a slug or an external id.
        organization_not_found: if no organization has the id, slug or external id.
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
    """Return the member with this id, or with this external id in the organization.

    Raises:
        member_does_not_exist_in_organization: if the member belongs to another organization.
        member_not_found: if the member doesn't exist or is deleted.
    """
    if not ref.startswith("member-test-"):
        found = _find_not_deleted(ctx, organization, external_id=ref)
    else:
        found = ctx.store.find(Member, member_id=ref)
        if found is not None and found.organization_id != organization.organization_id:
            raise errors.member_does_not_exist_in_organization()
    if found is None or found.status == "deleted":
        raise errors.member_not_found(because="the member is deleted" if found else f"no member has the id {ref}")
    return without_expired_lock(ctx, found)


def member_by_email(ctx: Context, organization: Organization, email_address: str) -> Member | None:
    """Return the member with this address, unless deleted."""
    return _find_not_deleted(ctx, organization, email_address=email_address)


def _find_not_deleted(ctx: Context, organization: Organization, **where: str) -> Member | None:
    found = ctx.store.find(
        Member, excluding=("status", "deleted"), organization_id=organization.organization_id, **where
    )
    return without_expired_lock(ctx, found) if found else None


def without_expired_lock(ctx: Context, member: Member) -> Member:
    """Return the member, after removing an expired lock."""
    if member.lock_expires_at is None or member.lock_expires_at > ctx.now:
        return member
    return ctx.store.update(member, failed_attempts=0, lock_created_at=None, lock_expires_at=None)


def intermediate_session(ctx: Context, token: str) -> IntermediateSession:
    """Return the intermediate session with this token.

    Raises:
        intermediate_session_not_found: if the token is unknown, expired or used.
    """
    found = ctx.store.find(IntermediateSession, intermediate_session_token=token)
    if found is None:
        raise errors.intermediate_session_not_found(because="unknown token")
    single_use.require_unused(ctx, found, errors.intermediate_session_not_found)
    return found
