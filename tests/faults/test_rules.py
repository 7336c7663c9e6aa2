"""Which rules are accepted, and how often they apply."""

import json
import uuid

import httpx
import pytest

from mockstytch import MockError, MockStytch
from mockstytch.faults import rules

ERROR = {"error_type": "internal_server_error"}


def count_failures(client, calls: int) -> list[int]:
    """Call an operation, and return the numbers of the calls that failed, beginning with 1."""
    failed = []
    for number in range(1, calls + 1):
        try:
            client.debug.whoami()
        except Exception:
            failed.append(number)
    return failed


def refusal(mock, **rule) -> str:
    """Add a rule that must be refused, and return the reason."""
    with pytest.raises(MockError) as refused:
        mock.call("POST", "/faults", body=rule)
    assert refused.value.error_type == "bad_request"
    assert mock.faults.list() == []
    return str(refused.value).removeprefix("The submitted request is invalid. (").removesuffix(")")


# How often


def test_fault_happens_always_by_default(mock, client):
    fault = mock.faults.add("debug.whoami", **ERROR)
    assert count_failures(client, 3) == [1, 2, 3]
    assert fault.hits == 3


def test_fault_happens_a_number_of_times(mock, client):
    fault = mock.faults.add("debug.whoami", times=2, **ERROR)
    assert count_failures(client, 4) == [1, 2]
    assert fault.hits == 2


def test_first_requests_can_be_skipped(mock, client):
    mock.faults.add("debug.whoami", after=2, times=1, **ERROR)
    assert count_failures(client, 5) == [3]


def test_share_of_the_requests_fails_reproducibly():
    def failures() -> list[int]:
        with MockStytch(random_seed=7) as mock:
            client = mock.client()
            mock.faults.add("debug.whoami", probability=0.5, **ERROR)
            return count_failures(client, 40)

    first = failures()
    assert 5 < len(first) < 35
    assert failures() == first


def test_fault_ends_on_the_project_s_clock(mock, client):
    mock.clock.freeze()
    mock.faults.add("debug.whoami", for_seconds=60, **ERROR)
    mock.clock.advance(seconds=59)
    assert count_failures(client, 2) == [1, 2]
    mock.clock.advance(seconds=1)
    assert count_failures(client, 2) == []


def test_first_fault_that_applies_wins_and_then_the_next(mock, client, refused):
    mock.faults.add("debug.whoami", times=1, error_type="internal_server_error")
    second = mock.faults.add("debug.*", times=1, error_type="too_many_requests")
    assert refused(client.debug.whoami) == "internal_server_error"
    assert second.hits == 0
    assert refused(client.debug.whoami) == "too_many_requests"
    assert client.debug.whoami().status_code == 200


def test_request_with_other_values_is_not_affected(mock, client, given, refused):
    acme, globex = given.organization("Acme"), given.organization("Globex")
    fault = mock.faults.add("organizations.get", where={"organization_id": acme.organization_id}, **ERROR)
    assert client.organizations.get(globex.organization_id).status_code == 200
    assert refused(client.organizations.get, acme.organization_id) == "internal_server_error"
    assert fault.hits == 1


@pytest.mark.parametrize(
    ("where", "body", "fails"),
    [
        ({"limit": 5}, {"limit": 5}, True),
        ({"limit": 5}, {"limit": 6}, False),
        ({"limit": 1}, {"limit": True}, False),
        ({"limit": 5, "cursor": "x"}, {"limit": 5, "cursor": "x"}, True),
        ({"limit": 5, "cursor": "x"}, {"limit": 5}, False),
        ({"query": {"operator": "AND", "operands": []}}, {"query": {"operator": "AND", "operands": []}}, True),
    ],
)
def test_values_of_a_body_are_compared_as_json(mock, http, where, body, fails):
    mock.faults.add("organizations.search", where=where, status_code=599)
    assert (http.post("/v1/b2b/organizations/search", json=body).status_code == 599) is fails


def test_values_of_query_and_form_are_compared_as_text(mock, http):
    mock.faults.add("organizations.members.dangerously_get", where={"include_deleted": True}, status_code=599)
    path = "/v1/b2b/organizations/members/dangerously_get/member-test-1"
    assert http.get(path, params={"include_deleted": "true"}).status_code == 599
    assert http.get(path, params={"include_deleted": "false"}).status_code != 599
    mock.faults.add("m2m.token", where={"grant_type": "client_credentials"}, status_code=598)
    token = f"/v1/public/{mock.project_id}/oauth2/token"
    assert http.post(token, data={"grant_type": "client_credentials"}).status_code == 598
    assert http.post(token, data={"grant_type": "refresh_token"}).status_code != 598


