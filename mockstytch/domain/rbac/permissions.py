"""Authorize requests: the policy of a project, and the permissions that roles grant."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from mockstytch import errors
from mockstytch.domain.shared import lookup
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.projects import Permission, Resource, Role, Scope

# The actions that a role can grant on a member's own record. ``*`` on ``stytch.self`` grants exactly these.
SELF_ACTIONS = [
    "update.info.name",
    "update.info.email",
    "update.info.untrusted-metadata",
    "update.info.mfa-phone",
    "update.info.delete.mfa-phone",
    "update.info.delete.password",
    "update.info.delete.mfa-totp",
    "update.info.unlink.retired-email",
    "update.settings.mfa-enrolled",
    "update.settings.default-mfa-method",
    "delete",
    "revoke-sessions",
]
_CRUD = ["create", "get", "update", "delete"]

# Stytch's own resources. Their actions have the names of the browser SDK and the Admin Portal.
RESOURCES = [
    Resource(
        resource_id="stytch.organization",
        description="The Organization itself.",
        actions=[
            "update.info.name",
            "update.info.slug",
            "update.info.logo-url",
            "update.settings.allowed-auth-methods",
            "update.settings.allowed-mfa-methods",
            "update.settings.email-jit-provisioning",
            "update.settings.email-invites",
            "update.settings.allowed-domains",
            "update.settings.default-sso-connection",
            "update.settings.sso-jit-provisioning",
            "update.settings.mfa-policy",
            "update.settings.implicit-roles",
            "update.settings.oauth-tenant-jit-provisioning",
            "update.settings.allowed-oauth-tenants",
            "delete",
        ],
    ),
    Resource(
        resource_id="stytch.member",
        description="Every Member of the Organization.",
        actions=[
            "create",
            "update.info.name",
            "update.info.email",
            "update.info.untrusted-metadata",
            "update.info.mfa-phone",
            "update.info.delete.mfa-phone",
            "update.info.delete.mfa-totp",
            "update.info.delete.password",
            "update.info.unlink.retired-email",
            "update.settings.is-breakglass",
            "update.settings.mfa-enrolled",
            "update.settings.default-mfa-method",
            "update.settings.roles",
            "search",
            "delete",
            "revoke-sessions",
        ],
    ),
    Resource(resource_id="stytch.sso", description="SSO Connections of the Organization.", actions=_CRUD),
    Resource(resource_id="stytch.scim", description="SCIM Connections of the Organization.", actions=_CRUD),
    Resource(resource_id="stytch.self", description="The Member's own data.", actions=SELF_ACTIONS),
    Resource(resource_id="stytch.custom-org-roles", description="Roles that the Organization defines.", actions=_CRUD),
]


def _everything_on(*resource_ids: str) -> list[Permission]:
    return [Permission(resource_id=resource_id, actions=["*"]) for resource_id in resource_ids]


ROLES = [
    Role(
        role_id="stytch_member",
        description="Granted to all Members upon creation; grants permissions to the Member's own data.",
        permissions=_everything_on("stytch.self"),
    ),
    Role(
        role_id="stytch_admin",
        description="Granted to Members who create an Organization; grants permissions on the whole Organization.",
        permissions=_everything_on(
            "stytch.organization",
            "stytch.member",
            "stytch.sso",
            "stytch.scim",
            "stytch.self",
            "stytch.custom-org-roles",
        ),
    ),
]


def roles(ctx: Context, organization: Organization | None = None) -> list[Role]:
    """Return the roles of the project and of the organization. A project can replace the default roles."""
    project_roles = ctx.project.settings.rbac_policy.roles
    replaced = {role.role_id for role in project_roles}
    organization_roles = organization.custom_roles if organization else []
    return [role for role in ROLES if role.role_id not in replaced] + project_roles + organization_roles


def resources(ctx: Context) -> list[Resource]:
    """Return Stytch's resources and the project's own."""
    return RESOURCES + ctx.project.settings.rbac_policy.resources


def scopes(ctx: Context) -> list[Scope]:
    """Return the project's OAuth scopes."""
    return ctx.project.settings.rbac_policy.scopes


