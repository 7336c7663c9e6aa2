"""OAuth login in the browser: the start URLs, the provider's page, the callback.

The providers are simulated. The login page lists the accounts that were used before, and accepts any other. If a test
has queued the next identity, the page isn't shown.
"""

from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec.structs import replace
from starlette.responses import RedirectResponse, Response

from mockstytch import errors
from mockstytch.domain.login import oauth
from mockstytch.domain.shared import emails, lookup, redirects
from mockstytch.pages.surface import PAGES, START_URLS, page, provider_name
from mockstytch.protocols import pkce
from mockstytch.runtime import Context, Mock
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.projects import Project
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route

_COOKIE = "mockstytch_oauth_state"
_COOKIE_PATH = "/v1/b2b/oauth"
_STARTS = ("/v1/b2b/public/oauth/{provider}", "/b2b/public/oauth/{provider}")  # mobile SDKs leave out the version
_CALLBACK = "/v1/b2b/oauth/callback"
_PROVIDER = "/_mock/provider"


def _project_of_callback(mock: Mock, request: HttpRequest) -> Project:
    """Return the project that a callback URL belongs to.

    Raises:
        oauth_invalid_callback_request: if no project has this callback URL.
    """
    callback_id = request.path_params["callback_id"]
    project = mock.projects.load(callback_id.replace("oauth-callback-", "project-", 1))
    if project is None or project.deleted or not callback_id.startswith("oauth-callback-test-"):
        raise errors.oauth_invalid_callback_request()
    return project


CALLBACK_URLS = replace(PAGES, authenticate=_project_of_callback)


def routes(mock: Mock) -> list[Route]:
    pages = OAuthPages(mock)
    return [
        *(Route("GET", f"{path}/start", START_URLS, pages.start) for path in _STARTS),
        *(Route("GET", f"{path}/discovery/start", START_URLS, pages.discovery_start) for path in _STARTS),
        Route("GET", _CALLBACK + "/{callback_id}", CALLBACK_URLS, pages.callback),
        Route("GET", _PROVIDER + "/{provider}/authorize", START_URLS, pages.show_provider),
        Route("POST", _PROVIDER + "/{provider}/authorize", START_URLS, pages.submit_provider),
    ]


class OAuthPages:
    """The handlers of these pages."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock

    async def start(self, request: HttpRequest) -> Response:
        """Start a login to one organization.

        Raises:
            too_many_oauth_organization_locators: if the URL has both ``organization_id`` and ``slug``.
            missing_oauth_organization_locator: if the URL has no ``organization_id`` and no ``slug``.
            invalid_oauth_provider: if the provider is unknown.
        """
        query = request.query_params
        if query.get("organization_id") and query.get("slug"):
            raise errors.too_many_oauth_organization_locators()
        with self._mock.transaction(request.project, request.server_url) as ctx:
            _require_provider(request)
            reference = query.get("organization_id") or query.get("slug")
            if not reference:
                raise errors.missing_oauth_organization_locator()
            organization = lookup.organization(ctx, reference)
            urls = (
                redirects.resolve(ctx, "login", query.get("login_redirect_url", ""), "oauth"),
                redirects.resolve(ctx, "signup", query.get("signup_redirect_url", ""), "oauth"),
            )
            return _redirect_to_provider(ctx, request, organization, urls)

    async def discovery_start(self, request: HttpRequest) -> Response:
        """Start a discovery login: the organization is chosen after it."""
        with self._mock.transaction(request.project, request.server_url) as ctx:
            _require_provider(request)
            url = redirects.resolve(ctx, "discovery", request.query_params.get("discovery_redirect_url", ""), "oauth")
            return _redirect_to_provider(ctx, request, None, (url, url))

    async def show_provider(self, request: HttpRequest) -> Response:
        """Show the provider's login page, or redirect back with the queued next identity."""
        with self._mock.transaction(request.project, request.server_url) as ctx:
            flow = oauth.get_flow(ctx, request.query_params.get("state", ""))
            identity = oauth.pop_next_identity(ctx, flow.provider)
            if identity is not None and identity.get("error"):
                return _redirect_to_callback(ctx, flow.state, error=str(identity["error"]))
            if identity is not None:
                prompt = request.query_params.get("prompt", "")
                flow = oauth.issue_code(ctx, flow, msgspec.convert(identity, oauth.Identity), prompt)
                return _redirect_to_callback(ctx, flow.state, code=flow.code)
            traits = oauth.PROVIDERS[flow.provider]
            return page(
                "provider.html",
                title=f"Sign in with {provider_name(flow.provider)}",
                provider=provider_name(flow.provider),
                purpose=f"{request.project.name} requests these scopes: {', '.join(flow.scopes)}",
                accounts=oauth.known_people(ctx, flow.provider),
                login_hint=request.query_params.get("login_hint", ""),
                has_tenants=traits.has_tenants,
                verifies_email=traits.verifies_email,
            )

    async def submit_provider(self, request: HttpRequest) -> Response:
        """Handle the form of the provider's login page.

        Raises:
            invalid_email: if the address isn't valid.
        """
        form = request.form_fields()
        with self._mock.transaction(request.project, request.server_url) as ctx:
            flow = oauth.get_flow(ctx, request.query_params.get("state", ""))
            if form.get("action") == "decline":
                return _redirect_to_callback(ctx, flow.state, error="access_denied")
            email = form.get("email", "").strip()
            if not emails.is_address(email):
                raise errors.invalid_email()
            identity = oauth.Identity(
                email=email,
                name=form.get("name", "").strip()[:200],
                subject=form.get("subject", "")[:200],
                email_verified=None if "subject" in form else "email_verified" in form,
                tenant_ids=form.get("tenant_ids", "").replace(",", " ").split()[:50],
            )
            flow = oauth.issue_code(ctx, flow, identity, request.query_params.get("prompt", ""))
            return _redirect_to_callback(ctx, flow.state, code=flow.code)

    async def callback(self, request: HttpRequest) -> Response:
        """Finish the login with the provider's response, and redirect to the app.

        Raises:
            oauth_state_mismatch: if another browser started the flow.
        """
        query = request.query_params
        state, cookie = query.get("state", ""), request.cookies.get(_COOKIE)
        if cookie is not None and cookie != state:
            raise errors.oauth_state_mismatch()
        with self._mock.transaction(request.project, request.server_url) as ctx:
            if query.get("error"):
                target = oauth.fail_flow(ctx, state, query["error"])
            else:
                target = oauth.finish_flow(ctx, state, query.get("code", ""))
        response = RedirectResponse(target, 302)
        response.delete_cookie(_COOKIE, path=_COOKIE_PATH)
        return response


