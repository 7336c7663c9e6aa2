"""URLs that start a login with Google. The provider redirects back to ``/authenticate``."""

from urllib.parse import urlencode

from starlette.requests import Request


def organization_url(request: Request, slug: str) -> str:
    """Return the URL to log in to one organization, or "" if the app has no public token."""
    redirect_url = request.app.state.settings.redirect_url
    return _start_url(request, "start", slug=slug, login_redirect_url=redirect_url, signup_redirect_url=redirect_url)


def discovery_url(request: Request) -> str:
    """Return the URL for discovery, or "" if the app has no public token."""
    redirect_url = request.app.state.settings.redirect_url
    return _start_url(request, "discovery/start", discovery_redirect_url=redirect_url)


def _start_url(request: Request, path: str, **query: str) -> str:
    settings = request.app.state.settings
    if not settings.public_token:
        return ""
    parameters = urlencode({"public_token": settings.public_token, **query})
    return f"{settings.api_url}/v1/b2b/public/oauth/google/{path}?{parameters}"
