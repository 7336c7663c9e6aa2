"""The authorization endpoint in the browser: who are you, may this app act for you; and the way out, logout.

A project that has a page of its own for this gets the browser sent there. Here a member is known by the session of the
official browser SDK's cookie, or by choosing one: this is a mock, and asks for no proof.
"""

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from mockstytch import errors
from mockstytch.domain.login import login_flow
from mockstytch.domain.oauth_server import authorization, connected_apps
from mockstytch.domain.oauth_server.authorization import AuthorizationRequest, Subject
from mockstytch.domain.sessions import jwt, sessions
from mockstytch.errors import StytchError
from mockstytch.pages.forms import required_form
from mockstytch.runtime import Context, Mock
from mockstytch.store.records.members import Member
from mockstytch.store.records.oauth_server import ConnectedApp
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.projects import Project
from mockstytch.store.records.sessions import MemberSession
from mockstytch.surfaces import origin
from mockstytch.surfaces.dispatch import base_url
from mockstytch.surfaces.surface import PUBLIC

_PATH = "/v1/public/{project_id}/oauth2"
_COOKIE = "stytch_session"  # the official browser SDK's; cookies know no ports
_MOST_PEOPLE = 50
_CHALLENGE = r"[A-Za-z0-9_-]{43}"
# the page sends its form to itself, which sends the browser on to the app: form-action would stop that
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


class Refused(Exception):
    """The app is told of it, by way of the browser (RFC 6749, 4.1.2.1)."""

    def __init__(self, error: str, because: str) -> None:
        super().__init__(error)
        self.error, self.because = error, because


