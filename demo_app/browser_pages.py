"""The second page tree, ``/browser``: the same app with the official browser SDK, ``@stytch/vanilla-js``.

The server only sends the pages. Their scripts are in ``frontend/src``: they log members in and call the API.
"""

from typing import Any
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from . import errors
from .bundle import OLDEST_NODE, Bundle
from .pages import HEADERS, METHOD_NAMES, redirect, render
from .settings import Settings

ADMIN_SECTIONS = {
    "members": "Members",
    "organization": "Organization settings",
    "sso": "Single sign-on",
    "scim": "SCIM",
}
_STYTCH = "https://*.stytch.com"


async def log_in(request: Request) -> Response:
    """The prebuilt login, by discovery or for the organization in the path. It is also the redirect URL of links."""
    slug = request.path_params.get("slug") or request.query_params.get("slug", "")
    return _page(request, "login", slug=slug, is_start=request.url.path == "/browser")


async def find_organization(request: Request) -> Response:
    slug = request.query_params.get("slug", "").strip()
    return redirect(f"/browser/org/{quote(slug, safe='')}" if slug else "/browser")


async def reset_password(request: Request) -> Response:
    return _page(request, "login", heading="Set a new password", slug=request.query_params.get("slug", ""))


async def dashboard(request: Request) -> Response:
    return _page(request, "dashboard")


async def member(request: Request) -> Response:
    return _page(request, "member")


async def administration(request: Request) -> Response:
    section = request.path_params["section"]
    if section not in ADMIN_SECTIONS:
        return redirect("/browser/admin/members")
    return _page(request, "admin", section=section, sections=ADMIN_SECTIONS)


async def asset(request: Request) -> Response:
    """A file of the bundle. esbuild names shared files by their content, and the others by the page."""
    bundle: Bundle = request.app.state.bundle
    file = bundle.folder / request.path_params["name"]
    if file.parent != bundle.folder or not file.is_file():
        return Response("Not found", 404)
    return FileResponse(file, headers={"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"})


async def retry(request: Request) -> Response:
    """Make the bundle again after a failure."""
    request.app.state.bundle.start()
    return redirect("/browser")


def _page(request: Request, name: str, **context: Any) -> Response:
    """Show a page, or why the scripts that it needs aren't there."""
    settings: Settings = request.app.state.settings
    bundle: Bundle = request.app.state.bundle
    if bundle.status.state == "new":
        bundle.start()
    status = bundle.status  # one value: the thread replaces it
    if status.state != "ready" or not settings.public_token:
        missing = {"status": status, "oldest_node": OLDEST_NODE, "public_token": settings.public_token}
        return render(request, "browser/unavailable.html", 503, **missing)
    context["client_settings"] = {
        "publicToken": settings.public_token,
        "endpoints": _endpoints(settings),
        "inboxURL": settings.inbox_url,
        "methodNames": METHOD_NAMES,
        "messages": errors.FORM_MESSAGES,
        **{key: context[key] for key in ("slug", "section") if key in context},
    }
    headers = {**HEADERS, "Content-Security-Policy": _content_security_policy(settings)}
    return render(request, f"browser/{name}.html", headers=headers, page=name, **context)


def _endpoints(settings: Settings) -> dict[str, str] | None:
    """Return the client's option ``endpoints``, which isn't documented; None for Stytch's own API."""
    if settings.is_stytch:
        return None
    return {
        "testAPIURL": settings.api_url,
        "liveAPIURL": settings.api_url,
        "dfpBackendURL": settings.api_url,
        "clientsideServicesIframeURL": f"{settings.api_url}/clientside-services/index.html",
    }


def _content_security_policy(settings: Settings) -> str:
    parts = urlsplit(settings.api_url)
    api = _STYTCH if settings.is_stytch else f"{parts.scheme}://{parts.netloc}"
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "  # the SDK adds style elements
        f"connect-src {api}; frame-src {api}; img-src 'self' data: https: {api}; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )


ROUTES = [
    Route("/browser", log_in),
    Route("/browser/org", find_organization),
    Route("/browser/org/{slug}", log_in),
    Route("/browser/authenticate", log_in),
    Route("/browser/reset-password", reset_password),
    Route("/browser/dashboard", dashboard),
    Route("/browser/member", member),
    Route("/browser/admin/{section}", administration),
    Route("/browser/assets/{name}", asset),
    Route("/browser/retry", retry, methods=["POST"]),
]
