"""X.509 certificates and RSA keys as people paste them: with armour or without, a chain behind, odd spaces."""

import base64
import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from mockstytch import errors
from mockstytch.values import Frozen

_LONGEST = 32_768  # characters: a certificate with its chain
_LONGEST_KEY = 4_096  # characters: RSA keys of 4096 bits have 3,250
_LARGEST_KEY = 8_192  # bits: larger ones take long to verify with
_ARMOURED = re.compile(r"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----(.*?)-----END ", re.DOTALL)
_ARMOUR_OF_KEY = re.compile(r"\s*-----BEGIN RSA PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END RSA PRIVATE KEY-----\s*")


class Certificate(Frozen):
    """A certificate, as Stytch shows it.

    Attributes:
        pem: in lines of 64, with armour, without what came after it.
        issuer: the common name of who issued it, or its whole name.
        created_at: from when it is valid.
        expires_at: until when.
    """

    pem: str
    issuer: str
    created_at: datetime
    expires_at: datetime


def read_certificate(pem: str) -> Certificate:
    """The first certificate of a text.

    Whether it is valid now is not asked: SAML trusts the key that was pinned, and a test's clock may stand anywhere.

    Args:
        pem: PEM, or bare base64 as in metadata; line ends and spaces don't matter.

    Raises:
        invalid_x509_certificate: there is none, or its key can't verify signatures of SAML.
    """
    return _read(pem.strip())


@lru_cache(256)
def _read(pem: str) -> Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import NameOID

    if not pem or len(pem) > _LONGEST:
        raise errors.invalid_x509_certificate(because=f"empty, or longer than {_LONGEST} characters")
    armoured = _ARMOURED.search(pem)
    try:
        der = base64.b64decode("".join((armoured[1] if armoured else pem).split()), validate=True)
        found = x509.load_der_x509_certificate(der)
        key, issuer = found.public_key(), found.issuer
        names = issuer.get_attributes_for_oid(NameOID.COMMON_NAME) or issuer.get_attributes_for_oid(
            NameOID.ORGANIZATION_NAME
        )
        name = str(names[0].value) if names else issuer.rfc4514_string()
        created_at, expires_at = found.not_valid_before_utc, found.not_valid_after_utc
        normal = found.public_bytes(Encoding.PEM).decode()
    except Exception as e:  # the parser has many ways to say no: ASN.1, unknown curves, versions, dates
        raise errors.invalid_x509_certificate(because=f"{type(e).__name__}: {e}") from None
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) or key.key_size > _LARGEST_KEY:
        raise errors.invalid_x509_certificate(because=f"a key of this kind, or of more than {_LARGEST_KEY} bits")
    return Certificate(pem=normal, issuer=name, created_at=created_at, expires_at=expires_at)


def pem_body(pem: str) -> str:
    """The base64 of a PEM without armour and line ends, as XML has it."""
    return "".join(line for line in pem.split("\n") if line and "-----" not in line)


def read_private_key(pem: str) -> str:
    """An RSA key, in PKCS1 as Stytch wants it, with its lines set anew.

    Raises:
        private_key_too_long: no RSA key of up to 4096 bits is this long.
        saml_signing_private_key_format_not_supported: PKCS8, a certificate, an encrypted key or another kind.
        saml_signing_private_key_invalid: the armour is right, what is inside is not.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

    if len(pem) > _LONGEST_KEY:
        raise errors.private_key_too_long(because=f"{len(pem)} characters; {_LONGEST_KEY} are taken")
    if "-----BEGIN RSA PRIVATE KEY-----" not in pem:
        raise errors.saml_signing_private_key_format_not_supported(because="no PKCS1 armour")
    if "ENCRYPTED" in pem:
        raise errors.saml_signing_private_key_format_not_supported(because="the key is encrypted")
    armoured = _ARMOUR_OF_KEY.fullmatch(pem)
    if armoured is None:
        raise errors.saml_signing_private_key_invalid(because="not one key between its armour")
    try:
        key = load_der_private_key(base64.b64decode("".join(armoured[1].split()), validate=True), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as e:
        raise errors.saml_signing_private_key_invalid(because=f"{type(e).__name__}: {e}") from None
    if not isinstance(key, RSAPrivateKey):
        raise errors.saml_signing_private_key_invalid(because="the key between the armour is none of RSA")
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


@lru_cache(256)
def load_private_key(pem: str) -> Any:
    """The key of a PEM that was read, or made, by this server: not validated once more, that takes 40 ms."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    return load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)


@lru_cache(256)
def load_certificate(pem: str) -> Any:
    """The ``cryptography`` certificate of a PEM that ``read`` returned."""
    from cryptography.x509 import load_pem_x509_certificate

    return load_pem_x509_certificate(pem.encode())


def self_signed(private_key_pem: str, common_name: str, now: datetime, years: int = 10) -> str:
    """A certificate for a key, signed with that key.

    Args:
        private_key_pem: an RSA key, PKCS1 or PKCS8.
        common_name: of subject and issuer, up to 64 characters.
        now: from when it is valid. It counts for the serial number, too: the same key at the same time gives the same.
        years: how long it is valid.
    """
    import hashlib

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
