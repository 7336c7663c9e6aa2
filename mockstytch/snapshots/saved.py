"""Save snapshots of a project, restore them, list them and delete them."""

import asyncio
import re
from collections.abc import Callable, Iterator
from typing import Any

from mockstytch import errors, wire
from mockstytch.clock import position
from mockstytch.nearest import nearest
from mockstytch.runtime import Context, Mock
from mockstytch.store.record import new_data_key
from mockstytch.store.records.projects import Project
from mockstytch.store.records.snapshots import OldData, ProjectState, Snapshot
from mockstytch.store.store import Store

_FEW = 2_000  # rows: comparing them with a snapshot takes less than writing all again
_SLICE = 100  # rows that one step writes
_NAME = re.compile(r"[^/\x00-\x1f\x7f]{1,200}")
# Writes the copies that are missing under a data key, and returns the number of all.
_Complete = Callable[[Context, str], int]


async def save(mock: Mock, project: Project, name: str) -> Snapshot:
    """Save the state of a project under a name. A snapshot with the same name is replaced.

    A large project is copied in slices, with other transactions between them. If one of them changes the project, the
    copies that are old by then are replaced at the end, in one transaction.

    Raises:
        bad_request: if the name is too long, or contains a slash or a control character.
        project_not_found: if the project is deleted while it is copied.
    """
    if not _NAME.fullmatch(name):
        raise errors.bad_request(
            because="a snapshot's name has 1 to 200 characters, without slashes and control characters"
        )
    data_key = new_data_key()
    with mock.transaction(project, read_only=True) as ctx:
        is_large = ctx.store.copies(data_key).present(_FEW + 1) > _FEW
    # On a shared database, other processes write between the slices, and a transaction waits for its project only.
    if mock.is_shared or not is_large:
        return await mock.run_aside(lambda: _finish(mock, project, name, data_key, _save_at_once))
    with mock.projects.unfinished(project, data_key), mock.projects.watching(project) as watch:
        copied = await asyncio.to_thread(_copy_in_slices, mock, project, data_key)

        def complete(ctx: Context, data_key: str) -> int:
            if not watch.has_changes:
                return copied
            if ctx.store.find(Project) is None:
                raise errors.project_not_found(because=f"{project.project_id} was deleted at the same time")
            return copied + ctx.store.copies(data_key).update()

        return await mock.run_aside(lambda: _finish(mock, project, name, data_key, complete))


def _save_at_once(ctx: Context, data_key: str) -> int:
    return ctx.store.copies(data_key).save()


def _copy_in_slices(mock: Mock, project: Project, data_key: str) -> int:
    """Copy all rows, and return their number."""
    with mock.transaction(project, read_only=True) as ctx:
        saving = ctx.store.copies(data_key).saving()

    def steps() -> Iterator[None]:
        while saving.insert(_SLICE):
            yield

    mock.projects.run_in_slices(steps())
    return saving.rows


def _finish(mock: Mock, project: Project, name: str, data_key: str, complete: _Complete) -> Snapshot:
    """Complete the copies, and make them a snapshot."""
    with mock.transaction(project) as ctx:
        delete(ctx, name)
        ctx.store.delete_all(OldData, data_key=data_key)
        saved = Snapshot(
            name=name,
            created_at=ctx.now,
            project=ProjectState.of(ctx.project),
            rows=complete(ctx, data_key),
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
