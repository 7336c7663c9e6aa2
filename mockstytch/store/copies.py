"""Copies of a project's rows under a name: the rows of a snapshot.

The tables come from the records, so a new record is part of every snapshot.
"""

from functools import cache

from mockstytch.store.connection import Connection
from mockstytch.store.plans import decoder
from mockstytch.store.record import R, Record, records_by_reference

Key = tuple[str, ...]  # the values of a record's primary key


@cache
def copied_records() -> list[type[Record]]:
    """Return the records that snapshots contain. Records that others refer to come first."""
    return [record for record in records_by_reference() if record.table.in_snapshots]


class Copies:
    """The copies of one project's rows under one name."""

    def __init__(self, connection: Connection, project_id: str, name: str) -> None:
        self._connection = connection
        self._where = (project_id, name)

    def save(self) -> int:
        """Copy all rows, and return their number. Copies under the same name must have been deleted."""
        return sum(self._run("save copies", record) for record in self._used())

    def restore(self) -> None:
        """Make the project contain exactly these rows. Only rows that differ are deleted and inserted.

        Foreign keys must be off: see ``Database.bulk_delete``.
        """
        used = self._used()
        for kind in ("delete surplus", "insert missing"):  # all deletes first, so that rows can swap unique values
            for record in used:
                self._run(kind, record)

    def delete(self) -> None:
        """Delete the copies."""
        for record in self._used():
            self._run("delete copies", record)

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
        rows = self._connection.run(shape, (*self._where, *key.values()))
        return [decoder(record).decode(row) for row in rows]

    def _used(self) -> list[type[Record]]:
        """Return the records of which the project has rows or copies. One query is faster than one for each record."""
        row = self._connection.run(("copies used",), self._where).fetchone()
        return [record for record, is_used in zip(copied_records(), row, strict=True) if is_used]

    def _run(self, kind: str, record: type[Record]) -> int:
        """Run a statement, and return the number of rows that it wrote."""
        return self._connection.run((kind, record.table.name), self._where).rowcount
