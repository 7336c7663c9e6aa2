"""SSO in the browser: the start URL, and the way back from the identity provider."""

from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from mockstytch import errors
from mockstytch.domain.sso import sso_connections, sso_flow
from mockstytch.errors import StytchError
from mockstytch.outbound import OutboundResponses
from mockstytch.pages.forms import Fields, form
from mockstytch.pages.links import base_url, required_project
from mockstytch.runtime import Mock
from mockstytch.store.record import Record
from mockstytch.store.records.projects import Project
from mockstytch.store.records.sso import OidcConnection, SamlConnection
from mockstytch.surfaces.dispatch import rendered

_COOKIE = "mockstytch_sso_state"
_COOKIE_PATH = "/v1"  # start and callback have no more in common
_STARTS = ("/v1/public/sso/start", "/v1/b2b/public/sso/start")
_MOST_STATES = 8  # logins that one browser has begun and not ended

Handler = Callable[[Request, Project, Fields, OutboundResponses], Response]


class SsoPages:
    def __init__(self, mock: Mock) -> None:
        self._mock = mock

    def routes(self) -> list[Route]:
        callback = self._answering(self._project_of_callback, self.callback)
        return [
            *(Route(path, self._answering(self._project_of_start, self.start), methods=["GET"]) for path in _STARTS),
            Route("/v1/b2b/sso/callback/{connection_id}", callback, methods=["GET", "POST"]),
        ]

    def _answering(
        self, project_of: Callable[[Request], Project], handler: Handler
    ) -> Callable[[Request], Awaitable[Response]]:
        """What a browser gets: an answer, or an error as production shows it, which is JSON. Both are logged."""

        async def answer(request: Request) -> Response:
            fields = await form(request) if request.method == "POST" else dict(request.query_params)

            def attempt(replies: OutboundResponses) -> Response:
                request_id, started = self._mock.ids.new("request"), perf_counter()
                project, error = None, None
                try:
                    if fields is None:
                        raise errors.request_too_large()
                    project = project_of(request)
                    result = handler(request, project, fields, replies)
                except StytchError as e:
                    error, (status, body) = e, rendered(e, request_id)
                    result = Response(body, status, media_type="application/json")
                self._mock.log(
                    project,
                    request_id=request_id,
                    method=request.method,
                    path=request.url.path,
                    status_code=result.status_code,
                    error_type=error.kind.error_type if error else "",
                    because=error.because if error else "",
                    milliseconds=(perf_counter() - started) * 1000,
                )
                return result

            return await self._mock.run_with_fetches(attempt, base_url(request))

        return answer

    def _project_of_start(self, request: Request) -> Project:
        return required_project(self._mock, request)

    def _project_of_callback(self, request: Request) -> Project:
        """An identity provider knows nothing but the connection's URL."""
        connection_id = request.path_params["connection_id"]
        kinds: tuple[type[Record], ...] = (SamlConnection, OidcConnection)
        for kind in kinds:
            if project := self._mock.projects.find_by(kind, connection_id=connection_id):
                return project
        raise errors.sso_connection_not_found(because="no connection has this callback URL")

    def start(self, request: Request, project: Project, query: Fields, replies: OutboundResponses) -> Response:
        """On to the identity provider."""
        with self._mock.transaction(project, base_url(request), replies) as ctx:
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
            body = {"redirect_url": target, "request_id": ctx.ids.new("request"), "status_code": 302}
        answer = Response(msgspec.json.encode(body), 302, {"location": target}, "application/json")
        _set_states(answer, [flow.state, *_states(request)][:_MOST_STATES], request.url.scheme == "https")
        return answer

    def callback(self, request: Request, project: Project, fields: Fields, replies: OutboundResponses) -> Response:
        """Back from the identity provider; on to the app."""
        with self._mock.transaction(project, base_url(request), replies) as ctx:
            idp = sso_connections.find(ctx, request.path_params["connection_id"])
            states = _states(request)
            if isinstance(idp, SamlConnection):
                if request.method != "POST":
                    raise errors.missing_saml_response(because="a response comes by POST, in a form")
                state = fields.get("RelayState", "")
                target = sso_flow.finish_saml(ctx, idp, fields.get("SAMLResponse", ""), state, states)
            elif isinstance(idp, OidcConnection):
                state, error = fields.get("state", ""), fields.get("error", "")
                target = sso_flow.finish_oidc(ctx, idp, state, fields.get("code", ""), error, states)
            else:
                raise errors.sso_connection_not_found(because="deleted a moment ago")
        answer = RedirectResponse(target, 303 if request.method == "POST" else 302)
        _set_states(answer, [other for other in states if other != state], request.url.scheme == "https")
        return answer


def _states(request: Request) -> list[str]:
    """The logins that this browser has begun, in all its tabs, latest first."""
    return [state for state in request.cookies.get(_COOKIE, "").split(".") if state]


def _set_states(answer: Response, states: list[str], https: bool) -> None:
    """SAML's response comes by a form on the identity provider's page, with which a ``Lax`` cookie wouldn't come along;
    ``None`` is for https only. Over http it has no attribute: browsers send it along for two minutes at least."""
    seconds = 3600 if states else 0
    site: Literal["none"] | None = "none" if https else None
    answer.set_cookie(
        _COOKIE, ".".join(states), max_age=seconds, httponly=True, secure=https, samesite=site, path=_COOKIE_PATH
    )
