"""``mock.requests``: the request log of the Python handle, and its assertions."""

import enum
import threading

import pytest

from mockstytch import MockError
from mockstytch.client.request_log import matching

REDIRECT = "http://localhost:3000/authenticate"


@pytest.fixture
def acme(client):
    acme = client.organizations.create("Acme", organization_slug="acme", trusted_metadata={"plan": "pro", "seats": 5})
    return acme.organization


@pytest.fixture
def invited(client, acme):
    client.organizations.members.create(acme.organization_id, "ada@acme.test", name="Ada", is_breakglass=True)
    client.magic_links.email.login_or_signup(acme.organization_id, "ada@acme.test", login_redirect_url=REDIRECT)
    return acme


def failure(call, *args, **kwargs):
    with pytest.raises(AssertionError) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def test_requests_are_filtered(mock, client, invited, refused):
    refused(client.organizations.get, "absent")
    assert [r.operation for r in mock.requests(operation="organizations.*", method="POST")] == [
        "organizations.create",
        "organizations.members.create",
    ]
    [refusal] = mock.requests(status=404)
    assert mock.requests(status="4xx", error_type="organization_*") == [refusal]
    assert mock.requests(path="/v1/b2b/organizations/absent") == [refusal]
    assert (refusal.operation, refusal.request) == ("organizations.get", {"organization_id": "absent"})
    assert f"{mock.url}/v1/b2b/organizations/absent" in refusal.curl
    assert mock.requests(after=refusal.request_id) == []
    assert mock.requests(limit=1) == [refusal]


def test_called_operation_is_found_by_its_fields(mock, invited):
    mock.requests.assert_called("magic_links.email.login_or_signup")
    [found] = mock.requests.assert_called(
        "magic_links.email.login_or_signup", times=1, email_address="ada@acme.test", login_redirect_url=REDIRECT
    )
    assert found.request["organization_id"] == invited.organization_id
    mock.requests.assert_called("organizations.create", trusted_metadata={"plan": "pro"})
    created = mock.requests.assert_called("organizations.*create", times=2)
    assert [request.operation for request in created] == ["organizations.create", "organizations.members.create"]
    assert mock.requests.assert_called("organizations.create", times=0, organization_name="Other") == []
    mock.requests.assert_called("organizations.members.create", is_breakglass=True)


def test_fields_of_the_path_and_the_query_are_found(mock, client, invited):
    client.organizations.members.get("acme", email_address="ada@acme.test")
    mock.requests.assert_called("organizations.members.get", organization_id="acme", email_address="ada@acme.test")


def test_fields_in_the_form_of_the_sdk_are_compared_as_json(mock, client):
    class Policy(enum.Enum):
        OPTIONAL = "OPTIONAL"

    client.organizations.create("Acme", organization_slug="acme", mfa_policy="OPTIONAL")
    mock.requests.assert_called("organizations.create", mfa_policy=Policy.OPTIONAL)


def test_message_has_the_most_similar_request_and_its_differences(mock, client, invited):
    client.magic_links.email.login_or_signup(invited.organization_id, "ada@acme.test")
    message = failure(
        mock.requests.assert_called,
        "magic_links.email.login_or_signup",
        email_address="bob@acme.test",
        login_redirect_url=REDIRECT,
        locale="pt-br",
    )
    lines = message.splitlines()
    assert lines[0] == (
        "magic_links.email.login_or_signup with email_address='bob@acme.test', login_redirect_url="
        "'http://localhost:3000/authenticate', locale='pt-br' wasn't called. It was called twice with other fields. "
        "The most similar request:"
    )
    assert lines[1] == "  POST /v1/b2b/magic_links/email/login_or_signup 200 (magic_links.email.login_or_signup)"
    assert lines[2:] == [
        "    email_address: 'ada@acme.test' instead of 'bob@acme.test'",
        "    locale: missing, instead of 'pt-br'",
    ]


def test_message_has_what_was_called_instead(mock, invited):
    message = failure(mock.requests.assert_called, "organizations.members.update")
    assert message.splitlines()[0] == (
        "organizations.members.update wasn't called. Did you mean organizations.members.create? These were called:"
    )
    assert "  once: magic_links.email.login_or_signup" in message.splitlines()


def test_message_of_a_project_without_requests_names_the_project(mock):
    message = failure(mock.requests.assert_called, "organizations.create")
    assert f"No request reached the project {mock.project_id}: does the app have its credentials and URL?" in message


