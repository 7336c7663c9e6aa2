"""Others' libraries on the other side: Auth0's identity provider (samlp) and node-saml, which is Passport's."""

import base64
import html
import json
import re
from datetime import UTC, datetime

import httpx
import pytest

from mockstytch.protocols.saml import saml_response, service_provider, xml_signatures
from tests.saml.world import (
    ACS,
    ADA,
    AUDIENCE,
    EMAIL_FORMAT,
    IDP,
    certificate,
    expected,
    key,
    response,
    why,
)

pytestmark = pytest.mark.slow


def now():
    return datetime.now(UTC)  # their clock is the real one


def posted(foreign_idp, url="", **options):
    """What the browser posts after a visit: action, response, relay state."""
    if not url:
        url = service_provider.build_redirect_url(
            f"{foreign_idp}/sso", request(foreign_idp), "the state", options.pop("sign_with", "")
        )
    page = httpx.get(url, params={**dict(httpx.URL(url).params), "options": json.dumps(options)}, trust_env=False)
    assert page.status_code == 200, page.text
    fields = dict(re.findall(r'name="(\w+)"\s+value="([^"]*)"', page.text))
    return html.unescape(re.search(r'action="([^"]*)"', page.text)[1]), fields


def request(foreign_idp):
    return service_provider.build_authn_request(
        request_id="_request",
        issuer=AUDIENCE,
        acs_url=ACS,
        destination=f"{foreign_idp}/sso",
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
def test_a_login_there(foreign_idp, how, cipher):
    options = dict(SIGNED[how])
    if cipher:
        options |= {
            "encryptionCert": certificate("sp"),
            "encryptionPublicKey": public_key("sp"),
            "encryptionAlgorithm": xml_signatures.CIPHERS[cipher],
            "disallowEncryptionWithInsecureAlgorithm": False,
            "warnOnInsecureEncryptionAlgorithm": False,
        }
    action, fields = posted(foreign_idp, **options)
    assert (action, fields["RelayState"]) == (ACS, "the state")
    assert saml_response.parse_unverified(fields["SAMLResponse"]) == (IDP, "_request")
    found = saml_response.verify(fields["SAMLResponse"], expected(now=now()))
    assert (found.name_id, found.name_id_format, found.in_response_to) == (ADA, EMAIL_FORMAT, "_request")
    assert found.attributes == {"email": [ADA], "name": ["Ada <L> & Söhne"], "groups": ["a", "b"]}
    assert (b"EncryptedAssertion" in base64.b64decode(fields["SAMLResponse"])) == bool(cipher)


def public_key(whose):
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from mockstytch.protocols.saml import certificates

    made = certificates.load_certificate(certificate(whose)).public_key()
    return made.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def test_a_signed_request(foreign_idp):
    """They verify ours, and answer; with another certificate they don't."""
    action, _ = posted(foreign_idp, sign_with=key("sp"), signingCert=certificate("sp"))
    assert action == ACS
    url = service_provider.build_redirect_url(f"{foreign_idp}/sso", request(foreign_idp), "", key("attacker"))
    options = {"options": json.dumps({"signingCert": certificate("sp")})}
    refused = httpx.get(url, params={**dict(httpx.URL(url).params), **options}, trust_env=False)
    assert refused.status_code == 500
    assert "does not match" in refused.text


def test_nobody_asked(foreign_idp):
    options = {"recipient": ACS, "destination": ACS, "audience": AUDIENCE}
    _, fields = posted(foreign_idp, f"{foreign_idp}/login?RelayState=state", **options)
    assert saml_response.verify(fields["SAMLResponse"], expected(now=now(), in_response_to=None)).name_id == ADA
    assert why(fields["SAMLResponse"], now=now()) == "unsolicited_saml_response"


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


@pytest.mark.parametrize("which", REFUSED)
def test_what_is_refused(foreign_idp, which):
    options, refusal = REFUSED[which]
    _, fields = posted(foreign_idp, **options)
    assert why(fields["SAMLResponse"], now=now()) == refusal


def test_another_certificate(foreign_idp):
    _, fields = posted(foreign_idp)
    assert (
        why(fields["SAMLResponse"], now=now(), certificates=(certificate("old"),)) == "invalid_signature_saml_response"
    )


def test_their_metadata(foreign_idp):
    found = service_provider.parse_metadata(httpx.get(f"{foreign_idp}/metadata", trust_env=False).content)
    assert found == service_provider.IdentityProviderMetadata(
        entity_id=IDP, sso_url=f"{foreign_idp}/sso", certificates=(certificate("idp"),)
    )


# The built-in identity provider, read by others

SP_OPTIONS = {
    "callbackUrl": ACS,
    "entryPoint": "https://idp.test/sso",
    "issuer": AUDIENCE,
    "audience": AUDIENCE,
    "idpIssuer": IDP,
    "idpCert": certificate("idp"),
    "decryptionPvk": key("sp"),
}


@pytest.mark.parametrize("sign", ["assertion", "response", "both"])
@pytest.mark.parametrize("cipher", ["", "aes128-cbc", "aes256-cbc", "aes128-gcm", "aes256-gcm"])
def test_others_read_ours(foreign_sp, sign, cipher):
    said = response(sign=sign, now=now(), encrypt_for=certificate("sp") if cipher else "", cipher=cipher)
    signed = {"wantAuthnResponseSigned": sign != "assertion", "wantAssertionsSigned": sign != "response"}
    profile = foreign_sp(said, **SP_OPTIONS, **signed)
    assert profile.get("error") is None
    assert (profile["nameID"], profile["nameIDFormat"], profile["issuer"]) == (ADA, EMAIL_FORMAT, IDP)
    assert profile["inResponseTo"] == "_request"
    assert profile["attributes"] == {"email": ADA, "groups": ["engineering", "R&D <ops>"]}


def test_others_refuse_ours_where_they_should(foreign_sp):
    signed = {"wantAuthnResponseSigned": False, "wantAssertionsSigned": True}
    forged = response(now=now(), private_key=key("attacker"))
    assert "signature" in foreign_sp(forged, **SP_OPTIONS, **signed)["error"].lower()
    assert "audience" in foreign_sp(response(now=now(), audience="x"), **SP_OPTIONS, **signed)["error"].lower()
