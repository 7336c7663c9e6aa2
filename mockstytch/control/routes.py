"""All routes of the control API."""

from mockstytch.control import (
    clock,
    fraud,
    identity_providers,
    inbox,
    project,
    scim,
    sessions,
    webhooks,
)
from mockstytch.control.faults import routes as faults
from mockstytch.control.inbox import Waiter
from mockstytch.control.projects import routes as projects
from mockstytch.control.request_log.routes import routes as requests
from mockstytch.runtime import Mock
from mockstytch.surfaces.surface import Route


def routes(mock: Mock, waiter: Waiter, request_waiter: Waiter) -> list[Route]:
    """Return the routes.

    Args:
        waiter: wakes calls after each commit.
        request_waiter: wakes calls after each request.
    """
    return [
        *project.routes(mock),
        *projects.routes(mock),
        *clock.routes(mock),
        *inbox.routes(mock, waiter),
        *webhooks.routes(mock, waiter),
        *identity_providers.routes(mock),
        *sessions.routes(mock),
        *scim.routes(mock),
        *fraud.routes(mock),
        *faults.routes(mock),
        *requests(mock, request_waiter),
    ]
