"""``scim.connection``: an organization's SCIM connection, its tokens, its groups and what they grant."""

from typing import Annotated, Any

from msgspec import Meta

from mockstytch import errors, wire
from mockstytch.domain.rbac import permissions
from mockstytch.domain.scim import scim_connections
from mockstytch.domain.shared import lookup, search
from mockstytch.runtime import Context
from mockstytch.store.records.organizations import GroupRole
from mockstytch.store.records.scim import ScimConnection, ScimGroup
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import UNSET, CaseInsensitiveEnum, FieldError, Maybe, OrganizationRef
from mockstytch.values import Frozen

api = Endpoints(resource="stytch.scim")

_CONNECTION = "/v1/b2b/scim/{organization_id}/connection"


class IdentityProvider(CaseInsensitiveEnum):
    """Who is at the other end; Entra's base URL asks it to keep to the standard."""

    GENERIC = "generic"
    OKTA = "okta"
    MICROSOFT_ENTRA = "microsoft-entra"
    CYBERARK = "cyberark"
    JUMPCLOUD = "jumpcloud"
    ONELOGIN = "onelogin"
    PINGFEDERATE = "pingfederate"
    RIPPLING = "rippling"


DisplayName = Annotated[str, Meta(max_length=128), FieldError(errors.invalid_display_name)]
IdentityProviderField = Annotated[IdentityProvider, FieldError(errors.invalid_scim_idp)]
ConnectionRef = Annotated[str, Meta(min_length=1), FieldError(errors.no_active_scim_connection)]


class Create(Request):
    organization_id: OrganizationRef
    display_name: DisplayName = ""
    identity_provider: IdentityProviderField = IdentityProvider.GENERIC


@api.post(_CONNECTION, sdk=("/b2b/scim",), permission="create")
def create(ctx: Context, req: Create) -> Body:
    """Create the organization's connection. Its bearer token is shown here, and never again."""
    organization = lookup.organization(ctx, req.organization_id)
    connection = scim_connections.create(ctx, organization, req.display_name, req.identity_provider.value)
    shown = scim_connections.serialize(ctx, connection)
    for unfit in ("next_bearer_token_expires_at", "next_bearer_token_last_four", "bearer_token_last_four"):
        del shown[unfit]
    return {"connection": {**shown, "bearer_token": connection.bearer_token}}


class Get(Request):
    organization_id: OrganizationRef


@api.get(_CONNECTION, sdk=("/b2b/scim",), permission="get")
def get(ctx: Context, req: Get) -> Body:
    _, connection = scim_connections.get_connection(ctx, req.organization_id)
    return {"connection": scim_connections.serialize(ctx, connection)}


class Assignment(Frozen):
    """``group_name`` is what the API answers; sent, it means nothing."""

    role_id: str = ""
    group_id: str = ""
    group_name: str = ""


class Update(Request):
    organization_id: OrganizationRef
    connection_id: ConnectionRef
    display_name: Maybe[DisplayName] = UNSET
    identity_provider: Maybe[IdentityProviderField] = UNSET
    scim_group_implicit_role_assignments: Maybe[list[Assignment]] = UNSET


@api.put(f"{_CONNECTION}/{{connection_id}}", sdk=("/b2b/scim/{connection_id}",), permission="update")
def update(ctx: Context, req: Update) -> Body:
    """Change what is sent. Roles that groups grant are the members' at once, and those of their sessions."""
    organization, connection = scim_connections.get_connection(ctx, req.organization_id, req.connection_id)
    changes = req.changes()
    changes.pop("scim_group_implicit_role_assignments", None)
    assignments = req.scim_group_implicit_role_assignments
    if assignments is not UNSET:
        asked = [GroupRole(group=a.group_id, role_id=a.role_id) for a in assignments]
        changes["group_roles"] = scim_connections.validated_group_roles(ctx, connection, asked)
        permissions.require_assignable(ctx, organization, [a.role_id for a in assignments])
    if changes:
        connection = scim_connections.connection_changed(ctx, ctx.store.update(connection, **changes))
    return {"connection": scim_connections.serialize(ctx, connection)}


