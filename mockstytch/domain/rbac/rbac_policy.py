"""Validate and replace RBAC policies, and remove deleted roles from members and connections.

Production's size limits aren't public. The limits here are generous, so that a policy that production accepts is
accepted here.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from mockstytch import errors
from mockstytch.domain.rbac import permissions
from mockstytch.domain.shared import member_events, organization_events
from mockstytch.errors import Kind
from mockstytch.runtime import Context
from mockstytch.store import queries
from mockstytch.store.queries import Condition
from mockstytch.store.record import Record
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.projects import Permission, RbacPolicy, Resource, Role, Scope

_MAX_NAME_LENGTH = 128
_MAX_DESCRIPTION_LENGTH = 1024
_ROLE_ID = r"[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?"
_SCOPE = r"[\x21\x23-\x5b\x5d-\x7e]+"  # a scope-token of RFC 6749
RESERVED_SCOPES = ("openid", "profile", "email", "phone", "offline_access", "full_access")
_DEFAULT_ROLES = {role.role_id: role for role in permissions.ROLES}


def validate(policy: RbacPolicy) -> RbacPolicy:
    """Validate a project's policy, and return it as it is stored.

    Roles with the ids ``stytch_member`` and ``stytch_admin`` replace the default ones, but keep their descriptions.

    Raises:
        rbac_role_duplicate: if two roles have the same id.
        empty_rbac_role_id: if a role's id is empty.
        rbac_role_id_too_long: if a role's id has more than 128 characters.
        invalid_rbac_role_id: if a role's id contains control characters, or begins or ends with a space.
        invalid_rbac_custom_role: if a role's id begins with ``stytch`` and isn't the id of a default role.
        invalid_rbac_stytch_role_edit: if the description of a default role is changed.
        rbac_role_missing_permissions: if a custom role has no permissions.
        rbac_resource_duplicate: if two resources have the same id.
        empty_rbac_resource_id: if a resource's id is empty.
        rbac_resource_id_too_long: if a resource's id has more than 128 characters.
        invalid_stytch_prefixed_resource: if a resource's id begins with ``stytch``.
        rbac_resource_missing_actions: if a resource has no actions.
        rbac_scope_duplicate: if two scopes have the same name.
        empty_rbac_scope: if a scope's name is empty.
        rbac_scope_too_long: if a scope's name has more than 128 characters.
        invalid_rbac_scope: if a scope's name has a character that OAuth doesn't allow in scopes.
        rbac_reserved_scope: if a scope's name is reserved by OpenID Connect or by Stytch.
        rbac_scope_missing_permissions: if a scope has no permissions.
        rbac_description_too_long: if a description has more than 1024 characters.
        rbac_action_duplicate: if an action is listed twice.
        rbac_action_too_long: if an action has more than 128 characters.
        invalid_permission_action: if an action is empty, or isn't an action of the resource.
        invalid_wildcard_action: if an action contains ``*``.
        rbac_permission_missing_actions: if a permission has no actions.
        cannot_specify_wildcard_with_other_actions: if a permission lists ``*`` together with other actions.
        invalid_permission_resource: if a permission names a resource that doesn't exist.
    """
    _require_unique([r.resource_id for r in policy.resources], errors.rbac_resource_duplicate)
    _require_unique([r.role_id for r in policy.roles], errors.rbac_role_duplicate)
    _require_unique([s.scope for s in policy.scopes], errors.rbac_scope_duplicate)
    for resource in policy.resources:
        _require_valid_resource(resource)
    actions_of = _actions_of(permissions.RESOURCES + policy.resources)
    roles = [_validated_role(role, actions_of) for role in policy.roles]
    for scope in policy.scopes:
        _require_valid_scope(scope, actions_of)
    return replace(policy, roles=roles)


def validate_change(ctx: Context, policy: RbacPolicy) -> RbacPolicy:
    """Validate a project's policy by itself, and together with the roles of its organizations.

    Raises:
        rbac_role_duplicate: if an organization has a role with the same id.
        rbac_cannot_delete_attribute_used_in_org_policy: if an organization's role uses a resource or an action that the
            new policy doesn't have.
    """
    policy = validate(policy)
    actions_of = _actions_of(permissions.RESOURCES + policy.resources)
    project_role_ids = {role.role_id for role in policy.roles}
    for organization in _organizations_with_roles(ctx):
        for role in organization.custom_roles:
            if role.role_id in project_role_ids:
                raise errors.rbac_role_duplicate(because=f"{organization.organization_slug} has {role.role_id}")
            for permission in role.permissions:
                actions = actions_of.get(permission.resource_id)
                if actions is None or not set(permission.actions) - {"*"} <= actions:
                    raise errors.rbac_cannot_delete_attribute_used_in_org_policy(
                        because=f"{role.role_id} of {organization.organization_slug} uses {permission.resource_id}"
                    )
    return policy


def replace_policy(ctx: Context, policy: RbacPolicy) -> RbacPolicy:
    """Validate a project's new policy, and remove the roles that it no longer has from members and connections.

    The caller stores the returned policy in the project's settings.

    Raises:
        rbac_role_duplicate: if an organization has a role with the same id.
    """
    policy = validate_change(ctx, policy)
    old_ids = {role.role_id for role in ctx.project.settings.rbac_policy.roles} - _DEFAULT_ROLES.keys()
    removed_ids = old_ids - {role.role_id for role in policy.roles}
    if removed_ids:
        connections, members = _connections(ctx), _members_with_roles(ctx, removed_ids)
        for organization in ctx.store.all(Organization):
            at = organization.organization_id
            changed = _remove_roles(ctx, organization, removed_ids, connections[at], members[at])
            if changed is not organization:
                changed = ctx.store.update(changed, updated_at=ctx.now)
                organization_events.organization_updated(ctx, changed)
    return policy


def set_organization_policy(ctx: Context, organization: Organization, roles: list[Role]) -> Organization:
    """Replace an organization's own roles, and remove deleted ones from its members and connections.

    Raises:
        rbac_org_custom_roles_only: if one of the roles is a default role.
        rbac_role_duplicate: if two roles have the same id, or the project has a role with the same id.
    """
    _require_unique([role.role_id for role in roles], errors.rbac_role_duplicate)
    project_role_ids = {role.role_id for role in permissions.roles(ctx)}
    actions_of = _actions_of(permissions.resources(ctx))
    for role in roles:
        if role.role_id in _DEFAULT_ROLES:
            raise errors.rbac_org_custom_roles_only(because=role.role_id)
        if role.role_id in project_role_ids:
            raise errors.rbac_role_duplicate(because=f"{role.role_id} is a role of the project")
        _validated_role(role, actions_of)
    removed_ids = {role.role_id for role in organization.custom_roles} - {role.role_id for role in roles}
    organization = ctx.store.update(organization, custom_roles=roles, updated_at=ctx.now)
    organization = remove_roles(ctx, organization, removed_ids)
    organization_events.organization_updated(ctx, organization)
    return organization


def remove_roles(ctx: Context, organization: Organization, role_ids: set[str]) -> Organization:
    """Remove deleted roles from the members of an organization, and from its implicit role assignments."""
    if not role_ids:
        return organization
    at = organization.organization_id
    connections = _connections(ctx, organization_id=at)
    members = _members_with_roles(ctx, role_ids, Member.table.c.organization_id == at)
    return _remove_roles(ctx, organization, role_ids, connections[at], members[at])


def _remove_roles(
    ctx: Context, organization: Organization, role_ids: set[str], connections: list[Any], members: list[Member]
) -> Organization:
    """Remove roles from an organization, from its connections, and from its members with these roles."""
    organization = ctx.store.update(organization, **_columns_without(organization, role_ids))
    for connection in connections:
        ctx.store.update(connection, **_implied_roles_without(connection, role_ids))
    for member in members:
        remaining = [role_id for role_id in member.roles if role_id not in role_ids]
        member = ctx.store.update(member, roles=remaining, updated_at=ctx.now)
        if member.status != "deleted":
            member_events.member_updated(ctx, member, organization)
    return organization


def _columns_without(o: Organization, role_ids: set[str]) -> dict[str, Any]:
    scim = o.scim_connection
    return {
        "rbac_email_implicit_role_assignments": [
            assignment for assignment in o.rbac_email_implicit_role_assignments if assignment["role_id"] not in role_ids
        ],
        "sso_connections": [replace(c, **_implied_roles_without(c, role_ids)) for c in o.sso_connections],
        "scim_connection": replace(scim, **_implied_roles_without(scim, role_ids)) if scim else None,
    }


def _connections(ctx: Context, **where: str) -> defaultdict[str, list[Any]]:
    """Return the connections with these values, by their organization."""
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for record in _connection_records():
        rows: list[Any] = ctx.store.all(record, **where)
        for connection in rows:
            found[connection.organization_id].append(connection)
    return found


def _members_with_roles(ctx: Context, role_ids: set[str], *conditions: Condition) -> defaultdict[str, list[Member]]:
    """Return the members with one of these roles that fulfil the conditions, by their organization."""
    roles = Member.table.c.roles
    has_role = queries.list_has_any(roles, sorted(role_ids))
    is_indexed = queries.list_is_not_empty(roles)  # members with roles have an index
    found = defaultdict(list)
    for member in ctx.store.rows(Member, ctx.store.query(Member).where(*conditions, has_role, is_indexed)):
        if role_ids & {*member.roles}:  # the search ignores case
            found[member.organization_id].append(member)
    return found


def _connection_records() -> list[type[Record]]:
    """Return the record types of connections, which have an organization and roles that groups imply."""
    return [r for r in Record.__subclasses__() if {"organization_id", "group_roles"} <= set(r.__struct_fields__)]


def _implied_roles_without(connection: Any, role_ids: set[str]) -> dict[str, Any]:
    """Return the columns of implied roles of a connection or its summary. A SCIM connection has only group roles."""
    columns: dict[str, Any] = {"group_roles": [g for g in connection.group_roles if g.role_id not in role_ids]}
    if hasattr(connection, "roles"):
        columns["roles"] = [role_id for role_id in connection.roles if role_id not in role_ids]
    return columns


def _organizations_with_roles(ctx: Context) -> list[Organization]:
    has_roles = queries.list_is_not_empty(Organization.table.c.custom_roles)
    return ctx.store.rows(Organization, ctx.store.query(Organization).where(has_roles))


def _actions_of(resources: Iterable[Resource]) -> dict[str, set[str]]:
    return {resource.resource_id: set(resource.actions) for resource in resources}


def _require_unique(names: Sequence[str], duplicate: Kind) -> None:
    duplicates = [name for name, count in Counter(names).items() if count > 1]
    if duplicates:
        raise duplicate(because=duplicates[0])


def _require_valid_name(name: str, empty: Kind, too_long: Kind) -> None:
    if not name.strip():
        raise empty()
    if len(name) > _MAX_NAME_LENGTH:
        raise too_long(because=f"{len(name)} characters; the maximum is {_MAX_NAME_LENGTH}")


def _require_short_description(description: str) -> None:
    if len(description) > _MAX_DESCRIPTION_LENGTH:
        raise errors.rbac_description_too_long(
            because=f"{len(description)} characters; the maximum is {_MAX_DESCRIPTION_LENGTH}"
        )


def _require_valid_resource(resource: Resource) -> None:
    _require_valid_name(resource.resource_id, errors.empty_rbac_resource_id, errors.rbac_resource_id_too_long)
    if resource.resource_id.lower().startswith("stytch"):
        raise errors.invalid_stytch_prefixed_resource(because=resource.resource_id)
    _require_short_description(resource.description)
    if not resource.actions:
        raise errors.rbac_resource_missing_actions(because=resource.resource_id)
    _require_valid_actions(resource.actions)


def _require_valid_actions(actions: Sequence[str]) -> None:
    for action in actions:
        _require_valid_name(action, errors.invalid_permission_action, errors.rbac_action_too_long)
        if "*" in action:
            raise errors.invalid_wildcard_action(because=action)
    _require_unique(actions, errors.rbac_action_duplicate)


def _validated_role(role: Role, actions_of: Mapping[str, set[str]]) -> Role:
    """Return a role as it is stored: a default role has Stytch's description."""
    _require_valid_name(role.role_id, errors.empty_rbac_role_id, errors.rbac_role_id_too_long)
    default = _DEFAULT_ROLES.get(role.role_id)
    if not re.fullmatch(_ROLE_ID, role.role_id):
        raise errors.invalid_rbac_role_id(because=repr(role.role_id))
    if default is None and role.role_id.lower().startswith("stytch"):
        raise errors.invalid_rbac_custom_role(because=role.role_id)
    if default is not None and role.description not in ("", default.description):
        raise errors.invalid_rbac_stytch_role_edit(because=f"{role.role_id} has another description")
    _require_short_description(role.description)
    if default is None and not role.permissions:
        raise errors.rbac_role_missing_permissions(because=role.role_id)
    _require_valid_permissions(role.permissions, actions_of)
    return replace(role, description=default.description) if default else role


