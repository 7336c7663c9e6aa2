"""What faults do to requests: each effect on each kind of surface."""

import asyncio
import os
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from mockstytch import MockStytch, Settings
from mockstytch.app import create_app
from mockstytch.settings import DEFAULT_PROJECT_ID, DEFAULT_SECRET
from tests.faults.surfaces import CALLS, SurfaceCall

EVERY_SURFACE = pytest.mark.parametrize("call", CALLS, ids=str)
SUCCESS = (200, 302, 307)
FIVE_KEYS = {"status_code", "request_id", "error_type", "error_message", "error_url"}


def details(response: httpx.Response, shape: str) -> tuple[int, str]:
    """Return status and name of an error, after checking that it has the surface's shape."""
    body = response.json()
    if shape == "scim":
        assert response.headers["content-type"] == "application/scim+json"
        assert body["status"] == str(response.status_code)
        assert body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
        return response.status_code, body["detail"]
    assert body["status_code"] == response.status_code
    if shape == "oauth":
        assert {"error", "error_description", "error_uri"} <= body.keys()
        return response.status_code, body["error"]
    assert body.keys() >= FIVE_KEYS
    return response.status_code, body["error_type"]


@EVERY_SURFACE
def test_error_has_its_own_status_in_the_shape_of_the_surface(mock, http, call: SurfaceCall):
    fault = mock.faults.add(**call.target, error_type="too_many_requests")
    status, name = details(call.send(mock, http), call.errors)
    assert (status, name) == (
        429,
        "Too many requests have been made." if call.errors == "scim" else "too_many_requests",
    )
    assert fault.hits == 1
    assert mock.requests()[-1].because == f"fault {fault.fault_id}: too_many_requests"


@EVERY_SURFACE
def test_error_can_have_another_status(mock, http, call: SurfaceCall):
    mock.faults.add(**call.target, error_type="internal_server_error", status_code=503)
    response = call.send(mock, http)
    assert details(response, call.errors)[0] == response.status_code == 503


@EVERY_SURFACE
def test_exact_response_is_sent_as_it_is(mock, http, call: SurfaceCall):
    with mock.faults.add(**call.target, status_code=418, body={"b": [1, None], "a": "ä"}):
        response = call.send(mock, http)
    assert (response.status_code, response.text) == (418, '{"b":[1,null],"a":"ä"}')
    assert response.headers["content-type"] == "application/json"
    with mock.faults.add(**call.target, status_code=502, body="<html>Bad gateway</html>"):
        response = call.send(mock, http)
    assert (response.status_code, response.text) == (502, "<html>Bad gateway</html>")
    assert response.headers["content-type"].startswith("text/plain")
    with mock.faults.add(**call.target, status_code=204):
        response = call.send(mock, http)
    assert (response.status_code, response.content) == (204, b"")
    assert call.send(mock, http).status_code in SUCCESS


@EVERY_SURFACE
def test_malformed_response_is_200_and_not_json(mock, http, call: SurfaceCall):
    fault = mock.faults.add(**call.target, malformed=True)
    response = call.send(mock, http)
    assert response.status_code == 200
    with pytest.raises(ValueError, match="Expecting value"):
        response.json()
    assert mock.requests()[-1].because == f"fault {fault.fault_id}: a malformed response"


@EVERY_SURFACE
def test_delayed_request_is_carried_out(mock, http, call: SurfaceCall):
    fault = mock.faults.add(**call.target, delay_ms=50)
    assert call.send(mock, http).status_code in SUCCESS
    [entry] = [each for each in mock.requests() if each.because.startswith("fault ")]
    assert entry.because == f"fault {fault.fault_id}: delayed by 50 ms"
    assert entry.milliseconds > 40  # the timer of the event loop can be a little early


@EVERY_SURFACE
@pytest.mark.parametrize(
    ("connection", "error"),
    [
        ("refuse", httpx.RemoteProtocolError),
        ("reset_before", httpx.ReadError),
        ("reset_after", httpx.ReadError),
        ("truncate", httpx.RemoteProtocolError),
    ],
)
def test_connection_is_broken_off(mock, http, call: SurfaceCall, connection, error):
    fault = mock.faults.add(**call.target, connection=connection, times=1)
    with pytest.raises(error):
        call.send(mock, http)
    [entry] = [each for each in mock.requests() if each.because.startswith("fault ")]
    assert entry.because == f"fault {fault.fault_id}: connection {connection}"
    assert entry.status_code == (0 if connection in ("refuse", "reset_before") else entry.status_code)
    assert call.send(mock, http).status_code in SUCCESS


def test_delay_and_error_can_be_combined(mock, client, refused):
    fault = mock.faults.add("organizations.get", delay_ms={"min": 10, "max": 20}, error_type="internal_server_error")
    assert refused(client.organizations.get, "acme") == "internal_server_error"
    entry = mock.requests()[-1]
    assert entry.because.startswith(f"fault {fault.fault_id}: delayed by ")
    assert entry.because.endswith(" ms: internal_server_error")
    assert entry.milliseconds >= 10


