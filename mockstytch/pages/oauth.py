"""OAuth in the browser: the start URL, the provider's page, the way back.

The provider is this server. Its page shows who has been there before and takes anybody else; a test that said who
comes next never sees it.
"""

import re
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from mockstytch import errors
from mockstytch.domain.login import oauth
from mockstytch.domain.shared import emails, lookup, redirects
from mockstytch.errors import StytchError
from mockstytch.pages.forms import required_form
from mockstytch.pages.links import base_url, required_project
from mockstytch.runtime import Context, Mock
from mockstytch.store.records.projects import Project
from mockstytch.surfaces.dispatch import rendered

_COOKIE = "mockstytch_oauth_state"
_CALLBACK = "/v1/b2b/oauth/callback"
_PAGE = "/_mock/provider"
_ONE_TAP = "/sdk/v1/b2b/oauth/google/onetap/start"
_CHALLENGE = r"[A-Za-z0-9_-]{43}"


class OAuthPages:
    def __init__(self, mock: Mock) -> None:
        self._mock = mock

    def routes(self) -> list[Route]:
        table: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
            ("GET", "/v1/b2b/public/oauth/{provider}/start", self.start),
            ("GET", "/v1/b2b/public/oauth/{provider}/discovery/start", self.discovery_start),
            ("GET", _CALLBACK + "/{callback_id}", self.callback),
            ("GET", _PAGE + "/{provider}/authorize", self.page),
            ("POST", _PAGE + "/{provider}/authorize", self.decide),
            ("GET", _ONE_TAP, self.one_tap),
            ("OPTIONS", _ONE_TAP, self.one_tap),
        ]
        return [Route(path, self._answering(handler), methods=[method]) for method, path, handler in table]

    def _answering(self, handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except StytchError as e:  # as production does: JSON, in the browser
                status, body = rendered(e, self._mock.ids.new("request"))
                return Response(body, status, media_type="application/json")

        return answer

    async def start(self, request: Request) -> Response:
        """Into one organization."""
        query = request.query_params
        if query.get("organization_id") and query.get("slug"):
            raise errors.too_many_oauth_organization_locators()
        with self._mock.transaction(self._project(request), base_url(request)) as ctx:
            _check_provider(request)
            reference = query.get("organization_id") or query.get("slug")
            if not reference:
                raise errors.missing_oauth_organization_locator()
            organization = lookup.organization(ctx, reference)
            urls = (
                redirects.resolve(ctx, "login", query.get("login_redirect_url", ""), "oauth"),
                redirects.resolve(ctx, "signup", query.get("signup_redirect_url", ""), "oauth"),
            )
            return self._sent_off(ctx, request, organization, urls)

    async def discovery_start(self, request: Request) -> Response:
        """To wherever the address belongs."""
        with self._mock.transaction(self._project(request), base_url(request)) as ctx:
            _check_provider(request)
            url = redirects.resolve(ctx, "discovery", request.query_params.get("discovery_redirect_url", ""), "oauth")
            return self._sent_off(ctx, request, None, (url, url))

    def _sent_off(self, ctx: Context, request: Request, organization: Any, urls: tuple[str, str]) -> Response:
        query = request.query_params
        challenge = query.get("pkce_code_challenge", "")
        if challenge and not re.fullmatch(_CHALLENGE, challenge):
            raise errors.invalid_pkce_code_challenge()
        provider = request.path_params["provider"]
        flow = oauth.start_flow(ctx, provider, organization, urls, query.get("custom_scopes", "").split(), challenge)
        parameters = {
            "client_id": f"{provider}-client-of-{ctx.project.project_id}",
            "redirect_uri": f"{ctx.base_url}{_CALLBACK}/{callback_id(ctx.project)}",
            "response_type": "code",
            "scope": " ".join(flow.scopes),
            "state": flow.state,
            **{name.removeprefix("provider_"): query[name] for name in query if name.startswith("provider_")},
            "public_token": ctx.project.public_token,
        }
        target = f"{ctx.base_url}{_PAGE}/{provider}/authorize?{urlencode(parameters)}"
        body = {"redirect_url": target, "request_id": ctx.ids.new("request"), "status_code": 302}
        answer = Response(msgspec.json.encode(body), 302, {"location": target}, "application/json")
        answer.set_cookie(_COOKIE, flow.state, max_age=3600, httponly=True, samesite="lax", path="/v1/b2b/oauth")
        return answer

    async def one_tap(self, request: Request) -> Response:
        """Google's One Tap needs Google. Told so in this way, the official browser UI goes on without it."""
        cors = {
            "Access-Control-Allow-Origin": request.headers.get("origin", "*"),
            "Access-Control-Allow-Credentials": "true",
            "Vary": "Origin",
        }
        if request.method == "OPTIONS":
            asked = "authorization,content-type,x-sdk-client,x-sdk-parent-host"
            allowed = {"Access-Control-Allow-Methods": "GET", "Access-Control-Allow-Headers": asked}
            return Response(status_code=204, headers=cors | allowed)
        status, body = rendered(errors.oauth_config_not_found(), self._mock.ids.new("request"))
        return Response(body, status, cors, "application/json")

    async def page(self, request: Request) -> Response:
        """The provider's page, or at once whoever was said to come next."""
        project = self._project(request)
        with self._mock.transaction(project, base_url(request)) as ctx:
            flow = oauth.get_flow(ctx, request.query_params.get("state", ""))
            coming = oauth.pop_next_identity(ctx, flow.provider)
            if coming is not None and coming.get("error"):
                return self._back(ctx, flow.state, error=str(coming["error"]))
            if coming is not None:
                flow = oauth.issue_code(ctx, flow, msgspec.convert(coming, oauth.Identity))
                return self._back(ctx, flow.state, code=flow.code)
            known = oauth.known_people(ctx, flow.provider)
            page = provider_page(
                title=oauth.provider_type(flow.provider),
                known=known,
                asks=f"{project.name} asks for: {', '.join(flow.scopes)}",
                hint=request.query_params.get("login_hint", ""),
                has_tenants=oauth.PROVIDERS[flow.provider].has_tenants,
                vouches=oauth.PROVIDERS[flow.provider].vouches,
            )
        return HTMLResponse(page, headers=PAGE_HEADERS)

    async def decide(self, request: Request) -> Response:
        """What the person did on that page."""
        given = await required_form(request)
        with self._mock.transaction(self._project(request), base_url(request)) as ctx:
            flow = oauth.get_flow(ctx, request.query_params.get("state", ""))
            if given.get("action") == "decline":
                return self._back(ctx, flow.state, error="access_denied")
            email = given.get("email", "").strip()
            if not emails.is_address(email):
                raise errors.invalid_email()
            identity = oauth.Identity(
                email=email,
                name=given.get("name", "").strip()[:200],
                subject=given.get("subject", "")[:200],
                email_verified=None if "subject" in given else "email_verified" in given,
                tenant_ids=given.get("tenant_ids", "").replace(",", " ").split()[:50],
            )
            flow = oauth.issue_code(ctx, flow, identity)
            return self._back(ctx, flow.state, code=flow.code)

    def _back(self, ctx: Context, state: str, **outcome: str | None) -> Response:
        parameters = urlencode({"state": state, **{k: v for k, v in outcome.items() if v}})
        return RedirectResponse(f"{ctx.base_url}{_CALLBACK}/{callback_id(ctx.project)}?{parameters}", 303)

    async def callback(self, request: Request) -> Response:
        """Where the provider sends the browser back to; on to the app."""
        project = self._project_of_callback(request.path_params["callback_id"])
        query = request.query_params
        state, cookie = query.get("state", ""), request.cookies.get(_COOKIE)
        if cookie is not None and cookie != state:
            raise errors.oauth_state_mismatch()
        with self._mock.transaction(project, base_url(request)) as ctx:
            if query.get("error"):
                target = oauth.fail_flow(ctx, state, query["error"])
            else:
                target = oauth.finish_flow(ctx, state, query.get("code", ""))
        answer = RedirectResponse(target, 302)
        answer.delete_cookie(_COOKIE, path="/v1/b2b/oauth")
        return answer

    def _project(self, request: Request) -> Project:
        return required_project(self._mock, request)

    def _project_of_callback(self, callback: str) -> Project:
        project = self._mock.projects.load(callback.replace("oauth-callback-", "project-", 1))
        if project is None or project.deleted or not callback.startswith("oauth-callback-test-"):
            raise errors.oauth_invalid_callback_request()
        return project


def callback_id(project: Project) -> str:
    return project.project_id.replace("project-test-", "oauth-callback-test-", 1)


def _check_provider(request: Request) -> None:
    if request.path_params["provider"] not in oauth.PROVIDERS:
        raise errors.invalid_oauth_provider()


# the page sends its form to itself, which sends the browser on to the app: form-action would stop that
PAGE_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}


def provider_page(**values: Any) -> str:
    """The page of whoever this server plays: an OAuth provider, an organization's identity provider.

    Args:
        values: ``title``; ``asks``: who wants to know what; ``known``: accounts to choose from; ``hint``: an address;
            ``hidden``: further fields of each form; ``has_tenants``, ``has_groups``, ``vouches``: what can be said.
    """
    return str(_template().render(values))


@cache
def _template() -> Any:
    from jinja2 import Environment  # who never sees the page doesn't pay for it

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(
        Path(__file__).parent.joinpath("templates", "provider.html").read_text(encoding="utf-8")
    )
