"""URLs that start single sign-on at an organization's identity providers."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request


def links(request: Request, organization: Any) -> list[tuple[str, str]]:
    """Return the name and the start URL of each active connection, or [] if the app has no public token."""
    settings = request.app.state.settings
    if not settings.public_token:
        return []
    connections = organization.sso_active_connections
    names = [connection.display_name or "single sign-on" for connection in connections]
    unique_names = [f"{name} {at}" if names.count(name) > 1 else name for at, name in enumerate(names, 1)]
    return [(name, _start_url(settings, c)) for name, c in zip(unique_names, connections, strict=True)]


def _start_url(settings: Any, connection: Any) -> str:
    query = {
        "connection_id": connection.connection_id,
        "public_token": settings.public_token,
        "login_redirect_url": settings.redirect_url,
        "signup_redirect_url": settings.redirect_url,
    }
    return f"{settings.api_url}/v1/public/sso/start?{urlencode(query)}"