def test_operation_with_an_error_is_not_carried_out(mock, client, given, refused):
    acme = given.organization()
    with mock.faults.add("organizations.delete", error_type="internal_server_error"):
        assert refused(client.organizations.delete, acme.organization_id) == "internal_server_error"
    assert client.organizations.get(acme.organization_id).organization == acme


@pytest.mark.parametrize(
    ("connection", "count"), [("reset_before", 0), ("refuse", 0), ("reset_after", 1), ("truncate", 1)]
)
def test_operation_is_committed_if_only_its_response_is_lost(mock, client, given, connection, count):
    with mock.faults.add("organizations.create", connection=connection), pytest.raises(OSError, match="onnection"):
        given.organization()
    assert client.organizations.search().results_metadata.total == count


def test_refused_operation_does_not_answer_after_reset_after(mock, http):
    mock.faults.add("organizations.get", connection="reset_after")
    with pytest.raises(httpx.ReadError):
        http.get("/v1/b2b/organizations/nowhere")
    entry = mock.requests()[-1]
    assert (entry.status_code, entry.error_type) == (404, "organization_not_found")


def test_other_requests_go_on_during_a_delay(mock, client):
    mock.faults.add("organizations.search", delay_ms=60_000)
    slow = threading.Thread(target=give_up, args=(mock,))
    slow.start()
    wait_for(lambda: [fault for fault in mock.faults.list() if fault.hits])
    assert client.debug.whoami().status_code == 200
    assert mock.project().client().organizations.search().status_code == 200
    mock.faults.clear()
    assert client.organizations.search().status_code == 200
    slow.join(20)


def give_up(mock: MockStytch) -> None:
    """Send a request, and leave before the response."""
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(
            f"{mock.url}/v1/b2b/organizations/search",
            json={},
            auth=(mock.project_id, mock.secret),
            timeout=2,
            trust_env=False,
        )


def test_delay_ends_when_the_client_leaves(mock, http):
    fault = mock.faults.add("organizations.create", delay_ms=600_000)
    with pytest.raises(httpx.ReadTimeout):
        http.post("/v1/b2b/organizations", json={"organization_name": "Acme"}, timeout=1)
    entry = wait_for(lambda: mock.requests())
    assert entry.because == f"fault {fault.fault_id}: delayed by 600000 ms, and the client left before"
    assert entry.status_code == 0
    mock.faults.clear()
    assert http.post("/v1/b2b/organizations/search", json={}).json()["organizations"] == []


