"""Certificates and keys as people paste them."""

import subprocess
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from mockstytch import keys
from mockstytch.protocols.saml import certificates
from tests.saml.world import NOW, certificate, error_of, key, later

PEM = certificate("idp")
BARE = certificates.pem_body(PEM)


def test_what_it_says():
    read = certificates.parse_certificate(PEM)
    assert read.pem == PEM
    assert read.issuer == "idp"
    assert (read.created_at, read.expires_at) == (NOW, datetime(2036, 2, 29, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    "pasted",
    [
        BARE,
        f"  {BARE}\n",
        PEM.replace("\n", "\r\n"),
        PEM.replace("\n", " "),
        PEM.replace("\n", ""),
        PEM.replace("\n", "\n    "),
        "subject=CN = idp\n" + PEM + certificate("sp"),
        PEM.strip(),
        "-----BEGIN CERTIFICATE-----" + BARE + "-----END CERTIFICATE-----",
        PEM.replace("CERTIFICATE", "X509 CERTIFICATE"),
    ],
)
def test_pasted_in_any_way(pasted):
    """… it is the first one, with its lines set as usual."""
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
        "-----BEGIN CERTIFICATE-----" + BARE[:-8] + "-----END CERTIFICATE-----",
        key("idp"),
        "ü",
        "A" * 40_000,
        BARE[8:],
    ],
)
def test_no_certificate(pasted):
    assert error_of(lambda: certificates.parse_certificate(pasted)) == "invalid_x509_certificate"


def with_key(made, signer=None):
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "other")])
    builder = x509.CertificateBuilder(name, name, made.public_key(), 1, NOW, later(days=1))
    signed = builder.sign(signer or made, None if signer is None else hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM).decode()


def test_keys_that_do_not_sign_saml():
    assert (
        error_of(lambda: certificates.parse_certificate(with_key(ed25519.Ed25519PrivateKey.generate())))
        == "invalid_x509_certificate"
    )


def test_a_curve_and_the_built_in_key():
    curve = ec.generate_private_key(ec.SECP384R1())
    assert certificates.parse_certificate(with_key(curve, curve)).issuer == "other"
    assert certificates.parse_certificate(keys.built_in_jwk("project-test-1")["x5c"][0]).issuer == "mockstytch"


def test_an_issuer_without_a_common_name():
    named = x509.Name([x509.NameAttribute(x509.oid.NameOID.COUNTRY_NAME, "DE")])
    made = certificates.load_private_key(key("idp"))
    signed = x509.CertificateBuilder(named, named, made.public_key(), 1, NOW, later(days=1)).sign(made, hashes.SHA256())
    assert certificates.parse_certificate(signed.public_bytes(serialization.Encoding.PEM).decode()).issuer == "C=DE"


def test_a_certificate_of_ones_own():
    made = certificates.self_signed(key("sp"), "Stytch", NOW)
    assert made == certificates.self_signed(key("sp"), "Stytch", NOW)
    assert made != certificates.self_signed(key("sp"), "Stytch", later(seconds=1))
    read = x509.load_pem_x509_certificate(made.encode())
    assert read.public_key() == certificates.load_private_key(key("sp")).public_key()
    read.verify_directly_issued_by(read)
    assert certificates.parse_certificate(made).issuer == "Stytch"
    assert certificates.parse_certificate(certificates.self_signed(key("sp"), "x", NOW, years=1)).expires_at == later(
        days=365
    )


# Private keys


def test_a_private_key():
    assert certificates.normalize_private_key(key("idp")) == key("idp")
    assert certificates.normalize_private_key("\n" + key("idp").replace("\n", "\r\n  ")) == key("idp")
    assert certificates.normalize_private_key(key("idp").replace("\n", "")) == key("idp")


def in_form(made, form, encryption=None):
    encryption = encryption or serialization.NoEncryption()
    return made.private_bytes(serialization.Encoding.PEM, form, encryption).decode()


PKCS1, PKCS8 = serialization.PrivateFormat.TraditionalOpenSSL, serialization.PrivateFormat.PKCS8


def test_forms_that_stytch_does_not_take():
    """The SDK says so: only PKCS1."""
    made = certificates.load_private_key(key("idp"))
    curve = ec.generate_private_key(ec.SECP256R1())
    secret = serialization.BestAvailableEncryption(b"secret")
    pasted = [in_form(made, PKCS8), in_form(made, PKCS1, secret), in_form(curve, PKCS1), PEM, "", "key"]
    for one in pasted:
        assert (
            error_of(lambda one=one: certificates.normalize_private_key(one))
            == "saml_signing_private_key_format_not_supported"
        )


def damaged_key():
    """One whose numbers no longer belong together."""
    lines = key("idp").splitlines()
    lines[2] = lines[2][::-1]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "pasted",
    [
        "-----BEGIN RSA PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nA\n-----END RSA PRIVATE KEY-----",
        key("idp").replace("M", "%"),
        key("idp")[:-200] + "-----END RSA PRIVATE KEY-----",
        key("idp") + key("sp"),
        "see below\n" + key("idp"),
        damaged_key(),
    ],
)
def test_no_private_key(pasted):
    assert error_of(lambda: certificates.normalize_private_key(pasted)) == "saml_signing_private_key_invalid"


def test_another_key_in_the_armour_of_rsa():
    curve = ec.generate_private_key(ec.SECP256R1())
    pasted = in_form(curve, PKCS1).replace("BEGIN EC", "BEGIN RSA").replace("END EC", "END RSA")
    assert error_of(lambda: certificates.normalize_private_key(pasted)) == "saml_signing_private_key_invalid"


def test_a_key_that_is_too_long():
    assert error_of(lambda: certificates.normalize_private_key(key("idp") * 3)) == "private_key_too_long"


@pytest.mark.slow
def test_a_large_key():
    made = in_form(rsa.generate_private_key(65537, 4096), PKCS1)
    assert certificates.normalize_private_key(made) == made


def test_openssl_agrees(tmp_path):
    """Certificate and key as another implementation reads them."""
    (tmp_path / "cert.pem").write_text(certificates.self_signed(key("sp"), "Stytch", NOW))
    try:
        told = subprocess.run(
            ["openssl", "x509", "-in", "cert.pem", "-noout", "-issuer"], cwd=tmp_path, capture_output=True, text=True
        )
    except FileNotFoundError:
        pytest.skip("no openssl here")
    assert told.returncode == 0, told.stderr
    assert "Stytch" in told.stdout
