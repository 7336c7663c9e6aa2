"""Users of a directory and their members.

Each user belongs to one member, and its SCIM ``id`` is the member's id. A new user creates a member or adopts the one
with its address; a deactivated user's member is deleted and loses its roles; later changes of the user update the
member.

A resource is the user as JSON, in the names of SCIM.
"""

from functools import partial
from typing import Any

from mockstytch import errors
from mockstytch.clock import position
from mockstytch.domain.credentials import passwords
from mockstytch.domain.organizations import members, provisioning
from mockstytch.domain.shared import emails, lookup, member_events
from mockstytch.protocols.scim import scim_attributes
from mockstytch.runtime import Context
from mockstytch.store import queries
from mockstytch.store.queries import RowQuery
from mockstytch.store.records.members import Member, ScimLink
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.scim import ScimConnection, ScimGroup, ScimMembership, ScimUser

Json = dict[str, Any]

# Attributes that aren't stored. The password isn't used; the others are derived.
_NOT_STORED = {"groups", "id", "meta", "password", "schemas"}
_UNIQUENESS_ERRORS = {"user_name_key": partial(errors.duplicate_member_email, because="the userName is taken")}


def query(ctx: Context, connection: ScimConnection, user_name: str | None = None) -> RowQuery:
    """Return the query for a connection's users.

    Args:
        user_name: find only the user with this ``userName``, in any case. An index is used.
    """
    user = ScimUser.table.c
    users = ctx.store.query(ScimUser).where(user.connection_id == connection.connection_id)
    return users if user_name is None else users.where(user.user_name_key == user_name.lower())


def find(ctx: Context, connection: ScimConnection, member_id: str) -> ScimUser | None:
    """Return the connection's user with this id, or None."""
    return ctx.store.find(ScimUser, member_id=member_id, connection_id=connection.connection_id)


def active_member_ids(ctx: Context, connection: ScimConnection, users: list[ScimUser]) -> set[str]:
    """Return which of the users are active. For more than one user, return the active users of the whole connection."""
    member, user = Member.table.c, ScimUser.table.c
    active = ctx.store.query(Member).where(member.status != "deleted")
    if len(users) == 1:
        active = active.where(member.member_id == users[0].member_id)
    else:
        of_connection = queries.values_of(user.member_id, user.connection_id == connection.connection_id)
        active = active.where(member.member_id.in_(of_connection))
    return {row.member_id for row in ctx.store.rows(Member, active)}


def groups_by_member(ctx: Context, connection: ScimConnection, users: list[ScimUser]) -> dict[str, list[ScimGroup]]:
    """Return the groups of the users in the list, by member id. Users without groups are absent."""
    if len(users) == 1:
        memberships = ctx.store.all(ScimMembership, member_id=users[0].member_id)
    else:
        memberships = ctx.store.all(ScimMembership)
    by_id = {group.group_id: group for group in ctx.store.all(ScimGroup, connection_id=connection.connection_id)}
    groups: dict[str, list[ScimGroup]] = {}
    for membership in memberships:
        if membership.group_id in by_id:
            groups.setdefault(membership.member_id, []).append(by_id[membership.group_id])
    return groups


def create(ctx: Context, connection: ScimConnection, resource: Json) -> ScimUser:
    """Create a user with its member, or adopt the member that has the address.

    A user without ``active`` is active. The member of an inactive user is created and deleted.

    Raises:
        duplicate_member_email: if another user of the directory has the ``userName``.
        duplicate_member_email: if another user of the directory has the address.
        retired_member_email: if the address is a retired address of another member.
        desired_email_updating_for_different_member: if another member is changing to this address.
        invalid_email: if the user has no valid e-mail address.
    """
    organization = ctx.store.get(Organization, organization_id=connection.organization_id)
    is_active = resource.get("active") is not False
    attributes = _stored_attributes(resource | {"active": is_active})
    address = _email_address(attributes)
    member = lookup.member_by_email(ctx, organization, address)
    is_new = member is None
    if member is None:
        member = provisioning.insert_member(ctx, organization, address, status="active")
    elif ctx.store.find(ScimUser, member_id=member.member_id):
        raise errors.duplicate_member_email(because="another user of the directory has the address")
    user = ScimUser(
        member_id=member.member_id,
        connection_id=connection.connection_id,
        user_name_key=_user_name_key(attributes),
        attributes=attributes,
        created_at=ctx.now,
        updated_at=ctx.now,
        position=position(),
    )
    user = ctx.store.insert(user, **_UNIQUENESS_ERRORS)
    member = _sync_member(ctx, organization, user, member, active=True, is_new=is_new)
    if not is_active:
        _sync_member(ctx, organization, user, member, active=False)
    return user


