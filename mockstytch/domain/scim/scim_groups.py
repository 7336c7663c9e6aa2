"""A directory's groups: who is in them, and what that grants."""

from mockstytch import errors, wire
from mockstytch.clock import position
from mockstytch.domain.scim import scim_connections, scim_users
from mockstytch.runtime import Context
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.scim import ScimConnection, ScimGroup, ScimMembership, ScimUser


def create(
    ctx: Context, connection: ScimConnection, group_name: str, external_id: str, member_ids: list[str]
) -> ScimGroup:
    """
    Raises:
        member_does_not_exist_in_organization: a member of the group is no user of the directory.
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
    _fill(ctx, connection, group, member_ids)
    ctx.emit("scim_group", "create", group.group_id, wire.scim_group(group))
    return group


def change(
    ctx: Context, connection: ScimConnection, group: ScimGroup, group_name: str, external_id: str, member_ids: list[str]
) -> ScimGroup:
    """
    Raises:
        member_does_not_exist_in_organization: a member of the group is no user of the directory.
    """
    renamed = group_name != group.group_name
    moved = _fill(ctx, connection, group, member_ids)
    if renamed or moved or external_id != group.external_id:
        group = ctx.store.update(group, group_name=group_name, external_id=external_id, updated_at=ctx.now)
        ctx.emit("scim_group", "update", group.group_id, wire.scim_group(group))
    if renamed:
        _refresh(ctx, connection, set(member_ids))
    return group


def delete(ctx: Context, connection: ScimConnection, group: ScimGroup) -> None:
    """Delete a group, and what it granted."""
    _fill(ctx, connection, group, [])
    left = [role for role in connection.group_roles if role.group != group.group_id]
    if left != connection.group_roles:
        scim_connections.connection_changed(ctx, ctx.store.update(connection, group_roles=left))
    ctx.store.delete(group)
    ctx.emit("scim_group", "delete", group.group_id)


def members_of(ctx: Context, group: ScimGroup) -> list[str]:
    return [membership.member_id for membership in ctx.store.all(ScimMembership, group_id=group.group_id)]


def _fill(ctx: Context, connection: ScimConnection, group: ScimGroup, member_ids: list[str]) -> bool:
    """Let the group have these members and no others. Answers whether that changed anything."""
    wanted, present = set(member_ids), set(members_of(ctx, group))
    for member_id in wanted - present:
        if not ctx.store.find(ScimUser, member_id=member_id, connection_id=connection.connection_id):
            raise errors.member_does_not_exist_in_organization(because=f"no user {member_id}")
        ctx.store.insert(ScimMembership(group_id=group.group_id, member_id=member_id))
    for member_id in present - wanted:
        ctx.store.delete_all(ScimMembership, group_id=group.group_id, member_id=member_id)
    _refresh(ctx, connection, wanted ^ present)
    return wanted != present


def _refresh(ctx: Context, connection: ScimConnection, member_ids: set[str]) -> None:
    organization = ctx.store.get(Organization, organization_id=connection.organization_id)
    for member_id in sorted(member_ids):
        scim_users.refresh(ctx, organization, member_id)
