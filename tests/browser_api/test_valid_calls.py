"""Each call of the browser API succeeds, with the response of the backend API in ``data``."""

import re
from typing import Any

import pytest

from tests.browser_api.browser_project import CALLS, ONE_TAP
from tests.browser_api.sdk_client import data_of
from tests.support.errors import error_of

VALID = {name: call for name, call in CALLS.items() if name not in ONE_TAP}
SAME = {name: call for name, call in VALID.items() if not call.endpoint.path.startswith("/sdk/") and not call.sdk.empty}
_RANDOM = ("qr_code", "secret", "recovery_codes", "session_jwt", "bearer_token", "next_bearer_token")
_RANDOM += ("private_key", "certificate", "external_id", "provider_subject", "sub")
_RANDOM += ("bearer_token_last_four", "next_bearer_token_last_four")


def each(calls):
    return pytest.mark.parametrize("call", calls.values(), ids=list(calls))


def normalized(value: Any, name: str = "") -> Any:
    """Return a value in which ids, tokens and times are replaced, because they differ from one request to the next."""
    if isinstance(value, dict):
        return {key: normalized(each, key) for key, each in value.items() if key != "request_id"}
    if isinstance(value, list):
        return [normalized(each, name) for each in value]
    if not isinstance(value, str) or not value:
        return value
    if name in _RANDOM:
        return f"a {name}"
    value = re.sub(r"-test-[0-9a-f-]{36}", "-test-id", value)
    value = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "a time", value)
    value = re.sub(r"[\w-]{43}=|[\w-]{44,}", "a token", value)
    value = re.sub(r"^globex-[0-9a-f]{4}$", "globex-x", value)  # a derived slug that was taken
    return re.sub(r"person-\d+@", "person@", value)


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [text for key in one for text in differences(one[key], other[key], f"{path}.{key}")]
    return [] if one == other else [f"{path}: {one} instead of {other}"]


def test_all_calls_of_the_sdk_are_found():
    assert len(CALLS) >= 93


@each(VALID)
def test_valid_call_succeeds(project, call):
    fields, token = project.request(call)
    data = data_of(project.send(call, fields, token))
    if call.sdk.empty:
        assert sorted(data) == ["request_id", "status_code"]


@each(SAME)
def test_response_is_the_backend_s(project, snapshot, call):
    fields, token = project.request(call)
    browser = data_of(project.send(call, fields, token))
    snapshot.restore()
    project.forget()

    fields, token = project.request(call)
    sent = {**project.own_fields(call, token), **fields}
    backend = project.send_to_backend(call.endpoint, sent)
    assert backend.status_code == 200, backend.text
    assert differences(normalized(browser), normalized(backend.json())) == []


@each({name: CALLS[name] for name in ONE_TAP})
def test_one_tap_is_refused_with_the_error_that_the_sdk_expects(project, call):
    """The SDK then continues without it."""
    assert error_of(project.send(call, {"id_token": "x"} if call.sdk.method == "POST" else {}, None)) == (
        400,
        "oauth_config_not_found",
    )
