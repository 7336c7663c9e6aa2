"""The endpoints of the management API."""

from mockstytch.management import operations
from mockstytch.surfaces.endpoint import Endpoint, endpoints_of


def endpoints() -> list[Endpoint]:
    """Return all endpoints, by resource."""
    return endpoints_of(operations)
