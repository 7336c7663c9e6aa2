"""A local certificate authority, for clients that require https."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from platformdirs import user_state_path

# Host names of the real service
STYTCH_HOSTS = (
    "test.stytch.com",
    "api.stytch.com",
    "js.stytch.com",
    "telemetry.stytch.com",
    "management.stytch.com",
)
_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def load_or_create_ca() -> tuple[Path, bytes]:
    """Return the file of the CA's certificate, and its private key as PEM. Create both on first use.

    Raises:
        OSError: if the state directory isn't writable.
    """
    directory = user_state_path("mockstytch", appauthor=False)
    certificate, key = directory / "ca.pem", directory / "ca.key"
    if not (certificate.exists() and key.exists()):
        import trustme

        ca = trustme.CA(organization_name="mockstytch")
        directory.mkdir(parents=True, exist_ok=True)
        # The file of the key has both, so that two processes that do this at the same time agree on the pair.
        both = ca.private_key_pem.bytes() + ca.cert_pem.bytes()
        _write_if_absent(key, both)
        if _CERTIFICATE not in key.read_bytes():  # a key whose certificate was deleted
            write_private(key, both)
        stored = key.read_bytes()
        write_private(certificate, stored[stored.index(_CERTIFICATE) :])
    return certificate, key.read_bytes()


def create_server_certificate(host: str) -> tuple[Path, Path]:
    """Return the file of the CA's certificate, and a file with a new server certificate and its private key.

    Raises:
        OSError: if the state directory isn't writable.
    """
    import trustme

    ca_file, key = load_or_create_ca()
    certificate = trustme.CA.from_pem(ca_file.read_bytes(), key).issue_cert(*_names(host))
    server_file = ca_file.with_name("server.pem")
    write_private(server_file, certificate.private_key_and_cert_chain_pem.bytes())
    return ca_file, server_file


def create_temporary_certificate(directory: Path, domains: Iterable[str]) -> tuple[Path, Path]:
    """Return the files of a new CA's certificate, and of a server certificate with its private key.

    The CA's private key is never written.

    Args:
        directory: the folder for both files.
        domains: host names for which the certificate is valid, besides Stytch's and this machine's.

    Raises:
        OSError: if the folder isn't writable.
    """
    import trustme

    ca = trustme.CA(organization_name="mockstytch run")
    ca_file, server_file = directory / "ca.pem", directory / "server.pem"
    ca_file.write_bytes(ca.cert_pem.bytes())
    write_private(server_file, ca.issue_cert(*_names(*domains)).private_key_and_cert_chain_pem.bytes())
    return ca_file, server_file


def _names(*others: str) -> list[str]:
    """Return the names in a server certificate: of the real service, of this machine, and others."""
    return list(dict.fromkeys((*STYTCH_HOSTS, *_LOOPBACK, *others)))


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read. Another process reads all of the old or of the new content."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    Path(temporary).replace(path)


def _write_if_absent(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, unless another process has written it first."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    try:
        os.link(temporary, path)  # fails if the file exists
    except FileExistsError:
        pass
    finally:
        Path(temporary).unlink()
