"""A browser on its way to an identity provider and back, without the browser."""

import base64
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from mockstytch import MockStytch
from tests.support.keys import rsa_key


class SsoVisit:
    """One browser: it keeps its cookies, follows redirects and sends off forms until it would leave this server."""

    def __init__(self, mock: MockStytch) -> None:
        self.mock = mock
        self.http = httpx.Client(base_url=mock.url, trust_env=False)

    def start(self, **query: Any) -> httpx.Response:
        """The answer of the start URL; ``public_token`` is the project's unless given."""
        return self.http.get("/v1/public/sso/start", params={"public_token": self.mock.public_token, **query})

    def arrive(self, answer: httpx.Response) -> httpx.Response:
        """Go on until the next request would be the callback's; then ``answer`` says which that is."""
        while not is_callback(answer) and answer.is_redirect:
            answer = self.http.get(answer.headers["location"])
        return answer

    def back(self, answer: httpx.Response) -> httpx.Response:
        """The request of the callback, by link or by form."""
        if answer.is_redirect:
            return self.http.get(answer.headers["location"])
        target, fields = form(answer)
        return self.http.post(target, data=fields)

    def at_the_idp(self, connection_id: str, **query: Any) -> httpx.Response:
        """The identity provider's answer, before the browser takes it back."""
        return self.arrive(self.start(connection_id=connection_id, **query))

    def login(self, connection_id: str, **query: Any) -> httpx.Response:
        """The callback's answer."""
        return self.back(self.at_the_idp(connection_id, **query))

    def landing(self, connection_id: str, **query: Any) -> dict[str, str]:
        """The query with which the app is reached."""
        return landed(self.login(connection_id, **query))

    def token(self, connection_id: str, email: str, **identity: Any) -> str:
        """The token of somebody who comes by the connection's built-in provider."""
        provider = connection_id.partition("-")[0]
        self.mock.next_identity(provider, email, connection_id=connection_id, **identity)
        return self.landing(connection_id)["token"]


def is_callback(answer: httpx.Response) -> bool:
    if answer.is_redirect:
        return "/v1/b2b/sso/callback/" in answer.headers["location"]
    return "SAMLResponse" in answer.text


def form(answer: httpx.Response) -> tuple[str, dict[str, str]]:
    """Where a page's form goes, if it says so, and its fields."""
    fields = re.findall(r'name="(\w+)" value="([^"]*)"', answer.text)
    target = re.search(r'action="([^"]*)"', answer.text)
    return unescape(target[1]) if target else "", {name: unescape(value) for name, value in fields}


def landed(answer: httpx.Response) -> dict[str, str]:
    assert answer.is_redirect, answer.text
    assert answer.headers["location"].startswith("http://localhost:3000/"), answer.headers["location"]
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


def error_type(answer: httpx.Response) -> str:
    """Of a callback, or a start, that is refused."""
    assert not answer.is_redirect, answer.headers["location"]
    body = answer.json()
    assert body["status_code"] == answer.status_code
    return str(body["error_type"])


def xml(answer: httpx.Response) -> str:
    """The SAML response that an identity provider's form would send off."""
    return base64.b64decode(form(answer)[1]["SAMLResponse"]).decode()


def saml_keys() -> tuple[str, str]:
    """A fresh RSA key in PKCS1, and its certificate."""
    from datetime import UTC, datetime

    from cryptography.hazmat.primitives import serialization

    from mockstytch.protocols.saml import certificates

    key = rsa_key()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode()
    return pem, certificates.self_signed(pem, "idp.test", datetime.now(UTC))
