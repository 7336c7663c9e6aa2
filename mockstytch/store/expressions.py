"""Columns, conditions and queries as values.

An expression has a shape and values. The shape is everything except the values: ``("=", "members.email_address")``.
So requests that differ only in their values share one compiled statement (see ``plans``), and no request builds SQL.

A column has Python's comparisons, and a condition has ``&``, ``|`` and ``~``; ``queries`` has the rest.
"""

from collections.abc import Iterable, Iterator
from typing import Any, final

import msgspec
from msgspec.structs import replace

Shape = tuple[Any, ...]  # nested tuples of strings and numbers; the same as JSON arrays, in which plans are stored
Values = tuple[Any, ...]


@final
class Condition:
    """Something that holds for a row, or doesn't."""

    __slots__ = ("shape", "values")

    def __init__(self, shape: Shape, values: Values = ()) -> None:
        self.shape, self.values = shape, values

    def __and__(self, other: "Condition") -> "Condition":
        return joined("and", (self, other))

    def __or__(self, other: "Condition") -> "Condition":
        return joined("or", (self, other))

    def __invert__(self) -> "Condition":
        return Condition(("not", self.shape), self.values)


def joined(operator: str, conditions: Iterable[Condition]) -> Condition:
    """Return these conditions joined with "and" or "or"."""
    listed = tuple(conditions)
    if len(listed) == 1:
        return listed[0]
    values: Values = ()
    for condition in listed:
        values += condition.values
    return Condition((operator, *(condition.shape for condition in listed)), values)


@final
class Column:
    """A column of a table.

    Attributes:
        reference: its name with the table's: ``members.name``.
        hint: the type of its values; None is never part of it.
        nullable: whether it can be NULL.
    """

    __slots__ = ("hint", "name", "nullable", "reference", "table")

    def __init__(self, table: str, name: str, hint: Any, nullable: bool = False) -> None:
        self.table, self.name, self.hint, self.nullable = table, name, hint, nullable
        self.reference = f"{table}.{name}"

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> Condition:  # type: ignore[override]  # as every query builder in Python
        return self._compare("=", other)

    def __ne__(self, other: object) -> Condition:  # type: ignore[override]  # the same
        return self._compare("!=", other)

    def __lt__(self, other: object) -> Condition:
        return self._compare("<", other)

    def __le__(self, other: object) -> Condition:
        return self._compare("<=", other)

    def __gt__(self, other: object) -> Condition:
        return self._compare(">", other)

    def __ge__(self, other: object) -> Condition:
        return self._compare(">=", other)

    def _compare(self, operator: str, other: object) -> Condition:
        if isinstance(other, Column):
            return Condition((operator, self.reference, other.reference))
        assert other is not None, "use is_(None)"
        return Condition((operator, self.reference), (other,))

    def is_(self, value: bool | None) -> Condition:
        return Condition(("is null", self.reference)) if value is None else self._compare("=", value)

    def is_not(self, value: None) -> Condition:
        return ~self.is_(value)

    def in_(self, values: "Iterable[Any] | Query | Union") -> Condition:
        """Return the condition that the column has one of these values, or a value that the subquery finds."""
        if isinstance(values, Query | Union):
            return Condition(("in query", self.reference, values.shape), values.values)
        listed = tuple(values)
        if not listed:
            return NO_ROW
        if len(listed) == 1:
            return self._compare("=", listed[0])
        # Few lengths, so that lists share statements. To repeat a value changes nothing.
        length = 1 << (len(listed) - 1).bit_length() if len(listed) <= _ROUNDED else len(listed)
        return Condition(("in", self.reference, length), listed + listed[-1:] * (length - len(listed)))

    def not_in(self, values: "Iterable[Any] | Query | Union") -> Condition:
        return ~self.in_(values)

    def excluding(self, value: str) -> Condition:
        """Return the condition that the column doesn't have a value, which becomes a part of the statement.

        SQLite can use a partial index only if the value isn't a parameter. It would also prepare the statement again
        for each value of the parameter, which takes longer than to run it.
        """
        return Condition(("excluding", self.reference, value))

    def like(self, pattern: str) -> Condition:
        r"""Return the condition that a text matches a pattern of SQL. A backslash escapes its characters."""
        return Condition(("like", self.reference), (pattern,))

    def ilike(self, pattern: str) -> Condition:
        """Return the same condition for any case."""
        return Condition(("ilike", self.reference), (pattern,))

    def startswith(self, text: str) -> Condition:
        return self.like(f"{escaped(text)}%")

    def asc(self) -> "Order":
        return (self.reference, "asc")

    def desc(self) -> "Order":
        return (self.reference, "desc")


