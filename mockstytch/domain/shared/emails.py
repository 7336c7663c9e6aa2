"""Addresses: whose they are, and whose they may become."""

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

# Providers whose addresses say nothing about where somebody works; under any top-level domain. The documentation's
# list is cut off after "f"; the last line is how such lists go on.
_COMMON = frozenset(
    """
    gmail aol yahoo icloud hotmail msn comcast live outlook att earthlink me mac sbcglobal verizon ig mail hey laposte
    wanadoo googlemail orange rediffmail uol bol
    free gmx web yandex proton protonmail zoho fastmail ymail qq
    """.split()  # noqa: SIM905 · a list of words is read as one
)


def domain_of(email_address: str) -> str:
    return email_address.rpartition("@")[2].lower()


def is_address(text: str) -> bool:
    return len(text) <= 254 and re.search(ADDRESS, text) is not None


def is_common(domain: str) -> bool:
    """Whether a domain is a public mail provider's: ``gmail.com``, ``yahoo.co.uk``."""
    name, *rest = domain.split(".")
    return name in _COMMON and (len(rest) == 1 or (len(rest) == 2 and rest[0] in ("co", "com")))


def require_available(
    ctx: Context, organization: Organization, email_address: str, member: Member | None = None
) -> None:
    """An address that a member of the organization is to get must not be kept back for another one.

    Args:
        member: who is to get it; None for a new member.

    Raises:
        retired_member_email: another member had it, and may come back to it.
        desired_email_updating_for_different_member: another member is about to get it.
    """
    kept = reservation(ctx, organization, email_address)
    if kept is None or (member and kept.member_id == member.member_id):
        return
    if kept.use == "retired":
        raise errors.retired_member_email()
    raise errors.desired_email_updating_for_different_member()


def reservation(ctx: Context, organization: Organization, email_address: str) -> EmailReservation | None:
    """What keeps an address back. A pending update that ran out doesn't, and goes."""
    found = ctx.store.find(EmailReservation, organization_id=organization.organization_id, email_address=email_address)
    if found and found.expires_at and found.expires_at <= ctx.now:
        ctx.store.delete(found)
        return None
    return found


def change(
    ctx: Context, organization: Organization, member: Member, new: str, *, verified: bool, unlink: bool = False
) -> Member:
    """Give a member another address. The former one is retired: nobody else in the organization can have it.

    Args:
        verified: whether the new address was proven just now.
        unlink: let the former address go instead.

    Raises:
        duplicate_member_email: another member has it.
        retired_member_email, desired_email_updating_for_different_member: see ``check_free``.
    """
    require_available(ctx, organization, new, member)
    if lookup.member_by_email(ctx, organization, new) is not None:
        raise errors.duplicate_member_email()
    if kept := reservation(ctx, organization, new):
        ctx.store.delete(kept)
    back = next((e for e in member.retired_email_addresses if e.email_address == new), None)
    retired = [e for e in member.retired_email_addresses if e.email_address != new]
    if not unlink:
        retired.append(RetiredEmail(email_id=member.email_id, email_address=member.email_address))
        reserve(ctx, member, member.email_address, "retired")
    return ctx.store.update(
        member,
        email_id=back.email_id if back else ctx.ids.new("email"),
        email_address=new,
        email_domain=domain_of(new),
        email_address_verified=verified,
        retired_email_addresses=retired,
        updated_at=ctx.now,
    )


def complete_update(ctx: Context, organization: Organization, token: OneTimeToken) -> Member:
    """The new address of ``start_email_update`` is proven: it is the member's from now on.

    Raises:
        unable_to_verify_member_email_update: it went to another member meanwhile.
    """
    member = ctx.store.get(Member, member_id=token.member_id)
    if member.email_address == token.email_address:
        return member
    try:
        member = change(ctx, organization, member, token.email_address, verified=True)
    except errors.StytchError as e:
        raise errors.unable_to_verify_member_email_update(because=e.kind.error_type) from None
    member_events.member_updated(ctx, member, organization)
    return member


def reserve(
    ctx: Context, member: Member, email_address: str, use: Literal["retired", "updating"], minutes: int | None = None
) -> None:
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
    """Let a retired address go: from now on anybody can have it."""
    ctx.store.delete_all(EmailReservation, organization_id=member.organization_id, email_address=retired.email_address)
    left = [e for e in member.retired_email_addresses if e.email_id != retired.email_id]
    return ctx.store.update(member, retired_email_addresses=left, updated_at=ctx.now)
