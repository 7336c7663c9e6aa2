"""The request log: each request, its response, and the reason of a refusal."""

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec

LIMIT = 10_000  # entries for each project
_TOOLS = ("control", "console")  # surfaces that tests and people use to look at the server
SURFACES = ("backend", "browser", "public", "management", "oauth_server", "scim", "pages", "unknown", *_TOOLS)


class RequestLogEntry(msgspec.Struct, frozen=True):
    """One handled request.

    Attributes:
        surface: name of the public interface that handled it, such as ``backend`` or ``scim``.
        error_type: the error's type; "" for a success.
        because: the reason of a refusal, and remarks.
    """

    request_id: str
    at: datetime
    method: str
    path: str
    status_code: int
    surface: str = "backend"
    error_type: str = ""
    because: str = ""
    milliseconds: float = 0.0


class RequestLog:
    """The latest requests of each project.

    Requests to the control API and the console are stored separately, because reading the log must not fill it.

    Attributes:
        on_entry: called with each entry and its project, or None.
    """

    def __init__(self) -> None:
        self._entries: dict[tuple[str, bool], deque[RequestLogEntry]] = {}
        self.on_entry: Callable[[str, RequestLogEntry], None] | None = None

    def add(self, project_id: str, entry: RequestLogEntry) -> None:
        self._of(project_id, entry.surface in _TOOLS).append(entry)
        if self.on_entry is not None:
            self.on_entry(project_id, entry)

    def entries(self, project_id: str, surfaces: Iterable[str] = ()) -> list[RequestLogEntry]:
        """Return a project's requests, oldest first.

        Args:
            surfaces: names of surfaces; without any, all but the control API and the console.
        """
        if not surfaces:
            return list(self._of(project_id, False))
        both = [*self._of(project_id, False), *self._of(project_id, True)]
        return sorted((entry for entry in both if entry.surface in surfaces), key=lambda entry: entry.at)

    def clear(self, project_id: str) -> None:
        for tools in (False, True):
            self._entries.pop((project_id, tools), None)

    def _of(self, project_id: str, tools: bool) -> deque[RequestLogEntry]:
        return self._entries.setdefault((project_id, tools), deque(maxlen=LIMIT))
