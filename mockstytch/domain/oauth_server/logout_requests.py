"""Logout requests of OAuth clients (OpenID Connect RP-Initiated Logout)."""

from mockstytch import errors
from mockstytch.domain.oauth_server import connected_apps
from mockstytch.domain.sessions import jwt, sessions
from mockstytch.runtime import Context
from mockstytch.store.records.oauth_server import ConnectedApp
from mockstytch.store.records.sessions import MemberSession


def session_to_end(
    ctx: Context, id_token_hint: str, client_id: str, post_logout_redirect_uri: str
) -> MemberSession | None:
    """Return the session that an ID token was issued for, or None if it has ended already.

    Args:
        client_id: "" for the client of the ID token.
        post_logout_redirect_uri: "" if the browser isn't sent back.

    Raises:
        connected_app_not_found: if the ID token isn't valid, or belongs to another client.
        connected_app_supplied_redirect_url_not_found_in_client: if the app has no such logout redirect URL.
    """
    claims = jwt.decode(ctx, id_token_hint) or {}
    audience = claims.get("aud") or [""]
    app = connected_apps.get_app(ctx, str(audience[0]))
    if client_id not in ("", app.client_id):
        raise errors.connected_app_not_found(because="the ID token belongs to another client")
    if post_logout_redirect_uri:
        require_registered_redirect(app, post_logout_redirect_uri)
    session = ctx.store.find(MemberSession, member_session_id=str(claims.get("sid", "")))
    return session if session is not None and sessions.is_active(ctx, session) else None


def require_registered_redirect(app: ConnectedApp, post_logout_redirect_uri: str) -> None:
    """Check that an app has registered a logout redirect URL.

    Raises:
        connected_app_supplied_redirect_url_not_found_in_client: if the app has no such logout redirect URL.
    """
    if post_logout_redirect_uri not in app.post_logout_redirect_urls:
        raise errors.connected_app_supplied_redirect_url_not_found_in_client(because=post_logout_redirect_uri)
