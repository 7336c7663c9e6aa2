"""Conditions and subqueries for what the operators of a column can't express.

Most queries need nothing from here: a column has Python's comparisons, ``&``, ``|`` and ``~``, and methods such as
``.in_()``. This is the one place to add an SQL function, so that only ``mockstytch.store`` imports
SQLAlchemy.
"""

from collections.abc import Iterable
from math import isqrt
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Text,
    and_,
    cast,
    false,
    func,
    not_,
    or_,
    select,
    true,
    union_all,
)

Column = ColumnElement[Any]
Condition = ColumnElement[bool]
RowQuery = Select[Any]  # what ``Store.query`` returns, and ``Store.rows`` runs
Subquery = Select[Any] | CompoundSelect[Any]

_FLAT = 100  # conditions
_LONGEST_PATTERN = 20_000  # bytes; SQLite accepts 50,000, and escaping doubles the length at most

EVERY_ROW: Condition = true()


def all_of(conditions: Iterable[Condition]) -> Condition:
    """Return the condition that holds if all of these do. There must be at least one."""
    return and_(*conditions)


def any_of(conditions: Iterable[Condition]) -> Condition:
    """Return the condition that holds if one of these does. There must be at least one.

    Many conditions are grouped: SQLite refuses an expression that is nested more than 1,000 levels deep.
    """
    listed = list(conditions)
    if len(listed) <= _FLAT:
        return or_(*listed)
    size = isqrt(len(listed)) + 1
    groups = [or_(*listed[at : at + size]) for at in range(0, len(listed), size)]
    return not_(and_(*map(not_, groups)))  # SQLAlchemy would flatten an OR of ORs


def contains(column: Column, text: str, ignore_case: bool = False) -> Condition:
    """Return the condition that a text occurs in a column. A text that is too long for SQLite's LIKE occurs nowhere."""
    if len(text.encode()) > _LONGEST_PATTERN:
        return false()
    return column.icontains(text, autoescape=True) if ignore_case else column.contains(text, autoescape=True)


def one_of(column: Column, values: Iterable[str]) -> Condition:
    """Return the condition that a column has one of these values.

    A single value, the usual case, is compared directly: SQLAlchemy expands ``IN`` on every execution.
    """
    listed = list(values)
    return column == listed[0] if len(listed) == 1 else column.in_(listed)


def list_has_any(column: Column, values: Iterable[str]) -> Condition:
    """Return the condition that a JSON list of plain strings has one of these values.

    Each string of the list is stored in its quotes, so the quoted value is searched for in the text.
    """
    text = cast(column, Text)
    return any_of(contains(text, msgspec.json.encode(value).decode()) for value in values)


def json_mentions(column: Column, text: str) -> Condition:
    """Return the condition that a text occurs anywhere in a JSON column, to find candidates for a check in Python."""
    return contains(cast(column, Text), text)


def list_is_not_empty(column: Column) -> Condition:
    """Return the condition that a JSON list has items."""
    return func.length(column) > len("[]")


def values_of(column: Column, *conditions: Condition) -> RowQuery:
    """Return the subquery of a column's values, for ``other_column.in_(…)``.

    A subquery doesn't know the project: compare ``project_id``, or a column that no two projects share.
    """
    return select(column).where(*conditions)


def union_of(subqueries: Iterable[RowQuery]) -> Subquery:
    """Return the subquery of the values of all of these."""
    return union_all(*subqueries)
