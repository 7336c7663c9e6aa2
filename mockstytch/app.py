"""The composition root: every route of the server is wired here and nowhere else."""

from functools import cache, partial

from mockstytch import api, outbound
from mockstytch.about import routes as about
from mockstytch.browser import routes as browser
from mockstytch.console import routes as console
from mockstytch.control import routes as control
from mockstytch.control.inbox import Waiter
from mockstytch.evidence.entries import Evidence
from mockstytch.gaps import GAPS
from mockstytch.management import routes as management
from mockstytch.management.surface import MANAGEMENT
from mockstytch.oauth_server import operations as oauth_operations
from mockstytch.oauth_server import routes as oauth
from mockstytch.pages import builtin_idp, clientside_services, consent, links, sso
from mockstytch.pages import oauth as oauth_pages
from mockstytch.runtime import Mock
from mockstytch.scim_server import routes as scim
from mockstytch.seed import routes as seed
from mockstytch.settings import Settings
from mockstytch.snapshots import routes as snapshots
from mockstytch.surfaces import fallback
from mockstytch.surfaces.dispatch import EndpointHandler
from mockstytch.surfaces.endpoint import Endpoint, endpoints_of
from mockstytch.surfaces.faults import operation_names
from mockstytch.surfaces.routing import Application, RouteTable
from mockstytch.surfaces.surface import BACKEND, FRAUD, PUBLIC, Route
from mockstytch.webhook_delivery import Deliverer


def endpoints() -> list[Endpoint]:
    """Return every operation of the API and of the OAuth server."""
    return [*endpoints_of(api), *oauth_operations.api]


def create_app(settings: Settings | None = None, mock: Mock | None = None) -> Application:
    """Return the server as an ASGI application.

    Args:
        settings: the defaults if None.
        mock: the state to serve; a new one if None.
    """
    mock = mock or Mock(settings)
    waiter, request_waiter = Waiter(mock, "commits"), Waiter(mock, "requests")
    mock.subscribers += [waiter.on_commit, request_waiter.on_stop]
    mock.request_log.subscribers.append(request_waiter.on_request)
    described = about.routes(mock, lambda: table.routes)
    table = RouteTable(
        mock,
        _routes(mock, waiter, request_waiter, described),
        {
            "/sdk/": browser.NOT_FOUND,
            "/_mock/api/": fallback.NOT_FOUND,
            "/_mock/": console.NOT_FOUND,
            "/": fallback.NOT_FOUND,
        },
    )
    mock.request_log.describe = Evidence(mock, table.routes).describe
    mock.faults.targets = cache(lambda: operation_names.targets(table.routes))
    deliverer = Deliverer(mock)
    mock.subscribers.append(deliverer)
    mock.on_close.append(deliverer.close)
    deliverer.resume()
    mock.notifications.leftovers.append(deliverer.resume)
    app = Application(mock, table)
    mock.transport = partial(outbound.fetch, app=app)  # requests of the server to itself need no socket
    return app


def _routes(mock: Mock, waiter: Waiter, request_waiter: Waiter, described: list[Route]) -> list[Route]:
    """Return all routes.

    Args:
        described: the routes that describe all routes.
    """
    control_routes = [
        *control.routes(mock, waiter, request_waiter),
        *seed.routes(mock),
        *snapshots.routes(mock),
        *described,
    ]
    return [
        *_operation_routes(mock),
        *browser.routes(mock, endpoints_of(api)),
        *(fallback.gap(method, path) for method, path in GAPS),
        *oauth.routes(mock),
        *scim.routes(mock),
        *links.routes(mock),
        *oauth_pages.routes(mock),
        *sso.routes(mock),
        *builtin_idp.routes(mock),
        *consent.routes(mock),
        *clientside_services.routes(),
        *control_routes,
        *console.routes(mock, endpoints(), management.endpoints(), control_routes),
    ]


def _operation_routes(mock: Mock) -> list[Route]:
    """Return the routes of every operation, at every path that it has."""
    routes = []
    for endpoint in endpoints_of(api):
        surface = PUBLIC if endpoint.public else FRAUD if endpoint.is_fraud else BACKEND
        for path in (endpoint.path, *endpoint.aliases):
            handler = EndpointHandler(mock, surface, endpoint, alias=path != endpoint.path)
            routes.append(Route(endpoint.method, path, surface, handler))
    for endpoint in management.endpoints():
        handler = EndpointHandler(mock, MANAGEMENT, endpoint)
        routes.append(Route(endpoint.method, endpoint.path, MANAGEMENT, handler))
    return routes
