"""``POST …/search``: turn a query's filters into a condition, and return results in pages."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal, TypeVar

import msgspec

from mockstytch import errors
from mockstytch.domain.shared import cursors
from mockstytch.runtime import Context
from mockstytch.store import queries
from mockstytch.store.queries import Condition, RowQuery
from mockstytch.store.records.members import Member
from mockstytch.store.records.oauth_server import ConnectedApp, M2MClient
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.scim import ScimGroup
from mockstytch.values import Frozen

ObjectType = Literal["organization", "member"]
R = TypeVar("R", Organization, Member, ScimGroup, M2MClient, ConnectedApp)

MIN_FUZZY_LENGTH = 3
_MAX_VALUES = 10_000  # a filter accepts; SQLite accepts 32,766 parameters, and production's limit isn't known
# A query with more values may find many more rows than a page has, with an index that isn't in their order.
_MANY_VALUES = 100
_CURSOR_KIND = "before"
_CANDIDATES = 4  # for each row of a page: some have the text's trigrams, but not the text

Newest = Callable[[int | None, int], Condition | None]


class Query(Frozen):
    """The query of a search request. Operands are validated by hand, because each mistake has its own error."""

    operator: str = "AND"
    operands: list[dict[str, Any]] = []


class Filter(msgspec.Struct, frozen=True):
    """A filter: the kind of value that it takes, and the condition for a value.

    Attributes:
        errors_as: the filter's name in error types, if it differs from the filter's own name.
    """

    kind: Literal["strings", "fuzzy", "string", "boolean"]
    condition: Callable[[Any], Condition]
    errors_as: str = ""


def condition(object_type: ObjectType, filters: Mapping[str, Filter], query: Query) -> Condition | None:
    """Return the condition of a query, or None if the query has no operands.

    Raises:
        user_search_invalid_operator: if the operator isn't AND or OR.
        <object>_search_missing_filter_name: if an operand has no ``filter_name``.
        <object>_search_filter_name_not_recognized: if no filter has the name.
    """
    return combine(query, partial(_operand_condition, object_type, filters))


def combine(query: Query, operand_condition: Callable[[dict[str, Any]], Condition]) -> Condition | None:
    """Return the conditions of a query's operands joined with its operator, or None if it has no operands.

    Raises:
        user_search_invalid_operator: if the operator isn't AND or OR.
    """
    operator = query.operator.upper() or "AND"
    if operator not in ("AND", "OR"):
        raise errors.user_search_invalid_operator()
    conditions = [operand_condition(operand) for operand in query.operands]
    if not conditions:
        return None
    return queries.all_of(conditions) if operator == "AND" else queries.any_of(conditions)


def _operand_condition(object_type: ObjectType, filters: Mapping[str, Filter], operand: dict[str, Any]) -> Condition:
    name, value = operand.get("filter_name"), operand.get("filter_value")
    if name is None or name == "":
        raise errors.search_missing_filter_name[object_type]()
    if not isinstance(name, str):
        raise errors.search_filter_name_must_be_string[object_type]()
    if name not in filters:
        raise errors.search_filter_name_not_recognized[object_type](because=f"no filter {name}")
    if value is None:
        raise errors.search_missing_filter_value[object_type](because=name)
    _require_valid_value(object_type, filters[name], name, value)
    return filters[name].condition(value)


def _require_valid_value(object_type: ObjectType, filter_: Filter, name: str, value: Any) -> None:
    if filter_.kind == "boolean":
        if not isinstance(value, bool):
            raise errors.search_expected_boolean[object_type](because=name)
    elif filter_.kind == "strings":
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise errors.search_expected_array_of_strings[object_type](because=name)
        if not value:
            raise errors.search_missing(object_type, filter_.errors_as or name)()
        if len(value) > _MAX_VALUES:
            raise errors.bad_request(because=f"{name} has more than {_MAX_VALUES} values")
    else:
        if not isinstance(value, str):
            raise errors.search_expected_string[object_type](because=name)
        if not value:
            raise errors.search_missing(object_type, filter_.errors_as or name)()
        if filter_.kind == "fuzzy" and len(value) < MIN_FUZZY_LENGTH:
            raise errors.search_fuzzy_too_short(object_type, name)()


def no_newest(_before: int | None, _count: int) -> Condition | None:
    """Return no condition: see ``page``."""
    return None


def page(
    ctx: Context,
    record: type[R],
    query: RowQuery,
    cursor: str,
    limit: int,
    count: Callable[[], int | None] = lambda: None,
    newest: Newest = no_newest,
) -> tuple[list[R], dict[str, Any]]:
    """Return one page of rows, newest first, and the ``results_metadata``.

    Args:
        cursor: the ``next_cursor`` of the previous page, or "".
        count: returns the number of all results, if that is faster than to count them.
        newest: takes a position, or None, and a number. Returns a condition that so many rows with lower positions
            fulfil; no row that the query finds, and that doesn't fulfil it, is newer than one of them. Or None.

    Raises:
        user_search_invalid_cursor: if the cursor wasn't returned by a search.
    """
    position = record.table.c.position
    page_query = query.order_by(position.desc()).limit(limit + 1)
    if len(query.values) > _MANY_VALUES:
        page_query = page_query.reading_late()
    last_position = None
    if cursor:
        last_position = cursors.decode(_CURSOR_KIND, cursor)
        if last_position is None:
            raise errors.user_search_invalid_cursor()
        page_query = page_query.where(position < last_position)
    rows = list[R]()
    if (is_candidate := newest(last_position, (limit + 1) * _CANDIDATES)) is not None:
        rows = ctx.store.rows(record, page_query.where(is_candidate))
    if len(rows) <= limit:
        rows = ctx.store.rows(record, page_query)
    has_more = len(rows) > limit
    total: int | None = len(rows)
    if has_more or cursor:
        total = count()
        total = ctx.store.count(query) if total is None else total
    next_cursor = cursors.encode(_CURSOR_KIND, rows[limit - 1].position) if has_more else None
    return rows[:limit], {"total": total, "next_cursor": next_cursor}
