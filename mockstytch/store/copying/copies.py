"""Copies of a project's rows: the rows of a snapshot.

The tables come from the records, so a new record is part of every snapshot.
"""

from collections.abc import Iterator
from functools import cache

from mockstytch.store.connection import Connection
from mockstytch.store.expressions import Shape
from mockstytch.store.plans import decoder
from mockstytch.store.record import R, Record, records_by_reference

Key = tuple[str, ...]  # the values of a record's primary key


@cache
def copied_records() -> list[type[Record]]:
    """Return the records that snapshots contain. Records that others refer to come first."""
    return [record for record in records_by_reference() if record.table.in_snapshots]


def shapes() -> list[Shape]:
    """Return the shapes of the statements for large snapshots. No test restores rows of every table."""
    names = [record.table.name for record in copied_records()]
    ends = [("slice end", name, has_start) for name in names for has_start in (False, True)]
    return [("count up to", *names), *ends, *(("insert slice", *end[1:], has) for end in ends for has in (False, True))]


class Copies:
    """The copies of one project's rows, under another data key.

    Args:
        data_key: what the project's rows are stored under.
        copies_key: what the copies are stored under.
    """

    def __init__(self, connection: Connection, data_key: str, copies_key: str) -> None:
        self._connection, self._copies_key = connection, copies_key
        self._where = (data_key, copies_key)

    def save(self) -> int:
        """Copy all rows, and return their number. There must be no copies under this data key."""
        return sum(self._run("save copies", record) for record in self._used())

    def restore(self) -> None:
        """Make the project contain exactly these rows. Only rows that differ are deleted and inserted.

        Foreign keys must be off: see ``Database.unchecked_transaction``.
        """
        used = self._used()
        for kind in ("delete surplus", "insert missing"):  # all deletes first, so that rows can swap unique values
            for record in used:
                self._run(kind, record)

    def present(self, most: int) -> int:
        """Return the number of the project's rows. In each table, at most ``most`` rows are counted."""
        names = [record.table.name for record in copied_records()]
        return int(self._connection.run(("count up to", *names), (self._where[0], most)).fetchone()[0])

    def restoring(self) -> "Restoring":
        """Return the work of inserting all copies into a project without rows, in slices."""
        return Restoring(self._connection, self._where, self._used())

    def find(self, record: type[R], key: Key) -> R | None:
        """Return the copy of the row with a primary key, or None."""
        rows = self._rows(record, dict(zip(record.key, key, strict=True)))
        return rows[0] if rows else None

    def all(self, record: type[R]) -> list[R]:
        """Return the copies of all rows of a record."""
        return self._rows(record, {})

    def differing(self, record: type[Record]) -> list[Key]:
        """Return the keys of the rows that differ from their copies, or that only one of the two has, sorted."""
        return sorted(self._connection.run(("differing", record.table.name), self._where))

    def _rows(self, record: type[R], key: dict[str, str]) -> list[R]:
        shape = ("copies", record.table.name, tuple(key))
        rows = self._connection.run(shape, (self._copies_key, *key.values()))
        return [decoder(record).decode(row) for row in rows]

    def _used(self) -> list[type[Record]]:
        """Return the records of which the project has rows or copies. One query is faster than one for each record."""
        row = self._connection.run(("copies used",), self._where).fetchone()
        return [record for record, is_used in zip(copied_records(), row, strict=True) if is_used]

    def _run(self, kind: str, record: type[Record]) -> int:
        """Run a statement, and return the number of rows that it wrote."""
        return self._connection.run((kind, record.table.name), self._where).rowcount


class Restoring:
    """The work of inserting copies into a project, table by table, in the order of their keys.

    Args:
        where: the data keys of the project and of the copies.
    """

    def __init__(self, connection: Connection, where: tuple[str, str], records: list[type[Record]]) -> None:
        self._connection, self._where = connection, where
        self._records: Iterator[type[Record]] = iter(records)
        self._record = next(self._records, None)
        self._start: Key = ()

    def insert(self, rows: int) -> bool:
        """Insert the next slice, of a number of rows. Return whether there may be more."""
        if self._record is None:
            return False
        name, start = self._record.table.name, self._start
        bounds = (self._where[1], *start, rows - 1)
        end = self._connection.run(("slice end", name, bool(start)), bounds).fetchone() or ()
        shape = ("insert slice", name, bool(start), bool(end))
        self._connection.run(shape, (*self._where, *start, *end))
        self._start = tuple(end)
        if not end:
            self._record = next(self._records, None)
        return self._record is not None
