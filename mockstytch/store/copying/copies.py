"""Copies of a project's rows: the rows of a snapshot.

The tables come from the records, so a new record is part of every snapshot.
"""

from collections.abc import Sequence
from functools import cache

from mockstytch.store.connection import Connection
from mockstytch.store.expressions import Shape
from mockstytch.store.plans import decoder
from mockstytch.store.record import R, Record, records_by_reference

_ALL = 2**62  # more rows than a table has
Key = tuple[str, ...]  # the values of a record's primary key


@cache
def copied_records() -> list[type[Record]]:
    """Return the records that snapshots contain. Records that others refer to come first."""
    return [record for record in records_by_reference() if record.table.in_snapshots]


def shapes() -> list[Shape]:
    """Return the shapes of the statements for large snapshots. No test copies rows of every table."""
    names = [record.table.name for record in copied_records()]
    slices = [
        shape
        for record in copied_records()
        for target in (record.table.name, record.table.copies_name)
        for shape in (("last key", target), ("insert slice", target, False), ("insert slice", target, True))
    ]
    return [("count up to", *names), *slices]


class Copies:
    """The copies of one project's rows, under another data key.

    Args:
        data_key: what the project's rows are stored under.
        copies_key: what the copies are stored under.
    """

    def __init__(self, connection: Connection, data_key: str, copies_key: str) -> None:
        self._connection, self._data_key, self._copies_key = connection, data_key, copies_key

    def save(self) -> int:
        """Copy all rows, and return their number. There must be no copies under this data key."""
        saving = self.saving()
        while saving.insert(_ALL):
            pass
        return saving.rows

    def saving(self) -> "Slices":
        """Return the work of copying all rows in slices. There must be no copies under this data key."""
        targets = [record.table.copies_name for record in self._used()]
        return Slices(self._connection, self._copies_key, self._data_key, targets)

    def restoring(self) -> "Slices":
        """Return the work of inserting all copies into a project without rows, in slices."""
        targets = [record.table.name for record in self._used()]
        return Slices(self._connection, self._data_key, self._copies_key, targets)

    def restore(self) -> None:
        """Make the project contain exactly these rows. Only rows that differ are deleted and inserted.

        Foreign keys must be off: see ``Database.unchecked_transaction``.
        """
        used = self._used()
        for kind in ("delete surplus", "insert missing"):  # all deletes first, so that rows can swap unique values
            for record in used:
                self._connection.run((kind, record.table.name), (self._data_key, self._copies_key))

    def update(self) -> int:
        """Make the copies equal to the project's rows, and return by how many they became more.

        Only copies that differ are deleted and inserted.
        """
        more = 0
        for record in self._used():
            for kind, sign in (("delete surplus", -1), ("insert missing", 1)):
                shape = (kind, record.table.copies_name)
                more += sign * self._connection.run(shape, (self._copies_key, self._data_key)).rowcount
        return more

    def present(self, most: int) -> int:
        """Return the number of the project's rows. In each table, at most ``most`` rows are counted."""
        names = [record.table.name for record in copied_records()]
        return int(self._connection.run(("count up to", *names), (self._data_key, most)).fetchone()[0])

    def find(self, record: type[R], key: Key) -> R | None:
        """Return the copy of the row with a primary key, or None."""
        rows = self._rows(record, dict(zip(record.key, key, strict=True)))
        return rows[0] if rows else None

    def all(self, record: type[R]) -> list[R]:
        """Return the copies of all rows of a record."""
        return self._rows(record, {})

    def differing(self, record: type[Record]) -> list[Key]:
        """Return the keys of the rows that differ from their copies, or that only one of the two has, sorted."""
        return sorted(self._connection.run(("differing", record.table.name), self._keys))

    def _rows(self, record: type[R], key: dict[str, str]) -> list[R]:
        shape = ("copies", record.table.name, tuple(key))
        rows = self._connection.run(shape, (self._copies_key, *key.values()))
        return [decoder(record).decode(row) for row in rows]

    def _used(self) -> list[type[Record]]:
        """Return the records of which the project has rows or copies. One query is faster than one for each record."""
        row = self._connection.run(("copies used",), self._keys).fetchone()
        return [record for record, is_used in zip(copied_records(), row, strict=True) if is_used]

    @property
    def _keys(self) -> tuple[str, str]:
        return self._data_key, self._copies_key


class Slices:
    """The work of copying rows to tables that have none with the new data key, in the order of their keys.

    Args:
        target_key: the data key of the new rows.
        source_key: the data key of the rows to copy.
        targets: the tables to insert into.

    Attributes:
        rows: how many were inserted.
    """

    def __init__(self, connection: Connection, target_key: str, source_key: str, targets: Sequence[str]) -> None:
        self._connection, self._target_key, self._source_key = connection, target_key, source_key
        self._targets = list(reversed(targets))
        self._has_rows = False  # in the present table
        self.rows = 0

    def insert(self, rows: int) -> bool:
        """Insert the next slice, of at most a number of rows. Return whether there may be more."""
        if not self._targets:
            return False
        target = self._targets[-1]
        last = self._connection.run(("last key", target), (self._target_key,)).fetchone() if self._has_rows else ()
        bounds = (self._target_key, self._source_key, *last, rows)
        inserted = self._connection.run(("insert slice", target, self._has_rows), bounds).rowcount
        self.rows += inserted
        self._has_rows = inserted == rows
        if not self._has_rows:
            self._targets.pop()
        return bool(self._targets)
