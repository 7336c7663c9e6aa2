"""Delete the rows of data keys that no project or snapshot has any more, in slices.

They are found with ``due``. Nothing reads them, so other transactions can run between two slices.
"""

from functools import cache

from mockstytch.store.connection import Connection
from mockstytch.store.expressions import Shape
from mockstytch.store.record import records_by_reference

_KEYS = 16  # at a time: resets of small projects share their queries


def due(connection: Connection, now: int) -> list[str]:
    """Return some of the data keys whose rows can be deleted.

    Args:
        now: the real time, in nanoseconds.
    """
    return [key for (key,) in connection.run(("old data",), (now, _KEYS))]


def tables_with_rows(connection: Connection, data_keys: list[str]) -> list[str]:
    """Return the tables that have rows with these data keys. A table comes before the tables that it refers to."""
    tables = _tables()
    keys = data_keys if len(data_keys) == 1 else [*data_keys, *data_keys[-1:] * (_KEYS - len(data_keys))]
    found = connection.run(("tables with rows", len(keys), tables), keys).fetchone()
    return [name for name, has_rows in zip(tables, found, strict=True) if has_rows]


def delete(connection: Connection, table: str, data_key: str, rows: int) -> int:
    """Delete at most a number of rows with a data key, and return how many were deleted."""
    return connection.run(("delete slice", table), (data_key, rows)).rowcount


def forget(connection: Connection, data_key: str) -> None:
    """Forget a data key: it has no rows, or it is in use again."""
    connection.run(("forget",), (data_key,))


def shapes() -> list[Shape]:
    """Return the shapes of all statements in this module. No test deletes rows of every table."""
    every = [("delete slice", table) for table in _tables()]
    return [("old data",), ("forget",), *(("tables with rows", count, _tables()) for count in (1, _KEYS)), *every]


@cache
def _tables() -> tuple[str, ...]:
    tables = [record.table for record in reversed(records_by_reference()) if record.table.by_data_key]
    derived = [table.name for table in tables if not table.in_snapshots]  # first: nothing has to be counted any more
    copied = [table for table in tables if table.in_snapshots]
    return (*derived, *(table.name for table in copied), *(table.copies_name for table in copied))
