"""Each call of the browser API with credentials that must be refused, and with sessions that have ended."""

import pytest

from tests.browser_api.browser_project import CALLS, ONE_TAP, path_and_rest
from tests.browser_api.sdk_client import basic
from tests.matrix.test_bad_input import WRONG_CREDENTIALS
from tests.support.errors import error_of

each_call = pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))
UUID = "6139cbcc-4dda-4b1f-b1c0-13c08ec64d72"
WRONG_TOKENS = {
    "no public token": ("", 400, "public_token_required"),
    "another kind of id": (f"project-test-{UUID}", 400, "invalid_public_token_id"),
    "not a UUID": ("public-token-test-x", 400, "invalid_public_token_id"),
    "a trailing blank": (f"public-token-test-{UUID} ", 400, "invalid_public_token_id"),
    "upper case": (f"PUBLIC-TOKEN-TEST-{UUID}", 400, "invalid_public_token_id"),
    "unknown": (f"public-token-test-{UUID}", 404, "public_token_not_found"),
    "live": (f"public-token-live-{UUID}", 404, "public_token_not_found"),
}


def where(condition):
    chosen = {name: call for name, call in CALLS.items() if condition(call)}
    return pytest.mark.parametrize("call", chosen.values(), ids=list(chosen))


@each_call
def test_wrong_public_token_is_refused(project, failures, call):
    path, _ = path_and_rest(call, {**project.values, "public_token": project.given.mock.public_token})
    for cell, (headers, status, error_type) in WRONG_CREDENTIALS.items():
        response = project.sdk(call.sdk.method, path, authorization=headers.get("Authorization", ""))
        if failures.expect_error(cell, response) and error_of(response) != (status, error_type):
            failures.append(f"{cell}: {response.text}")
    for cell, (public_token, status, error_type) in WRONG_TOKENS.items():
        for password in (public_token, project.admin.session_token):
            response = project.sdk(call.sdk.method, path, authorization=basic(public_token, password))
            if failures.expect_error(cell, response) and error_of(response) != (status, error_type):
                failures.append(f"{cell}: {response.text}")


@each_call
def test_public_token_of_another_project_opens_nothing(project, failures, call, mock):
    """The session, the ids and the tokens of one project don't exist in another."""
    mock.configure(cross_org_passwords_enabled=True)
    fields, token = project.request(call)
    path, rest = path_and_rest(call, fields)
    credentials = basic(mock.public_token, token or mock.public_token)
    response = project.sdk(call.sdk.method, path, rest, authorization=credentials)
    assert not any(each in response.text for each in project.tokens)
    assert "acme" not in response.text.lower()
    if call.endpoint.name in ("idp.start", "idp.authorize"):  # they check the app first
        assert error_of(response) == (404, "connected_app_not_found")
    elif call.sdk.session in ("required", "token"):
        assert error_of(response) == (404, "session_not_found")
    elif call.sdk.session == "any":
        assert error_of(response) == (401, "user_unauthenticated")
    elif response.status_code != 200:
        failures.expect_error("another project's", response)


@where(lambda call: call.sdk.session in ("required", "token", "any"))
def test_call_that_needs_a_session_is_refused_without_one(project, failures, call, mock):
    """A session that has ended is none. Calls that accept an intermediate session, too, say that there is neither."""
    fields, _ = project.request(call)
    sent = {name: value for name, value in fields.items() if name != "intermediate_session_token"}
    wanted = (401, "user_unauthenticated") if call.sdk.session == "any" else (404, "session_not_found")
    response = project.send(call, sent, None)
    if failures.expect_error("no session", response) and error_of(response) != (401, "user_unauthenticated"):
        failures.append(f"no session: {response.text}")
    for cell, token in {**project.ended, **MALFORMED_SESSIONS, "a JWT": project.admin.session_jwt}.items():
        response = project.send(call, sent, token)
        if failures.expect_error(cell, response) and error_of(response) != wanted:
            failures.append(f"{cell}: {response.text}")


MALFORMED_SESSIONS = {
    "unknown": "x" * 44,
    "malformed": "x",
    "over-long": "x" * 20_000,
    "with a colon": "a:b",
    "an id": f"member-session-test-{UUID}",
    "a control character": "\x00" * 44,
    "not ASCII": "ä" * 44,
}


@where(lambda call: call.sdk.session == "optional" and call.name not in ONE_TAP)
def test_ended_session_is_ignored_in_a_login(project, snapshot, failures, call):
    """The SDK sends the session of its cookie with each call, and the user then logs in again."""
    for cell, token in {**project.ended, "malformed": "no-session", "unknown": "x" * 44}.items():
        fields, _ = project.request(call)
        response = project.send(call, fields, token)
        if response.status_code != 200:
            failures.append(f"{cell}: {response.text}")
        elif token in response.text:
            failures.append(f"{cell}: the ended session is in the response")
        snapshot.restore()
        project.forget()


def test_session_of_another_project_is_unknown(project, given):
    acme = given.organization()
    foreign = given.login(acme, given.member(acme)).session_token
    assert project.sdk.refused("POST", "/b2b/sessions/authenticate", {}, foreign) == "session_not_found"
    assert project.sdk.refused("GET", "/b2b/organizations/me", token=foreign) == "session_not_found"


def test_calls_of_a_consumer_project_are_refused(sdk, failures, consumer_public_token):
    for name, call in CALLS.items():
        path, _ = path_and_rest(call, {"public_token": consumer_public_token})
        response = sdk(call.sdk.method, path, authorization=basic(consumer_public_token, consumer_public_token))
        if failures.expect_error(name, response) != "bad_vertical_for_stytch_sdk":
            failures.append(f"{name}: {response.text}")