def _require_valid_scope(scope: Scope, actions_of: Mapping[str, set[str]]) -> None:
    _require_valid_name(scope.scope, errors.empty_rbac_scope, errors.rbac_scope_too_long)
    if not re.fullmatch(_SCOPE, scope.scope):
        raise errors.invalid_rbac_scope(because=repr(scope.scope))
    if scope.scope in RESERVED_SCOPES:
        raise errors.rbac_reserved_scope(because=scope.scope)
    _require_short_description(scope.description)
    if not scope.permissions:
        raise errors.rbac_scope_missing_permissions(because=scope.scope)
    _require_valid_permissions(scope.permissions, actions_of)


def _require_valid_permissions(granted: Iterable[Permission], actions_of: Mapping[str, set[str]]) -> None:
    for permission in granted:
        if permission.resource_id not in actions_of:
            raise errors.invalid_permission_resource(because=f"no resource {permission.resource_id!r}")
        if not permission.actions:
            raise errors.rbac_permission_missing_actions(because=permission.resource_id)
        if permission.actions == ["*"]:
            continue
        if "*" in permission.actions:
            raise errors.cannot_specify_wildcard_with_other_actions(because=permission.resource_id)
        _require_valid_actions(permission.actions)
        unknown = [action for action in permission.actions if action not in actions_of[permission.resource_id]]
        if unknown:
            raise errors.invalid_permission_action(because=f"{permission.resource_id} has no action {unknown[0]}")
