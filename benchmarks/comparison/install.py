"""Install the other systems in ``benchmarks/.cache``. Systems that can't be installed are skipped and reported."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

CACHE = Path(__file__).parent.parent / ".cache"
MOTO = "moto[server,cognitoidp]==5.2.5"
NODE_PACKAGES = ("cognito-local@5.3.0", "emulate@0.8.0")  # ``emulate@latest`` is a different project
WORKOS = "MOCKSTYTCH_BENCH_WORKOS"  # names a folder with the source of WorkOS Emulate and its build, ``dist/cli.js``
_MINUTES = 5


class Unavailable(Exception):
    """A system that can't be installed. The text is the reason."""


def moto() -> Path:
    """Install moto's server in a virtual environment, and return its Python."""
    where = CACHE / "moto"
    python = where / "bin" / "python"
    if not _is_there(where, MOTO):
        _run([sys.executable, "-m", "venv", "--clear", str(where)])
        _run([str(python), "-m", "pip", "install", "--quiet", MOTO])
        _note(where, MOTO)
    return python


def node_package(name: str) -> Path:
    """Install the npm packages, and return the folder of one of them."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise Unavailable("Node.js is not installed")
    where, expected = CACHE / "node", " ".join(NODE_PACKAGES)
    if not _is_there(where, expected):
        where.mkdir(parents=True, exist_ok=True)
        (where / "package.json").write_text('{"private": true}')
        _run(["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(where), *NODE_PACKAGES])
        _note(where, expected)
    return where / "node_modules" / name


def workos() -> Path:
    """Return the folder of WorkOS Emulate. It isn't in a registry, so it isn't installed here."""
    named = os.environ.get(WORKOS, "")
    if not named:
        raise Unavailable(f"{WORKOS} doesn't name a folder with its build")
    folder = Path(named).resolve()
    if not (folder / "dist" / "cli.js").exists():
        raise Unavailable(f"{WORKOS} names a folder without dist/cli.js")
    CACHE.mkdir(exist_ok=True)
    return folder


def versions() -> str:
    """Return the names and versions of the other systems, and of Node.js."""
    names = [MOTO, *NODE_PACKAGES]
    with suppress(Unavailable):
        names.append(f"WorkOS Emulate {json.loads((workos() / 'package.json').read_text())['version']}")
    if shutil.which("node"):
        node = subprocess.run(["node", "--version"], capture_output=True, text=True, timeout=10).stdout
        names.append(f"on Node.js {node.strip().removeprefix('v')}")
    return ", ".join(names)


def _is_there(where: Path, expected: str) -> bool:
    marker = where / "installed"
    return marker.exists() and marker.read_text() == expected


def _note(where: Path, expected: str) -> None:
    (where / "installed").write_text(expected)
    (CACHE / ".gitignore").write_text("*\n")


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_MINUTES * 60)
    except (OSError, subprocess.TimeoutExpired) as e:
        raise Unavailable(f"installation failed: {e}") from None
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise Unavailable(f"installation failed: {' '.join(last)}")
