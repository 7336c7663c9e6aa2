"""Rendering of pages, and redirects."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.templating import Jinja2Templates

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "same-origin",  # a URL can contain a token, which other sites must not see
    "X-Content-Type-Options": "nosniff",
}
METHOD_NAMES = {
    "magic_link": "e-mail link",
    "email_otp": "e-mail code",
    "sms_otp": "text message code",
    "totp": "authenticator app",
    "recovery_codes": "recovery code",
    "password": "password",
    "new_password": "new password by e-mail",
    "sso": "single sign-on",
    "impersonated": "impersonation",
    "google_oauth": "Google",
    "microsoft_oauth": "Microsoft",
    "github_oauth": "GitHub",
    "slack_oauth": "Slack",
    "hubspot_oauth": "HubSpot",
}


def render(
    request: Request, name: str, status_code: int = 200, headers: Mapping[str, str] = HEADERS, **context: Any
) -> Response:
    return _templates.TemplateResponse(request, name, context, status_code, headers)


def redirect(path: str) -> Response:
    """Redirect to another page of this app, with a GET request."""
    return RedirectResponse(path, 303)


def inbox_link(request: Request, email_address: str) -> str:
    """Return the URL of the inbox for an address, or "" if the settings have no inbox."""
    inbox_url = request.app.state.settings.inbox_url
    return f"{inbox_url}?to={quote(email_address, safe='')}" if inbox_url and email_address else ""


def _shared_context(request: Request) -> dict[str, Any]:
    """Return the variables of every page."""
    settings, session = request.app.state.settings, request.scope.get("session", {})
    return {
        "environment": (settings.environment or "Stytch").rstrip("/"),
        "logged_in": "session_token" in session,
        "login_unfinished": bool(session) and "step_up" in session,
        "notice": session.pop("notice", "") if session else "",
    }


def _method_name(method: str) -> str:
    return METHOD_NAMES.get(method, method.replace("_", " "))


def _factor_name(factor: Any) -> str:
    """Return the name of a session's factor. "oauth" and "otp" are too general: name the provider or the channel."""
    kind, delivery = factor.type.value, factor.delivery_method.value
    if kind == "oauth":
        kind = f"{delivery.rpartition('_')[2]}_oauth"
    return _method_name("sms_otp" if kind == "otp" else kind)


_templates = Jinja2Templates(Path(__file__).parent / "templates", context_processors=[_shared_context])
_templates.env.filters["factor_name"] = _factor_name
_templates.env.filters["method_name"] = _method_name
_templates.env.filters["date_time"] = lambda moment: f"{moment:%d %B %Y, %H:%M} UTC".lstrip("0")
_templates.env.filters["enum_value"] = lambda value: getattr(value, "value", value)
