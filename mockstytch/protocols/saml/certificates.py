"""X.509 certificates and RSA keys as users paste them: with or without PEM header, with a chain, with odd spaces."""

import base64
import hashlib
import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from mockstytch import errors
from mockstytch.values import Frozen

_MAX_CERTIFICATE_CHARACTERS = 32_768  # a certificate with its chain
_MAX_KEY_CHARACTERS = 4_096  # an RSA key of 4096 bits has 3,250
_MAX_KEY_BITS = 8_192  # larger keys are slow to verify with
_PEM_CERTIFICATE = re.compile(r"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----(.*?)-----END ", re.DOTALL)
_PEM_KEY = re.compile(r"\s*-----BEGIN RSA PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END RSA PRIVATE KEY-----\s*")


class ParsedCertificate(Frozen):
    """A certificate and the fields that the API returns of it.

    Attributes:
        pem: the certificate alone, without a chain, in lines of 64 characters.
        issuer: the common name of the issuer, else its organization, else its full name.
        created_at: the start of its validity.
        expires_at: the end of its validity.
    """

    pem: str
    issuer: str
    created_at: datetime
    expires_at: datetime


def parse_certificate(pem: str) -> ParsedCertificate:
    """Parse the first certificate of a text.

    An expired certificate is accepted: SAML trusts the key that an admin has configured, and a test may move the clock.

    Args:
        pem: PEM, or bare base64 as in metadata. Line ends and spaces don't matter.

    Raises:
        invalid_x509_certificate: if the text isn't a certificate, or its key isn't RSA or elliptic curve.
    """
    return _parse_certificate(pem.strip())


@lru_cache(256)
def _parse_certificate(pem: str) -> ParsedCertificate:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import NameOID

    if not pem or len(pem) > _MAX_CERTIFICATE_CHARACTERS:
        raise errors.invalid_x509_certificate(
            because=f"the certificate is empty, or longer than {_MAX_CERTIFICATE_CHARACTERS} characters"
        )
    armored = _PEM_CERTIFICATE.search(pem)
    try:
        der = base64.b64decode("".join((armored[1] if armored else pem).split()), validate=True)
        certificate = x509.load_der_x509_certificate(der)
        key, issuer = certificate.public_key(), certificate.issuer
        names = issuer.get_attributes_for_oid(NameOID.COMMON_NAME) or issuer.get_attributes_for_oid(
            NameOID.ORGANIZATION_NAME
        )
        issuer_name = str(names[0].value) if names else issuer.rfc4514_string()
        created_at, expires_at = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        normalized = certificate.public_bytes(Encoding.PEM).decode()
    except Exception as e:  # the parser raises many types: for ASN.1, unknown curves, versions, dates
        raise errors.invalid_x509_certificate(because=f"{type(e).__name__}: {e}") from None
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) or key.key_size > _MAX_KEY_BITS:
        raise errors.invalid_x509_certificate(
            because=f"the key isn't RSA or elliptic curve, or it has more than {_MAX_KEY_BITS} bits"
        )
    return ParsedCertificate(pem=normalized, issuer=issuer_name, created_at=created_at, expires_at=expires_at)


def pem_body(pem: str) -> str:
    """Return the base64 of a PEM without header and line ends, as XML contains it."""
    return "".join(line for line in pem.split("\n") if line and "-----" not in line)


def normalize_private_key(pem: str) -> str:
    """Check an RSA private key in PKCS1 and return it in the usual line length.

    Raises:
        private_key_too_long: if the text is longer than a PEM of an RSA key of 4096 bits can be.
        saml_signing_private_key_format_not_supported: if the key isn't PKCS1, or it is encrypted.
        saml_signing_private_key_invalid: if the text has the header of a PKCS1 key but isn't an RSA key.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

    if len(pem) > _MAX_KEY_CHARACTERS:
        raise errors.private_key_too_long(because=f"{len(pem)} characters; the maximum is {_MAX_KEY_CHARACTERS}")
    if "-----BEGIN RSA PRIVATE KEY-----" not in pem:
        raise errors.saml_signing_private_key_format_not_supported(because="the text has no header of a PKCS1 key")
    if "ENCRYPTED" in pem:
        raise errors.saml_signing_private_key_format_not_supported(because="the key is encrypted")
    armored = _PEM_KEY.fullmatch(pem)
    if armored is None:
        raise errors.saml_signing_private_key_invalid(because="the text isn't exactly one PEM key")
    try:
        key = load_der_private_key(base64.b64decode("".join(armored[1].split()), validate=True), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as e:
        raise errors.saml_signing_private_key_invalid(because=f"{type(e).__name__}: {e}") from None
    if not isinstance(key, RSAPrivateKey):
        raise errors.saml_signing_private_key_invalid(because="the key isn't an RSA key")
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


@lru_cache(256)
def load_private_key(pem: str) -> Any:
    """Load a key that this server has checked or created. Skips the validation, which takes 40 ms."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)


@lru_cache(256)
def load_certificate(pem: str) -> Any:
    """Load the ``cryptography`` certificate of a PEM that ``parse_certificate`` returned."""
    from cryptography.x509 import load_pem_x509_certificate

    return load_pem_x509_certificate(pem.encode())


def self_signed(private_key_pem: str, common_name: str, now: datetime, years: int = 10) -> str:
    """Create a self-signed certificate for a key and return its PEM.

    The serial number is derived from the arguments, so that the same key gives the same certificate at the same time.

    Args:
        private_key_pem: an RSA key, PKCS1 or PKCS8.
        common_name: the common name of subject and issuer, up to 64 characters.
        now: the start of its validity.
        years: the length of its validity.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.x509.oid import NameOID

    key = load_private_key(private_key_pem)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    start = now.replace(microsecond=0)
    serial = hashlib.sha256(f"{private_key_pem} {common_name} {start.isoformat()}".encode()).digest()
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(int.from_bytes(serial[:16], "big") >> 1 | 1)
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=round(365.25 * years)))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
        .decode()
    )
