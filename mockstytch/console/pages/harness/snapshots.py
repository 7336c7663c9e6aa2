"""Snapshots: the list, and what has changed since one of them."""

from collections import Counter
from typing import Any

from starlette.responses import Response

from mockstytch.console.page import PageRequest
from mockstytch.console.pages.harness import automatic_snapshots

_MOST_OBJECTS = 500  # that the page with changes shows


async def snapshots(page: PageRequest) -> Response:
    listed = (await page.call("GET /snapshots"))["snapshots"][::-1]
    is_automatic = [snapshot["name"].startswith(automatic_snapshots.PREFIX) for snapshot in listed]
    return page.render(
        "snapshots.html",
        snapshots=[snapshot for snapshot, automatic in zip(listed, is_automatic, strict=True) if not automatic],
        automatic=[snapshot for snapshot, automatic in zip(listed, is_automatic, strict=True) if automatic],
        kept=automatic_snapshots.KEPT,
    )


async def changes(page: PageRequest) -> Response:
    """Show what was created, changed and deleted since a snapshot."""
    name = page.parameter("name")
    found: dict[str, list[dict[str, Any]]] = await page.call("GET /snapshots/{name}/diff", name=name)
    counts = {kind: Counter(change["object_type"] for change in listed) for kind, listed in found.items()}
    wanted = page.search("type")
    rows = [
        {**change, "kind": kind}
        for kind, listed in found.items()
        for change in listed
        if wanted in ("", change["object_type"])
    ]
    rows.sort(key=lambda change: change["object_type"])  # within a type: created, changed, deleted
    return page.render(
        "snapshot.html",
        name=name,
        counts=counts,
        types=sorted({object_type for counter in counts.values() for object_type in counter}),
        wanted=wanted,
        changes=[{**change, "title": _title(change)} for change in rows[:_MOST_OBJECTS]],
        left_out=max(0, len(rows) - _MOST_OBJECTS),
    )


def _title(change: dict[str, Any]) -> str:
    """Return the name of an object, if it has one that tells more than its id."""
    fields = change.get("object", {})
    if change["object_type"] == "event" and fields:
        return f"{fields['source']}.{fields['object_type']}.{fields['action']}"
    names = ("organization_name", "email_address", "client_name", "display_name", "to", "name", "event_type")
    return next((str(fields[name]) for name in names if fields.get(name)), "")
