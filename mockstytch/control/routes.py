"""All routes of the control API."""

from typing import Any

from mockstytch.control.surface import WITHOUT_WAITING, route
from mockstytch.runtime import Mock
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route
from mockstytch.version import __version__


async def _health(_request: HttpRequest) -> Any:
    return {"status": "ok", "version": __version__}


HEALTH = route("GET", "/health", _health, WITHOUT_WAITING)


def routes(mock: Mock) -> list[Route]:
    """Return the other routes. A server that starts is asked for its health only, which needs none of these modules."""
    from mockstytch.control import clock, fraud, identity_providers, inbox, project, scim, sessions, webhooks
    from mockstytch.control.faults import routes as faults
    from mockstytch.control.projects import routes as projects
    from mockstytch.control.request_log import routes as requests

    waiter, request_waiter = inbox.Waiter(mock, "commits"), inbox.Waiter(mock, "requests")
    mock.subscribers += [waiter.on_commit, request_waiter.on_stop]
    mock.request_log.subscribers.append(request_waiter.on_request)
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
        *requests.routes(mock, request_waiter),
    ]
