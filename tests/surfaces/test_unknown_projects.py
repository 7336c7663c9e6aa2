"""Reading never creates a project: a mistyped project id is an error, and the real secret still works afterwards."""

import subprocess
import sys
from uuid import uuid4

import httpx
import pytest

from mockstytch import MockError, MockStytch
from mockstytch.app import create_app
from mockstytch.surfaces.surface import Route

WRONG, RIGHT = "secret-test-wrong", "secret-test-right"


@pytest.fixture
def unknown(mockstytch_server) -> MockStytch:
    """A project that doesn't exist, with the secret that its app will use."""
    return MockStytch(mockstytch_server.url, f"project-test-{uuid4()}", RIGHT)


def exists(project: MockStytch) -> bool:
    found = httpx.get(f"{project.url}/_mock/api/project?project_id={project.project_id}", trust_env=False)
    assert found.status_code in (200, 404)
    return found.status_code == 200


def reads(*prefixes: str) -> list[Route]:
    return [r for r in create_app().table.routes if r.method == "GET" and r.path.startswith(prefixes)]


def filled(path: str, project: MockStytch) -> str:
    """Fill the parameters of a path."""
    return (
        path.replace("{project_id}", project.project_id)
        .replace("{name}", "console.css")
        .replace("{", "")
        .replace("}", "")
    )


SERVER_WIDE = [f"/_mock/api/{name}" for name in ("health", "manifest", "openapi.json", "projects")]
CONTROL = [r.path for r in reads("/_mock/api/") if r.path not in SERVER_WIDE]


@pytest.mark.parametrize("path", CONTROL)
def test_control_api(unknown, path):
    address = f"{unknown.url}{filled(path, unknown)}"
    for options in (
        {"auth": (unknown.project_id, WRONG)},
        {"params": {"project_id": unknown.project_id}},
    ):
        response = httpx.get(address, trust_env=False, **options)
        assert (response.status_code, response.json()["error_type"]) == (404, "project_not_found")
        assert unknown.project_id in response.json()["error_message"]
    assert httpx.head(address, auth=(unknown.project_id, WRONG), trust_env=False).status_code == 404
    assert not exists(unknown)
    assert unknown.client().debug.whoami().project_id == unknown.project_id


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/messages"), ("POST", "/reset")])
def test_emptying(unknown, method, path):
    response = httpx.request(
        method, f"{unknown.url}/_mock/api{path}", auth=(unknown.project_id, WRONG), trust_env=False
    )
    assert (response.status_code, response.json()["error_type"]) == (404, "project_not_found")
    assert not exists(unknown)


@pytest.mark.parametrize(
    "path", [r.path for r in reads("/_mock") if r.surface.name == "console" and "static" not in r.path]
)
def test_console(unknown, path):
    address = f"{unknown.url}{filled(path, unknown)}"
    for options in ({"auth": (unknown.project_id, WRONG)}, {"params": {"project_id": unknown.project_id}}):
        response = httpx.get(address, trust_env=False, follow_redirects=True, **options)
        assert response.status_code == 404
        assert "Project could not be found" in response.text
    assert not exists(unknown)


PUBLIC = [r for r in create_app().table.routes if "{project_id}" in r.path and not r.path.startswith("/pwa")]


@pytest.mark.parametrize(
    ("method", "path"),
    [(r.method, r.path) for r in PUBLIC if r.method != "OPTIONS" and r.path != "/v1/b2b/sessions/jwks/{project_id}"],
)
def test_public_paths(unknown, method, path):
    response = httpx.request(method, unknown.url + filled(path, unknown), trust_env=False)
    assert response.status_code == 404
    assert "project_not_found" in response.text or "Project could not be found" in response.text
    assert not exists(unknown)
    assert unknown.client().debug.whoami().project_id == unknown.project_id
    assert "roject could not" not in httpx.request(method, unknown.url + filled(path, unknown), trust_env=False).text


def test_keys_are_served_before_the_first_request_and_create_nothing(unknown):
    path = f"{unknown.url}/v1/b2b/sessions/jwks/{unknown.project_id}"
    keys = httpx.get(path, trust_env=False)
    assert keys.status_code == 200
    assert not exists(unknown)
    assert unknown.client().sessions.get_jwks(unknown.project_id).keys[0].kid == keys.json()["keys"][0]["kid"]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/public/oauth/google/start",
        "/v1/b2b/public/oauth/google/start",
        "/v1/public/oauth/google/discovery/start",
        "/v1/b2b/public/oauth/google/discovery/start",
        "/v1/public/sso/start",
        "/v1/magic_links/redirect",
    ],
)
def test_public_token(unknown, path):
    response = httpx.get(unknown.url + path, params={"public_token": unknown.public_token}, trust_env=False)
    assert response.headers.get("location") == "/redirect-error" or response.status_code >= 400
    assert not exists(unknown)


@pytest.mark.parametrize(
    "command",
    [
        ["inbox"],
        ["inbox", "--wait", "5"],
        ["inbox", "--link"],
        ["inbox", "--json"],
        ["clock"],
        ["clock", "advance", "1h"],
        ["clock", "set", "2030-01-01T00:00:00Z"],
        ["clock", "freeze"],
        ["clock", "unfreeze"],
        ["reset"],
        ["env"],
    ],
    ids=" ".join,
)
def test_command_line(unknown, command):
    connection = ["--url", unknown.url, "--project-id", unknown.project_id]
    finished = subprocess.run(
        [sys.executable, "-m", "mockstytch", *command, *connection],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if command != ["env"]:  # it prints variables and calls no server
        assert (finished.returncode, finished.stdout) == (1, "")
        assert finished.stderr.startswith("mockstytch: Project could not be found. ")
        assert unknown.project_id in finished.stderr
        assert finished.stderr.count("\n") == 1
    assert not exists(unknown)
    assert unknown.client().debug.whoami().project_id == unknown.project_id


def test_handle(unknown):
    for call in (
        unknown.inbox.all,
        unknown.inbox.latest,
        unknown.clock.now,
        unknown.requests,
        unknown.webhooks.endpoints,
    ):
        with pytest.raises(MockError) as refused:
            call()
        assert refused.value.error_type == "project_not_found"
    assert not exists(unknown)


def test_new_project_of_a_handle_can_be_read_at_once(mockstytch_server):
    for read in ("requests", "reset"):
        getattr(mockstytch_server.project(), read)()
    assert mockstytch_server.project().inbox.all() == []
    assert mockstytch_server.project().clock.now()


def test_set_up_before_the_first_request_creates_the_project(unknown):
    unknown.configure(name="Ours")
    assert exists(unknown)
    assert unknown.client().debug.whoami().project_id == unknown.project_id
