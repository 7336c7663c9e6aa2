"""Derive the roles of a member and of a session from stored state.

These are pure functions of records. They are below ``wire``, because the API returns roles with members and sessions.
The rules of the policy are in ``mockstytch.domain.rbac``.
"""

from typing import Any

from mockstytch.store.records.members import Member, SsoLink
from mockstytch.store.records.organizations import Organization, SsoSummary
from mockstytch.store.records.sessions import MemberSession

Wire = dict[str, Any]


def member_roles(m: Member, o: Organization) -> list[Wire]:
    """Return the roles of a member, each with its sources.

    They are ``stytch_member``, the directly assigned roles, and the roles implied by the e-mail domain, an SSO
    connection, a group at its identity provider, or a SCIM group.
    """
    return [{"role_id": role_id, "sources": listed} for role_id, listed in _sources(m, o).items()]


def _sources(m: Member, o: Organization) -> dict[str, list[Wire]]:
    """Return the sources of each of a member's roles."""
    sources: dict[str, list[Wire]] = {}
    for role_id in ("stytch_member", *m.roles):
        sources.setdefault(role_id, []).append({"details": {}, "type": "direct_assignment"})
    if _may_have_implied(m, o):
        _add_implied(sources, m, o)
    return sources


def _may_have_implied(m: Member, o: Organization) -> bool:
    return bool(o.rbac_email_implicit_role_assignments or m.sso_registrations or m.scim_registration)


def _add_implied(sources: dict[str, list[Wire]], m: Member, o: Organization) -> None:
    def add(role_id: str, source: str, **details: str) -> None:
        sources.setdefault(role_id, []).append({"details": details, "type": source})

    for implied in o.rbac_email_implicit_role_assignments:
        if implied["domain"] == m.email_domain:
            add(implied["role_id"], "email_assignment", email_domain=m.email_domain)
    for connection, link in _sso_links(m, o):
        for role_id in connection.roles:
            add(role_id, "sso_connection", connection_id=connection.connection_id)
        for group in connection.group_roles:
            if group.group in link.groups:
                details = {"connection_id": connection.connection_id, "group": group.group}
                add(group.role_id, "sso_connection_group", **details)
    if m.scim_registration and o.scim_connection:
        for group in o.scim_connection.group_roles:
            if group.group in m.scim_registration.group_ids:
                details = {"connection_id": o.scim_connection.connection_id, "group_id": group.group}
                add(group.role_id, "scim_connection_group", **details)


def _sso_links(m: Member, o: Organization) -> list[tuple[SsoSummary, SsoLink]]:
    """Return the active SSO connections that a member has registered with."""
    connections = {c.connection_id: c for c in o.sso_connections if c.active}
    return [(connections[k.connection_id], k) for k in m.sso_registrations if k.connection_id in connections]


def session_roles(s: MemberSession, m: Member, o: Organization) -> list[str]:
    """Return the roles of a session. Roles implied by an SSO connection count only if the session used it."""
    if not _may_have_implied(m, o):  # most members
        return [*dict.fromkeys(("stytch_member", *m.roles))]
    sources = _sources(m, o)
    used = {
        detail.get("provider_id") for f in s.authentication_factors if f.type == "sso" for detail in f.detail.values()
    }
    return [
        role_id
        for role_id, listed in sources.items()
        if any(not x["type"].startswith("sso_") or x["details"]["connection_id"] in used for x in listed)
    ]
