"""The request log in the control API: filters, waiting, bodies without secrets, limits."""

import json
import os
import re
import subprocess
import threading
from datetime import UTC, datetime

import httpx
import pytest

from mockstytch import MockError, MockStytch
from mockstytch.runtime import request_log
from tests.support.postgresql import only_in_memory

ORGANIZATION = {"organization_name": "Acme", "organization_slug": "acme"}


@pytest.fixture
def log(http):
    """List the request log: ``log(status="4xx")`` returns the entries."""

    def read(**query):
        response = http.get("/_mock/api/requests", params=query)
        assert response.status_code == 200, response.text
        return response.json()["requests"]

    return read


@pytest.fixture
def some_requests(client, http, refused):
    """A few requests of every kind."""
    client.organizations.create(**ORGANIZATION)
    client.organizations.get("acme")
    refused(client.organizations.get, "nowhere")
    refused(client.organizations.members.get, "acme", "nobody@acme.test")
    http.get("/v1/nope")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["organizations.create", "organizations.get", "organizations.get", "organizations.members.get", ""]),
        ({"operation": "organizations.get"}, ["organizations.get", "organizations.get"]),
        ({"operation": "organizations.*e*t*"}, 4 * [...]),
        ({"operation": "organizations.create,organizations.members.*"}, ["organizations.create", ...]),
        ({"operation": "members.get"}, ["organizations.members.get"]),
        ({"method": "POST"}, ["organizations.create"]),
        ({"method": "post"}, ["organizations.create"]),
        ({"method": "PUT,DELETE"}, []),
        ({"path": "/v1/b2b/organizations/acme"}, ["organizations.get"]),
        ({"path": "*acme*"}, ["organizations.get", ...]),
        ({"path": "/v1/b2b/organizations/none"}, []),
        ({"status": "200"}, ["organizations.create", "organizations.get"]),
        ({"status": "4xx"}, ["organizations.get", ..., ""]),
        ({"status": "5XX"}, []),
        ({"status": "200,404"}, 5 * [...]),
        ({"error_type": "organization_not_found"}, ["organizations.get"]),
        ({"error_type": "*_not_found"}, ["organizations.get", ..., ""]),
        ({"error_type": "member_*", "status": "404"}, [...]),
        ({"limit": 2}, [..., ""]),
        ({"limit": 1, "status": "2xx"}, ["organizations.get"]),
        ({"surface": "unknown"}, [""]),
    ],
    ids=str,
)
def test_requests_are_filtered(log, some_requests, query, expected):
    found = [entry["operation"] for entry in log(**query)]
    assert len(found) == len(expected)
    assert all(name in (..., operation) for name, operation in zip(expected, found, strict=True))


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("operation=organizations.gte", "Did you mean organizations.get?"),
        ("operation=organisations.*", "Did you mean organizations."),
        ("operation=organizations.get,organizations.gt", "Did you mean organizations.get?"),
        ("method=GTE", "Did you mean GET?"),
        ("path=v1/b2b/organizations", "Did you mean /v1/b2b/organizations?"),
        ("status=4x", "Did you mean 4xx?"),
        ("status=4444", "Did you mean 4"),
        ("error_type=organisation_not_found", "Did you mean organization_not_found?"),
        ("error_type=membr_*", "Did you mean member_"),
        ("surface=backnd", "Did you mean backend?"),
        ("after=x", "after must be a request_id"),
        ("limit=0", "limit must be between 1 and 10000"),
        ("limit=many", "limit isn't a number"),
        ("wait=61", "wait must be between 0 and 60"),
        ("opperation=organizations.get", "Did you mean operation?"),
    ],
)
def test_invalid_parameter_is_refused_with_the_nearest_valid_value(http, query, reason):
    response = http.get(f"/_mock/api/requests?{query}")
    assert (response.status_code, response.json()["error_type"]) == (400, "bad_request")
    assert reason in response.json()["error_message"]


def test_error_types_of_other_protocols_are_valid(log):
    for error_type in ("invalid_grant", "invalidValue", "scim_404"):
        assert log(error_type=error_type) == []


