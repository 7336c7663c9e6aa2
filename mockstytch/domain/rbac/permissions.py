"""Who may do what: the policy, the permissions that roles grant, the verdict."""

from collections.abc import Iterable, Mapping
from typing import Any

from mockstytch import errors
from mockstytch.domain.shared import lookup
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.projects import Permission, Resource, Role, Scope

# What anybody may be allowed to do to the own record; a ``*`` on ``stytch.self`` grants these and no more.
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

# Stytch's own resources, with the actions as its browser SDK and Admin Portal name them.
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
    """The roles of the project's policy, and those of the organization. A custom role may replace a default one."""
    custom = ctx.project.settings.rbac_policy.roles
    replaced = {role.role_id for role in custom}
    own = organization.custom_roles if organization else []
    return [role for role in ROLES if role.role_id not in replaced] + custom + own


def resources(ctx: Context) -> list[Resource]:
    return RESOURCES + ctx.project.settings.rbac_policy.resources


def scopes(ctx: Context) -> list[Scope]:
    return ctx.project.settings.rbac_policy.scopes


def require_assignable(ctx: Context, organization: Organization | None, role_ids: Iterable[str]) -> None:
    """
    Raises:
        cannot_assign_default_rbac_role_id: ``stytch_member`` is everybody's already.
        invalid_rbac_role_assignment: there is no such role.
    """
    known = {role.role_id for role in roles(ctx, organization)}
    for role_id in role_ids:
        if role_id == "stytch_member":
            raise errors.cannot_assign_default_rbac_role_id()
        if role_id not in known:
            raise errors.invalid_rbac_role_assignment(because=f"no role {role_id}")


def granting_roles(
    ctx: Context, organization: Organization, role_ids: Iterable[str], resource_id: str, action: str
) -> list[str]:
    """Those of the roles that grant an action on a resource; ``*`` grants every action on its own resource."""
    held = set(role_ids)
    return [
        role.role_id
        for role in roles(ctx, organization)
        if role.role_id in held
        and any(p.resource_id == resource_id and {action, "*"} & set(p.actions) for p in role.permissions)
    ]


def authorize(ctx: Context, resource_id: str, permission: str | Mapping[str, str], fields: Mapping[str, Any]) -> None:
    """Let a request pass, or not. The project itself may do anything; a member what its roles grant.

    Args:
        resource_id: what the operation is about.
        permission: the action it takes, or for each request field the action that sending it takes.
        fields: the request, as sent.

    Raises:
        session_authorization_tenancy_error: the member belongs to another organization.
        session_authorization_error: no role grants it.
        cannot_update_trusted_metadata: members never may.
    """
    if ctx.actor.kind == "project" or not permission:
        return
    reference = fields.get("organization_id")
    organization = own_organization(ctx, reference if isinstance(reference, str) else "")
    if isinstance(permission, str):
        actions = [permission]
    else:
        sent = {name for name, value in fields.items() if value is not None}
        if "trusted_metadata" in sent:
            raise errors.cannot_update_trusted_metadata()
        actions = [action for name, action in permission.items() if name in sent]
    target = fields.get("member_id")
    for action in actions:
        require(ctx, organization, resource_id, action, target if isinstance(target, str) else "")


def own_organization(ctx: Context, reference: str) -> Organization:
    """The acting member's organization, which must be the one the request names, if it names one.

    Raises:
        session_authorization_tenancy_error: it isn't.
    """
    if reference and lookup.organization(ctx, reference).organization_id != ctx.actor.organization_id:
        raise errors.session_authorization_tenancy_error()
    return ctx.store.get(Organization, organization_id=ctx.actor.organization_id)


def require(ctx: Context, organization: Organization, resource_id: str, action: str, target_member: str = "") -> None:
    """The acting member's roles must grant this; on its own record what they grant on ``stytch.self`` counts as well,
    as far as that resource has the action: nobody makes itself an administrator.

    Raises:
        session_authorization_error: they don't.
    """
    if ctx.actor.kind == "project":
        return
    on = [resource_id] + ["stytch.self"] * (action in SELF_ACTIONS and _is_self(ctx, target_member))
    if not any(granting_roles(ctx, organization, ctx.actor.roles, r, action) for r in on):
        raise errors.session_authorization_error(because=f"no role grants {action} on {resource_id}")


def _is_self(ctx: Context, target_member: str) -> bool:
    if not target_member:
        return False
    me = ctx.store.get(Member, member_id=ctx.actor.member_id)
    return target_member in (me.member_id, me.external_id)
