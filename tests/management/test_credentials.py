"""Credentials: workspace keys, secrets and public tokens."""

import httpx
import pytest
import stytch

from mockstytch import MockStytch


@pytest.fixture
def client_with(mock):
    def build(secret):
        return stytch.B2BClient(mock.project_id, secret, environment=f"{mock.url}/", suppress_warnings=True)

    return build


def test_any_workspace_key_is_accepted(mock, management_http, anonymous_http):
    address = f"{mock.url}/pwa/v3/projects"
    assert management_http.get(address).status_code == 200
    assert anonymous_http.get(address, headers={"Authorization": "Bearer token"}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status", "error_type"),
    [
        ({}, 400, "invalid_authorization_header"),
        ({"Authorization": "Basic !"}, 400, "invalid_authorization_header"),
        ({"Authorization": "Basic Og=="}, 401, "unauthorized_credentials"),
        ({"Authorization": "Basic a2V5Og=="}, 401, "unauthorized_credentials"),
        ({"Authorization": "Bearer"}, 401, "unauthorized_credentials"),
        ({"Host": "evil.example"}, 403, "host_not_allowed"),
        ({"Origin": "https://evil.example"}, 403, "cross_site_request"),
        ({"Sec-Fetch-Site": "cross-site"}, 403, "cross_site_request"),
    ],
)
def test_request_without_credentials_or_from_elsewhere_is_refused(
    mock, slugs, headers, status, error_type, anonymous_http
):
    for path in ("", f"/{mock.project_id}/environments/test"):
        response = anonymous_http.get(f"{mock.url}/pwa/v3/projects{path}", headers=headers)
        assert (response.status_code, response.json()["error_type"]) == (status, error_type)


def test_additional_secret_works_until_it_is_deleted(mock, admin, slugs, client_with, refused, management_error):
    created = admin.secrets.create(*slugs).secret
    assert client_with(created.secret).debug.whoami().project_id == mock.project_id
    assert client_with(mock.secret).debug.whoami().project_id == mock.project_id
    admin.secrets.delete(*slugs, created.secret_id)
    assert refused(client_with(created.secret).debug.whoami) == "unauthorized_credentials"
    assert management_error(admin.secrets.get, *slugs, created.secret_id) == (404, "secret_not_found")
    assert management_error(admin.secrets.delete, *slugs, created.secret_id) == (404, "secret_not_found")
    assert client_with(mock.secret).debug.whoami().project_id == mock.project_id


def test_secrets_are_listed_masked_and_in_order(mock, admin, slugs, client_with):
    (first,) = admin.secrets.get_all(*slugs).secrets
    assert first.last_four == mock.secret[-4:]
    created = [admin.secrets.create(*slugs).secret for _ in range(3)]
    listed = admin.secrets.get_all(*slugs).secrets
    assert [s.secret_id for s in listed] == [first.secret_id, *(s.secret_id for s in created)]
    assert [s.last_four for s in listed[1:]] == [s.secret[-4:] for s in created]
    assert listed[1].used_at is None
    client_with(created[0].secret).debug.whoami()
    fetched = admin.secrets.get(*slugs, created[0].secret_id).secret
    assert fetched.used_at
    assert fetched.created_at == created[0].created_at


def test_last_use_is_recorded_once_a_minute(mock, admin, slugs, client_with):
    created = admin.secrets.create(*slugs).secret
    used = []
    for minutes in (0, 0.5, 2):
        mock.clock.advance(minutes=minutes)
        client_with(created.secret).debug.whoami()
        used.append(admin.secrets.get(*slugs, created.secret_id).secret.used_at)
    assert used[0] == used[1] < used[2]


def test_registered_secret_can_be_deleted(management_http, anonymous_http):
    with MockStytch() as server:
        project = server.project()
        project.client().debug.whoami()
        address = f"{server.url}/pwa/v3/projects/{project.project_id}/environments/test/secrets"
        (first,) = management_http.get(address).json()["secrets"]
        additional = management_http.post(address).json()["secret"]["secret"]
        assert management_http.delete(f"{address}/{first['secret_id']}").status_code == 200
        assert management_http.get(f"{address}/{first['secret_id']}").status_code == 404
        assert [s["last_four"] for s in management_http.get(address).json()["secrets"]] == [additional[-4:]]
        whoami = f"{server.url}/v1/debug/whoami"
        assert anonymous_http.get(whoami, auth=(project.project_id, project.secret)).status_code == 401
        assert anonymous_http.get(whoami, auth=(project.project_id, additional)).status_code == 200


def test_secret_of_the_default_project_can_be_deleted(management_http, anonymous_http):
    with MockStytch() as server:
        address = f"{server.url}/pwa/v3/projects/{server.project_id}/environments/test/secrets"
        (first,) = management_http.get(address).json()["secrets"]
        management_http.delete(f"{address}/{first['secret_id']}")
        assert anonymous_http.get(f"{server.url}/_mock/api/project").json()["secret"] == ""
        assert anonymous_http.get(f"{server.url}/_mock/").status_code == 200


def oauth_start(mock, public_token):
    """Start an OAuth login with this public token. Returns the last response."""
    mock.next_identity("google", email="ada@acme.test", name="Ada")
    with httpx.Client(base_url=mock.url, trust_env=False) as browser:
        query = {"public_token": public_token}
        response = browser.get("/v1/b2b/public/oauth/google/discovery/start", params=query)
        while response.headers.get("location", "").startswith(mock.url):
            response = browser.get(response.headers["location"])
        return response


def test_every_public_token_identifies_the_project(mock, admin, slugs):
    created = admin.public_tokens.create(*slugs).public_token.public_token
    for token in (mock.public_token, created):
        assert "token=" in oauth_start(mock, token).headers["location"]


def test_deleted_public_token_is_refused(mock, admin, slugs, client, management_error, anonymous_http):
    created = admin.public_tokens.create(*slugs).public_token.public_token
    admin.public_tokens.delete(*slugs, mock.public_token)
    assert oauth_start(mock, mock.public_token).json()["error_type"] == "public_token_not_found"
    assert "token=" in oauth_start(mock, created).headers["location"]
    client.magic_links.email.discovery.send("ada@acme.test")
    link = mock.inbox.latest(to="ada@acme.test").link
    assert created in link
    assert anonymous_http.get(link).headers["location"].startswith("http://localhost:3000/authenticate")
    assert [t.public_token for t in admin.public_tokens.get_all(*slugs).public_tokens] == [created]
    assert management_error(admin.public_tokens.get, *slugs, mock.public_token) == (404, "public_token_not_found")
    assert management_error(admin.public_tokens.delete, *slugs, mock.public_token) == (404, "public_token_not_found")
    assert management_error(admin.public_tokens.delete, *slugs, created) == (400, "unable_to_delete_last_public_token")


def test_public_tokens_are_listed_in_order(mock, admin, slugs):
    created = [admin.public_tokens.create(*slugs).public_token for _ in range(3)]
    first, *additional = admin.public_tokens.get_all(*slugs).public_tokens
    assert first.public_token == mock.public_token
    assert additional == created
    assert admin.public_tokens.get(*slugs, created[1].public_token).public_token == created[1]
    admin.public_tokens.delete(*slugs, created[1].public_token)
    assert admin.public_tokens.get_all(*slugs).public_tokens == [first, created[0], created[2]]


def test_public_token_of_another_environment_is_not_found(admin, slugs, create_environment, management_error):
    other = admin.public_tokens.create(*create_environment()).public_token.public_token
    assert management_error(admin.public_tokens.get, *slugs, other) == (404, "public_token_not_found")
