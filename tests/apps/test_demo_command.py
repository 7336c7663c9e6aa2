"""``mockstytch demo`` and ``python -m demo_app``, as processes of their own."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

import demo_app
from mockstytch import MockStytch
from mockstytch.server import listening

CHECKOUT = Path(demo_app.__file__).parent.parent


def command(*arguments: str, **environ: str) -> "subprocess.Popen[str]":
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MOCKSTYTCH_", "STYTCH_", "DEMO_", "PYTHON"))
    }
    return subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=inherited | environ,
        cwd=CHECKOUT,
    )


def test_one_command_runs_both():
    with command("-um", "mockstytch", "demo", "--port", "0", "--demo-port", "0") as process:
        said = ""
        while "Ctrl+C" not in said and (line := process.stdout.readline()):
            said += line
        try:
            url = re.search(r"The demo app is at (http://localhost:\d+)\n", said)[1]
            mock = MockStytch(re.search(r"API +(http://\S+)", said)[1])
            with httpx.Client(base_url=url, follow_redirects=True, trust_env=False) as browser:
                sent = browser.post("/login/discovery", data={"email_address": "ada@acme.test"})
                assert f"{mock.url}/_mock/?to=ada%40acme.test" in sent.text
                chooser = browser.get(mock.inbox.latest(to="ada@acme.test").link)
                assert str(chooser.url) == f"{url}/organizations"
                dashboard = browser.post("/organizations/create", data={"organization_name": "Acme"})
                assert (str(dashboard.url), dashboard.status_code) == (f"{url}/dashboard", 200)
        finally:
            process.send_signal(signal.SIGINT)
            _, complaints = process.communicate(timeout=20)
    assert (process.returncode, complaints.strip()) == (0, "")


@pytest.mark.parametrize("taken", ["--demo-port", "--port"])
def test_a_port_that_is_taken(taken):
    with listening("127.0.0.1", 0) as other:
        port = str(other.getsockname()[1])
        ports = {"--port": "0", "--demo-port": "0", taken: port}
        with command("-m", "mockstytch", "demo", *(part for pair in ports.items() for part in pair)) as process:
            said, complaint = process.communicate(timeout=20)
    assert (process.returncode, said, complaint.count("\n")) == (1, "", 1)
    assert f"can't listen on 127.0.0.1:{port}" in complaint
    assert f"Choose another with {taken}." in complaint


def test_the_app_alone_needs_credentials():
    with command("-m", "demo_app", STYTCH_PROJECT_ID="project-test-1") as process:
        said, complaint = process.communicate(timeout=20)
    assert (process.returncode, said) == (1, "")
    assert complaint == "demo_app: STYTCH_SECRET must be set: the project's credentials.\n"