class Named(Request):
    """Nothing but which connection is meant."""

    organization_id: OrganizationRef
    connection_id: ConnectionRef


@api.delete(f"{_CONNECTION}/{{connection_id}}", sdk=("/b2b/scim/{connection_id}",), permission="delete")
def delete(ctx: Context, req: Named) -> Body:
    """Delete the connection; its members stay as they are."""
    organization, connection = scim_connections.get_connection(ctx, req.organization_id, req.connection_id)
    scim_connections.delete(ctx, organization, connection)
    return {"connection_id": connection.connection_id}


class GetGroups(Request):
    organization_id: OrganizationRef
    connection_id: ConnectionRef
    cursor: str = ""
    limit: Annotated[int, Meta(ge=0, le=1000), FieldError(errors.user_search_invalid_limit)] = 100


@api.get(f"{_CONNECTION}/{{connection_id}}", sdk=("/b2b/scim/groups",), permission="get")
def get_groups(ctx: Context, req: GetGroups) -> Body:
    """The directory's groups, newest first, a page at a time."""
    _, connection = scim_connections.get_connection(ctx, req.organization_id, req.connection_id)
    query = ctx.store.query(ScimGroup).where(ScimGroup.table.c.connection_id == connection.connection_id)
    groups, results = search.page(ctx, ScimGroup, query, req.cursor, req.limit or 100)
    return {"scim_groups": [wire.scim_group(group) for group in groups], "next_cursor": results["next_cursor"]}


@api.post(f"{_CONNECTION}/{{connection_id}}/rotate/start", sdk=("/b2b/scim/rotate/start",), permission="update")
def rotate_start(ctx: Context, req: Named) -> Body:
    """Make the next bearer token, shown here and never again. Both are valid until the rotation is completed or
    cancelled; starting once more replaces the next one."""
    _, connection = scim_connections.get_connection(ctx, req.organization_id, req.connection_id)
    token = ctx.ids.alphanumeric(scim_connections.TOKEN_LENGTH)
    connection = ctx.store.update(
        connection, next_bearer_token=token, next_bearer_token_expires_at=ctx.now + scim_connections.TOKEN_LIFE
    )
    shown = scim_connections.serialize(ctx, scim_connections.connection_changed(ctx, connection))
    del shown["next_bearer_token_last_four"]
    return {"connection": {**shown, "next_bearer_token": token}}


@api.post(f"{_CONNECTION}/{{connection_id}}/rotate/complete", sdk=("/b2b/scim/rotate/complete",), permission="update")
def rotate_complete(ctx: Context, req: Named) -> Body:
    """The next token is the only one from now on."""
    connection = _rotating(ctx, req)
    return _rotated(
        ctx,
        connection,
        bearer_token=connection.next_bearer_token,
        bearer_token_expires_at=connection.next_bearer_token_expires_at,
    )


@api.post(f"{_CONNECTION}/{{connection_id}}/rotate/cancel", sdk=("/b2b/scim/rotate/cancel",), permission="update")
def rotate_cancel(ctx: Context, req: Named) -> Body:
    """The next token is forgotten."""
    return _rotated(ctx, _rotating(ctx, req))


def _rotating(ctx: Context, req: Named) -> ScimConnection:
    _, connection = scim_connections.get_connection(ctx, req.organization_id, req.connection_id)
    if not connection.next_bearer_token:
        raise errors.scim_connection_not_rotating_token()
    return connection


def _rotated(ctx: Context, connection: ScimConnection, **columns: Any) -> Body:
    connection = ctx.store.update(connection, next_bearer_token="", next_bearer_token_expires_at=None, **columns)
    return {"connection": scim_connections.serialize(ctx, scim_connections.connection_changed(ctx, connection))}
