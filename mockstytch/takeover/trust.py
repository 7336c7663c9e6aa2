"""Files of trusted certificates: the roots of this system together with a CA, as PEM or as a Java trust store."""

import hashlib
import os
import shutil
import ssl
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path

# Where systems keep their roots. OpenSSL of this Python is asked first.
SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Alpine, Arch
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",  # openSUSE
    "/etc/pki/tls/cacert.pem",
    "/etc/ssl/cert.pem",  # macOS, BSD
)
JAVA_PASSWORD = "changeit"
_DEBIAN_JAVA = "/etc/ssl/certs/java/cacerts"
_JKS, _JKS_VERSION, _CERTIFICATE_ENTRY = 0xFEEDFEED, 2, 2


def system_roots() -> bytes:
    """Return the certificates that this system trusts, as PEM; empty if none are found."""
    own = ssl.get_default_verify_paths().openssl_cafile
    for path in (own, *SYSTEM_BUNDLES):
        if content := _read(Path(path)):
            return content
    context = ssl.create_default_context()  # Windows, and systems with a folder of certificates
    return "".join(map(ssl.DER_cert_to_PEM_cert, context.get_ca_certs(binary_form=True))).encode() or _certifi()


def _certifi() -> bytes:
    import certifi  # a dependency of httpx

    return _read(Path(certifi.where()))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def joined(roots: bytes, ca: bytes) -> bytes:
    """Return a PEM file with both."""
    return roots.rstrip(b"\n") + b"\n" + ca if roots.strip() else ca


def java_stores(environment: Mapping[str, str]) -> list[str]:
    """Return where Java's trust store can be: in JAVA_HOME, beside the ``java`` on the path, and Debian's."""
    homes = [Path(environment["JAVA_HOME"])] if environment.get("JAVA_HOME") else []
    if java := shutil.which("java", path=environment.get("PATH", os.defpath)):
        homes.append(Path(java).resolve().parent.parent)
    below = ("lib/security/cacerts", "jre/lib/security/cacerts")
    return [*(str(home / name) for home in homes for name in below), _DEBIAN_JAVA]


def java_certificates(environment: Mapping[str, str]) -> dict[str, bytes]:
    """Return the certificates of the first trust store of Java that can be read, by alias, as DER."""
    stores = (parse_java_store(_read(Path(path))) for path in java_stores(environment))
    return next(filter(None, stores), {})


def parse_java_store(content: bytes) -> dict[str, bytes]:
    """Return the trusted certificates of a trust store, by alias, as DER; empty if it can't be read.

    Args:
        content: a file in the format JKS, or PKCS #12 with Java's usual password or without one.
    """
    if content[:4] == struct.pack(">I", _JKS):
        try:
            return _parse_jks(content)
        except (struct.error, UnicodeDecodeError):
            return {}
    return _parse_pkcs12(content) if content else {}


def _parse_jks(content: bytes) -> dict[str, bytes]:
    """Return the entries of a trust store. Everything after an entry of another kind is left out."""
    certificates = {}
    _, _, count = struct.unpack_from(">III", content)
    at = 12

    def field(size: str) -> bytes:
        nonlocal at
        (length,) = struct.unpack_from(size, content, at)
        start = at + struct.calcsize(size)
        at = start + length
        return content[start:at]

    for _ in range(count):
        (kind,) = struct.unpack_from(">I", content, at)
        if kind != _CERTIFICATE_ENTRY:
            break
        at += 4
        alias = field(">H").decode()
        at += 8  # the date
        field(">H")  # the type, X.509
        certificates[alias] = field(">I")
    return certificates


def _parse_pkcs12(content: bytes) -> dict[str, bytes]:
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

    for password in (JAVA_PASSWORD.encode(), None):
        try:
            store = pkcs12.load_pkcs12(content, password)
        except ValueError:
            continue
        found = enumerate(store.additional_certs)
        return {
            (each.friendly_name or b"").decode(errors="replace") or str(number): each.certificate.public_bytes(
                Encoding.DER
            )
            for number, each in found
        }
    return {}


def java_store(certificates: Mapping[str, bytes]) -> bytes:
    """Return a trust store in the format JKS, which every version of Java reads.

    Args:
        certificates: by alias, as DER.
    """
    body = struct.pack(">III", _JKS, _JKS_VERSION, len(certificates))
    for alias, certificate in certificates.items():
        name = alias.encode()[:65535]
        body += struct.pack(">IH", _CERTIFICATE_ENTRY, len(name)) + name + struct.pack(">Q", 0)
        body += struct.pack(">H", 5) + b"X.509" + struct.pack(">I", len(certificate)) + certificate
    key = JAVA_PASSWORD.encode("utf-16-be") + b"Mighty Aphrodite"  # the constant of the format
    return body + hashlib.sha1(key + body).digest()  # noqa: S324 · the format's checksum


def pem_certificates(pem: bytes) -> Iterable[bytes]:
    """Return the certificates of a PEM file, as DER. Invalid ones are left out."""
    begin, end = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
    for part in pem.split(begin)[1:]:
        inner, found, _ = part.partition(end)
        if found:
            try:
                yield ssl.PEM_cert_to_DER_cert((begin + inner + end).decode("ascii"))
            except ValueError:
                continue