Order = tuple[str, str]
EVERY_ROW, NO_ROW = Condition(("true",)), Condition(("false",))
_ROUNDED = 1024


def escaped(text: str) -> str:
    """Return a text for a pattern of ``Column.like`` that matches only this text."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@final
class Query(msgspec.Struct, frozen=True, eq=False):
    """A query for rows, to narrow: each method returns another query.

    Attributes:
        _column: the only column to select; without one, the fields of the table's record.
        _is_late: see ``reading_late``.
    """

    _table: str
    _conditions: tuple[Condition, ...] = ()
    _column: str = ""
    _orders: "tuple[Order, ...]" = ()
    _limit: int | None = None
    _offset: int | None = None
    _is_late: bool = False

    def where(self, *conditions: Condition) -> "Query":
        return replace(self, _conditions=self._conditions + conditions)

    def order_by(self, *columns: Column | Order) -> "Query":
        orders = tuple(c.asc() if isinstance(c, Column) else c for c in columns)
        return replace(self, _orders=self._orders + orders)

    def limit(self, count: int) -> "Query":
        return replace(self, _limit=count)

    def offset(self, count: int) -> "Query":
        """Return the query without its first rows. It must have a limit."""
        return replace(self, _offset=count)

    def reading_late(self) -> "Query":
        """Return the query that reads only the rows it returns. It must have an order and a limit.

        If no index has the rows in this order, SQLite reads and sorts all rows with all their columns. This query sorts
        their rowids instead. It costs more if an index has the order.
        """
        return replace(self, _is_late=True)

    @property
    def shape(self) -> Shape:
        return (
            "select late" if self._is_late else "select",
            self._table,
            self._column,
            tuple(condition.shape for condition in self._conditions),
            self._orders,
            self._limit is not None,
            self._offset is not None,
        )

    @property
    def values(self) -> Values:
        found: Values = ()
        for condition in self._conditions:
            found += condition.values
        return found + tuple(number for number in (self._limit, self._offset) if number is not None)

    def counting(self) -> "Query":
        """Return the query that counts the rows."""
        return Query(self._table, self._conditions, "count")

    def summing(self, column: Column) -> "Query":
        """Return the query that adds the values of a column."""
        return Query(self._table, self._conditions, f"sum {column.name}")


@final
class Union:
    """A subquery for what any of these queries finds."""

    __slots__ = ("shape", "values")

    def __init__(self, subqueries: Iterable[Query]) -> None:
        listed = tuple(subqueries)
        self.shape: Shape = ("union", *(query.shape for query in listed))
        self.values: Values = tuple(value for query in listed for value in query.values)


class Columns:
    """The columns of a table: ``columns.name`` or ``columns["name"]``."""

    def __init__(self, columns: Iterable[Column]) -> None:
        for column in columns:
            setattr(self, column.name, column)

    def __getattr__(self, name: str) -> Column:
        raise AttributeError(f"there is no column {name}")

    def __getitem__(self, name: str) -> Column:
        column: Column = vars(self)[name]
        return column

    def __contains__(self, name: str) -> bool:
        return name in vars(self)

    def __iter__(self) -> Iterator[Column]:
        return iter(vars(self).values())
