"""The request log: each request, its response, and the reason of a refusal.

Adding an entry must cost almost nothing, so an entry only refers to the bytes of both bodies. ``RequestLog.describe``
decodes them, and replaces secrets, when the log is read. Only its result may leave the process.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from heapq import heapify, heappop, heapreplace
from typing import Any, Protocol

import msgspec

from mockstytch.clock import position

LIMIT = 10_000  # entries for each project
ALL_LIMIT = 20_000  # entries for all projects together
BODY_BYTES = 16_000_000  # of the bodies that are kept for each project
ALL_BODY_BYTES = 24_000_000  # of the bodies that are kept for all projects together
_AT_ONCE = 0.05  # the share of a limit for all projects that is dropped at once: finding the oldest ones takes time
_OVERHEAD = 2000  # bytes that the headers and the rest of an entry need, roughly
TOOLS = ("control", "console")  # surfaces that tests and people use to look at the server
SURFACES = ("backend", "browser", "public", "management", "oauth_server", "scim", "pages", "unknown", *TOOLS)


class Exchange(msgspec.Struct, gc=False):
    """Both bodies, and what else is needed to send a request again. Secrets aren't replaced here.

    Attributes:
        scheme: ``http`` or ``https``.
        query: the query string.
        path_params: the parameters of the path.
        headers: the request's headers, by lower-case name.
        request: the body; None if it was too large to be read.
        response: the body.
        response_type: the media type of the response.
        location: where the response redirects to.
        number: counts the requests of the server, in the order in which they ended.
        hint: what was probably meant; None until the entry is read.
        message_ids, event_ids: the messages that the request sent, and the events that it emitted.
        dropped: whether the bodies were dropped to save memory.
    """

    scheme: str = "http"
    query: bytes = b""
    path_params: dict[str, Any] = {}
    headers: dict[bytes, bytes] = {}
    request: bytes | None = b""
    response: bytes = b""
    response_type: str = ""
    location: str = ""
    number: int = 0
    hint: str | None = None
    message_ids: tuple[str, ...] = ()
    event_ids: tuple[str, ...] = ()
    dropped: bool = False

    @property
    def url(self) -> str:
        """The URL at which the caller reached this server, without a trailing slash."""
        return f"{self.scheme}://{self.headers.get(b'host', b'localhost').decode('latin-1')}"

    @property
    def size(self) -> int:
        """The memory that the exchange takes, in bytes."""
        return 0 if self.dropped else _OVERHEAD + len(self.request or b"") + len(self.response)

    def drop(self) -> None:
        """Forget the bodies, the query and the headers, except the host."""
        host = self.headers.get(b"host")
        self.headers = {b"host": host} if host is not None else {}
        self.query, self.request, self.response, self.dropped = b"", b"", b"", True


class RequestLogEntry(msgspec.Struct, frozen=True, gc=False):
    """One handled request.

    Attributes:
        operation: the name in the official SDK, such as ``organizations.members.create``; "" if it isn't an operation.
        surface: name of the public interface that handled it, such as ``backend`` or ``scim``.
        error_type: the error's type; "" for a success.
        because: the reason of a refusal, and remarks.
        exchange: the bodies. Its secrets aren't replaced.
    """

    request_id: str
    at: datetime
    method: str
    path: str
    status_code: int
    operation: str = ""
    surface: str = "backend"
    error_type: str = ""
    because: str = ""
    milliseconds: float = 0.0
    exchange: Exchange = msgspec.field(default_factory=Exchange)


class Describe(Protocol):
    """Returns an entry of a project as JSON, without secrets.

    Args:
        bodies: whether to add ``request``, ``response`` and ``curl``.
    """

    def __call__(self, project_id: str, entry: RequestLogEntry, *, bodies: bool = True) -> dict[str, Any]: ...


def _describe_nothing(project_id: str, entry: RequestLogEntry, *, bodies: bool = True) -> dict[str, Any]:
    return {"request_id": entry.request_id, "bodies": bodies}


class _ProjectLog:
    """The entries of one project, oldest first.

    Attributes:
        with_bodies: the entries whose bodies are kept.
        size: the bytes of these bodies.
        dropped: how many entries were dropped.
    """

    def __init__(self) -> None:
        self.entries: deque[RequestLogEntry] = deque()
        self.with_bodies: deque[RequestLogEntry] = deque()
        self.size = self.dropped = 0


class RequestLog:
    """The latest requests of each project.

    Requests to the control API and the console are stored separately, because reading the log must not fill it.

    Attributes:
        subscribers: called with each entry and its project.
        describe: ``mockstytch.app`` sets it.
    """

    def __init__(self) -> None:
        self._logs: dict[tuple[str, bool], _ProjectLog] = {}
        self._used: dict[str, int] = {}  # the real time of each project's last request from an app, in nanoseconds
        self._size = self._count = self._kept = 0
        self._lock = threading.Lock()  # tests may run several event loops
        self.subscribers: list[Callable[[str, RequestLogEntry], None]] = []
        self.describe: Describe = _describe_nothing

    def add(self, project_id: str, entry: RequestLogEntry) -> None:
        key, exchange = (project_id, entry.surface in TOOLS), entry.exchange
        size = _OVERHEAD + len(exchange.request or b"") + len(exchange.response)
        with self._lock:
            self._count += 1
            exchange.number = self._count
            log = self._logs.get(key)
            if log is None:
                log = self._logs[key] = _ProjectLog()
            if not key[1]:
                self._used[project_id] = position()
            if len(log.entries) == LIMIT:
                self._drop_oldest(log)
            log.entries.append(entry)
            log.with_bodies.append(entry)
            log.size += size
            self._size += size
            self._kept += 1
            while log.size > BODY_BYTES:
                self._forget_oldest_body(log).drop()
            if self._size > ALL_BODY_BYTES:
                self._drop_oldest_bodies()
            if self._kept > ALL_LIMIT:
                self._drop_oldest_entries()
        for subscriber in self.subscribers:
            subscriber(project_id, entry)

    def entries(self, project_id: str, surfaces: Iterable[str] = ()) -> list[RequestLogEntry]:
        """Return a project's requests, oldest first.

        Args:
            surfaces: names of surfaces; without any, all but the control API and the console.
        """
        with self._lock:
            both = [
                entry
                for tools in ((False, True) if surfaces else (False,))
                if (log := self._logs.get((project_id, tools)))
                for entry in log.entries
            ]
        if not surfaces:
            return both
        return sorted((entry for entry in both if entry.surface in surfaces), key=lambda entry: entry.exchange.number)

    def dropped(self, project_id: str) -> int:
        """Return how many requests of a project were dropped because the log was full."""
        log = self._logs.get((project_id, False))
        return log.dropped if log else 0

    def count(self, project_id: str) -> int:
        """Return how many requests of a project are kept, without the control API's and the console's."""
        log = self._logs.get((project_id, False))
        return len(log.entries) if log else 0

    def used_at(self, project_id: str) -> datetime | None:
        """Return the real time of a project's last request, whether or not it is kept.

        Returns:
            None if there was none since this log began. Requests to the control API and the console don't count.
        """
        used = self._used.get(project_id)
        return datetime.fromtimestamp(used // 10**9, UTC) if used else None

    def forget(self, project_id: str) -> None:
        """Drop everything about a project that is deleted."""
        self.clear(project_id)
        self._used.pop(project_id, None)

    def clear(self, project_id: str) -> None:
        with self._lock:
            for tools in (False, True):
                if log := self._logs.pop((project_id, tools), None):
                    self._size -= log.size
                    self._kept -= len(log.entries)

    def _forget_oldest_body(self, log: _ProjectLog) -> Exchange:
        exchange = log.with_bodies.popleft().exchange
        size = exchange.size
        log.size -= size
        self._size -= size
        return exchange

    def _drop_oldest(self, log: _ProjectLog) -> None:
        """Drop the oldest entry of a project."""
        if log.with_bodies and log.with_bodies[0] is log.entries[0]:
            self._forget_oldest_body(log)
        log.entries.popleft()
        log.dropped += 1
        self._kept -= 1

    def _drop_oldest_bodies(self) -> None:
        """Drop the oldest bodies of all projects, until there is room again."""
        least = ALL_BODY_BYTES * (1 - _AT_ONCE)
        for log in _oldest_first(self._logs.values(), lambda log: log.with_bodies):
            if self._size <= least:
                break
            self._forget_oldest_body(log).drop()

    def _drop_oldest_entries(self) -> None:
        """Drop the oldest entries of all projects, until there is room again."""
        least = ALL_LIMIT * (1 - _AT_ONCE)
        for log in _oldest_first(self._logs.values(), lambda log: log.entries):
            if self._kept <= least:
                break
            self._drop_oldest(log)


def _oldest_first(
    logs: Iterable[_ProjectLog], of: Callable[[_ProjectLog], deque[RequestLogEntry]]
) -> Iterator[_ProjectLog]:
    """Return the log with the oldest entry in one of its queues. Drop that entry before asking for the next one.

    The very newest entry is never reached: it is the one that is being added.
    """
    heap = [(entries[0].exchange.number, n, log) for n, log in enumerate(logs) if (entries := of(log))]
    heapify(heap)
    while len(heap) > 1 or (heap and len(of(heap[0][2])) > 1):
        _, n, log = heap[0]
        yield log
        if entries := of(log):
            heapreplace(heap, (entries[0].exchange.number, n, log))
        else:
            heappop(heap)
