"""Faults in the Python handle and on the command line."""

import json
from typing import get_type_hints

import msgspec
import pytest

from mockstytch import MockError, MockStytch
from mockstytch.client.faults import DelayRange, FaultRule
from mockstytch.faults import rules


def names(struct):
    return {field.name for field in msgspec.structs.fields(struct)}


def test_arguments_match_the_fields_of_the_server():
    assert set(get_type_hints(FaultRule)) == names(rules.Rule) - {"operation"}
    assert set(get_type_hints(DelayRange)) == names(rules.DelayRange)


def test_fault_is_removed_at_the_end_of_a_block(mock, client, refused):
    with mock.faults.add("debug.whoami", error_type="internal_server_error") as fault:
        assert refused(client.debug.whoami) == "internal_server_error"
        assert fault.hits == 1
        assert [each.fault_id for each in mock.faults.list()] == [fault.fault_id]
        assert refused(client.debug.whoami) == "internal_server_error"
    assert mock.faults.list() == []
    assert fault.hits == 2
    assert client.debug.whoami().status_code == 200


def test_fault_is_removed_if_the_block_fails(mock):
    with pytest.raises(ZeroDivisionError), mock.faults.add("*", malformed=True):
        raise ZeroDivisionError
    assert mock.faults.list() == []


def test_fault_may_be_removed_already(mock):
    with mock.faults.add("*", malformed=True) as fault:
        mock.reset()
    fault.remove()
    assert fault.hits == 0


def test_removal_reports_other_errors(mock):
    handle = MockStytch(mock.url, mock.project_id, mock.secret)
    fault = handle.faults.add("*", malformed=True)
    handle._api._url = "http://127.0.0.1:1"
    with pytest.raises(MockError, match="No mockstytch server"):
        fault.remove()


def test_list_and_clear(mock):
    fault = mock.faults.add(path="/v1/magic_links/redirect", method="GET", status_code=500)
    [listed] = mock.faults.list()
    assert listed.rule == {"path": "/v1/magic_links/redirect", "method": "GET", "status_code": 500}
    assert (listed.fault_id, listed.hits) == (fault.fault_id, 0)
    assert repr(listed).startswith(f"Fault({fault.fault_id}, {{'path'")
    mock.faults.clear()
    assert mock.faults.list() == []


def test_mistyped_name_is_refused_with_the_nearest_one(mock):
    with pytest.raises(MockError, match=r"Did you mean magic_links\.email\.invite\?") as refused:
        mock.faults.add("magic_links.email.invites", malformed=True)
    assert refused.value.error_type == "bad_request"


# The command line


@pytest.fixture
def fault(run, mock):
    """``fault("add", "debug.whoami", "--error", "…")`` runs the command for the test's project."""
    connection = ("--url", mock.url, "--project-id", mock.project_id, "--secret", mock.secret)

    def call(command: str, *args: str):
        return run("fault", command, *args, *connection)

    return call


def test_fault_is_added_listed_and_cleared(fault, mock):
    options = ("--error", "internal_server_error", "--delay", "500ms", "--times", "1")
    done = fault("add", "magic_links.email.*", *options)
    assert (done.returncode, done.stderr) == (0, "")
    [added] = mock.faults.list()
    assert done.stdout == f"{added.fault_id}\n"
    assert added.rule == {
        "operation": "magic_links.email.*",
        "error_type": "internal_server_error",
        "delay_ms": 500,
        "times": 1,
    }
    listed = fault("list")
    assert listed.stdout.startswith(f"{added.fault_id}  0 hits  {{")
    assert json.loads(fault("list", "--json").stdout) == {"fault_id": added.fault_id, **added.rule, "hits": 0}
    assert fault("clear").returncode == 0
    assert mock.faults.list() == []
    assert fault("list").stderr == "There are no faults.\n"
    assert fault("list", "--json").stdout == ""


@pytest.mark.parametrize(
    ("args", "rule"),
    [
        (("*", "--delay", "100ms-2s"), {"operation": "*", "delay_ms": {"min": 100, "max": 2000}}),
        (("message.email", "--delay", "1m30s"), {"operation": "message.email", "delay_seconds": 90}),
        (("message.sms", "--copies", "2"), {"operation": "message.sms", "copies": 2}),
        (("webhook", "--shuffle", "--for", "10m"), {"operation": "webhook", "shuffle": True, "for_seconds": 600}),
        (("webhook", "--lose", "--probability", "0.5"), {"operation": "webhook", "lose": True, "probability": 0.5}),
        (("*", "--malformed", "--after", "3"), {"operation": "*", "malformed": True, "after": 3}),
        (("*", "--connection", "truncate"), {"operation": "*", "connection": "truncate"}),
        (("*", "--status", "502", "--body", "<html>"), {"operation": "*", "status_code": 502, "body": "<html>"}),
        (("*", "--status", "502", "--body", '{"a": 1}'), {"operation": "*", "status_code": 502, "body": {"a": 1}}),
        (
            ("/v1/magic_links/redirect", "--method", "GET", "--status", "500"),
            {"path": "/v1/magic_links/redirect", "method": "GET", "status_code": 500},
        ),
        (
            ("organizations.search", "--malformed", "--where", "limit=5", "--where", "cursor=x=y"),
            {"operation": "organizations.search", "malformed": True, "where": {"limit": 5, "cursor": "x=y"}},
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_options_become_a_rule(fault, mock, args, rule):
    done = fault("add", *args, "--json")
    assert done.returncode == 0, done.stderr
    added = json.loads(done.stdout)
    assert {name: value for name, value in added.items() if name not in ("fault_id", "hits")} == rule
    assert [each.rule for each in mock.faults.list()] == [rule]


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        (("add",), 2, "Missing argument 'OPERATION'"),
        (("add", "*", "--delay", "soon"), 2, "'soon' isn't a valid duration"),
        (("add", "*", "--malformed", "--where", "limit"), 2, "--where 'limit' isn't FIELD=VALUE"),
        (("add", "*", "--connection", "broken"), 2, "'broken' is not one of 'refuse'"),
        (("add", "organization.get", "--malformed"), 1, "Did you mean organizations.get?"),
        (("add", "*", "--malformed", "--times", "-1"), 1, "times must be between 1 and"),
        (("ad", "*"), 2, "No such command 'ad'"),
    ],
)
def test_wrong_use_is_one_line(fault, mock, args, code, message):
    done = fault(*args)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert mock.faults.list() == []
