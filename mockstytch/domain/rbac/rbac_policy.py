"""Policies under change: what one may say, and what happens to roles that it no longer has.

The sizes that production allows are not known; those here are generous, so that a policy which works there works here.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec.structs import replace
from sqlalchemy import func

from mockstytch import errors, wire
from mockstytch.domain.rbac import permissions as rbac
from mockstytch.domain.shared import member_events, search
from mockstytch.errors import Kind
from mockstytch.runtime import Context
from mockstytch.store.record import Record
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.projects import Permission, RbacPolicy, Resource, Role, Scope

_LONGEST_NAME = 128
_LONGEST_DESCRIPTION = 1024
_ROLE_ID = r"[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?"
_SCOPE = r"[\x21\x23-\x5b\x5d-\x7e]+"  # a scope-token of RFC 6749
RESERVED_SCOPES = ("openid", "profile", "email", "phone", "offline_access", "full_access")
_DEFAULT_ROLES = {role.role_id: role for role in rbac.ROLES}


def validate(policy: RbacPolicy) -> RbacPolicy:
    """A project's policy as it is kept: ``stytch_member`` and ``stytch_admin`` among its roles are edits of those.

    Raises:
        rbac_role_duplicate, empty_rbac_role_id, rbac_role_id_too_long, invalid_rbac_role_id: not a good ``role_id``.
        invalid_rbac_custom_role: it begins with ``stytch``, and is no default role.
        invalid_rbac_stytch_role_edit: a default role with another description.
        rbac_role_missing_permissions: a custom role that grants nothing.
        rbac_resource_duplicate, empty_rbac_resource_id, rbac_resource_id_too_long: not a good ``resource_id``.
        invalid_stytch_prefixed_resource: it begins with ``stytch``.
        rbac_resource_missing_actions: a resource that nothing can be done with.
        rbac_scope_duplicate, empty_rbac_scope, rbac_scope_too_long, invalid_rbac_scope: not a good ``scope``.
        rbac_reserved_scope: it means something already.
        rbac_scope_missing_permissions: a scope that takes none.
        rbac_description_too_long: of any of these.
        rbac_action_duplicate, rbac_action_too_long: not good actions.
        invalid_permission_action: nor is one that is empty, or that the resource doesn't have.
        invalid_wildcard_action: nor one with a ``*`` in it.
        rbac_permission_missing_actions, cannot_specify_wildcard_with_other_actions: not a good list of actions.
        invalid_permission_resource: a permission on a resource that isn't there.
    """
    _unique([r.resource_id for r in policy.resources], errors.rbac_resource_duplicate)
    _unique([r.role_id for r in policy.roles], errors.rbac_role_duplicate)
    _unique([s.scope for s in policy.scopes], errors.rbac_scope_duplicate)
    for resource in policy.resources:
        _check_resource(resource)
    resources = rbac.RESOURCES + policy.resources
    roles = [_checked_role(role, resources) for role in policy.roles]
    for scope in policy.scopes:
        _check_scope(scope, resources)
    return replace(policy, roles=roles)


def validate_change(ctx: Context, policy: RbacPolicy) -> RbacPolicy:
    """``check``, and that it goes with what the project's organizations define for themselves.

    Raises:
        rbac_role_duplicate: a role that an organization has, too.
        rbac_cannot_delete_attribute_used_in_org_policy: a resource or action that an organization's role names is gone.
    """
    policy = validate(policy)
    available = {r.resource_id: r.actions for r in rbac.RESOURCES + policy.resources}
    mine = {role.role_id for role in policy.roles}
    for organization in _with_own_roles(ctx):
        for role in organization.custom_roles:
            if role.role_id in mine:
                raise errors.rbac_role_duplicate(because=f"{organization.organization_slug} has {role.role_id}")
            for permission in role.permissions:
                wanted = set(permission.actions) - {"*"}
                if not wanted <= set(available.get(permission.resource_id, ())) or (
                    permission.resource_id not in available
                ):
                    raise errors.rbac_cannot_delete_attribute_used_in_org_policy(
                        because=f"{role.role_id} of {organization.organization_slug} uses {permission.resource_id}"
                    )
    return policy


def replace_policy(ctx: Context, policy: RbacPolicy) -> RbacPolicy:
    """The policy that a project is about to have, checked. Whoever holds a role that it drops loses it.

    The caller saves it in the project's settings afterwards.

    Raises:
        rbac_role_duplicate, …: see ``check_change``.
    """
    policy = validate_change(ctx, policy)
    before = {role.role_id for role in ctx.project.settings.rbac_policy.roles} - _DEFAULT_ROLES.keys()
    gone = before - {role.role_id for role in policy.roles}
    if gone:
        for organization in ctx.store.all(Organization):
            left = remove_roles(ctx, organization, gone)
            if left is not organization:
                left = ctx.store.update(left, updated_at=ctx.now)
                ctx.emit("organization", "update", left.organization_id, wire.organization(left))
    return policy


def set_organization_policy(ctx: Context, organization: Organization, roles: list[Role]) -> Organization:
    """Replace the roles that an organization defines for itself. Whoever holds one that is gone loses it.

    Raises:
        rbac_org_custom_roles_only: a default role among them.
        rbac_role_duplicate: twice the same, or one that the project has.
        rbac_role_missing_permissions, …: see ``check``.
    """
    _unique([role.role_id for role in roles], errors.rbac_role_duplicate)
    projects = {role.role_id for role in rbac.roles(ctx)}
    for role in roles:
        if role.role_id in _DEFAULT_ROLES:
            raise errors.rbac_org_custom_roles_only(because=role.role_id)
        if role.role_id in projects:
            raise errors.rbac_role_duplicate(because=f"{role.role_id} is a role of the project")
        _checked_role(role, rbac.resources(ctx))
    gone = {role.role_id for role in organization.custom_roles} - {role.role_id for role in roles}
    organization = ctx.store.update(organization, custom_roles=roles, updated_at=ctx.now)
    organization = remove_roles(ctx, organization, gone)
    ctx.emit("organization", "update", organization.organization_id, wire.organization(organization))
    return organization


def remove_roles(ctx: Context, organization: Organization, gone: set[str]) -> Organization:
    """Take roles that are no more from the members of an organization, and from what implies them there."""
    if not gone:
        return organization
    organization = ctx.store.update(organization, **_without(organization, gone))
    for connections in _implying():
        for connection in ctx.store.all(connections, organization_id=organization.organization_id):
            ctx.store.update(connection, **_left(connection, gone))
    columns = Member.table.c
    holders = ctx.store.query(Member).where(
        columns.organization_id == organization.organization_id, search.holds_any(columns.roles)(sorted(gone))
    )
    for member in ctx.store.rows(Member, holders):
        kept = [role_id for role_id in member.roles if role_id not in gone]
        member = ctx.store.update(member, roles=kept, updated_at=ctx.now)
        if member.status != "deleted":
            member_events.member_updated(ctx, member, organization)
    return organization


def _without(o: Organization, gone: set[str]) -> dict[str, Any]:
    implied = [a for a in o.rbac_email_implicit_role_assignments if a["role_id"] not in gone]
    return {
        "rbac_email_implicit_role_assignments": implied,
        "sso_connections": [replace(c, **_left(c, gone)) for c in o.sso_connections],
        "scim_connection": replace(o.scim_connection, **_left(o.scim_connection, gone)) if o.scim_connection else None,
    }


def _implying() -> list[type[Record]]:
    """The records of an organization's connections, of whatever kind: those that say which groups imply which roles."""
    return [r for r in Record.__subclasses__() if {"organization_id", "group_roles"} <= set(r.__struct_fields__)]


