"""Hints in the request log: what was probably meant, when a name or an id in a request is mistaken."""

import re

import httpx
import pytest

from mockstytch import MockStytch
from mockstytch.app import create_app
from mockstytch.domain.organizations.organization_settings import VALUES
from mockstytch.evidence.entries import Evidence
from mockstytch.evidence.hints import all_hints

UNKNOWN = "00000000-0000-4000-8000-0000000000ff"


@pytest.fixture
def hint(mock, http):
    """Send a request, and return its hint."""

    def send(method, path, json=None, **options):
        http.request(method, path, json=json, **options)
        return mock.requests(surface="backend,browser,pages,public,oauth_server,scim,unknown,management")[-1].hint

    return send


CONSUMER = "this path belongs to the Consumer API"


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        # another method
        ("GET", "/v1/b2b/magic_links/authenticate", "has POST and not GET. Did you mean POST /v1/b2b/magic_links/auth"),
        ("PATCH", "/v1/b2b/organizations/acme", "DELETE, GET, PUT and not PATCH. Did you mean PUT /v1/b2b/org"),
        ("DELETE", "/v1/b2b/organizations", "has POST and not DELETE"),
        ("GET", "/v1/b2b/organizations", "(organizations.create)"),
        # a prefix
        ("POST", "/magic_links/authenticate", "POST /v1/b2b/magic_links/authenticate (magic_links.authenticate)?"),
        ("POST", "/b2b/magic_links/authenticate", "The path exists with the prefix /v1/b2b"),
        ("POST", "/v1/discovery/organizations/create", "The path exists with the prefix /v1/b2b"),
        ("GET", "/v1/organizations/search", "did you mean POST /v1/b2b/organizations/search (organizations.search)?"),
        ("POST", "/v1/b2b/m2m/clients/search", "(m2m.clients.search)? The path exists without /b2b"),
        ("POST", "/v1//b2b//magic_links/autenticate", "(magic_links.authenticate)?"),
        ("GET", "/projects", "(management.projects.get_all)? The path exists in the management API"),
        ("GET", "/messages", "did you mean GET /_mock/api/messages? The path exists in the control API"),
        # another surface
        ("GET", "/sdk/v1/b2b/organizations/acme", "(organizations.get)? The path exists in the backend API"),
        (
            "PUT",
            "/v1/b2b/organizations/members/update",
            "(organizations.members.update)? The path exists in the browser",
        ),
        # the Consumer API
        ("POST", "/v1/magic_links/authenticate", f"{CONSUMER}. In the B2B API it is POST /v1/b2b/magic_links/authent"),
        ("POST", "/v1/users", f"{CONSUMER}. The B2B API has members"),
        ("GET", "/v1/users", f"{CONSUMER}. The B2B API has members"),
        ("POST", "/v1/otps/whatsapp/send", f"{CONSUMER}: did you mean POST /v1/b2b/otps/sms/send"),
        ("POST", "/v1/webauthn/register", f"{CONSUMER}. The B2B API has no WebAuthn"),
        # spelling
        (
            "GET",
            "/v1/b2b/organisations/acme",
            "did you mean GET /v1/b2b/organizations/{organization_id} (organizations.get)?",
        ),
        ("POST", "/v1/b2b/magic-links/authenticate", "The path is spelled differently"),
        ("POST", "/V1/B2B/magic_links/authenticate", "The path is spelled differently"),
        ("POST", "/v1/b2b/magic_links/authenticate/", "The path is spelled differently"),
        ("POST", "/v1/b2b/organizations/acme/members/search", "(organizations.members.search)?"),
        ("POST", "/v1/b2b/sesions/authenticate", "(sessions.authenticate)?"),
        ("POST", "/sdk/v1/b2b/sessions/authenticat", "did you mean POST /sdk/v1/b2b/sessions/authenticate (sess"),
        ("POST", "/v1/oauth2/tokn", "did you mean POST /v1/oauth2/token (m2m.token)?"),
        ("GET", "/v1/b2b/scim/acme-connection/Users", "isn't the id of a SCIM connection"),
        # nothing is similar
        ("GET", "/nothing/like/this", ""),
        ("GET", "/", ""),
    ],
)
def test_unknown_path(hint, method, path, expected):
    found = hint(method, path)
    assert expected in found
    assert bool(found) == bool(expected)