def test_only_newer_requests_than_after_are_returned(log, http, client):
    client.organizations.create(**ORGANIZATION)
    first = http.get("/_mock/api/requests").json()
    assert first["next_after"] == first["requests"][-1]["request_id"]
    nothing = http.get("/_mock/api/requests", params={"after": first["next_after"]}).json()
    assert (nothing["requests"], nothing["next_after"], nothing["after_found"]) == ([], first["next_after"], True)
    client.organizations.get("acme")
    assert [entry["operation"] for entry in log(after=first["next_after"])] == ["organizations.get"]


def test_wait_ends_with_the_first_request_that_matches(mock, client, http):
    client.organizations.create(**ORGANIZATION)
    after = http.get("/_mock/api/requests").json()["next_after"]
    found = []
    query = {"after": after, "operation": "organizations.get", "wait": 30}
    thread = threading.Thread(target=lambda: found.extend(mock.call("GET", "/requests", query, timeout=40)["requests"]))
    thread.start()
    while thread.is_alive():  # the call may begin to wait before or after these
        client.debug.whoami()
        client.organizations.get("acme")
        thread.join(0.02)
    assert {entry["operation"] for entry in found} == {"organizations.get"}


def test_wait_without_a_match_returns_nothing(http):
    response = http.get("/_mock/api/requests?wait=0.05").json()
    assert response == {"requests": [], "next_after": None, "after_found": True, "dropped": 0}


def test_waiting_call_ends_when_the_server_stops():
    with MockStytch() as mock:
        results = []
        thread = threading.Thread(
            target=lambda: results.append(mock.call("GET", "/requests", {"wait": 60}, timeout=70))
        )
        thread.start()
        while not mock.requests(surface="control"):
            mock.call("GET", "/clock")
    thread.join(30)
    assert not thread.is_alive()


def test_log_can_be_emptied(log, http, client):
    client.debug.whoami()
    after = log()[-1]["request_id"]
    assert http.delete("/_mock/api/requests").json() == {}
    assert log() == []
    client.debug.whoami()
    response = http.get("/_mock/api/requests", params={"after": after}).json()
    assert (len(response["requests"]), response["after_found"]) == (1, False)


@only_in_memory
def test_requests_that_fall_out_of_the_log_are_counted(mock, http, client, log, monkeypatch):
    monkeypatch.setattr(request_log, "LIMIT", 3)
    fresh = mock.project()
    with httpx.Client(base_url=mock.url, auth=(fresh.project_id, fresh.secret), trust_env=False) as other:
        other.get("/v1/debug/whoami")
        first = other.get("/_mock/api/requests").json()["next_after"]
        for number in range(5):
            other.get(f"/v1/nope/{number}")
        response = other.get("/_mock/api/requests", params={"after": first}).json()
        assert [entry["path"] for entry in response["requests"]] == ["/v1/nope/2", "/v1/nope/3", "/v1/nope/4"]
        assert (response["after_found"], response["dropped"]) == (False, 3)
        assert other.get("/_mock/api/project").json()["dropped"] == {"requests_dropped": 3}
        other.post("/_mock/api/reset")
        assert other.get("/_mock/api/project").json()["dropped"] == {}


