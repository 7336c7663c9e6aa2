"""Finding the route of a request by its method and path."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from re import Pattern
from typing import Any
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.routing import BaseRoute, compile_path
from starlette.routing import Match as RouteMatch
from starlette.types import ASGIApp, Receive, Scope, Send

from mockstytch.runtime import Mock
from mockstytch.surfaces import project_domain
from mockstytch.surfaces.dispatch import Dispatch
from mockstytch.surfaces.surface import Route


class _Pattern:
    """A path with parameters. It is compiled when it is first compared: all of them together take 30 ms."""

    def __init__(self, route: Route, app: Dispatch) -> None:
        self.method, self._path, self.app = route.method, route.path, app

    @cached_property
    def _regex(self) -> Pattern[str]:
        return compile_path(self._path)[0]

    @cached_property
    def _rest(self) -> str:
        """The name of the parameter that takes the rest of the path, or ""."""
        return self._path.rpartition("{")[2].partition(":path}")[0] if self._path.endswith(":path}") else ""

    def match(self, path: str) -> dict[str, str] | None:
        """Return the parameters of a path, or None. ``PathNormalizer`` left slashes inside a segment encoded.

        The rest of a path keeps them encoded: the handler decodes each segment after splitting.
        """
        found = self._regex.match(path)
        if found is None:
            return None
        parameters = found.groupdict()
        return {name: value if name == self._rest else value.replace("%2F", "/") for name, value in parameters.items()}


class RouteTable(BaseRoute):
    """All routes of the server, in one Starlette route.

    A path without parameters is looked up in a dictionary. A path with parameters is searched for among the routes with
    the same prefix; a literal segment wins over a parameter, independent of the order of declaration.

    Args:
        fallbacks: the routes of paths that don't exist, by the beginning of the path. The first match counts.
    """

    def __init__(self, mock: Mock, routes: Iterable[Route], fallbacks: Mapping[str, Route]) -> None:
        self.routes = list(routes)
        self._literals: dict[tuple[str, str], Dispatch] = {}
        self._patterns: dict[str, list[_Pattern]] = defaultdict(list)
        self._fallbacks = {prefix: Dispatch(mock, route) for prefix, route in fallbacks.items()}
        for route in sorted(self.routes, key=lambda route: _literal_first(route.path)):
            app = Dispatch(mock, route)
            if "{" in route.path:
                self._patterns[_prefix(route.path)].append(_Pattern(route, app))
            else:
                self._literals.setdefault((route.method, route.path), app)

    @property
    def dispatches(self) -> list[Dispatch]:
        """The applications of all routes, including the fallbacks."""
        searched = [pattern.app for patterns in self._patterns.values() for pattern in patterns]
        return [*self._literals.values(), *searched, *self._fallbacks.values()]

    def find(self, method: str, path: str) -> tuple[Dispatch, dict[str, Any]]:
        """Return the application for a method and path, and the path's parameters."""
        method = "GET" if method == "HEAD" else method
        if app := self._literals.get((method, path)):
            return app, {}
        for pattern in self._patterns.get(_prefix(path), ()):
            if pattern.method == method and (parameters := pattern.match(path)) is not None:
                return pattern.app, parameters
        return next(app for prefix, app in self._fallbacks.items() if path.startswith(prefix) or prefix == "/"), {}

    def matches(self, scope: Scope) -> tuple[RouteMatch, Scope]:
        if scope["type"] != "http":
            return RouteMatch.NONE, {}
        app, path_params = self.find(scope["method"], scope["path"])
        return RouteMatch.FULL, {"endpoint": app, "path_params": path_params}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope["endpoint"](scope, receive, send)


def _prefix(path: str) -> str:
    """Return the prefix of a path, such as ``/v1/b2b/organizations``."""
    length = 4 if path.startswith("/v1/b2b/") else 5 if path.startswith("/sdk/v1/") else 3
    return "/".join(path.split("/")[:length])


def _literal_first(path: str) -> list[tuple[bool, str]]:
    """Return a sort key by which literal segments come before parameters."""
    return [(part.startswith("{"), part) for part in path.split("/")]


class PathNormalizer:
    """ASGI middleware for unusual paths that SDKs send: ``//v1/…``, and ``%2F`` inside a path parameter.

    It also takes the path of a project's domain off: ``/v1/public/<project>/v1/…`` becomes ``/v1/…``.

    Attributes:
        table: the routes of the application.
    """

    def __init__(self, app: Starlette, table: RouteTable) -> None:
        self.app: ASGIApp = app
        self.state, self.table = app.state, table

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
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
        await self.app(scope, receive, send)


def _decode_segments(raw_path: bytes) -> str:
    """Decode a path, except slashes inside a segment, which ``RouteTable`` decodes after the match."""
    return "/".join(unquote(s).replace("/", "%2F") for s in raw_path.decode("latin-1").partition("?")[0].split("/"))
