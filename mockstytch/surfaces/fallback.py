"""Responses for paths that aren't implemented: known gaps, unknown paths, paths of the Consumer API."""

from mockstytch import errors
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import BACKEND, Route, Surface


async def _not_implemented(_request: HttpRequest) -> None:
    """Refuse an operation that isn't implemented.

    Raises:
        not_implemented: if the real API has the operation, and this server doesn't have it yet.
    """
    raise errors.not_implemented()


async def _not_found(request: HttpRequest) -> None:
    """Refuse an unknown path.

    Raises:
        invalid_consumer_endpoint: if the Consumer API has this operation.
        route_not_found: if the path doesn't exist, or doesn't have this method.
    """
    from mockstytch import consumer_api  # compiling its patterns takes longer than a start may

    if consumer_api.has(request.method, request.path):
        raise errors.invalid_consumer_endpoint()
    raise errors.route_not_found(because=f"no route {request.method} {request.path[:200]}")


def gap(method: str, path: str) -> Route:
    """Return the route of an operation that isn't implemented. It checks the credentials first, then returns 501."""
    return Route(method, path, BACKEND, _not_implemented)


def is_gap(route: Route) -> bool:
    """Return whether a route is the one of an operation that isn't implemented."""
    return route.handler is _not_implemented


UNKNOWN = Surface(name="unknown")
NOT_FOUND = Route("*", "*", UNKNOWN, _not_found)
