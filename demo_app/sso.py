"""The ways to an organization's own identity providers. They are plain links, as those of OAuth are."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request


def links(request: Request, organization: Any) -> list[tuple[str, str]]:
    """What to call each of an organization's active connections, and where it begins; none where the app has no
    public token."""
    settings = request.app.state.settings
    if not settings.public_token:
        return []
    connections = organization.sso_active_connections
    names = [connection.display_name or "single sign-on" for connection in connections]
    told_apart = [f"{name} {at + 1}" if names.count(name) > 1 else name for at, name in enumerate(names)]
    return [(name, _start(settings, c)) for name, c in zip(told_apart, connections, strict=True)]


def _start(settings: Any, connection: Any) -> str:
    query = {
        "connection_id": connection.connection_id,
        "public_token": settings.public_token,
        "login_redirect_url": settings.redirect_url,
        "signup_redirect_url": settings.redirect_url,
    }
    return f"{settings.api_url}/v1/public/sso/start?{urlencode(query)}"
