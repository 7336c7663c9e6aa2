"""Every route of every surface: requests are in the request log, unexpected exceptions are that surface's own 500."""

import asyncio
import logging
import re

import httpx
import msgspec
import pytest

from mockstytch import Settings
from mockstytch.app import create_app
from mockstytch.console.page import CONSOLE, LARGE_FORMS, STATIC
from mockstytch.pages.consent import CONSENT
from mockstytch.runtime import Mock

HTML = (CONSOLE, LARGE_FORMS, STATIC, CONSENT)
FIVE_KEYS = ["error_message", "error_type", "error_url", "request_id", "status_code"]


@pytest.fixture(scope="module")
def server():
    app = create_app(Settings(port=0))
    yield app
    app.state.mock.close()


def routes():
    mock = Mock(Settings(port=0))
    app = create_app(mock=mock)
    mock.close()
    return sorted({(d.route.method, d.route.path) for d in app.table.dispatches})


def target(method, path):
    """A method and a path that match a route."""
    if method == "*":
        return "GET", path.replace("*", "nowhere") if path.startswith("/") else "/v1/nowhere"
    path = path.replace("{scim_connection_id}", "scim-connection-test-1")
    return method, re.sub(r"{\w+(:path)?}", "x-1", path)


def send(app, method, path):
    async def request():
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, path)

    return asyncio.run(request())


def logged(app):
    mock = app.state.mock
    project_id = mock.projects.default().project_id
    surfaces = {dispatch.route.surface.name for dispatch in app.table.dispatches}
    return mock.request_log.entries(project_id, surfaces)


@pytest.mark.parametrize("route", routes(), ids=" ".join)
def test_request_is_in_the_request_log(server, route):
    server.state.mock.request_log.clear(server.state.mock.projects.default().project_id)
    method, path = target(*route)
    response = send(server, method, path)
    [entry] = logged(server)
    assert (entry.method, entry.path, entry.status_code) == (method, path, response.status_code)
    assert entry.surface == server.table.find(method, path)[0].route.surface.name
    assert response.status_code < 400 or entry.error_type or path == "/redirect-error"


@pytest.mark.parametrize("route", routes(), ids=" ".join)
def test_unexpected_exception_is_the_surface_s_500(server, route, monkeypatch, caplog):
    async def fail(_request):
        raise RuntimeError("planted")

    method, path = target(*route)
    dispatch, _ = server.table.find(method, path)
    surface = dispatch.route.surface
    lenient = msgspec.structs.replace(surface, authenticate=lambda mock, _request: mock.projects.default())
    monkeypatch.setattr(dispatch, "route", dispatch.route._replace(surface=lenient, handler=fail))
    server.state.mock.request_log.clear(server.state.mock.projects.default().project_id)
    with caplog.at_level(logging.ERROR, "mockstytch"):
        response = send(server, method, path)

    assert response.status_code == 500
    if surface in HTML:
        assert response.headers["content-type"].startswith("text/html")
        assert "<html" in response.text
    elif surface.name == "scim":
        assert response.headers["content-type"] == "application/scim+json"
        assert response.json()["status"] == "500"
    elif surface.name == "oauth_server":
        assert response.json()["error"] == "server_error"
    else:
        assert sorted(response.json()) == FIVE_KEYS
        assert response.json()["error_type"] == "internal_server_error"
    assert "planted" not in response.text
    assert [record.exc_info[1].args for record in caplog.records] == [("planted",)]
    [entry] = logged(server)
    assert (entry.path, entry.status_code) == (path, 500)


def test_every_surface_is_walked():
    mock = Mock(Settings(port=0))
    app = create_app(mock=mock)
    mock.close()
    names = {dispatch.route.surface.name for dispatch in app.table.dispatches}
    assert names == {
        *("backend", "browser", "public", "management", "oauth_server", "scim", "pages", "control", "console"),
        "unknown",
    }


@pytest.fixture
def registered(mockstytch):
    """A project that has made its first request, with an empty log."""
    mockstytch.call("GET", "/project")
    return mockstytch


def test_request_with_a_wrong_secret_is_in_the_log_of_the_project_it_names(registered, http):
    http.get("/v1/b2b/organizations/acme", auth=(registered.project_id, "wrong"))
    entry = registered.requests()[-1]
    assert (entry.error_type, entry.because) == ("unauthorized_credentials", "wrong secret")


def test_reading_the_log_does_not_fill_it(registered):
    assert registered.requests() == []
    assert registered.requests() == []
    control = registered.call("GET", "/requests", {"surface": "control"})["requests"]
    assert [entry["path"] for entry in control][-2:] == ["/_mock/api/requests"] * 2


def test_refused_oauth_start_is_in_the_log(registered, http):
    token = {"public_token": registered.public_token}
    assert http.get("/v1/b2b/public/oauth/google/start", params=token).status_code == 400
    assert [entry.error_type for entry in registered.requests()] == ["missing_oauth_organization_locator"]


def test_unknown_route_is_in_the_log_of_the_project_it_names(registered, http):
    assert http.post("/v1/b2b/magic_links/email/sendd").status_code == 404
    [entry] = registered.requests()
    assert (entry.error_type, entry.surface) == ("route_not_found", "unknown")
    assert "sendd" in entry.because


def test_request_that_is_broken_off_is_not_carried_out():
    """RFC 9112, section 8: the server must not treat an incomplete message as complete."""
    mock = Mock(Settings(port=0))
    app = create_app(mock=mock)
    messages = [
        {"type": "http.request", "body": b'{"organization_name"', "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent = []

    async def receive():
        return messages.pop(0)

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": "/v1/b2b/organizations",
        "query_string": b"",
        "headers": [],
    }
    asyncio.run(app(scope, receive, send))
    mock.close()
    assert sent == []
