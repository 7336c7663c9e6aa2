"""A simulated browser in an SSO flow: to an identity provider and back."""

import base64
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from mockstytch import MockStytch
from tests.support.keys import rsa_key


class SsoVisit:
    """One browser. It keeps cookies, follows redirects and posts forms, but only on this server."""

    def __init__(self, mock: MockStytch) -> None:
        self.mock = mock
        self.http = httpx.Client(base_url=mock.url, trust_env=False)

    def start(self, **query: Any) -> httpx.Response:
        """Return the response of the start URL. ``public_token`` defaults to the project's."""
        return self.http.get("/v1/public/sso/start", params={"public_token": self.mock.public_token, **query})

    def follow_to_callback(self, response: httpx.Response) -> httpx.Response:
        """Follow redirects and return the response that leads to the callback URL."""
        while not leads_to_callback(response) and response.is_redirect:
            response = self.http.get(response.headers["location"])
        return response

    def send_callback(self, response: httpx.Response) -> httpx.Response:
        """Request the callback URL, by redirect or by form, and return its response."""
        if response.is_redirect:
            return self.http.get(response.headers["location"])
        target, fields = form(response)
        return self.http.post(target, data=fields)

    def provider_response(self, connection_id: str, **query: Any) -> httpx.Response:
        """Start a flow and return the identity provider's response."""
        return self.follow_to_callback(self.start(connection_id=connection_id, **query))

    def login(self, connection_id: str, **query: Any) -> httpx.Response:
        """Start and finish a flow and return the callback's response."""
        return self.send_callback(self.provider_response(connection_id, **query))

    def app_query(self, connection_id: str, **query: Any) -> dict[str, str]:
        """Start and finish a flow and return the query of the app's URL."""
        return app_query_of(self.login(connection_id, **query))

    def token(self, connection_id: str, email: str, **identity: Any) -> str:
        """Log a user in at the connection's built-in provider and return the token for the app."""
        provider = connection_id.partition("-")[0]
        self.mock.next_identity(provider, email, connection_id=connection_id, **identity)
        return self.app_query(connection_id)["token"]


def leads_to_callback(response: httpx.Response) -> bool:
    """Return whether a response redirects or posts to the callback URL."""
    if response.is_redirect:
        return "/v1/b2b/sso/callback/" in response.headers["location"]
    return "SAMLResponse" in response.text


def form(response: httpx.Response) -> tuple[str, dict[str, str]]:
    """Return the action of a page's form ("" if it has none) and its fields."""
    fields = re.findall(r'name="(\w+)" value="([^"]*)"', response.text)
    target = re.search(r'action="([^"]*)"', response.text)
    return unescape(target[1]) if target else "", {name: unescape(value) for name, value in fields}


def app_query_of(response: httpx.Response) -> dict[str, str]:
    """Return the query of a redirect to the app."""
    assert response.is_redirect, response.text
    assert response.headers["location"].startswith("http://localhost:3000/"), response.headers["location"]
    return dict(parse_qsl(urlsplit(response.headers["location"]).query))


def error_type(response: httpx.Response) -> str:
    """Return the error type of a start or a callback that was refused."""
    assert not response.is_redirect, response.headers["location"]
    body = response.json()
    assert body["status_code"] == response.status_code
    return str(body["error_type"])


def saml_document(response: httpx.Response) -> str:
    """Return the SAML response in an identity provider's form, as XML."""
    return base64.b64decode(form(response)[1]["SAMLResponse"]).decode()


def saml_keys() -> tuple[str, str]:
    """Return a new RSA key in PKCS1, and its certificate."""
    from datetime import UTC, datetime

    from cryptography.hazmat.primitives import serialization

    from mockstytch.protocols.saml import certificates

    key = rsa_key()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode()
    return pem, certificates.self_signed(pem, "idp.test", datetime.now(UTC))
