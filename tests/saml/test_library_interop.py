"""Third-party libraries on the other side: Auth0's identity provider (samlp), and node-saml, which Passport uses."""

import base64
import html
import json
import re
from datetime import UTC, datetime

import httpx
import pytest

from mockstytch.protocols.saml import saml_response, service_provider, xml_signatures
from tests.saml.helpers import (
    ACS,
    ADA,
    AUDIENCE,
    EMAIL_FORMAT,
    IDP,
    build_response,
    certificate,
    expected,
    private_key,
    refusal,
)

pytestmark = pytest.mark.slow


def now():
    return datetime.now(UTC)  # the third-party provider uses the system clock


def response_form(third_party_idp, url="", **options):
    """Visit the provider and return the action and the fields of the form that it sends to the browser."""
    if not url:
        url = service_provider.build_redirect_url(
            f"{third_party_idp}/sso", request(third_party_idp), "the state", options.pop("sign_with", "")
        )
    page = httpx.get(url, params={**dict(httpx.URL(url).params), "options": json.dumps(options)}, trust_env=False)
    assert page.status_code == 200, page.text
    fields = dict(re.findall(r'name="(\w+)"\s+value="([^"]*)"', page.text))
    return html.unescape(re.search(r'action="([^"]*)"', page.text)[1]), fields


def request(third_party_idp):
    return service_provider.build_authn_request(
        request_id="_request",
        issuer=AUDIENCE,
        acs_url=ACS,
        destination=f"{third_party_idp}/sso",
        nameid_format=EMAIL_FORMAT,
        now=now(),
    )


SIGNED = {
    "assertion": {},
    "response": {"signAssertion": False, "signResponse": True},
    "both": {"signResponse": True},
    "with a prefix": {"signResponse": True, "signatureNamespacePrefix": "ds"},
    "untyped": {"typedAttributes": False, "includeAttributeNameFormat": False},
}


@pytest.mark.parametrize("how", SIGNED)
@pytest.mark.parametrize("cipher", ["", "aes128-cbc", "aes256-cbc", "aes128-gcm", "aes256-gcm"])
def test_response_of_samlp_is_accepted(third_party_idp, how, cipher):
    options = dict(SIGNED[how])
    if cipher:
        options |= {
            "encryptionCert": certificate("sp"),
            "encryptionPublicKey": public_key("sp"),
            "encryptionAlgorithm": xml_signatures.CIPHERS[cipher],
            "disallowEncryptionWithInsecureAlgorithm": False,
            "warnOnInsecureEncryptionAlgorithm": False,
        }
    action, fields = response_form(third_party_idp, **options)
    assert (action, fields["RelayState"]) == (ACS, "the state")
    assert saml_response.parse_unverified(fields["SAMLResponse"]) == (IDP, "_request")
    assertion = saml_response.verify(fields["SAMLResponse"], expected(now=now()))
    assert (assertion.name_id, assertion.name_id_format, assertion.in_response_to) == (ADA, EMAIL_FORMAT, "_request")
    assert assertion.attributes == {"email": [ADA], "name": ["Ada <L> & Söhne"], "groups": ["a", "b"]}
    assert (b"EncryptedAssertion" in base64.b64decode(fields["SAMLResponse"])) == bool(cipher)


def public_key(owner):
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from mockstytch.protocols.saml import certificates

    key = certificates.load_certificate(certificate(owner)).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_samlp_verifies_the_signature_of_requests(third_party_idp):
    action, _ = response_form(third_party_idp, sign_with=private_key("sp"), signingCert=certificate("sp"))
    assert action == ACS
    url = service_provider.build_redirect_url(
        f"{third_party_idp}/sso", request(third_party_idp), "", private_key("attacker")
    )
    options = {"options": json.dumps({"signingCert": certificate("sp")})}
    refused_response = httpx.get(url, params={**dict(httpx.URL(url).params), **options}, trust_env=False)
    assert refused_response.status_code == 500
    assert "does not match" in refused_response.text


