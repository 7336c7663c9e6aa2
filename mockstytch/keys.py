"""Signing keys, and JWTs signed with them.

All projects share one built-in key until they rotate it: creating an RSA key takes 80 ms, too long for each test's
project. The key is public, so it protects nothing. Its ``kid`` is derived from the project id, so that a JWKS that was
cached before a restart still verifies.
"""

import base64
import hashlib
from binascii import b2a_base64
from collections.abc import Callable
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

_URL_SAFE = bytes.maketrans(b"+/", b"-_")


@lru_cache(1024)
def built_in_kid(project_id: str) -> str:
    """Return the id under which a project uses the built-in key."""
    return f"jwk-test-{UUID(bytes=hashlib.sha256(project_id.encode()).digest()[:16], version=4)}"


@cache
def _built_in() -> dict[str, str]:
    return msgspec.json.decode(Path(__file__).with_name("signing_key.json").read_bytes(), type=dict[str, str])


def built_in_private_key() -> str:
    """Return the built-in private key as PEM."""
    return _built_in()["private_key"]


@lru_cache(1024)
def built_in_jwk(project_id: str) -> dict[str, Any]:
    """Return the built-in public key as a project's JWK."""
    built_in = _built_in()
    return _jwk(built_in_kid(project_id), built_in["n"], built_in["x5c"], built_in["x5t_s256"])


def _jwk(kid: str, n: str, certificate: str, thumbprint: str) -> dict[str, Any]:
    return {
        "alg": "RS256",
        "e": "AQAB",
        "key_ops": ["verify"],
        "kid": kid,
        "kty": "RSA",
        "n": n,
        "use": "sig",
        "x5c": [certificate],
        "x5tS256": thumbprint,
    }


@lru_cache(64)
def _private_key(pem: str) -> Any:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # slow to import

    return load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)  # validation: 40 ms


@lru_cache(256)
def sign(kid: str, pem: str, claims: bytes) -> str:
    """Return a JWT, signed with RS256.

    RS256 is deterministic, so results can be cached: the same claims give the same JWT, and signing is slow. The claims
    of a session change each second, so few are kept.

    Args:
        kid: the key's id, for the header.
        pem: the private key; "" is the built-in one.
        claims: a JSON object.
    """
    signed = b"%b.%b" % (_header(kid), _base64url(claims))
    return (b"%b.%b" % (signed, _base64url(_signer(pem)(signed)))).decode()


@lru_cache(64)
def _signer(pem: str) -> Callable[[bytes], bytes]:
    """Return the function that signs with a private key: to prepare it each time would take 1.3 µs.

    Args:
        pem: "" is the built-in key.
    """
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    key, padding, algorithm = _private_key(pem or built_in_private_key()), PKCS1v15(), SHA256()
    return lambda signed: key.sign(signed, padding, algorithm)


@lru_cache(1024)
def _header(kid: str) -> bytes:
    """Return the encoded header of the JWTs of a key."""
    return _base64url(msgspec.json.encode({"alg": "RS256", "kid": kid, "typ": "JWT"}))


def verify(jwt: str, jwks: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the claims of a JWT that one of these keys signed, or None. Checks only the signature."""
    from jwt import PyJWK, PyJWS
    from jwt.exceptions import PyJWTError

    try:
        kid = PyJWS().get_unverified_header(jwt).get("kid")
        jwk = next(jwk for jwk in jwks if jwk["kid"] == kid)
        return msgspec.json.decode(PyJWS().decode(jwt, PyJWK(jwk), algorithms=["RS256"]), type=dict[str, Any])
    except (PyJWTError, StopIteration, ValueError):  # ValueError: not UTF-8, or not JSON
        return None


def is_pair(kid: str, pem: str, jwk: dict[str, Any]) -> bool:
    """Return whether this is an RSA key that can sign, and its public key under the same id."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    try:
        key = _private_key(pem)
    except (ValueError, TypeError):
        return False
    if not isinstance(key, RSAPrivateKey):
        return False
    modulus = key.public_key().public_numbers().n
    public = _base64url(modulus.to_bytes((modulus.bit_length() + 7) // 8, "big")).decode()
    return (jwk.get("kid"), jwk.get("kty"), jwk.get("n")) == (kid, "RSA", public)


def new_key(kid: str) -> tuple[str, dict[str, Any]]:
    """Create an RSA key. Return its PEM, and its public key as a JWK with a self-signed certificate."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "mockstytch")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1))  # noqa: DTZ001 · X.509 takes naive times
        .not_valid_after(datetime(2070, 1, 1))  # noqa: DTZ001
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )
    modulus = key.public_key().public_numbers().n
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    jwk = _jwk(
        kid,
        _base64url(modulus.to_bytes((modulus.bit_length() + 7) // 8, "big")).decode(),
        base64.b64encode(certificate).decode(),
        _base64url(hashlib.sha256(certificate).digest()).decode(),
    )
    return pem.decode(), jwk


def _base64url(raw: bytes) -> bytes:
    """Return bytes as base64url without padding. ``urlsafe_b64encode`` would call two more functions."""
    return b2a_base64(raw, newline=False).translate(_URL_SAFE).rstrip(b"=")
