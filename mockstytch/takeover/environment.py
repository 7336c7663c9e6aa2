"""The environment of the program: variables that make each runtime use the proxy and trust the CA."""

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from mockstytch.takeover.hosts import TakenHosts
from mockstytch.takeover.proxy import Address
from mockstytch.takeover.trust import JAVA_PASSWORD

_LOCAL = ("localhost", ".localhost", "127.0.0.1", "127.0.0.0/8", "::1", "[::1]")

# Variables that name a file of trusted certificates, which replaces the system's
REPLACING = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
# The same, for programs that a file of the variable replaces only if the variable is set already
REPLACING_IF_SET = ("NIX_SSL_CERT_FILE", "HTTPLIB2_CA_CERTS", "PERL_LWP_SSL_CA_FILE")
# Variables that name certificates that are trusted in addition to the runtime's own
ADDING = ("NODE_EXTRA_CA_CERTS", "DENO_CERT")


class Files(NamedTuple):
    """The files that the variables name.

    Attributes:
        bundles: a file with the CA for each variable in ``REPLACING``, ``REPLACING_IF_SET`` and ``ADDING``.
        java_store: the trust store for Java.
        python: the folder with ``sitecustomize.py``.
        node: the preload of Node.
        php: the folder with the settings of PHP.
    """

    bundles: Mapping[str, Path]
    java_store: Path
    python: Path
    node: Path
    php: Path


def program_environment(
    before: Mapping[str, str], taken: TakenHosts, proxy: Address, files: Files, project: Mapping[str, str]
) -> dict[str, str]:
    """Return the environment of the program.

    Args:
        before: the environment of this process. What it says is kept as far as possible.
        taken: the hosts that are taken over.
        proxy: the address of the proxy.
        files: the files that the variables name.
        project: variables with the URL of the server and the credentials of the project.
    """
    url = f"http://{proxy[0]}:{proxy[1]}"
    direct = [name for name in _entries(before) if not _hides(name, taken)]
    no_proxy = ",".join(dict.fromkeys((*_LOCAL, *direct)))
    return {
        **_outside_of_the_executable(before),
        "HTTPS_PROXY": url,
        "https_proxy": url,
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
        **{variable: str(path) for variable, path in files.bundles.items()},
        "NODE_USE_ENV_PROXY": "1",  # for Node programs that replace NODE_OPTIONS
        "NODE_OPTIONS": _appended(before, "NODE_OPTIONS", f"--require {_node_quoted(files.node)}"),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(files.python), before.get("PYTHONPATH")))),
        # An empty part is PHP's own folder.
        "PHP_INI_SCAN_DIR": f"{before.get('PHP_INI_SCAN_DIR', '')}{os.pathsep}{files.php}",
        "JAVA_TOOL_OPTIONS": _appended(before, "JAVA_TOOL_OPTIONS", _java_options(proxy, files.java_store, direct)),
        **project,
    }


def _outside_of_the_executable(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without what the single-file executable sets for itself: the path of its libraries."""
    own = {name: value for name, value in environment.items() if not name.startswith("_PYI_")}
    if hasattr(sys, "_MEIPASS"):
        own.pop("LD_LIBRARY_PATH", None)
        if before := own.pop("LD_LIBRARY_PATH_ORIG", ""):
            own["LD_LIBRARY_PATH"] = before
    return own


def _entries(environment: Mapping[str, str]) -> list[str]:
    """Return the hosts that the program's own variables exclude from proxies."""
    text = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    return [entry for entry in (part.strip() for part in text.split(",")) if entry]


def _hides(entry: str, taken: TakenHosts) -> bool:
    """Return whether an entry of NO_PROXY would exclude a host that is taken over."""
    name = entry.rpartition(":")[0] if entry.rpartition(":")[2].isdecimal() and "]" not in entry else entry
    suffix = name.lower().lstrip("*").lstrip(".")
    return not suffix or any(f".{host}".endswith(f".{suffix}") for host in taken.names)


def _appended(environment: Mapping[str, str], variable: str, option: str) -> str:
    return f"{environment.get(variable, '')} {option}".strip()


def _node_quoted(path: Path) -> str:
    text = str(path)
    if not set(text) & set(' "\\'):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _java_options(proxy: Address, store: Path, direct: list[str]) -> str:
    """Return the options of Java: the trust store, and the proxy for https."""
    patterns = [f"*{name}" if name.startswith(".") else name for name in direct if "/" not in name]
    hosts = "|".join(dict.fromkeys(("localhost", "*.localhost", "127.*", "[::1]", *patterns)))
    options = {
        "javax.net.ssl.trustStore": str(store),
        "javax.net.ssl.trustStorePassword": JAVA_PASSWORD,
        "https.proxyHost": proxy[0],
        "https.proxyPort": str(proxy[1]),
        "http.nonProxyHosts": hosts,  # also for https
    }
    # The JVM splits the variable at blanks, and takes quotes away. It never starts a shell.
    return " ".join(
        shlex.quote(f"-D{name}={value}") if " " in value else f"-D{name}={value}" for name, value in options.items()
    )
