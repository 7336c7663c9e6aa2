"""Totals of searches for a part of the e-mail address, in large organizations on SQLite.

To count the members whose address contains a text, all addresses are compared: 0.3 s for a million. So they are counted
in parts, with other requests in between, and triggers then keep the total. Databases without such a search don't have
the table, and don't pay for it.
"""

from typing import NamedTuple

from mockstytch.store.connection import Connection
from mockstytch.store.expressions import Shape

_AT_ONCE = 5_000  # members that are compared at once: 2 ms
_KEPT = 20  # totals of each organization: each change of a member compares its address with all of them

# SQLAlchemy has no terms for triggers.
_IS_COUNTED = (
    "{row}.status != 'deleted' AND {row}.email_address LIKE pattern ESCAPE '\\'"
    " AND (counted_to IS NULL OR {row}.email_address <= counted_to)"
)
_CHANGE = (
    "UPDATE text_totals SET members = members {by}"  # noqa: S608 · every part is a constant of this module
    f" WHERE data_key = {{row}}.project_id AND organization_id = {{row}}.organization_id AND {_IS_COUNTED};"
)
_ADD, _TAKE = _CHANGE.format(row="NEW", by="+ 1"), _CHANGE.format(row="OLD", by="- 1")
TABLES = (
    "CREATE TABLE text_totals (id INTEGER PRIMARY KEY, data_key VARCHAR NOT NULL, organization_id VARCHAR NOT NULL,"
    " pattern VARCHAR NOT NULL, members INTEGER NOT NULL, counted_to VARCHAR,"
    " UNIQUE (data_key, organization_id, pattern))",
    f"CREATE TRIGGER text_totals_added AFTER INSERT ON members BEGIN {_ADD} END",
    f"CREATE TRIGGER text_totals_removed AFTER DELETE ON members BEGIN {_TAKE} END",
    "CREATE TRIGGER text_totals_changed AFTER UPDATE OF organization_id, status, email_address ON members"
    f" BEGIN {_TAKE} {_ADD} END",
)


class TextTotal(NamedTuple):
    """How many members of an organization, without deleted ones, have an address that is like a pattern.

    Attributes:
        is_complete: False if only a part of them has been counted.
    """

    members: int
    is_complete: bool


def shapes() -> list[Shape]:
    """Return the shapes of all statements in this module. Few tests need them."""
    kinds = ("text total", "add text total", "drop older text totals", "text total is at", "drop text totals")
    return [(kind,) for kind in (*kinds, "compare texts")]


def count(
    connection: Connection, data_key: str, organization_id: str, pattern: str, *, begin: bool
) -> TextTotal | None:
    """Return the total that is kept, or count a part of the members. The next call goes on.

    Args:
        pattern: a pattern of LIKE, with a backslash as the escape character.
        begin: whether to begin to count.

    Returns:
        None if the members aren't being counted, and on PostgreSQL, which doesn't keep such totals.
    """
    if connection.is_shared or not (begin or _exists(connection)):
        return None
    if not _exists(connection):
        connection.begin()
        for statement in TABLES:
            connection.driver.execute(statement)
    key = (data_key, organization_id, pattern)
    found = connection.run(("text total",), key).fetchone()
    if found is None:
        if not begin:
            return None
        connection.run(("add text total",), (*key, 0, ""))
        connection.run(("drop older text totals",), (data_key, organization_id, data_key, organization_id, _KEPT))
        found = (0, "")
    members, counted_to = found
    if counted_to is None:
        return TextTotal(members, is_complete=True)
    compared, like, last = connection.run(
        ("compare texts",), (pattern, data_key, organization_id, counted_to, _AT_ONCE)
    ).fetchone()
    is_complete = compared < _AT_ONCE
    connection.run(("text total is at",), (members + like, None if is_complete else last, *key))
    return TextTotal(members + like, is_complete)


def forget(connection: Connection, data_key: str) -> None:
    """Drop the totals of a data key whose rows were deleted."""
    if not connection.is_shared and _exists(connection):
        connection.run(("drop text totals",), (data_key,))


def _exists(connection: Connection) -> bool:
    found = connection.driver.execute("SELECT 1 FROM sqlite_master WHERE name = 'text_totals'").fetchone()
    return found is not None
