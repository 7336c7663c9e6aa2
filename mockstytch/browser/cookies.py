"""HTTP-only cookies: the server sets the session's cookies, and scripts in the page can't read them.

They are used if the SDK configuration turns them on, the caller is a page, and it doesn't use the API's default host
name. In production, the project then has its own domain. Mobile apps keep the tokens themselves.
"""

from datetime import datetime
from http.cookies import Morsel, SimpleCookie

from mockstytch import errors
from mockstytch.browser import cors
from mockstytch.domain.sessions import sessions
from mockstytch.store.records.projects import Project
from mockstytch.surfaces.request import Fields, HttpRequest

SESSION, SESSION_JWT = sessions.COOKIE, sessions.JWT_COOKIE
INTERMEDIATE_SESSION = "stytch_intermediate_session_token"
_TOKENS = {"session_token": SESSION, "session_jwt": SESSION_JWT, "intermediate_session_token": INTERMEDIATE_SESSION}
_DEFAULT_HOSTS = ("test.stytch.com", "api.stytch.com")


def are_http_only(project: Project, request: HttpRequest) -> bool:
    """Return whether the server keeps the session in HTTP-only cookies for this caller."""
    setting = project.settings.b2b_sdk_config.cookies.http_only
    return setting != "DISABLED" and request.host_name not in _DEFAULT_HOSTS and cors.origin_of(request) != ""


def require_allowed_host(project: Project, request: HttpRequest) -> None:
    """Check the host name that the SDK calls.

    Raises:
        cname_required_for_http_only_cookies: if HTTP-only cookies are enforced, and the request was sent to the API's
            default host name.
    """
    if project.settings.b2b_sdk_config.cookies.http_only == "ENFORCED" and request.host_name in _DEFAULT_HOSTS:
        raise errors.cname_required_for_http_only_cookies()


def without_tokens(body: Fields) -> Fields:
    """Return a response in which the tokens are empty, because they are in cookies."""
    return {**body, **{name: "" for name in _TOKENS if body.get(name)}}


def set_cookies(request: HttpRequest, body: Fields) -> list[str]:
    """Return the ``Set-Cookie`` headers for a response that starts, extends or ends a session.

    Args:
        body: the response with its tokens.
    """
    if body.get("member_session"):
        expires_at = datetime.fromisoformat(body["member_session"]["expires_at"])
        values = {SESSION: body["session_token"], SESSION_JWT: body["session_jwt"]}
        return _set(request, values, expires_at) + _delete(request, INTERMEDIATE_SESSION)
    if token := body.get("intermediate_session_token"):
        return _set(request, {INTERMEDIATE_SESSION: token}, None) + _delete(request, SESSION, SESSION_JWT)
    return []


def delete_cookies(request: HttpRequest) -> list[str]:
    """Return the ``Set-Cookie`` headers that end the session in the browser."""
    return _delete(request, SESSION, SESSION_JWT, INTERMEDIATE_SESSION)


def _set(request: HttpRequest, values: dict[str, str], expires_at: datetime | None) -> list[str]:
    cookies: SimpleCookie = SimpleCookie(values)
    for cookie in cookies.values():
        if expires_at is not None:
            cookie["expires"] = expires_at.strftime("%a, %d %b %Y %H:%M:%S GMT")
        _add_attributes(request, cookie)
    return [cookie.OutputString() for cookie in cookies.values()]


def _delete(request: HttpRequest, *names: str) -> list[str]:
    cookies: SimpleCookie = SimpleCookie(dict.fromkeys(names, ""))
    for cookie in cookies.values():
        cookie["max-age"] = 0
        _add_attributes(request, cookie)
    return [cookie.OutputString() for cookie in cookies.values()]


def _add_attributes(request: HttpRequest, cookie: Morsel[str]) -> None:
    cookie["path"], cookie["samesite"], cookie["httponly"] = "/", "Lax", True
    if request.scope["scheme"] == "https":
        cookie["secure"] = True