def wait_for(read):
    """Return the last of the entries, as soon as there is one."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if found := read():
            return found[-1]
    raise AssertionError("nothing was logged")


def test_project_is_read_again_after_a_delay(mock, http):
    """A setting that changes during the delay counts."""
    mock.faults.add("organizations.create", delay_ms=300)
    body = {"organization_name": "Acme", "organization_slug": "acme", "nonsense": 1}
    answers = []
    sender = threading.Thread(
        target=lambda: answers.append(
            httpx.post(
                f"{mock.url}/v1/b2b/organizations", json=body, auth=(mock.project_id, mock.secret), trust_env=False
            )
        )
    )
    sender.start()
    wait_for(lambda: [fault for fault in mock.faults.list() if fault.hits])
    mock.configure(unknown_fields="refused")
    sender.join(20)
    assert answers[0].json()["error_type"] == "invalid_argument"


def test_web_page_can_read_a_response_of_a_fault(mock, http):
    """Without the headers of CORS, the browser would hide the status and the body."""
    browser = next(call for call in CALLS if call.name == "browser")
    for rule in ({"error_type": "too_many_requests"}, {"status_code": 418, "body": {}}, {"malformed": True}):
        with mock.faults.add(**browser.target, **rule):
            response = browser.send(mock, http)
        assert response.headers["access-control-allow-origin"] == "http://localhost:3000", rule


def test_fault_of_an_operation_applies_to_backend_and_browser(mock, http):
    fault = mock.faults.add("magic_links.email.discovery.send", error_type="internal_server_error")
    body = {"email_address": "ada@acme.test"}
    assert http.post("/v1/b2b/magic_links/email/discovery/send", json=body).status_code == 500
    public = (mock.public_token, mock.public_token)
    assert http.post("/sdk/v1/b2b/magic_links/email/discovery/send", json=body, auth=public).status_code == 500
    assert fault.hits == 2


def test_fault_of_an_operation_applies_to_its_older_path(mock, http):
    mock.faults.add("magic_links.discovery.authenticate", status_code=500)
    assert http.post("/v1/b2b/magic_links/email/discovery/authenticate", json={}).status_code == 500


def test_fault_applies_to_one_project_only(mock, client):
    mock.faults.add("*", error_type="internal_server_error")
    assert mock.project().client().debug.whoami().status_code == 200


def test_fault_does_not_apply_to_wrong_credentials(mock, http):
    fault = mock.faults.add("*", error_type="internal_server_error")
    assert http.get("/v1/debug/whoami", auth=(mock.project_id, "wrong")).status_code == 401
    assert fault.hits == 0


def test_control_api_and_console_work_while_everything_else_fails(mock, http):
    mock.faults.add(path="*", connection="reset_before")
    with pytest.raises(httpx.ReadError):
        http.get("/v1/debug/whoami")
    assert http.get("/_mock/api/health").json()["status"] == "ok"
    assert http.get("/_mock/api/clock").status_code == 200
    assert http.get("/_mock/").status_code in (200, 303, 307)
    mock.reset()
    assert http.get("/v1/debug/whoami").status_code == 200


def test_request_of_the_server_to_itself_can_fail(mock, given, http):
    """The built-in identity provider is called without a socket."""
    provider = mock.identity_provider(given.organization().organization_id, "oidc")
    fault = mock.faults.add(path="/_mock/idp/*/token", connection="reset_before", times=1)

    def log_in() -> httpx.Response:
        mock.next_identity("oidc", "ada@acme.test")
        response = http.get(provider.start_url)
        while response.headers.get("location", "").startswith(mock.url):
            response = http.get(response.headers["location"])
        return response

    assert log_in().status_code == 400
    assert fault.hits == 1
    assert "token=" in log_in().headers["location"]


def test_console_shows_a_request_without_a_response_as_an_error(mock, http):
    with mock.faults.add("debug.whoami", connection="reset_before"), pytest.raises(httpx.ReadError):
        http.get("/v1/debug/whoami")
    http.get("/v1/b2b/rbac/policy")
    page = http.get("/_mock/requests", params={"project_id": mock.project_id, "status": "errors"}, auth=None).text
    assert "connection reset_before" in page
    assert "/v1/b2b/rbac/policy" not in page


def test_connection_over_tls_is_broken_off(serve, tmp_path):
    facts = serve("--tls-port", "0", env={**os.environ, "XDG_STATE_HOME": str(tmp_path)})
    mock = MockStytch(url=facts["url"])
    trust = ssl.create_default_context(cafile=facts["ca_file"])
    for connection in ("refuse", "reset_before", "reset_after", "truncate"):
        with mock.faults.add("debug.whoami", connection=connection), pytest.raises(httpx.TransportError):
            httpx.get(f"{facts['tls_url']}/v1/debug/whoami", auth=(mock.project_id, mock.secret), verify=trust)
    response = httpx.get(f"{facts['tls_url']}/v1/debug/whoami", auth=(mock.project_id, mock.secret), verify=trust)
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("connection", "error"),
    [
        ("refuse", ConnectionRefusedError),
        ("reset_before", ConnectionResetError),
        ("reset_after", ConnectionResetError),
        ("truncate", ConnectionResetError),
    ],
)
def test_app_without_a_socket_raises_instead(connection, error):
    app = create_app(Settings())
    auth = (DEFAULT_PROJECT_ID, DEFAULT_SECRET)

    async def send():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", auth=auth) as client:
            rule = {"operation": "organizations.create", "connection": connection}
            assert (await client.post("/_mock/api/faults", json=rule)).status_code == 200
            body = {"organization_name": "Acme", "organization_slug": "acme"}
            with pytest.raises(error, match="a fault"):
                await client.post("/v1/b2b/organizations", json=body)
            return (await client.get("/v1/b2b/organizations/acme")).status_code

    assert asyncio.run(send()) == (200 if connection in ("reset_after", "truncate") else 404)
    app.state.mock.close()


@pytest.fixture(scope="module")
def server():
    with MockStytch() as mock:
        yield mock


def test_fault_of_the_management_api_belongs_to_the_default_project(server):
    url = f"{server.url}/pwa/v3/projects"
    with server.faults.add("management.projects.get_all", error_type="internal_server_error"):
        response = httpx.get(url, auth=("workspace-key", "secret"), trust_env=False)
        assert details(response, "api") == (500, "internal_server_error")
    assert httpx.get(url, auth=("workspace-key", "secret"), trust_env=False).status_code == 200


def test_fault_of_a_request_without_a_project_belongs_to_the_default_project(server):
    with server.faults.add(path="/redirect-error", status_code=500):
        assert httpx.get(f"{server.url}/redirect-error", trust_env=False).status_code == 500
    assert httpx.get(f"{server.url}/redirect-error", trust_env=False).status_code == 400


def test_projects_with_different_faults_do_not_disturb_each_other(server):
    """Each thread has its own project, with its own error; half of them have a delay, too."""
    statuses = (500, 501, 502, 503, 504, 200, 200, 200)

    def failures(status: int, delay_ms: int) -> list[int]:
        project = server.project()
        if status != 200:
            project.faults.add("organizations.search", status_code=status, delay_ms=delay_ms)
        auth = (project.project_id, project.secret)
        url = f"{server.url}/v1/b2b/organizations/search"
        with httpx.Client(trust_env=False, auth=auth) as client:
            return [client.post(url, json={}).status_code for _ in range(20)]

    with ThreadPoolExecutor(len(statuses)) as pool:
        found = list(pool.map(failures, statuses, (0, 5) * (len(statuses) // 2)))
    assert found == [[status] * 20 for status in statuses]
