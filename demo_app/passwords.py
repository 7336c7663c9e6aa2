"""Passwords: login, reset by e-mail link, and change."""

from starlette.requests import Request
from starlette.responses import Response
from stytch.core.response_base import StytchError

from . import errors
from .login import link_sent
from .pages import redirect, render
from .session import (
    current_session,
    form_field,
    intermediate_session,
    known_email,
    next_step,
    raw_form_field,
    stytch_client,
    typed_email,
)


async def login_page(request: Request) -> Response:
    slug = request.path_params["slug"]
    email_address = known_email(request, slug)
    return render(request, "password_login.html", slug=slug, email_address=email_address, error="")


async def log_in(request: Request) -> Response:
    slug, email_address = request.path_params["slug"], await typed_email(request)
    password, unfinished = await raw_form_field(request, "password"), intermediate_session(request, slug)
    try:
        login = await stytch_client(request).passwords.authenticate_async(slug, email_address, password, **unfinished)
    except StytchError as e:
        error, status = errors.form_message(e), e.details.status_code
        return render(request, "password_login.html", status, slug=slug, email_address=email_address, error=error)
    return next_step(request, login, "password")


async def forgot_page(request: Request) -> Response:
    slug = request.path_params["slug"]
    return render(request, "forgot_password.html", slug=slug, email_address=known_email(request, slug))


async def send_reset_link(request: Request) -> Response:
    slug, email_address = request.path_params["slug"], await typed_email(request)
    redirect_url = request.app.state.settings.redirect_url
    await stytch_client(request).passwords.email.reset_start_async(
        slug, email_address, reset_password_redirect_url=redirect_url, login_redirect_url=redirect_url
    )
    return link_sent(request, email_address)


async def reset(request: Request) -> Response:
    """Set a password with the token of a reset link. A refused password doesn't consume the token."""
    token, slug = await form_field(request, "token"), await form_field(request, "slug")
    password, unfinished = await raw_form_field(request, "password"), intermediate_session(request, slug)
    try:
        login = await stytch_client(request).passwords.email.reset_async(token, password, **unfinished)
    except StytchError as e:
        error, status = errors.form_message(e), e.details.status_code
        return render(request, "new_password.html", status, token=token, slug=slug, error=error)
    return next_step(request, login, "password")


async def change_page(request: Request) -> Response:
    member = (await current_session(request)).member
    return render(request, "change_password.html", member=member, error="")


async def change(request: Request) -> Response:
    """Replace the member's password, or set the first one. The first one needs a recent login."""
    session, passwords = await current_session(request), stytch_client(request).passwords
    member, new_password = session.member, await raw_form_field(request, "password")
    try:
        if member.member_password_id:
            old_password = await raw_form_field(request, "existing_password")
            login = await passwords.existing_password.reset_async(
                member.email_address, old_password, new_password, member.organization_id
            )
            response = next_step(request, login, "password")
        else:
            session_token = request.session["session_token"]
            await passwords.sessions.reset_async(member.organization_id, new_password, session_token=session_token)
            response = redirect("/dashboard")
    except StytchError as e:
        error, status = errors.form_message(e), e.details.status_code
        return render(request, "change_password.html", status, member=member, error=error)
    request.session["notice"] = "Your new password is set."
    return response
