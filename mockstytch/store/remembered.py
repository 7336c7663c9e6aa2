"""Rows that are remembered. Most requests read the rows that the requests before them read or wrote.

Only one process writes to a SQLite database, so it knows when a row changes: the store remembers what it inserts and
updates, any other statement that writes makes it forget the tables that it may change, and a rollback makes it forget
all. On a shared database, rows are remembered during one transaction. For each row, this saves the statement and the
conversion of its columns: 10 to 25 µs, or a round trip.

Records are immutable. Lists and dicts in them must not be changed either: ``Store.update`` compares with them.
"""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

import msgspec

from mockstytch.store.record import COPIES_SUFFIX, RECORDS, Record

# Each e-mail looks for a template, and each new member for a reservation of the address. Almost no project has any.
RARE_TABLES = ("default_email_templates", "email_reservations")
TABLES = (*("organizations", "members", "member_sessions", "one_time_tokens", "intermediate_sessions"), *RARE_TABLES)
_MOST_ROWS = 5_000  # in each table

# The names of the columns by which a row is found, and what is excluded: see ``Store.find``.
Lookup = tuple[tuple[str, ...], tuple[str, str | bool] | None]
Values = tuple[Any, ...]  # what the rows of the project are stored under, and the value of each of the columns


class Rows:
    """The remembered rows of one table.

    Args:
        record: the table's record.
        is_rare: whether to remember as well that a project has no rows.
    """

    def __init__(self, record: type[Record], *, is_rare: bool = False) -> None:
        self._by_key: Lookup = (record.key, None)
        self._key_of = _reader(record.key)
        self._lookups: list[tuple[Lookup, Callable[[Record], Values]]] = [
            ((unique.columns, unique.excluding), _reader(unique.columns)) for unique in record.table.unique_constraints
        ]
        self._columns = {name for (names, excluding), _ in self._lookups for name in (*names, *(excluding or ())[:1])}
        self._rows: dict[Values, Any] = {}
        self._keys: dict[tuple[Lookup, Values], Values] = {}
        self._absent: set[tuple[Lookup, Values]] = set()
        self._is_rare = is_rare
        self._has_rows: dict[str, bool] = {}  # by what the rows of a project are stored under

    def __len__(self) -> int:
        return len(self._rows)

    def forget(self) -> None:
        """Forget all rows."""
        self._rows.clear()
        self._keys.clear()
        self._absent.clear()
        self._has_rows.clear()

    def find(self, lookup: Lookup, values: Values) -> Any:
        """Return the row with these values, or None if it isn't remembered.

        Args:
            lookup: by the record's key, or by the columns of a unique constraint; others find nothing.
        """
        if lookup == self._by_key:
            return self._rows.get(values)
        key = self._keys.get((lookup, values))
        return None if key is None else self._rows.get(key)

    def has(self, owner: str, row: Record) -> bool:
        """Return whether exactly this row is remembered, so that it hasn't changed since it was read."""
        return self._rows.get((owner, *self._key_of(row))) is row

    def is_absent(self, lookup: Lookup, values: Values) -> bool:
        """Return whether a row with these values is known to be absent."""
        return self._has_rows.get(values[0]) is False or (lookup, values) in self._absent

    def may_be_empty(self, owner: str) -> bool:
        """Return whether it is worth asking if the project has any row."""
        return self._is_rare and owner not in self._has_rows

    def note(self, owner: str, *, has_rows: bool) -> None:
        """Remember whether the project has any row."""
        if len(self._has_rows) >= _MOST_ROWS:
            self._has_rows.clear()
        self._has_rows[owner] = has_rows

    def read(self, owner: str, lookup: Lookup, values: Values, row: Record | None) -> None:
        """Remember what was read: a row, or that there is none."""
        if row is not None:
            self._add(owner, row)
        elif len(self._absent) < _MOST_ROWS:
            self._absent.add((lookup, values))

    def insert(self, owner: str, row: Record) -> None:
        """Remember a row that was inserted."""
        self._absent.clear()
        self._has_rows.pop(owner, None)
        self._add(owner, row)

    def _add(self, owner: str, row: Record) -> None:
        """Remember a row.

        Args:
            owner: what the rows of the project are stored under.
        """
        if len(self._rows) >= _MOST_ROWS:
            self.forget()
        key = (owner, *self._key_of(row))
        self._rows[key] = row
        for lookup, read in self._lookups:
            values, excluding = read(row), lookup[1]
            if None not in values and (excluding is None or getattr(row, excluding[0]) != excluding[1]):
                self._keys[lookup, (owner, *values)] = key

    def change(self, owner: str, old: Record, new: Record, changes: dict[str, Any]) -> None:
        """Change a row, if it is remembered, after an update of some columns.

        Args:
            old: the row as the caller knew it. It may have changed since then.
            new: that row with the changes.
        """
        self._absent.clear()
        key = (owner, *self._key_of(old))
        known = self._rows.get(key)
        if known is None:
            return
        self._rows[key] = now = new if known is old else msgspec.structs.replace(known, **changes)
        if not self._columns.isdisjoint(changes):
            for lookup, read in self._lookups:
                self._keys.pop((lookup, (owner, *read(known))), None)
            self._add(owner, now)


class Remembered:
    """The remembered rows of a connection.

    Args:
        tables: their names.
        rare: the tables that are usually empty.
    """

    def __init__(self, *tables: str, rare: tuple[str, ...] = ()) -> None:
        self._tables = {table: Rows(RECORDS[table], is_rare=table in rare) for table in tables}
        self.of = self._tables.get  # the rows of a table; None if they aren't remembered

    def forget(self, tables: tuple[str, ...] = TABLES) -> None:
        """Forget the rows of these tables."""
        for table in tables:
            if (rows := self._tables.get(table)) is not None:
                rows.forget()


def outdated_by(kind: str, statement: str) -> tuple[str, ...]:
    """Return the remembered tables whose rows a statement may change, apart from the row that the store gives it.

    Deleting a row deletes the rows that refer to it. Nothing refers to the copies of snapshots.

    Args:
        kind: the first part of the statement's shape.
    """
    if kind in ("insert", "update") or statement.startswith("SELECT") or statement.split()[2].endswith(COPIES_SUFFIX):
        return ()
    return tuple(table for table in TABLES if any(name in statement for name in _with_references(RECORDS[table])))


def _with_references(record: type[Record]) -> set[str]:
    """Return the names of a record's table and of all tables that its rows refer to."""
    return {record.table.name}.union(*map(_with_references, {*record.references.values()} - {record}))


def _reader(names: tuple[str, ...]) -> Callable[[Record], Values]:
    """Return a function that returns the values of these columns of a row."""
    read = attrgetter(*names)
    return read if len(names) > 1 else lambda row: (read(row),)