def replace(ctx: Context, connection: ScimConnection, user: ScimUser, resource: Json) -> ScimUser:
    """Replace a user (PUT). A resource without ``active`` doesn't change whether the user is active.

    Raises:
        duplicate_member_email: if another user of the directory has the ``userName``.
        duplicate_member_email: if another member has the address.
        reactivation_email_belongs_to_another_member: if the member is deleted and its address is taken.
        retired_member_email: if the address is a retired address of another member.
        desired_email_updating_for_different_member: if another member is changing to this address.
        invalid_email: if the user has no valid e-mail address.
    """
    attributes = _stored_attributes(resource)
    if "active" in user.attributes:
        attributes["active"] = True
    return _write(ctx, connection, user, attributes, resource.get("active"))


def update(ctx: Context, connection: ScimConnection, user: ScimUser, resource: Json) -> ScimUser:
    """Write a changed user (PATCH).

    Raises:
        duplicate_member_email: if another user of the directory has the ``userName``.
        duplicate_member_email: if another member has the address.
        reactivation_email_belongs_to_another_member: if the member is deleted and its address is taken.
        retired_member_email: if the address is a retired address of another member.
        desired_email_updating_for_different_member: if another member is changing to this address.
        invalid_email: if the user has no valid e-mail address.
    """
    return _write(ctx, connection, user, _stored_attributes(resource), resource.get("active"))


def delete(ctx: Context, user: ScimUser) -> None:
    """Delete a user and its member, which no longer has a SCIM registration."""
    member = ctx.store.get(Member, member_id=user.member_id)
    if member.status != "deleted":
        member = _deprovision(ctx, member)
    ctx.store.update(member, scim_registration=None)
    ctx.store.delete(user)


def sync_groups(ctx: Context, member_id: str) -> None:
    """Update a member's ``scim_registration`` after a change of the user's groups or of their names.

    This emits no event of the member: the group's event describes the change.
    """
    user = ctx.store.get(ScimUser, member_id=member_id)
    member = ctx.store.get(Member, member_id=member_id)
    ctx.store.update(member, scim_registration=_registration(ctx, user, member, member.status != "deleted"))


def _write(ctx: Context, connection: ScimConnection, user: ScimUser, attributes: Json, active: bool | None) -> ScimUser:
    """Store a user's attributes and update the member.

    Args:
        active: whether the user is active; None doesn't change it.

    Raises:
        duplicate_member_email: if another user of the directory has the ``userName``.
    """
    organization = ctx.store.get(Organization, organization_id=connection.organization_id)
    member = ctx.store.get(Member, member_id=user.member_id)
    if attributes != user.attributes:
        user_name_key = _user_name_key(attributes)
        user = ctx.store.update(
            user, _UNIQUENESS_ERRORS, user_name_key=user_name_key, attributes=attributes, updated_at=ctx.now
        )
    _sync_member(ctx, organization, user, member, active=member.status != "deleted" if active is None else active)
    return user