def test_body_that_is_not_json_matches_no_value(mock, http):
    mock.faults.add("organizations.search", where={"limit": 5}, status_code=599)
    for content in (b"{", b"[]", b"\xff", b""):
        assert http.post("/v1/b2b/organizations/search", content=content).status_code != 599


# Which operations and paths


@pytest.mark.parametrize(
    ("operation", "fails"),
    [
        ("organizations.get", True),
        ("organizations.*", True),
        ("organ*.get", True),
        ("*", True),
        ("*.get", True),
        ("organizations.members.*", False),
        ("organizations.update", False),
    ],
)
def test_star_is_a_wildcard_of_operations(mock, http, operation, fails):
    mock.faults.add(operation, status_code=599)
    assert (http.get("/v1/b2b/organizations/acme").status_code == 599) is fails


def test_operation_can_have_the_name_of_the_documentation_of_this_server(mock, http):
    fault = mock.faults.add("members.search", status_code=599)
    assert http.post("/v1/b2b/organizations/members/search", json={}).status_code == 599
    assert fault.rule["operation"] == "members.search"


@pytest.mark.parametrize(
    ("path", "method", "fails"),
    [
        ("/v1/b2b/organizations/acme", "", True),
        ("/v1/b2b/organizations/acme", "GET", True),
        ("/v1/b2b/organizations/acme", "DELETE", False),
        ("/v1/b2b/organizations/*", "", True),
        ("/v1/*/acme", "", True),
        ("*", "GET", True),
        ("/v1/b2b/organizations", "", False),
    ],
)
def test_star_is_a_wildcard_of_paths(mock, http, path, method, fails):
    mock.faults.add(path=path, status_code=599, **({"method": method} if method else {}))
    assert (http.get("/v1/b2b/organizations/acme").status_code == 599) is fails


def test_path_of_a_project_s_domain_matches_with_and_without_it(mock, http):
    path = f"/v1/public/{mock.project_id}/.well-known/jwks.json"
    for pattern in (path, "/.well-known/jwks.json", "*/jwks.json"):
        with mock.faults.add(path=pattern, status_code=599):
            assert http.get(path).status_code == 599, pattern


