"""A trigram index of members' e-mail addresses and phone numbers, for searches in large organizations on SQLite.

It finds candidates: every member in whose texts a pattern occurs, and some others. The query still compares the texts,
so it finds the same rows as without the index. The index is built on request, for one data key, in slices. Triggers
then keep it. Projects without one don't pay for it.

It is an FTS5 table, which refers to members by rowid. Newer members have higher rowids, unless something inserted rows
with the positions of older ones. That is checked for each row, because a search for a frequent text takes candidates
with high rowids for the newest ones.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from functools import cache
from itertools import count

from mockstytch.clock import position
from mockstytch.store.connection import Connection
from mockstytch.store.expressions import Condition, Shape

_MOST = 2_000  # candidates; with more, to read the members in the order of the result is faster
_TRIGRAMS = 8  # so many trigrams of a pattern are looked up
_STEP = 200  # members that are added at once
_MERGED_PAGES = 16  # that one step of a merge writes: about 1 ms of work, and 3 ms at most
_STEPS_BEFORE_MERGE = 8
UNMERGED_WRITES = 64  # writes of members, each of which may add a segment to the index, before they are merged

# SQLAlchemy has no terms for these.
_INDEXED = "EXISTS (SELECT 1 FROM text_indexes WHERE data_key = NEW.project_id)"
_ADD = "INSERT INTO member_texts (rowid, texts) VALUES (NEW.rowid, NEW.email_address || ' ' || NEW.mfa_phone_number);"
_NOTE = (
    "UPDATE text_indexes SET in_order = in_order AND NEW.position > newest, newest = NEW.position"
    " WHERE data_key = NEW.project_id;"
)
TABLES = (
    # Rows before ``next_row`` are indexed, and the index is complete after ``last_row``. ``newest`` is the position of
    # the latest row that was added since the index was begun, ``indexed_to`` the position of the last indexed
    # one of the rest.
    "CREATE TABLE text_indexes (data_key VARCHAR PRIMARY KEY, next_row INTEGER NOT NULL, last_row INTEGER NOT NULL,"
    " in_order INTEGER NOT NULL, indexed_to INTEGER NOT NULL, newest INTEGER NOT NULL)",
    "CREATE VIRTUAL TABLE member_texts"
    " USING fts5 (texts, content = '', tokenize = 'trigram', detail = none, columnsize = 0)",
    f"CREATE TRIGGER member_texts_added AFTER INSERT ON members WHEN {_INDEXED} BEGIN {_ADD} {_NOTE} END",
    "CREATE TRIGGER member_texts_changed AFTER UPDATE OF email_address, mfa_phone_number ON members"
    f" WHEN {_INDEXED} BEGIN {_ADD} END",
)
# FTS5 would merge segments by itself, in the request that adds the last of them. That takes 30 ms from time to time.
_MERGED_LATER = "INSERT INTO member_texts (member_texts, rank) VALUES ('automerge', 0), ('crisismerge', 256)"
_MERGE = f"INSERT INTO member_texts (member_texts, rank) VALUES ('merge', {_MERGED_PAGES})"  # noqa: S608 · a constant
# The first rows describe the others; 'delete-all' writes them again.
_EMPTY = "DELETE FROM member_texts_data WHERE id IN (SELECT id FROM member_texts_data WHERE id > 10 LIMIT 64)"


def shapes() -> list[Shape]:
    """Return the shapes of all statements in this module. Few tests need them."""
    kinds = ("text index", "text candidates", "last member", "add text index", "add texts", "text index is at")
    return [(kind,) for kind in (*kinds, "positions", "unfinished text indexes", "drop text index", "text indexes")]


def candidates(connection: Connection, data_key: str, text: str) -> Condition | None:
    """Return the condition that a member is a candidate for a text.

    Returns:
        None if the index can't help: it isn't complete, or finds too many members. If it doesn't exist, it will be
            built in the background.
    """
    state = _complete(connection, data_key, text)
    if state is None:
        return None
    pattern = _pattern(text)
    found = connection.run(("text candidates",), (pattern, _MOST + 1)).fetchone()
    return Condition(("text candidate", "members"), (pattern,)) if found[0] <= _MOST else None


def newest_candidates(
    connection: Connection, data_key: str, text: str, organization_id: str, before: int | None, count: int
) -> Condition | None:
    """Return the condition that a member is one of the newest candidates for a text.

    Args:
        before: only members of the organization with lower positions are wanted; None for all.
        count: how many candidates.

    Returns:
        None if the index isn't complete, or the rowids of members aren't in the order of their positions.
    """
    state = _complete(connection, data_key, text)
    if state is None or not state[2]:
        return None
    values = (_pattern(text), *(() if before is None else (data_key, organization_id, before)), count)
    return Condition(("newest text candidate", "members", before is not None), values)


def _complete(connection: Connection, data_key: str, text: str) -> tuple[int, int, int] | None:
    """Return the state of the index, or None if it can't help. If there is none, it is built in the background."""
    if connection.is_shared or not _can_index() or "\0" in text:  # PostgreSQL has no FTS5
        return None
    state = connection.run(("text index",), (data_key,)).fetchone() if _exists(connection) else None
    if state is None:
        connection.wants_text_index.add(data_key)
        return None
    found: tuple[int, int, int] = state
    return found if found[0] > found[1] else None


