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
from mockstytch.store.records.members import Member, MemberCount
from mockstytch.store.records.organizations import Organization

_member, _count = Member.table.c, MemberCount.table.c
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
        conditions.append(_member.status != "deleted")
    return queries.all_of(conditions)


def total(ctx: Context, organizations: Iterable[Organization], query: search.Query) -> int | None:
    """Return the number of members that a query finds, from the numbers that the database keeps.

    Returns:
        None if a filter is on something else. Then the members have to be counted.
    """
    if any(operand["filter_name"] not in _COUNTED for operand in query.operands):
        return None
    conditions = [_count.organization_id.in_(organization.organization_id for organization in organizations)]
    matches = search.condition("member", _COUNTED, query)
    if matches is not None:
        conditions.append(matches)
    if not _names_deleted(query):
        conditions.append(_count.status != "deleted")
    return ctx.store.sum(ctx.store.query(MemberCount).where(*conditions), _count.members)


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


def _statuses(values: list[str]) -> list[str]:
    statuses = [value.lower() for value in values]
    if not set(statuses) <= _STATUSES:
        raise errors.search_invalid_status_filter()
    return statuses


def _has_status(values: list[str]) -> Condition:
    statuses = _statuses(values)
    found = _member.status.in_(statuses)
    return found if "active" in statuses else found & (_member.status != "active")


# What is rare has an index of its own, which a database uses if the condition says that nothing else is meant.


def _is_breakglass(value: bool) -> Condition:
    found = _member.is_breakglass.is_(value)
    return found & (_member.is_breakglass != False) if value else found  # noqa: E712 · a column, not a bool


def _has_phone_number(condition: Condition) -> Condition:
    return condition & (_member.mfa_phone_number != "")


FILTERS = {
    "member_ids": Filter("strings", _has_id),
    "member_emails": Filter("strings", lambda v: queries.one_of(_member.email_address, [email.lower() for email in v])),
    "member_email_fuzzy": Filter("fuzzy", lambda v: queries.contains(_member.email_address, v.lower())),
    "member_is_breakglass": Filter("boolean", _is_breakglass, "is_breakglass"),
    "statuses": Filter("strings", _has_status),
    "member_mfa_phone_numbers": Filter(
        "strings", lambda v: _has_phone_number(_member.mfa_phone_number.in_(v)), "mfa_member_phone_numbers"
    ),
    "member_mfa_phone_number_fuzzy": Filter(
        "fuzzy",
        lambda v: _has_phone_number(queries.contains(_member.mfa_phone_number, v)),
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

# Filters whose members are counted in ``MemberCount``
_COUNTED = {
    "statuses": Filter("strings", lambda v: _count.status.in_(_statuses(v))),
    "member_is_breakglass": Filter("boolean", _count.is_breakglass.is_, "is_breakglass"),
    "member_password_exists": Filter("boolean", _count.has_password.is_, "password_exists"),
    "member_totp_exists": Filter("boolean", _count.has_totp.is_, "totp_exists"),
}