# Refusals


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({}, "a fault needs an operation or a path, and not both"),
        ({"operation": "*", "path": "*"}, "a fault needs an operation or a path, and not both"),
        ({"operation": "*"}, "the fault does nothing. Give one of: error_type, status_code, connection, malformed, "),
        ({"operation": "*", "times": 3}, "the fault does nothing"),
        ({"operation": "magic_link.email.discovery.send", **ERROR}, "Did you mean magic_links.email.discovery.send?"),
        ({"operation": "messages.email", "lose": True}, "Did you mean message.email?"),
        ({"operation": "webhooks", "lose": True}, "Did you mean webhook?"),
        ({"operation": "nothing.like.*.this", **ERROR}, "there is no operation 'nothing.like.*.this'"),
        ({"operation": "", **ERROR}, "there is no operation ''"),
        ({"operation": "*", "eror_type": "x"}, "there is no field 'eror_type'. Did you mean error_type?"),
        ({"operation": "*", "error_type": "member_not_fund"}, "Did you mean member_not_found?"),
        ({"operation": "*", "connection": "reset_befor"}, "Did you mean reset_before?"),
        ({"operation": "*", "error_type": 3}, "Expected `str`, got `int`"),
        ({"operation": ["*"], **ERROR}, "Expected `str`, got `array`"),
        ({"operation": "*", "malformed": "yes"}, "Expected `bool`, got `str`"),
        ({"operation": "*", "body": {}}, "body needs a status_code"),
        ({"operation": "*", "body": {}, **ERROR}, "body contradicts error_type"),
        ({"operation": "*", "body": "x", "malformed": True}, "body needs a status_code"),
        ({"operation": "*", "malformed": True, **ERROR}, "error_type contradicts malformed"),
        ({"operation": "*", "malformed": True, "status_code": 500}, "status_code contradicts malformed"),
        ({"operation": "*", "malformed": True, "connection": "refuse"}, "connection contradicts malformed"),
        ({"operation": "*", "connection": "refuse", "status_code": 500}, "status_code contradicts connection"),
        ({"operation": "*", "status_code": 199}, "status_code must be between 200 and 599"),
        ({"operation": "*", "status_code": 600}, "status_code must be between 200 and 599"),
        ({"operation": "*", "status_code": 302, **ERROR}, "the status_code of an error must be between 400 and 599"),
        ({"operation": "*", "status_code": 204, "body": "x"}, "a response with the status 204 has no body"),
        ({"operation": "*", "delay_ms": -1}, "delay_ms must be between 0 and 600000"),
        ({"operation": "*", "delay_ms": 600_001}, "delay_ms must be between 0 and 600000"),
        ({"operation": "*", "delay_ms": 0}, "the fault does nothing"),
        ({"operation": "*", "delay_ms": {"min": 2, "max": 1}}, "delay_ms needs 0 <= min <= max <= 600000"),
        ({"operation": "*", "delay_ms": {"min": 1}}, "missing required field `max`"),
        ({"operation": "*", "delay_ms": {"min": 1, "max": 2, "mean": 1}}, "unknown field `mean`"),
        ({"operation": "*", "times": 0, **ERROR}, "times must be between 1 and"),
        ({"operation": "*", "times": -1, **ERROR}, "times must be between 1 and"),
        ({"operation": "*", "times": 1.5, **ERROR}, "Expected `int | null`, got `float`"),
        ({"operation": "*", "after": -1, **ERROR}, "after must be between 0 and"),
        ({"operation": "*", "probability": 0, **ERROR}, "probability must be more than 0 and at most 1"),
        ({"operation": "*", "probability": 1.01, **ERROR}, "probability must be more than 0 and at most 1"),
        ({"operation": "*", "for_seconds": 0, **ERROR}, "for_seconds must be more than 0"),
        ({"operation": "*", "for_seconds": 1e300, **ERROR}, "for_seconds must be more than 0"),
        ({"operation": "*", "method": "GET", **ERROR}, "method needs a path: an operation has only one"),
        ({"path": "*", "method": "GTE", **ERROR}, "there is no method 'GTE'. Did you mean GET?"),
        ({"path": "/v1/magic_links/redirct", **ERROR}, "Did you mean /v1/magic_links/redirect?"),
        ({"path": "", **ERROR}, "there is no path ''"),
        ({"path": "/v1/magic_links/redirect", "method": "PUT", **ERROR}, "/v1/magic_links/redirect has only GET"),
        ({"path": "/_mock/api/clock", **ERROR}, "faults don't apply to the control API and the console"),
        ({"path": "/v1/magic_links/redirect", "lose": True}, "lose doesn't apply to a request. Use: error_type, "),
        ({"path": "/v1/magic_links/redirect", "times": 1}, "the fault does nothing"),
        ({"operation": "*", "lose": True}, "lose doesn't apply to a request. Use: error_type, "),
        ({"operation": "organizations.get", "copies": 2}, "copies doesn't apply to a request"),
        ({"operation": "message.email", **ERROR}, "error_type doesn't apply to message.email. Use: lose, delay_"),
        ({"operation": "message.*", "delay_ms": 5}, "delay_ms doesn't apply to message.*"),
        ({"operation": "message.sms", "shuffle": True}, "shuffle doesn't apply to message.sms"),
        ({"operation": "message.sms", "times": 1}, "the fault does nothing. Give one of: lose, delay_seconds, copies"),
        ({"operation": "message.email", "lose": True, "copies": 2}, "lose contradicts copies"),
        ({"operation": "message.email", "copies": 1}, "copies must be between 2 and 100"),
        ({"operation": "message.email", "delay_seconds": 0}, "delay_seconds must be more than 0"),
        ({"operation": "message.email", "lose": True, "where": {"too": "x"}}, "Did you mean to?"),
        ({"operation": "webhook", "delay_seconds": 5}, "delay_seconds doesn't apply to webhook"),
        ({"operation": "webhook", "lose": True, "shuffle": True}, "lose contradicts shuffle"),
        ({"operation": "webhook", "lose": True, "where": {"event_typ": "x"}}, "Did you mean event_type?"),
        (
            {"operation": "organizations.get", "where": {"organisation_id": "x"}, **ERROR},
            "there is no field in where 'organisation_id'. Did you mean organization_id?",
        ),
        ({"operation": "debug.whoami", "where": {"x": 1}, **ERROR}, "there is no field in where 'x'"),
        ({"operation": "*", "where": ["x"], **ERROR}, "Expected `object`, got `array`"),
    ],
    ids=lambda value: json.dumps(value) if isinstance(value, dict) else "",
)
def test_rule_is_refused(mock, rule, reason):
    assert reason in refusal(mock, **rule)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b"3",
        b"\xff",
        b'{"operation": "*", "body": "\\ud800", "status_code": 500}',
        b'{"operation": "*", "delay_ms": 1e999}',
        b'{"operation": "*", "delay_ms": NaN}',
        b'{"operation": "*", "body":' + b'{"a":' * 5000 + b"1" + b"}" * 5001,
    ],
)
def test_body_that_is_not_a_rule_is_refused(mock, http, content):
    response = http.post("/_mock/api/faults", content=content)
    assert (response.status_code, response.json()["error_type"]) == (400, "bad_request")
    assert mock.faults.list() == []


