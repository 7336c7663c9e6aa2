"""Bodies that each call of the browser API must refuse, ids of others, unknown paths and preflights."""

import json
import re

import pytest

from tests.browser_api.browser_project import CALLS, path_and_rest
from tests.browser_api.sdk_client import ORIGIN, assert_cors, data_of
from tests.matrix.endpoints import body_fields, json_type, path_fields
from tests.matrix.test_bad_input import OWN_TYPE_ERRORS
from tests.support.errors import error_of
from tests.support.payloads import MALFORMED, SAMPLES

each_call = pytest.mark.parametrize("call", CALLS.values(), ids=list(CALLS))
DEEP = {"deep arrays": "[" * 300 + "]" * 300, "deep objects": '{"a":' * 300 + "1" + "}" * 300}


def where(condition):
    chosen = {name: call for name, call in CALLS.items() if condition(call)}
    return pytest.mark.parametrize("call", chosen.values(), ids=list(chosen))


# Bodies


@each_call
def test_malformed_body_is_refused(project, failures, call, uncollected):
    for cell, content in MALFORMED.items():
        if failures.expect_error(cell, project.send_content(call, content)) not in ("bad_request", ""):
            failures.append(f"{cell}: another error")


@each_call
def test_deeply_nested_value_is_refused(project, failures, call):
    for cell, value in DEEP.items():
        content = f'{{"untrusted_metadata": {value}}}'.encode()
        if failures.expect_error(cell, project.send_content(call, content)) not in ("bad_request", ""):
            failures.append(f"{cell}: another error")


@each_call
def test_oversized_body_is_refused(project, call):
    response = project.send_content(call, b'{"padding": "' + b"x" * 1_100_000 + b'"}')
    assert error_of(response) == (413, "bad_request")
    assert_cors(response)


def sent_fields(call):
    """Return the fields that the page can send in the body."""
    not_sent = {*call.sdk.own, *re.findall(r"{(\w+)}", call.sdk.path), "session_token", "session_jwt", "origin"}
    not_sent.add("session_custom_claims")
    return [field for field in call.endpoint.request.__struct_fields__ if field not in not_sent]


@where(lambda call: call.sdk.method != "GET" and sent_fields(call))
def test_wrong_type_is_refused(project, failures, call):
    fields, token = project.request(call)
    known = {*body_fields(call.endpoint), *path_fields(call.endpoint)}  # their types are known
    for field in known & set(sent_fields(call)):
        for name, sample in SAMPLES.items():
            if name == json_type(call.endpoint, field):
                continue
            cell = f"{field} is of type {name}"
            error_type = failures.expect_error(cell, project.send(call, {**fields, field: sample}, token))
            allowed = ("invalid_argument", *OWN_TYPE_ERRORS)
            if field == "trusted_metadata":
                allowed += ("cannot_update_trusted_metadata",)
            if error_type not in allowed:
                failures.append(f"{cell}: {error_type}")


# Ids of others


def of_acme(project):
    """Return fields with the ids and tokens of Acme's members."""
    return {
        "organization_id": project.acme.organization_id,
        "organization_ids": [project.acme.organization_id],
        "member_id": project.ada.member_id,
        "session_token": project.login.session_token,
        "session_jwt": project.login.session_jwt,
        "session_custom_claims": {"role": "root"},
    }


@where(lambda call: call.sdk.session in ("required", "token", "any"))
def test_administrator_of_another_organization_reaches_nothing(project, failures, call):
    """The caller comes from the session: ids and tokens in the body can't override it."""
    fields, _ = project.request(call)
    sent = {**of_acme(project), **fields}
    sent.pop("intermediate_session_token", None)
    if "member_id" in re.findall(r"{(\w+)}", call.sdk.path):
        sent["member_id"] = fields.get("member_id", project.ada.member_id)
    before = state_of_acme(project)
    token = project.globex_admin.session_token
    response = project.send(call, sent, token)
    assert state_of_acme(project) == before
    assert not any(other in response.text for other in project.tokens - {token})
    if response.status_code == 200:
        text = json.dumps(data_of(response))
        assert project.acme.organization_id not in text
        assert project.ada.member_id not in text
        assert "root" not in text
    else:
        failures.expect_error("another organization", response)


