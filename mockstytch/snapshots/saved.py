"""Save snapshots of a project, restore them, list them and delete them."""

import re
from typing import Any

from mockstytch import errors, wire
from mockstytch.clock import position
from mockstytch.nearest import nearest
from mockstytch.runtime import Context, Mock
from mockstytch.store.records.projects import Project
from mockstytch.store.records.snapshots import ProjectState, Snapshot

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
        saved = Snapshot(
            name=name,
            created_at=ctx.now,
            project=ProjectState.of(ctx.project),
            rows=ctx.store.copies(name).save(),
            position=position(),
        )
        return ctx.store.insert(saved)


def restore(mock: Mock, project: Project, name: str) -> Snapshot:
    """Return a project to a snapshot. The request log and the credentials stay.

    Raises:
        snapshot_not_found: if the project has no snapshot with this name.
    """
    with mock.transaction(project) as ctx:
        snapshot = find(ctx, name)
    mock.projects.replace(project, snapshot.project, lambda store: store.copies(name).restore())
    return snapshot


def delete(ctx: Context, name: str) -> None:
    """Delete a snapshot, if it exists."""
    ctx.store.delete_all(Snapshot, name=name)
    ctx.store.copies(name).delete()


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
