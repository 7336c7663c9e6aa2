"""Ids and secrets that a seed gives, instead of generated ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from mockstytch.ids import Ids, PinnedIds
from mockstytch.runtime import Context
from mockstytch.seed_file import SeedError
from mockstytch.store.record import Record


def require_new(ctx: Context, record: type[Record], place: str, **key: Any) -> None:
    """Check that the project has no row with a given id.

    Raises:
        SeedError: if the id exists.
    """
    [(name, value)] = key.items()
    if value and ctx.store.find(record, **key) is not None:
        raise SeedError(f"{name} {value!r} already exists", place, name)


def free_connection_id(ctx: Context, record: type[Record], connection_id: str) -> str:
    """Return the given id of a connection, or another one if another project of the server has it.

    Requests of identity providers name only the connection. The other id depends only on the project and the given one.
    """
    used = [other for (other,) in ctx.store.values_of_all_projects(record, "connection_id")] if connection_id else []
    return Ids.derived(connection_id, ctx.project.project_id) if connection_id in used else connection_id


@contextmanager
def pinned(ctx: Context, **values: str) -> Iterator[None]:
    """Use given ids and secrets for what is created in this block.

    Args:
        values: by the kind of id, as in ``PinnedIds``; "" generates the value.
    """
    before = ctx.ids
    ctx.ids = PinnedIds(before, values)
    try:
        yield
    finally:
        ctx.ids = before
