"""What people see when something fails: what happened, and what they can do about it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from .pages import go, render

# By the API's error_type: a heading, and what to do next.
_SAID = {
    "unable_to_auth_magic_link": ("This link no longer works", "It was used before, or is too old. Ask for a new one."),
    "magic_link_not_found": ("This link doesn't work", "It may have been cut off in the mail. Ask for a new one."),
    "invalid_token": ("This link is incomplete", "It may have been cut off in the mail. Ask for a new one."),
    "invalid_email": ("That is no e-mail address", "Check it for a typing mistake and try again."),
    "sso_token_not_found": ("That took too long", "Go to your organization's login page, and start again."),
    "invalid_connection_for_jit_provisioning": (
        "By invitation only",
        "Ask somebody in this organization to invite you.",
    ),
    "intermediate_session_not_found": ("That took too long", "Your e-mail address has to be confirmed once more."),
    "organization_not_found": ("There is no such organization", "Check how the name in the address is spelled."),
    "invalid_organization_id": ("There is no such organization", "Check how the name in the address is spelled."),
    "session_authorization_error": (
        "You may not do that",
        "Your roles in this organization don't allow it. Ask one of its administrators.",
    ),
    "duplicate_member_email": ("Already a member", "Whoever has this address can simply log in."),
    "email_jit_provisioning_not_allowed": ("By invitation only", "Ask somebody in this organization to invite you."),
    "invalid_email_for_jit_provisioning": ("By invitation only", "Ask somebody in this organization to invite you."),
    "user_lock_limit_reached": ("Too many wrong attempts", "Your login is locked for a while. Try again later."),
    "member_reset_password": ("A new password is needed", "The old one is no longer safe. Set another by e-mail."),
    "unable_to_auth_password_reset_token": (
        "This link no longer works",
        "It was used before, or is too old. Ask for a new one.",
    ),
    "session_too_old_to_reset_password": ("Log in again", "A password can be set only shortly after a login."),
    "operation_restricted_by_organization_auth_methods": (
        "Not this way",
        "The organization asks for another way to log in.",
    ),
    "unauthorized_credentials": ("This app is not set up right", "Its STYTCH_PROJECT_ID or STYTCH_SECRET is wrong."),
}


# Errors of what was typed, which the form itself can say. All else gets a page.
_TYPED = {
    "otp_code_not_found": "That is not the code. Look again, and enter it once more.",
    "unable_to_auth_otp_code": "This code was used before, or is too old. Ask for a new one.",
    "invalid_code": "A code has six digits.",
    "invalid_totp_code": "A code has six digits.",
    "unable_to_authenticate_totp": "That is not the code that the app shows now.",
    "totp_code_already_authenticated": "This code was used already. Wait for the next one.",
    "recovery_code_used_as_totp_code": "This is a recovery code. Enter the code that the app shows.",
    "totp_code_used_as_recovery_code": "This is a code of the app. Enter a recovery code.",
    "invalid_recovery_code": "A recovery code looks different.",
    "unable_to_authenticate_recovery_code": "This is no recovery code of yours, or it was used before.",
    "unauthorized_credentials": "The address or the password is wrong.",
    "member_not_found": "The address or the password is wrong.",
    "member_password_not_found": "There is no password yet. Set one by e-mail.",
    "password_does_not_match": "The current password is another.",
    "weak_password": "This password is too easy to guess. Take a longer one.",
    "breached_password": "This password is known from a data breach. Take another.",
    "invalid_phone_number": "Enter the number with its country, as in +12025550123.",
    "invalid_phone_number_country_code": "No messages are sent to that country.",
    "duplicate_member_phone_number_for_member": "Another number is registered already.",
}


def in_place(error: Any) -> str:
    """What a form says of what was typed into it.

    Raises:
        StytchError: this one, where it is about something else.
    """
    said = _TYPED.get(error.details.error_type)
    if said is None:
        raise error
    return said


async def refused(request: Request, error: Any) -> Response:
    """A StytchError. A session that has ended is no error to people: they log in again."""
    details = error.details
    if details.error_type == "session_not_found":
        return await not_logged_in(request, error)
    # the SDK reports an answer that it can't read as an error, too, and then with that answer's own status
    status = details.status_code if details.status_code >= 400 else 502
    heading, advice = _SAID.get(details.error_type or "", ("That didn't work", _advice(status)))
    return render(request, "error.html", status, status=status, details=details, heading=heading, advice=advice)


def _advice(status: int) -> str:
    if status == 429:
        return "Too much was asked for in a short time. Wait a minute, then try again."
    return "Try again in a moment." if status >= 500 else "Check what you entered, or start again."


async def unreachable(request: Request, error: Exception) -> Response:
    advice = "The login service can't be reached. Try again in a moment."
    return render(request, "error.html", 502, status=502, details=None, heading="Nobody answers", advice=advice)


async def not_logged_in(request: Request, error: Exception) -> Response:
    if request.session.pop("session_token", None):
        request.session["notice"] = "Your session has ended. Log in again."
    return go("/")


async def no_such_page(request: Request, error: Any) -> Response:
    status, heading, advice = error.status_code, "That can't be done here", "Go back to where you came from."
    if status == 404:
        heading, advice = "There is no such page", "The address may have a typing mistake."
    return render(request, "error.html", status, status=status, details=None, heading=heading, advice=advice)


async def defect(request: Request, error: Exception) -> Response:
    advice = "The fault is ours. Try again in a moment."
    return render(request, "error.html", 500, status=500, details=None, heading="Something went wrong", advice=advice)