def test_number_of_calls_is_checked(mock, client, invited):
    client.organizations.get("acme")
    message = failure(mock.requests.assert_called, "organizations.get", times=2)
    assert message.splitlines()[0] == "organizations.get was called once, instead of twice:"
    assert message.splitlines()[1].startswith("  GET /v1/b2b/organizations/acme 200")
    client.organizations.get("acme")
    client.organizations.get("acme")
    assert "was called 3 times, instead of twice" in failure(
        mock.requests.assert_called, "organizations.get", times=2, organization_id="acme"
    )


def test_operation_that_must_not_be_called_is_reported_with_its_requests(mock, invited):
    mock.requests.assert_not_called("organizations.delete")
    message = failure(mock.requests.assert_not_called, "organizations.members.*")
    assert message.splitlines()[0] == "organizations.members.* was called once:"
    assert message.splitlines()[1].endswith("(organizations.members.create)")


@pytest.mark.parametrize(
    "call",
    [
        lambda requests: requests.assert_called("organization.create"),
        lambda requests: requests.assert_not_called("organization.create"),
        lambda requests: requests.wait("organization.create", seconds=0),
        lambda requests: requests(operation="organization.create"),
    ],
    ids=["assert_called", "assert_not_called", "wait", "requests"],
)
def test_unknown_operation_is_refused_with_the_nearest(mock, call):
    mock.configure()
    with pytest.raises(
        MockError, match=r"there is no operation 'organization\.create'\. Did you mean organizations\.c"
    ):
        call(mock.requests)


def test_unknown_error_type_is_refused_with_the_nearest(mock):
    mock.configure()
    with pytest.raises(MockError, match=r"Did you mean session_not_found\?"):
        mock.requests.expect("sesion_not_found")
    mock.requests.expect("*_not_found")
    mock.requests.expect("503")


def test_secret_cannot_be_compared(mock, client, invited, refused):
    refused(client.passwords.authenticate, "acme", "ada@acme.test", "a long and unusual password")
    message = failure(mock.requests.assert_called, "passwords.authenticate", password="a long and unusual password")
    assert "password: the log doesn't keep secrets" in message


def test_wait_returns_a_request_that_comes_later(mock, client, acme):
    first = mock.requests.wait("organizations.create", seconds=0)
    assert first.operation == "organizations.create"
    timer = threading.Timer(0.05, lambda: client.organizations.get("acme"))
    timer.start()
    assert mock.requests.wait("organizations.get").request == {"organization_id": "acme"}
    timer.join()
    with pytest.raises(MockError) as caught:
        mock.requests.wait("organizations.create", seconds=0, after=first.request_id)
    assert caught.value.error_type == "request_not_found"
    assert str(caught.value).startswith("organizations.create wasn't called again in 0 s")


def test_clear_empties_the_log(mock, acme):
    mock.requests.clear()
    assert mock.requests() == []
    mock.requests.assert_not_called("*")


@pytest.mark.parametrize(
    ("expected", "actual", "found"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, []),
        ({"a": {"b": [{"c": 1}]}}, {"a": {"b": [{"c": 1, "d": 2}]}}, []),
        ({"a": [1, 2]}, {"a": [1]}, ["a: [1] instead of [1, 2]"]),
        ({"a": {"b": [{"c": 1}]}}, {"a": {"b": [{"c": 2}]}}, ["a.b[0].c: 2 instead of 1"]),
        ({"a": 1}, {}, ["a: missing, instead of 1"]),
        ({"a": None}, {"a": None}, []),
        ({"a": None}, {}, ["a: missing, instead of None"]),
        ({"a": True}, {"a": 1}, ["a: 1 instead of True"]),
        ({"a": 1.0}, {"a": 1}, []),
        ({"a": {"b": 1}}, {"a": "x"}, ["a: 'x' instead of {'b': 1}"]),
        ({"a": 1}, "text", ["the request: 'text' instead of {'a': 1}"]),
        ({"a": "x" * 300}, {}, [f"a: missing, instead of '{'x' * 199}…"]),
    ],
    ids=range(12),
)
def test_differences_name_the_place_and_both_values(expected, actual, found):
    assert matching.differences(expected, actual) == found


def test_numbers_in_a_query_are_text():
    assert matching.in_query({"limit": 5, "active": True, "name": "x"}) == {"limit": "5", "active": "true", "name": "x"}