def build(connection: Connection, data_key: str) -> Iterator[None]:
    """Index the members with a data key. Each step adds some of them, in one transaction or several."""
    if not _exists(connection):
        for statement in (*TABLES, _MERGED_LATER):
            connection.driver.execute(statement)
    if connection.run(("text index",), (data_key,)).fetchone() is None:
        [last] = connection.run(("last member",)).fetchone()
        connection.run(("add text index",), (data_key, 1, last, 1, 0, position()))
    for number in count(1):
        state = connection.run(("text index",), (data_key,)).fetchone()
        if state is None or state[0] > state[1]:  # the data key is old by now, or everything is indexed
            return
        next_row, _, in_order, indexed_to, newest = state
        end = next_row + _STEP
        connection.run(("add texts",), (next_row, end, data_key))
        positions = [indexed_to, *(each for (each,) in connection.run(("positions",), (next_row, end, data_key)))]
        in_order = in_order and positions == sorted(positions) and positions[-1] <= newest
        connection.run(("text index is at",), (end, int(in_order), positions[-1], data_key))
        yield
        if number % _STEPS_BEFORE_MERGE == 0:
            yield from merge(connection)


def merge(connection: Connection) -> Iterator[None]:
    """Merge the segments of the index: each write adds one, and a search reads all. Each step is a part of the work."""
    if not _exists(connection):
        return
    while True:
        before = connection.driver.total_changes
        connection.driver.execute(_MERGE)
        if connection.driver.total_changes - before < 2:  # FTS5's sign that nothing is left
            return
        yield


def unfinished(connection: Connection) -> list[str]:
    """Return the data keys whose index isn't complete."""
    return [key for (key,) in connection.run(("unfinished text indexes",))] if _exists(connection) else []


def forget(connection: Connection, data_key: str) -> Iterator[None]:
    """Drop the index of a data key whose rows were deleted. Each step is a part of the work.

    FTS5 can empty the whole index at once, which takes as long as the index is large. So most of it is deleted before,
    from the table in which FTS5 keeps it. The data key stays in ``text_indexes`` until everything is deleted: a server
    that was stopped in between goes on after its start, before it uses the index again.
    """
    if not _exists(connection) or connection.run(("text index",), (data_key,)).fetchone() is None:
        return
    if connection.run(("text indexes",)).fetchone()[0] == 1:
        connection.begin()
        while connection.driver.execute(_EMPTY).rowcount:
            yield
            connection.begin()
        connection.driver.execute("INSERT INTO member_texts (member_texts) VALUES ('delete-all')")
    connection.run(("drop text index",), (data_key,))


@cache
def _can_index() -> bool:
    """Return whether this SQLite has trigram indexes."""
    with contextlib.closing(sqlite3.connect(":memory:")) as driver:
        try:
            driver.execute(TABLES[1])
        except sqlite3.OperationalError:
            return False
    return True


def _exists(connection: Connection) -> bool:
    if not connection.has_text_index and not connection.is_shared:
        found = connection.driver.execute("SELECT 1 FROM sqlite_master WHERE name = 'text_indexes'").fetchone()
        connection.has_text_index = found is not None
    return connection.has_text_index


def _pattern(text: str) -> str:
    """Return the expression for texts that have the trigrams of a text, in FTS5's syntax."""
    trigrams = list(dict.fromkeys(text[start : start + 3] for start in range(len(text) - 2)))
    step = -(-len(trigrams) // _TRIGRAMS)
    quoted = ('"' + trigram.replace('"', '""') + '"' for trigram in trigrams[::step])
    return " AND ".join(quoted)
