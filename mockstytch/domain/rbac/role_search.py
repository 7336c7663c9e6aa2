"""Find the members with a role, whatever the role's source: the ``member_roles`` filter of member search."""

from collections.abc import Iterable

from mockstytch.domain.roles import member_roles
from mockstytch.runtime import Context
from mockstytch.store import queries
from mockstytch.store.queries import Condition
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import GroupRole, Organization

_member = Member.table.c


def members_with_roles(ctx: Context, organizations: Iterable[Organization], role_ids: list[str]) -> Condition:
    """Return the condition that a member of these organizations has one of the roles.

    Direct assignments and e-mail domains are compared in SQL. Members with a role implied by a connection are looked up
    first, and compared by id.
    """
    if "stytch_member" in role_ids:
        return queries.EVERY_ROW
    # members with roles have an index
    conditions = [queries.list_has_any(_member.roles, role_ids) & queries.list_is_not_empty(_member.roles)]
    for organization in organizations:
        domains = [a["domain"] for a in organization.rbac_email_implicit_role_assignments if a["role_id"] in role_ids]
        if domains:
            same_organization = _member.organization_id == organization.organization_id
            conditions.append(same_organization & _member.email_domain.in_(domains))
        if member_ids := _members_by_connection(ctx, organization, set(role_ids)):
            conditions.append(_member.member_id.in_(member_ids))
    return queries.any_of(conditions)


def _members_by_connection(ctx: Context, organization: Organization, role_ids: set[str]) -> list[str]:
    """Return the ids of the members with a role that an SSO or SCIM connection implies.

    The members' groups are in JSON columns, so candidates are filtered in Python.
    """
    scim = organization.scim_connection
    implying = [
        c for c in organization.sso_connections if c.active and role_ids & {*c.roles, *_roles_of(c.group_roles)}
    ]
    candidates = [queries.json_mentions(_member.sso_registrations, c.connection_id) for c in implying]
    if scim and role_ids & _roles_of(scim.group_roles):
        candidates.append(queries.json_mentions(_member.scim_registration, scim.connection_id))
    if not candidates:
        return []
    query = ctx.store.query(Member).where(
        _member.organization_id == organization.organization_id, queries.any_of(candidates)
    )
    return [
        member.member_id
        for member in ctx.store.rows(Member, query)
        if any(role["role_id"] in role_ids for role in member_roles(member, organization))
    ]


def _roles_of(group_roles: Iterable[GroupRole]) -> set[str]:
    return {group.role_id for group in group_roles}
