"""A local certificate authority, for clients that require https."""

import os
import tempfile
from pathlib import Path

from platformdirs import user_state_path

# Host names in the certificate: the real service, and this machine.
NAMES = (
    "test.stytch.com",
    "api.stytch.com",
    "js.stytch.com",
    "telemetry.stytch.com",
    "management.stytch.com",
    "localhost",
    "127.0.0.1",
    "::1",
)


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
        _write_private(key, ca.private_key_pem.bytes())
        certificate.write_bytes(ca.cert_pem.bytes())
    return certificate, key.read_bytes()


def create_server_certificate(host: str) -> tuple[Path, Path]:
    """Return the file of the CA's certificate, and a file with a new server certificate and its private key.

    Raises:
        OSError: if the state directory isn't writable.
    """
    import trustme

    ca_file, key = load_or_create_ca()
    certificate = trustme.CA.from_pem(ca_file.read_bytes(), key).issue_cert(*dict.fromkeys((*NAMES, host)))
    server_file = ca_file.with_name("server.pem")
    _write_private(server_file, certificate.private_key_and_cert_chain_pem.bytes())
    return ca_file, server_file


def _write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read. Another process reads all of the old or of the new content."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    Path(temporary).replace(path)
