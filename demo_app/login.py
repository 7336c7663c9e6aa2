"""Logging in: by discovery, or at an organization's own page; and what the link in the mail leads to.

The signed cookie holds at most one ``session_token`` (logged in) and one ``intermediate_session_token`` (proved
something, and is not in an organization yet); and, where an organization asks for more, in ``step_up`` what that is.
"""

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from stytch import B2BClient

from . import oauth, sso
from .pages import go, inbox_of, render


class NotLoggedIn(Exception):
    """The page needs a session, and the browser has none."""


def client(request: Request) -> B2BClient:
    found: B2BClient = request.app.state.stytch
    return found


async def field(request: Request, name: str) -> str:
    """A field of the form that was sent; "" where it has none of that name."""
    value = (await request.form()).get(name)
    return value.strip() if isinstance(value, str) else ""


async def current(request: Request) -> Any:
    """The answer of ``sessions.authenticate``: who is logged in, where, and until when.

    Raises:
        NotLoggedIn: nobody.
        StytchError: ``session_not_found`` where the session has ended.
    """
    session_token = request.session.get("session_token")
    if not session_token:
        raise NotLoggedIn
    return await client(request).sessions.authenticate_async(session_token=session_token)


def next_step(request: Request, answer: Any) -> Response:
    """What comes after a proven factor: the dashboard, or the page that says what else the organization asks for.

    Args:
        answer: of any call that ends in a session, or in an intermediate session to go on with.
    """
    if answer.member_authenticated:
        logged_in(request, answer)
        return go("/dashboard")
    request.session["intermediate_session_token"] = answer.intermediate_session_token
    request.session["step_up"] = _asked(answer)
    return step_up(request)


def logged_in(request: Request, answer: Any) -> None:
    request.session.clear()
    request.session["session_token"] = answer.session_token


def step_up(request: Request, status_code: int = 200, error: str = "") -> Response:
    """The page that says what else the organization asks for, and takes it."""
    step = request.session["step_up"]
    google = oauth.organization_url(request, step["slug"])
    return render(request, "step_up.html", status_code, step=step, google=google, error=error)


def _asked(answer: Any) -> dict[str, Any]:
    """What an organization still asks for, in so few words that a cookie can hold them."""
    organization, member, mfa = answer.organization, answer.member, answer.mfa_required
    restricted = organization.mfa_methods == "RESTRICTED"
    return {
        "organization_id": organization.organization_id,
        "organization_name": organization.organization_name,
        "slug": organization.organization_slug,
        "member_id": member.member_id,
        "email_address": member.email_address,
        "primary": answer.primary_required.allowed_auth_methods if answer.primary_required else [],
        "methods": organization.allowed_mfa_methods if restricted else ["sms_otp", "totp"],
        "phone": member.mfa_phone_number,
        "phone_verified": member.mfa_phone_number_verified,
        "has_totp": bool(member.totp_registration_id),
        "texted": bool(mfa and mfa.secondary_auth_initiated == "sms_otp"),
    }


def proven(request: Request, slug: str) -> dict[str, str]:
    """What was proven already, where this organization asked for another primary factor."""
    step = request.session.get("step_up", {})
    asked = step.get("primary") and step.get("slug") == slug
    return {"intermediate_session_token": request.session["intermediate_session_token"]} if asked else {}


async def start(request: Request) -> Response:
    return render(request, "start.html", google=oauth.discovery_url(request))


async def discovery(request: Request) -> Response:
    email_address = await field(request, "email_address")
    await client(request).magic_links.email.discovery.send_async(
        email_address, discovery_redirect_url=request.app.state.settings.redirect_url
    )
    return sent(request, email_address)


async def find_organization(request: Request) -> Response:
    slug = request.query_params.get("slug", "").strip()
    return go(f"/org/{quote(slug, safe='')}" if slug else "/")


async def organization(request: Request) -> Response:
    slug = request.path_params["slug"]
    found = (await client(request).organizations.get_async(slug)).organization
    return render(
        request,
        "organization.html",
        organization=found,
        methods=methods_of(found),
        google=oauth.organization_url(request, slug),
        connections=sso.links(request, found),
        email_address=known_address(request, slug),
    )


def methods_of(organization: Any) -> list[str]:
    """The ways to log in that an organization allows, of those that this app has."""
    ours = ["magic_link", "email_otp", "password", "google_oauth"]
    ours += ["sso"] if organization.sso_active_connections else []
    restricted = organization.auth_methods == "RESTRICTED"
    return [name for name in ours if not restricted or name in organization.allowed_auth_methods]


def known_address(request: Request, slug: str) -> str:
    """Whose login it is that the organization asks more of."""
    step = request.session.get("step_up", {})
    return str(step["email_address"]) if step.get("slug") == slug else ""


async def organization_login(request: Request) -> Response:
    email_address, redirect_url = await field(request, "email_address"), request.app.state.settings.redirect_url
    await client(request).magic_links.email.login_or_signup_async(
        request.path_params["slug"],  # the API takes a slug wherever it takes an organization's id
        email_address,
        login_redirect_url=redirect_url,
        signup_redirect_url=redirect_url,
    )
    return sent(request, email_address)


def sent(request: Request, email_address: str) -> Response:
    request.session["sent_to"] = email_address
    return go("/check-email")


async def check_email(request: Request) -> Response:
    email_address = request.session.get("sent_to")
    if not email_address:
        return go("/")
    return render(request, "check_email.html", email_address=email_address, inbox_url=inbox_of(request, email_address))


async def authenticate(request: Request) -> Response:
    """Where every link ends. Its token type says which call redeems it."""
    if request.method == "HEAD":
        return Response()  # mail scanners look at links this way, and a token works once
    query, api = request.query_params, client(request)
    token_type, token, slug = query.get("stytch_token_type", ""), query.get("token", ""), query.get("slug", "")
    match token_type:
        case "discovery":
            return discovered(request, await api.magic_links.discovery.authenticate_async(token))
        case "discovery_oauth":
            return discovered(request, await api.oauth.discovery.authenticate_async(token))
        case "multi_tenant_magic_links":
            return next_step(request, await api.magic_links.authenticate_async(token, **proven(request, slug)))
        case "oauth":
            return next_step(request, await api.oauth.authenticate_async(token, **proven(request, slug)))
        case "sso":
            return next_step(request, await api.sso.authenticate_async(token, **proven(request, slug)))
        case "multi_tenant_impersonation":
            return next_step(request, await api.impersonation.authenticate_async(token))
        case "multi_tenant_passwords":
            return render(request, "new_password.html", token=token, slug=slug, error="")
        case _:
            return render(request, "wrong_link.html", 400, token_type=token_type)


def discovered(request: Request, found: Any) -> Response:
    """Somebody who proved to be there: on to the choice of organizations."""
    request.session.pop("step_up", None)
    request.session["intermediate_session_token"] = found.intermediate_session_token
    return go("/organizations")
