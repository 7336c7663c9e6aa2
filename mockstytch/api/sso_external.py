"""``sso.external``: connections that use a connection of another organization."""

from typing import Annotated

from msgspec import Meta

from mockstytch import errors
from mockstytch.api.sso_saml import DisplayName
from mockstytch.clock import position
from mockstytch.domain.shared import lookup
from mockstytch.domain.sso import sso_connections
from mockstytch.domain.sso.sso_connections import Connection, GroupAssignment, RoleAssignment
from mockstytch.runtime import Context
from mockstytch.store.records.organizations import GroupRole, Organization
from mockstytch.store.records.sso import ExternalConnection, SamlConnection
from mockstytch.surfaces.endpoint import Body, Endpoints, Request
from mockstytch.surfaces.fields import UNSET, FieldError, Maybe, OrganizationRef

api = Endpoints(resource="stytch.sso", sdk_feature="sso.enabled")


class Create(Request):
    organization_id: OrganizationRef
    external_organization_id: OrganizationRef
    external_connection_id: Annotated[str, Meta(min_length=1), FieldError(errors.external_connection_id_not_found)]
    display_name: DisplayName = ""
    connection_implicit_role_assignments: list[RoleAssignment] = []
    group_implicit_role_assignments: list[GroupAssignment] = []


@api.post("/v1/b2b/sso/external/{organization_id}", sdk=("/b2b/sso/external",), permission="create")
def create_connection(ctx: Context, req: Create) -> Body:
    """Let members log in through a connection of another organization. That connection must be active.

    Raises:
        external_organization_id_same_as_organization_id: if both organizations are the same.
        external_connection_id_not_found: if the other organization has no SAML or OIDC connection with this id.
    """
    organization = lookup.organization(ctx, req.organization_id)
    other = lookup.organization(ctx, req.external_organization_id)
    if other.organization_id == organization.organization_id:
        raise errors.external_organization_id_same_as_organization_id()
    direct = sso_connections.find(ctx, req.external_connection_id)
    if direct is None or direct.organization_id != other.organization_id or isinstance(direct, ExternalConnection):
        raise errors.external_connection_id_not_found()
    roles, groups = req.connection_implicit_role_assignments, req.group_implicit_role_assignments
    connection = ExternalConnection(
        connection_id=ctx.ids.new("external_connection"),
        organization_id=organization.organization_id,
        external_organization_id=other.organization_id,
        external_connection_id=sso_connections.resolve_external(ctx, direct).connection_id,
        display_name=req.display_name,
        roles=_roles(ctx, organization, direct, roles),
        group_roles=_group_roles(ctx, organization, direct, groups),
        position=position(),
    )
    return {"connection": sso_connections.serialize(ctx, sso_connections.create(ctx, organization, connection))}


class Update(Request):
    organization_id: OrganizationRef
    connection_id: Annotated[str, Meta(min_length=1), FieldError(errors.sso_connection_not_found)]
    display_name: Maybe[DisplayName] = UNSET
    external_connection_implicit_role_assignments: Maybe[list[RoleAssignment]] = UNSET
    external_group_implicit_role_assignments: Maybe[list[GroupAssignment]] = UNSET


@api.put(
    "/v1/b2b/sso/external/{organization_id}/connections/{connection_id}",
    sdk=("/b2b/sso/external/{connection_id}",),
    permission="update",
)
def update_connection(ctx: Context, req: Update) -> Body:
    """Change the given fields of a connection."""
    organization = lookup.organization(ctx, req.organization_id)
    missing = errors.sso_connection_not_found
    connection = sso_connections.get_owned(ctx, ExternalConnection, organization, req.connection_id, missing)
    roles, groups = req.external_connection_implicit_role_assignments, req.external_group_implicit_role_assignments
    changes = req.changes()
    changes.pop("external_connection_implicit_role_assignments", None)
    changes.pop("external_group_implicit_role_assignments", None)
    if roles is not UNSET or groups is not UNSET:
        direct = sso_connections.find(ctx, connection.external_connection_id)
        if roles is not UNSET:
            changes["roles"] = _roles(ctx, organization, direct, roles)
        if groups is not UNSET:
            changes["group_roles"] = _group_roles(ctx, organization, direct, groups)
    connection = sso_connections.update(ctx, organization, connection, changes)
    return {"connection": sso_connections.serialize(ctx, connection)}


def _roles(
    ctx: Context, organization: Organization, direct: Connection | None, assignments: list[RoleAssignment]
) -> list[str]:
    """Return the roles of all members that log in through the connection. An OIDC connection can't have any."""
    if assignments and not isinstance(direct, SamlConnection):
        raise errors.bad_request(because="a connection that uses an OIDC connection implies no roles")
    return sso_connections.role_ids(ctx, organization, assignments)


def _group_roles(
    ctx: Context, organization: Organization, direct: Connection | None, assignments: list[GroupAssignment]
) -> list[GroupRole]:
    if assignments and not isinstance(direct, SamlConnection):
        raise errors.bad_request(because="a connection that uses an OIDC connection implies no roles")
    mapping = direct.attribute_mapping if isinstance(direct, SamlConnection) else {}
    return sso_connections.group_roles(ctx, organization, assignments, mapping)
