"""Groups of a directory: create, change and delete them, and keep their members current.

A member's ``scim_registration`` lists the user's groups. It is updated whenever a membership or a group's name changes.
The change emits an event of the group or of the membership, and none of the member.
"""

from collections.abc import Iterable
from typing import Literal

from mockstytch import errors, wire
from mockstytch.clock import position
from mockstytch.domain.scim import scim_connections, scim_users
from mockstytch.runtime import Context
from mockstytch.store import queries
from mockstytch.store.queries import RowQuery
from mockstytch.store.records.scim import ScimConnection, ScimGroup, ScimMembership, ScimUser
from mockstytch.values import Frozen


class MembershipChange(Frozen):
    """Users to add to a group, or to remove from it."""

    action: Literal["add", "remove"]
    member_ids: list[str]


def query(ctx: Context, connection: ScimConnection) -> RowQuery:
    """Return the query for a connection's groups."""
    return ctx.store.query(ScimGroup).where(ScimGroup.table.c.connection_id == connection.connection_id)


def find(ctx: Context, connection: ScimConnection, group_id: str) -> ScimGroup | None:
    """Return the connection's group with this id, or None."""
    return ctx.store.find(ScimGroup, group_id=group_id, connection_id=connection.connection_id)


def users_of(ctx: Context, group: ScimGroup) -> list[ScimUser]:
    """Return the users in a group, in the order in which the users were created."""
    membership, user = ScimMembership.table.c, ScimUser.table.c
    member_ids = queries.values_of(membership.member_id, membership.group_id == group.group_id)
    return ctx.store.rows(
        ScimUser, ctx.store.query(ScimUser).where(user.member_id.in_(member_ids)).order_by(user.position)
    )


def create(
    ctx: Context, connection: ScimConnection, group_name: str, external_id: str, member_ids: list[str]
) -> ScimGroup:
    """Create a group with these users.

    Raises:
        member_does_not_exist_in_organization: if the connection has no user with one of the ids.
    """
    group = ScimGroup(
        group_id=ctx.ids.new("scim_group"),
        connection_id=connection.connection_id,
        organization_id=connection.organization_id,
        group_name=group_name,
        external_id=external_id,
        created_at=ctx.now,
        updated_at=ctx.now,
        position=position(),
    )
    group = ctx.store.insert(group)
    ctx.emit("scim_group", "create", group.group_id, wire.scim_group(group))
    _set_members(ctx, connection, group, member_ids)
    return group


def update(
    ctx: Context, connection: ScimConnection, group: ScimGroup, group_name: str, external_id: str, member_ids: list[str]
) -> ScimGroup:
    """Change a group's name, external id and users. Without a difference, emit no event.

    Raises:
        member_does_not_exist_in_organization: if the connection has no user with one of the ids.
    """
    is_renamed = group_name != group.group_name
    is_changed = is_renamed or external_id != group.external_id
    if _set_members(ctx, connection, group, member_ids) or is_changed:
        group = ctx.store.update(group, group_name=group_name, external_id=external_id, updated_at=ctx.now)
    if is_changed:
        ctx.emit("scim_group", "update", group.group_id, wire.scim_group(group))
    if is_renamed:
        _sync_members(ctx, member_ids)
    return group


def change_members(
    ctx: Context, connection: ScimConnection, group: ScimGroup, changes: list[MembershipChange]
) -> ScimGroup:
    """Apply changes of a group's members, in this order.

    Raises:
        member_does_not_exist_in_organization: if the connection has no user with one of the ids.
    """
    member_ids = set(_member_ids(ctx, group))
    for change in changes:
        if change.action == "add":
            member_ids.update(change.member_ids)
        else:
            member_ids.difference_update(change.member_ids)
    return update(ctx, connection, group, group.group_name, group.external_id, list(member_ids))


def delete(ctx: Context, connection: ScimConnection, group: ScimGroup) -> None:
    """Delete a group, with its memberships and its assignments of roles."""
    member_ids = _member_ids(ctx, group)
    ctx.store.delete_all(ScimMembership, group_id=group.group_id)
    _sync_members(ctx, member_ids)
    group_roles = [role for role in connection.group_roles if role.group != group.group_id]
    if group_roles != connection.group_roles:
        scim_connections.update(ctx, connection, {"group_roles": group_roles})
    ctx.store.delete(group)
    ctx.emit("scim_group", "delete", group.group_id)


def _member_ids(ctx: Context, group: ScimGroup) -> list[str]:
    return [membership.member_id for membership in ctx.store.all(ScimMembership, group_id=group.group_id)]


def _set_members(ctx: Context, connection: ScimConnection, group: ScimGroup, member_ids: list[str]) -> bool:
    """Add and remove members until the group has exactly these. Return whether that changed anything.

    Raises:
        member_does_not_exist_in_organization: if the connection has no user with one of the ids.
    """
    target, current = set(member_ids), set(_member_ids(ctx, group))
    for member_id in sorted(target - current):
        if not scim_users.find(ctx, connection, member_id):
            raise errors.member_does_not_exist_in_organization(because=f"no user {member_id}")
        ctx.store.insert(ScimMembership(group_id=group.group_id, member_id=member_id))
        ctx.emit(*_membership_event("create", group, member_id), wire.scim_member_group(group, member_id))
    for member_id in sorted(current - target):
        ctx.store.delete_all(ScimMembership, group_id=group.group_id, member_id=member_id)
        ctx.emit(*_membership_event("delete", group, member_id))
    _sync_members(ctx, target ^ current)
    return target != current


def _membership_event(action: str, group: ScimGroup, member_id: str) -> tuple[str, str, str]:
    """Return the object type, the action and the id of an event. The id names both, as a deletion has no object."""
    return "scim_member_group", action, f"{group.group_id}/{member_id}"


def _sync_members(ctx: Context, member_ids: Iterable[str]) -> None:
    for member_id in sorted(set(member_ids)):
        scim_users.sync_groups(ctx, member_id)
