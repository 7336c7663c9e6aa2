"""The filters of member search. ``member_roles`` depends on the organizations that are searched."""

from collections.abc import Collection, Iterable
from functools import partial
from typing import NamedTuple

from mockstytch import errors
from mockstytch.domain.rbac import role_search
from mockstytch.domain.shared import search
from mockstytch.domain.shared.search import Filter
from mockstytch.outbound import MoreToDo
from mockstytch.runtime import Context
from mockstytch.store import queries
from mockstytch.store.queries import Condition, RowQuery
from mockstytch.store.records.members import Member, MemberCount
from mockstytch.store.records.organizations import Organization

_member, _count = Member.table.c, MemberCount.table.c
_LARGE = 5_000  # members: fewer are read in some milliseconds
_MOST_DOMAINS = 30  # e-mail domains in an organization, for ``_total_by_domains``
_FUZZY = ("member_email_fuzzy", "member_mfa_phone_number_fuzzy")
_TRACKED = (*_FUZZY, "member_emails", "member_mfa_phone_numbers")  # ``MemberCount.changes`` counts their changes
_STATUSES = {"pending", "invited", "active", "deleted"}


class Matching(NamedTuple):
    """The members that a search finds.

    Attributes:
        newest: see ``search.page``.
    """

    query: RowQuery
    newest: search.Newest


def matching(ctx: Context, organizations: Iterable[Organization], query: search.Query) -> Matching:
    """Return the members of these organizations that a query finds.

    Deleted members are left out unless a filter on ``statuses`` names them.

    Raises:
        member_search_cannot_mix_internal_and_external_member_ids: if ``member_ids`` has ids of both kinds.
        search_invalid_status_filter: if ``statuses`` has a value that isn't a status.
    """
    by_id = {organization.organization_id: organization for organization in organizations}
    narrowing, frequent = _narrowing(ctx, by_id, query)
    own = queries.one_of(_member.organization_id, by_id)
    condition = queries.all_of([own, *narrowing, *_matches(ctx, by_id.values(), query)])
    newest = partial(_newest, ctx, [*by_id], frequent) if frequent else search.no_newest
    return Matching(ctx.store.query(Member).where(condition), newest)


def _matches(ctx: Context, organizations: Iterable[Organization], query: search.Query) -> list[Condition]:
    """Return the conditions of a query on the members of these organizations."""
    roles_filter = Filter("strings", partial(role_search.members_with_roles, ctx, organizations))
    matches = search.condition("member", {**FILTERS, "member_roles": roles_filter}, query)
    conditions = [] if matches is None else [matches]
    if not _names_deleted(query):
        conditions.append(_member.status.excluding("deleted"))
    return conditions


def _narrowing(ctx: Context, organization_ids: Iterable[str], query: search.Query) -> tuple[list[Condition], str]:
    """Return what helps to find members by a part of a text in a large organization.

    Returns:
        conditions that all members that a query finds fulfil; without any, a text that too many members have.
    """
    if query.operator.upper() not in ("AND", ""):
        return [], ""
    texts = [operand.get("filter_value") for operand in query.operands if operand.get("filter_name") in _FUZZY]
    long = [text for text in texts if isinstance(text, str) and len(text) >= search.MIN_FUZZY_LENGTH]
    if not long:
        return [], ""
    counts = ctx.store.query(MemberCount).where(_count.organization_id.in_(organization_ids))
    if ctx.store.sum(counts, _count.members) < _LARGE:
        return [], ""
    narrowed = [condition for text in long if (condition := ctx.store.member_texts.candidates(text)) is not None]
    return narrowed, "" if narrowed else long[0]


def _newest(ctx: Context, organization_ids: list[str], text: str, before: int | None, count: int) -> Condition | None:
    """Return the condition that a member is one of the newest ones that may have a text."""
    if len(organization_ids) != 1:
        return None
    return ctx.store.member_texts.newest_candidates(text, organization_ids[0], before, count)


def count(ctx: Context, organization: Organization) -> int:
    """Return the number of members of an organization, without deleted ones."""
    query = ctx.store.query(MemberCount)
    query = query.where(_count.organization_id == organization.organization_id, _count.status != "deleted")
    return ctx.store.sum(query, _count.members)


def total(
    ctx: Context, organizations: Iterable[Organization], query: search.Query, members: RowQuery | None = None
) -> int | None:
    """Return the number of members that a query finds, from the numbers that the database keeps.

    Args:
        members: the query for the members, if they can be counted.

    Returns:
        None if a filter is on something else, and the members have to be counted.

    Raises:
        MoreToDo: if only a part of the members has been counted.
    """
    conditions = [_count.organization_id.in_(organization.organization_id for organization in organizations)]
    if not _has_only(query, _COUNTED):
        if members is None or not _has_only(query, {*_COUNTED, *_TRACKED}):
            return None
        changes = ctx.store.sum(ctx.store.query(MemberCount).where(*conditions), _count.changes)
        if changes < _LARGE:
            return None
        for faster in (_total_by_domains, _kept_total):
            if (found := faster(ctx, organizations, query)) is not None:
                return found
        return ctx.store.remembered_total(members, changes)
    matches = search.condition("member", _COUNTED, query)
    if matches is not None:
        conditions.append(matches)
    if not _names_deleted(query):
        conditions.append(_count.status != "deleted")
    return ctx.store.sum(ctx.store.query(MemberCount).where(*conditions), _count.members)