def _left(connection: Any, gone: set[str]) -> dict[str, Any]:
    """What a connection, or its summary, implies without some roles. A directory's implies them by group only."""
    left: dict[str, Any] = {"group_roles": [g for g in connection.group_roles if g.role_id not in gone]}
    if hasattr(connection, "roles"):
        left["roles"] = [role_id for role_id in connection.roles if role_id not in gone]
    return left


def _with_own_roles(ctx: Context) -> list[Organization]:
    text = func.length(Organization.table.c.custom_roles)
    return ctx.store.rows(Organization, ctx.store.query(Organization).where(text > len("[]")))


def _unique(names: Sequence[str], duplicate: Kind) -> None:
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise duplicate(because=twice[0])


def _check_name(name: str, empty: Kind, too_long: Kind) -> None:
    if not name.strip():
        raise empty()
    if len(name) > _LONGEST_NAME:
        raise too_long(because=f"{len(name)} characters, of at most {_LONGEST_NAME}")


def _check_description(description: str) -> None:
    if len(description) > _LONGEST_DESCRIPTION:
        raise errors.rbac_description_too_long(
            because=f"{len(description)} characters, of at most {_LONGEST_DESCRIPTION}"
        )


def _check_resource(resource: Resource) -> None:
    _check_name(resource.resource_id, errors.empty_rbac_resource_id, errors.rbac_resource_id_too_long)
    if resource.resource_id.lower().startswith("stytch"):
        raise errors.invalid_stytch_prefixed_resource(because=resource.resource_id)
    _check_description(resource.description)
    if not resource.actions:
        raise errors.rbac_resource_missing_actions(because=resource.resource_id)
    _check_actions(resource.actions)


