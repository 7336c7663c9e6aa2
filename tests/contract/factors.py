"""Codes, authenticator apps, passwords and provider accounts, for stories and for tests of bad requests."""

import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp

from tests.support.given import Given

PASSWORD, NEW_PASSWORD = "correct horse battery staple", "tractor melon violin quarry"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PHONE = "+14155550123"


def ids(member: Any) -> dict[str, str]:
    return {"organization_id": member.organization_id, "member_id": member.member_id}


def code(given: Given, to: str) -> str:
    """Return the code in the newest message to an e-mail address or phone number."""
    return str(given.mock.inbox.latest(to=to).code)


def totp_code(given: Given, secret: str = SECRET) -> str:
    """Return the code that the authenticator app shows now."""
    return pyotp.TOTP(secret).at(given.mock.clock.now())


def md5(password: str = PASSWORD) -> str:
    return hashlib.md5(password.encode()).hexdigest()


def with_password(given: Given, organization: Any, email_address: str = "ada@acme.test") -> Any:
    """Create a member whose password is ``PASSWORD``."""
    made = given.client.passwords.migrate(
        organization_id=organization.organization_id, email_address=email_address, hash=md5(), hash_type="md_5"
    )
    return made.member


def reset_token(given: Given, organization: Any, email_address: str = "ada@acme.test") -> str:
    given.client.passwords.email.reset_start(organization.organization_id, email_address)
    return given.token(email_address, "password_reset")


def with_app(given: Given, member: Any, *recovery_codes: str) -> Any:
    """Register an authenticator app with ``SECRET`` for a member."""
    return given.client.totps.migrate(**ids(member), secret=SECRET, recovery_codes=list(recovery_codes)).member


def oauth_token(given: Given, provider: str = "google", slug: str = "acme", **identity: Any) -> str:
    """Log in at a provider and return the token. Without a ``slug``, the login is for discovery."""
    pkce = {name: identity.pop(name) for name in ["pkce_code_challenge"] if name in identity}
    given.mock.next_identity(provider, **{"email": "ada@acme.test", "name": "Ada", **identity})
    path = f"/v1/b2b/public/oauth/{provider}" + ("/start" if slug else "/discovery/start")
    with httpx.Client(base_url=given.mock.url, trust_env=False) as browser:
        where = {"slug": slug} if slug else {}
        answer = browser.get(path, params={"public_token": given.mock.public_token, **where, **pkce})
        while answer.headers["location"].startswith(given.mock.url):
            answer = browser.get(answer.headers["location"])
    return parse_qs(urlsplit(answer.headers["location"]).query)["token"][0]


def with_account(given: Given, provider: str, **identity: Any) -> Any:
    """Create a member of a new organization, with an account at a provider."""
    acme = given.organization()
    ada = given.member(acme, "ada@acme.test")
    session_token = given.login(acme, ada).session_token  # the e-mail verifies the address if the provider doesn't
    token = oauth_token(given, provider, acme.organization_slug, **identity)
    given.client.oauth.authenticate(token, session_token=session_token)
    return ada
