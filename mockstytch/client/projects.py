"""``mock.projects``: all projects of the server."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

import msgspec

from mockstytch.client.transport import ControlApi
from mockstytch.values import Frozen

_SECONDS = 60  # for servers with many projects


class ListedProject(Frozen):
    """A project of the server.

    Attributes:
        label: what uses it: in the pytest fixture, the test's node id.
        run_id: the test run that it belongs to.
        created_at, used_at: real times. It is used by every request, except to the control API and the console.
        members: how many members it has, without deleted ones.
        requests: how many of its requests the log has.
    """

    project_id: str
    name: str
    label: str
    run_id: str
    created_at: datetime
    used_at: datetime
    members: int
    requests: int


_Projects = list[ListedProject]  # in the class, ``list`` is a method


class Projects:
    """All projects of the server, not only the handle's own."""

    def __init__(self, api: ControlApi) -> None:
        self._api = api

    def list(self, q: str = "", *, run_id: str = "", unused_minutes: int = 0) -> _Projects:
        """Return the projects that match all arguments: the default project, then the others, newest first.

        Args:
            q: a part of the label, the name, the test run or the id.
            unused_minutes: only projects that weren't used for so many minutes of real time.
        """
        query = {"q": q, "run_id": run_id, "unused_minutes": unused_minutes or None, "limit": 1000}
        found: _Projects = []
        after = None
        while after != "":
            page = self._api.call("GET", "/projects", {**query, "after": after}, timeout=_SECONDS)
            found += msgspec.convert(page["projects"], _Projects)
            after = page["next_after"]
        return found

    def delete(self, project_id: str) -> None:
        """Delete a project with everything in it. The next request with its credentials creates it again.

        Raises:
            MockError: if it doesn't exist, or is the server's default project.
        """
        self._api.call("DELETE", f"/projects/{quote(project_id, safe='')}", timeout=_SECONDS)

    def delete_all(self, *, run_id: str = "", unused_minutes: int = 0) -> int:
        """Delete the projects of a test run, or unused ones, and return their number. The default project stays.

        Args:
            unused_minutes: only projects that weren't used for so many minutes of real time.

        Raises:
            MockError: if neither argument is given.
        """
        query = {"run_id": run_id, "unused_minutes": unused_minutes or None}
        return int(self._api.call("DELETE", "/projects", query, timeout=_SECONDS)["deleted"])
