"""Helpers for tests of one-time codes and second factors."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from stytch.core.response_base import StytchError

from mockstytch import MockStytch

PHONE, OTHER_PHONE = "+14155550123", "+14155550124"
PASSWORD, _HASH = "correct-horse-battery-staple-9", "$2b$04$ouR.ubm6Dgo9kFmOMEwMt.H/TG0MaBxuNZavxeQaERVSZe.dSBWKO"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def refusal(method: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[int, str]:
    """Call a method that must fail, and return the status and type of the error."""
    with pytest.raises(StytchError) as caught:
        method(*args, **kwargs)
    details = caught.value.details
    assert details.error_url.endswith(f"{details.status_code}#{details.error_type}")
    return details.status_code, str(details.error_type)


def types(answer: Any) -> list[str]:
    """Return the types of the factors in a response's session."""
    return [factor.type for factor in answer.member_session.authentication_factors]


def wrong_code(code: str) -> str:
    """Return a code that differs from this one."""
    return f"{(int(code) + 1) % 1_000_000:06}"


def sms_code(mock: MockStytch, to: str = PHONE) -> str:
    """Return the code in the newest text message."""
    return str(mock.inbox.latest(to=to, kind="sms_otp").code)


def totp_code(mock: MockStytch, secret: str = SECRET, steps: int = 0) -> str:
    """Return the code that an authenticator app shows, some steps of 30 seconds from now."""
    return pyotp.TOTP(secret).at(mock.clock.now() + timedelta(seconds=30 * steps))


def ids(member: Any) -> dict[str, str]:
    """Return the arguments that name a member."""
    return {"organization_id": member.organization_id, "member_id": member.member_id}


def with_app(client: Any, member: Any, recovery_codes: tuple[str, ...] = ()) -> Any:
    """Register an authenticator app with ``SECRET``, and return the member."""
    return client.totps.migrate(**ids(member), secret=SECRET, recovery_codes=list(recovery_codes)).member


def with_phone(client: Any, mock: MockStytch, member: Any, session_token: str) -> Any:
    """Verify a phone number with a session, which gets the factor. Return the member."""
    client.otps.sms.send(**ids(member), mfa_phone_number=PHONE, session_token=session_token)
    answer = client.otps.sms.authenticate(**ids(member), code=sms_code(mock), session_token=session_token)
    return answer.member


def with_password(client: Any, member: Any) -> Any:
    """Set the password ``PASSWORD``, and return the member."""
    arguments = {"organization_id": member.organization_id, "email_address": member.email_address}
    return client.passwords.migrate(**arguments, hash=_HASH, hash_type="bcrypt").member


class LoginMethods:
    """The login methods. Each one logs a member in, and returns the response of its last call."""

    def __init__(self, mock, client, given, http):
        self.mock, self.client, self.given, self.http = mock, client, given, http

    def magic_link(self, member, **options):
        token = self.given.link_token(member, member.email_address)
        return self.client.magic_links.authenticate(token, **options)

    def email_otp(self, member, **options):
        self.client.otps.email.login_or_signup(member.organization_id, member.email_address)
        code = self.mock.inbox.latest(to=member.email_address).code
        return self.client.otps.email.authenticate(member.organization_id, member.email_address, code, **options)

    def password(self, member, **options):
        if not self.client.organizations.members.get(**ids(member)).member.member_password_id:
            with_password(self.client, member)
        return self.client.passwords.authenticate(member.organization_id, member.email_address, PASSWORD, **options)

    def oauth(self, member, provider="google", tenant_ids=(), **options):
        self.mock.next_identity(provider, member.email_address, tenant_ids=list(tenant_ids))
        start = f"/v1/b2b/public/oauth/{provider}/start"
        query = {"public_token": self.mock.public_token, "organization_id": member.organization_id}
        location = self.http.get(start, params=query).headers["location"]
        while "stytch_token_type" not in location:
            location = self.http.get(location).headers["location"]
        (token,) = parse_qs(urlsplit(location).query)["token"]
        return self.client.oauth.authenticate(token, **options)

    def discovery(self, member, **options):
        intermediate = self.given.intermediate_session(member.email_address)
        return self.client.discovery.intermediate_sessions.exchange(intermediate, member.organization_id, **options)

    def exchange(self, member):
        elsewhere = self.given.organization("Elsewhere")
        login = self.given.login(elsewhere, self.given.member(elsewhere, member.email_address))
        return self.client.sessions.exchange(member.organization_id, session_token=login.session_token)
