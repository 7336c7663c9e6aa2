"""The control API: project, clock, keys, request log, access rules."""

import socket
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

import httpx
import pytest
from jwt.exceptions import PyJWKClientError

from mockstytch import MockError, MockStytch
from mockstytch.app import create_app
from mockstytch.runtime.request_log import SURFACES


def test_health_needs_no_credentials(mock):
    assert httpx.get(f"{mock.url}/_mock/api/health", trust_env=False).json()["status"] == "ok"


def test_project_is_selected_by_credentials(mock, http):
    project = http.get("/_mock/api/project").json()
    assert (project["project_id"], project["secret"], project["public_token"]) == (
        mock.project_id,
        mock.secret,
        mock.public_token,
    )
    assert project["redirect_urls"] == "any"
    assert project["registered_redirect_urls"][0]["url"] == "http://localhost:3000/authenticate"


def test_project_is_selected_by_query_or_is_the_default(mock, http):
    http.get("/v1/debug/whoami")
    named = httpx.get(f"{mock.url}/_mock/api/project", params={"project_id": mock.project_id}, trust_env=False)
    assert named.json()["project_id"] == mock.project_id
    default = httpx.get(f"{mock.url}/_mock/api/project", trust_env=False).json()
    assert default["project_id"] == "project-test-00000000-0000-4000-8000-000000000000"
    assert default["secret"] == "secret-test-mockstytch"


def test_changed_settings_are_kept_until_reset(mock):
    changed = mock.configure(name="Ours", redirect_urls="registered", intermediate_session_minutes=3)
    assert (changed["name"], changed["redirect_urls"], changed["intermediate_session_minutes"]) == (
        "Ours",
        "registered",
        3,
    )
    assert mock.configure()["name"] == "Ours"
    mock.reset()
    assert mock.configure()["redirect_urls"] == "any"


@pytest.mark.parametrize(
    ("setting", "first", "then"),
    [
        ("password_policy", {"validation_policy": "LUDS", "breached_passwords": ["plum"]}, {"breached_passwords": []}),
        ("user_lock", {"threshold": 3, "ttl_seconds": 60}, {"threshold": 4}),
    ],
)
def test_parts_of_a_setting_that_are_left_out_stay(mock, setting, first, then):
    before = mock.configure()[setting]
    assert mock.configure(**{setting: first})[setting] == {**before, **first}
    assert mock.configure(**{setting: then})[setting] == {**before, **first, **then}
    assert mock.configure(**{setting: {}})[setting] == {**before, **first, **then}


@pytest.mark.parametrize(
    "settings",
    [
        {"redirect_urls": "maybe"},
        {"nonsense": 1},
        {"name": 3},
        {"registered_redirect_urls": [{}]},
        {"idp_authorization_url": "nope"},
        {"idp_issuer": None},
        {"idp_built_in_consent_page": "no"},
    ],
)
def test_invalid_settings_are_refused_and_change_nothing(mock, settings):
    before = mock.configure()
    with pytest.raises(MockError) as refused:
        mock.configure(**settings)
    assert refused.value.error_type == "bad_request"
    assert mock.configure() == before


@pytest.mark.parametrize("template", ["x", '{"a": {{ user.name }}}', '{"aud": "x"}'])
def test_invalid_claims_template_of_clients_is_refused(mock, template):
    with pytest.raises(MockError) as refused:
        mock.configure(idp_dynamic_client_registration_access_token_template_content=template)
    assert refused.value.error_type == "idp_invalid_access_token_jwt_template"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/project", b"{"),
        ("PATCH", "/project", b"[]"),
        ("PATCH", "/project", b'{"a":' * 5000 + b"1" + b"}" * 5000),
        ("POST", "/fraud/devices", b'{"raw_signals":' + b'{"a":' * 5000 + b"1" + b"}" * 5001),
        ("PUT", "/clock", b'{"now": "yesterday"}'),
        ("PUT", "/clock", b'{"now": "2030-01-01T00:00:00"}'),
        ("PUT", "/clock", b'{"now": "9999-12-31T23:59:59Z"}'),
        ("PUT", "/clock", b'{"now": "0001-01-01T00:00:00Z"}'),
        ("PUT", "/clock", b'{"now": "0001-01-01T00:00:00+12:00"}'),
        ("PUT", "/clock", b'{"now": "9999-12-31T23:59:59-12:00"}'),
        ("PUT", "/clock", b'{"frozn": true}'),
        ("POST", "/clock/advance", b'{"days": 1e300}'),
        ("POST", "/clock/advance", b'{"days": 9999999}'),
        ("POST", "/clock/advance", b'{"weeks": 1}'),
        ("POST", "/clock/advance", b"\xff"),
        ("POST", "/faults", b"{"),
        ("POST", "/faults", b"[]"),
        ("POST", "/faults", b"\xff"),
        ("POST", "/faults", b'{"operation": "*", "error_type": "nope"}'),
        ("POST", "/faults", b'{"operation": "*", "status_code": 500, "body":' + b'{"a":' * 5000 + b"1" + b"}" * 5001),
        ("POST", "/keys/rotate", b'{"bad_signature": true}'),
        ("PATCH", "/project", b'{"rate_limits": {"nope": {"requests": 1, "seconds": 1}}}'),
        ("GET", "/messages?limit=0", b""),
        ("GET", "/messages?limit=many", b""),
        ("GET", "/messages?wait=61", b""),
        ("GET", "/messages?wait=nan", b""),
        ("GET", "/requests?limit=-1", b""),
    ],
)
def test_invalid_request_is_refused_in_the_api_format(http, method, path, body):
    response = http.request(method, f"/_mock/api{path}", content=body)
    assert response.status_code == 400
    assert list(response.json()) == ["status_code", "request_id", "error_type", "error_message", "error_url"]
    assert response.json()["error_type"] == "bad_request"