def _total_by_domains(ctx: Context, organizations: Iterable[Organization], query: search.Query) -> int | None:
    """Return the number of members that a query for a part of the e-mail address finds, if most have it in the domain.

    To compare a million addresses takes 0.3 s. But an organization has few domains: all members with one that contains
    the text are found, and only the others are compared.

    Returns:
        None if the query has other filters, too few addresses have the text in the domain, or there are many domains.
    """
    listed = list(organizations)
    texts = [operand for operand in query.operands if operand["filter_name"] == "member_email_fuzzy"]
    others = [operand for operand in query.operands if operand["filter_name"] != "member_email_fuzzy"]
    rest = search.Query(operands=others)
    if len(listed) != 1 or len(texts) != 1 or query.operator.upper() == "OR" or not _has_only(rest, _COUNTED):
        return None
    text, own = texts[0]["filter_value"].lower(), _member.organization_id == listed[0].organization_id
    domains = _domains(ctx, own)
    if domains is None or "\0" in text:
        return None
    without = [domain for domain in domains if text not in f"@{domain}"]
    if not without:
        return total(ctx, listed, rest)
    with_other_domain = _member.email_domain.in_(without)
    if len(without) == len(domains) or ctx.store.has_more_than(
        ctx.store.query(Member).where(own, with_other_domain), _LARGE
    ):
        return None
    different = ~queries.contains(_member.email_address, text)
    missing = ctx.store.query(Member).where(own, with_other_domain, different, *_matches(ctx, listed, rest))
    counted = total(ctx, listed, rest)
    return None if counted is None else counted - ctx.store.count(missing)


def go_on_counting(ctx: Context, organizations: Iterable[Organization], query: search.Query) -> None:
    """Count more of the members that a query finds, if ``total`` has begun to. Call it before everything else.

    Raises:
        MoreToDo: if only a part of the members has been counted.
    """
    _kept_total(ctx, organizations, query, begin=False)


def _kept_total(
    ctx: Context, organizations: Iterable[Organization], query: search.Query, *, begin: bool = True
) -> int | None:
    """Return the number of members that a query only for a part of the e-mail address finds.

    Args:
        query: it needn't be valid.
        begin: whether to begin to count.

    Returns:
        None if it is another query, or the database doesn't keep such totals.

    Raises:
        MoreToDo: if only a part of the members has been counted.
    """
    listed, texts = list(organizations), [operand.get("filter_value") for operand in query.operands]
    if len(listed) != 1 or len(texts) != 1 or query.operands[0].get("filter_name") != "member_email_fuzzy":
        return None
    pattern = queries.pattern(texts[0].lower()) if isinstance(texts[0], str) and "\0" not in texts[0] else None
    if pattern is None:
        return None
    kept = ctx.store.member_texts.count(listed[0].organization_id, pattern, begin=begin)
    if kept is not None and not kept.is_complete:
        raise MoreToDo
    return None if kept is None else kept.members


def _domains(ctx: Context, condition: Condition) -> list[str] | None:
    """Return the domains of members' e-mail addresses, each found with an index; None if there are many."""
    found: list[str] = []
    first = ctx.store.query(Member).where(condition).order_by(_member.email_domain).limit(1)
    while len(found) < _MOST_DOMAINS:
        next_ = ctx.store.rows(Member, first.where(_member.email_domain > found[-1]) if found else first)
        if not next_:
            return found
        found.append(next_[0].email_domain)
    return None


def _has_only(query: search.Query, names: Collection[str]) -> bool:
    return all(operand["filter_name"] in names for operand in query.operands)


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
    return found if "active" in statuses else found & _member.status.excluding("active")


# A rare value has a separate index. A database uses it if the condition excludes everything else.


def _is_breakglass(value: bool) -> Condition:
    found = _member.is_breakglass.is_(value)
    return found & (_member.is_breakglass != False) if value else found  # noqa: E712 · a column, not a bool


def _has_phone_number(condition: Condition) -> Condition:
    return condition & _member.mfa_phone_number.excluding("")


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
        lambda v: _member.member_password_id.excluding("") if v else _member.member_password_id == "",
        "password_exists",
    ),
    "member_totp_exists": Filter(
        "boolean",
        lambda v: _member.totp_registration_id.excluding("") if v else _member.totp_registration_id == "",
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
