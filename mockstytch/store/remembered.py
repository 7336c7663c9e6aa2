"""Rows that are remembered. Most requests read the same organization and member as the requests before.

Only one process writes to a SQLite database, so it knows when a row may have changed: each statement that isn't a
SELECT outdates the tables that it names, and a rollback outdates all. A shared database remembers nothing.

Records are immutable. Lists and dicts in them must not be changed either: ``Store.update`` compares with them.
"""

from typing import Any

TABLES = ("organizations", "members")
_MOST_ROWS = 500  # in each table

Rows = dict[tuple[Any, ...], Any]  # records, by the shape and the values of the statement that read them


class Remembered:
    """The remembered rows of a connection.

    Args:
        tables: their names.
    """

    def __init__(self, *tables: str) -> None:
        self._rows: dict[str, Rows] = {table: {} for table in tables}

    def of(self, table: str) -> Rows | None:
        """Return where the rows of a table are remembered; None if they aren't."""
        rows = self._rows.get(table)
        if rows is not None and len(rows) >= _MOST_ROWS:
            rows.clear()
        return rows

    def forget(self, tables: tuple[str, ...] = TABLES) -> None:
        """Forget the rows of these tables."""
        for table in tables:
            if rows := self._rows.get(table):
                rows.clear()


def outdated_by(statement: str) -> tuple[str, ...]:
    """Return the tables whose rows a statement may change. Deleting a row deletes the rows that refer to it."""
    if statement.startswith("SELECT"):
        return ()
    return TABLES if "DELETE" in statement else tuple(table for table in TABLES if table in statement)
