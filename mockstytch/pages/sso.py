"""SSO in the browser: the start URL and the callback. The rules are in ``domain.sso.sso_flow``."""

from typing import Literal

import msgspec
from msgspec.structs import replace
from starlette.responses import RedirectResponse, Response

from mockstytch import errors
from mockstytch.domain.sso import sso_connections, sso_flow
from mockstytch.outbound import OutboundResponses
from mockstytch.pages.surface import PAGES, START_URLS
from mockstytch.runtime import Mock
from mockstytch.store.record import Record
from mockstytch.store.records.projects import Project
from mockstytch.store.records.sso import OidcConnection, SamlConnection
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route

_COOKIE = "mockstytch_sso_state"
_COOKIE_PATH = "/v1"  # the longest path that the start URL and the callback share
_COOKIE_SECONDS = 3600
# Mobile SDKs leave out the version.
_STARTS = ("/v1/public/sso/start", "/v1/b2b/public/sso/start", "/b2b/public/sso/start")
_CALLBACK = "/v1/b2b/sso/callback/{connection_id}"
_MAX_STATES = 8  # unfinished logins of one browser


def _project_of_connection(mock: Mock, request: HttpRequest) -> Project:
    """Return the project of the SSO connection in the path, the only thing an identity provider sends.

    Raises:
        sso_connection_not_found: if no project has this connection.
    """
    connection_id = request.path_params["connection_id"]
    kinds: tuple[type[Record], ...] = (SamlConnection, OidcConnection)
    for kind in kinds:
        if project := mock.projects.find_by(kind, connection_id=connection_id):
            return project
    raise errors.sso_connection_not_found(because="unknown connection")


CONNECTION_URLS = replace(PAGES, authenticate=_project_of_connection)


def routes(mock: Mock) -> list[Route]:
    async def start(request: HttpRequest) -> Response:
        """Redirect to the identity provider.

        Raises:
            invalid_pkce_code_challenge: if the SDK configuration requires PKCE for SSO, and the URL has no code
                challenge.
        """
        query = request.query_fields()
        with mock.transaction(request.project, request.server_url) as ctx:
            if not query.get("pkce_code_challenge") and ctx.project.settings.b2b_sdk_config.sso.pkce_required:
                raise errors.invalid_pkce_code_challenge(because="the SDK configuration requires PKCE for SSO")
            connection = sso_flow.connection_for_start(
                ctx, query.get("connection_id", ""), query.get("organization_id", "")
            )
            options = sso_flow.StartOptions(
                login_redirect_url=query.get("login_redirect_url", ""),
                signup_redirect_url=query.get("signup_redirect_url", ""),
                pkce_code_challenge=query.get("pkce_code_challenge", ""),
                custom_scopes=query.get("custom_scopes", ""),
                login_hint=query.get("login_hint") or query.get("provider_login_hint", ""),
            )
            flow, target = sso_flow.start(ctx, connection, options)
        body = {"redirect_url": target, "request_id": request.request_id, "status_code": 302}
        response = Response(msgspec.json.encode(body), 302, {"location": target}, "application/json")
        _set_states(response, [flow.state, *_states(request)][:_MAX_STATES], request)
        return response

    async def callback(request: HttpRequest) -> Response:
        """Finish the login with the identity provider's response, and redirect to the app."""
        fields = request.form_fields() if request.method == "POST" else request.query_fields()
        states = _states(request)

        def finish(responses: OutboundResponses) -> tuple[str, str]:
            with mock.transaction(request.project, request.server_url, responses) as ctx:
                connection = sso_connections.find(ctx, request.path_params["connection_id"])
                if isinstance(connection, SamlConnection):
                    if request.method != "POST":
                        raise errors.missing_saml_response(because="a SAML response is posted by a form")
                    saml_response, state = fields.get("SAMLResponse", ""), fields.get("RelayState", "")
                    return state, sso_flow.finish_saml(ctx, connection, saml_response, state, states)
                if isinstance(connection, OidcConnection):
                    code, state, error = fields.get("code", ""), fields.get("state", ""), fields.get("error", "")
                    return state, sso_flow.finish_oidc(ctx, connection, state, code, error, states)
                raise errors.sso_connection_not_found(because="the connection was deleted by a parallel request")

        state, target = await mock.run_with_fetches(finish, request.server_url)
        response = RedirectResponse(target, 303 if request.method == "POST" else 302)
        _set_states(response, [other for other in states if other != state], request)
        return response

    return [
        *(Route("GET", path, START_URLS, start) for path in _STARTS),
        *(Route(method, _CALLBACK, CONNECTION_URLS, callback) for method in ("GET", "POST")),
    ]


def _states(request: HttpRequest) -> list[str]:
    """Return the states of the logins that this browser has started in any tab, latest first."""
    return [state for state in request.cookies.get(_COOKIE, "").split(".") if state]


def _set_states(response: Response, states: list[str], request: HttpRequest) -> None:
    """Set the cookie with the states.

    A SAML response is a form post from another site, and browsers send only ``SameSite=None`` cookies with it. These
    need https. Over http the attribute is left out: browsers then send the cookie for at least two minutes.
    """
    https = request.url.scheme == "https"
    site: Literal["none"] | None = "none" if https else None
    response.set_cookie(
        _COOKIE,
        ".".join(states),
        max_age=_COOKIE_SECONDS if states else 0,
        httponly=True,
        secure=https,
        samesite=site,
        path=_COOKIE_PATH,
    )
