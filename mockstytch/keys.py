"""The only source of signing keys.

One key, made beforehand, signs for every project until that project rotates to a key of its own: making an RSA key
takes 80 ms, and a test that has a project to itself must not pay it. It protects nothing. The ``kid`` is the
project's own and always the same, so that a JWKS cached before a restart still verifies.
"""

import base64
import hashlib
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec


@lru_cache(1024)
def kid_of(project_id: str) -> str:
    """The id of the key that a project signs with before it rotates."""
    return f"jwk-test-{UUID(bytes=hashlib.sha256(project_id.encode()).digest()[:16], version=4)}"


@cache
def _built_in() -> dict[str, str]:
    return msgspec.json.decode(Path(__file__).with_name("signing_key.json").read_bytes(), type=dict[str, str])


def built_in_private_key() -> str:
    return _built_in()["private_key"]


@lru_cache(1024)
def built_in_jwk(project_id: str) -> dict[str, Any]:
    built_in = _built_in()
    return _jwk(kid_of(project_id), built_in["n"], built_in["x5c"], built_in["x5t_s256"])


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
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # only who signs pays for it

    return load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)  # validation: 40 ms


@lru_cache(4096)
def sign(kid: str, pem: str, claims: bytes) -> str:
    """A JWS over ``claims``.

    RS256 is deterministic: the same claims in the same second are the same JWT, and signing is the dearest step.

    Args:
        kid: goes into the header.
        pem: the private key; "" is the built-in one.
    """
    from jwt import PyJWS

    key = _private_key(pem or _built_in()["private_key"])
    return PyJWS().encode(claims, key, algorithm="RS256", headers={"kid": kid}, sort_headers=True)


def verified(jwt: str, jwks: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The claims of a JWS that one of these keys signed, or None. Looks at nothing but the signature."""
    from jwt import PyJWK, PyJWS
    from jwt.exceptions import PyJWTError

    try:
        kid = PyJWS().get_unverified_header(jwt).get("kid")
        jwk = next(jwk for jwk in jwks if jwk["kid"] == kid)
        return msgspec.json.decode(PyJWS().decode(jwt, PyJWK(jwk), algorithms=["RS256"]), type=dict[str, Any])
    except (PyJWTError, StopIteration, ValueError):  # ValueError: not UTF-8; msgspec's errors are ones too
        return None


def new_key(kid: str) -> tuple[str, dict[str, Any]]:
    """A fresh RSA key: its PEM and its public half as a JWK with a self-signed certificate."""
    from datetime import datetime

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
        .not_valid_before(datetime(2020, 1, 1))  # noqa: DTZ001 · X.509 wants it naive
        .not_valid_after(datetime(2070, 1, 1))  # noqa: DTZ001
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )
    modulus = key.public_key().public_numbers().n
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    jwk = _jwk(
        kid,
        _base64url(modulus.to_bytes((modulus.bit_length() + 7) // 8, "big")),
        base64.b64encode(certificate).decode(),
        _base64url(hashlib.sha256(certificate).digest()),
    )
    return pem.decode(), jwk


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
