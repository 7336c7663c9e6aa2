"""Logging in: by discovery, or at an organization's own page; and what the link in the mail leads to.

The signed cookie holds at most one ``session_token`` (logged in) and one ``intermediate_session_token`` (proved an
e-mail address, and is not in an organization yet).
"""

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from stytch import B2BClient

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
        request.session.clear()
        request.session["session_token"] = answer.session_token
        return go("/dashboard")
    request.session["intermediate_session_token"] = answer.intermediate_session_token
    return render(request, "step_up.html", answer=answer)


async def start(request: Request) -> Response:
    return render(request, "start.html")


async def discovery(request: Request) -> Response:
    email_address = await field(request, "email_address")
    await client(request).magic_links.email.discovery.send_async(
        email_address, discovery_redirect_url=request.app.state.settings.redirect_url
    )
    return _sent(request, email_address)


async def find_organization(request: Request) -> Response:
    slug = request.query_params.get("slug", "").strip()
    return go(f"/org/{quote(slug, safe='')}" if slug else "/")


async def organization(request: Request) -> Response:
    found = await client(request).organizations.get_async(request.path_params["slug"])
    return render(request, "organization.html", organization=found.organization)


async def organization_login(request: Request) -> Response:
    email_address, redirect_url = await field(request, "email_address"), request.app.state.settings.redirect_url
    await client(request).magic_links.email.login_or_signup_async(
        request.path_params["slug"],  # the API takes a slug wherever it takes an organization's id
        email_address,
        login_redirect_url=redirect_url,
        signup_redirect_url=redirect_url,
    )
    return _sent(request, email_address)


def _sent(request: Request, email_address: str) -> Response:
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
    token_type, token = request.query_params.get("stytch_token_type", ""), request.query_params.get("token", "")
    match token_type:
        case "discovery":
            found = await client(request).magic_links.discovery.authenticate_async(token)
            request.session["intermediate_session_token"] = found.intermediate_session_token
            return go("/organizations")
        case "multi_tenant_magic_links":
            return next_step(request, await client(request).magic_links.authenticate_async(token))
        case _:
            return render(request, "wrong_link.html", 400, token_type=token_type)
