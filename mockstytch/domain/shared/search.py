"""``POST …/search``: filters, a page, a cursor."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Select, Text, and_, cast, or_

from mockstytch import errors
from mockstytch.runtime import Context
from mockstytch.store.records.members import Member
from mockstytch.store.records.oauth_server import ConnectedApp, M2MClient
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.scim import ScimGroup
from mockstytch.values import Frozen

Searched = Literal["organization", "member"]
R = TypeVar("R", Organization, Member, ScimGroup, M2MClient, ConnectedApp)
Clause = ColumnElement[bool]

_SHORTEST_FUZZY = 3


class Query(Frozen):
    """What is searched for, as sent; each operand is checked by hand, since each mistake has an error of its own."""

    operator: str = "AND"
    operands: list[Any] = []


class Filter(msgspec.Struct, frozen=True):
    """One filter: what its value must be, and the condition that it stands for.

    Attributes:
        errors_as: the filter's name in error types, where that isn't its own.
    """

    kind: Literal["strings", "fuzzy", "string", "boolean"]
    clause: Callable[[Any], Clause]
    errors_as: str = ""


def condition(searched: Searched, filters: Mapping[str, Filter], query: Query) -> Clause | None:
    """The condition of a query; None if it asks for nothing.

    Raises:
        user_search_invalid_operator: neither AND nor OR.
        <searched>_search_…: what is wrong with an operand.
    """
    operator = query.operator.upper() or "AND"
    if operator not in ("AND", "OR"):
        raise errors.user_search_invalid_operator()
    clauses = [_clause(searched, filters, operand) for operand in query.operands]
    if not clauses:
        return None
    return and_(*clauses) if operator == "AND" else or_(*clauses)


def _clause(searched: Searched, filters: Mapping[str, Filter], operand: Any) -> Clause:
    if not isinstance(operand, dict):
        raise errors.bad_request(because="an operand is not an object")
    name, value = operand.get("filter_name"), operand.get("filter_value")
    if name is None or name == "":
        raise errors.search_missing_filter_name[searched]()
    if not isinstance(name, str):
        raise errors.search_filter_name_must_be_string[searched]()
    if name not in filters:
        raise errors.search_filter_name_not_recognized[searched](because=f"no filter {name}")
    if value is None:
        raise errors.search_missing_filter_value[searched](because=name)
    wanted = filters[name]
    _check(searched, wanted, name, value)
    return wanted.clause(value)


def _check(searched: Searched, wanted: Filter, name: str, value: Any) -> None:
    if wanted.kind == "boolean":
        if not isinstance(value, bool):
            raise errors.search_expected_boolean[searched](because=name)
    elif wanted.kind == "strings":
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise errors.search_expected_array_of_strings[searched](because=name)
        if not value:
            raise errors.search_missing(searched, wanted.errors_as or name)()
    else:
        if not isinstance(value, str):
            raise errors.search_expected_string[searched](because=name)
        if not value:
            raise errors.search_missing(searched, wanted.errors_as or name)()
        if wanted.kind == "fuzzy" and len(value) < _SHORTEST_FUZZY:
            raise errors.search_fuzzy_too_short(searched, name)()


def one_of(column: ColumnElement[Any], values: Iterable[str]) -> Clause:
    """Whether a column has one of these values. The usual single one is spared SQLAlchemy's expanding ``IN``."""
    wanted = list(values)
    return column == wanted[0] if len(wanted) == 1 else column.in_(wanted)


def holds_any(column: ColumnElement[Any]) -> Callable[[list[str]], Clause]:
    """Whether a JSON list of plain strings holds one of some: each stands there in its quotes."""

    def clause(values: list[str]) -> Clause:
        text = cast(column, Text)
        return or_(*(text.contains(msgspec.json.encode(value).decode(), autoescape=True) for value in values))

    return clause


def page(ctx: Context, record: type[R], found: Select[Any], cursor: str, limit: int) -> tuple[list[R], dict[str, Any]]:
    """One page of rows, newest first, and the ``results_metadata``.

    Args:
        cursor: the former page's ``next_cursor``, or "".

    Raises:
        user_search_invalid_cursor: it is none of ours.
    """
    position = record.table.c.position
    wanted = found.order_by(position.desc()).limit(limit + 1)
    if cursor:
        wanted = wanted.where(position < _position(cursor))
    rows = ctx.store.rows(record, wanted)
    more = len(rows) > limit
    total = ctx.store.count(found) if more or cursor else len(rows)
    return rows[:limit], {"total": total, "next_cursor": _cursor(rows[limit - 1].position) if more else None}


def _cursor(position: int) -> str:
    return urlsafe_b64encode(f"before:{position}".encode()).decode()


def _position(cursor: str) -> int:
    try:
        word, _, position = urlsafe_b64decode(cursor.encode()).decode().partition(":")
        if word == "before" and position.isdecimal() and int(position[:20]) < 2**63:
            return int(position)
    except (binascii.Error, ValueError):
        pass
    raise errors.user_search_invalid_cursor()