def _sync_member(
    ctx: Context, organization: Organization, user: ScimUser, before: Member, *, active: bool, is_new: bool = False
) -> Member:
    """Write a user's address, name, groups and status to its member. Emit an event if the member changed.

    Args:
        before: the member as it is stored.
        is_new: whether the member was just inserted.
    """
    member = before
    if before.status != "deleted" and not active:
        member = _deprovision(ctx, member)
    member = _with_address(ctx, organization, member, _email_address(user.attributes))
    member = ctx.store.update(
        member,
        name=_full_name(user.attributes) or member.name,
        scim_registration=_registration(ctx, user, member, active),
    )
    if active and member.status != "active":
        member = _activate(ctx, organization, member)
    if active and (member != before or is_new):
        member = ctx.store.update(member, updated_at=ctx.now)
        emit = member_events.member_created if is_new else member_events.member_updated
        emit(ctx, member, organization)
    return member


def _deprovision(ctx: Context, member: Member) -> Member:
    """Delete a member and its roles. After a reactivation, explicit roles have to be assigned again."""
    return ctx.store.update(members.delete(ctx, member), roles=[])


def _activate(ctx: Context, organization: Organization, member: Member) -> Member:
    """Activate a member that is pending, invited or deleted.

    Raises:
        reactivation_email_belongs_to_another_member: if the member is deleted and its address is taken.
    """
    if member.status == "deleted":
        reserved = emails.find_reservation(ctx, organization, member.email_address)
        if reserved or lookup.member_by_email(ctx, organization, member.email_address):
            raise errors.reactivation_email_belongs_to_another_member()
    return ctx.store.update(member, members.UNIQUENESS_ERRORS, status="active")


def _with_address(ctx: Context, organization: Organization, member: Member, address: str) -> Member:
    """Change the member's address if it differs. A deleted member doesn't retire its former address.

    Raises:
        duplicate_member_email: if another member has the address.
    """
    if address == member.email_address:
        return member
    if member.status != "deleted":
        return passwords.on_email_changed(
            ctx, emails.change_address(ctx, organization, member, address, verified=False)
        )
    return ctx.store.update(
        member,
        email_id=ctx.ids.new("email"),
        email_address=address,
        email_domain=emails.domain_of(address),
        email_address_verified=False,
    )


def _registration(ctx: Context, user: ScimUser, member: Member, active: bool) -> ScimLink:
    """Return the member's ``scim_registration``. It keeps the id of the current one."""
    groups = _group_names(ctx, user.member_id)
    current = member.scim_registration
    return ScimLink(
        registration_id=current.registration_id if current else ctx.ids.new("scim_registration"),
        connection_id=user.connection_id,
        external_id=user.attributes.get("externalId", ""),
        scim_attributes=scim_attributes.serialize(user.attributes, user.member_id, active, groups),
        group_ids=list(groups),
    )


def _group_names(ctx: Context, member_id: str) -> dict[str, str]:
    """Return the names of a user's groups by group id, the oldest group first."""
    groups = [
        ctx.store.get(ScimGroup, group_id=membership.group_id)
        for membership in ctx.store.all(ScimMembership, member_id=member_id)
    ]
    return {group.group_id: group.group_name for group in sorted(groups, key=lambda group: group.position)}


def _stored_attributes(resource: Json) -> Json:
    """Return what is stored of a resource.

    Store only whether ``active`` was set; its value is derived from the member's status.
    """
    attributes = {name: value for name, value in resource.items() if name not in _NOT_STORED}
    return attributes | {"active": True} if "active" in attributes else attributes


def _user_name_key(attributes: Json) -> str:
    return str(attributes["userName"]).lower()


def _email_address(attributes: Json) -> str:
    """Return the address for the member: the primary one, else the first of type ``work``, else the first.

    Raises:
        invalid_email: if the user has no valid e-mail address.
    """
    by_priority = sorted(
        attributes.get("emails", []), key=lambda email: (not email.get("primary"), email.get("type") != "work")
    )
    address = str(by_priority[0].get("value", "")).strip().lower() if by_priority else ""
    if not emails.is_address(address):
        raise errors.invalid_email(because="a user needs an e-mail address")
    return address


def _full_name(attributes: Json) -> str:
    """Return the name for the member, or "" if the user has none."""
    name = attributes.get("name") or {}
    joined = f"{name.get('givenName', '')} {name.get('familyName', '')}".strip()
    return str(name.get("formatted") or joined or attributes.get("displayName", ""))
