"""Save snapshots of a project, restore them, list them and delete them."""

import re
from collections.abc import Iterator
from typing import Any

from mockstytch import errors, wire
from mockstytch.clock import position
from mockstytch.nearest import nearest
from mockstytch.runtime import Context, Mock
from mockstytch.store.record import new_data_key
from mockstytch.store.records.projects import Project
from mockstytch.store.records.snapshots import ProjectState, Snapshot
from mockstytch.store.store import Store

_FEW = 2_000  # rows: comparing them with a snapshot takes less than writing all again
_SLICE = 100  # rows that one step writes
_NAME = re.compile(r"[^/\x00-\x1f\x7f]{1,200}")


def save(mock: Mock, project: Project, name: str) -> Snapshot:
    """Save the state of a project under a name. A snapshot with the same name is replaced.

    Raises:
        bad_request: if the name is too long, or contains a slash or a control character.
    """
    if not _NAME.fullmatch(name):
        raise errors.bad_request(
            because="a snapshot's name has 1 to 200 characters, without slashes and control characters"
        )
    with mock.transaction(project) as ctx:
        delete(ctx, name)
        data_key = new_data_key()
        saved = Snapshot(
            name=name,
            created_at=ctx.now,
            project=ProjectState.of(ctx.project),
            rows=ctx.store.copies(data_key).save(),
            position=position(),
            data_key=data_key,
        )
        return ctx.store.insert(saved)


def restore(mock: Mock, project: Project, name: str) -> Snapshot:
    """Return a project to a snapshot. The request log and the credentials stay.

    Raises:
        snapshot_not_found: if the project has no snapshot with this name.
    """
    with mock.transaction(project) as ctx:
        snapshot = find(ctx, name)
        present = ctx.store.copies(snapshot.data_key).present(_FEW + 1)

    def require_present(store: Store) -> None:
        if (now := store.find(Snapshot, name=name)) is None or now.data_key != snapshot.data_key:
            raise errors.snapshot_not_found(because=f"{name!r} was deleted or saved again at the same time")

    def write_differences(store: Store) -> None:
        require_present(store)
        store.copies(snapshot.data_key).restore()

    def write_all(store: Store) -> Iterator[None]:
        restoring = store.copies(snapshot.data_key).restoring()
        while restoring.insert(_SLICE):
            yield

    if max(snapshot.rows, present) <= _FEW:
        mock.projects.replace(project, snapshot.project, write_differences)
    else:
        mock.projects.rebuild(project, snapshot.project, write_all, require_present)
    return snapshot


def delete(ctx: Context, name: str) -> None:
    """Delete a snapshot, if it exists."""
    snapshot = ctx.store.find(Snapshot, name=name)
    if snapshot is not None:
        ctx.store.delete(snapshot)
        ctx.store.discard(snapshot.data_key)


def find(ctx: Context, name: str) -> Snapshot:
    """Return the snapshot with a name.

    Raises:
        snapshot_not_found: if the project has no snapshot with this name.
    """
    found = ctx.store.find(Snapshot, name=name)
    if found is None:
        names = [snapshot.name for snapshot in ctx.store.all(Snapshot)]
        hint = f"Did you mean {nearest(name, names)}?" if names else "The project has no snapshots."
        raise errors.snapshot_not_found(because=f"{name!r} doesn't exist. {hint}")
    return found


def serialize(snapshot: Snapshot) -> dict[str, Any]:
    """Return a snapshot as the control API does: without its rows."""
    return {"name": snapshot.name, "created_at": wire.time(snapshot.created_at), "rows": snapshot.rows}
