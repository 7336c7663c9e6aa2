"""SSO in the browser: the start URL, and the way back from the identity provider."""

import re
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from mockstytch import errors
from mockstytch.domain.shared import lookup, redirects
from mockstytch.domain.sso import oidc, sso_connections, sso_login
from mockstytch.errors import Kind, StytchError
from mockstytch.outbound import OutboundResponses
from mockstytch.pages.forms import Fields, form
from mockstytch.pages.links import base_url, required_project
from mockstytch.protocols.saml import service_provider
from mockstytch.runtime import Context, Mock
from mockstytch.store.record import Record
from mockstytch.store.records.projects import Project
from mockstytch.store.records.sso import OidcConnection, SamlConnection, SsoFlow
from mockstytch.surfaces.dispatch import rendered

_COOKIE = "mockstytch_sso_state"
_COOKIE_PATH = "/v1"  # start and callback have no more in common
_STARTS = ("/v1/public/sso/start", "/v1/b2b/public/sso/start")
_CHALLENGE = r"[A-Za-z0-9_-]{43}"
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
            connection = _located(ctx, query.get("connection_id", ""), query.get("organization_id", ""))
            idp = sso_connections.resolve_external(ctx, connection)
            urls = (
                redirects.resolve(ctx, "login", query.get("login_redirect_url", ""), "sso"),
                redirects.resolve(ctx, "signup", query.get("signup_redirect_url", ""), "sso"),
            )
            challenge = query.get("pkce_code_challenge", "")
            if challenge and not re.fullmatch(_CHALLENGE, challenge):
                raise errors.invalid_pkce_code_challenge()
            flow = sso_login.start_flow(ctx, connection, idp, urls, challenge, query.get("custom_scopes", "").split())
            target = sso_login.authorization_url(
                ctx, idp, flow, query.get("login_hint") or query.get("provider_login_hint", "")
            )
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
                state, target = fields.get("RelayState", ""), _saml(ctx, idp, fields, states)
            elif isinstance(idp, OidcConnection):
                state, target = fields.get("state", ""), _oidc(ctx, idp, fields, states)
            else:
                raise errors.sso_connection_not_found(because="deleted a moment ago")
        answer = RedirectResponse(target, 303 if request.method == "POST" else 302)
        _set_states(answer, [other for other in states if other != state], request.url.scheme == "https")
        return answer


def _located(ctx: Context, connection_id: str, organization_id: str) -> sso_connections.Connection:
    """The connection that a start URL means.

    Raises:
        missing_sso_connection_locator, too_many_sso_connection_locators: it names none, or two things.
        sso_connection_not_found, organization_not_found: there is none.
    """
    if connection_id and organization_id:
        raise errors.too_many_sso_connection_locators()
    if not connection_id and not organization_id:
        raise errors.missing_sso_connection_locator()
    if organization_id:
        return sso_connections.default_connection(ctx, lookup.organization(ctx, organization_id))
    found = sso_connections.find(ctx, connection_id)
    if found is None:
        raise errors.sso_connection_not_found(because=f"no connection {connection_id[:200]}")
    return found


def _saml(ctx: Context, idp: SamlConnection, fields: Fields, states: list[str]) -> str:
    """Where a browser with a SAML response goes.

    Raises:
        saml_idp_initiated_auth_disabled: nobody asked, and the connection wants that.
        missing_saml_relay_state, unsolicited_saml_response: it answers a request, and not one of this server's.
        duplicate_saml_response, expired_saml_response: the request was answered before, or an hour ago.
        missing_saml_csrf_cookie, saml_csrf_cookie_mismatch: in another browser than it was asked in.
    """
    response, state = fields.get("SAMLResponse", ""), fields.get("RelayState", "")
    _, request_id = service_provider.peek(response)
    if not request_id:
        if idp.idp_initiated_auth_disabled:
            raise errors.saml_idp_initiated_auth_disabled()
        sso_connections.resolve_external(ctx, idp)
        return sso_login.finish_flow(ctx, idp, None, sso_login.account_from_saml(ctx, idp, None, response))
    if not state:
        raise errors.missing_saml_relay_state()
    flow = ctx.store.find(SsoFlow, state=state, idp_connection_id=idp.connection_id)
    if flow is None:
        raise errors.unsolicited_saml_response(because="no request was made with this relay state by this connection")
    _check_browser(flow, states, errors.missing_saml_csrf_cookie, errors.saml_csrf_cookie_mismatch)
    if flow.used_at:
        raise errors.duplicate_saml_response(because="the request was answered already")
    if flow.expires_at <= ctx.now:
        raise errors.expired_saml_response(because="the request was made more than an hour ago")
    return sso_login.finish_flow(ctx, idp, flow, sso_login.account_from_saml(ctx, idp, flow, response))


def _oidc(ctx: Context, idp: OidcConnection, fields: Fields, states: list[str]) -> str:
    """Where a browser with a code goes.

    Raises:
        missing_oidc_state_param, unsolicited_oidc_response: not on the way back from where this server sent it.
        expired_oidc_response: it was sent there more than an hour ago.
        missing_oidc_csrf_cookie, oidc_csrf_cookie_mismatch: another browser was.
        oidc_invalid_callback_request: neither a code nor an error.
        oidc_…, id_token_…: the identity provider doesn't say what it should; see ``oidc``.
    """
    state, refusal = fields.get("state", ""), fields.get("error", "")
    if not state and refusal:
        return _refused(refusal)  # some providers forget the state then; there is nothing to end
    if not state:
        raise errors.missing_oidc_state_param()
    flow = ctx.store.find(SsoFlow, state=state, idp_connection_id=idp.connection_id)
    if flow is None or flow.used_at:
        raise errors.unsolicited_oidc_response(because="used already" if flow else "unknown state for this connection")
    _check_browser(flow, states, errors.missing_oidc_csrf_cookie, errors.oidc_csrf_cookie_mismatch)
    if flow.expires_at <= ctx.now:
        raise errors.expired_oidc_response(because="the login began more than an hour ago")
    if refusal and ctx.store.update_if_unchanged(flow, used_at=ctx.now):
        return _refused(refusal)
    if not fields.get("code"):
        raise errors.oidc_invalid_callback_request()
    tokens = oidc.exchange_code(ctx, idp, flow, fields["code"])
    account = sso_login.account_from_claims(idp, oidc.fetch_claims(ctx, idp, tokens, flow.request_id))
    account = msgspec.structs.replace(
        account,
        scopes=flow.scopes,
        id_token=tokens.id_token,
        access_token=tokens.access_token,
        access_token_expires_at=tokens.expires_at,
        refresh_token=tokens.refresh_token,
    )
    return sso_login.finish_flow(ctx, idp, flow, account)


def _refused(error: str) -> str:
    return redirects.landing("/redirect-error", error=error[:100], provider="the identity provider")


def _check_browser(flow: SsoFlow, states: list[str], missing: Kind, mismatch: Kind) -> None:
    if not states:
        raise missing()
    if flow.state not in states:
        raise mismatch()


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
