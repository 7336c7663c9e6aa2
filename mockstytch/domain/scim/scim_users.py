"""What a directory's users do to members: a new one makes a member, a deactivated one deletes it, changes follow."""

from typing import Any

from mockstytch import errors, wire
from mockstytch.clock import position
from mockstytch.domain.credentials import passwords
from mockstytch.domain.organizations import members, provisioning
from mockstytch.domain.shared import emails, lookup
from mockstytch.protocols.scim import scim_attributes
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member, ScimLink
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.scim import ScimConnection, ScimGroup, ScimMembership, ScimUser

Json = dict[str, Any]


def create(ctx: Context, connection: ScimConnection, attributes: Json, active: bool) -> ScimUser:
    """Make a member of a user, or take over the one that has its address. An inactive one is deleted right away.

    Args:
        attributes: the resource, without what is derived.

    Raises:
        duplicate_member_email: the directory has a user with this ``userName`` or address already.
        retired_member_email, desired_email_updating_for_different_member: another member keeps the address.
        invalid_email: the user has no address that a member could have.
    """
    organization = ctx.store.get(Organization, organization_id=connection.organization_id)
    address = address_of(attributes)
    member = lookup.member_by_email(ctx, organization, address)
    is_new = member is None
    if member is None:
        member = provisioning.insert_member(ctx, organization, address, status="active")
    elif ctx.store.find(ScimUser, member_id=member.member_id):
        raise errors.duplicate_member_email(because="another user of the directory has the address")
    user = ScimUser(
        member_id=member.member_id,
        connection_id=connection.connection_id,
        user_name_key=attributes["userName"].lower(),
        attributes=attributes,
        created_at=ctx.now,
        updated_at=ctx.now,
        position=position(),
    )
    user = ctx.store.insert(user, user_name_key=errors.duplicate_member_email(because="the userName is taken"))
    _settle(ctx, organization, user, member, active=True, action="create" if is_new else "update")
    return user if active else change(ctx, connection, user, attributes, active)


def change(ctx: Context, connection: ScimConnection, user: ScimUser, attributes: Json, active: bool | None) -> ScimUser:
    """Let a member become what the directory says of it now.

    Args:
        active: whether it is one; None leaves that as it is.

    Raises:
        duplicate_member_email: another user has the ``userName``, or another member the address.
        reactivation_email_belongs_to_another_member: it can't come back, since its address is taken.
        retired_member_email, desired_email_updating_for_different_member: another member keeps the address.
        invalid_email: the user has no address that a member could have.
    """
    organization = ctx.store.get(Organization, organization_id=connection.organization_id)
    member = ctx.store.get(Member, member_id=user.member_id)
    if attributes != user.attributes:
        taken = {"user_name_key": errors.duplicate_member_email(because="the userName is taken")}
        user_name_key = attributes["userName"].lower()
        user = ctx.store.update(user, taken, user_name_key=user_name_key, attributes=attributes, updated_at=ctx.now)
    was_active = member.status != "deleted"
    _settle(ctx, organization, user, member, active=was_active if active is None else active, action="update")
    return user


def delete(ctx: Context, user: ScimUser) -> None:
    """The directory forgets a user: its member is deleted, and no directory's any more."""
    member = ctx.store.get(Member, member_id=user.member_id)
    if member.status != "deleted":
        member = members.delete(ctx, member)
    ctx.store.update(member, scim_registration=None)
    ctx.store.delete(user)


def refresh(ctx: Context, organization: Organization, member_id: str) -> None:
    """The user's groups changed, or what they are called."""
    user = ctx.store.get(ScimUser, member_id=member_id)
    member = ctx.store.get(Member, member_id=member_id)
    _settle(ctx, organization, user, member, active=member.status != "deleted", action="update")


def _settle(
    ctx: Context, organization: Organization, user: ScimUser, before: Member, *, active: bool, action: str
) -> None:
    """Write to a member what its user says, and tell of it."""
    member = before
    if before.status != "deleted" and not active:
        member = members.delete(ctx, member)
    member = _with_address(ctx, organization, member, address_of(user.attributes))
    member = ctx.store.update(
        member, name=name_of(user.attributes) or member.name, scim_registration=_link(ctx, user, member, active)
    )
    if active and member.status != "active":
        member = _activated(ctx, organization, member)
    if active and (member != before or action == "create"):
        member = ctx.store.update(member, updated_at=ctx.now)
        ctx.emit("member", action, member.member_id, wire.member(member, organization))


def _activated(ctx: Context, organization: Organization, member: Member) -> Member:
    if member.status == "deleted":
        kept = emails.find_reservation(ctx, organization, member.email_address)
        if kept or lookup.member_by_email(ctx, organization, member.email_address):
            raise errors.reactivation_email_belongs_to_another_member()
    return ctx.store.update(member, members.uniqueness_errors(), status="active")


def _with_address(ctx: Context, organization: Organization, member: Member, address: str) -> Member:
    if address == member.email_address:
        return member
    if member.status != "deleted":
        return passwords.on_email_changed(
            ctx, emails.change_address(ctx, organization, member, address, verified=False)
        )
    return ctx.store.update(  # nobody's address is retired by a member that is none
        member,
        email_id=ctx.ids.new("email"),
        email_address=address,
        email_domain=emails.domain_of(address),
        email_address_verified=False,
    )


def _link(ctx: Context, user: ScimUser, member: Member, active: bool) -> ScimLink:
    groups = groups_of(ctx, user.member_id)
    former = member.scim_registration
    return ScimLink(
        registration_id=former.registration_id if former else ctx.ids.new("scim_registration"),
        connection_id=user.connection_id,
        external_id=user.attributes.get("externalId", ""),
        scim_attributes=scim_attributes.serialize(user.attributes, user.member_id, active, groups),
        group_ids=list(groups),
    )


def groups_of(ctx: Context, member_id: str) -> dict[str, str]:
    """The names of the groups that a user is in, by id."""
    found = [
        ctx.store.get(ScimGroup, group_id=membership.group_id)
        for membership in ctx.store.all(ScimMembership, member_id=member_id)
    ]
    return {group.group_id: group.group_name for group in sorted(found, key=lambda group: group.position)}


def address_of(attributes: Json) -> str:
    """The address that the member is to have: the primary one, else the one at work, else the first.

    Raises:
        invalid_email: there is none, or it is no address.
    """
    given = attributes.get("emails", [])
    ranked = sorted(given, key=lambda email: (not email.get("primary"), email.get("type") != "work"))
    address = str(ranked[0].get("value", "")).strip().lower() if ranked else ""
    if not emails.is_address(address):
        raise errors.invalid_email(because="a user needs an e-mail address")
    return address


def name_of(attributes: Json) -> str:
    """What the member is called; "" where the directory doesn't say."""
    name = attributes.get("name") or {}
    both = f"{name.get('givenName', '')} {name.get('familyName', '')}".strip()
    return str(name.get("formatted") or both or attributes.get("displayName", ""))