def test_null_is_the_same_as_not_given_except_in_a_body(mock, http):
    mock.faults.add("debug.whoami", status_code=500, times=None, error_type=None, body=None)
    assert http.get("/v1/debug/whoami").text == "null"
    assert mock.faults.list()[0].rule == {"operation": "debug.whoami", "status_code": 500, "body": None}


def test_number_of_faults_is_limited(monkeypatch, mock):
    monkeypatch.setattr("mockstytch.control.faults.routes.MAX_FAULTS", 2)
    for _ in range(2):
        mock.faults.add("*", times=1, **ERROR)
    with pytest.raises(MockError, match="the project already has 2 faults"):
        mock.faults.add("*", **ERROR)


# The calls


def test_faults_are_listed_with_their_hits_and_removed(mock, client):
    first = mock.call("POST", "/faults", body={"operation": "debug.whoami", "delay_ms": 1, "where": {}})
    assert first == {
        "fault_id": first["fault_id"],
        "operation": "debug.whoami",
        "delay_ms": 1,
        "where": {},
        "hits": 0,
    }
    client.debug.whoami()
    second = mock.call("POST", "/faults", body={"operation": "message.sms", "lose": True})
    assert mock.call("GET", "/faults") == {"faults": [first | {"hits": 1}, second]}
    assert mock.call("DELETE", f"/faults/{first['fault_id']}") == first | {"hits": 1}
    assert mock.call("GET", "/faults") == {"faults": [second]}
    assert mock.call("DELETE", "/faults") == {}
    assert mock.call("GET", "/faults") == {"faults": []}


def test_unknown_fault_is_not_found(mock):
    other = mock.project()
    fault = other.faults.add("*", **ERROR)
    for fault_id in ("nope", fault.fault_id):
        with pytest.raises(MockError) as refused:
            mock.call("DELETE", f"/faults/{fault_id}")
        assert refused.value.error_type == "fault_not_found"
    assert [each.fault_id for each in other.faults.list()] == [fault.fault_id]


def test_reset_removes_the_faults(mock, client):
    mock.faults.add("*", **ERROR)
    mock.reset()
    assert mock.faults.list() == []
    assert client.debug.whoami().status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/faults"), ("POST", "/faults"), ("DELETE", "/faults"), ("DELETE", "/faults/fault-test-1")],
)
@pytest.mark.parametrize(
    ("headers", "error_type"),
    [
        ({"Origin": "https://evil.example"}, "cross_site_request"),
        ({"Sec-Fetch-Site": "cross-site"}, "cross_site_request"),
        ({"Host": "evil.example"}, "host_not_allowed"),
    ],
)
def test_another_web_page_cannot_use_faults(mock, http, method, path, headers, error_type):
    rule = {"operation": "*", **ERROR}
    response = http.request(method, f"/_mock/api{path}", headers=headers, json=rule)
    assert (response.status_code, response.json()["error_type"]) == (403, error_type)
    assert mock.faults.list() == []


def test_reading_or_removing_does_not_create_a_project(mock):
    unknown = (f"project-test-{uuid.uuid4()}", "secret-test-x")
    for method in ("GET", "DELETE"):
        response = httpx.request(method, f"{mock.url}/_mock/api/faults", auth=unknown, trust_env=False)
        assert response.status_code == 404


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("*", "/a/*", True),
        ("/a/*/c", "/a/b/*", True),
        ("/a/b", "/a/*", True),
        ("/a/b", "/a/c", False),
        ("/a*", "/b*", False),
        ("*x", "*y", False),
        ("", "*", True),
        ("", "a", False),
    ],
)
def test_overlap_of_patterns(one, other, expected):
    assert rules.overlap(one, other) is rules.overlap(other, one) is expected
