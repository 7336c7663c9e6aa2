"""Passwords: to log in with one, to set one by a mailed link, to change one when logged in."""

from starlette.requests import Request
from starlette.responses import Response
from stytch.core.response_base import StytchError

from . import errors
from .login import client, current, field, known_address, next_step, proven, sent
from .pages import go, render


async def ask(request: Request) -> Response:
    slug = request.path_params["slug"]
    return render(request, "password.html", slug=slug, email_address=known_address(request, slug), error="")


async def log_in(request: Request) -> Response:
    slug, email_address = request.path_params["slug"], await field(request, "email_address")
    try:
        answer = await client(request).passwords.authenticate_async(
            slug, email_address, await _secret(request, "password"), **proven(request, slug)
        )
    except StytchError as e:
        error, status = errors.in_place(e), e.details.status_code
        return render(request, "password.html", status, slug=slug, email_address=email_address, error=error)
    return next_step(request, answer)


async def forgotten(request: Request) -> Response:
    slug = request.path_params["slug"]
    return render(request, "forgotten.html", slug=slug, email_address=known_address(request, slug))


async def send_reset(request: Request) -> Response:
    slug, email_address = request.path_params["slug"], await field(request, "email_address")
    redirect_url = request.app.state.settings.redirect_url
    await client(request).passwords.email.reset_start_async(
        slug, email_address, reset_password_redirect_url=redirect_url, login_redirect_url=redirect_url
    )
    return sent(request, email_address)


async def reset(request: Request) -> Response:
    """The new password, on the strength of the mailed token; one that isn't good enough leaves the token as it is."""
    token, slug = await field(request, "token"), await field(request, "slug")
    try:
        answer = await client(request).passwords.email.reset_async(
            token, await _secret(request, "password"), **proven(request, slug)
        )
    except StytchError as e:
        error, status = errors.in_place(e), e.details.status_code
        return render(request, "new_password.html", status, token=token, slug=slug, error=error)
    return next_step(request, answer)


async def own(request: Request) -> Response:
    member = (await current(request)).member
    return render(request, "own_password.html", member=member, error="")


async def change(request: Request) -> Response:
    """In place of the old one where there is one; else a first one, which takes a fresh login."""
    session, passwords = await current(request), client(request).passwords
    member, new = session.member, await _secret(request, "password")
    try:
        if member.member_password_id:
            existing, organization_id = await _secret(request, "existing_password"), member.organization_id
            changed = await passwords.existing_password.reset_async(
                member.email_address, existing, new, organization_id
            )
            answer = next_step(request, changed)
        else:
            session_token = request.session["session_token"]
            await passwords.sessions.reset_async(member.organization_id, new, session_token=session_token)
            answer = go("/dashboard")
    except StytchError as e:
        status = e.details.status_code
        return render(request, "own_password.html", status, member=member, error=errors.in_place(e))
    request.session["notice"] = "Your new password is set."
    return answer


async def _secret(request: Request, name: str) -> str:
    """A field of the form as it was typed: a password may begin or end with a space."""
    value = (await request.form()).get(name)
    return value if isinstance(value, str) else ""
