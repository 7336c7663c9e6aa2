"""What is returned where nothing is served: known gaps, unknown routes, Consumer routes."""

from mockstytch import errors
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import BACKEND, Route, Surface

# Prefixes of the Consumer product's routes: a caller of one has built the wrong client.
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
    """
    Raises:
        not_implemented: if the real API has the operation and this server doesn't yet.
    """
    raise errors.not_implemented()


async def _not_found(request: HttpRequest) -> None:
    """
    Raises:
        invalid_consumer_endpoint: if the Consumer product has routes there.
        route_not_found: if there is no such path, or it has no such method.
    """
    path = request.path
    if any(path == prefix or path.startswith(prefix + "/") for prefix in _CONSUMER):
        raise errors.invalid_consumer_endpoint()
    raise errors.route_not_found(because=f"no route {request.method} {path[:200]}")


def gap(method: str, path: str) -> Route:
    """Return the route of an operation that this server doesn't have yet: 501, after the credentials."""
    return Route(method, path, BACKEND, _not_implemented)


UNKNOWN = Surface(name="unknown")
NOT_FOUND = Route("*", "*", UNKNOWN, _not_found)
