"""Programs in other languages that tests run: prepared once with the language's own tools, and kept between runs."""

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.support.node_packages import cached, locked

NPM_INSTALL = ("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts")
_SECONDS = 1200  # for a command; compiling the Rust suite on a busy machine takes the longest
# Only these reach a program from the environment, so that it can't depend on this machine's settings for Stytch.
_INHERITED = (
    *("PATH", "HOME", "LANG", "CARGO_HOME", "RUSTUP_HOME", "GOPATH", "GOPROXY", "JAVA_HOME", "MAVEN_OPTS"),
    *("GEM_HOME", "GEM_PATH", "RUBYLIB"),
)
_MADE = ("node_modules", "target", "__pycache__")  # folders that the tools write


class NotPrepared(Exception):
    """The packages of a program can't be downloaded or compiled here."""


def environment(**variables: str) -> dict[str, str]:
    """Return the environment of a program."""
    return {name: os.environ[name] for name in _INHERITED if name in os.environ} | {"NO_PROXY": "*"} | variables


def run(
    command: Sequence[str], folder: Path, lock: Path | None = None, **variables: str
) -> "subprocess.CompletedProcess[str]":
    """Run a command, and return its output and errors in ``stdout``.

    Args:
        lock: a file. Commands with the same file run one after the other, because the tools share caches.
        variables: variables of its environment.
    """
    if lock:
        with locked(lock):
            return run(command, folder, **variables)
    return subprocess.run(
        command,
        cwd=folder,
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_SECONDS,
        check=False,
    )


def prepared(
    source: Path,
    name: str,
    tools: Sequence[str],
    commands: Sequence[Sequence[str]],
    cache: Path,
    run: Callable[[Sequence[str], Path], "subprocess.CompletedProcess[str]"] = run,
    salt: str = "",
) -> Path:
    """Return a copy of a folder in which everything is compiled. Skip the test if that isn't possible.

    Args:
        source: the folder.
        name: of the copy.
        tools: the programs that it needs.
        commands: download and compile everything. They run once for each version of the folder.
        cache: the folder for the copy.
        run: runs a command in the copy.
        salt: what the content depends on besides the files and the commands.
    """
    for tool in tools:
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed")
    files = [path for path in sorted(source.rglob("*")) if path.is_file() and not {*path.parts} & {*_MADE}]

    def make(folder: Path) -> None:
        for path in files:
            (folder / path.relative_to(source)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, folder / path.relative_to(source))
        for command in commands:
            done = run(command, folder)
            if done.returncode:
                lines = done.stdout.strip().splitlines() or [""]
                reason = next((line for line in lines if "error" in line.lower()), lines[-1])
                raise NotPrepared(f"{tools[0]} can't prepare the suite: {reason.strip()[:200]}")

    try:
        return cached(cache, name, files, make, salt=str(commands) + salt)
    except NotPrepared as e:
        pytest.skip(str(e))
