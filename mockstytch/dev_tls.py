"""A certificate authority of one's own, for clients that insist on https."""

import os
from pathlib import Path

from platformdirs import user_state_path

# what an SDK that is pointed nowhere asks for, and the names of this machine
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


def authority() -> tuple[Path, bytes]:
    """The CA, made when first asked for: the file with its certificate, and its private key in PEM.

    Raises:
        OSError: the state directory can't be written.
    """
    home = user_state_path("mockstytch", appauthor=False)
    certificate, key = home / "ca.pem", home / "ca.key"
    if not (certificate.exists() and key.exists()):
        import trustme

        made = trustme.CA(organization_name="mockstytch")
        home.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(made.private_key_pem.bytes())
        certificate.write_bytes(made.cert_pem.bytes())
    return certificate, key.read_bytes()


def server_certificate(host: str) -> tuple[Path, Path]:
    """The CA's certificate file, and a file with a fresh server certificate and its key."""
    import trustme

    ca_file, key = authority()
    leaf = trustme.CA.from_pem(ca_file.read_bytes(), key).issue_cert(*dict.fromkeys((*NAMES, host)))
    server_file = ca_file.with_name("server.pem")
    with os.fdopen(os.open(server_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(leaf.private_key_and_cert_chain_pem.bytes())
    return ca_file, server_file
