"""Complete logins through a third-party identity provider: from the start URL to the member's session."""

import base64
import html
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.saml.helpers import ADA, IDP, certificate, private_key

pytestmark = pytest.mark.slow


class Browser:
    """A browser with cookies. It passes options for the response to the identity provider."""

    def __init__(self, mock: Any) -> None:
        self.mock = mock
        self.http = httpx.Client(base_url=mock.url, trust_env=False)

    def start(self, connection_id: str, **query: str) -> str:
        """Return the URL that the start URL redirects to."""
        query = {"public_token": self.mock.public_token, "connection_id": connection_id, **query}
        response = self.http.get("/v1/public/sso/start", params=query)
        assert response.status_code == 302, response.text
        return str(response.headers["location"])

    def visit(self, url: str, **options: Any) -> tuple[str, dict[str, str]]:
        """Return the action and the fields of the identity provider's form."""
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


def app_token(response: httpx.Response) -> str:
    """Return the token in the app's URL."""
    assert response.status_code in (302, 303), response.text
    query = parse_query(response.headers["location"])
    assert query["stytch_token_type"] == "sso"
    return query["token"]


@pytest.fixture
def browser(mock):
    return Browser(mock)


@pytest.fixture
def acme(given):
    return given.organization("Acme", organization_slug="acme")


@pytest.fixture
def connection(client, acme, third_party_idp):
    pending = client.sso.saml.create_connection(acme.organization_id, display_name="Acme's").connection
    updated = client.sso.saml.update_connection(
        acme.organization_id,
        pending.connection_id,
        idp_entity_id=IDP,
        idp_sso_url=f"{third_party_idp}/sso",
        x509_certificate=certificate("idp"),
        attribute_mapping={"email": "email", "full_name": "name", "groups": "groups"},
        saml_encryption_private_key=private_key("sp"),
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


def with_public_key(options):
    if "encryptionCert" not in options:
        return options
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from mockstytch.protocols.saml import certificates

    key = certificates.load_certificate(certificate("sp")).public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return {**options, "encryptionPublicKey": pem}


@pytest.mark.parametrize("how", SIGNED)
def test_login_through_samlp_succeeds(client, browser, acme, connection, how):
    url = browser.start(connection.connection_id)
    action, fields = browser.visit(url, **with_public_key(SIGNED[how]))
    assert action == connection.acs_url
    login = client.sso.authenticate(app_token(browser.post(action, fields)))
    assert login.member_authenticated
    assert login.organization_id == acme.organization_id
    assert (login.member.email_address, login.member.name) == (ADA, "Ada <L> & Söhne")
    [registration] = login.member.sso_registrations
    assert registration.external_id == ADA
    assert registration.sso_attributes["groups"] == ["a", "b"]
    assert login.member_session.authentication_factors[0].delivery_method == "sso_saml"


def test_connection_from_metadata_works(client, browser, acme, third_party_idp):
    connection = client.sso.saml.create_connection(acme.organization_id).connection
    client.sso.saml.update_by_url(
        acme.organization_id, connection.connection_id, metadata_url=f"{third_party_idp}/metadata"
    )
    mapping = {"email": "NameID", "full_name": "name"}
    updated = client.sso.saml.update_connection(
        acme.organization_id, connection.connection_id, attribute_mapping=mapping
    )
    assert (updated.connection.status, updated.connection.idp_entity_id) == ("active", IDP)
    action, fields = browser.visit(browser.start(connection.connection_id))
    assert client.sso.authenticate(app_token(browser.post(action, fields))).member.email_address == ADA


def test_samlp_verifies_the_signature_of_requests(client, browser, connection):
    [signing] = connection.signing_certificates
    action, _ = browser.visit(browser.start(connection.connection_id), signingCert=signing.certificate)
    assert action == connection.acs_url


def test_login_started_at_samlp_works_once(client, browser, acme, connection, third_party_idp):
    addressed = dict.fromkeys(("recipient", "destination", "audience"), connection.acs_url)
    action, fields = browser.visit(f"{third_party_idp}/login", **addressed)
    login = client.sso.authenticate(app_token(browser.post(action, fields)))
    assert login.member.email_address == ADA
    replay = browser.post(action, fields)
    assert replay.json()["error_type"] == "duplicate_saml_response"
    client.sso.saml.update_connection(acme.organization_id, connection.connection_id, idp_initiated_auth_disabled=True)
    refused = browser.post(*browser.visit(f"{third_party_idp}/login", **addressed))
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


@pytest.mark.parametrize("case", REFUSED)
def test_invalid_response_is_refused_and_creates_no_member(client, browser, acme, connection, case):
    options, error_type = REFUSED[case]
    action, fields = browser.visit(browser.start(connection.connection_id), **options)
    response = browser.post(action or connection.acs_url, fields)
    assert (response.status_code, response.json()["error_type"]) == (400, error_type)
    members = client.organizations.members.search([acme.organization_id]).members
    assert members == []


def test_forged_response_is_refused(browser, connection):
    action, fields = browser.visit(browser.start(connection.connection_id))
    document = base64.b64decode(fields["SAMLResponse"]).decode().replace(ADA, "eve@acme.test")
    forged = {**fields, "SAMLResponse": base64.b64encode(document.encode()).decode()}
    assert browser.post(action, forged).json()["error_type"] == "invalid_signature_saml_response"
    app_token(browser.post(action, fields))  # the original one is accepted, once
    assert browser.post(action, fields).json()["error_type"] == "missing_saml_csrf_cookie"


def test_response_to_another_connection_is_refused(client, browser, given, connection):
    """Two organizations with the same identity provider are two audiences."""
    other = given.organization("Other")
    pending = client.sso.saml.create_connection(other.organization_id).connection
    client.sso.saml.update_connection(
        other.organization_id,
        pending.connection_id,
        idp_entity_id=IDP,
        idp_sso_url=connection.idp_sso_url,
        x509_certificate=certificate("idp"),
        attribute_mapping={"email": "email", "full_name": "name"},
    )
    _, fields = browser.visit(browser.start(connection.connection_id))
    assert browser.post(pending.acs_url, fields).json()["error_type"] == "unsolicited_saml_response"
    addressed = dict.fromkeys(("recipient", "destination", "audience"), connection.acs_url)
    _, fields = browser.visit(connection.idp_sso_url.replace("/sso", "/login"), **addressed)
    assert browser.post(pending.acs_url, fields).json()["error_type"] == "invalid_saml_response"


def test_response_in_another_browser_is_refused(browser, mock, connection):
    """An attacker can't log another browser in as the attacker (login CSRF)."""
    action, fields = browser.visit(browser.start(connection.connection_id))
    other = Browser(mock)
    assert other.post(action, fields).json()["error_type"] == "missing_saml_csrf_cookie"
    other.start(connection.connection_id)
    assert other.post(action, fields).json()["error_type"] == "saml_csrf_cookie_mismatch"
    app_token(browser.post(action, fields))
