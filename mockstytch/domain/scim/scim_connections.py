"""SCIM connections: who may come in by which token, what the organization shows of them, what their groups grant."""

import hmac
from datetime import timedelta
from typing import Any

from mockstytch import errors, wire
from mockstytch.domain.shared import lookup, member_events
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import GroupRole, Organization, ScimSummary
from mockstytch.store.records.scim import ScimConnection, ScimGroup, ScimUser

TOKEN_LENGTH = 48
TOKEN_LIFE = timedelta(days=5 * 365)  # the documentation's example is from about five years before its expiry


def create(ctx: Context, organization: Organization, display_name: str, identity_provider: str) -> ScimConnection:
    """
    Raises:
        active_scim_connection_exists: the organization has one.
    """
    made = ScimConnection(
        connection_id=ctx.ids.new("scim_connection"),
        organization_id=organization.organization_id,
        display_name=display_name,
        identity_provider=identity_provider,
        bearer_token=ctx.ids.alphanumeric(TOKEN_LENGTH),
        bearer_token_expires_at=ctx.now + TOKEN_LIFE,
        own_token=ctx.ids.alphanumeric(TOKEN_LENGTH),
        created_at=ctx.now,
    )
    connection = ctx.store.insert(made, organization_id=errors.active_scim_connection_exists())
    return connection_changed(ctx, connection, "create")


def connection_changed(ctx: Context, connection: ScimConnection, action: str = "update") -> ScimConnection:
    """Tell of a connection that was written, and let its organization show it."""
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
    return connection


def serialize(ctx: Context, connection: ScimConnection) -> dict[str, Any]:
    """The connection as the API has it, without its tokens."""
    found = [ctx.store.get(ScimGroup, group_id=role.group) for role in connection.group_roles]
    return wire.scim_connection(connection, ctx.base_url, {group.group_id: group.group_name for group in found})


def get_connection(ctx: Context, organization_ref: str, connection_id: str = "") -> tuple[Organization, ScimConnection]:
    """An organization and its connection.

    Args:
        connection_id: must be the connection's; "" for whichever it is.

    Raises:
        no_active_scim_connection: there is none, or it has another id.
        organization_not_found: …
    """
    organization = lookup.organization(ctx, organization_ref)
    found = ctx.store.find(ScimConnection, organization_id=organization.organization_id)
    if found is None or connection_id not in ("", found.connection_id):
        raise errors.no_active_scim_connection(because=f"no active connection {connection_id}")
    return organization, found


def validated_group_roles(ctx: Context, connection: ScimConnection, assignments: list[GroupRole]) -> list[GroupRole]:
    """What groups are to grant, each pair once. That the roles exist is checked elsewhere.

    Raises:
        scim_group_role_assignment_does_not_contain_group_id: no group is named.
        scim_group_role_assignment_group_does_not_exist: the connection has no such group.
    """
    for assignment in assignments:
        if not assignment.group:
            raise errors.scim_group_role_assignment_does_not_contain_group_id()
        if not ctx.store.find(ScimGroup, group_id=assignment.group, connection_id=connection.connection_id):
            raise errors.scim_group_role_assignment_group_does_not_exist(because=f"no group {assignment.group}")
    return [a for n, a in enumerate(assignments) if a not in assignments[:n]]


def delete(ctx: Context, organization: Organization, connection: ScimConnection) -> None:
    """Delete a connection with its users and groups. The members stay, and are managed by no directory any more."""
    organization = ctx.store.update(organization, scim_connection=None)
    for user in ctx.store.all(ScimUser, connection_id=connection.connection_id):
        member = ctx.store.get(Member, member_id=user.member_id)
        member = ctx.store.update(member, scim_registration=None, updated_at=ctx.now)
        if member.status != "deleted":
            member_events.member_updated(ctx, member, organization)
    ctx.store.delete(connection)
    ctx.emit("scim_connection", "delete", connection.connection_id)


def accepts_token(ctx: Context, connection: ScimConnection, token: str) -> bool:
    """Whether a bearer token opens the connection: the current one, the next one while rotating; none that expired."""
    return any(
        known and hmac.compare_digest(known.encode(), token.encode()) and (expires_at is None or ctx.now < expires_at)
        for known, expires_at in (
            (connection.bearer_token, connection.bearer_token_expires_at),
            (connection.next_bearer_token, connection.next_bearer_token_expires_at),
            (connection.own_token, None),
        )
    )
