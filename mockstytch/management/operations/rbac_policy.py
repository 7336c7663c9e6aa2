"""``rbac_policy``: the roles, resources and scopes of an environment, including default roles."""

from typing import Any

from msgspec.structs import replace

from mockstytch import errors
from mockstytch.domain.rbac import permissions, rbac_policy
from mockstytch.management.fields import ENVIRONMENT, EnvironmentPath
from mockstytch.runtime import Context
from mockstytch.store.records.projects import Permission, RbacPolicy, Resource, Role, Scope
from mockstytch.surfaces.endpoint import Body, Endpoints
from mockstytch.values import Frozen

api = Endpoints()

_DEFAULT_ROLES = {"B2B": ("stytch_member", "stytch_admin"), "CONSUMER": ("stytch_user",)}


class DefaultRole(Frozen):
    permissions: list[Permission] = []


class CustomResource(Frozen):
    resource_id: str
    description: str = ""
    available_actions: list[str] = []


@api.get(ENVIRONMENT + "/rbac_policy")
def get(ctx: Context, req: EnvironmentPath) -> Body:
    """Return the RBAC policy."""
    return {"policy": _serialize_policy(ctx)}


class Set(EnvironmentPath):
    stytch_member: DefaultRole | None = None
    stytch_admin: DefaultRole | None = None
    stytch_user: DefaultRole | None = None
    custom_roles: list[Role] = []
    custom_resources: list[CustomResource] = []
    custom_scopes: list[Scope] = []


@api.put(ENVIRONMENT + "/rbac_policy")
def set_(ctx: Context, req: Set) -> Body:
    """Replace the RBAC policy. A default role that is missing gets its original permissions.

    Raises:
        invalid_role_for_vertical: if a default role belongs to the other vertical: ``stytch_user`` is for Consumer
            projects, ``stytch_member`` and ``stytch_admin`` are for B2B projects.
    """
    default_roles = {
        "stytch_member": req.stytch_member,
        "stytch_admin": req.stytch_admin,
        "stytch_user": req.stytch_user,
    }
    edited_defaults = [Role(role_id=name, permissions=role.permissions) for name, role in default_roles.items() if role]
    if any(role.role_id not in _DEFAULT_ROLES[ctx.project.vertical] for role in edited_defaults):
        raise errors.invalid_role_for_vertical(because=f"this is a {ctx.project.vertical} project")
    resources = [
        Resource(resource_id=r.resource_id, description=r.description, actions=r.available_actions)
        for r in req.custom_resources
    ]
    policy = RbacPolicy(roles=[*edited_defaults, *req.custom_roles], resources=resources, scopes=req.custom_scopes)
    if ctx.project.vertical == "B2B":
        ctx.source = "dashboard"
        policy = rbac_policy.replace_policy(ctx, policy)
    ctx.update_project(settings=replace(ctx.project.settings, rbac_policy=policy))
    return {"policy": _serialize_policy(ctx)}


def _serialize_policy(ctx: Context) -> dict[str, Any]:
    defaults = _DEFAULT_ROLES[ctx.project.vertical]
    policy = ctx.project.settings.rbac_policy
    roles = {role.role_id: role for role in [*permissions.ROLES, *policy.roles]}
    return {
        **{name: None for names in _DEFAULT_ROLES.values() for name in names},
        **{name: {"permissions": _serialize_permissions(roles[name])} if name in roles else None for name in defaults},
        "stytch_resources": [_serialize_resource(r) for r in permissions.RESOURCES]
        if ctx.project.vertical == "B2B"
        else [],
        "custom_roles": [
            {"role_id": r.role_id, "description": r.description, "permissions": _serialize_permissions(r)}
            for r in policy.roles
            if r.role_id not in defaults
        ],
        "custom_resources": [_serialize_resource(r) for r in policy.resources],
        "custom_scopes": [
            {"scope": s.scope, "description": s.description, "permissions": _serialize_permissions(s)}
            for s in policy.scopes
        ],
    }


def _serialize_permissions(role_or_scope: Role | Scope) -> list[dict[str, Any]]:
    return [{"resource_id": p.resource_id, "actions": p.actions} for p in role_or_scope.permissions]


def _serialize_resource(r: Resource) -> dict[str, Any]:
    return {"resource_id": r.resource_id, "description": r.description, "available_actions": r.actions}
