"""Files of trusted certificates, and ``mockstytch ca``."""

import shutil
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, pkcs12

from mockstytch.takeover import trust


@pytest.fixture(scope="module")
def certificate() -> bytes:
    return trustme.CA().cert_pem.bytes()


def der(pem: bytes) -> bytes:
    return x509.load_pem_x509_certificate(pem).public_bytes(Encoding.DER)


def test_java_store_is_read_again(certificate):
    store = trust.java_store({"a": der(certificate), "ö": b"x"})
    assert trust.parse_java_store(store) == {"a": der(certificate), "ö": b"x"}


def test_java_reads_the_store(certificate, tmp_path):
    keytool = shutil.which("keytool")
    if not keytool:
        pytest.skip("javac is not installed")
    (tmp_path / "store").write_bytes(trust.java_store({"mockstytch": der(certificate)}))
    command = [keytool, "-list", "-keystore", tmp_path / "store", "-storepass", trust.JAVA_PASSWORD]
    listed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert "mockstytch" in listed
    assert "trustedCertEntry" in listed


@pytest.mark.parametrize("password", [b"changeit", None])
def test_pkcs12_store_is_read(certificate, password):
    loaded = x509.load_pem_x509_certificate(certificate)
    encryption = pkcs12.PBES and (NoEncryption() if password is None else _encryption(password))
    store = pkcs12.serialize_key_and_certificates(None, None, None, [loaded], encryption)
    assert list(trust.parse_java_store(store).values()) == [der(certificate)]


def _encryption(password: bytes):
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption

    return BestAvailableEncryption(password)


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"\xfe\xed\xfe\xed", b"\xfe\xed\xfe\xed\0\0\0\2\0\0\0\5\0\0\0\2\0"]
)
def test_broken_store_is_left_out(content):
    assert trust.parse_java_store(content) == {}


def test_store_with_a_private_key(certificate):
    """Private keys come with their own format. Only the certificates before them are read."""
    store = bytearray(trust.java_store({"a": der(certificate), "b": b"x"}))
    place = store.rindex(b"\0\0\0\2\0\1b")
    store[place + 3] = 1
    assert list(trust.parse_java_store(bytes(store))) == ["a"]


def test_pem_without_a_valid_certificate(certificate):
    broken = b"-----BEGIN CERTIFICATE-----\n%%%\n-----END CERTIFICATE-----\n-----BEGIN CERTIFICATE-----\nunfinished"
    assert len(list(trust.pem_certificates(certificate + broken))) in (1, 2)
    assert next(iter(trust.pem_certificates(certificate + broken))) == der(certificate)


def test_system_roots_can_be_loaded():
    roots = trust.system_roots()
    context = ssl.create_default_context(cadata=roots.decode())
    assert context.get_ca_certs()


def test_system_without_a_file_of_roots(monkeypatch):
    monkeypatch.setattr(trust, "SYSTEM_BUNDLES", ())
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: _Paths)
    assert trust.system_roots().count(b"BEGIN CERTIFICATE") > 10


class _Paths:
    openssl_cafile = "/nowhere"


# mockstytch ca


@pytest.fixture
def ca(environment):
    def call(*args: str) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "mockstytch", "ca", *args]
        return subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False)

    return call


def test_ca_is_printed(ca, environment):
    finished = ca()
    assert finished.returncode == 0
    assert x509.load_pem_x509_certificate(finished.stdout)
    assert ca().stdout == finished.stdout
    folder = Path(environment["XDG_STATE_HOME"]) / "mockstytch"
    assert (folder / "ca.pem").read_bytes() == finished.stdout
    assert (folder / "ca.key").stat().st_mode & 0o777 == 0o600


def test_bundle_has_the_roots_of_the_system(ca, tmp_path):
    own, file = ca().stdout, tmp_path / "bundle.pem"
    finished = ca("--bundle", str(file))
    assert (finished.returncode, finished.stdout) == (0, b"")
    assert file.read_bytes() == trust.joined(trust.system_roots(), own)
    assert ca("--bundle", "-").stdout == file.read_bytes()
    ssl.create_default_context(cafile=file)


def test_file_that_cannot_be_written(ca, tmp_path):
    finished = ca("--bundle", str(tmp_path / "nowhere" / "x"))
    expected = f"mockstytch: {tmp_path / 'nowhere' / 'x'} can't be written: No such file or directory\n"
    assert (finished.returncode, finished.stderr.decode()) == (1, expected)


def test_state_folder_that_cannot_be_written(ca, environment, tmp_path):
    (tmp_path / "file").touch()
    environment["XDG_STATE_HOME"] = str(tmp_path / "file")
    finished = ca()
    assert finished.returncode == 1
    assert finished.stderr.startswith(b"mockstytch: can't write the local CA: ")
    assert finished.stderr.count(b"\n") == 1