def _check_actions(actions: Sequence[str]) -> None:
    for action in actions:
        _check_name(action, errors.invalid_permission_action, errors.rbac_action_too_long)
        if "*" in action:
            raise errors.invalid_wildcard_action(because=action)
    _unique(actions, errors.rbac_action_duplicate)


def _checked_role(role: Role, resources: Sequence[Resource]) -> Role:
    """The role as it is kept: a default one with the description that Stytch gives it."""
    _check_name(role.role_id, errors.empty_rbac_role_id, errors.rbac_role_id_too_long)
    default = _DEFAULT_ROLES.get(role.role_id)
    if not re.fullmatch(_ROLE_ID, role.role_id):
        raise errors.invalid_rbac_role_id(because=repr(role.role_id))
    if default is None and role.role_id.lower().startswith("stytch"):
        raise errors.invalid_rbac_custom_role(because=role.role_id)
    if default is not None and role.description not in ("", default.description):
        raise errors.invalid_rbac_stytch_role_edit(because=f"{role.role_id} has a description of its own")
    _check_description(role.description)
    if default is None and not role.permissions:
        raise errors.rbac_role_missing_permissions(because=role.role_id)
    _check_permissions(role.permissions, resources)
    return replace(role, description=default.description) if default else role


def _check_scope(scope: Scope, resources: Sequence[Resource]) -> None:
    _check_name(scope.scope, errors.empty_rbac_scope, errors.rbac_scope_too_long)
    if not re.fullmatch(_SCOPE, scope.scope):
        raise errors.invalid_rbac_scope(because=repr(scope.scope))
    if scope.scope in RESERVED_SCOPES:
        raise errors.rbac_reserved_scope(because=scope.scope)
    _check_description(scope.description)
    if not scope.permissions:
        raise errors.rbac_scope_missing_permissions(because=scope.scope)
    _check_permissions(scope.permissions, resources)


def _check_permissions(permissions: Iterable[Permission], resources: Sequence[Resource]) -> None:
    available = {resource.resource_id: resource.actions for resource in resources}
    for permission in permissions:
        if permission.resource_id not in available:
            raise errors.invalid_permission_resource(because=f"there is no resource {permission.resource_id!r}")
        if not permission.actions:
            raise errors.rbac_permission_missing_actions(because=permission.resource_id)
        if permission.actions == ["*"]:
            continue
        if "*" in permission.actions:
            raise errors.cannot_specify_wildcard_with_other_actions(because=permission.resource_id)
        _check_actions(permission.actions)
        unknown = [action for action in permission.actions if action not in available[permission.resource_id]]
        if unknown:
            raise errors.invalid_permission_action(because=f"{permission.resource_id} has no action {unknown[0]}")
