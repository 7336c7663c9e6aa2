"""``mockstytch requests`` and ``mockstytch webhooks``."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest


@pytest.fixture
def environment(mock) -> dict[str, str]:
    """The variables that name the test's project."""
    return os.environ | {
        "MOCKSTYTCH_URL": mock.url,
        "MOCKSTYTCH_PROJECT_ID": mock.project_id,
        "MOCKSTYTCH_SECRET": mock.secret,
    }


@pytest.fixture
def follow(environment) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a command that goes on until it is ended."""
    started = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "mockstytch", *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        started.append(subprocess.Popen(command, **pipes, env=environment))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate(timeout=20)


@pytest.fixture
def endpoint(mock) -> str:
    """An endpoint of webhooks that refuses the connection."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/hook"
    mock.webhooks.set(url)
    return url


def test_requests_are_listed(run, environment, client, refused):
    client.debug.whoami()
    refused(client.organizations.get, "nowhere")
    lines = run("requests", env=environment).stdout.splitlines()
    assert [line.split()[1:4] for line in lines] == [
        ["GET", "/v1/debug/whoami", "200"],
        ["GET", "/v1/b2b/organizations/nowhere", "404"],
    ]
    assert "organization_not_found: no organization has" in lines[1]
    assert "\x1b" not in "".join(lines)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--errors"], ["organizations.get", ""]),
        (["--operation", "organizations.*"], ["organizations.get"]),
        (["--status", "2xx"], ["debug.whoami"]),
        (["--status", "404", "--path", "/v1/nope"], [""]),
        (["--method", "get", "--limit", "2"], ["organizations.get", ""]),
        (["--error-type", "organization_*"], ["organizations.get"]),
    ],
    ids=" ".join,
)
def test_requests_are_filtered(run, environment, client, refused, http, options, expected):
    client.debug.whoami()
    refused(client.organizations.get, "nowhere")
    http.get("/v1/nope")
    found = [json.loads(line) for line in run("requests", "--json", *options, env=environment).stdout.splitlines()]
    assert [request["operation"] for request in found] == expected
    assert all(request["curl"].startswith("curl ") for request in found)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["requests", "--operation", "organizations.gte"], 1, "Did you mean organizations.get?"),
        (["requests", "--status", "4x"], 1, "Did you mean 4xx?"),
        (["requests", "--status", "xyz"], 1, "there is no status 'xyz'.)"),
        (["requests", "--status", "404", "--errors"], 2, "Use --errors or --status, not both"),
        (["requests", "--limit", "0"], 2, "--limit"),
        (["requests", "--url", "http://127.0.0.1:9"], 1, "No mockstytch server"),
        (["webhooks", "--status", "deliverd"], 2, "--status"),
        (["webhooks", "--limit", "x"], 2, "--limit"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_options_are_one_line_on_stderr(run, environment, arguments, code, message):
    result = run(*arguments, env=environment)
    assert (result.returncode, result.stdout) == (code, "")
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_requests_are_followed_and_none_is_printed_twice(follow, client, http):
    client.debug.whoami()
    process = follow("requests", "--follow", "--json", "--status", "2xx")
    read = [json.loads(process.stdout.readline())]
    http.get("/v1/nope")
    for number in range(3):
        client.organizations.create(organization_name=f"Acme {number}", organization_slug=f"acme-{number}")
        read.append(json.loads(process.stdout.readline()))
    assert [request["operation"] for request in read] == ["debug.whoami"] + 3 * ["organizations.create"]
    assert len({request["request_id"] for request in read}) == 4


def test_follow_goes_on_after_the_log_was_emptied(follow, client, http):
    client.debug.whoami()
    process = follow("requests", "-f", "--json")
    process.stdout.readline()
    http.delete("/_mock/api/requests")
    http.get("/v1/nope")
    assert json.loads(process.stdout.readline())["path"] == "/v1/nope"


def test_follow_ends_quietly_if_its_reader_ends(follow, client):
    process = follow("requests", "--follow")
    process.stdout.close()
    client.debug.whoami()
    assert process.wait(timeout=60) == 1
    assert process.stderr.read() == ""


def test_webhooks_are_listed(run, mock, environment, client, endpoint):
    assert run("webhooks", env=environment).stderr == "There are no deliveries.\n"
    client.organizations.create(organization_name="Acme", organization_slug="acme")
    mock.webhooks.deliveries(wait=20, tries=1)
    [line] = run("webhooks", env=environment).stdout.splitlines()
    assert f" webhook direct.organization.create to {endpoint}: " in line
    [text] = run("webhooks", "--json", "--event-type", "*.create", env=environment).stdout.splitlines()
    assert json.loads(text)["url"] == endpoint
    assert run("webhooks", "--json", "--status", "delivered", env=environment).stdout == ""


def test_pending_webhook_is_listed(run, mock, environment, client, endpoint):
    mock.clock.freeze()
    with mock.faults.add("webhook", lose=True, times=1000, after=1000):
        client.organizations.create(organization_name="Acme", organization_slug="acme")
        mock.webhooks.deliveries(wait=20, tries=1)
    assert run("webhooks", "--status", "pending", env=environment).stdout.count("direct.organization.create") == 1


def test_each_attempt_of_a_webhook_is_followed(follow, mock, client, endpoint):
    process = follow("webhooks", "--follow", "--json")
    client.organizations.create(organization_name="Acme", organization_slug="acme")
    first = json.loads(process.stdout.readline())
    assert (first["event_type"], first["status"], len(first["attempts"])) == (
        "direct.organization.create",
        "pending",
        1,
    )
    mock.clock.advance(seconds=6)  # the first retry
    second = json.loads(process.stdout.readline())
    assert second["event_id"] == first["event_id"]
    assert second["attempts"] != first["attempts"]
    client.organizations.create(organization_name="Globex", organization_slug="globex")
    assert json.loads(process.stdout.readline())["event_id"] != first["event_id"]
    mock.webhooks.replay(first["event_id"])
    assert json.loads(process.stdout.readline())["event_id"] == first["event_id"]


def test_empty_request_log_is_reported(run, environment):
    result = run("requests", env=environment)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "There are no requests.\n")