def test_login_started_at_samlp_is_accepted(third_party_idp):
    options = {"recipient": ACS, "destination": ACS, "audience": AUDIENCE}
    _, fields = response_form(third_party_idp, f"{third_party_idp}/login?RelayState=state", **options)
    assert saml_response.verify(fields["SAMLResponse"], expected(now=now(), in_response_to=None)).name_id == ADA
    assert refusal(fields["SAMLResponse"], now=now()) == "unsolicited_saml_response"


REFUSED = {
    "sha1": ({"signatureAlgorithm": "rsa-sha1"}, "invalid_signature_saml_response"),
    "sha1 digests": ({"digestAlgorithm": "sha1"}, "invalid_signature_saml_response"),
    "no signature": ({"signAssertion": False}, "missing_signature_saml_response"),
    "another issuer": ({"issuer": "https://else.test"}, "invalid_saml_response"),
    "another audience": ({"audience": "https://else.test"}, "invalid_audience_saml_response"),
    "another recipient": ({"recipient": "https://else.test"}, "invalid_saml_response"),
    "another destination": ({"destination": "https://else.test"}, "invalid_saml_response"),
    "another request": ({"inResponseTo": "_other"}, "unsolicited_saml_response"),
    "expired": ({"lifetimeInSeconds": -100}, "expired_saml_response"),
    "status": ({"samlStatusCode": "urn:oasis:names:tc:SAML:2.0:status:Responder"}, "failed_saml_response"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_invalid_response_of_samlp_is_refused(third_party_idp, case):
    options, error_type = REFUSED[case]
    _, fields = response_form(third_party_idp, **options)
    assert refusal(fields["SAMLResponse"], now=now()) == error_type


def test_response_by_an_unknown_certificate_is_refused(third_party_idp):
    _, fields = response_form(third_party_idp)
    assert (
        refusal(fields["SAMLResponse"], now=now(), certificates=(certificate("old"),))
        == "invalid_signature_saml_response"
    )


def test_metadata_of_samlp_is_parsed(third_party_idp):
    metadata = service_provider.parse_metadata(httpx.get(f"{third_party_idp}/metadata", trust_env=False).content)
    assert metadata == service_provider.IdentityProviderMetadata(
        entity_id=IDP, sso_url=f"{third_party_idp}/sso", certificates=(certificate("idp"),)
    )


# Responses of the built-in provider, verified by node-saml

SP_OPTIONS = {
    "callbackUrl": ACS,
    "entryPoint": "https://idp.test/sso",
    "issuer": AUDIENCE,
    "audience": AUDIENCE,
    "idpIssuer": IDP,
    "idpCert": certificate("idp"),
    "decryptionPvk": private_key("sp"),
}


@pytest.mark.parametrize("sign", ["assertion", "response", "both"])
@pytest.mark.parametrize("cipher", ["", "aes128-cbc", "aes256-cbc", "aes128-gcm", "aes256-gcm"])
def test_node_saml_accepts_built_responses(third_party_sp, sign, cipher):
    response = build_response(sign=sign, now=now(), encrypt_for=certificate("sp") if cipher else "", cipher=cipher)
    wanted_signatures = {"wantAuthnResponseSigned": sign != "assertion", "wantAssertionsSigned": sign != "response"}
    profile = third_party_sp(response, **SP_OPTIONS, **wanted_signatures)
    assert profile.get("error") is None
    assert (profile["nameID"], profile["nameIDFormat"], profile["issuer"]) == (ADA, EMAIL_FORMAT, IDP)
    assert profile["inResponseTo"] == "_request"
    assert profile["attributes"] == {"email": ADA, "groups": ["engineering", "R&D <ops>"]}


def test_node_saml_refuses_forged_responses(third_party_sp):
    wanted_signatures = {"wantAuthnResponseSigned": False, "wantAssertionsSigned": True}
    forged = build_response(now=now(), private_key=private_key("attacker"))
    assert "signature" in third_party_sp(forged, **SP_OPTIONS, **wanted_signatures)["error"].lower()
    assert (
        "audience"
        in third_party_sp(build_response(now=now(), audience="x"), **SP_OPTIONS, **wanted_signatures)["error"].lower()
    )
