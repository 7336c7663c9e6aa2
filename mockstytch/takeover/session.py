"""Everything that a program needs to reach this server under Stytch's host names, for as long as it runs."""

import contextlib
import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files as resources
from pathlib import Path
from typing import NamedTuple

from mockstytch.dev_tls import create_temporary_certificate
from mockstytch.takeover import namespace, redirect, trust
from mockstytch.takeover.environment import ADDING, REPLACING, REPLACING_IF_SET, Files, program_environment
from mockstytch.takeover.hosts import TakenHosts
from mockstytch.takeover.proxy import Address, Proxy, Targets
from mockstytch.takeover.upstream import Upstream
from mockstytch.takeover.workdir import work_folder

AddListener = Callable[[socket.socket, str], None]


class Takeover(NamedTuple):
    """What the program is started with.

    Attributes:
        environment: its environment variables.
        covered: files for its private mount namespace, by the path that they cover.
        target: where its connections to the placeholder in its hosts file end, if port 443 isn't available.
        without_namespace: why it has no private namespace, or "".
        proxy: the proxy, which isn't started yet.
    """

    environment: dict[str, str]
    covered: dict[Path, Path]
    target: Address | None
    without_namespace: str
    proxy: Proxy


@contextlib.contextmanager
def prepare_takeover(
    http: Address, domains: tuple[str, ...], project: Mapping[str, str], add_listener: AddListener, *, isolate: bool
) -> Iterator[Takeover]:
    """Create the listeners and the files. At the end, the files are removed.

    Args:
        http: the address of the server.
        domains: host names of the project that are taken over, too.
        project: variables for the program: the URL of the server and the credentials of the project.
        add_listener: serves the app on a socket, with the certificate in a file.
        isolate: use a private mount namespace, if the system allows it.

    Raises:
        OSError: if a file or a socket can't be created.
    """
    taken = TakenHosts(domains)
    with work_folder() as folder:
        ca_file, certificate = create_temporary_certificate(folder, domains)
        https = socket.create_server(("127.0.0.1", 0), backlog=1024)
        add_listener(https, str(certificate))
        proxy = Proxy(taken, Targets(https.getsockname()[:2], http, str(ca_file)), Upstream(os.environ))
        files = _write_files(folder, ca_file.read_bytes())
        _write_preloads(folder, taken, proxy)
        covered, target, reason = {}, None, ""
        if isolate:
            try:
                listener = namespace.free_address()
                address = listener.getsockname()[0]
                add_listener(listener, str(certificate))
            except namespace.Unavailable as e:
                address, target, reason = redirect.PLACEHOLDER[0], proxy.targets.https, str(e)
            if target is None or redirect.is_possible():
                try:
                    covered = _private_files(folder, taken, ca_file.read_bytes(), files, address)
                    reason = ""
                except namespace.Unavailable as e:
                    reason = str(e)
        environment = program_environment(os.environ, taken, proxy.address, files, project)
        yield Takeover(environment, covered, target, reason, proxy)


def _write_files(folder: Path, ca: bytes) -> Files:
    """Write the files of trusted certificates, and return the files that environment variables name."""
    bundles: dict[str, Path] = {}
    written: dict[str, Path] = {}
    for variable in (*REPLACING, *REPLACING_IF_SET, *ADDING):
        named = os.environ.get(variable, "")
        if variable in REPLACING_IF_SET and not named:
            continue
        key = named if named or variable in ADDING else "system"
        if key not in written:
            written[key] = folder / f"certificates-{len(written)}.pem"
            before = _content(named) if named else b"" if variable in ADDING else trust.system_roots()
            written[key].write_bytes(trust.joined(before, ca))
        bundles[variable] = written[key]
    store = folder / "cacerts"
    [own] = trust.pem_certificates(ca)
    java = trust.java_certificates(os.environ) or _by_number(trust.system_roots())
    store.write_bytes(trust.java_store({**java, "mockstytch": own}))
    php = folder / "php"
    php.mkdir()
    bundle = bundles["SSL_CERT_FILE"]
    (php / "mockstytch.ini").write_text(f'curl.cainfo="{bundle}"\nopenssl.cafile="{bundle}"\n', encoding="utf-8")
    return Files(bundles, store, folder / "python", folder / "node.cjs", php)


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return trust.system_roots()  # the variable names a folder, or nothing


def _by_number(pem: bytes) -> dict[str, bytes]:
    return {str(number): certificate for number, certificate in enumerate(trust.pem_certificates(pem))}


def _write_preloads(folder: Path, taken: TakenHosts, proxy: Proxy) -> None:
    config = json.dumps(
        {
            "hosts": taken.names,
            "address": proxy.targets.https[0],
            "https_port": proxy.targets.https[1],
            "http_port": proxy.targets.http[1],
            "proxy": proxy.url,
            "certificates": str(folder / "certificates-0.pem"),
        }
    )
    source = resources("mockstytch.takeover.preload")
    (folder / "python").mkdir()
    (folder / "python" / "sitecustomize.py").write_bytes((source / "python.py").read_bytes())
    (folder / "node.cjs").write_bytes((source / "node.cjs").read_bytes())
    for place in (folder, folder / "python"):
        (place / "takeover.json").write_text(config, encoding="utf-8")


def _private_files(folder: Path, taken: TakenHosts, ca: bytes, files: Files, address: str) -> dict[Path, Path]:
    """Write the files of the namespace.

    Raises:
        Unavailable: if the system has no hosts file.
    """
    covered = namespace.write_hosts(folder, taken, address)
    for path in namespace.existing(trust.SYSTEM_BUNDLES):
        covered[path] = folder / f"covered-{len(covered)}.pem"
        covered[path].write_bytes(trust.joined(path.read_bytes(), ca))
    for path in namespace.existing(trust.java_stores(os.environ)):
        shutil.copy(files.java_store, folder / "covered-cacerts")
        covered[path] = folder / "covered-cacerts"
    return covered
