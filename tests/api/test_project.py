"""Credentials, metrics, isolation of projects, and errors outside operations."""

import httpx
import pytest
import stytch

from mockstytch import consumer_api
from mockstytch.app import endpoints
from mockstytch.domain.shared import lookup
from tools.docs import sdk_methods, shape


def test_whoami_returns_id_and_name(client, mock):
    mock.configure(name="My app")
    me = client.debug.whoami()
    assert (me.project_id, me.name) == (mock.project_id, "My app")


def test_metrics_leave_out_deleted_members(given, client, mock):
    acme = given.organization()
    given.member(acme)
    gone = given.member(acme)
    client.organizations.members.delete(acme.organization_id, gone.member_id)
    metrics = client.project.metrics()
    assert metrics.project_id == mock.project_id
    counts = {metric.metric_type.value: metric.count for metric in metrics.metrics}
    assert counts == {"USER_COUNT": 0, "ORGANIZATION_COUNT": 1, "MEMBER_COUNT": 1, "M2M_CLIENT_COUNT": 0}


# Credentials


@pytest.mark.parametrize(
    ("user", "password", "status", "error"),
    [
        ("project-test-nonsense", "secret-test-mockstytch", 400, "invalid_project_id_authentication"),
        ("", "secret-test-mockstytch", 400, "invalid_project_id_authentication"),
        ("project-live-00000000-0000-4000-8000-000000000000", "secret-live-x", 400, "wrong_stack_live"),
        (None, "secret-test-wrong", 401, "unauthorized_credentials"),
        ("project-test-00000000-0000-4000-8000-00000000eeee", "", 400, "invalid_secret_authentication"),
    ],
)
def test_invalid_credentials_are_refused(http, mock, client, user, password, status, error):
    client.debug.whoami()
    answer = http.get("/v1/debug/whoami", auth=(mock.project_id if user is None else user, password))
    assert (answer.status_code, answer.json()["error_type"]) == (status, error)


@pytest.mark.parametrize("header", [None, "Bearer x", "Basic !!!", "Basic bm9jb2xvbg==", "Basic /w=="])
def test_invalid_authorization_header_is_refused(mock, header):
    headers = {} if header is None else {"authorization": header}
    answer = httpx.get(f"{mock.url}/v1/debug/whoami", headers=headers)
    assert (answer.status_code, answer.json()["error_type"]) == (400, "invalid_authorization_header")


# Isolation


def test_projects_are_isolated(given, client, mock, refused):
    acme = given.organization(
        organization_slug="acme", organization_external_id="1", email_allowed_domains=["acme.test"]
    )
    ada = given.member(acme, "ada@acme.test")
    login = given.login(acme, ada)
    intermediate = given.intermediate_session("ada@acme.test")
    other = mock.project()
    foreign = other.client()
    assert refused(foreign.organizations.get, acme.organization_id) == "organization_not_found"
    assert refused(foreign.organizations.get, "acme") == "organization_not_found"
    assert refused(foreign.organizations.members.dangerously_get, ada.member_id) == "member_not_found"
    assert refused(foreign.sessions.authenticate, session_token=login.session_token) == "session_not_found"
    listed = refused(foreign.discovery.organizations.list, intermediate)
    assert listed == "intermediate_session_not_found"
    assert refused(foreign.sessions.revoke, member_id=ada.member_id) == "member_not_found"
    assert foreign.organizations.search().organizations == []
    assert other.inbox.all() == []
    foreign.organizations.create("Acme", organization_slug="acme", organization_external_id="1")
    other.clock.advance(days=1)
    other.reset()
    assert client.sessions.authenticate(session_token=login.session_token)
    assert client.organizations.get("acme").organization.organization_id == acme.organization_id


# Settings


