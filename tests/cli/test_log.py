"""The log of a running server on stderr."""

import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator

import httpx
import pytest

from mockstytch import MockStytch


class Running:
    """A server in its own process, whose log is read after it ended."""

    def __init__(self, *options: str, command: str = "serve") -> None:
        arguments = [sys.executable, "-m", "mockstytch", command, "--port", "0", *options]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(arguments, **pipes, env={**os.environ, "PATH": ""})  # the demo finds no Node.js
        url = next(found for line in self.process.stdout if (found := re.search(r"  API +(\S+)", line)))
        self.mock = MockStytch(url[1])

    def log(self) -> list[str]:
        """Stop the server, and return the lines of its log."""
        self.process.terminate()
        return self.process.communicate(timeout=20)[1].splitlines()


@pytest.fixture
def start() -> Iterator[type[Running]]:
    started: list[Running] = []

    def call(*options: str, **others: str) -> Running:
        started.append(Running(*options, **others))
        return started[-1]

    yield call
    for server in started:
        server.process.kill()
        server.process.communicate(timeout=20)


def test_each_request_and_each_message_is_one_line(start, refused):
    server = start()
    client = server.mock.client()
    refused(client.organizations.get, "nowhere")
    client.magic_links.email.discovery.send("ada@acme.test")
    link = server.mock.inbox.latest().link
    client.otps.email.discovery.send("ada@acme.test")
    code = server.mock.inbox.latest().code
    server.mock.clock.advance(hours=1)
    httpx.get(f"{server.mock.url}/v1/a%0Ab", trust_env=False)
    log = [re.sub(r"\d+\.\d ms", "1.0 ms", line) for line in server.log()]
    assert log[0].startswith("GET /v1/b2b/organizations/nowhere 404 1.0 ms organization_not_found: ")
    assert log[1:] == [
        f"email magic_link.discovery to ada@acme.test: {link}",
        "POST /v1/b2b/magic_links/email/discovery/send 200 1.0 ms",
        f"email_otp.discovery to ada@acme.test: {code}",
        "POST /v1/b2b/otps/email/discovery/send 200 1.0 ms",
        "POST /_mock/api/clock/advance 200 1.0 ms",
        r"GET /v1/a\nb 404 1.0 ms route_not_found: no route GET /v1/a\nb",
    ]


def test_line_names_the_project_unless_it_is_the_default_one(start):
    server = start()
    other = server.mock.project()
    other.client().debug.whoami()
    assert server.log()[-1].endswith(f" ms [{other.project_id}]")


@pytest.mark.parametrize(
    ("command", "options"), [("demo", ["--demo-port", "0"]), ("serve", ["--tls-port", "0"])], ids=["demo", "https"]
)
def test_server_with_another_listener_logs_too(start, command, options):
    server = start(*options, command=command)
    server.mock.client().debug.whoami()
    requests = [line.partition(" 200 ")[0] for line in server.log() if not line.startswith("INFO The demo app's")]
    assert requests == ["GET /v1/debug/whoami"]


def test_quiet_server_logs_nothing(start, refused):
    server = start("--quiet")
    refused(server.mock.client().organizations.get, "nowhere")
    server.mock.client().magic_links.email.discovery.send("ada@acme.test")
    assert server.log() == []


def test_reading_the_console_and_the_control_api_is_not_logged(start):
    server = start()
    server.mock.inbox.all()
    for path in ("/_mock/", "/_mock/docs", "/_mock/api/health"):
        urllib.request.urlopen(server.mock.url + path).close()
    assert server.log() == []


def test_preflights_are_not_logged(start):
    server = start()
    origin = {"Origin": "http://localhost:3000"}
    assert httpx.options(f"{server.mock.url}/sdk/v1/events", headers=origin, trust_env=False).status_code == 204
    assert httpx.options(f"{server.mock.url}/v1/nowhere", trust_env=False).status_code == 404
    [line] = server.log()
    assert line.startswith("OPTIONS /v1/nowhere 404")


def test_unread_log_does_not_stop_the_server(start):
    """A pipe holds 64 kB; these lines have more than 200 kB."""
    server = start()
    with httpx.Client(base_url=server.mock.url, trust_env=False) as http:
        for _ in range(150):
            assert http.get(f"/v1/{'x' * 1500}", timeout=10).status_code == 404


def test_server_in_this_process_logs_nothing(capfd):
    with MockStytch() as mock:
        mock.client().magic_links.email.discovery.send("ada@acme.test")
    assert capfd.readouterr() == ("", "")
