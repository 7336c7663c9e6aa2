"""Snapshots, exports and imports in the control API."""

import asyncio
from functools import partial
from typing import Any

from mockstytch import errors
from mockstytch.control.request_parsing import body, choices
from mockstytch.control.surface import LARGE_BODY, route
from mockstytch.runtime import Mock
from mockstytch.snapshots import diff, document, rewriting, saved
from mockstytch.snapshots.formats import DocumentError
from mockstytch.store.records.projects import Project
from mockstytch.store.records.snapshots import Snapshot
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route


def routes(mock: Mock) -> list[Route]:
    """Return the routes.

    Saving, restoring and importing run in slices, in a thread. Comparing, and reading for an export, need one
    transaction, because other requests must not change rows in the middle; health is still returned.
    """

    async def save(request: HttpRequest) -> Any:
        return saved.serialize(await saved.save(mock, request.project, request.path_params["name"]))

    async def restore(request: HttpRequest) -> Any:
        name = request.path_params["name"]
        return saved.serialize(await asyncio.to_thread(saved.restore, mock, request.project, name))

    async def list_snapshots(request: HttpRequest) -> Any:
        with mock.transaction(request.project) as ctx:
            snapshots = sorted(ctx.store.all(Snapshot), key=lambda snapshot: snapshot.position)
        return {"snapshots": [saved.serialize(snapshot) for snapshot in snapshots]}

    async def delete(request: HttpRequest) -> Any:
        with mock.transaction(request.project) as ctx:
            saved.delete(ctx, saved.find(ctx, request.path_params["name"]).name)
        return {}

    async def delete_all(request: HttpRequest) -> Any:
        with mock.transaction(request.project) as ctx:
            for snapshot in ctx.store.all(Snapshot):
                saved.delete(ctx, snapshot.name)
        return {}

    async def compare(request: HttpRequest) -> Any:
        types = choices(request, "object_type", diff.object_types())

        def work() -> diff.Changes:
            with mock.transaction(request.project, request.server_url) as ctx:
                return diff.compare(ctx, saved.find(ctx, request.path_params["name"]), types)

        return await mock.run_aside(work)

    async def export(request: HttpRequest) -> Any:
        return await document.export(mock, request.project)

    async def import_(request: HttpRequest) -> Any:
        project = await asyncio.to_thread(_import, mock, request)
        return {"project_id": project.project_id}

    return [
        route("GET", "/snapshots", list_snapshots),
        route("DELETE", "/snapshots", delete_all),
        route("PUT", "/snapshots/{name}", save),
        route("DELETE", "/snapshots/{name}", delete),
        route("POST", "/snapshots/{name}/restore", restore),
        route("GET", "/snapshots/{name}/diff", compare),
        route("GET", "/export", export),
        route("POST", "/import", import_, LARGE_BODY),
    ]


def _import(mock: Mock, request: HttpRequest) -> Project:
    """Replace what a project holds by what a document describes.

    Raises:
        bad_request: if the body isn't a JSON object.
        invalid_import: if the document isn't valid. The project stays as it was.
    """
    content = body(request, dict[str, Any])
    with mock.transaction(request.project, read_only=True) as ctx:
        taken = rewriting.connection_ids_of_others(ctx)
    try:
        contents = document.read(ctx.project, taken, content)
        return mock.projects.rebuild(ctx.project, contents.project, partial(document.write, ctx.base_url, contents))
    except DocumentError as e:
        raise errors.invalid_import(because=str(e)) from None