def test_project_without_billing_can_only_send_mail_to_its_domains(given, client, mock, refused, events):
    acme = given.organization("Acme", organization_slug="acme")
    ada = given.member(acme, "ada@acme.test")
    bob = given.member(acme, "bob@elsewhere.test")
    given.login(acme, ada)
    mock.configure(email_domains_without_billing=["acme.test"])
    mock.inbox.clear()
    events()
    calls = [
        (client.magic_links.email.login_or_signup, "acme"),
        (client.otps.email.login_or_signup, "acme"),
        (client.passwords.email.reset_start, "acme"),
    ]
    for call, *arguments in calls:
        assert refused(call, *arguments, bob.email_address) == "billing_not_verified_for_email"
    assert refused(client.magic_links.email.invite, "acme", "new@elsewhere.test") == "billing_not_verified_for_email"
    assert refused(client.magic_links.email.discovery.send, "bob@elsewhere.test") == "billing_not_verified_for_email"
    assert refused(client.otps.email.discovery.send, "bob@elsewhere.test") == "billing_not_verified_for_email"
    change = {"organization_id": "acme", "member_id": ada.member_id, "email_address": "new@elsewhere.test"}
    error_type = refused(client.organizations.members.start_email_update, **change)
    assert error_type == "billing_not_verified_for_email"
    assert mock.inbox.all() == []
    assert events() == []
    client.magic_links.email.login_or_signup("acme", ada.email_address)
    mock.configure(cross_org_passwords_enabled=True)
    start = client.passwords.discovery.email.reset_start
    assert refused(start, "bob@elsewhere.test") == "billing_not_verified_for_email"
    mock.configure(email_domains_without_billing=None)
    client.magic_links.email.login_or_signup("acme", bob.email_address)


def test_unknown_fields_are_ignored_or_refused(http, mock, client):
    body = {"query": {"operands": [], "colour": "red"}}
    assert http.post("/v1/b2b/organizations/search", json=body).status_code == 200
    mock.configure(unknown_fields="refused")
    answer = http.post("/v1/b2b/organizations/search", json=body)
    assert (answer.status_code, answer.json()["error_type"]) == (400, "invalid_argument")
    assert answer.json()["error_message"] == 'unknown field "query.colour"'
    answer = http.post("/v1/b2b/organizations/search", json={"resource": 1})
    assert answer.json()["error_message"] == 'unknown field "resource"'
    assert http.post("/v1/b2b/organizations/search?cache=1", json={"telemetry_id": "x"}).status_code == 200
    acme = client.organizations.create("Acme", organization_slug="acme", trusted_metadata={"any": {"key": 1}})
    assert acme.organization.trusted_metadata == {"any": {"key": 1}}


# Errors outside operations


def test_unknown_route_is_refused(error_type_of):
    assert error_type_of("GET", "/v1/b2b/nothing") == "route_not_found"
    assert error_type_of("POST", "/v1/users", {}) == "invalid_consumer_endpoint"
    assert error_type_of("POST", "/v1/magic_links/email/send", {}) == "invalid_consumer_endpoint"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/users"),
        ("PATCH", "/v1/users"),
        ("GET", "/v1/magic_links"),
        ("POST", "/v1/users/x/y"),
        ("POST", "/v1/otps"),
        ("GET", "/v1/oauth"),
        ("POST", "/v1/biometrics/register"),
        ("POST", "/v1/usersearch"),
    ],
)
def test_route_that_the_consumer_api_does_not_have_either_is_unknown(error_type_of, method, path):
    assert error_type_of(method, path) == "route_not_found"


def test_consumer_operations_are_in_the_sdk():
    consumer = stytch.Client("project-test-00000000-0000-4000-8000-000000000000", "secret", suppress_warnings=True)
    served = {(e.method, shape(path)) for e in endpoints() for path in (e.path, *e.aliases)}
    assert sorted(consumer_api.OPERATIONS) == sorted(set(sdk_methods(consumer)) - served)


def test_unexpected_exception_is_an_internal_server_error(given, client, refused, monkeypatch, rows):
    """``rows`` makes sure that the server runs in this process, where the test can patch it."""
    given.organization()

    def broken(*_):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(lookup, "organization", broken)
        assert refused(client.organizations.get, "acme") == "internal_server_error"
        assert refused(client.organizations.delete, "acme") == "internal_server_error"
    assert client.organizations.get("acme").organization
