"""Hints for paths that don't exist: the operations with the most similar ones."""

import re
from collections.abc import Iterable
from functools import lru_cache

from mockstytch import consumer_api
from mockstytch.nearest import similar
from mockstytch.surfaces.faults.operation_names import is_exempt, name_of_route
from mockstytch.surfaces.surface import Route

_SIMILAR = 0.75
# A method that another API might use for the same, best first.
_LIKE = {"PATCH": ("PUT", "POST"), "PUT": ("PATCH", "POST"), "POST": ("PUT", "GET"), "GET": ("POST",)}
# The beginning of a path that was sent, and what it may have to be. The first that leads to a route counts.
_PREFIXES = (
    ("/v1/b2b/", "/v1/", "without /b2b"),
    ("/v1/", "/v1/b2b/", "with the prefix /v1/b2b"),
    ("/b2b/", "/v1/b2b/", "with the prefix /v1/b2b"),
    ("/v1/b2b/", "/sdk/v1/b2b/", "in the browser API"),
    ("/sdk/v1/", "/v1/", "in the backend API"),
    ("/sdk/", "/sdk/v1/", "with the prefix /sdk/v1"),
    ("/v1/", "/", "without /v1"),
    ("/", "/v1/b2b/", "with the prefix /v1/b2b"),
    ("/", "/v1/", "with the prefix /v1"),
    ("/", "/sdk/v1/b2b/", "with the prefix /sdk/v1/b2b"),
    ("/", "/pwa/v3/", "in the management API, with the prefix /pwa/v3"),
    ("/", "/_mock/api/", "in the control API, with the prefix /_mock/api"),
)
_SCIM = re.compile(r"/v1/b2b/scim/([^/]+)/(Users|Groups|Schemas|ResourceTypes|ServiceProviderConfig)")
_CONSUMER_OBJECTS = {
    "users": "members, below /v1/b2b/organizations",
    "crypto_wallets": "no crypto wallets",
    "webauthn": "no WebAuthn",
}


class _Known:
    """A route that can be compared with a path."""

    def __init__(self, route: Route) -> None:
        self.method, self.path, self.is_tool = route.method, route.path, is_exempt(route)
        self.operation = name_of_route(route)
        self._pattern = re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(route.path)))
        self._segments = route.path.split("/")

    def matches(self, path: str) -> bool:
        return self._pattern.fullmatch(path) is not None

    def like(self, path: str) -> str:
        """Return the route's path, with the segments of another path as its parameters."""
        sent = path.split("/")
        return "/".join(
            sent[index] if part.startswith("{") and index < len(sent) else part
            for index, part in enumerate(self._segments)
        )

    def __str__(self) -> str:
        return f"{self.method} {self.path}" + (f" ({self.operation})" if self.operation else "")


class Paths:
    """The routes of the server, for hints about paths."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = list(routes)
        self._known: list[_Known] = []
        self._literals: set[str] = set()
        self.hint = lru_cache(1000)(self._hint)

    def _hint(self, method: str, path: str) -> str:
        """Return what a request to an unknown path probably meant, or ""."""
        method = "GET" if method == "HEAD" else method
        if not self._known:
            self._known = [_Known(route) for route in self._routes if _is_suggested(route)]
            self._literals = {part for known in self._known for part in known.path.split("/") if "{" not in part}
        found = self._at(path)
        if any(known.method == method for known in found):
            return ""  # the route itself refused the request
        if found and not self._is_name_of_something(found[0], path):
            return _other_method(method, path, found)
        if consumer_api.has(method, path) or re.match(r"/v1/users(/|$)", path):
            return self._instead_of_consumer(method, path)
        for spelling in (path.rstrip("/"), path.lower(), path.replace("-", "_")):
            if spelling != path and (found := self._at(spelling, method)):
                return f"did you mean {found[0]}? The path is spelled differently"
        for sent, meant, remark in _PREFIXES:
            if path.startswith(sent) and (found := self._best_at(meant + path[len(sent) :], method)):
                return f"did you mean {found[0]}? The path exists {remark}"
        if match := _SCIM.match(path):
            return f"{match[1][:50]} isn't the id of a SCIM connection: it begins with scim-connection-"
        return self._nearest(method, path)

    def _at(self, path: str, method: str = "") -> list[_Known]:
        return [known for known in self._known if known.matches(path) and method in ("", known.method)]

    def _best_at(self, path: str, method: str) -> list[_Known]:
        """Return the routes of a path. A word such as ``search`` isn't an id, even if its route has another method."""
        found = self._at(path, method)
        if found and self._is_name_of_something(found[0], path):
            return [known for known in self._at(path) if known.path == path] or found
        return found

    def _is_name_of_something(self, known: _Known, path: str) -> bool:
        """Return whether the parameter of a path is a word of other paths, such as ``search``, instead of an id."""
        parts = zip(known.path.split("/"), path.split("/"), strict=True)
        return any(part.startswith("{") and value in self._literals for part, value in parts)

    def _instead_of_consumer(self, method: str, path: str) -> str:
        if found := self._at(path.replace("/v1/", "/v1/b2b/", 1), method):
            return f"this path belongs to the Consumer API. In the B2B API it is {found[0]}"
        b2b = _CONSUMER_OBJECTS.get(path.split("/")[2])
        if b2b:
            return f"this path belongs to the Consumer API. The B2B API has {b2b}"
        nearest = self._nearest(method, path.replace("/v1/", "/v1/b2b/", 1))
        return "this path belongs to the Consumer API" + (f": {nearest}" if nearest else "")

    def _nearest(self, method: str, path: str) -> str:
        """Return the most similar path, preferably one with the same method."""
        is_tool = path.startswith("/_mock")
        candidates = [known for known in self._known if known.is_tool == is_tool]
        for same in ([known for known in candidates if known.method == method], candidates):
            spellings: dict[str, _Known] = {}
            for known in same:
                spellings.setdefault(known.like(path).lower(), known)
            if found := similar(path, spellings, _SIMILAR):
                return f"did you mean {spellings[found]}?"
        return ""


def _is_suggested(route: Route) -> bool:
    """Return whether a hint may name a route: not a preflight, and not SCIM's, which match any path."""
    return route.method != "OPTIONS" and route.surface.name != "scim"


def _other_method(method: str, path: str, found: list[_Known]) -> str:
    """Return what to call instead of an operation that has another method."""
    by_method = {known.method: known for known in reversed(found)}
    best = next((by_method[like] for like in _LIKE.get(method, ()) if like in by_method), found[0])
    methods = sorted(by_method)
    return f"{path[:200]} has {', '.join(methods)} and not {method[:20]}. Did you mean {best}?"
