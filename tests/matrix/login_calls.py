"""Each way of logging a member in, as a call that a test can make after it has changed something.

``LOGINS["oauth.authenticate"](given, organization, member)`` does what comes before the call, such as sending a code.
It returns the call, which takes the session fields of the operation.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.api.sso_visits import SsoVisit
from tests.contract.factors import NEW_PASSWORD, PASSWORD, code, ids, oauth_token, totp_code
from tests.support.given import Given

Call = Callable[..., Any]
RECOVERY_CODE = "aaaa-bbbb-cccc"


def _by_address(member: Any) -> dict[str, str]:
    return {"organization_id": member.organization_id, "email_address": member.email_address}


def _oauth(given: Given, organization: Any, member: Any) -> Call:
    token = oauth_token(given, slug=organization.organization_slug, email=member.email_address)
    return partial(given.client.oauth.authenticate, token)


def _sso(given: Given, organization: Any, member: Any) -> Call:
    provider = given.mock.identity_provider(organization.organization_id, "saml")
    token = SsoVisit(given.mock).token(provider.connection_id, member.email_address)
    return partial(given.client.sso.authenticate, token)


def _email_otp(given: Given, _: Any, member: Any) -> Call:
    given.client.otps.email.login_or_signup(**_by_address(member))
    return partial(given.client.otps.email.authenticate, **_by_address(member), code=code(given, member.email_address))


def _password(given: Given, _: Any, member: Any) -> Call:
    return partial(given.client.passwords.authenticate, **_by_address(member), password=PASSWORD)


def _email_reset(given: Given, _: Any, member: Any) -> Call:
    given.client.passwords.email.reset_start(**_by_address(member))
    token = given.token(member.email_address, "password_reset")
    return partial(given.client.passwords.email.reset, token, NEW_PASSWORD)


def _existing_password_reset(given: Given, _: Any, member: Any) -> Call:
    reset = given.client.passwords.existing_password.reset
    return partial(reset, **_by_address(member), existing_password=PASSWORD, new_password=NEW_PASSWORD)


def _sms(given: Given, _: Any, member: Any) -> Call:
    def call(**session: Any) -> Any:
        credential = {name: value for name, value in session.items() if name.endswith("session_token")}
        given.client.otps.sms.send(**ids(member), **credential)
        sent = code(given, member.mfa_phone_number)
        return given.client.otps.sms.authenticate(**ids(member), code=sent, **session)

    return call


def _totp(given: Given, _: Any, member: Any) -> Call:
    return partial(given.client.totps.authenticate, **ids(member), code=totp_code(given))


def _recovery_code(given: Given, _: Any, member: Any) -> Call:
    return partial(given.client.recovery_codes.recover, **ids(member), recovery_code=RECOVERY_CODE)


LOGINS: dict[str, Callable[[Given, Any, Any], Call]] = {
    "oauth.authenticate": _oauth,
    "sso.authenticate": _sso,
    "otp_email.authenticate": _email_otp,
    "passwords.authenticate": _password,
    "passwords.email_reset": _email_reset,
    "passwords.existing_password_reset": _existing_password_reset,
    "otp_sms.authenticate": _sms,
    "totp.authenticate": _totp,
    "recovery_codes.recover": _recovery_code,
}
SECOND_FACTORS = ("otp_sms.authenticate", "totp.authenticate", "recovery_codes.recover")
PRIMARY_FACTORS = tuple(name for name in LOGINS if name not in SECOND_FACTORS)
WITH_INTERMEDIATE_SESSION = (
    "oauth.authenticate",
    "sso.authenticate",
    "passwords.authenticate",
    "passwords.email_reset",
)
