"""The ways to an OAuth provider. They are plain links; the provider sends the browser back to ``/authenticate``."""

from urllib.parse import urlencode

from starlette.requests import Request


def organization_url(request: Request, slug: str) -> str:
    """To Google and into one organization; "" where the app has no public token."""
    redirect_url = request.app.state.settings.redirect_url
    return _start(request, "start", slug=slug, login_redirect_url=redirect_url, signup_redirect_url=redirect_url)


def discovery_url(request: Request) -> str:
    """To Google, and on to the choice of organizations; "" where the app has no public token."""
    redirect_url = request.app.state.settings.redirect_url
    return _start(request, "discovery/start", discovery_redirect_url=redirect_url)


def _start(request: Request, path: str, **query: str) -> str:
    settings = request.app.state.settings
    if not settings.public_token:
        return ""
    given = urlencode({"public_token": settings.public_token, **query})
    return f"{settings.api_url}/v1/b2b/public/oauth/google/{path}?{given}"
