"""The endpoints of the management API."""

from mockstytch.management.operations import MODULES
from mockstytch.surfaces.endpoint import Endpoint


def endpoints() -> list[Endpoint]:
    """Return all endpoints, by resource."""
    return [endpoint for module in MODULES for endpoint in module.api]
