"""The login state of a browser, kept in the signed cookie.

The cookie holds at most one ``session_token`` (logged in) and one ``intermediate_session_token`` (a factor is verified,
but the login isn't complete). ``step_up`` describes what an organization still requires, ``used_methods`` are the login
methods of the intermediate session, and ``email_address`` is the address that was typed in a login form.
"""

from typing import Any
from urllib.parse import quote

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


def next_step(request: Request, login: Any, method: str = "") -> Response:
    """Continue after a verified factor: show the dashboard, or the page with what the organization still requires.

    Args:
        login: the response of a call that returns a session or an intermediate session.
        method: the login method that was used, or "" if the browser chose an organization.
    """
    if login.member_authenticated:
        start_session(request, login)
        return redirect("/dashboard")
    if method:
        continues = intermediate_session(request, login.organization.organization_slug)
        used_methods = request.session.get("used_methods", []) if continues else []
        request.session["used_methods"] = [*used_methods, method]
    request.session["intermediate_session_token"] = login.intermediate_session_token
    request.session["step_up"] = _required_step(login)
    return step_up_page(request)


def start_session(request: Request, login: Any) -> None:
    request.session.clear()
    request.session["session_token"] = login.session_token


def choose_organization(request: Request, discovery: Any, method: str) -> Response:
    """Continue after discovery: show the list of organizations."""
    request.session.pop("step_up", None)
    request.session["used_methods"] = [method]
    request.session["intermediate_session_token"] = discovery.intermediate_session_token
    return redirect("/organizations")


def step_up_page(request: Request, status_code: int = 200, error: str = "") -> Response:
    """Show what the organization still requires, with the forms for it."""
    step, used = request.session["step_up"], request.session.get("used_methods", [])
    offered = _offered_methods(request, step, used)
    return render(request, "step_up.html", status_code, step=step, used=used, offered=offered, error=error)


def _offered_methods(request: Request, step: dict[str, Any], used: list[str]) -> list[tuple[str, str]]:
    """Return the name and the page of each login method that completes the login.

    A method that was used isn't enough. But a new password is, because the link for it verifies the e-mail address.
    """
    path = f"/org/{quote(step['slug'], safe='')}"
    pages = {
        "magic_link": path,
        "email_otp": f"{path}/code",
        "password": f"{path}/password",
        "google_oauth": oauth.organization_url(request, step["slug"]),
        "sso": path,
    }
    required = step["primary_methods"]
    offered = [(name, pages[name]) for name in required if pages.get(name) and name not in used]
    if "password" in required and "password" in used:
        offered.append(("new_password", f"{path}/password/forgotten"))
    return offered


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
