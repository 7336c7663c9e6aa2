"""The whole way, through an identity provider of other people's making: from the start URL to a member's session."""

import base64
import html
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.saml.world import ADA, IDP, certificate, key

pytestmark = pytest.mark.slow


class Browser:
    """It keeps cookies, and knows what the identity provider is to do with the next visit."""

    def __init__(self, mock: Any) -> None:
        self.mock = mock
        self.http = httpx.Client(base_url=mock.url, trust_env=False)

    def start(self, connection_id: str, **query: str) -> str:
        """Where the start URL leads."""
        asked = {"public_token": self.mock.public_token, "connection_id": connection_id, **query}
        answer = self.http.get("/v1/public/sso/start", params=asked)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])

    def visit(self, url: str, **options: Any) -> tuple[str, dict[str, str]]:
        """What the identity provider's page posts, and where to."""
        page = self.http.get(url, params={**parse_query(url), "options": json.dumps(options)})
        assert page.status_code == 200, page.text
        fields = dict(re.findall(r'name="(\w+)"\s+value="([^"]*)"', page.text))
        action = re.search(r'action="([^"]*)"', page.text)
        assert action
        return html.unescape(action[1]), {name: html.unescape(value) for name, value in fields.items()}

    def post(self, action: str, fields: dict[str, str]) -> httpx.Response:
        return self.http.post(action, data=fields)


def parse_query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def landed(answer: httpx.Response) -> str:
    """The token that the app gets."""
    assert answer.status_code in (302, 303), answer.text
    found = parse_query(answer.headers["location"])
    assert found["stytch_token_type"] == "sso"
    return found["token"]


@pytest.fixture
def browser(mock):
    return Browser(mock)


@pytest.fixture
def acme(given):
    return given.organization("Acme", organization_slug="acme")


@pytest.fixture
def connection(client, acme, foreign_idp):
    made = client.sso.saml.create_connection(acme.organization_id, display_name="Acme's").connection
    updated = client.sso.saml.update_connection(
        acme.organization_id,
        made.connection_id,
        idp_entity_id=IDP,
        idp_sso_url=f"{foreign_idp}/sso",
        x509_certificate=certificate("idp"),
        attribute_mapping={"email": "email", "full_name": "name", "groups": "groups"},
        saml_encryption_private_key=key("sp"),
    ).connection
    assert updated.status == "active"
    return updated


SIGNED = {
    "assertion": {},
    "response": {"signAssertion": False, "signResponse": True},
    "both": {"signResponse": True},
    "encrypted": {
        "encryptionCert": certificate("sp"),
        "encryptionAlgorithm": "http://www.w3.org/2009/xmlenc11#aes256-gcm",
    },
}


def with_key(options):
    if "encryptionCert" not in options:
        return options
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from mockstytch.protocols.saml import certificates

    made = certificates.load_certificate(certificate("sp")).public_key()
    pem = made.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return {**options, "encryptionPublicKey": pem}


@pytest.mark.parametrize("how", SIGNED)
def test_a_login(client, browser, acme, connection, how):
    url = browser.start(connection.connection_id)
    action, fields = browser.visit(url, **with_key(SIGNED[how]))
    assert action == connection.acs_url
    told = client.sso.authenticate(landed(browser.post(action, fields)))
    assert told.member_authenticated
    assert told.organization_id == acme.organization_id
    assert (told.member.email_address, told.member.name) == (ADA, "Ada <L> & Söhne")
    [registration] = told.member.sso_registrations
    assert registration.external_id == ADA
    assert registration.sso_attributes["groups"] == ["a", "b"]
    assert told.member_session.authentication_factors[0].delivery_method == "sso_saml"


def test_a_connection_by_their_metadata(client, browser, acme, foreign_idp):
    made = client.sso.saml.create_connection(acme.organization_id).connection
    client.sso.saml.update_by_url(acme.organization_id, made.connection_id, metadata_url=f"{foreign_idp}/metadata")
    mapping = {"email": "NameID", "full_name": "name"}
    known = client.sso.saml.update_connection(acme.organization_id, made.connection_id, attribute_mapping=mapping)
    assert (known.connection.status, known.connection.idp_entity_id) == ("active", IDP)
    action, fields = browser.visit(browser.start(made.connection_id))
    assert client.sso.authenticate(landed(browser.post(action, fields))).member.email_address == ADA


