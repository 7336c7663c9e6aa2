"""Fixtures for tests of ``mockstytch run``: the command, and programs in several languages, compiled once."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.node_packages import cached, installed
from tests.support.processes import run_command_line

HERE = Path(__file__).parent
# The command starts in this environment: without the variables of the machine that runs the tests.
_DROPPED = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "node_options", "java_tool_options", "pythonpath")

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of ``mockstytch run``, with its own temporary folder."""
    own = {
        name: value
        for name, value in os.environ.items()
        if name.lower() not in _DROPPED and not name.startswith(("STYTCH_", "MOCKSTYTCH_"))
    }
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    return {**own, "TMPDIR": str(temporary), "XDG_STATE_HOME": str(tmp_path / "state")}


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> Run:
    """``run("--no-namespace", "--", "curl", …)`` returns the finished process."""

    def call(*args: str, input: str = "") -> subprocess.CompletedProcess[str]:
        if "PYTHONPATH" not in environment:
            return run_command_line(("run", *args), environment, Path(tempfile.mkdtemp(dir=tmp_path)), input)
        command = [sys.executable, "-m", "mockstytch", "run", *args]
        pipes: dict[str, Any] = {"env": environment, "capture_output": True, "text": True, "input": input}
        return subprocess.run(command, check=False, timeout=300, **pipes)

    return call


def patched(environment: dict[str, str], folder: Path, code: str) -> None:
    """Let the command line run code at its start. ``n`` in it is the module that enters namespaces."""
    folder.mkdir()
    imports = "import socket, mockstytch.takeover.namespace as n\n"
    (folder / "sitecustomize.py").write_text(f"{imports}{code}\n", encoding="utf-8")
    environment["PYTHONPATH"] = os.pathsep.join([str(folder), str(HERE.parent.parent)])


# As for users who aren't root
NO_PORT_443 = """
def refuse():
    raise n.Unavailable("this user isn't allowed to listen on port 443")
n.free_address = refuse
"""


@pytest.fixture(scope="session")
def program(node_cache: Path) -> Callable[..., list[str]]:
    """``program("node", "fetch.js")`` returns a command. The test is skipped if the language isn't installed."""

    def command(kind: str, *args: str) -> list[str]:
        if kind == "python":
            *options, script = args
            return [sys.executable, "-W", "ignore", *options, str(HERE / "python" / script)]
        if kind == "node":
            return ["node", str(installed(HERE / "node", node_cache) / args[0])]
        if kind == "go":
            return [str(_compiled_go(node_cache)), *args]
        if kind == "java":
            return [
                "java",
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                str(_compiled_java(node_cache)),
                "Main",
                *args,
            ]
        if kind in ("ruby", "php"):
            if (
                "faraday" in args[0]
                and subprocess.run([tool(kind), "-rfaraday", "-e", ""], capture_output=True).returncode
            ):
                pytest.skip("ruby is not installed with Faraday")
            return [tool(kind), str(HERE / kind / args[0])]
        tool("curl")
        options = [
            "--silent",
            "--show-error",
            "--fail",
            *args,
            "--data",
            '{"organization_name": "Acme", "organization_slug": "acme"}',
        ]
        url = "https://test.stytch.com/v1/b2b/organizations"
        call = f'answer=$(curl "$@" --user "$STYTCH_PROJECT_ID:$STYTCH_SECRET" {url}) || exit $?'
        script = f"""{call}; case "$answer" in *'"organization_name":"Acme"'*) echo Acme ;; esac"""
        return ["sh", "-c", script, "sh", *options]

    return command


def tool(name: str) -> str:
    path = shutil.which(name)
    if not path:
        pytest.skip(f"{name} is not installed")
    return path


def _compiled_go(cache: Path) -> Path:
    go = tool("go")

    def build(folder: Path) -> None:
        environment = {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": "-buildvcs=false"}
        subprocess.run([go, "build", "-o", folder / "main", "."], cwd=HERE / "go", env=environment, check=True)

    return cached(cache, "takeover-go", [HERE / "go" / "main.go", HERE / "go" / "go.mod"], build) / "main"


def _compiled_java(cache: Path) -> Path:
    javac = tool("javac")

    def build(folder: Path) -> None:
        subprocess.run([javac, "--release", "11", "-d", folder, HERE / "java" / "Main.java"], check=True)

    return cached(cache, "takeover-java", [HERE / "java" / "Main.java"], build)