def test_wrong_credentials_are_refused(mock, http):
    http.get("/v1/debug/whoami")
    response = httpx.get(f"{mock.url}/_mock/api/project", auth=(mock.project_id, "secret-test-wrong"), trust_env=False)
    assert (response.status_code, response.json()["error_type"]) == (401, "unauthorized_credentials")
    unknown = httpx.get(
        f"{mock.url}/_mock/api/project",
        params={"project_id": "project-test-99999999-0000-4000-8000-000000000000"},
        trust_env=False,
    )
    assert unknown.json()["error_type"] == "project_not_found"


@pytest.mark.parametrize("host", ["evil.example", "mock:4700", "127.0.0.1.evil.example", "localhost.evil.example"])
def test_other_host_names_are_refused(http, host):
    response = http.post("/_mock/api/reset", headers={"Host": host})
    assert (response.status_code, response.json()["error_type"]) == (403, "host_not_allowed")


@pytest.mark.parametrize("host", ["localhost:4700", "127.0.0.1", "[::1]:4700", "mock.localhost:80"])
def test_loopback_names_are_accepted(http, host):
    assert http.get("/_mock/api/clock", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
def test_request_of_another_web_page_is_refused(http, headers):
    response = http.post("/_mock/api/reset", headers=headers)
    assert (response.status_code, response.json()["error_type"]) == (403, "cross_site_request")


def test_allowed_host_is_accepted():
    with MockStytch(allowed_hosts=("mock",)) as mock:
        response = httpx.get(f"{mock.url}/_mock/api/clock", headers={"Host": "mock:4700"}, trust_env=False)
        assert response.status_code == 200


def test_reset_deletes_everything_except_the_credentials(mock, given, client, refused):
    acme = given.organization()
    login = given.login(acme, given.member(acme))
    mock.clock.advance(days=1)
    mock.reset()
    assert client.organizations.search().results_metadata.total == 0
    assert mock.inbox.all() == []
    assert refused(client.sessions.authenticate, session_token=login.session_token) == "session_not_found"
    assert abs((mock.clock.now() - datetime.now(UTC)).total_seconds()) < 5
    assert given.organization(organization_slug=acme.organization_slug).organization_id != acme.organization_id


def test_reset_all_empties_every_project():
    with MockStytch() as mock:
        others = [mock.project(), mock.project()]
        for other in others:
            other.client().organizations.create("Acme", organization_slug="acme")
        mock.reset(all=True)
        assert [o.client().organizations.search().results_metadata.total for o in others] == [0, 0]


def test_clock_is_advanced_set_and_frozen(mock):
    start = mock.clock.now()
    assert timedelta(hours=2) <= mock.clock.advance(hours=1, minutes=60) - start < timedelta(hours=2, seconds=10)
    new_year = datetime(2030, 1, 1, tzinfo=UTC)
    mock.clock.set(new_year)
    assert mock.clock.freeze() >= new_year
    frozen = mock.clock.now()
    assert mock.clock.advance(seconds=90) - frozen == timedelta(seconds=90)
    assert mock.clock.now() == frozen + timedelta(seconds=90)
    assert mock.clock.unfreeze() >= frozen
    assert mock.call("GET", "/clock")["frozen"] is False


@pytest.mark.parametrize(
    ("now", "utc"),
    [
        ("2027-01-31T12:00:00Z", "2027-01-31T12:00:00Z"),
        ("2027-01-31T12:00:00-05:00", "2027-01-31T17:00:00Z"),
        ("2027-01-31T01:00:00+05:30", "2027-01-30T19:30:00Z"),
    ],
)
def test_clock_takes_any_time_zone(mock, given, now, utc):
    assert mock.call("PUT", "/clock", body={"now": now, "frozen": True})["now"] == utc
    assert mock.clock.now() == datetime.fromisoformat(utc)
    acme = given.organization()
    assert f"{acme.created_at:%Y-%m-%dT%H:%M:%SZ}" == utc
    assert given.login(acme, given.member(acme)).member_session.started_at == datetime.fromisoformat(utc)


def test_clock_moves_in_one_project_only(mock):
    other = mock.project()
    mock.clock.advance(days=10)
    assert mock.clock.now() - other.clock.now() > timedelta(days=9)


def test_every_surface_can_be_filtered(mock):
    routes = create_app().table.routes
    assert {route.surface.name for route in routes} | {"unknown"} == set(SURFACES)


def test_rotated_key_signs_new_sessions_and_drop_removes_the_old_keys(mock, given, client):
    acme = given.organization()
    ada = given.member(acme, "ada@acme.test")
    before = given.login(acme, ada)
    kid = mock.call("POST", "/keys/rotate")["kid"]
    after = given.login(acme, ada)
    fresh = mock.client()
    assert fresh.sessions.get_jwks(mock.project_id).keys[0].kid == kid
    assert fresh.sessions.authenticate_jwt_local(before.session_jwt)
    assert fresh.sessions.authenticate_jwt_local(after.session_jwt)
    mock.call("POST", "/keys/rotate", {"drop": "true"})
    assert len(client.sessions.get_jwks(mock.project_id).keys) == 1
    with pytest.raises(PyJWKClientError, match="Unable to find a signing key"):
        mock.client().sessions.authenticate_jwt_local(after.session_jwt)


def test_requests_are_logged_with_the_reason_of_each_error(mock, client, refused):
    refused(client.organizations.get, "nowhere")
    client.debug.whoami()
    refusal, success = mock.requests()
    assert (refusal.status_code, refusal.error_type) == (404, "organization_not_found")
    assert "nowhere" in refusal.because
    assert (success.method, success.path, success.status_code) == ("GET", "/v1/debug/whoami", 200)
    assert success.milliseconds > 0


def test_requests_are_filtered_by_surface(mock, client, http):
    client.debug.whoami()
    http.get("/v1/nope")
    assert [request.path for request in mock.requests(surface="unknown")] == ["/v1/nope"]
    assert [request.surface for request in mock.requests(surface="backend,unknown")] == ["backend", "unknown"]
    assert {request.surface for request in mock.requests(surface="control")} == {"control"}


def test_invalid_origin_is_refused(http):
    for origin in ("http://[::1", "null", "x"):
        response = http.get("/_mock/api/project", headers={"origin": origin})
        assert (response.status_code, response.json()["error_type"]) == (403, "cross_site_request")


def test_invalid_redirect_url_is_refused(http):
    for url in ("http://[::1", "http://localhost:*/", "javascript:alert(1)", ""):
        registered = {"registered_redirect_urls": [{"url": url, "types": [{"type": "LOGIN"}]}]}
        response = http.patch("/_mock/api/project", json=registered)
        assert (response.status_code, response.json()["error_type"]) == (400, "bad_request")


def test_slow_request_keeps_changes_made_meanwhile(mock):
    """Send headers first, and the body only after other requests have changed the project."""
    url = urlsplit(mock.url)
    credentials = b64encode(f"{mock.project_id}:{mock.secret}".encode()).decode()

    def start_request(method, path, body):
        connection = HTTPConnection(url.hostname, url.port, timeout=10)
        connection.putrequest(method, f"/_mock/api{path}")
        connection.putheader("Authorization", f"Basic {credentials}")
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body[:1])
        return connection, body[1:]

    mock.clock.freeze()
    before = mock.clock.now()
    patch, rest_of_patch = start_request("PATCH", "/project", b'{"name": "Late"}')
    advance, rest_of_advance = start_request("POST", "/clock/advance", b'{"hours": 1}')
    mock.configure(cross_org_passwords_enabled=True)
    mock.clock.advance(days=1)
    for connection, rest_of_body in ((patch, rest_of_patch), (advance, rest_of_advance)):
        connection.send(rest_of_body)
        assert connection.getresponse().status == 200
        connection.close()
    project = mock.call("GET", "/project")
    assert (project["name"], project["cross_org_passwords_enabled"]) == ("Late", True)
    assert mock.clock.now() - before == timedelta(days=1, hours=1)


def test_disconnect_during_the_body_is_not_an_error(mock, caplog):
    url = urlsplit(mock.url)
    with socket.create_connection((url.hostname, url.port)) as connection:
        connection.sendall(b"PATCH /_mock/api/project HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
    assert mock.call("GET", "/health")["status"] == "ok"
    assert not [line for line in caplog.records if line.levelname == "ERROR"]