def test_they_verify_our_signature(client, browser, connection):
    [signing] = connection.signing_certificates
    action, _ = browser.visit(browser.start(connection.connection_id), signingCert=signing.certificate)
    assert action == connection.acs_url


def test_nobody_asked(client, browser, acme, connection, foreign_idp):
    addressed = dict.fromkeys(("recipient", "destination", "audience"), connection.acs_url)
    action, fields = browser.visit(f"{foreign_idp}/login", **addressed)
    told = client.sso.authenticate(landed(browser.post(action, fields)))
    assert told.member.email_address == ADA
    again = browser.post(action, fields)
    assert again.json()["error_type"] == "duplicate_saml_response"
    client.sso.saml.update_connection(acme.organization_id, connection.connection_id, idp_initiated_auth_disabled=True)
    refused = browser.post(*browser.visit(f"{foreign_idp}/login", **addressed))
    assert refused.json()["error_type"] == "saml_idp_initiated_auth_disabled"


REFUSED = {
    "sha1": ({"signatureAlgorithm": "rsa-sha1"}, "invalid_signature_saml_response"),
    "no signature": ({"signAssertion": False}, "missing_signature_saml_response"),
    "another issuer": ({"issuer": "https://else.test"}, "invalid_saml_response"),
    "another audience": ({"audience": "https://else.test"}, "invalid_audience_saml_response"),
    "another recipient": ({"recipient": "https://else.test"}, "invalid_saml_response"),
    "expired": ({"lifetimeInSeconds": -100}, "expired_saml_response"),
    "status": ({"samlStatusCode": "urn:oasis:names:tc:SAML:2.0:status:Responder"}, "failed_saml_response"),
    "no address": ({"user": {"claims": {"name": "Ada"}}}, "invalid_saml_response_email"),
}


@pytest.mark.parametrize("which", REFUSED)
def test_what_is_refused(client, browser, acme, connection, which):
    """… with its own error, and nobody becomes a member by it."""
    options, refusal = REFUSED[which]
    action, fields = browser.visit(browser.start(connection.connection_id), **options)
    answer = browser.post(action or connection.acs_url, fields)
    assert (answer.status_code, answer.json()["error_type"]) == (400, refusal)
    found = client.organizations.members.search([acme.organization_id]).members
    assert found == []


def test_a_response_that_was_changed(browser, connection):
    action, fields = browser.visit(browser.start(connection.connection_id))
    document = base64.b64decode(fields["SAMLResponse"]).decode().replace(ADA, "eve@acme.test")
    forged = {**fields, "SAMLResponse": base64.b64encode(document.encode()).decode()}
    assert browser.post(action, forged).json()["error_type"] == "invalid_signature_saml_response"
    landed(browser.post(action, fields))  # the genuine one still gets in, once
    assert browser.post(action, fields).json()["error_type"] == "missing_saml_csrf_cookie"


def test_a_response_to_another_connection(client, browser, given, connection):
    """Another organization that trusts the same identity provider is another audience."""
    other = given.organization("Other")
    made = client.sso.saml.create_connection(other.organization_id).connection
    client.sso.saml.update_connection(
        other.organization_id,
        made.connection_id,
        idp_entity_id=IDP,
        idp_sso_url=connection.idp_sso_url,
        x509_certificate=certificate("idp"),
        attribute_mapping={"email": "email", "full_name": "name"},
    )
    _, fields = browser.visit(browser.start(connection.connection_id))
    assert browser.post(made.acs_url, fields).json()["error_type"] == "unsolicited_saml_response"
    addressed = dict.fromkeys(("recipient", "destination", "audience"), connection.acs_url)
    _, fields = browser.visit(connection.idp_sso_url.replace("/sso", "/login"), **addressed)
    assert browser.post(made.acs_url, fields).json()["error_type"] == "invalid_saml_response"


def test_another_browser(browser, mock, connection):
    """Who has a response, but didn't ask for it: the login of somebody else can't be put upon a browser."""
    action, fields = browser.visit(browser.start(connection.connection_id))
    other = Browser(mock)
    assert other.post(action, fields).json()["error_type"] == "missing_saml_csrf_cookie"
    other.start(connection.connection_id)
    assert other.post(action, fields).json()["error_type"] == "saml_csrf_cookie_mismatch"
    landed(browser.post(action, fields))
