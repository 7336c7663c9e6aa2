"""The calls for projects."""

import asyncio
from typing import Any

from mockstytch import errors
from mockstytch.control.projects.listing import Filters, find, serialize
from mockstytch.control.request_parsing import number
from mockstytch.control.surface import SERVER_WIDE, route
from mockstytch.runtime import Mock
from mockstytch.store.records.projects import Project
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route

_DEFAULT_LIMIT, _MOST = 100, 1000
_MOST_MINUTES = 10_000_000


def routes(mock: Mock) -> list[Route]:
    async def list_projects(request: HttpRequest) -> Any:
        """Return projects: the default project, then the others, newest first.

        Raises:
            bad_request: if a number isn't valid.
        """
        limit, after = number(request, "limit", _DEFAULT_LIMIT, 1, _MOST), request.query_params.get("after", "")
        found = find(mock, _filters(request))
        ids = [project.project_id for project in found]
        start = ids.index(after) + 1 if after in ids else 0
        page = found[start : start + limit]
        is_last = start + limit >= len(found)
        return {
            "projects": [serialize(mock, project) for project in page],
            "total": len(found),
            "next_after": "" if is_last else page[-1].project_id,
        }

    async def delete(request: HttpRequest) -> Any:
        """Delete one project.

        Raises:
            project_not_found: if there is no project with this id.
            bad_request: if it is the default project, or an environment of the management API.
        """
        project_id = request.path_params["project_id"]
        project = next((p for p in mock.projects.all() if p.project_id == project_id), None)
        if project is None:
            raise errors.project_not_found(because=f"There is no {project_id[:100]}.")
        if because := _reason_to_keep(mock, project):
            raise errors.bad_request(because=because)
        mock.delete(project)
        return {}

    async def delete_many(request: HttpRequest) -> Any:
        """Delete the projects of a test run, or the projects that haven't been used for some time.

        The default project and environments of the management API stay.

        Raises:
            bad_request: if neither ``run_id`` nor ``unused_minutes`` is given: the call would delete every project.
        """
        filters = _filters(request)
        if not filters.run_id and not filters.unused_minutes:
            raise errors.bad_request(because="give run_id, unused_minutes, or both")
        found = [project for project in find(mock, filters) if not _reason_to_keep(mock, project)]
        for project in found:
            mock.delete(project)
            await asyncio.sleep(0)  # other requests run between two projects
        return {"deleted": len(found)}

    return [
        route("GET", "/projects", list_projects, SERVER_WIDE),
        route("DELETE", "/projects", delete_many, SERVER_WIDE),
        route("DELETE", "/projects/{project_id}", delete, SERVER_WIDE),
    ]


def _filters(request: HttpRequest) -> Filters:
    query = request.query_params
    unused = number(request, "unused_minutes", 0, 0, _MOST_MINUTES)
    return Filters(q=query.get("q", ""), run_id=query.get("run_id", ""), unused_minutes=unused)


def _reason_to_keep(mock: Mock, project: Project) -> str:
    """Return why a project can't be deleted; "" if it can."""
    if project.project_id == mock.settings.project_id:
        return "the server's default project can't be deleted; POST /_mock/api/reset empties it"
    if project.project_slug:
        return "it is an environment of the management API, and is deleted there"
    return ""
