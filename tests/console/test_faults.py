"""The page of faults: presets, the form, the list."""

from html import unescape

import pytest

from tests.support.html_forms import Forms, submit

PATH = "/_mock/faults"


@pytest.fixture(autouse=True)
def project(mock):
    mock.faults.list()  # the console shows only projects that exist


def test_empty_page_says_what_to_do(visitor):
    assert "Nothing fails on purpose" in visitor.get(PATH).text


@pytest.mark.parametrize(
    ("typed", "rule", "words"),
    [
        (
            {"operation": "organizations.get", "error_type": "too_many_requests", "times": "2", "after": "1"},
            {"operation": "organizations.get", "error_type": "too_many_requests", "times": 2, "after": 1},
            ("returns too_many_requests", "2 times, after 1 matches"),
        ),
        (
            {"path": "/v1/b2b/scim/*", "method": "GET", "status_code": "503", "body": '{"a": 1}'},
            {"path": "/v1/b2b/scim/*", "method": "GET", "status_code": 503, "body": {"a": 1}},
            ("GET /v1/b2b/scim/*", "returns status 503 and a body", "always"),
        ),
        (
            {"operation": "*", "delay_ms": "100-300", "connection": "reset_after", "probability": "0.5"},
            {
                "operation": "*",
                "delay_ms": {"min": 100.0, "max": 300.0},
                "connection": "reset_after",
                "probability": 0.5,
            },
            ("waits 100 to 300 ms", "then resets the connection", "in 50% of matches"),
        ),
        (
            {"operation": "organizations.*", "delay_ms": "250", "where": '{"organization_name": "Acme"}', "times": "1"},
            {
                "operation": "organizations.*",
                "delay_ms": 250.0,
                "where": {"organization_name": "Acme"},
                "times": 1,
            },
            ("organizations.* where organization_name = Acme", "waits 250 ms", "once"),
        ),
        (
            {"operation": "message.email", "copies": "2", "delay_seconds": "90", "for_seconds": "600"},
            {"operation": "message.email", "copies": 2, "delay_seconds": 90.0, "for_seconds": 600.0},
            ("arrives 2 times, arrives 90 s later", "for 600 s"),
        ),
        (
            {"operation": "webhook", "shuffle": "on"},
            {"operation": "webhook", "shuffle": True},
            ("arrives in random order",),
        ),
        ({"operation": "message.sms", "lose": "on"}, {"operation": "message.sms", "lose": True}, ("is lost",)),
        (
            {"operation": "organizations.get", "malformed": "on"},
            {"operation": "organizations.get", "malformed": True},
            ("returns a body that isn't JSON",),
        ),
        (
            {"operation": "organizations.get", "error_type": "member_not_found", "status_code": "410"},
            {"operation": "organizations.get", "error_type": "member_not_found", "status_code": 410},
            ("returns member_not_found with status 410",),
        ),
    ],
)
def test_form_adds_a_fault_that_the_list_describes(visitor, mock, typed, rule, words):
    assert submit(visitor, PATH, "add", **typed).status_code == 303
    [fault] = mock.faults.list()
    assert fault.rule == rule
    text = unescape(visitor.get(PATH).text)
    for word in words:
        assert word in text


@pytest.mark.parametrize(
    ("preset", "rule"),
    [
        ("rate-limit", {"operation": "*", "error_type": "too_many_requests", "times": 1}),
        ("server-error", {"operation": "*", "error_type": "internal_server_error", "times": 1}),
        ("slow", {"operation": "*", "delay_ms": 2000.0, "times": 1}),
        ("reset", {"operation": "*", "connection": "reset_before", "times": 1}),
        ("lost-response", {"operation": "*", "connection": "reset_after", "times": 1}),
        ("lost-email", {"operation": "message.email", "lose": True, "times": 1}),
        ("webhook-twice", {"operation": "webhook", "copies": 2}),
    ],
)
def test_preset_fills_the_form_in(anyone, mock, preset, rule):
    submit(anyone, f"{PATH}?preset={preset}&project_id={mock.project_id}", "add")
    assert [fault.rule for fault in mock.faults.list()] == [rule]


def test_unknown_preset_fills_in_nothing(visitor, mock):
    response = visitor.get(PATH, params={"preset": "nope", "project_id": mock.project_id})
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("typed", "because"),
    [
        ({"operation": "organizations.gett", "error_type": "x"}, "Did you mean organizations.get"),
        ({"operation": "organizations.get"}, "the fault does nothing"),
        ({"error_type": "member_not_found"}, "needs an operation or a path"),
        ({"operation": "*", "delay_ms": "soon"}, "delay_ms isn't valid number or range"),
        ({"operation": "*", "delay_ms": "300-100"}, "delay_ms needs 0 <= min <= max"),
        ({"operation": "*", "status_code": "x"}, "status_code isn't valid whole number"),
    ],
)
def test_refused_form_keeps_what_was_typed(visitor, mock, typed, because):
    sent = submit(visitor, PATH, "add", **typed)
    assert sent.status_code == 400
    assert because in unescape(sent.text)
    kept = dict(Forms(sent.text).forms["add"])
    assert {name.partition(":")[0]: value for name, value in kept.items()} | typed == {
        name.partition(":")[0]: value for name, value in kept.items()
    }
    assert mock.faults.list() == []


def test_list_counts_how_often_a_fault_was_used(visitor, mock, client, refused):
    fault = mock.faults.add("organizations.get", error_type="internal_server_error", times=1)
    assert refused(client.organizations.get, "x") == "internal_server_error"
    text = visitor.get(PATH).text
    assert f'id="hits-{fault.fault_id}"' in text
    assert 'data-unit="use">1 <span class="tag">used up</span>' in text


def test_faults_are_deleted_one_by_one_or_together(visitor, mock):
    first, second, third = (mock.faults.add("*", delay_ms=n) for n in (1, 2, 3))
    submit(visitor, PATH, f"delete-{first.fault_id}")
    assert [fault.fault_id for fault in mock.faults.list()] == [second.fault_id, third.fault_id]
    submit(visitor, PATH, "delete-all")
    assert mock.faults.list() == []


def test_fault_that_is_deleted_already_is_not_found(visitor, mock):
    fault = mock.faults.add("*", delay_ms=1)
    form = Forms(visitor.get(PATH).text).forms[f"delete-{fault.fault_id}"]
    mock.faults.clear()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    sent = visitor.post(PATH, content="&".join(f"{name}={value}" for name, value in form), headers=headers)
    assert sent.status_code == 404
    assert "fault_not_found" in sent.text
