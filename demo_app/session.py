"""The login state of a browser, kept in the signed cookie.

The cookie holds at most one ``session_token`` (logged in) and one ``intermediate_session_token`` (a factor is verified,
but the login isn't complete). ``step_up`` describes what an organization still requires, and ``email_address`` is the
address that was typed in a login form.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from stytch import B2BClient

from . import oauth
from .pages import redirect, render


class NotLoggedIn(Exception):
    """A request without a session, for a page that needs one."""


def stytch_client(request: Request) -> B2BClient:
    client: B2BClient = request.app.state.stytch
    return client


async def form_field(request: Request, name: str) -> str:
    """Return a field of the submitted form, without surrounding spaces, or "" if it is missing."""
    return (await raw_form_field(request, name)).strip()


async def raw_form_field(request: Request, name: str) -> str:
    """Return a field of the submitted form unchanged. For passwords, which can begin or end with a space."""
    value = (await request.form()).get(name)
    return value if isinstance(value, str) else ""


async def current_session(request: Request) -> Any:
    """Check the browser's session, and return the response of ``sessions.authenticate``.

    Raises:
        NotLoggedIn: if the browser has no session.
        StytchError: ``session_not_found`` if the session has ended.
    """
    session_token = request.session.get("session_token")
    if not session_token:
        raise NotLoggedIn
    return await stytch_client(request).sessions.authenticate_async(session_token=session_token)


def next_step(request: Request, login: Any) -> Response:
    """Continue after a verified factor: show the dashboard, or the page with what the organization still requires.

    Args:
        login: the response of a call that returns a session or an intermediate session.
    """
    if login.member_authenticated:
        start_session(request, login)
        return redirect("/dashboard")
    request.session["intermediate_session_token"] = login.intermediate_session_token
    request.session["step_up"] = _required_step(login)
    return step_up_page(request)


def start_session(request: Request, login: Any) -> None:
    request.session.clear()
    request.session["session_token"] = login.session_token


def choose_organization(request: Request, discovery: Any) -> Response:
    """Continue after discovery: show the list of organizations."""
    request.session.pop("step_up", None)
    request.session["intermediate_session_token"] = discovery.intermediate_session_token
    return redirect("/organizations")


def step_up_page(request: Request, status_code: int = 200, error: str = "") -> Response:
    """Show what the organization still requires, with the forms for it."""
    step = request.session["step_up"]
    google = oauth.organization_url(request, step["slug"])
    return render(request, "step_up.html", status_code, step=step, google=google, error=error)


def _required_step(login: Any) -> dict[str, Any]:
    """Return what the organization still requires, small enough for a cookie."""
    organization, member, mfa = login.organization, login.member, login.mfa_required
    restricted = organization.mfa_methods == "RESTRICTED"
    return {
        "organization_id": organization.organization_id,
        "organization_name": organization.organization_name,
        "slug": organization.organization_slug,
        "member_id": member.member_id,
        "email_address": member.email_address,
        "primary_methods": login.primary_required.allowed_auth_methods if login.primary_required else [],
        "mfa_methods": organization.allowed_mfa_methods if restricted else ["sms_otp", "totp"],
        "phone": member.mfa_phone_number,
        "phone_verified": member.mfa_phone_number_verified,
        "has_totp": bool(member.totp_registration_id),
        "sms_sent": bool(mfa and mfa.secondary_auth_initiated == "sms_otp"),
    }


def intermediate_session(request: Request, slug: str) -> dict[str, str]:
    """Return the argument that continues an unfinished login, if this organization requires another method for it."""
    step = request.session.get("step_up", {})
    if not step.get("primary_methods") or step.get("slug") != slug:
        return {}
    return {"intermediate_session_token": request.session["intermediate_session_token"]}


async def typed_email(request: Request) -> str:
    """Return the e-mail address in the submitted form, and keep it for the other login forms."""
    if email_address := await form_field(request, "email_address"):
        request.session["email_address"] = email_address
    return email_address


def known_email(request: Request, slug: str = "") -> str:
    """Return the address of an unfinished login to this organization, else the one typed last, else ""."""
    step = request.session.get("step_up", {})
    return str(step["email_address"] if slug and step.get("slug") == slug else request.session.get("email_address", ""))
