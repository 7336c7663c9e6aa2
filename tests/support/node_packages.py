"""Packages from npm that tests use, installed once and kept in pytest's cache folder.

Without Node.js, or if npm can't install the packages, the tests are skipped. In CI they fail.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest


def installed(source: Path, cache: Path, only: Sequence[str] = ()) -> Path:
    """Return a copy of a folder with a ``package.json`` in which its packages are installed.

    Args:
        source: the folder. Its ``package-lock.json`` is used if there is one.
        cache: the folder for the copy. Its name has a hash of all files, so a changed file makes a new copy.
        only: the names of the files to copy; all, if empty.
    """
    npm = shutil.which("npm")
    if not (npm and shutil.which("node")):
        pytest.skip("Node.js with npm is not installed")
    files = sorted(path for path in source.rglob("*") if path.is_file() and "node_modules" not in path.parts)
    files = [path for path in files if not only or path.relative_to(source).as_posix() in only]
    name = "-".join(source.parts[-2:])

    def install(folder: Path) -> None:
        for path in files:
            (folder / path.relative_to(source)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / path.relative_to(source))
        command = ["ci"] if (source / "package-lock.json").exists() else ["install", "--no-package-lock"]
        options = ["--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"]
        done = subprocess.run([npm, *command, *options], cwd=folder, capture_output=True, text=True, timeout=300)
        if done.returncode:
            assert "CI" not in os.environ, done.stderr
            pytest.skip(f"npm can't install the packages of {name}: {' '.join(done.stderr.splitlines()[:2])}")

    return cached(cache, name, files, install)


def cached(cache: Path, name: str, files: list[Path], make: Callable[[Path], None], salt: str = "") -> Path:
    """Return the folder that ``make`` fills, from an earlier run if these files haven't changed since.

    Several processes can call this at the same time: the first one makes the folder, and the others wait for it.
    Folders of the same name from earlier files are deleted.

    Args:
        make: is called with an empty folder. The folder is kept only if it returns.
        salt: what the content depends on besides the files.
    """
    digest = hashlib.sha256(salt.encode())
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)} ".encode() + content)
    target = cache / f"{name}-{digest.hexdigest()[:16]}"
    with locked(cache / f"{name}.lock"):
        if not target.exists():
            for outdated in cache.glob(f"{name}-{'?' * 16}"):
                shutil.rmtree(outdated, ignore_errors=True)
            unfinished = cache / f"{name}.unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(target)
    return target


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold a lock between processes. SQLite's lock works on all systems, and ends with the process."""
    with closing(sqlite3.connect(file, timeout=600, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        yield