class TestBodies:
    def test_operation_has_the_fields_of_path_query_and_body(self, client, log, http):
        client.organizations.create(**ORGANIZATION)
        client.organizations.update("acme", organization_name="Acme 2")
        http.get("/v1/b2b/organizations/acme/member", params={"email_address": "a+b@acme.test"})
        created, updated, read = log()
        assert created["request"] == ORGANIZATION
        assert created["response"]["organization"]["organization_name"] == "Acme"
        assert updated["request"] == {"organization_id": "acme", "organization_name": "Acme 2"}
        assert read["request"] == {"organization_id": "acme", "email_address": "a+b@acme.test"}
        assert read["response"]["error_type"] == "member_not_found"

    def test_no_secret_is_shown(self, mock, client, given, http, log):
        acme = given.organization("Acme")
        login = given.login(acme, given.member(acme))
        client.sessions.authenticate(session_jwt=login.session_jwt)
        headers = {"X-Stytch-Member-Session": login.session_token}
        http.get(f"/v1/b2b/organizations/{acme.organization_id}", headers=headers)
        http.get("/v1/b2b/sessions", params={"X-Stytch-Member-Session": login.session_token})
        http.post("/v1/b2b/passwords/authenticate", content=b'{"password": "hunter2-a", "x": ')
        http.post("/v1/b2b/passwords/authenticate", content=str({"password": "hunter2-b", "codes": ["hunter2-c"]}))
        http.post("/v1/b2b/passwords/authenticate", content="email=x&password=hunter2-d")
        http.post("/v1/b2b/passwords/authenticate", json={"pasword": "hunter2-e", "userPassword": "hunter2-f"})
        http.post("/v1/b2b/passwords/authenticate", json={"sesion": login.session_token, "x": [login.session_jwt]})
        http.post("/v1/oauth2/token", data={"client_secret": "hunter2-g", "client_id": "x"})
        http.post("/v1/oauth2/token", data={"client_id": "x"}, headers={"Authorization": "Bearer hunter2-h"})
        http.get(f"/v1/b2b/sessions/{login.session_token}")
        http.get(f"/v1/{'x' * 180}/{login.session_token}")
        http.patch(f"/v1/b2b/organizations/{login.session_token}")
        http.get(f"/v1/b2b/scim/{login.session_token}/Users")
        http.get("/v1/b2b/magic_links/redirect", params={"token": "hunter2-i"})
        httpx.get(mock.inbox.latest().link, trust_env=False)
        http.post("/v1/nope", json={"url": "https://app.test/a?stytch_token=hunter2-j&b=c"})
        http.post("/v1/b2b/passwords/authenticate", json={f"/{login.session_token}": 1})
        text = json.dumps(log(limit=1000, surface="backend,pages,oauth_server,unknown,control,public"))
        for secret in (login.session_token, login.session_jwt, mock.secret, mock.inbox.latest().token):
            assert secret not in text
            assert secret[:20] not in text
        assert re.findall("hunter2-.", text) == []
        page = http.get("/_mock/requests", params={"project_id": mock.project_id}, auth=None).text
        assert login.session_token not in page

    @pytest.mark.parametrize(
        ("path", "surface"), [("/v1/b2b/passwords/authenticate", "backend"), ("/_mock/api/seed", "control")]
    )
    def test_json_with_the_media_type_of_a_form_is_shown_as_json(self, http, log, path, surface):
        form = {"Content-Type": "application/x-www-form-urlencoded"}  # as curl --data sends it
        http.post(path, content='{"members": [{"password": "hunter2"}]}', headers=form)
        (entry,) = log(surface=surface, path=path)
        assert entry["request"] == {"members": [{"password": "…"}]}
        assert entry["curl"].endswith("""--data '{"members":[{"password":"…"}]}'""")

    def test_requests_of_the_control_api_are_shown_without_secrets(self, mock, log):
        seed = {
            "organizations": [{"members": [{"email_address": "ada@acme.test", "password": "plum orbit kettle 47"}]}]
        }
        with pytest.raises(MockError):
            mock.seed(seed)
        (entry,) = log(surface="control", path="/_mock/api/seed")
        assert entry["request"]["organizations"][0]["members"] == [{"email_address": "ada@acme.test", "password": "…"}]
        assert (entry["error_type"], "organization_name" in entry["because"]) == ("invalid_seed", True)

    def test_large_bodies_are_cut(self, http, log):
        large = {"a": "x" * 50_000, "list": [{"n": number} for number in range(10_000)], "last": "here"}
        http.post("/v1/nope", json=large)
        request = log()[0]["request"]
        assert len(json.dumps(request)) < 20_000
        assert request["a"].endswith("[cut]")
        assert re.fullmatch(r"\[\d+ more\]", request["list"][-1])
        assert request["last"] == "here"
        assert "@body.json" in log()[0]["curl"]

    def test_many_fields_are_cut(self, http, log):
        http.post("/v1/nope", json={f"field_{number}": number for number in range(10_000)})
        assert "[cut]" in log()[0]["request"].values()
        assert len(json.dumps(log()[0]["request"])) < 20_000

    def test_body_that_is_too_large_is_described(self, http, log):
        http.post("/v1/b2b/organizations", content=b"x" * 1_000_001)
        assert log()[0]["request"] == "[not read: too large]"

    @pytest.mark.parametrize(
        ("content", "shown"),
        [
            (b"", None),
            (b"null", None),
            (b"[1]", [1]),
            (b"{", "{"),
            (b"\xff\x00", "[not text, 2 bytes]"),
            (b"[" * 5000, "[" * 5000),
            (b'{"a": 1e999}', '{"a": 1e999}'),
        ],
        ids=repr,
    )
    def test_any_body_is_shown_as_well_as_possible(self, http, log, content, shown):
        http.post("/v1/nope", content=content)
        assert log()[0]["request"] == shown

    def test_pages_and_images_are_only_described(self, http, log):
        http.get("/redirect-error")
        http.get("/_mock/static/icon.svg")
        assert re.fullmatch(r"\[text/html, [\d,]+ bytes\]", log()[0]["response"])
        console = log(surface="console")
        assert re.fullmatch(r"\[image/svg\+xml, [\d,]+ bytes\]", console[0]["response"])

    def test_responses_of_the_control_api_are_only_described(self, http, log):
        http.get("/_mock/api/project")
        assert re.fullmatch(r"\[application/json, [\d,]+ bytes\]", log(surface="control")[0]["response"])

    def test_redirect_shows_its_target(self, mock, client, log):
        client.magic_links.email.discovery.send("ada@acme.test")
        httpx.get(mock.inbox.latest().link, trust_env=False)
        assert re.search("token=…$", log()[-1]["response"]["location"])

    @only_in_memory
    def test_oldest_bodies_are_dropped_first(self, http, log, monkeypatch):
        monkeypatch.setattr(request_log, "BODY_BYTES", 50_000)
        for number in range(6):
            http.post("/v1/nope", json={"number": number, "padding": "x" * 9000})
        entries = log()
        assert [isinstance(entry["request"], dict) for entry in entries] == [False, False, True, True, True, True]
        assert entries[0]["request"] == entries[0]["response"] == "[dropped: the log keeps only the newest bodies]"
        assert entries[-1]["request"]["number"] == 5

    @only_in_memory
    def test_bodies_of_other_projects_are_dropped_if_there_are_too_many(self, monkeypatch):
        monkeypatch.setattr(request_log, "ALL_BODY_BYTES", 60_000)
        with MockStytch() as mock:
            first, second = mock.project(), mock.project()
            for project in (first, second):
                for _ in range(4):
                    auth = (project.project_id, project.secret)
                    url = f"{mock.url}/v1/b2b/organizations"
                    httpx.post(url, json={"padding": "x" * 9000}, auth=auth, trust_env=False)
            kept = [[isinstance(r.request, dict) for r in project.requests()] for project in (first, second)]
            assert kept[1] == [True] * 4
            assert kept[0][0] is False
            assert kept[0][-1] is True


