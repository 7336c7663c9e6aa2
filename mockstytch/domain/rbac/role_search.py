"""Who holds a role, whatever it comes from: the condition that member search has for it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, literal, or_

from mockstytch.domain.roles import member_roles
from mockstytch.domain.shared import search
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import GroupRole, Organization

_m = Member.table.c


def members_with_roles(ctx: Context, organizations: Iterable[Organization], role_ids: list[str]) -> search.Clause:
    """Members of these organizations with one of the roles: everybody's, an explicit one, or one that an e-mail
    domain, an SSO connection, a group there or a directory's group implies."""
    clauses = [search.holds_any(_m.roles)(role_ids), literal("stytch_member").in_(role_ids)]
    for organization in organizations:
        domains = [a["domain"] for a in organization.rbac_email_implicit_role_assignments if a["role_id"] in role_ids]
        clauses.append(and_(_m.organization_id == organization.organization_id, _m.email_domain.in_(domains)))
        if member_ids := _by_connection(ctx, organization, set(role_ids)):
            clauses.append(_m.member_id.in_(member_ids))
    return or_(*clauses)


def _by_connection(ctx: Context, organization: Organization, role_ids: set[str]) -> list[str]:
    """The members whose account at an identity provider or in a directory implies one. Which of them do is read from
    JSON: those who have to do with the connection at all are looked at one by one."""
    scim = [organization.scim_connection] if organization.scim_connection else []
    sso = [c for c in organization.sso_connections if c.active]
    implying = [c for c in sso if role_ids & {*c.roles, *_of_groups(c.group_roles)}]
    directories = [c for c in scim if role_ids & _of_groups(c.group_roles)]
    links = [_mentions(_m.sso_registrations, c.connection_id) for c in implying]
    links += [_mentions(_m.scim_registration, c.connection_id) for c in directories]
    if not links:
        return []
    found = ctx.store.query(Member).where(_m.organization_id == organization.organization_id, or_(*links))
    return [
        member.member_id
        for member in ctx.store.rows(Member, found)
        if any(role["role_id"] in role_ids for role in member_roles(member, organization))
    ]


def _of_groups(group_roles: Iterable[GroupRole]) -> set[str]:
    return {group.role_id for group in group_roles}


def _mentions(column: ColumnElement[Any], connection_id: str) -> search.Clause:
    return cast(column, Text).contains(connection_id, autoescape=True)
