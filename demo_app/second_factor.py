"""MFA during a login: text message, authenticator app and recovery code, and enrollment."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from stytch.core.response_base import StytchError

from . import errors
from .pages import redirect, render
from .session import form_field, start_session, step_up_page, stytch_client


async def show(request: Request) -> Response:
    return step_up_page(request) if _unfinished_login(request) else redirect("/")


async def send_sms(request: Request) -> Response:
    """Send a code to the member's phone, or to the number in the form."""
    if not (member := _unfinished_login(request)):
        return redirect("/")
    step, number = request.session["step_up"], await form_field(request, "mfa_phone_number")
    try:
        sent = await stytch_client(request).otps.sms.send_async(**member, mfa_phone_number=number or None)
    except StytchError as e:
        return step_up_page(request, e.details.status_code, errors.form_message(e))
    request.session["step_up"] = {**step, "phone": sent.member.mfa_phone_number, "sms_sent": True}
    return redirect("/step-up")


async def authenticate_sms(request: Request) -> Response:
    if not (member := _unfinished_login(request)):
        return redirect("/")
    code = await form_field(request, "code")
    try:
        login = await stytch_client(request).otps.sms.authenticate_async(**member, code=code)
    except StytchError as e:
        return step_up_page(request, e.details.status_code, errors.form_message(e))
    start_session(request, login)
    return redirect("/dashboard")


async def create_totp(request: Request) -> Response:
    if not (member := _unfinished_login(request)):
        return redirect("/")
    registration = await stytch_client(request).totps.create_async(**member)
    return render(request, "set_up_totp.html", registration=registration, error="")


async def authenticate_totp(request: Request) -> Response:
    """Check a code of the authenticator app. After the first one, show the recovery codes."""
    if not (member := _unfinished_login(request)):
        return redirect("/")
    is_enrolled, code = request.session["step_up"]["has_totp"], await form_field(request, "code")
    try:
        login = await stytch_client(request).totps.authenticate_async(**member, code=code)
    except StytchError as e:
        status, error = e.details.status_code, errors.form_message(e)
        if is_enrolled:
            return step_up_page(request, status, error)
        return render(request, "set_up_totp.html", status, error=error)
    start_session(request, login)
    if is_enrolled:
        return redirect("/dashboard")
    recovery = await stytch_client(request).recovery_codes.get_async(
        login.organization.organization_id, login.member_id
    )
    return render(request, "recovery_codes.html", codes=recovery.recovery_codes)


async def recovery_page(request: Request) -> Response:
    return render(request, "recovery.html", error="") if _unfinished_login(request) else redirect("/")


async def recover(request: Request) -> Response:
    if not (member := _unfinished_login(request)):
        return redirect("/")
    code = await form_field(request, "recovery_code")
    try:
        login = await stytch_client(request).recovery_codes.recover_async(**member, recovery_code=code)
    except StytchError as e:
        return render(request, "recovery.html", e.details.status_code, error=errors.form_message(e))
    start_session(request, login)
    request.session["notice"] = f"You used a recovery code. Codes left: {login.recovery_codes_remaining}."
    return redirect("/dashboard")


def _unfinished_login(request: Request) -> dict[str, Any]:
    """Return the arguments that identify a login without its second factor, or {} if there is none."""
    step, token = request.session.get("step_up"), request.session.get("intermediate_session_token")
    if not step or not token:
        return {}
    return {
        "organization_id": step["organization_id"],
        "member_id": step["member_id"],
        "intermediate_session_token": token,
    }