class TestCurl:
    def test_command_sends_the_request_again(self, mock, client, log, http):
        client.organizations.create(organization_name='Ada\'s "Acme" $HOME', organization_slug="acme")
        http.get("/v1/b2b/organizations/acme/member", params={"email_address": "a+b@acme.test"})
        commands = [entry["curl"] for entry in log()]
        environment = os.environ | {"MOCKSTYTCH_PROJECT_ID": mock.project_id, "MOCKSTYTCH_SECRET": mock.secret}
        for command in commands:
            subprocess.run(["sh", "-c", command], env=environment, check=True, capture_output=True, timeout=30)
        repeated = log()[2:]
        assert [entry["request"] for entry in repeated] == [entry["request"] for entry in log()[:2]]
        assert [entry["error_type"] for entry in repeated] == ["organization_slug_already_used", "member_not_found"]
        assert [entry["curl"] for entry in repeated] == commands

    def test_secrets_are_not_in_the_command(self, mock, http, log):
        http.post("/v1/b2b/passwords/authenticate?token=hunter2", json={"password": "hunter2"})
        command = log()[0]["curl"]
        assert command == (
            f"curl --request POST '{mock.url}/v1/b2b/passwords/authenticate?token=…' "
            '--user "$MOCKSTYTCH_PROJECT_ID:$MOCKSTYTCH_SECRET" '
            """--header 'Content-Type: application/json' --data '{"password":"…"}'"""
        )

    def test_request_to_another_project_names_it(self, mock, http, log):
        other = "project-test-00000000-0000-4000-8000-00000000000f"
        http.get("/v1/debug/whoami", auth=(mock.project_id, "wrong"))
        assert '--user "$MOCKSTYTCH_PROJECT_ID:$MOCKSTYTCH_SECRET"' in log()[0]["curl"]
        http.get("/_mock/api/clock", auth=(other, "wrong"))
        http.get("/v1/debug/whoami", auth=("wrong", mock.secret))
        assert mock.secret not in json.dumps(mock.call("GET", "/requests", {"surface": "backend"}))


