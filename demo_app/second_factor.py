"""The second factor: a texted code, the code of an app, a recovery code; and how somebody without any gets one."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from stytch.core.response_base import StytchError

from . import errors
from .login import client, field, logged_in, step_up
from .pages import go, render


async def show(request: Request) -> Response:
    return step_up(request) if _whose(request) else go("/")


async def send(request: Request) -> Response:
    """Text a code, to the phone that is known or to the one that was just entered."""
    if not (whose := _whose(request)):
        return go("/")
    step, number = request.session["step_up"], await field(request, "mfa_phone_number")
    try:
        sent = await client(request).otps.sms.send_async(**whose, mfa_phone_number=number or None)
    except StytchError as e:
        return step_up(request, e.details.status_code, errors.in_place(e))
    request.session["step_up"] = {**step, "phone": sent.member.mfa_phone_number, "texted": True}
    return go("/step-up")


async def sms(request: Request) -> Response:
    if not (whose := _whose(request)):
        return go("/")
    try:
        answer = await client(request).otps.sms.authenticate_async(**whose, code=await field(request, "code"))
    except StytchError as e:
        return step_up(request, e.details.status_code, errors.in_place(e))
    logged_in(request, answer)
    return go("/dashboard")


async def create_totp(request: Request) -> Response:
    if not (whose := _whose(request)):
        return go("/")
    created = await client(request).totps.create_async(**whose)
    return render(request, "new_totp.html", created=created, error="")


async def totp(request: Request) -> Response:
    """The app's code. The first one ends the registration, and the recovery codes are shown, once."""
    if not (whose := _whose(request)):
        return go("/")
    first = not request.session["step_up"]["has_totp"]
    try:
        answer = await client(request).totps.authenticate_async(**whose, code=await field(request, "code"))
    except StytchError as e:
        status, error = e.details.status_code, errors.in_place(e)
        return render(request, "new_totp.html", status, error=error) if first else step_up(request, status, error)
    logged_in(request, answer)
    if not first:
        return go("/dashboard")
    found = await client(request).recovery_codes.get_async(answer.organization.organization_id, answer.member_id)
    return render(request, "recovery_codes.html", codes=found.recovery_codes)


async def recovery(request: Request) -> Response:
    return render(request, "recovery.html", error="") if _whose(request) else go("/")


async def recover(request: Request) -> Response:
    if not (whose := _whose(request)):
        return go("/")
    try:
        answer = await client(request).recovery_codes.recover_async(
            **whose, recovery_code=await field(request, "recovery_code")
        )
    except StytchError as e:
        return render(request, "recovery.html", e.details.status_code, error=errors.in_place(e))
    logged_in(request, answer)
    request.session["notice"] = (
        f"That code is used up. Recovery codes that are left: {answer.recovery_codes_remaining}."
    )
    return go("/dashboard")


def _whose(request: Request) -> dict[str, Any]:
    """Who is asked for a second factor, and by what they are known; nothing where nobody is."""
    step, token = request.session.get("step_up"), request.session.get("intermediate_session_token")
    if not step or not token:
        return {}
    return {
        "organization_id": step["organization_id"],
        "member_id": step["member_id"],
        "intermediate_session_token": token,
    }
