"""Compare a project with one of its snapshots."""

from collections.abc import Iterable
from typing import Any

from mockstytch.runtime import Context
from mockstytch.snapshots import objects
from mockstytch.snapshots.objects import Fields, Side
from mockstytch.store.copying.copies import copied_records
from mockstytch.store.record import Record
from mockstytch.store.records.snapshots import ProjectState, Snapshot

Changes = dict[str, list[dict[str, Any]]]


def object_types() -> list[str]:
    """Return the types of the objects that are compared."""
    return ["project", *(objects.object_type(record) for record in copied_records())]


def compare(ctx: Context, snapshot: Snapshot, types: Iterable[str] = ()) -> Changes:
    """Return what was created, changed and deleted since a snapshot. Secrets are replaced by "…".

    Args:
        types: the types of objects to compare; without any, all of them.
    """
    wanted = set(types) or set(object_types())
    found: Changes = {"created": [], "changed": [], "deleted": []}
    if "project" in wanted:
        before, after = (objects.describe_project(s) for s in (snapshot.project, ProjectState.of(ctx.project)))
        if fields := _differences(None, before, after):
            found["changed"].append({"object_type": "project", "id": ctx.project.project_id, "fields": fields})
    copies = ctx.store.copies(snapshot.data_key)
    was, now = objects.Saved(copies, ctx.base_url), objects.Present(ctx.store, ctx.base_url)
    for record in copied_records():
        if objects.object_type(record) in wanted:
            for key in copies.differing(record):
                _add(found, record, (was, was.find(record, key)), (now, now.find(record, key)))
    return found


def _add(
    found: Changes, record: type[Record], before: tuple[Side, Record | None], after: tuple[Side, Record | None]
) -> None:
    """Add the difference of one row, as it was and as it is now."""
    (was, old), (now, new) = before, after
    present = new or old
    assert present is not None, "one of them has the row"
    head = {"object_type": objects.object_type(record), "id": objects.object_id(present)}
    if old is None or new is None:
        kind, side = ("created", now) if new else ("deleted", was)
        found[kind].append({**head, "object": objects.redacted(record, objects.describe(side, present))})
    elif fields := _differences(record, objects.describe(was, old), objects.describe(now, new)):
        found["changed"].append({**head, "fields": fields})


def _differences(record: type[Record] | None, was: Fields, now: Fields) -> Fields:
    """Return the fields that differ, each with both values. A secret is compared before it is replaced."""
    differing = [name for name in sorted(was.keys() | now.keys()) if was.get(name) != now.get(name)]
    old, new = (objects.redacted(record, {name: side.get(name) for name in differing}) for side in (was, now))
    return {name: {"was": old[name], "is": new[name]} for name in differing}