def test_unknown_path_of_the_control_api(mock, http):
    http.get("/_mock/api/mesages")
    http.post("/_mock/api/clock/advanced")
    hints = [request.hint for request in mock.requests(surface="unknown")]
    assert hints == ["did you mean GET /_mock/api/messages?", "did you mean POST /_mock/api/clock/advance?"]


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        (
            "/v1/b2b/magic_links/email/login_or_signup",
            {"organization_id": "acme", "emial_address": "ada@acme.test"},
            "unknown field emial_address: did you mean email_address?",
        ),
        (
            "/v1/b2b/organizations",
            {"organization_name": "B", "organization_slug": "bb", "emailAllowedDomains": []},
            "unknown field emailAllowedDomains is ignored: did you mean email_allowed_domains?",
        ),
        (
            "/v1/b2b/organizations",
            {"organization_name": "B", "organization_slug": "bb", "zzz": 1},
            "unknown field zzz is ignored",
        ),
        (
            "/v1/b2b/organizations/search",
            {"query": {"operatr": "OR", "operands": []}},
            "unknown field query.operatr is ignored: did you mean operator?",
        ),
        ("/v1/b2b/organizations?organization_nam=B", {"organization_slug": "bb"}, "did you mean organization_name?"),
        ("/v1/b2b/organizations", {"organization_name": "B", "organization_slug": "bb", "telemetry_id": "x"}, ""),
        ("/v1/b2b/organizations", {"organization_name": "B", "organization_slug": "bb"}, ""),
    ],
)
def test_unknown_field(hint, path, body, expected):
    found = hint("POST", path, body)
    assert expected in found
    assert bool(found) == bool(expected)


def test_many_unknown_fields(hint):
    body = {f"unknown_{number}": number for number in range(1000)}
    assert hint("POST", "/v1/b2b/organizations", body).count("unknown field") == 5


def test_refused_unknown_field(mock, hint):
    mock.configure(unknown_fields="refused")
    body = {"organization_name": "B", "organization_slug": "bb", "emial_invites": "ALL_ALLOWED"}
    assert hint("POST", "/v1/b2b/organizations", body) == "unknown field emial_invites: did you mean email_invites?"


def test_fields_that_a_browser_sdk_adds_have_no_hint(mock, hint):
    auth = (mock.public_token, mock.public_token)
    path = "/sdk/v1/b2b/magic_links/email/discovery/send"
    body = {"email_address": "ada@acme.test", "dfp_telemetry_id": "x", "captcha_token": "y"}
    assert hint("POST", path, body, auth=auth) == ""
    assert "did you mean email_address?" in hint("POST", path, {"emial_address": "ada@acme.test"}, auth=auth)


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        (
            "PUT",
            "/v1/b2b/organizations/acme",
            {"auth_methods": "RESTRICTD"},
            "auth_methods has no value RESTRICTD: did you mean RESTRICTED?",
        ),
        (
            "PUT",
            "/v1/b2b/organizations/acme",
            {"auth_methods": "RESTRICTED", "allowed_auth_methods": ["sso", "magiclink"]},
            "allowed_auth_methods has no value magiclink: did you mean magic_link?",
        ),
        ("PUT", "/v1/b2b/organizations/acme", {"mfa_policy": "X"}, "has no value X. It has REQUIRED_FOR_ALL, OPTIONAL"),
        (
            "PUT",
            "/v1/b2b/organizations/acme/members/x",
            {"default_mfa_method": "smsotp"},
            "default_mfa_method has no value smsotp: did you mean sms_otp?",
        ),
        (
            "POST",
            "/v1/b2b/magic_links/email/login_or_signup",
            {"organization_id": "acme", "email_address": "ada@acme.test", "locale": "enn"},
            "locale has no value enn: did you mean en?",
        ),
        (
            "POST",
            "/v1/b2b/organizations/search",
            {"query": {"operator": "AND", "operands": [{"filter_name": "organization_idz", "filter_value": ["x"]}]}},
            "filter_name has no value organization_idz: did you mean organization_ids?",
        ),
        ("POST", "/v1/b2b/organizations/search", {"query": {"operator": "XOR"}}, "query.operator has no value XOR"),
        (
            "POST",
            "/v1/b2b/organizations/members/search",
            {
                "organization_ids": ["acme"],
                "query": {"operator": "OR", "operands": [{"filter_name": "member_email", "filter_value": ["x"]}]},
            },
            "did you mean member_emails?",
        ),
    ],
)
def test_value_that_the_field_does_not_have(hint, given, method, path, body, expected):
    given.organization("Acme", organization_slug="acme")
    assert expected in hint(method, path, body)


