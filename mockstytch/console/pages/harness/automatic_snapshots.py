"""Snapshots that the console makes before a form changes the whole project, so that the change can be undone."""

from mockstytch.clock import Clock
from mockstytch.console.actions import Actions
from mockstytch.surfaces.request import HttpRequest

PREFIX = "auto: "  # of the name, so that the user recognizes them
KEPT = 5  # in a project


async def save(actions: Actions, request: HttpRequest, before: str) -> str:
    """Save the project, and return the snapshot's name. The oldest automatic snapshots are deleted.

    Args:
        before: what happens next, such as ``reset``.
    """
    name = f"{PREFIX}before {before[:50]}, {Clock().now():%Y-%m-%d %H:%M:%S.%f}"
    await actions.call(request, "PUT /snapshots/{name}", {"name": name})
    for outdated in (await names(actions, request))[:-KEPT]:
        await discard(actions, request, outdated)
    return name


async def names(actions: Actions, request: HttpRequest) -> list[str]:
    """Return the names of the project's automatic snapshots, oldest first."""
    snapshots = (await actions.call(request, "GET /snapshots", {}))["snapshots"]
    return [snapshot["name"] for snapshot in snapshots if snapshot["name"].startswith(PREFIX)]


async def discard(actions: Actions, request: HttpRequest, name: str) -> None:
    """Delete an automatic snapshot."""
    await actions.call(request, "DELETE /snapshots/{name}", {"name": name})