def require_assignable(ctx: Context, organization: Organization | None, role_ids: Iterable[str]) -> None:
    """Raise if one of the roles can't be assigned.

    Raises:
        cannot_assign_default_rbac_role_id: if the role is ``stytch_member``, which every member has.
        invalid_rbac_role_assignment: if the policy doesn't have the role.
    """
    known = None  # until there is one to look for
    for role_id in role_ids:
        if role_id == "stytch_member":
            raise errors.cannot_assign_default_rbac_role_id()
        known = known or {role.role_id for role in roles(ctx, organization)}
        if role_id not in known:
            raise errors.invalid_rbac_role_assignment(because=f"no role {role_id}")


def granting_roles(
    ctx: Context, organization: Organization, role_ids: Iterable[str], resource_id: str, action: str
) -> list[str]:
    """Return the ids of the roles that grant an action on a resource. ``*`` grants every action of its resource."""
    ids = set(role_ids)
    return [
        role.role_id
        for role in roles(ctx, organization)
        if role.role_id in ids
        and any(p.resource_id == resource_id and {action, "*"} & set(p.actions) for p in role.permissions)
    ]


def authorize(
    ctx: Context,
    resource_id: str,
    permission: str | Mapping[str, str],
    fields: Mapping[str, Any],
    changes: Collection[str] = (),
) -> None:
    """Raise if the caller can't perform an operation. The backend can do everything, a member what the roles grant.

    Args:
        resource_id: the resource of the operation.
        permission: the action that the operation needs, or for each request field the action that changing it needs.
        fields: the request as sent.
        changes: the names of the fields that the request changes.

    Raises:
        session_authorization_tenancy_error: if the acting member belongs to another organization.
        session_authorization_error: if no role of the acting member grants the action.
        cannot_update_trusted_metadata: if a member changes ``trusted_metadata``, which only the backend can change.
    """
    if ctx.actor.kind == "project" or not permission:
        return
    reference = fields.get("organization_id")
    organization = own_organization(ctx, reference if isinstance(reference, str) else "")
    if isinstance(permission, str):
        actions = [permission]
    else:
        if "trusted_metadata" in changes:
            raise errors.cannot_update_trusted_metadata()
        actions = [action for name, action in permission.items() if name in changes]
    target = fields.get("member_id")
    for action in actions:
        require(ctx, organization, resource_id, action, target if isinstance(target, str) else "")


def own_organization(ctx: Context, reference: str) -> Organization:
    """Return the acting member's organization.

    Args:
        reference: the organization in the request, or "".

    Raises:
        session_authorization_tenancy_error: if the request names another organization than the acting member's.
    """
    if reference and lookup.organization(ctx, reference).organization_id != ctx.actor.organization_id:
        raise errors.session_authorization_tenancy_error()
    return ctx.store.get(Organization, organization_id=ctx.actor.organization_id)


def require(ctx: Context, organization: Organization, resource_id: str, action: str, target_member: str = "") -> None:
    """Raise if no role of the acting member grants an action.

    For the member's own record, a permission on ``stytch.self`` is enough if that resource has the action. It has no
    action that changes roles, so a member can't become an administrator this way.

    Args:
        target_member: the id or external id of the member to act on, or "".

    Raises:
        session_authorization_error: if no role of the acting member grants the action.
    """
    if ctx.actor.kind == "project":
        return
    resource_ids = [resource_id]
    if action in SELF_ACTIONS and _is_self(ctx, target_member):
        resource_ids.append("stytch.self")
    if not any(granting_roles(ctx, organization, ctx.actor.roles, r, action) for r in resource_ids):
        raise errors.session_authorization_error(because=f"no role grants {action} on {resource_id}")


def _is_self(ctx: Context, target_member: str) -> bool:
    if not target_member or ctx.actor.kind != "member":
        return False
    acting_member = ctx.store.get(Member, member_id=ctx.actor.member_id)
    return target_member in (acting_member.member_id, acting_member.external_id)
