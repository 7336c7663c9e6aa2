"""The identity provider of the probes: it signs SAML responses, so that members log in without a mailbox.

Its keys are made for each run. Nothing has to be reachable: the responses are posted to the callback URL.
"""

import base64
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Literal

from mockstytch.clock import Clock
from mockstytch.errors import bad_request
from mockstytch.ids import Ids
from mockstytch.protocols.saml import certificates, xml, xml_signatures
from mockstytch.protocols.saml.identity_provider import ResponseContent, ResponseProtection, build_response
from mockstytch.protocols.saml.saml_response import SUCCESS
from mockstytch.values import Frozen

_NAMEID_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
_START_YEARS = {"expired_certificate": 2020, "certificate_2": 2022, "certificate_3": 2023, "certificate_4": 2024}
_IDS = Ids()
_EARLIER = timedelta(seconds=30)  # so that the clocks of both sides can differ
Pem = Literal[
    "certificate", "certificate_2", "certificate_3", "certificate_4", "other_certificate", "expired_certificate",
    "private_key", "private_key_pkcs8",
]  # fmt: skip


class SamlLogin(Frozen, forbid_unknown_fields=True):
    """A SAML response that the identity provider sends without a request.

    Attributes:
        acs_url, audience: of the connection.
        name_id: the user's ``NameID``.
        attributes: the values of each attribute.
        assertion_id: the id of the assertion; "" is a new one.
        in_response_to: the id of a request.
        minutes_ago: when the response was made. It is valid for five minutes.
        sign: what is signed; ``sha1`` is the assertion with SHA-1.
        signer: the certificate that verifies the signature.
        encrypt_for: PEM of the certificate that the assertion is encrypted for; "" leaves it in plain text.
        status: the status of the response.
    """

    acs_url: str
    audience: str
    name_id: str
    attributes: dict[str, list[str]] = {}
    issuer: str = "https://idp.example.com"
    assertion_id: str = ""
    in_response_to: str = ""
    minutes_ago: int = 0
    sign: Literal["assertion", "response", "both", "none", "sha1"] = "assertion"
    signer: Pem = "certificate"
    encrypt_for: str = ""
    cipher: str = "aes256-gcm"
    status: str = SUCCESS


def response(login: SamlLogin) -> str:
    """Return the response in base64, as a browser posts it."""
    content = ResponseContent(
        issuer=login.issuer,
        acs_url=login.acs_url,
        audience=login.audience,
        in_response_to=login.in_response_to,
        name_id=login.name_id,
        nameid_format=_NAMEID_FORMAT,
        attributes=login.attributes,
        now=Clock().now() - _EARLIER - timedelta(minutes=login.minutes_ago),
        response_id=f"_{_IDS.uuid()}",
        assertion_id=login.assertion_id or f"_{_IDS.uuid()}",
        status=login.status,
    )
    protection = ResponseProtection(
        private_key=_key(login.signer == "other_certificate"),
        certificate=pem(login.signer),
        sign="none" if login.sign == "sha1" else login.sign,
        encrypt_for=login.encrypt_for,
        cipher=login.cipher,
    )
    built = build_response(content, protection)
    return _signed_with_sha1(built, protection) if login.sign == "sha1" else built


@cache
def pem(kind: Pem) -> str:
    """Return a certificate or a key of the identity provider."""
    if kind == "private_key":
        return _key(False)
    if kind == "private_key_pkcs8":
        return _pkcs8(_key(False))
    start = datetime(_START_YEARS.get(kind, 2026), 1, 1, tzinfo=UTC)
    years = 1 if kind == "expired_certificate" else 10
    return certificates.self_signed(_key(kind == "other_certificate"), "idp.example.com", start, years)


@cache
def _key(other: bool) -> str:
    """Return a new RSA key as PEM in PKCS1, the only form that the API accepts.

    Args:
        other: there are two keys.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(65537, 2048)
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def _pkcs8(private_key: str) -> str:
    from cryptography.hazmat.primitives import serialization

    key, form = certificates.load_private_key(private_key), serialization.PrivateFormat.PKCS8
    return str(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()), "ascii")


def _signed_with_sha1(built: str, protection: ResponseProtection) -> str:
    """Return an unsigned response with a signature of its assertion that uses SHA-1."""
    from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
    from signxml.signer import XMLSigner

    class Signer(XMLSigner):
        def check_deprecated_methods(self) -> None:
            """Allow SHA-1."""

    root = xml.parse(base64.b64decode(built), bad_request)
    assertion = xml.children(root, "saml:Assertion")[0]
    xml_signatures.add_placeholder(assertion)
    assertion.insert(1, assertion[-1])  # directly after the issuer
    signer: Any = Signer(
        signature_algorithm=SignatureMethod.RSA_SHA1,
        digest_algorithm=DigestAlgorithm.SHA1,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    key = certificates.load_private_key(protection.private_key)
    signed = signer.sign(assertion, key=key, cert=[certificates.load_certificate(protection.certificate)])
    root.replace(assertion, signed)
    return base64.b64encode(xml.serialize(root).encode()).decode()
