"""The composition root: every route of the server is wired here and nowhere else."""

from collections import defaultdict
from typing import Any, NamedTuple
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Match, Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from mockstytch.api import (
    connected_apps,
    discovery,
    fraud,
    idp,
    impersonation,
    m2m,
    magic_links,
    magic_links_discovery,
    members,
    members_emails,
    oauth,
    organizations,
    otp_email,
    otp_sms,
    passwords,
    passwords_discovery,
    project,
    rbac,
    recovery_codes,
    scim,
    sessions,
    sessions_attest,
    sessions_exchange_token,
    sessions_migrate,
    sso,
    sso_external,
    sso_oidc,
    sso_saml,
    totp,
)
from mockstytch.console import pages as console
from mockstytch.control.api import Control
from mockstytch.gaps import GAPS
from mockstytch.management import routes as management
from mockstytch.management.surface import MANAGEMENT
from mockstytch.oauth_server import operations
from mockstytch.oauth_server import routes as oauth_server
from mockstytch.pages import links as hosted_redirect
from mockstytch.pages.builtin_idp import IdpPages
from mockstytch.pages.consent import ConsentPages
from mockstytch.pages.oauth import OAuthPages
from mockstytch.pages.sso import SsoPages
from mockstytch.runtime import Mock
from mockstytch.scim_server.routes import ScimDoor
from mockstytch.settings import Settings
from mockstytch.surfaces import fallback
from mockstytch.surfaces.dispatch import Dispatch
from mockstytch.surfaces.endpoint import Endpoint
from mockstytch.surfaces.surface import BACKEND, PUBLIC
from mockstytch.webhook_delivery import Deliverer

# All that is served, by resource group.
GROUPS = (
    connected_apps,
    discovery,
    fraud,
    idp,
    impersonation,
    m2m,
    magic_links,
    magic_links_discovery,
    members,
    members_emails,
    oauth,
    operations,
    organizations,
    otp_email,
    otp_sms,
    passwords,
    passwords_discovery,
    project,
    rbac,
    recovery_codes,
    scim,
    sessions,
    sessions_attest,
    sessions_exchange_token,
    sessions_migrate,
    sso,
    sso_external,
    sso_oidc,
    sso_saml,
    totp,
)


def endpoints() -> list[Endpoint]:
    return [endpoint for group in GROUPS for endpoint in group.api]


def create_app(settings: Settings | None = None, mock: Mock | None = None) -> "PathNormalizer":
    """The server as an ASGI application.

    Args:
        settings: what it is told from outside; the defaults where None.
        mock: serve this world instead of a new one.
    """
    mock = mock or Mock(settings)
    not_found = fallback.NotFound(mock)
    pages = [*hosted_redirect.routes(mock), *OAuthPages(mock).routes(), *SsoPages(mock).routes()]
    pages += [*IdpPages(mock).routes(), *ScimDoor(mock).routes()]
    pages += [*oauth_server.routes(mock), *ConsentPages(mock).routes()]
    routes = [*_grouped(_doors(mock), pages, not_found), *Control(mock).routes()]
    routes += console.routes(mock, endpoints(), management.endpoints())
    handlers: dict[Any, Any] = {404: not_found.answer, 405: not_found.answer}
    app = Starlette(routes=routes, exception_handlers=handlers)
    app.state.mock = mock
    deliverer = Deliverer(mock)
    mock.subscribers.append(deliverer)
    mock.on_close.append(deliverer.close)
    deliverer.resume()
    mock.app = tolerant = PathNormalizer(app)
    return tolerant


class Door(NamedTuple):
    """What stands at one verb and path."""

    method: str
    path: str
    app: Any


def _doors(mock: Mock) -> list[Door]:
    """Every operation at every path that it has, and the gaps."""
    doors = []
    for endpoint in endpoints():
        if endpoint in operations.api:
            doors.append(Door(endpoint.method, endpoint.path, oauth_server.OAuth2(mock, endpoint)))
            continue
        face = PUBLIC if endpoint.public else BACKEND
        for path in (endpoint.path, *endpoint.aliases):
            alias = path if path != endpoint.path else ""
            doors.append(Door(endpoint.method, path, Dispatch(mock, endpoint, face, alias)))
    doors += [Door(e.method, e.path, Dispatch(mock, e, MANAGEMENT)) for e in management.endpoints()]
    return doors + [Door(method, path, fallback.NotImplementedEndpoint(mock)) for method, path in GAPS]


def _grouped(doors: list[Door], pages: list[Route], not_found: ASGIApp) -> list[BaseRoute]:
    """Routes in groups by resource prefix; within one a literal beats a parameter, whatever the order of
    declaration."""
    doors = doors + [Door(method, p.path, p.endpoint) for p in pages for method in (p.methods or set()) - {"HEAD"}]
    exact: list[BaseRoute] = []
    groups: dict[str, list[BaseRoute]] = defaultdict(list)
    for door in sorted(doors, key=lambda door: _literal_first(door.path)):
        prefix = _prefix(door.path)
        if door.path == prefix:  # a Mount only matches what goes on after it
            exact.append(Route(door.path, door.app, methods=[door.method]))
        else:
            groups[prefix].append(Route(door.path.removeprefix(prefix), door.app, methods=[door.method]))
    return [PrefixRouter(groups, not_found), *exact]


def _prefix(path: str) -> str:
    """``/v1/b2b/organizations`` of ``/v1/b2b/organizations/{organization_id}``."""
    return "/".join(path.split("/")[: 4 if path.startswith("/v1/b2b/") else 3])


def _literal_first(path: str) -> list[tuple[bool, str]]:
    return [(part.startswith("{"), part) for part in path.split("/")]


class PrefixRouter(BaseRoute):
    """A ``Mount`` for each prefix, all of them in one route: the one that fits is looked up, not searched for."""

    def __init__(self, groups: dict[str, list[BaseRoute]], not_found: ASGIApp) -> None:
        self._mounts = {
            prefix: Mount(prefix, app=Router(routes, redirect_slashes=False, default=not_found))
            for prefix, routes in groups.items()
        }

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        mount = self._mounts.get(_prefix(scope["path"])) if scope["type"] == "http" else None
        if mount is None:
            return Match.NONE, {}
        match, found = mount.matches(scope)
        return match, {**found, "group": mount}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope["group"].handle(scope, receive, send)


class PathNormalizer:
    """Takes request targets as SDKs really send them: ``//v1/…``, and ``%2F`` inside a path parameter."""

    def __init__(self, app: Starlette) -> None:
        self.app, self.state = app, app.state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = scope["path"]
            if b"%2f" in scope.get("raw_path", b"").lower():
                path = _decoded(scope["raw_path"])
            if "//" in path:
                path = "/" + path.partition("://")[2].partition("/")[2] if "://" in path else path
                while "//" in path:
                    path = path.replace("//", "/")
            scope["path"] = path
        await self.app(scope, receive, send)


def _decoded(raw_path: bytes) -> str:
    """The path with everything decoded but slashes inside a segment, which ``Dispatch`` decodes after routing."""
    return "/".join(unquote(s).replace("/", "%2F") for s in raw_path.decode("latin-1").partition("?")[0].split("/"))
