"""The filters of member search. ``member_roles`` depends on the organizations that are searched."""

from collections.abc import Iterable
from functools import partial

from mockstytch import errors
from mockstytch.domain.rbac import role_search
from mockstytch.domain.shared import search
from mockstytch.domain.shared.search import Filter
from mockstytch.runtime import Context
from mockstytch.store import queries
from mockstytch.store.queries import Condition
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization

_member = Member.table.c
_STATUSES = {"pending", "invited", "active", "deleted"}


def condition(ctx: Context, organizations: Iterable[Organization], query: search.Query) -> Condition:
    """Return the condition of a query on the members of these organizations.

    Deleted members are left out unless a filter on ``statuses`` names them.

    Raises:
        member_search_cannot_mix_internal_and_external_member_ids: if ``member_ids`` has ids of both kinds.
        search_invalid_status_filter: if ``statuses`` has a value that isn't a status.
    """
    by_id = {organization.organization_id: organization for organization in organizations}
    roles_filter = Filter("strings", partial(role_search.members_with_roles, ctx, by_id.values()))
    conditions = [queries.one_of(_member.organization_id, by_id)]
    matches = search.condition("member", {**FILTERS, "member_roles": roles_filter}, query)
    if matches is not None:
        conditions.append(matches)
    if not _names_deleted(query):
        conditions.append(_member.status.excluding("deleted"))
    return queries.all_of(conditions)


def _names_deleted(query: search.Query) -> bool:
    return any(
        operand["filter_name"] == "statuses" and "deleted" in map(str.lower, operand["filter_value"])
        for operand in query.operands
    )


def _has_id(values: list[str]) -> Condition:
    internal = [value.startswith("member-test-") for value in values]
    if any(internal) and not all(internal):
        raise errors.member_search_cannot_mix_internal_and_external_member_ids()
    return (_member.member_id if all(internal) else _member.external_id).in_(values)


def _has_status(values: list[str]) -> Condition:
    statuses = [value.lower() for value in values]
    if not set(statuses) <= _STATUSES:
        raise errors.search_invalid_status_filter()
    return _member.status.in_(statuses)


FILTERS = {
    "member_ids": Filter("strings", _has_id),
    "member_emails": Filter("strings", lambda v: queries.one_of(_member.email_address, [email.lower() for email in v])),
    "member_email_fuzzy": Filter("fuzzy", lambda v: queries.contains(_member.email_address, v.lower())),
    "member_is_breakglass": Filter("boolean", lambda v: _member.is_breakglass.is_(v), "is_breakglass"),
    "statuses": Filter("strings", _has_status),
    "member_mfa_phone_numbers": Filter(
        "strings", lambda v: _member.mfa_phone_number.in_(v), "mfa_member_phone_numbers"
    ),
    "member_mfa_phone_number_fuzzy": Filter(
        "fuzzy",
        lambda v: queries.contains(_member.mfa_phone_number, v),
        "mfa_member_phone_number_fuzzy",
    ),
    "member_password_exists": Filter(
        "boolean",
        lambda v: _member.member_password_id != "" if v else _member.member_password_id == "",
        "password_exists",
    ),
    "member_totp_exists": Filter(
        "boolean",
        lambda v: _member.totp_registration_id != "" if v else _member.totp_registration_id == "",
        "totp_exists",
    ),
}
