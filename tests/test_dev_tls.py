"""The local CA: created once, also by several processes at the same time."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from mockstytch import dev_tls


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(dev_tls, "user_state_path", lambda *_args, **_options: tmp_path / "state")
    return tmp_path / "state"


def ca_of(folder):
    """Create the CA in another process, and return what it uses."""
    dev_tls.user_state_path = lambda *_args, **_options: folder
    certificate, key = dev_tls.load_or_create_ca()
    return certificate.read_bytes(), key


def is_pair(certificate, key):
    """Whether the certificate belongs to the key."""
    return x509.load_pem_x509_certificate(certificate).public_key() == load_pem_private_key(key, None).public_key()


def test_processes_that_start_together_use_one_ca(tmp_path):
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(4, mp_context=context) as pool:
        found = list(pool.map(ca_of, [tmp_path / "state"] * 4))
    assert len(set(found)) == 1
    assert is_pair(*found[0])


def test_ca_is_kept(folder):
    certificate, key = dev_tls.load_or_create_ca()
    before = certificate.read_bytes()
    assert dev_tls.load_or_create_ca() == (certificate, key)
    assert certificate.read_bytes() == before


def test_deleted_certificate_is_written_again(folder):
    certificate, key = dev_tls.load_or_create_ca()
    before = certificate.read_bytes()
    certificate.unlink()
    assert dev_tls.load_or_create_ca() == (certificate, key)
    assert certificate.read_bytes() == before


def test_key_without_a_certificate_is_replaced(folder):
    certificate, key = dev_tls.load_or_create_ca()
    certificate.unlink()
    (folder / "ca.key").write_bytes(key[: key.index(b"-----BEGIN CERTIFICATE")])
    certificate, new_key = dev_tls.load_or_create_ca()
    assert new_key != key
    assert is_pair(certificate.read_bytes(), new_key)
