"""``scim.connection``: an organization's SCIM connection, its bearer tokens, its groups and their roles."""

from typing import Annotated

from msgspec import Meta

from mockstytch import errors, wire
from mockstytch.domain.rbac import permissions
from mockstytch.domain.scim import scim_connections, scim_groups
from mockstytch.domain.shared import lookup, search
from mockstytch.runtime import Context
from mockstytch.store.records.organizations import GroupRole
from mockstytch.store.records.scim import ScimGroup
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import UNSET, CaseInsensitiveEnum, FieldError, Maybe, OrganizationRef
from mockstytch.values import Frozen

api = Endpoints(resource="stytch.scim")

_CONNECTION = "/v1/b2b/scim/{organization_id}/connection"


class IdentityProvider(CaseInsensitiveEnum):
    """The product that sends the users. Entra's base URL has a flag that makes it conform to the standard."""

    GENERIC = "generic"
    OKTA = "okta"
    MICROSOFT_ENTRA = "microsoft-entra"
    GOOGLE_WORKSPACE = "google-workspace"
    CYBERARK = "cyberark"
    JUMPCLOUD = "jumpcloud"
    ONELOGIN = "onelogin"
    PINGFEDERATE = "pingfederate"
    RIPPLING = "rippling"


DisplayName = Annotated[str, Meta(max_length=128), FieldError(errors.invalid_display_name)]
IdentityProviderField = Annotated[IdentityProvider, FieldError(errors.invalid_scim_idp)]
ConnectionRef = Annotated[str, Meta(min_length=1), FieldError(errors.no_active_scim_connection)]
GroupsLimit = Annotated[int, Meta(ge=0, le=1000), FieldError(errors.user_search_invalid_limit)]


class Create(Request):
    organization_id: OrganizationRef
    display_name: DisplayName = ""
    identity_provider: IdentityProviderField = IdentityProvider.GENERIC


@api.post(_CONNECTION, sdk=("/b2b/scim",), permission="create")
def create(ctx: Context, req: Create) -> Body:
    """Create the organization's connection. Only this response contains its bearer token."""
    organization = lookup.organization(ctx, req.organization_id)
    connection = scim_connections.create(ctx, organization, req.display_name, req.identity_provider.value)
    fields = scim_connections.serialize(ctx, connection)
    for name in ("next_bearer_token_expires_at", "next_bearer_token_last_four", "bearer_token_last_four"):
        del fields[name]
    return {"connection": {**fields, "bearer_token": connection.bearer_token}}


class Get(Request):
    organization_id: OrganizationRef


@api.get(_CONNECTION, sdk=("/b2b/scim",), permission="get")
def get(ctx: Context, req: Get) -> Body:
    """Return the organization's connection."""
    _, connection = scim_connections.get_connection(ctx, req.organization_id)
    return {"connection": scim_connections.serialize(ctx, connection)}


class GroupRoleAssignment(Frozen):
    """A role of the members in a group. ``group_name`` is ignored. It is accepted because responses contain it."""

    role_id: str = ""
    group_id: str = ""
    group_name: str = ""


class Update(Request):
    organization_id: OrganizationRef
    connection_id: ConnectionRef
    display_name: Maybe[DisplayName] = UNSET
    identity_provider: Maybe[IdentityProviderField] = UNSET
    scim_group_implicit_role_assignments: Maybe[list[GroupRoleAssignment]] = UNSET


@api.put(f"{_CONNECTION}/{{connection_id}}", sdk=("/b2b/scim/{connection_id}",), permission="update")
def update(ctx: Context, req: Update) -> Body:
    """Change the fields that are sent. Roles of groups apply immediately to members and their sessions."""
    organization, connection = scim_connections.get_connection(ctx, req.organization_id, req.connection_id)
    changes = req.changes()
    changes.pop("scim_group_implicit_role_assignments", None)
    assignments = req.scim_group_implicit_role_assignments
    if assignments is not UNSET:
        group_roles = [GroupRole(group=a.group_id, role_id=a.role_id) for a in assignments]
        changes["group_roles"] = scim_connections.validated_group_roles(ctx, connection, group_roles)
        permissions.require_assignable(ctx, organization, [a.role_id for a in assignments])
    if changes:
        connection = scim_connections.update(ctx, connection, changes)
    return {"connection": scim_connections.serialize(ctx, connection)}


class ConnectionPath(Request):
    """Path parameters of one connection."""

    organization_id: OrganizationRef
    connection_id: ConnectionRef


@api.delete(f"{_CONNECTION}/{{connection_id}}", sdk=("/b2b/scim/{connection_id}",), permission="delete")
def delete(ctx: Context, req: ConnectionPath) -> Body:
    """Delete the connection with its users and groups. Members are kept."""
    organization, connection = scim_connections.get_connection(ctx, req.organization_id, req.connection_id)
    scim_connections.delete(ctx, organization, connection)
    return {"connection_id": connection.connection_id}


class GetGroups(Request):
    organization_id: OrganizationRef
    connection_id: ConnectionRef
    cursor: str = ""
    limit: GroupsLimit = 100


@api.get(f"{_CONNECTION}/{{connection_id}}", permission="get")
def get_groups(ctx: Context, req: GetGroups) -> Body:
    """Return one page of the directory's groups, newest first."""
    _, connection = scim_connections.get_connection(ctx, req.organization_id, req.connection_id)
    query = scim_groups.query(ctx, connection)
    groups, results = search.page(ctx, ScimGroup, query, req.cursor, req.limit or 100)
    return {"scim_groups": [wire.scim_group(group) for group in groups], "next_cursor": results["next_cursor"]}


@api.post(f"{_CONNECTION}/{{connection_id}}/rotate/start", sdk=("/b2b/scim/rotate/start",), permission="update")
def rotate_start(ctx: Context, req: ConnectionPath) -> Body:
    """Create the next bearer token. Only this response contains it.

    Both tokens are valid until the rotation is completed or cancelled. Starting again replaces the next token.
    """
    _, connection = scim_connections.get_connection(ctx, req.organization_id, req.connection_id)
    connection = scim_connections.start_rotation(ctx, connection)
    fields = scim_connections.serialize(ctx, connection)
    del fields["next_bearer_token_last_four"]
    return {"connection": {**fields, "next_bearer_token": connection.next_bearer_token}}


@api.post(f"{_CONNECTION}/{{connection_id}}/rotate/complete", sdk=("/b2b/scim/rotate/complete",), permission="update")
def rotate_complete(ctx: Context, req: ConnectionPath) -> Body:
    """Replace the bearer token with the next one. The previous token stops working."""
    _, connection = scim_connections.get_connection(ctx, req.organization_id, req.connection_id)
    connection = scim_connections.complete_rotation(ctx, connection)
    return {"connection": scim_connections.serialize(ctx, connection)}


@api.post(f"{_CONNECTION}/{{connection_id}}/rotate/cancel", sdk=("/b2b/scim/rotate/cancel",), permission="update")
def rotate_cancel(ctx: Context, req: ConnectionPath) -> Body:
    """Discard the next bearer token."""
    _, connection = scim_connections.get_connection(ctx, req.organization_id, req.connection_id)
    connection = scim_connections.cancel_rotation(ctx, connection)
    return {"connection": scim_connections.serialize(ctx, connection)}
