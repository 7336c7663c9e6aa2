"""The server as an ASGI application: find the route of a request by its method and path, and call it."""

import threading
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import unquote

from starlette.types import Receive, Scope, Send

from mockstytch.runtime import Mock
from mockstytch.surfaces import project_domain
from mockstytch.surfaces.dispatch import Dispatch
from mockstytch.surfaces.surface import AnyResponse, Route

Found = tuple[Dispatch, dict[str, Any]]


class _Node:
    """The routes with parameters that begin with the same segments, by what follows: a tree.

    Attributes:
        literals: by the next segment.
        parameter: the routes whose next segment is a parameter.
        routes: the routes that end here, by method, with the names of their parameters.
        rest: the routes whose last parameter takes the rest of the path, likewise.
    """

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.routes: dict[str, tuple[Dispatch, list[str]]] = {}
        self.rest: dict[str, tuple[Dispatch, list[str]]] = {}

    def add(self, app: Dispatch) -> None:
        node, names = self, list[str]()
        for segment in app.route.path.split("/"):
            if not segment.startswith("{"):
                node = node.literals.setdefault(segment, _Node())
                continue
            name, _, kind = segment[1:-1].partition(":")
            names.append(name)
            if kind == "path":
                node.rest.setdefault(app.route.method, (app, names))
                return
            node.parameter = node.parameter or _Node()
            node = node.parameter
        node.routes.setdefault(app.route.method, (app, names))

    def find(self, method: str, segments: list[str], at: int, values: list[str]) -> Found | None:
        """Return the application for the segments from ``at`` on; a literal segment wins over a parameter.

        Args:
            values: the values of the parameters before.
        """
        if at == len(segments):
            return _with_parameters(self.routes.get(method), values)
        segment = segments[at]
        node, found = self.literals.get(segment), None
        if node is not None:
            found = node.find(method, segments, at + 1, values)
        if found is None and self.parameter is not None and segment:
            found = self.parameter.find(method, segments, at + 1, [*values, segment.replace("%2F", "/")])
        if found is None and self.rest:
            # the rest keeps its slashes encoded: the handler decodes each segment after splitting
            found = _with_parameters(self.rest.get(method), [*values, "/".join(segments[at:])])
        return found


def _with_parameters(route: tuple[Dispatch, list[str]] | None, values: list[str]) -> Found | None:
    return None if route is None else (route[0], dict(zip(route[1], values, strict=True)))


class Section(NamedTuple):
    """Routes that are made when the first request for one of them arrives, because their modules take long to import.

    Attributes:
        make: imports the modules, and returns the routes.
        beginnings: how the paths of the routes begin.
        paths: further paths, complete.
    """

    make: Callable[[], Iterable[Route]]
    beginnings: tuple[str, ...]
    paths: tuple[str, ...] = ()

    def has(self, path: str) -> bool:
        """Return whether a route of this section can have the path."""
        return path in self.paths or path.startswith(self.beginnings)


