"""Responses for paths that aren't implemented: known gaps, unknown paths, paths of the Consumer API."""

from mockstytch import errors
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import BACKEND, Route, Surface

# Path prefixes of the Consumer API. A caller that uses one has probably created the wrong client.
_CONSUMER = (
    "/v1/users",
    "/v1/magic_links",
    "/v1/otps",
    "/v1/passwords",
    "/v1/sessions",
    "/v1/oauth",
    "/v1/totps",
    "/v1/webauthn",
    "/v1/crypto_wallets",
    "/v1/biometrics",
)


async def _not_implemented(_request: HttpRequest) -> None:
    """Refuse an operation that isn't implemented.

    Raises:
        not_implemented: if the real API has the operation, and this server doesn't have it yet.
    """
    raise errors.not_implemented()


async def _not_found(request: HttpRequest) -> None:
    """Refuse an unknown path.

    Raises:
        invalid_consumer_endpoint: if the path belongs to the Consumer API.
        route_not_found: if the path doesn't exist, or doesn't have this method.
    """
    path = request.path
    if any(path == prefix or path.startswith(prefix + "/") for prefix in _CONSUMER):
        raise errors.invalid_consumer_endpoint()
    raise errors.route_not_found(because=f"no route {request.method} {path[:200]}")


def gap(method: str, path: str) -> Route:
    """Return the route of an operation that isn't implemented. It checks the credentials first, then returns 501."""
    return Route(method, path, BACKEND, _not_implemented)


UNKNOWN = Surface(name="unknown")
NOT_FOUND = Route("*", "*", UNKNOWN, _not_found)