def _require_provider(request: HttpRequest) -> None:
    """
    Raises:
        invalid_oauth_provider: if the provider is unknown.
    """
    if request.path_params["provider"] not in oauth.PROVIDERS:
        raise errors.invalid_oauth_provider()


def _redirect_to_provider(
    ctx: Context, request: HttpRequest, organization: Organization | None, urls: tuple[str, str]
) -> Response:
    query = request.query_params
    challenge = query.get("pkce_code_challenge", "")
    if challenge and not pkce.is_challenge(challenge):
        raise errors.invalid_pkce_code_challenge()
    if not challenge and ctx.project.settings.b2b_sdk_config.oauth.pkce_required:
        raise errors.invalid_pkce_code_challenge(because="the SDK configuration requires PKCE for OAuth")
    provider: Any = request.path_params["provider"]
    flow = oauth.start_flow(ctx, provider, organization, urls, query.get("custom_scopes", "").split(), challenge)
    parameters = {
        "client_id": f"{provider}-client-of-{ctx.project.project_id}",
        "redirect_uri": _callback_url(ctx),
        "response_type": "code",
        "scope": " ".join(flow.scopes),
        "state": flow.state,
        **{name.removeprefix("provider_"): query[name] for name in query if name.startswith("provider_")},
        "public_token": ctx.project.public_token,
    }
    target = f"{ctx.base_url}{_PROVIDER}/{provider}/authorize?{urlencode(parameters)}"
    body = {"redirect_url": target, "request_id": request.request_id, "status_code": 307}
    response = Response(msgspec.json.encode(body), 307, {"location": target}, "application/json")
    response.set_cookie(_COOKIE, flow.state, max_age=3600, httponly=True, samesite="lax", path=_COOKIE_PATH)
    return response


def _redirect_to_callback(ctx: Context, state: str, **result: str | None) -> Response:
    parameters = urlencode({"state": state, **{name: value for name, value in result.items() if value}})
    return RedirectResponse(f"{_callback_url(ctx)}?{parameters}", 303)


def _callback_url(ctx: Context) -> str:
    callback_id = ctx.project.project_id.replace("project-test-", "oauth-callback-test-", 1)
    return f"{ctx.base_url}{_CALLBACK}/{callback_id}"
