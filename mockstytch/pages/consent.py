"""The consent page of the OAuth authorization endpoint, and logout.

If the project has its own consent page, the browser is redirected there. This page takes the member from the session
cookie of the official browser SDK, or lets the user choose a member. It is for tests and needs no password.
"""

from typing import Any

import msgspec
from msgspec.structs import replace
from starlette.responses import RedirectResponse, Response

from mockstytch.domain.login import login_flow
from mockstytch.domain.oauth_server import authorization, client_metadata, connected_apps, logout_requests
from mockstytch.domain.oauth_server.authorization import AuthorizationRequest, Subject
from mockstytch.domain.sessions import sessions
from mockstytch.errors import StytchError
from mockstytch.outbound import OutboundResponses
from mockstytch.pages.surface import PAGES, page
from mockstytch.protocols import pkce
from mockstytch.runtime import Context, Mock
from mockstytch.store.records.members import Member
from mockstytch.store.records.oauth_server import ConnectedApp
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import MemberSession
from mockstytch.surfaces import origin, project_domain
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import AnyResponse, Route, project_in_path

_PATHS = ("/v1/public/{project_id}/oauth2", "/v1/oauth2")  # at the API's host, and at the project's domain
_MAX_MEMBERS = 50
_NO_STORE = {"Cache-Control": "no-store"}


def _error_page(_request: HttpRequest, error: StytchError) -> AnyResponse:
    """Show an error that can't be sent to the app, because the app or its redirect URL isn't valid."""
    kind, title = error.kind, "This request can't be completed"
    return _page("error.html", kind.status_code, title=title, message=error.message, because=error.because)


CONSENT = replace(PAGES, authenticate=project_in_path, render_error=_error_page)


class AuthorizationRefused(Exception):
    """A refusal that is sent to the app by a redirect (RFC 6749, 4.1.2.1)."""

    def __init__(self, error: str, because: str) -> None:
        super().__init__(error)
        self.error, self.because = error, because


def routes(mock: Mock) -> list[Route]:
    async def authorize(request: HttpRequest) -> Response:
        """Show the next page of the authorization, or redirect to the app.

        The parameters stay in the URL; each choice is submitted by a form.
        """
        form, query = request.form_fields(), request.query_params
        if request.method == "POST":  # another web page can link here, but can't submit the form
            origin.require_same_origin(request)
        own_page = request.project.settings.idp_authorization_url
        if own_page:
            return RedirectResponse(f"{own_page}{'&' if '?' in own_page else '?'}{request.url.query}", 302)

        def attempt(responses: OutboundResponses) -> Response:
            with mock.transaction(request.project, request.server_url, responses) as ctx:
                ctx.domain = project_domain.url(request, ctx.project, ctx.base_url)
                authorization.require_authorization_endpoint(ctx)
                app = client_metadata.get_app(ctx, query.get("client_id", ""))
                redirect_uri = query.get("redirect_uri", "")
                connected_apps.require_registered_redirect(app, redirect_uri)
                common = {"state": query.get("state", ""), "iss": authorization.issuer(ctx)}
                try:
                    return _next_page(ctx, app, request, form, common)
                except AuthorizationRefused as e:
                    request.refuse(e.error, e.because)
                    return _redirect_to_app(redirect_uri, error=e.error, error_description=e.because, **common)

        return await mock.run_with_fetches(attempt, request.server_url)

    async def logout(request: HttpRequest) -> Response:
        """End the session that an ID token was issued for (OpenID Connect RP-Initiated Logout)."""
        fields = {**request.query_params, **request.form_fields()}
        target = fields.get("post_logout_redirect_uri", "")
        with mock.transaction(request.project, request.server_url) as ctx:
            session = logout_requests.session_to_end(
                ctx, fields.get("id_token_hint", ""), fields.get("client_id", ""), target
            )
            if session is not None:
                sessions.revoke(ctx, session)
        if target:
            return _redirect_to_app(target, state=fields.get("state", ""))
        return _page("error.html", title="You are logged out", message="You can close this page.")

    handlers = {"/authorize": authorize, "/logout": logout}
    return [
        Route(method, prefix + path, CONSENT, handler)
        for prefix in _PATHS
        for path, handler in handlers.items()
        for method in ("GET", "POST")
    ]


def _next_page(
    ctx: Context, app: ConnectedApp, request: HttpRequest, form: dict[str, str], common: dict[str, str]
) -> Response:
    """Return the page to choose a member, the consent page, or the redirect to the app.

    Args:
        common: parameters that every redirect to the app carries.

    Raises:
        AuthorizationRefused: if the request can't be granted, or the member denied it.
    """
    authorization_request = _authorization_request(app, request)
    if form.get("decision") == "deny":
        raise AuthorizationRefused("access_denied", "the member denied the request")
    ask_again = bool({"login", "select_account"} & {*authorization_request.prompt.split()})
    subject = _subject(ctx, request, form, ask_again=ask_again)
    if subject is None:
        return _member_page(ctx, app, authorization_request, request.query_params.get("login_hint", ""))
    return _consent_page(ctx, app, authorization_request, subject, form, common)


