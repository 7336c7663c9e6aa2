"""Telemetry events of the SDKs: accepted without credentials, counted in the request log, and not kept."""

import json

import pytest

from tests.browser_api.sdk_client import ORIGIN, TELEMETRY, assert_cors, data_of
from tests.support.errors import error_of
from tests.support.payloads import MALFORMED


@pytest.fixture
def post(sdk):
    """Post events as the SDK does: without credentials and without the header with telemetry."""

    def call(*events):
        content = json.dumps([{"telemetry": TELEMETRY, "event": event} for event in events]).encode()
        return sdk.send("POST", "/events", content, authorization="", x_sdk_client="")

    return call


@pytest.fixture
def event(mock):
    def build(name, **details):
        return {"public_token": mock.public_token, "event_name": name, "details": details}

    return build


def test_events_are_counted_in_the_request_log_of_their_project(mock, post, event):
    mock.call("GET", "/project")  # the first call creates the project
    names = ["email_sent", "render_b2b_login_screen", "email_sent"]
    response = post(*(event(name, options={}) for name in names))
    data_of(response)
    assert response.headers["access-control-allow-origin"] == ORIGIN
    [entry] = mock.requests()
    assert (entry.surface, entry.status_code, entry.path) == ("browser", 200, "/sdk/v1/events")
    assert entry.because == "3 events: email_sent (2), render_b2b_login_screen"


def test_one_event(mock, post, event):
    mock.call("GET", "/project")
    data_of(post(event("b2b_sdk_instance_instantiated", event_callback_registered=False)))
    assert mock.requests()[-1].because == "1 event: b2b_sdk_instance_instantiated"


def test_log_names_at_most_20_kinds_of_events_and_100_characters_of_each(mock, post, event):
    mock.call("GET", "/project")
    data_of(post(*(event(f"{number}" + "x" * 200) for number in range(30))))
    because = mock.requests()[-1].because
    assert because.startswith("30 events: 0")
    assert (because.count(","), len(because) < 2200) == (19, True)


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"public_token": "nonsense"},
        {"public_token": 7, "event_name": 7},
        {"public_token": "public-token-test-6139cbcc-4dda-4b1f-b1c0-13c08ec64d72"},
        {"event_name": ["x"]},
    ],
)
def test_event_of_an_unknown_project_is_accepted(post, event):
    """The SDK ignores the response, so a refusal would have no effect."""
    data_of(post(event))


def test_no_events_are_accepted(post):
    data_of(post())


NONSENSE = {
    "an object": b"{}",
    "a string": b'"x"',
    "null": b"null",
    "nothing": b"",
    "no event": b'[{"telemetry": {}}]',
    "a list of texts": b'["x"]',
    "an event that is a text": b'[{"event": "x"}]',
    "an event that is a list": b'[{"event": []}]',
    "deep events": b'[{"event": {"a":' + b"[" * 300 + b"]" * 300 + b"}}]",
}


REFUSED = NONSENSE | {name: content for name, content in MALFORMED.items() if name != "an array"}


@pytest.mark.parametrize("content", REFUSED.values(), ids=list(REFUSED))
def test_nonsense_is_refused(sdk, content, uncollected):
    response = sdk.send("POST", "/events", content, authorization="")
    assert error_of(response) == (400, "bad_request")
    assert_cors(response)


def test_oversized_events_are_refused(sdk):
    response = sdk.send("POST", "/events", b'["' + b"x" * 1_100_000 + b'"]', authorization="")
    assert error_of(response) == (413, "bad_request")
    assert_cors(response)


def test_events_have_no_other_method(sdk):
    assert sdk.refused("GET", "/events") == "route_not_found"
