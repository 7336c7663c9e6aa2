"""Host names: every surface answers only to this machine, to IP addresses, and to the names that it was given.

Otherwise a web page whose name resolves to this machine (DNS rebinding) could use the published default credentials.
"""

import asyncio

import httpx
import pytest

from mockstytch import MockStytch, Settings
from mockstytch.app import create_app
from tests.surfaces.test_every_route import routes, send, target

PATHS = [
    "/v1/b2b/organizations/acme",
    "/v1/b2b/sessions/jwks/project-test-00000000-0000-4000-8000-000000000000",
    "/v1/nowhere",
    "/_mock/api/clock",
    "/_mock/api/health",
    "/_mock/",
    "/pwa/v3/projects",
    "/.well-known/openid-configuration",
]
REFUSED = [
    *("evil.example", "evil.example:4700", "localhost.evil.example", "127.0.0.1.evil.example", "other", "mock.evil"),
    *("evil@localhost", "evil:x@localhost", "localhost@evil.example", "localhost:4700@evil.example", "localhost:x"),
    *("stytch.com.evil.example", "notstytch.com", "", "localhost/", "localhost evil", "[::1", "[evil]", "localhost#"),
    *("evil.example,localhost", "localhost:4700:1", "127.0.0.1:123456", "evil.localhost.example"),
]


@pytest.fixture(scope="module")
def server():
    with MockStytch(allowed_hosts=("Mock", "auth.example"), public_url="https://public.example/base") as mock:
        yield mock


def get(server, path, host):
    auth = (server.project_id, server.secret)
    return httpx.get(f"{server.url}{path}", headers={"Host": host}, auth=auth, trust_env=False)


@pytest.mark.parametrize("host", REFUSED)
@pytest.mark.parametrize("path", PATHS)
def test_unknown_name_is_refused(server, path, host):
    response = get(server, path, host)
    assert response.status_code == 403
    assert "host_not_allowed" in response.text


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:4700", "127.0.0.1:1", "[::1]:4700", "a.localhost", "mock", "MOCK:80", "auth.example"],
)
@pytest.mark.parametrize("path", PATHS)
def test_known_name_is_accepted(server, path, host):
    assert "host_not_allowed" not in get(server, path, host).text
    assert "host_not_allowed" not in get(server, path, "public.example").text


@pytest.mark.parametrize(
    "host", ["192.168.1.5:4700", "10.0.0.1", "[fe80::1]:4700", "test.stytch.com", "stytch.com:443", "testserver"]
)
def test_address_or_name_that_no_web_page_can_have_is_accepted_by_the_api(server, host):
    assert get(server, "/v1/debug/whoami", host).status_code == 200
    assert get(server, "/_mock/api/clock", host).json()["error_type"] == "host_not_allowed"


@pytest.fixture(scope="module")
def app():
    app = create_app(Settings(port=0))
    yield app
    app.state.mock.close()


@pytest.mark.parametrize("route", routes(), ids=" ".join)
def test_every_route_asks_for_the_host(app, route):
    method, path = target(*route)

    async def request():
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://evil.example") as client:
            return await client.request(method, path)

    response = asyncio.run(request())
    assert response.status_code == 403
    assert "host" in response.text
    answer = send(app, method, path)
    assert answer.status_code != 403 or "host name" not in answer.text  # the request log has the text of the refusal


def test_address_of_the_listener_is_accepted(tmp_path):
    with MockStytch(host="127.0.0.2") as mock:
        assert mock.clock.now()
        assert mock.client().debug.whoami().status_code == 200


def test_links_have_the_name_under_which_the_server_was_called(server):
    with MockStytch(allowed_hosts=("auth.example",)) as mock:
        body = {"email_address": "ada@acme.test"}
        headers = {"Host": "auth.example"}
        httpx.post(
            f"{mock.url}/v1/b2b/magic_links/email/discovery/send",
            json=body,
            headers=headers,
            auth=(mock.project_id, mock.secret),
            trust_env=False,
        )
        assert mock.inbox.latest().link.startswith("http://auth.example/")


@pytest.mark.parametrize(
    "path", ["/_mock/api/x/", "/_mock/api/clock/", "/_mock/api/health/", "/_mock/api/", "/_mock/api"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_unknown_path_of_the_control_api_returns_404(server, method, path):
    response = httpx.request(method, f"{server.url}{path}", trust_env=False)
    assert (response.status_code, response.json()["error_type"]) == (404, "route_not_found")