def test_entries_are_in_the_order_of_the_requests(mock, http, log):
    http.get("/v1/first")
    mock.clock.set(datetime(2020, 1, 1, tzinfo=UTC))
    http.get("/v1/second")
    assert [entry["path"] for entry in log(surface="unknown")] == ["/v1/first", "/v1/second"]


def added(log, project_id, number, **exchange):
    at = datetime(2030, 1, 1, tzinfo=UTC)
    entry = request_log.RequestLogEntry(
        f"request-{number}", at, "GET", "/", 200, exchange=request_log.Exchange(**exchange)
    )
    log.add(project_id, entry)
    return entry


def test_oldest_entries_of_all_projects_are_dropped_first(monkeypatch):
    monkeypatch.setattr(request_log, "ALL_LIMIT", 40)
    log = request_log.RequestLog()
    for number in range(41):
        added(log, f"project-{number % 2}", number)
    kept = {entry.request_id for project in ("project-0", "project-1") for entry in log.entries(project)}
    assert kept == {f"request-{number}" for number in range(3, 41)}
    assert (log.dropped("project-0"), log.dropped("project-1")) == (2, 1)


def test_quiet_project_keeps_its_newer_entries(monkeypatch):
    monkeypatch.setattr(request_log, "ALL_LIMIT", 40)
    log = request_log.RequestLog()
    for number in range(100):
        added(log, "quiet" if number >= 98 else "busy", number)
    assert len(log.entries("quiet")) == 2
    assert log.dropped("quiet") == 0


def test_request_that_is_larger_than_the_log_is_kept(monkeypatch):
    monkeypatch.setattr(request_log, "ALL_BODY_BYTES", 5000)
    log = request_log.RequestLog()
    entries = [added(log, f"project-{n}", n, response=b"x" * 9000) for n in range(3)]
    assert [entry.exchange.dropped for entry in entries] == [True, True, False]


def test_memory_is_counted_exactly(monkeypatch):
    """Entries that fall out, bodies that are dropped and logs that are emptied leave nothing in the sum."""
    monkeypatch.setattr(request_log, "LIMIT", 20)
    monkeypatch.setattr(request_log, "BODY_BYTES", 60_000)
    monkeypatch.setattr(request_log, "ALL_BODY_BYTES", 100_000)
    monkeypatch.setattr(request_log, "ALL_LIMIT", 50)
    log = request_log.RequestLog()
    for number in range(500):
        exchange = request_log.Exchange(request=b"x" * (number * 37 % 9000), response=b"y" * (number % 100))
        surface = "control" if number % 11 == 0 else "backend"
        at = datetime(2030, 1, 1, tzinfo=UTC)
        entry = request_log.RequestLogEntry(
            f"request-{number}", at, "GET", "/", 200, surface=surface, exchange=exchange
        )
        log.add(f"project-{number % 4}", entry)
        if number % 97 == 0:
            log.clear(f"project-{number % 3}")
        kept = [entry for each in log._logs.values() for entry in each.entries]
        assert log._size == sum(entry.exchange.size for entry in kept) <= 100_000
        assert log._kept == len(kept) <= 50
        assert all(each.size <= 60_000 for each in log._logs.values())