@pytest.mark.parametrize("name", sorted(VALUES))
def test_values_of_settings_are_accepted(http, given, name):
    """Each value is accepted, or refused only because it needs another setting; another value never is."""
    given.organization("Acme", organization_slug="acme")
    errors = set()
    for value in VALUES[name]:
        response = http.put("/v1/b2b/organizations/acme", json={name: [value] if name.startswith("allowed") else value})
        errors.add(response.json().get("error_type", ""))
    others = {"allowed_auth_methods_required_for_restricted", "allowed_mfa_methods_required_for_restricted"}
    others |= {"invalid_restricted_email_setting", "invalid_restricted_sso_setting"}
    others |= {"invalid_restricted_oauth_tenants_setting"}
    assert errors - others == {""}
    wrong = http.put("/v1/b2b/organizations/acme", json={name: ["X"] if name.startswith("allowed") else "X"})
    assert wrong.status_code == 400


class TestIds:
    def test_id_of_another_kind(self, hint, given):
        acme = given.organization("Acme")
        member = given.member(acme)
        assert hint("GET", f"/v1/b2b/organizations/{member.member_id}") == "organization_id has a member id"
        path = f"/v1/b2b/organizations/{acme.organization_id}/members"
        assert hint("DELETE", f"{path}/{acme.organization_id}") == "member_id has an organization id"
        both = f"/v1/b2b/organizations/{member.member_id}/members/{acme.organization_id}"
        assert hint("DELETE", both) == "organization_id has a member id; member_id has an organization id"
        assert hint("GET", f"/v1/b2b/sessions?organization_id=x&member_id=project-test-{UNKNOWN}") == (
            "member_id has a project id"
        )

    def test_id_of_another_organization(self, hint, given):
        acme, globex = given.organization("Acme"), given.organization("Globex", organization_slug="globex")
        member = given.member(acme)
        expected = f"this member is in organization {acme.organization_id}, and not in {globex.organization_id}"
        for reference in (globex.organization_id, "globex"):
            assert hint("DELETE", f"/v1/b2b/organizations/{reference}/members/{member.member_id}") == expected

    def test_connection_of_another_organization(self, hint, given, client):
        acme, globex = given.organization("Acme"), given.organization("Globex")
        connection = client.sso.oidc.create_connection(acme.organization_id, display_name="x").connection
        found = hint("DELETE", f"/v1/b2b/sso/{globex.organization_id}/connections/{connection.connection_id}")
        assert found.startswith(f"this OIDC connection is in organization {acme.organization_id}")

    def test_id_of_another_project(self, mock, hint, given):
        acme = given.organization("Acme")
        other = mock.project()
        theirs = other.client().organizations.create(organization_name="Acme", organization_slug="acme")
        found = hint("GET", f"/v1/b2b/organizations/{theirs.organization.organization_id}")
        assert found == f"this organization is in project {other.project_id}, and not in {mock.project_id}"
        member = other.client().organizations.members.create(theirs.organization.organization_id, "a@acme.test")
        found = hint("DELETE", f"/v1/b2b/organizations/{acme.organization_id}/members/{member.member_id}")
        assert found == f"this member is in project {other.project_id}, and not in {mock.project_id}"

    def test_deleted_member(self, hint, given, client):
        acme = given.organization("Acme")
        member = given.member(acme)
        client.organizations.members.delete(acme.organization_id, member.member_id)
        path = f"/v1/b2b/organizations/{acme.organization_id}/members/{member.member_id}"
        assert hint("PUT", path, {"name": "Ada"}) == "this member is deleted"

    def test_id_of_a_live_project(self, hint):
        assert hint("GET", f"/v1/b2b/organizations/organization-live-{UNKNOWN}").endswith("an id of a live project")

    def test_id_with_more_after_it(self, hint):
        assert "more after it: '/x'" in hint("GET", f"/v1/b2b/organizations/organization-test-{UNKNOWN}%2Fx")

    def test_unknown_id_has_no_hint(self, hint):
        assert hint("GET", f"/v1/b2b/organizations/organization-test-{UNKNOWN}") == ""
        assert hint("GET", "/v1/b2b/organizations/nowhere") == ""


