"""Error pages and error messages in forms: what happened, and what to do."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from .pages import redirect, render

# Error pages, by the API's error_type: a heading, and what to do.
_PAGES = {
    "unable_to_auth_magic_link": ("This link no longer works", "It was used or has expired. Request a new one."),
    "magic_link_not_found": ("This link doesn't work", "It may be incomplete. Request a new one."),
    "invalid_token": ("This link is incomplete", "Copy the whole link, or request a new one."),
    "invalid_email": ("That's not a valid e-mail address", "Check it for typing errors and try again."),
    "sso_token_not_found": ("The login took too long", "Start again at your organization's login page."),
    "invalid_connection_for_jit_provisioning": ("By invitation only", "Ask an administrator to invite you."),
    "intermediate_session_not_found": ("The login took too long", "Start again with your e-mail address."),
    "organization_not_found": ("Organization not found", "Check the spelling of its address."),
    "invalid_organization_id": ("Organization not found", "Check the spelling of its address."),
    "session_authorization_error": ("Not allowed", "Your roles don't allow this. Ask an administrator."),
    "duplicate_member_email": ("Already a member", "The person with this address can log in."),
    "email_jit_provisioning_not_allowed": ("By invitation only", "Ask an administrator to invite you."),
    "invalid_email_for_jit_provisioning": ("By invitation only", "Ask an administrator to invite you."),
    "user_lock_limit_reached": ("Too many wrong attempts", "Your account is locked for a while. Try again later."),
    "member_reset_password": ("Set a new password", "Your old password isn't safe any more. Set a new one by e-mail."),
    "unable_to_auth_password_reset_token": (
        "This link no longer works",
        "It was used or has expired. Request a new one.",
    ),
    "session_too_old_to_reset_password": ("Log in again", "You can set a password only shortly after a login."),
    "operation_restricted_by_organization_auth_methods": (
        "Not allowed",
        "The organization requires another login method.",
    ),
    "unauthorized_credentials": (
        "This app isn't configured correctly",
        "Check STYTCH_PROJECT_ID and STYTCH_SECRET.",
    ),
}


# Messages in forms, by error_type, for errors in what was entered. All other errors are shown on a page.
FORM_MESSAGES = {
    "otp_code_not_found": "Wrong code. Check it and enter it again.",
    "unable_to_auth_otp_code": "This code was used or has expired. Request a new one.",
    "invalid_code": "Enter a code of six digits.",
    "invalid_totp_code": "Enter a code of six digits.",
    "unable_to_authenticate_totp": "Wrong code. Enter the code that the app shows now.",
    "totp_code_already_authenticated": "This code was already used. Wait for the next one.",
    "recovery_code_used_as_totp_code": "This is a recovery code. Enter the code that the app shows.",
    "totp_code_used_as_recovery_code": "This is a code of the app. Enter a recovery code.",
    "invalid_recovery_code": "This isn't a valid recovery code.",
    "unable_to_authenticate_recovery_code": "This recovery code is wrong or was already used.",
    "unauthorized_credentials": "The e-mail address or the password is wrong.",
    "member_not_found": "The e-mail address or the password is wrong.",
    "member_password_not_found": "You don't have a password yet. Set one by e-mail.",
    "password_does_not_match": "The current password is wrong.",
    "weak_password": "This password is too easy to guess. Choose a longer one.",
    "breached_password": "This password was found in a data breach. Choose another.",
    "invalid_phone_number": "Enter the number with its country code, for example +12025550123.",
    "invalid_phone_number_country_code": "Text messages can't be sent to that country.",
    "duplicate_member_phone_number_for_member": "Another number is already registered.",
}


def form_message(error: Any) -> str:
    """Return the message to show in the form.

    Raises:
        StytchError: if the error isn't about what was entered.
    """
    message = FORM_MESSAGES.get(error.details.error_type)
    if message is None:
        raise error
    return message


async def stytch_error(request: Request, error: Any) -> Response:
    details = error.details
    if details.error_type == "session_not_found":
        return await not_logged_in(request, error)
    # the SDK also raises this error for a response that it can't parse, then with that response's status
    status = details.status_code if details.status_code >= 400 else 502
    heading, advice = _PAGES.get(details.error_type or "", ("That didn't work", _advice(status)))
    return render(request, "error.html", status, status=status, details=details, heading=heading, advice=advice)


def _advice(status: int) -> str:
    if status == 429:
        return "Too many requests in a short time. Wait a minute, then try again."
    return "Try again in a moment." if status >= 500 else "Check what you entered, or start again."


async def service_unreachable(request: Request, error: Exception) -> Response:
    heading, advice = "Login service unreachable", "Try again in a moment."
    return render(request, "error.html", 502, status=502, details=None, heading=heading, advice=advice)


async def not_logged_in(request: Request, error: Exception) -> Response:
    """Redirect to the start page, with a notice if a session has ended."""
    if request.session.pop("session_token", None):
        request.session["notice"] = "Your session has ended. Log in again."
    return redirect("/")


async def http_error(request: Request, error: Any) -> Response:
    status, heading, advice = error.status_code, "Not allowed here", "Go back to the previous page."
    if status == 404:
        heading, advice = "Page not found", "Check the address for typing errors."
    return render(request, "error.html", status, status=status, details=None, heading=heading, advice=advice)


async def unexpected_error(request: Request, error: Exception) -> Response:
    heading, advice = "Something went wrong", "This is an error in the app. Try again in a moment."
    return render(request, "error.html", 500, status=500, details=None, heading=heading, advice=advice)
