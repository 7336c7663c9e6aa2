"""SCIM connections: create, change and delete them, rotate and check their bearer tokens.

The organization's record contains a summary of its connection. Every change of a connection updates the summary and
emits an event.
"""

import hmac
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from mockstytch import errors, wire
from mockstytch.domain.shared import lookup, member_events, parts
from mockstytch.outbound import MoreToDo
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import GroupRole, Organization, ScimSummary
from mockstytch.store.records.scim import ScimConnection, ScimGroup, ScimUser

_TOKEN_CHARACTERS = 48
_TOKEN_LIFETIME = timedelta(days=5 * 365)  # in the documentation's example, a token expires after about five years


def create(ctx: Context, organization: Organization, display_name: str, identity_provider: str) -> ScimConnection:
    """Create the connection of an organization, with a new bearer token.

    Raises:
        active_scim_connection_exists: if the organization already has a connection.
    """
    connection = ScimConnection(
        connection_id=ctx.ids.new("scim_connection"),
        organization_id=organization.organization_id,
        display_name=display_name,
        identity_provider=identity_provider,
        bearer_token=ctx.ids.alphanumeric(_TOKEN_CHARACTERS),
        bearer_token_expires_at=ctx.now + _TOKEN_LIFETIME,
        own_token=ctx.ids.alphanumeric(_TOKEN_CHARACTERS),
        created_at=ctx.now,
    )
    connection = ctx.store.insert(connection, organization_id=errors.active_scim_connection_exists)
    _publish(ctx, connection, "create")
    return connection


def update(ctx: Context, connection: ScimConnection, changes: dict[str, Any]) -> ScimConnection:
    """Change columns of a connection, and emit its event."""
    connection = ctx.store.update(connection, **changes)
    _publish(ctx, connection, "update")
    return connection


def delete(ctx: Context, organization: Organization, connection: ScimConnection) -> None:
    """Delete a connection with its users and groups. Members are kept, and no longer have a SCIM registration.

    Raises:
        MoreToDo: if users are left.
    """
    without = replace(organization, scim_connection=None)
    columns = ScimUser.table.c
    query = ctx.store.query(ScimUser).where(columns.connection_id == connection.connection_id)
    users, has_more = parts.first(ctx, ScimUser, query.order_by(columns.position))
    for user in users:
        member = ctx.store.get(Member, member_id=user.member_id)
        member = ctx.store.update(member, scim_registration=None, updated_at=ctx.now)
        if member.status != "deleted":
            member_events.member_updated(ctx, member, without)
        ctx.store.delete(user)
    if has_more:
        raise MoreToDo
    ctx.store.update(organization, scim_connection=None)
    ctx.store.delete(connection)
    ctx.emit("scim_connection", "delete", connection.connection_id)


def get_connection(ctx: Context, organization_ref: str, connection_id: str = "") -> tuple[Organization, ScimConnection]:
    """Return an organization and its connection.

    Args:
        connection_id: the id that the connection must have; "" for any.

    Raises:
        no_active_scim_connection: if the organization has no connection with this id.
        organization_not_found: if no organization has the id, slug or external id.
    """
    organization = lookup.organization(ctx, organization_ref)
    connection = ctx.store.find(ScimConnection, organization_id=organization.organization_id)
    if connection is None or connection_id not in ("", connection.connection_id):
        raise errors.no_active_scim_connection(because=f"no active connection {connection_id}")
    return organization, connection


def serialize(ctx: Context, connection: ScimConnection) -> dict[str, Any]:
    """Return the connection as the API does, without its tokens."""
    groups = [ctx.store.get(ScimGroup, group_id=role.group) for role in connection.group_roles]
    return wire.scim_connection(connection, ctx.base_url, {group.group_id: group.group_name for group in groups})


def validated_group_roles(ctx: Context, connection: ScimConnection, assignments: list[GroupRole]) -> list[GroupRole]:
    """Return the assignments of roles to groups without duplicates. The caller checks that the roles exist.

    Raises:
        scim_group_role_assignment_does_not_contain_group_id: if an assignment has no group id.
        scim_group_role_assignment_group_does_not_exist: if the connection has no such group.
    """
    for assignment in assignments:
        if not assignment.group:
            raise errors.scim_group_role_assignment_does_not_contain_group_id()
        if not ctx.store.find(ScimGroup, group_id=assignment.group, connection_id=connection.connection_id):
            raise errors.scim_group_role_assignment_group_does_not_exist(because=f"no group {assignment.group}")
    return [a for n, a in enumerate(assignments) if a not in assignments[:n]]


def start_rotation(ctx: Context, connection: ScimConnection) -> ScimConnection:
    """Create the next bearer token, which replaces the next token of an earlier start.

    Both tokens are valid until the rotation is completed or cancelled.
    """
    changes = {
        "next_bearer_token": ctx.ids.alphanumeric(_TOKEN_CHARACTERS),
        "next_bearer_token_expires_at": ctx.now + _TOKEN_LIFETIME,
    }
    return update(ctx, connection, changes)


def complete_rotation(ctx: Context, connection: ScimConnection) -> ScimConnection:
    """Replace the bearer token with the next one.

    Raises:
        scim_connection_not_rotating_token: if no rotation was started, or a parallel request ended it first.
    """
    return _end_rotation(
        ctx,
        connection,
        bearer_token=connection.next_bearer_token,
        bearer_token_expires_at=connection.next_bearer_token_expires_at,
    )


def cancel_rotation(ctx: Context, connection: ScimConnection) -> ScimConnection:
    """Discard the next bearer token.

    Raises:
        scim_connection_not_rotating_token: if no rotation was started, or a parallel request ended it first.
    """
    return _end_rotation(ctx, connection)


def accepts_token(ctx: Context, connection: ScimConnection, token: str) -> bool:
    """Return whether a bearer token is valid for the connection: the current one, or the next one while rotating."""
    return any(
        valid and hmac.compare_digest(valid.encode(), token.encode()) and (expires_at is None or ctx.now < expires_at)
        for valid, expires_at in (
            (connection.bearer_token, connection.bearer_token_expires_at),
            (connection.next_bearer_token, connection.next_bearer_token_expires_at),
            (connection.own_token, None),
        )
    )


def _end_rotation(ctx: Context, connection: ScimConnection, **columns: Any) -> ScimConnection:
    columns |= {"next_bearer_token": "", "next_bearer_token_expires_at": None}
    changed = ctx.store.update_if_unchanged(connection, **columns) if connection.next_bearer_token else None
    if changed is None:
        raise errors.scim_connection_not_rotating_token()
    _publish(ctx, changed, "update")
    return changed


def _publish(ctx: Context, connection: ScimConnection, action: str) -> None:
    """Update the summary in the organization's record, and emit the connection's event."""
    organization = ctx.store.get(Organization, organization_id=connection.organization_id)
    summary = ScimSummary(
        connection_id=connection.connection_id,
        display_name=connection.display_name,
        bearer_token_last_four=connection.bearer_token[-4:],
        bearer_token_expires_at=connection.bearer_token_expires_at,
        group_roles=connection.group_roles,
    )
    ctx.store.update(organization, scim_connection=summary)
    ctx.emit("scim_connection", action, connection.connection_id, serialize(ctx, connection))
