"""Conditions and subqueries for what the operators of a column can't express.

Most queries need nothing from here: see ``expressions``.
"""

from collections.abc import Iterable
from math import isqrt

import msgspec

from mockstytch.store.expressions import EVERY_ROW, NO_ROW, Column, Condition, Query, Union, escaped, joined

__all__ = [
    "EVERY_ROW",
    "Column",
    "Condition",
    "RowQuery",
    "all_of",
    "any_of",
    "contains",
    "json_mentions",
    "list_has_any",
    "list_is_not_empty",
    "one_of",
    "pattern",
    "union_of",
    "values_of",
]
RowQuery = Query  # what ``Store.query`` returns, and ``Store.rows`` runs

_FLAT = 100  # conditions
_LONGEST_PATTERN = 20_000  # bytes; SQLite accepts 50,000, and escaping doubles the length at most


def all_of(conditions: Iterable[Condition]) -> Condition:
    """Return the condition that holds if all of these do. There must be at least one."""
    return joined("and", conditions)


def any_of(conditions: Iterable[Condition]) -> Condition:
    """Return the condition that holds if one of these does. There must be at least one.

    Many conditions are grouped: SQLite refuses an expression that is nested more than 1,000 levels deep.
    """
    listed = list(conditions)
    if len(listed) <= _FLAT:
        return joined("or", listed)
    size = isqrt(len(listed)) + 1
    groups = [joined("or", listed[at : at + size]) for at in range(0, len(listed), size)]
    return ~joined("and", (~group for group in groups))  # SQLAlchemy would flatten an OR of ORs


def contains(column: Column, text: str, ignore_case: bool = False) -> Condition:
    """Return the condition that a text occurs in a column. A text that is too long for SQLite's LIKE occurs nowhere."""
    if (like := pattern(text)) is None:
        return NO_ROW
    return column.ilike(like) if ignore_case else column.like(like)


def pattern(text: str) -> str | None:
    """Return the pattern of LIKE for texts in which this one occurs, or None if it is too long."""
    return f"%{escaped(text)}%" if len(text.encode()) <= _LONGEST_PATTERN else None


def one_of(column: Column, values: Iterable[str]) -> Condition:
    """Return the condition that a column has one of these values."""
    return column.in_(values)


def list_has_any(column: Column, values: Iterable[str]) -> Condition:
    """Return the condition that a JSON list of plain strings has one of these values.

    Each string of the list is stored in its quotes, so the quoted value is searched for in the text.
    """
    return any_of(contains(column, msgspec.json.encode(value).decode()) for value in values)


def json_mentions(column: Column, text: str) -> Condition:
    """Return the condition that a text occurs anywhere in a JSON column, to find candidates for a check in Python."""
    return contains(column, text)


def list_is_not_empty(column: Column) -> Condition:
    """Return the condition that a JSON list has items."""
    return column != []


def values_of(column: Column, *conditions: Condition) -> Query:
    """Return the subquery of a column's values, for ``other_column.in_(…)``.

    A subquery doesn't know the project: compare ``project_id``, or a column that no two projects share.
    """
    return Query(column.table, conditions, column.name)


def union_of(subqueries: Iterable[Query]) -> Union:
    """Return the subquery of the values of all of these."""
    return Union(subqueries)
