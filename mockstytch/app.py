"""The composition root: every route of the server is wired here and nowhere else.

The modules of most routes are imported by the first request for one of them. A server starts faster without them, and
needs less memory: most programs use few of the surfaces.
"""

from collections.abc import Callable
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any

from mockstytch import outbound
from mockstytch.control import routes as control
from mockstytch.runtime import Mock
from mockstytch.settings import Settings
from mockstytch.surfaces import fallback
from mockstytch.surfaces.dispatch import EndpointHandler
from mockstytch.surfaces.routing import Application, RouteTable, Section
from mockstytch.surfaces.surface import BACKEND, FRAUD, PUBLIC, Route
from mockstytch.webhook_delivery import Deliverer

if TYPE_CHECKING:
    from mockstytch.faults.targets import Targets
    from mockstytch.runtime import RequestLogEntry
    from mockstytch.store.records.projects import Project
    from mockstytch.surfaces.endpoint import Endpoint

_PAGES = (
    *("/v1/magic_links/redirect", "/v1/b2b/magic_links/redirect", "/redirect-error"),
    *("/v1/b2b/public/", "/b2b/public/", "/v1/public/", "/v1/b2b/oauth/callback/", "/v1/b2b/sso/callback/"),
    *("/_mock/provider/", "/_mock/idp/", "/v1/oauth2/authorize", "/v1/oauth2/logout", "/clientside-services/"),
)
_CONSOLE = (
    *("/_mock/messages/", "/_mock/organizations", "/_mock/requests", "/_mock/webhooks", "/_mock/faults"),
    *("/_mock/snapshots", "/_mock/seed", "/_mock/projects", "/_mock/settings", "/_mock/docs", "/_mock/static/"),
)


def endpoints() -> "list[Endpoint]":
    """Return every operation of the API and of the OAuth server."""
    from mockstytch.oauth_server import operations as oauth_operations

    return [*_api_endpoints(), *oauth_operations.api]


def _api_endpoints() -> "list[Endpoint]":
    from mockstytch import api
    from mockstytch.surfaces.endpoint import endpoints_of

    return endpoints_of(api)


def create_app(settings: Settings | None = None, mock: Mock | None = None) -> Application:
    """Return the server as an ASGI application.

    Args:
        settings: the defaults if None.
        mock: the state to serve; a new one if None.
    """
    mock = mock or Mock(settings)
    unknown = {"/sdk/": _unknown_call, "/_mock/api/": _unknown_path, "/_mock/": _unknown_page, "/": _unknown_path}
    table = RouteTable(mock, _Sections(mock, lambda: table.routes).all(), unknown)
    _describe_requests(mock, table)
    mock.after_reset.append(partial(_seed_again, mock))
    deliverer = Deliverer(mock)
    mock.subscribers.append(deliverer)
    mock.on_close.append(deliverer.close)
    deliverer.resume()
    mock.notifications.leftovers.append(deliverer.resume)
    app = Application(mock, table)
    mock.transport = partial(outbound.fetch, app=app)  # requests of the server to itself need no socket
    return app


def _describe_requests(mock: Mock, table: RouteTable) -> None:
    """Let the request log and the faults know the routes, as soon as they need them."""

    @cache
    def describe() -> "Callable[..., dict[str, Any]]":
        from mockstytch.evidence.entries import Evidence

        return Evidence(mock, table.routes).describe

    @cache
    def targets() -> "Targets":
        from mockstytch.surfaces.faults import operation_names

        return operation_names.targets(table.routes)

    def describe_entry(project_id: str, entry: "RequestLogEntry", *, bodies: bool = True) -> dict[str, Any]:
        return describe()(project_id, entry, bodies=bodies)

    mock.request_log.describe, mock.faults.targets = describe_entry, targets


async def _seed_again(mock: Mock, project: "Project") -> None:
    from mockstytch.seed.entries import apply_again

    await apply_again(mock, project)


def _unknown_path() -> Route:
    return fallback.NOT_FOUND


def _unknown_call() -> Route:
    from mockstytch.browser import routes

    return routes.NOT_FOUND


def _unknown_page() -> Route:
    from mockstytch.console import routes

    return routes.NOT_FOUND


class _Sections:
    """The routes of the server. Each function imports the modules of one surface.

    Args:
        all_routes: returns all routes of the server.
    """

    def __init__(self, mock: Mock, all_routes: Callable[[], list[Route]]) -> None:
        self._mock, self._all_routes = mock, all_routes

    def all(self) -> list[Section]:
        """Return the sections, in the order in which documents list the routes."""
        return [
            Section(self._operations, ("/v1/",)),
            Section(self._management, ("/pwa/v3/",)),
            Section(self._browser, ("/sdk/v1",)),
            Section(self._oauth, ("/v1/oauth2/", "/v1/public/", "/.well-known/")),
            Section(self._scim, ("/v1/b2b/scim/",)),
            Section(self._pages, _PAGES),
            Section(lambda: [control.HEALTH], (control.HEALTH.path,)),
            Section(lambda: self._control, ("/_mock/api/", "/llms.txt")),
            Section(self._console, _CONSOLE, ("/", "/_mock", "/_mock/", "/favicon.ico")),
        ]

    def _operations(self) -> list[Route]:
        from mockstytch.gaps import GAPS

        routes = []
        for endpoint in _api_endpoints():
            surface = PUBLIC if endpoint.public else FRAUD if endpoint.is_fraud else BACKEND
            for path in (endpoint.path, *endpoint.aliases):
                handler = EndpointHandler(self._mock, surface, endpoint, alias=path != endpoint.path)
                routes.append(Route(endpoint.method, path, surface, handler))
        return routes + [fallback.gap(method, path) for method, path in GAPS]

    def _management(self) -> list[Route]:
        from mockstytch.management import routes

        return routes.routes(self._mock)

    def _browser(self) -> list[Route]:
        from mockstytch.browser import routes

        return routes.routes(self._mock, _api_endpoints())

    def _oauth(self) -> list[Route]:
        from mockstytch.oauth_server import routes

        return routes.routes(self._mock)

    def _scim(self) -> list[Route]:
        from mockstytch.scim_server import routes

        return routes.routes(self._mock)

    def _pages(self) -> list[Route]:
        from mockstytch.pages import builtin_idp, clientside_services, consent, links, oauth, sso

        return [
            *links.routes(self._mock),
            *oauth.routes(self._mock),
            *sso.routes(self._mock),
            *builtin_idp.routes(self._mock),
            *consent.routes(self._mock),
            *clientside_services.routes(),
        ]

    @cached_property
    def _control(self) -> list[Route]:
        from mockstytch.about import routes as about
        from mockstytch.seed import routes as seed
        from mockstytch.snapshots import routes as snapshots

        return [
            *control.routes(self._mock),
            *seed.routes(self._mock),
            *snapshots.routes(self._mock),
            *about.routes(self._mock, self._all_routes),
        ]

    def _console(self) -> list[Route]:
        from mockstytch.console import routes
        from mockstytch.management.routes import endpoints as management_endpoints

        return routes.routes(self._mock, endpoints(), management_endpoints(), [control.HEALTH, *self._control])
