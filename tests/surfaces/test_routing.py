"""How the route of a request is found, and what the server does with anything but HTTP requests."""

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from mockstytch.app import create_app
from mockstytch.settings import Settings

ORGANIZATIONS = "/v1/b2b/organizations"


@pytest.fixture(scope="module")
def app():
    app = create_app(Settings(port=0))
    yield app
    app.state.mock.close()


@pytest.mark.parametrize(
    ("method", "path", "template", "parameters"),
    [
        ("GET", f"{ORGANIZATIONS}/acme", f"{ORGANIZATIONS}/{{organization_id}}", {"organization_id": "acme"}),
        ("HEAD", f"{ORGANIZATIONS}/acme", f"{ORGANIZATIONS}/{{organization_id}}", {"organization_id": "acme"}),
        ("POST", f"{ORGANIZATIONS}/members/search", f"{ORGANIZATIONS}/members/search", {}),
        (
            "GET",
            f"{ORGANIZATIONS}/members/dangerously_get/member",
            f"{ORGANIZATIONS}/members/dangerously_get/{{member_id}}",
            {"member_id": "member"},
        ),
        # "members" is also the beginning of other routes, none of which fits
        (
            "POST",
            f"{ORGANIZATIONS}/members/members",
            f"{ORGANIZATIONS}/{{organization_id}}/members",
            {"organization_id": "members"},
        ),
        ("GET", f"{ORGANIZATIONS}/a%2Fb", f"{ORGANIZATIONS}/{{organization_id}}", {"organization_id": "a/b"}),
        (
            "GET",
            "/v1/b2b/scim/connection/Users/a%2Fb",
            "/v1/b2b/scim/{scim_connection_id}/{resource:path}",
            {"scim_connection_id": "connection", "resource": "Users/a%2Fb"},
        ),
        ("GET", f"{ORGANIZATIONS}/", "*", {}),
        ("GET", f"{ORGANIZATIONS}/acme/", "*", {}),
        ("OPTIONS", "*", "*", {}),
    ],
)
def test_path_has_a_route(app, method, path, template, parameters):
    found, values = app.table.find(method, path)
    assert (found.route.path, values) == (template, parameters)


def test_websocket_is_refused(app):
    client = TestClient(app, base_url="http://localhost")
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/v1/b2b/organizations"):
        raise AssertionError("it was accepted")


def test_servers_that_announce_start_and_end_are_confirmed(app):
    with TestClient(app, base_url="http://localhost") as client:  # it announces both, and waits for the confirmation
        assert client.get("/_mock/api/health").status_code == 200
