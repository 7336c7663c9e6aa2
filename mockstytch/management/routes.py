"""The routes of the management API."""

from mockstytch.management import operations
from mockstytch.management.surface import MANAGEMENT
from mockstytch.runtime import Mock
from mockstytch.surfaces.dispatch import EndpointHandler
from mockstytch.surfaces.endpoint import Endpoint, endpoints_of
from mockstytch.surfaces.surface import Route


def endpoints() -> list[Endpoint]:
    """Return all endpoints, by resource."""
    return endpoints_of(operations)


def routes(mock: Mock) -> list[Route]:
    return [Route(e.method, e.path, MANAGEMENT, EndpointHandler(mock, MANAGEMENT, e)) for e in endpoints()]
