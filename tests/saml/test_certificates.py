"""Certificates and keys as users paste them."""

import subprocess
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from mockstytch import keys
from mockstytch.protocols.saml import certificates
from tests.saml.helpers import NOW, certificate, error_type_of, now_plus, private_key

PEM = certificate("idp")
BODY = certificates.pem_body(PEM)


def test_certificate_is_parsed():
    parsed = certificates.parse_certificate(PEM)
    assert parsed.pem == PEM
    assert parsed.issuer == "idp"
    assert (parsed.created_at, parsed.expires_at) == (NOW, datetime(2036, 2, 29, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    "pasted",
    [
        BODY,
        f"  {BODY}\n",
        PEM.replace("\n", "\r\n"),
        PEM.replace("\n", " "),
        PEM.replace("\n", ""),
        PEM.replace("\n", "\n    "),
        "subject=CN = idp\n" + PEM + certificate("sp"),
        PEM.strip(),
        "-----BEGIN CERTIFICATE-----" + BODY + "-----END CERTIFICATE-----",
        PEM.replace("CERTIFICATE", "X509 CERTIFICATE"),
    ],
)
def test_first_certificate_of_any_form_is_parsed(pasted):
    assert certificates.parse_certificate(pasted).pem == PEM


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        " ",
        "certificate",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
        PEM[: len(PEM) // 2],
        PEM.replace("M", "%"),
        "-----BEGIN CERTIFICATE-----" + BODY[:-8] + "-----END CERTIFICATE-----",
        private_key("idp"),
        "ü",
        "A" * 40_000,
        BODY[8:],
    ],
)
def test_invalid_certificate_is_refused(pasted):
    assert error_type_of(lambda: certificates.parse_certificate(pasted)) == "invalid_x509_certificate"


def self_signed_with(key, signer=None):
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "other")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, now_plus(days=1))
    signed = builder.sign(signer or key, None if signer is None else hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM).decode()


def test_certificate_of_an_ed25519_key_is_refused():
    assert (
        error_type_of(lambda: certificates.parse_certificate(self_signed_with(ed25519.Ed25519PrivateKey.generate())))
        == "invalid_x509_certificate"
    )


def test_elliptic_curve_and_built_in_certificates_are_parsed():
    curve = ec.generate_private_key(ec.SECP384R1())
    assert certificates.parse_certificate(self_signed_with(curve, curve)).issuer == "other"
    assert certificates.parse_certificate(keys.built_in_jwk("project-test-1")["x5c"][0]).issuer == "mockstytch"


def test_issuer_without_a_common_name_is_parsed():
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COUNTRY_NAME, "DE")])
    key = certificates.load_private_key(private_key("idp"))
    signed = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, now_plus(days=1)).sign(key, hashes.SHA256())
    assert certificates.parse_certificate(signed.public_bytes(serialization.Encoding.PEM).decode()).issuer == "C=DE"


def test_self_signed_certificate_is_deterministic_and_valid():
    pem = certificates.self_signed(private_key("sp"), "Stytch", NOW)
    assert pem == certificates.self_signed(private_key("sp"), "Stytch", NOW)
    assert pem != certificates.self_signed(private_key("sp"), "Stytch", now_plus(seconds=1))
    loaded = x509.load_pem_x509_certificate(pem.encode())
    assert loaded.public_key() == certificates.load_private_key(private_key("sp")).public_key()
    loaded.verify_directly_issued_by(loaded)
    assert certificates.parse_certificate(pem).issuer == "Stytch"
    assert certificates.parse_certificate(
        certificates.self_signed(private_key("sp"), "x", NOW, years=1)
    ).expires_at == now_plus(days=365)


# Private keys


def test_private_key_is_normalized():
    assert certificates.normalize_private_key(private_key("idp")) == private_key("idp")
    assert certificates.normalize_private_key("\n" + private_key("idp").replace("\n", "\r\n  ")) == private_key("idp")
    assert certificates.normalize_private_key(private_key("idp").replace("\n", "")) == private_key("idp")


def to_pem(key, form, encryption=None):
    encryption = encryption or serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, encryption).decode()


PKCS1, PKCS8 = serialization.PrivateFormat.TraditionalOpenSSL, serialization.PrivateFormat.PKCS8


def test_forms_other_than_pkcs1_are_refused():
    """The SDK's documentation says that only PKCS1 is supported."""
    key = certificates.load_private_key(private_key("idp"))
    curve = ec.generate_private_key(ec.SECP256R1())
    secret = serialization.BestAvailableEncryption(b"secret")
    pasted = [to_pem(key, PKCS8), to_pem(key, PKCS1, secret), to_pem(curve, PKCS1), PEM, "", "key"]
    for pem in pasted:
        assert (
            error_type_of(lambda pem=pem: certificates.normalize_private_key(pem))
            == "saml_signing_private_key_format_not_supported"
        )


def damaged_key():
    """Return a key whose numbers don't match."""
    lines = private_key("idp").splitlines()
    lines[2] = lines[2][::-1]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "pasted",
    [
        "-----BEGIN RSA PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nA\n-----END RSA PRIVATE KEY-----",
        private_key("idp").replace("M", "%"),
        private_key("idp")[:-200] + "-----END RSA PRIVATE KEY-----",
        private_key("idp") + private_key("sp"),
        "see below\n" + private_key("idp"),
        damaged_key(),
    ],
)
def test_invalid_private_key_is_refused(pasted):
    assert error_type_of(lambda: certificates.normalize_private_key(pasted)) == "saml_signing_private_key_invalid"


def test_elliptic_curve_key_with_the_header_of_rsa_is_refused():
    curve = ec.generate_private_key(ec.SECP256R1())
    pasted = to_pem(curve, PKCS1).replace("BEGIN EC", "BEGIN RSA").replace("END EC", "END RSA")
    assert error_type_of(lambda: certificates.normalize_private_key(pasted)) == "saml_signing_private_key_invalid"


def test_too_long_private_key_is_refused():
    assert error_type_of(lambda: certificates.normalize_private_key(private_key("idp") * 3)) == "private_key_too_long"


@pytest.mark.slow
def test_key_of_4096_bits_is_accepted():
    pem = to_pem(rsa.generate_private_key(65537, 4096), PKCS1)
    assert certificates.normalize_private_key(pem) == pem


def test_openssl_reads_the_certificate(tmp_path):
    (tmp_path / "cert.pem").write_text(certificates.self_signed(private_key("sp"), "Stytch", NOW))
    try:
        result = subprocess.run(
            ["openssl", "x509", "-in", "cert.pem", "-noout", "-issuer"], cwd=tmp_path, capture_output=True, text=True
        )
    except FileNotFoundError:
        pytest.skip("openssl is not installed")
    assert result.returncode == 0, result.stderr
    assert "Stytch" in result.stdout