class RouteTable:
    """All routes of the server.

    A path without parameters is looked up in a dictionary, a path with parameters in a tree of segments.

    Args:
        sections: all routes. No two of them fit a path equally well, so it doesn't matter which are made first.
        fallbacks: make the routes of paths that don't exist, by the beginning of the path. The first match counts.

    Attributes:
        on_growth: called after routes were made.
    """

    def __init__(self, mock: Mock, sections: Iterable[Section], fallbacks: Mapping[str, Callable[[], Route]]) -> None:
        self._mock, self._sections = mock, [*sections]
        self._made: dict[int, list[Dispatch]] = {}  # by the number of the section
        self._fallbacks = {prefix: cache(partial(_made, mock, make)) for prefix, make in fallbacks.items()}
        self._literals: dict[tuple[str, str], Found] = {}
        self._root = _Node()
        self._lock = threading.RLock()
        self._note_missing()
        self.on_growth: Callable[[], None] = lambda: None

    @property
    def routes(self) -> list[Route]:
        """All routes, except the fallbacks. Missing routes are made."""
        return [app.route for app in self._all()]

    @property
    def dispatches(self) -> list[Dispatch]:
        """The applications of all routes, and of the fallbacks. Missing routes are made."""
        return [*self._all(), *(fallback() for fallback in self._fallbacks.values())]

    def find(self, method: str, path: str) -> Found:
        """Return the application for a method and path, and the path's parameters.

        ``Application`` left slashes inside a segment encoded.
        """
        key = ("GET" if method == "HEAD" else method, path)
        found = self._literals.get(key)
        if found is None:
            if path.startswith(self._missing_beginnings) or path in self._missing_paths:
                self._make(key)
            found = self._literals.get(key) or self._root.find(key[0], path.split("/"), 0, [])
        if found is not None:
            return found
        return next(app() for prefix, app in self._fallbacks.items() if path.startswith(prefix) or prefix == "/"), {}

    def _all(self) -> list[Dispatch]:
        self._make(None)
        return [app for _number, apps in sorted(self._made.items()) for app in apps]

    def _make(self, key: tuple[str, str] | None) -> None:
        """Make the missing sections that may have the route of a request. Other threads that need one wait.

        Args:
            key: method and path of the request; None makes all sections.
        """
        with self._lock:
            before = len(self._made)
            for number, section in enumerate(self._sections):
                if number not in self._made and (key is None or (section.has(key[1]) and key not in self._literals)):
                    self._made[number] = [Dispatch(self._mock, route) for route in section.make()]
                    for app in self._made[number]:
                        self._add(app, section)
            if len(self._made) > before:
                self._note_missing()
                self.on_growth()

    def _add(self, app: Dispatch, section: Section) -> None:
        method, path = app.route.method, app.route.path
        assert section.has(path), f"the section that makes {path} doesn't name it"
        if "{" in path:
            self._root.add(app)
        else:
            self._literals.setdefault((method, path), (app, {}))

    def _note_missing(self) -> None:
        missing = [section for number, section in enumerate(self._sections) if number not in self._made]
        self._missing_beginnings = tuple(beginning for section in missing for beginning in section.beginnings)
        self._missing_paths = {path for section in missing for path in section.paths}


def _made(mock: Mock, make: Callable[[], Route]) -> Dispatch:
    return Dispatch(mock, make())


class Application:
    """The ASGI application. It handles unusual paths that SDKs send: ``//v1/…``, and ``%2F`` inside a path parameter.

    It also takes the path of a project's domain off: ``/v1/public/<project>/v1/…`` becomes ``/v1/…``.

    Attributes:
        state: the server's state, for tests: ``app.state.mock``.
        table: the routes.
    """

    def __init__(self, mock: Mock, table: RouteTable) -> None:
        self.state, self.table = SimpleNamespace(mock=mock), table

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await _close(scope, receive, send)
        else:
            await self._find(scope)(scope, receive, send)

    def respond_now(self, scope: Scope, content: bytes) -> "AnyResponse | None":
        """Respond to a request without a task: see ``http_protocol``. Return None if the request may have to wait.

        Args:
            scope: isn't changed.
            content: the body.
        """
        scope = {**scope}
        return self._find(scope).respond_now(scope, content)

    def _find(self, scope: Scope) -> Dispatch:
        """Return the application for a request, and put the path's parameters into the scope."""
        path = scope["path"]
        if b"%2f" in scope.get("raw_path", b"").lower():
            path = _decode_segments(scope["raw_path"])
        if "//" in path:
            path = "/" + path.partition("://")[2].partition("/")[2] if "://" in path else path
            while "//" in path:
                path = path.replace("//", "/")
        if "/v1/public/" in path:
            scope["domain_project_id"], path = project_domain.split_path(path)
        scope["path"] = path
        found, scope["path_params"] = self.table.find(scope["method"], path)
        return found


def _decode_segments(raw_path: bytes) -> str:
    """Decode a path, except slashes inside a segment, which ``RouteTable`` decodes after the match."""
    return "/".join(unquote(s).replace("/", "%2F") for s in raw_path.decode("latin-1").partition("?")[0].split("/"))


async def _close(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a WebSocket. For ``lifespan``, confirm start and end: the server needs neither."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1000})
        return
    for event in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{event}.complete"})
