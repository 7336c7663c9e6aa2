"""E-mail addresses: syntax and domains, reservations, and the change of a member's address."""

import re
from datetime import timedelta
from typing import Literal

from mockstytch import errors
from mockstytch.domain.shared import lookup, member_events
from mockstytch.runtime import Context
from mockstytch.store.records.members import EmailReservation, Member, RetiredEmail
from mockstytch.store.records.messages import OneTimeToken
from mockstytch.store.records.organizations import Organization

ADDRESS = r"\A[^@\s\x00-\x1f<>()\[\],;:\\\"]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}\Z"

# Public mail providers, under any top-level domain: the list in Stytch's documentation.
_COMMON = frozenset(
    """
    gmail aol yahoo icloud hotmail msn comcast live outlook att earthlink me mac sbcglobal verizon ig mail hey laposte
    wanadoo googlemail orange rediffmail uol bol free gmx yandex ymail libero
    """.split()  # noqa: SIM905 · plain text is easier to read than a list of strings
)
REGISTRIES = {"ac", "co", "com", "edu", "gov", "ne", "net", "org"}  # labels before a country that aren't a name


def domain_of(email_address: str) -> str:
    """Return the domain of an address, in lower case."""
    return email_address.rpartition("@")[2].lower()


def is_address(text: str) -> bool:
    """Return whether a text has the syntax of an e-mail address."""
    return len(text) <= 254 and re.search(ADDRESS, text) is not None


def is_common(domain: str) -> bool:
    """Return whether a domain belongs to a public mail provider: ``gmail.com``, ``yahoo.co.uk``."""
    name, *rest = domain.split(".")
    return name in _COMMON and (len(rest) == 1 or (len(rest) == 2 and rest[0] in REGISTRIES))


def require_available(
    ctx: Context, organization: Organization, email_address: str, member: Member | None = None
) -> None:
    """Raise if the address is reserved for another member of the organization.

    Args:
        member: the member to get the address; None for a new member.

    Raises:
        retired_member_email: if the address is a retired address of another member.
        desired_email_updating_for_different_member: if another member is changing to this address.
    """
    reserved = find_reservation(ctx, organization, email_address)
    if reserved is None or (member and reserved.member_id == member.member_id):
        return
    if reserved.use == "retired":
        raise errors.retired_member_email()
    raise errors.desired_email_updating_for_different_member()


def find_reservation(ctx: Context, organization: Organization, email_address: str) -> EmailReservation | None:
    """Return the reservation of an address. An expired one is deleted."""
    reserved = ctx.store.find(
        EmailReservation, organization_id=organization.organization_id, email_address=email_address
    )
    if reserved and reserved.expires_at and reserved.expires_at <= ctx.now:
        ctx.store.delete(reserved)
        return None
    return reserved


def change_address(
    ctx: Context, organization: Organization, member: Member, new: str, *, verified: bool, unlink: bool = False
) -> Member:
    """Change a member's address, and retire the former one: no other member of the organization can take it.

    The caller emits the member's update event.

    Args:
        verified: whether the member has just verified the new address.
        unlink: release the former address instead of retiring it.

    Raises:
        duplicate_member_email: if another member has the address.
        retired_member_email: if the address is a retired address of another member.
        desired_email_updating_for_different_member: if another member is changing to this address.
    """
    require_available(ctx, organization, new, member)
    if lookup.member_by_email(ctx, organization, new) is not None:
        raise errors.duplicate_member_email()
    if reserved := find_reservation(ctx, organization, new):
        ctx.store.delete(reserved)
    former = next((e for e in member.retired_email_addresses if e.email_address == new), None)
    retired = [e for e in member.retired_email_addresses if e.email_address != new]
    if not unlink:
        retired.append(RetiredEmail(email_id=member.email_id, email_address=member.email_address))
        reserve(ctx, member, member.email_address, "retired")
    return ctx.store.update(
        member,
        email_id=former.email_id if former else ctx.ids.new("email"),
        email_address=new,
        email_domain=domain_of(new),
        email_address_verified=verified,
        retired_email_addresses=retired,
        updated_at=ctx.now,
    )


def complete_update(ctx: Context, organization: Organization, token: OneTimeToken) -> Member:
    """Finish ``start_email_update``: give the member the address that the token verifies.

    Raises:
        unable_to_verify_member_email_update: if the address was taken in the meantime.
    """
    member = ctx.store.get(Member, member_id=token.member_id)
    if member.email_address == token.email_address:
        return member
    try:
        member = change_address(ctx, organization, member, token.email_address, verified=True)
    except errors.StytchError as e:
        raise errors.unable_to_verify_member_email_update(because=e.kind.error_type) from None
    member_events.member_updated(ctx, member, organization)
    return member


def reserve(
    ctx: Context, member: Member, email_address: str, use: Literal["retired", "updating"], minutes: int | None = None
) -> None:
    """Reserve an address for a member.

    Args:
        minutes: how long it is reserved; None for no limit.
    """
    ctx.store.insert(
        EmailReservation(
            reservation_id=str(ctx.ids.uuid()),
            organization_id=member.organization_id,
            member_id=member.member_id,
            email_address=email_address,
            use=use,
            expires_at=ctx.now + timedelta(minutes=minutes) if minutes else None,
        )
    )


def release(ctx: Context, member: Member, retired: RetiredEmail) -> Member:
    """Release a retired address, so that any member can take it."""
    ctx.store.delete_all(EmailReservation, organization_id=member.organization_id, email_address=retired.email_address)
    remaining = [e for e in member.retired_email_addresses if e.email_id != retired.email_id]
    return ctx.store.update(member, retired_email_addresses=remaining, updated_at=ctx.now)
