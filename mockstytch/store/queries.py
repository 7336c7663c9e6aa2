"""Conditions and subqueries for what the operators of a column can't express.

Most queries need nothing from here: a column has Python's comparisons, ``&``, ``|`` and ``~``, and methods such as
``.in_()`` and ``.icontains()``. This is the one place to add an SQL function, so that only ``mockstytch.store`` imports
SQLAlchemy.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, CompoundSelect, Select, Text, and_, cast, func, or_, select, true, union_all

Column = ColumnElement[Any]
Condition = ColumnElement[bool]
RowQuery = Select[Any]  # what ``Store.query`` returns, and ``Store.rows`` runs
Subquery = Select[Any] | CompoundSelect[Any]

EVERY_ROW: Condition = true()


def all_of(conditions: Iterable[Condition]) -> Condition:
    """Return the condition that holds if all of these do. There must be at least one."""
    return and_(*conditions)


def any_of(conditions: Iterable[Condition]) -> Condition:
    """Return the condition that holds if one of these does. There must be at least one."""
    return or_(*conditions)


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
    return or_(*(text.contains(msgspec.json.encode(value).decode(), autoescape=True) for value in values))


def json_mentions(column: Column, text: str) -> Condition:
    """Return the condition that a text occurs anywhere in a JSON column, to find candidates for a check in Python."""
    return cast(column, Text).contains(text, autoescape=True)


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
