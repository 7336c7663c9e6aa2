"""Codes by e-mail: one page asks for the address, the next for the code."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from stytch.core.response_base import StytchError

from . import errors
from .login import client, discovered, field, known_address, next_step, proven
from .pages import go, inbox_of, render


async def ask(request: Request) -> Response:
    slug = request.path_params.get("slug", "")
    return render(request, "ask_code.html", slug=slug, email_address=known_address(request, slug) if slug else "")


async def send(request: Request) -> Response:
    slug, email_address = request.path_params.get("slug", ""), await field(request, "email_address")
    email = client(request).otps.email
    if slug:
        await email.login_or_signup_async(slug, email_address)
    else:
        await email.discovery.send_async(email_address)
    request.session["code_sent"] = {"slug": slug, "email_address": email_address}
    return go("/code")


async def enter(request: Request) -> Response:
    return _page(request) if "code_sent" in request.session else go("/")


async def check(request: Request) -> Response:
    if "code_sent" not in request.session:
        return go("/")
    slug, email_address = request.session["code_sent"]["slug"], request.session["code_sent"]["email_address"]
    code, email = await field(request, "code"), client(request).otps.email
    answer: Any
    try:
        if slug:
            answer = await email.authenticate_async(slug, email_address, code, **proven(request, slug))
        else:
            answer = await email.discovery.authenticate_async(email_address, code)
    except StytchError as e:
        return _page(request, e.details.status_code, errors.in_place(e))
    request.session.pop("code_sent")
    return next_step(request, answer) if slug else discovered(request, answer)


def _page(request: Request, status_code: int = 200, error: str = "") -> Response:
    sent = request.session["code_sent"]
    inbox_url = inbox_of(request, sent["email_address"])
    return render(request, "enter_code.html", status_code, sent=sent, inbox_url=inbox_url, error=error)
