"""The filters of organization search."""

from functools import partial
from typing import Any

from mockstytch.domain.shared import search
from mockstytch.domain.shared.search import Filter
from mockstytch.runtime import Context
from mockstytch.store import queries
from mockstytch.store.queries import Condition, RowQuery
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization, OrganizationDomain
from mockstytch.store.records.sso import ExternalConnection, OidcConnection, SamlConnection

_organization, _member, _domain = Organization.table.c, Member.table.c, OrganizationDomain.table.c
_CONNECTION_COLUMNS = (SamlConnection.table.c, OidcConnection.table.c, ExternalConnection.table.c)


def condition(ctx: Context, query: search.Query) -> Condition | None:
    """Return the condition of a query on organizations, or None if the query has no operands."""
    return search.condition("organization", filters(ctx.store.data_key), query)


def _has_member(data_key: str, condition: Condition) -> Condition:
    """Return the condition that an organization has a member who matches.

    The subquery compares the project's data key, not a column of the organization: so it runs once, not for each
    organization.
    """
    own = _member.project_id == data_key
    ids = queries.values_of(_member.organization_id, own, _member.status.excluding("deleted"), condition)
    return _organization.organization_id.in_(ids)


def _has_domain(data_key: str, use: str, condition: Condition) -> Condition:
    """Return the condition that an organization allows or claims a domain that matches."""
    own = _domain.project_id == data_key
    ids = queries.values_of(_domain.organization_id, own, _domain.use == use, condition)
    return _organization.organization_id.in_(ids)


def _with_connection(data_key: str, columns: Any, *conditions: Condition) -> RowQuery:
    """Return the subquery of the organizations with a connection, in one of the tables of connections."""
    return queries.values_of(columns.organization_id, columns.project_id == data_key, *conditions)


def _has_active_connection(data_key: str, value: bool) -> Condition:
    # an external connection has no status: it is always active
    subqueries = [
        _with_connection(data_key, c, *([c.status == "active"] if "status" in c else [])) for c in _CONNECTION_COLUMNS
    ]
    has_one = _organization.organization_id.in_(queries.union_of(subqueries))
    return has_one if value else ~has_one


def _has_connection(data_key: str, connection_id: str) -> Condition:
    subqueries = [_with_connection(data_key, c, c.connection_id == connection_id) for c in _CONNECTION_COLUMNS]
    return _organization.organization_id.in_(queries.union_of(subqueries))


def _lower(values: list[str]) -> list[str]:
    return [value.lower() for value in values]


def filters(data_key: str) -> dict[str, Filter]:
    """Return the filters for the organizations with a data key."""
    has_member, has_domain = partial(_has_member, data_key), partial(_has_domain, data_key)
    return {
        "organization_ids": Filter("strings", _organization.organization_id.in_),
        "organization_slugs": Filter("strings", lambda v: _organization.slug_key.in_(_lower(v))),
        "organization_slug_fuzzy": Filter("fuzzy", lambda v: queries.contains(_organization.slug_key, v.lower())),
        "organization_name_fuzzy": Filter(
            "fuzzy", lambda v: queries.contains(_organization.organization_name, v, ignore_case=True)
        ),
        "member_emails": Filter("strings", lambda v: has_member(_member.email_address.in_(_lower(v)))),
        "member_email_fuzzy": Filter("fuzzy", lambda v: has_member(queries.contains(_member.email_address, v.lower()))),
        "allowed_domains": Filter("strings", lambda v: has_domain("allowed", _domain.domain.in_(_lower(v)))),
        "allowed_domain_fuzzy": Filter(
            "fuzzy", lambda v: has_domain("allowed", queries.contains(_domain.domain, v.lower()))
        ),
        "claimed_email_domains": Filter("strings", lambda v: has_domain("claimed", _domain.domain.in_(_lower(v)))),
        "has_active_sso_connection": Filter("boolean", partial(_has_active_connection, data_key)),
        "sso_connection_id": Filter("string", partial(_has_connection, data_key)),
    }


FILTERS = filters("")  # their names and the kinds of their values