def _authorization_request(app: ConnectedApp, request: HttpRequest) -> AuthorizationRequest:
    """Read the authorization request from the query.

    Raises:
        AuthorizationRefused: if a parameter is missing or isn't supported.
    """
    query = request.query_params
    if any(len(query.getlist(name)) > 1 for name in query if name != "resource"):
        raise AuthorizationRefused("invalid_request", "a parameter was sent more than once")
    if query.get("response_type") != "code":
        error = "unsupported_response_type" if query.get("response_type") else "invalid_request"
        raise AuthorizationRefused(error, "response_type must be code")
    challenge = query.get("code_challenge", "")
    if (challenge or app.is_public) and not pkce.is_challenge(challenge):
        raise AuthorizationRefused("invalid_request", "code_challenge is required: 43 base64url characters")
    if challenge and query.get("code_challenge_method", "plain") != "S256":  # RFC 7636, 4.3: the default is plain
        raise AuthorizationRefused("invalid_request", "code_challenge_method must be S256")
    resources = query.getlist("resource")
    if invalid := authorization.invalid_resources(resources):
        raise AuthorizationRefused("invalid_target", f"not an absolute URL: {' '.join(invalid)}")
    prompts = query.get("prompt", "").split()
    if "none" in prompts and len(prompts) > 1:
        raise AuthorizationRefused("invalid_request", "prompt=none can't be combined with other values")
    return AuthorizationRequest(
        redirect_uri=query["redirect_uri"],
        scopes=query.get("scope", "").split() or authorization.DEFAULT_SCOPES,
        prompt=" ".join(prompts),
        state=query.get("state", ""),
        nonce=query.get("nonce", ""),
        code_challenge=challenge,
        resources=resources,
    )


def _subject(ctx: Context, request: HttpRequest, form: dict[str, str], *, ask_again: bool) -> Subject | None:
    """Return the member giving consent: the one chosen on the page, else the one in the SDK's session cookie."""
    session = ctx.store.find(MemberSession, session_token=request.cookies.get(sessions.COOKIE, "-"))
    if session is not None and not sessions.is_active(ctx, session):
        session = None
    member_id = form.get("member_id") or (session.member_id if session and not ask_again else "")
    member = ctx.store.find(Member, member_id=member_id) if member_id else None
    if member is None or member.status != "active":
        return None
    organization = ctx.store.get(Organization, organization_id=member.organization_id)
    if session and session.member_id != member.member_id:
        session = None
    return Subject(member=member, organization=organization, session=session)


def _member_page(
    ctx: Context, app: ConnectedApp, authorization_request: AuthorizationRequest, login_hint: str
) -> Response:
    """Show the page to choose a member. The newest members come first.

    Args:
        login_hint: show only members with this address, unless it is "".
    """
    if "none" in authorization_request.prompt.split():
        raise AuthorizationRefused("login_required", "no member is logged in")
    columns = Member.table.c
    query = ctx.store.query(Member).where(columns.status == "active")
    if login_hint:
        query = query.where(columns.email_address == login_hint.strip().lower())
    members = ctx.store.rows(Member, query.order_by(columns.position.desc()).limit(_MAX_MEMBERS))
    accounts = [(m, ctx.store.get(Organization, organization_id=m.organization_id)) for m in members]
    name = app.client_name or app.client_id
    return _page(
        "choose_member.html",
        title=f"Log in to continue to {name}",
        app=name,
        members=[(m, o) for m, o in accounts if connected_apps.is_allowed(o, app)],
        login_hint=login_hint,
        project=ctx.project.name,
    )


def _consent_page(
    ctx: Context,
    app: ConnectedApp,
    authorization_request: AuthorizationRequest,
    subject: Subject,
    form: dict[str, str],
    common: dict[str, str],
) -> Response:
    """Redirect to the app, or show the consent page."""
    if not connected_apps.is_allowed(subject.organization, app):
        raise AuthorizationRefused("access_denied", "the organization doesn't allow this app")
    results = authorization.scope_results(ctx, app, subject, authorization_request.scopes)
    grantable = [result.scope for result in results if result.is_grantable]
    if not all(result.is_known for result in results) or not grantable:
        raise AuthorizationRefused("invalid_scope", "a scope is unknown, or the member can grant none of them")
    authorization_request = msgspec.structs.replace(authorization_request, scopes=grantable)
    if form.get("decision") != "allow" and authorization.needs_consent(ctx, app, subject, authorization_request):
        if "none" in authorization_request.prompt.split():
            raise AuthorizationRefused("consent_required", "the member hasn't given consent yet")
        name = app.client_name or app.client_id
        return _page(
            "consent.html",
            title=f"{name} requests access to your account",
            app=name,
            description=app.client_description,
            member=subject.member,
            organization=subject.organization.organization_name,
            results=results,
        )
    result = authorization.authorize(ctx, app, _log_in(ctx, subject), authorization_request, consent_granted=True)
    if isinstance(result, str):
        raise AuthorizationRefused(result, "the request can't be granted")
    return _redirect_to_app(authorization_request.redirect_uri, code=result.code, **common)


def _log_in(ctx: Context, subject: Subject) -> Subject:
    """Start a session for the chosen member, with the factor of a magic link."""
    if subject.session is not None:
        return subject
    member = subject.member
    factor = login_flow.email_factor(ctx, "magic_link", member.email_address, member.email_id)
    return msgspec.structs.replace(subject, session=sessions.start(ctx, member, [factor], None, {}))


def _redirect_to_app(url: str, **parameters: str) -> Response:
    return RedirectResponse(authorization.redirect_url(url, **parameters), 303, _NO_STORE)


def _page(template: str, status: int = 200, **values: Any) -> Response:
    return page(template, status, _NO_STORE, **values)