def state_of_acme(project):
    client, acme = project.given.client, project.acme.organization_id
    found = client.organizations.members.search([acme], limit=100).model_dump()["members"]
    connections = client.sso.get_connections(acme).model_dump()
    del connections["request_id"]
    return found, connections, client.organizations.get(acme).organization


@where(lambda call: {"session_token", "session_jwt"} & set(call.endpoint.request.__struct_fields__))
def test_session_in_the_body_does_not_count(project, failures, call):
    """Only the session in the credentials does, so that a page can't act for a user whose token it has got."""
    fields, _ = project.request(call)
    sent = {**fields, "session_token": project.login.session_token}
    response = project.send(call, sent, None)
    assert project.login.session_token not in response.text
    assert project.login.session_jwt not in response.text
    if call.sdk.session in ("required", "token"):
        assert error_of(response) == (401, "user_unauthenticated")


@where(lambda call: "session_custom_claims" in call.endpoint.request.__struct_fields__)
def test_custom_claims_can_not_be_set(project, call):
    fields, token = project.request(call)
    data = data_of(project.send(call, {**fields, "session_custom_claims": {"role": "root"}}, token))
    assert not data.get("member_session") or data["member_session"]["custom_claims"] == {}


# Paths and methods


@each_call
def test_preflight_succeeds(project, call):
    path, _ = path_and_rest(call, {})
    assert_preflight(project, path, call.sdk.method)


@pytest.mark.parametrize("path", ["/", "/nowhere", "/b2b/nowhere", "/events", "/b2b/organizations/members/x/y/z"])
def test_preflight_of_any_other_path_succeeds(project, path):
    assert_preflight(project, path, "POST")


def assert_preflight(project, path, method):
    wanted = "authorization,content-type,x-sdk-client,x-sdk-parent-host"
    response = project.sdk.send(
        "OPTIONS",
        path,
        authorization="",
        content_type="",
        x_sdk_client="",
        access_control_request_method=method,
        access_control_request_headers=wanted,
    )
    assert (response.status_code, response.content) == (204, b"")
    assert_cors(response)
    headers = response.headers
    assert headers["access-control-allow-origin"] == ORIGIN
    assert method in headers["access-control-allow-methods"].split(", ")
    assert set(wanted.split(",")) <= set(headers["access-control-allow-headers"].split(", "))
    assert int(headers["access-control-max-age"]) > 0
    assert "access-control-allow-private-network" not in headers


def test_preflight_of_a_page_on_the_internet_is_allowed_to_call_this_machine(sdk):
    headers = {"access_control_request_method": "GET", "access_control_request_private_network": "true"}
    response = sdk.send("OPTIONS", "/b2b/organizations/me", authorization="", **headers)
    assert response.headers["access-control-allow-private-network"] == "true"


@each_call
def test_unknown_method_and_path_are_refused(project, failures, call):
    path, _ = path_and_rest(call, {})
    for method, wrong in (("PATCH", path), ("TRACE", path), (call.sdk.method, f"{path}/x/y/z/nowhere")):
        response = project.sdk(method, wrong, token=project.admin.session_token)
        if failures.expect_error(f"{method} {wrong}", response) != "route_not_found":
            failures.append(f"{method} {wrong}: {response.text}")


def test_unknown_path_is_in_the_request_log(sdk, mock):
    assert sdk.refused("POST", "/b2b/nowhere") == "route_not_found"
    [entry] = mock.requests()
    assert (entry.surface, entry.because) == ("browser", "no route POST /sdk/v1/b2b/nowhere")


def test_path_that_the_sdk_misspells_is_served(project):
    """The SDK leaves out the slash after ``v1`` there."""
    call = CALLS["GET /b2b/organizations/members/{member_id}/connected_apps"]
    fields, token = project.request(call)
    wanted = data_of(project.send(call, fields, token))
    url = f"{project.sdk.mock.url}/sdk/v1b2b/organizations/members/{fields['member_id']}/connected_apps"
    sent = project.send(call, fields, token).request.headers
    data = data_of(project.sdk.http.get(url, headers=sent))
    assert data["connected_apps"] == wanted["connected_apps"]
