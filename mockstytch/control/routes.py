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
from mockstytch.control.inbox import InboxWaiter
from mockstytch.runtime import Mock
from mockstytch.surfaces.surface import Route


def routes(mock: Mock, waiter: InboxWaiter) -> list[Route]:
    """Return the routes.

    Args:
        waiter: a subscriber of ``mock``, for calls that wait.
    """
    return [
        *project.routes(mock),
        *clock.routes(mock),
        *inbox.routes(mock, waiter),
        *webhooks.routes(mock, waiter),
        *identity_providers.routes(mock),
        *sessions.routes(mock),
        *scim.routes(mock),
        *fraud.routes(mock),
    ]