@pytest.mark.parametrize(
    ("path", "user", "password", "expected"),
    [
        ("/v1/debug/whoami", "{public_token}", "{secret}", "the user name is a public token"),
        ("/v1/debug/whoami", "{secret}", "{project_id}", "the secret is in the place of the project id"),
        ("/sdk/v1/b2b/organizations/me", "{project_id}", "{secret}", "the user name is a project id"),
        ("/v1/debug/whoami", "x", "y", ""),
    ],
)
def test_credentials_of_another_api(mock, http, path, user, password, expected):
    values = {"public_token": mock.public_token, "secret": "secret-test-mine", "project_id": mock.project_id}
    http.get(path, auth=(user.format(**values), password.format(**values)))
    # Without a project in the credentials, the request is in the log of the default project.
    default = MockStytch(url=mock.url)
    found = [r.hint for r in [*default.requests(limit=1000), *mock.requests()] if r.path == path]
    assert any(hint.startswith(expected) and bool(hint) == bool(expected) for hint in found)


def test_fault_has_no_hint(mock, hint):
    with mock.faults.add("organizations.get", error_type="organization_not_found"):
        assert hint("GET", f"/v1/b2b/organizations/member-test-{UNKNOWN}") == ""


def test_hint_stays_the_same(mock, hint, client, given):
    acme = given.organization("Acme")
    member = given.member(given.organization("Globex"))
    first = hint("DELETE", f"/v1/b2b/organizations/{acme.organization_id}/members/{member.member_id}")
    client.organizations.members.delete(member.organization_id, member.member_id)
    assert first in [request.hint for request in mock.requests()]


def test_hint_that_fails_is_left_out(monkeypatch, caplog):
    monkeypatch.setattr(all_hints.fields, "unknown", None)
    with MockStytch() as mock, httpx.Client(base_url=mock.url, trust_env=False) as http:
        http.post("/v1/b2b/organizations", json={"organization_nme": "x"}, auth=(mock.project_id, mock.secret))
        assert mock.requests()[-1].hint == ""
    assert "no hint for POST /v1/b2b/organizations" in caplog.text


def test_every_operation_is_found_by_its_own_path():
    """A path that exists, with a wrong prefix, always leads to a hint."""
    app = create_app()
    paths = Evidence(app.state.mock, app.table.routes)._hints._paths
    for route in app.table.routes:
        if route.surface.name == "backend" and route.path.startswith("/v1/b2b/"):
            path = re.sub(r"{[^}]*}", "xyz", route.path)
            assert route.method in paths.hint(route.method, path.removeprefix("/v1/b2b")), path
    app.state.mock.close()
