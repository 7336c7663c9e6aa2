"""Pages, and where to go next."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.templating import Jinja2Templates

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "same-origin",  # an address may hold a token: no other site gets to see it
    "X-Content-Type-Options": "nosniff",
}
METHODS = {
    "magic_link": "a link by e-mail",
    "email_otp": "a code by e-mail",
    "sms_otp": "a code by text message",
    "totp": "an authenticator app",
    "recovery_codes": "a recovery code",
    "password": "a password",
    "sso": "single sign-on",
    "impersonated": "an impersonation",
    "google_oauth": "Google",
    "microsoft_oauth": "Microsoft",
    "github_oauth": "GitHub",
    "slack_oauth": "Slack",
    "hubspot_oauth": "HubSpot",
}


def render(request: Request, name: str, status_code: int = 200, **context: Any) -> Response:
    return _templates.TemplateResponse(request, name, context, status_code, _HEADERS)


def go(path: str) -> Response:
    """On to another page of this app, with a GET."""
    return RedirectResponse(path, 303)


def inbox_of(request: Request, email_address: str) -> str:
    """Where to read what was mailed to an address; "" where only its owner can."""
    inbox_url = request.app.state.settings.inbox_url
    return f"{inbox_url}?to={quote(email_address, safe='')}" if inbox_url and email_address else ""


def _everywhere(request: Request) -> dict[str, Any]:
    settings, session = request.app.state.settings, request.scope.get("session", {})
    return {
        "environment": (settings.environment or "Stytch").rstrip("/"),
        "logged_in": "session_token" in session,
        "stepping_up": bool(session) and "step_up" in session,
        "notice": session.pop("notice", "") if session else "",
    }


_templates = Jinja2Templates(Path(__file__).parent / "templates", context_processors=[_everywhere])


def _proof(factor: Any) -> str:
    """What a session's factor was: an account is named by its provider, a text message isn't "otp"."""
    kind, delivery = factor.type.value, factor.delivery_method.value
    if kind == "oauth":
        kind = f"{delivery.rpartition('_')[2]}_oauth"
    return METHODS.get("sms_otp" if kind == "otp" else kind, kind.replace("_", " "))


_templates.env.filters["proof"] = _proof
_templates.env.filters["method"] = lambda name: METHODS.get(name, name.replace("_", " "))
_templates.env.filters["moment"] = lambda moment: f"{moment:%d %B %Y, %H:%M} UTC".lstrip("0")
_templates.env.filters["plain"] = lambda value: getattr(value, "value", value)  # the SDK's enums
