"""The commands ``mockstytch demo`` and ``python -m demo_app``."""

import gc
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

import demo_app
from mockstytch import MockStytch
from mockstytch.cli import main
from mockstytch.server import open_listener

CHECKOUT = Path(demo_app.__file__).parent.parent
VARIABLES = ("MOCKSTYTCH_", "STYTCH_", "DEMO_", "PYTHON")


def start(*arguments: str, **environ: str) -> "subprocess.Popen[str]":
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(VARIABLES)}
    return subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=inherited | environ,
        cwd=CHECKOUT,
    )


@pytest.fixture
def demo(monkeypatch, capsys) -> Callable[..., tuple[int, str, str]]:
    """``demo("--port", "0")``: runs the command in this process. Returns the exit code, stdout and stderr."""
    for name in os.environ:
        if name.startswith("MOCKSTYTCH_"):
            monkeypatch.delenv(name)

    def call(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["mockstytch", "demo", *args])
        with pytest.raises(SystemExit) as exit:
            main()
        gc.enable()  # the command disables it
        return exit.value.code, *capsys.readouterr()

    return call


def test_demo_runs_the_server_and_the_app(tmp_path):
    no_bundle = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "PATH": ""}  # and no Node.js to make it
    with start("-um", "mockstytch", "demo", "--port", "0", "--demo-port", "0", **no_bundle) as process:
        output = ""
        while "Ctrl+C" not in output and (line := process.stdout.readline()):
            output += line
        try:
            url = re.search(r"The demo app is at (http://localhost:\d+)\n", output)[1]
            mock = MockStytch(re.search(r"API +(http://\S+)", output)[1])
            with httpx.Client(base_url=url, follow_redirects=True, trust_env=False, verify=False) as browser:
                sent = browser.post("/login/discovery", data={"email_address": "ada@acme.test"})
                assert f"{mock.url}/_mock/?to=ada%40acme.test" in sent.text
                organizations = browser.get(mock.inbox.latest(to="ada@acme.test").link)
                assert str(organizations.url) == f"{url}/organizations"
                dashboard = browser.post("/organizations/create", data={"organization_name": "Acme"})
                assert (str(dashboard.url), dashboard.status_code) == (f"{url}/dashboard", 200)
        finally:
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    log = [json.loads(line) for line in errors.splitlines()]
    assert {entry["status_code"] for entry in log if entry["type"] == "request"} <= {200, 302}
    assert [entry["kind"] for entry in log if entry["type"] == "message"] == ["magic_link.discovery"]
    assert [entry["message"] for entry in log if entry["type"] == "log"] == [
        "The demo app's browser pages aren't ready: Node.js isn't installed. Open /browser for help."
    ]


@pytest.mark.parametrize("option", ["--demo-port", "--port"])
def test_used_port_is_reported(demo, option):
    with open_listener("127.0.0.1", 0) as listener:
        port = str(listener.getsockname()[1])
        ports = {"--port": "0", "--demo-port": "0", option: port}
        code, out, err = demo(*(part for pair in ports.items() for part in pair))
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert f"port {port} on 127.0.0.1 is in use. Choose another with {option}." in err


def test_app_needs_credentials():
    with start("-m", "demo_app", STYTCH_PROJECT_ID="project-test-1") as process:
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (1, "")
    assert err == "demo_app: Set STYTCH_SECRET to the project's credentials.\n"