class ConsentPages:
    def __init__(self, mock: Mock) -> None:
        self._mock = mock

    def routes(self) -> list[Route]:
        return [
            Route(_PATH + "/authorize", self._answering(self.authorize), methods=["GET", "POST"]),
            Route(_PATH + "/logout", self._answering(self.logout), methods=["GET", "POST"]),
        ]

    def _answering(self, handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except StytchError as e:  # nobody to send it to: the person reads it
                self._log(request, e.kind.status_code, e.kind.error_type, e.because)
                said = f"{e.kind.message} ({e.because})" if e.because else e.kind.message
                return _page("error", e.kind.status_code, title="This can't be done", said=said)

        return answer

    def _project(self, request: Request) -> Project:
        return PUBLIC.project(self._mock, {}, dict(request.path_params))

    def _log(self, request: Request, status: int, error: str, because: str) -> None:
        with suppress(StytchError):
            self._mock.log(
                self._project(request),
                request_id=self._mock.ids.new("request"),
                method=request.method,
                path=request.url.path,
                status_code=status,
                error_type=error,
                because=because,
            )

    def _base(self, request: Request) -> str:
        return base_url(request.scope, dict(request.scope["headers"]))

    async def authorize(self, request: Request) -> Response:
        """The page, step by step: the parameters stay in its URL, what was chosen comes with its form."""
        project, form = self._project(request), await required_form(request)
        if request.method == "POST":  # another web page may lead here, and not press the button
            origin.require_same_origin(request)
        elsewhere = project.settings.idp_authorization_url
        if elsewhere:
            return RedirectResponse(f"{elsewhere}{'&' if '?' in elsewhere else '?'}{request.url.query}", 302)
        query = request.query_params
        with self._mock.transaction(project, self._base(request)) as ctx:
            app = connected_apps.get_app(ctx, query.get("client_id", ""))
            redirect_uri = query.get("redirect_uri", "")
            connected_apps.require_registered_redirect(app, redirect_uri)
            answer = {"state": query.get("state", ""), "iss": authorization.issuer(ctx)}
            try:
                asked = _asked(ctx, app, request)
                if form.get("decision") == "deny":
                    raise Refused("access_denied", "the member denied it")
                subject = _subject(ctx, request, form, anew=bool({"login", "select_account"} & {*asked.prompt.split()}))
                if subject is None:
                    return _who_are_you(ctx, app, asked, query.get("login_hint", ""))
                return _decided(ctx, app, asked, subject, form, answer)
            except Refused as e:
                self._log(request, 303, e.error, e.because)
                return _sent(redirect_uri, error=e.error, error_description=e.because, **answer)

    async def logout(self, request: Request) -> Response:
        """End the session that an ID token came from (OpenID Connect RP-Initiated Logout)."""
        project, form = self._project(request), await required_form(request)
        given = {**request.query_params, **form}
        target = given.get("post_logout_redirect_uri", "")
        with self._mock.transaction(project, self._base(request)) as ctx:
            claims = jwt.decode(ctx, given.get("id_token_hint", "")) or {}
            app = connected_apps.get_app(ctx, str(claims.get("aud", "")))
            if given.get("client_id", app.client_id) != app.client_id:
                raise errors.connected_app_not_found(because="the ID token is another client's")
            if target and target not in app.post_logout_redirect_urls:
                raise errors.connected_app_supplied_redirect_url_not_found_in_client(because=target)
            session = ctx.store.find(MemberSession, member_session_id=str(claims.get("sid", "")))
            if session is not None and sessions.is_active(ctx, session):
                sessions.revoke(ctx, session)
        if target:
            return _sent(target, state=given.get("state", ""))
        return _page("error", 200, title="You are logged out", said="You may close this page.", project=project.name)


def _asked(ctx: Context, app: ConnectedApp, request: Request) -> AuthorizationRequest:
    """The authorization request.

    Raises:
        Refused: it isn't one that can be served.
    """
    query = request.query_params
    if any(len(query.getlist(name)) > 1 for name in query if name != "resource"):
        raise Refused("invalid_request", "a parameter was sent more than once")
    if query.get("response_type") != "code":
        error = "unsupported_response_type" if query.get("response_type") else "invalid_request"
        raise Refused(error, "response_type must be code")
    challenge = query.get("code_challenge", "")
    if (challenge or app.is_public) and not re.fullmatch(_CHALLENGE, challenge):
        raise Refused("invalid_request", "code_challenge must be there, as 43 base64url characters")
    if challenge and query.get("code_challenge_method", "plain") != "S256":  # RFC 7636, 4.3: plain where none is named
        raise Refused("invalid_request", "code_challenge_method must be S256")
    resources = query.getlist("resource")
    if strange := authorization.invalid_resources(resources):
        raise Refused("invalid_target", f"no absolute URL: {' '.join(strange)}")
    prompts = query.get("prompt", "").split()
    if "none" in prompts and len(prompts) > 1:
        raise Refused("invalid_request", "prompt=none stands alone")
    return AuthorizationRequest(
        redirect_uri=query["redirect_uri"],
        scopes=query.get("scope", "").split() or authorization.DEFAULT_SCOPES,
        prompt=" ".join(prompts),
        state=query.get("state", ""),
        nonce=query.get("nonce", ""),
        code_challenge=challenge,
        resources=resources,
    )


def _subject(ctx: Context, request: Request, form: dict[str, str], *, anew: bool) -> Subject | None:
    """Whom the page knows: whoever was chosen on it, or, unless it is to ask anew, is logged in by the browser SDK."""
    session = ctx.store.find(MemberSession, session_token=request.cookies.get(_COOKIE, "-"))
    if session is not None and not sessions.is_active(ctx, session):
        session = None
    member_id = form.get("member_id") or (session.member_id if session and not anew else "")
    member = ctx.store.find(Member, member_id=member_id) if member_id else None
    if member is None or member.status != "active":
        return None
    organization = ctx.store.get(Organization, organization_id=member.organization_id)
    own = session if session and session.member_id == member.member_id else None
    return Subject(member=member, organization=organization, session=own)


def _who_are_you(ctx: Context, app: ConnectedApp, asked: AuthorizationRequest, hint: str) -> Response:
    """The choice of members, newest first; those with the address that the app hints at, if it does."""
    if "none" in asked.prompt.split():
        raise Refused("login_required", "nobody is logged in")
    columns = Member.table.c
    query = ctx.store.query(Member).where(columns.status == "active")
    if hint:
        query = query.where(columns.email_address == hint.strip().lower())
    members = ctx.store.rows(Member, query.order_by(columns.position.desc()).limit(_MOST_PEOPLE))
    people = [(m, ctx.store.get(Organization, organization_id=m.organization_id)) for m in members]
    people = [(m, o) for m, o in people if connected_apps.is_allowed(o, app)]
    name = app.client_name or app.client_id
    return _page(
        "choose", title=f"Sign in to go on to {name}", app=name, people=people, hint=hint, project=ctx.project.name
    )


def _decided(
    ctx: Context,
    app: ConnectedApp,
    asked: AuthorizationRequest,
    subject: Subject,
    form: dict[str, str],
    answer: dict[str, str],
) -> Response:
    """The browser on its way back, or the question."""
    if not connected_apps.is_allowed(subject.organization, app):
        raise Refused("access_denied", "the organization does not allow this app")
    results = authorization.scope_results(ctx, app, subject, asked.scopes)
    grantable = [result.scope for result in results if result.is_grantable]
    if not all(result.is_known for result in results) or not grantable:
        raise Refused("invalid_scope", "a scope is unknown, or the member can grant none of them")
    asked = msgspec.structs.replace(asked, scopes=grantable)
    if form.get("decision") != "allow" and authorization.needs_consent(ctx, app, subject, asked):
        if "none" in asked.prompt.split():
            raise Refused("consent_required", "the member has to be asked")
        name = app.client_name or app.client_id
        return _page(
            "consent",
            title=f"{name} wants access to your account",
            app=name,
            description=app.client_description,
            member=subject.member,
            organization=subject.organization.organization_name,
            results=results,
            project=ctx.project.name,
        )
    decided = authorization.authorize(ctx, app, _logged_in(ctx, subject), asked, consent_granted=True)
    if isinstance(decided, str):
        raise Refused(decided, "not grantable")
    return _sent(asked.redirect_uri, code=decided.code, **answer)


def _logged_in(ctx: Context, subject: Subject) -> Subject:
    """Who was chosen is logged in from now on: as if by a link, which this page stands for."""
    if subject.session is not None:
        return subject
    member = subject.member
    factor = login_flow.email_factor(ctx, "magic_link", member.email_address, member.email_id)
    return msgspec.structs.replace(subject, session=sessions.start(ctx, member, [factor], None, {}))


def _sent(url: str, **answer: str) -> Response:
    return RedirectResponse(authorization.redirect_url(url, **answer), 303, {"Cache-Control": "no-store"})


def _page(stage: str, status: int = 200, **values: Any) -> Response:
    return HTMLResponse(_template().render(stage=stage, **values), status, _HEADERS)


@cache
def _template() -> Any:
    from jinja2 import Environment  # who never sees the page doesn't pay for it

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(
        Path(__file__).parent.joinpath("templates", "consent.html").read_text(encoding="utf-8")
    )
