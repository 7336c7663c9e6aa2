"""The log of a running server on stderr: lines for people on a terminal, and JSON everywhere else."""

import contextlib
import json
import os
import pty
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from typing import Any

import click
import httpx
import pytest

from mockstytch import MockStytch


class Running:
    """A server in its own process, whose log is read after it ended.

    Args:
        terminal: whether stderr is a terminal.
        environment: variables of the process.
    """

    def __init__(
        self, *options: str, command: str = "serve", terminal: bool = False, environment: dict[str, str] | None = None
    ) -> None:
        arguments = [sys.executable, "-m", "mockstytch", command, "--port", "0", *options]
        # The demo finds no Node.js.
        env = {**os.environ, "PATH": "", "TERM": "xterm", "NO_COLOR": "", **(environment or {})}
        self._screen, stderr = pty.openpty() if terminal else (None, subprocess.PIPE)
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=stderr, text=True, env=env)
        if terminal:
            os.close(stderr)
        url = next(found for line in self.process.stdout if (found := re.search(r"  API +(\S+)", line)))
        self.mock = MockStytch(url[1])

    def lines(self) -> list[str]:
        """Stop the server, and return the lines of its log."""
        self.process.terminate()
        if self._screen is None:
            return self.process.communicate(timeout=20)[1].splitlines()
        self.process.communicate(timeout=20)
        written = b""
        with contextlib.suppress(OSError):  # the end, on Linux
            while part := os.read(self._screen, 65536):
                written += part
        os.close(self._screen)
        return written.decode().splitlines()

    def log(self) -> list[dict[str, Any]]:
        """Stop the server, and return its log."""
        return [json.loads(line) for line in self.lines()]


@pytest.fixture
def start() -> Iterator[type[Running]]:
    started: list[Running] = []

    def call(*options: str, **others: Any) -> Running:
        started.append(Running(*options, **others))
        return started[-1]

    yield call
    for server in started:
        server.process.kill()
        server.process.communicate(timeout=20)


def what_happens(server, refused):
    """Do a few things, and return the link and the code that were sent."""
    client = server.mock.client()
    refused(client.organizations.get, "nowhere")
    client.magic_links.email.discovery.send("ada@acme.test")
    link = server.mock.inbox.latest().link
    client.otps.email.discovery.send("ada@acme.test")
    code = server.mock.inbox.latest().code
    server.mock.clock.advance(hours=1)
    httpx.get(f"{server.mock.url}/v1/a%0Ab", trust_env=False)
    return link, code


def test_each_request_and_each_message_is_one_line(start, refused):
    server = start()
    link, code = what_happens(server, refused)
    log = server.log()
    assert [entry["type"] for entry in log] == [
        "request",
        "message",
        "request",
        "message",
        "request",
        "request",
        "request",
    ]
    refusal, mail, sent, mail_with_code, _, advanced, unknown = log
    assert {entry["project_id"] for entry in log} == {server.mock.project_id}
    assert (refusal["operation"], refusal["error_type"]) == ("organizations.get", "organization_not_found")
    assert (mail["kind"], mail["to"], mail["link"]) == ("magic_link.discovery", "ada@acme.test", link)
    assert (sent["path"], sent["status_code"]) == ("/v1/b2b/magic_links/email/discovery/send", 200)
    assert mail_with_code["code"] == code
    assert (advanced["path"], advanced["surface"]) == ("/_mock/api/clock/advance", "control")
    assert unknown["path"] == "/v1/a\nb"


@pytest.mark.parametrize(
    ("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_lines_on_a_terminal_are_for_people(start, refused, environment, coloured):
    server = start(terminal=True, environment=environment)
    link, code = what_happens(server, refused)
    lines = server.lines()
    assert ("\x1b[33m404\x1b[0m" in lines[0]) is coloured
    assert any("\x1b" in line for line in lines) is coloured
    log = [re.sub(r"\d+\.\d ms", "1.0 ms", click.unstyle(line)) for line in lines]
    assert log[0].startswith("GET /v1/b2b/organizations/nowhere 404 1.0 ms organization_not_found: ")
    assert log[1:] == [
        f"email magic_link.discovery to ada@acme.test: {link}",
        "POST /v1/b2b/magic_links/email/discovery/send 200 1.0 ms",
        f"email_otp.discovery to ada@acme.test: {code}",
        "POST /v1/b2b/otps/email/discovery/send 200 1.0 ms",
        "POST /_mock/api/clock/advance 200 1.0 ms",
        r"GET /v1/a\nb 404 1.0 ms route_not_found: no route GET /v1/a\nb",
    ]


def test_line_has_a_hint(start):
    server = start(terminal=True)
    httpx.get(f"{server.mock.url}/v1/b2b/magic_links/authenticate", trust_env=False)
    assert "(hint: /v1/b2b/magic_links/authenticate has POST and not GET." in click.unstyle(server.lines()[-1])


@pytest.mark.parametrize("terminal", [True, False])
def test_each_attempt_of_a_webhook_is_one_line(start, terminal):
    server = start(terminal=terminal)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/hook"
    server.mock.webhooks.set(url)
    server.mock.client().organizations.create(organization_name="Acme", organization_slug="acme")
    server.mock.webhooks.deliveries(wait=20, tries=1)
    lines = [click.unstyle(line) for line in server.lines()]
    [attempt] = [line for line in lines if "direct.organization.create" in line]
    if terminal:
        assert attempt.startswith(f"webhook direct.organization.create to {url}: ")
        assert attempt.endswith(" ms")
    else:
        fields = json.loads(attempt)
        assert (fields["type"], fields["event_type"], fields["url"]) == ("webhook", "direct.organization.create", url)
        assert fields["problem"]


def test_line_names_the_project_unless_it_is_the_default_one(start):
    server = start(terminal=True)
    other = server.mock.project()
    other.client().debug.whoami()
    assert click.unstyle(server.lines()[-1]).endswith(f" ms [{other.project_id}]")


@pytest.mark.parametrize(
    ("command", "options"), [("demo", ["--demo-port", "0"]), ("serve", ["--tls-port", "0"])], ids=["demo", "https"]
)
def test_server_with_another_listener_logs_too(start, command, options):
    server = start(*options, command=command)
    server.mock.client().debug.whoami()
    log = server.log()
    assert [entry["path"] for entry in log if entry["type"] == "request"] == ["/v1/debug/whoami"]
    assert all(entry["message"].startswith("The demo app's") for entry in log if entry["type"] == "log")


@pytest.mark.parametrize("option", ["--quiet", "-q"])
def test_quiet_server_logs_nothing(start, refused, option):
    server = start(option)
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
    [entry] = server.log()
    assert (entry["method"], entry["path"], entry["status_code"]) == ("OPTIONS", "/v1/nowhere", 404)


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
