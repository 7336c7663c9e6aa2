"""What only the SDKs for Ruby, PHP, .NET and Rust send, beside the changes to every request in ``test_wire_quirks``."""

from urllib.parse import quote

import httpx
import pytest


@pytest.mark.parametrize("credentials", [None, "right", "wrong"])
def test_jwks_are_public(mock, credentials):
    """Ruby, PHP and .NET send the project's secret for them, and other SDKs send nothing."""
    auth = {"right": (mock.project_id, mock.secret), "wrong": (mock.project_id, "x"), None: None}[credentials]
    path = f"{mock.url}/v1/b2b/sessions/jwks/{mock.project_id}"
    for options in ({}, {"params": {"project_id": mock.project_id}}):
        response = httpx.get(path, auth=auth, trust_env=False, **options)
        assert response.status_code == 200
        (key,) = response.json()["keys"]
        assert key["alg"] == "RS256"  # PHP needs it


def test_policies_have_each_list_that_a_local_check_reads(http, given):
    """Ruby adds the lists of the project's roles and of the organization's, without a look at what they are."""
    policy = http.get("/v1/b2b/rbac/policy").json()["policy"]
    for role in policy["roles"]:
        assert isinstance(role["role_id"], str)
        assert all(isinstance(p["actions"], list) and p["resource_id"] for p in role["permissions"])
    assert all(isinstance(scope["permissions"], list) for scope in policy["scopes"])
    organization_id = given.organization().organization_id
    for path in (organization_id, f"{organization_id}?organization_id={organization_id}"):
        assert http.get(f"/v1/b2b/rbac/organizations/{path}").json()["org_policy"] == {"roles": []}


@pytest.mark.parametrize("email", ["ada+x@acme.test", "ada@acme.test", "a!b$c&d'e@acme.test"])
def test_address_that_is_not_escaped_in_a_query_is_read(http, given, email):
    """Ruby escapes a query as a form, and other SDKs escape each character."""
    acme = given.organization()
    given.member(acme, email)
    for text in (quote(email, safe=""), quote(email, safe="!$'@")):
        path = f"/v1/b2b/organizations/{acme.organization_id}/member?email_address={text}"
        assert http.get(path).json()["member"]["email_address"] == email


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", None])
@pytest.mark.parametrize("body", [b"", b"null", b"{}", b'{"organization_id":"else"}', b'{"member_id":null}'])
def test_body_of_a_delete_is_ignored(http, given, kind, body):
    """.NET and Rust send the request, Node sends an empty object."""
    acme = given.organization()
    path = f"/v1/b2b/organizations/{acme.organization_id}"
    headers = {"Content-Type": kind} if kind else {}
    assert http.request("DELETE", path, content=body, headers=headers).json()["organization_id"] == acme.organization_id


@pytest.mark.parametrize(
    ("user", "secret", "refused"),
    [
        ("", "secret of the test", (401, "invalid_client", "no Connected App has the id x")),
        ("project-test-00000000-0000-4000-8000-0000000000fe", "x", (400, "invalid_request", "")),
        ("project-test-x", "y", (400, "invalid_request", "")),
        ("client", "secret", (400, "invalid_request", "")),
    ],
)
def test_credentials_name_the_project_of_an_introspection(http, mock, given, user, secret, refused):
    """Only the Ruby SDK introspects at this path. Other credentials belong to an app of the default project."""
    status, error, because = refused
    sent = {"token": "x", "client_id": "x"}
    response = http.post("/v1/oauth2/introspect", json=sent, auth=(user or mock.project_id, secret))
    assert (response.status_code, response.json()["error"]) == (status, error)
    assert not because or given.because() == because  # it is in this project's log
