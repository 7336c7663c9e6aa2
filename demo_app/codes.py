"""Login by e-mail code: one page requests the code, the next one accepts it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from stytch.core.response_base import StytchError

from . import errors
from .pages import inbox_link, redirect, render
from .session import (
    choose_organization,
    form_field,
    intermediate_session,
    known_email,
    next_step,
    stytch_client,
    typed_email,
)


async def request_page(request: Request) -> Response:
    slug = request.path_params.get("slug", "")
    email_address = known_email(request, slug)
    return render(request, "request_code.html", slug=slug, email_address=email_address)


async def send(request: Request) -> Response:
    slug, email_address = request.path_params.get("slug", ""), await typed_email(request)
    email = stytch_client(request).otps.email
    if slug:
        await email.login_or_signup_async(slug, email_address)
    else:
        await email.discovery.send_async(email_address)
    request.session["code_sent"] = {"slug": slug, "email_address": email_address}
    return redirect("/code")


async def enter_page(request: Request) -> Response:
    return _enter_page(request) if "code_sent" in request.session else redirect("/")


async def authenticate(request: Request) -> Response:
    if "code_sent" not in request.session:
        return redirect("/")
    slug, email_address = request.session["code_sent"]["slug"], request.session["code_sent"]["email_address"]
    code, email = await form_field(request, "code"), stytch_client(request).otps.email
    login: Any
    try:
        if slug:
            unfinished = intermediate_session(request, slug)
            login = await email.authenticate_async(slug, email_address, code, **unfinished)
        else:
            login = await email.discovery.authenticate_async(email_address, code)
    except StytchError as e:
        return _enter_page(request, e.details.status_code, errors.form_message(e))
    request.session.pop("code_sent")
    return next_step(request, login, "email_otp") if slug else choose_organization(request, login, "email_otp")


def _enter_page(request: Request, status_code: int = 200, error: str = "") -> Response:
    sent = request.session["code_sent"]
    inbox_url = inbox_link(request, sent["email_address"])
    return render(request, "enter_code.html", status_code, sent=sent, inbox_url=inbox_url, error=error)
