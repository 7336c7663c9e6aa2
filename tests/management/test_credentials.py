"""Who may manage; secrets and public tokens."""

import httpx
import pytest
import stytch

from mockstytch import MockStytch


@pytest.fixture
def opens(mock):
    def build(secret):
        return stytch.B2BClient(mock.project_id, secret, environment=f"{mock.url}/", suppress_warnings=True)

    return build


def test_any_workspace_key_manages(mock):
    address = f"{mock.url}/pwa/v3/projects"
    assert httpx.get(address, auth=("key", "secret")).status_code == 200
    assert httpx.get(address, headers={"Authorization": "Bearer token"}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status", "error_type"),
    [
        ({}, 401, "invalid_authorization_header"),
        ({"Authorization": "Basic !"}, 401, "invalid_authorization_header"),
        ({"Authorization": "Basic Og=="}, 401, "unauthorized_credentials"),
        ({"Authorization": "Basic a2V5Og=="}, 401, "unauthorized_credentials"),
        ({"Authorization": "Bearer"}, 401, "unauthorized_credentials"),
        ({"Host": "evil.example"}, 403, "host_not_allowed"),
        ({"Origin": "https://evil.example"}, 403, "cross_site_request"),
        ({"Sec-Fetch-Site": "cross-site"}, 403, "cross_site_request"),
    ],
)
def test_who_may_not(mock, place, headers, status, error_type):
    for path in ("", f"/{mock.project_id}/environments/test"):
        answer = httpx.get(f"{mock.url}/pwa/v3/projects{path}", headers=headers)
        assert (answer.status_code, answer.json()["error_type"]) == (status, error_type)


def test_a_further_secret_opens_until_it_is_deleted(mock, admin, place, opens, refused, denied):
    made = admin.secrets.create(*place).secret
    assert opens(made.secret).debug.whoami().project_id == mock.project_id
    assert opens(mock.secret).debug.whoami().project_id == mock.project_id
    admin.secrets.delete(*place, made.secret_id)
    assert refused(opens(made.secret).debug.whoami) == "unauthorized_credentials"
    assert denied(admin.secrets.get, *place, made.secret_id) == (404, "secret_not_found")
    assert denied(admin.secrets.delete, *place, made.secret_id) == (404, "secret_not_found")
    assert opens(mock.secret).debug.whoami().project_id == mock.project_id


def test_secrets_are_listed_masked_and_in_order(mock, admin, place, opens):
    (first,) = admin.secrets.get_all(*place).secrets
    assert first.last_four == mock.secret[-4:]
    made = [admin.secrets.create(*place).secret for _ in range(3)]
    listed = admin.secrets.get_all(*place).secrets
    assert [s.secret_id for s in listed] == [first.secret_id, *(s.secret_id for s in made)]
    assert [s.last_four for s in listed[1:]] == [s.secret[-4:] for s in made]
    assert listed[1].used_at is None
    opens(made[0].secret).debug.whoami()
    shown = admin.secrets.get(*place, made[0].secret_id).secret
    assert shown.used_at
    assert shown.created_at == made[0].created_at


def test_use_is_noted_by_the_minute(mock, admin, place, opens):
    made = admin.secrets.create(*place).secret
    used = []
    for minutes in (0, 0.5, 2):
        mock.clock.advance(minutes=minutes)
        opens(made.secret).debug.whoami()
        used.append(admin.secrets.get(*place, made.secret_id).secret.used_at)
    assert used[0] == used[1] < used[2]


def test_the_secret_that_a_project_was_registered_with_can_go():
    with MockStytch() as server:
        project = server.project()
        project.client().debug.whoami()
        address = f"{server.url}/pwa/v3/projects/{project.project_id}/environments/test/secrets"
        with httpx.Client(auth=("key", "secret"), trust_env=False) as http:
            (first,) = http.get(address).json()["secrets"]
            further = http.post(address).json()["secret"]["secret"]
            assert http.delete(f"{address}/{first['secret_id']}").status_code == 200
            assert http.get(f"{address}/{first['secret_id']}").status_code == 404
            assert [s["last_four"] for s in http.get(address).json()["secrets"]] == [further[-4:]]
        whoami = f"{server.url}/v1/debug/whoami"
        assert httpx.get(whoami, auth=(project.project_id, project.secret)).status_code == 401
        assert httpx.get(whoami, auth=(project.project_id, further)).status_code == 200


def test_the_default_projects_secret_can_go_and_the_server_stays():
    with MockStytch() as server:
        address = f"{server.url}/pwa/v3/projects/{server.project_id}/environments/test/secrets"
        with httpx.Client(auth=("key", "secret"), trust_env=False) as http:
            (first,) = http.get(address).json()["secrets"]
            http.delete(f"{address}/{first['secret_id']}")
        assert httpx.get(f"{server.url}/_mock/api/project").json()["secret"] == ""
        assert httpx.get(f"{server.url}/_mock/").status_code == 200


def start(mock, public_token):
    """Where a way to Google ends that begins with this token."""
    mock.next_identity("google", email="ada@acme.test", name="Ada")
    with httpx.Client(base_url=mock.url, trust_env=False) as browser:
        query = {"public_token": public_token}
        answer = browser.get("/v1/b2b/public/oauth/google/discovery/start", params=query)
        while answer.headers.get("location", "").startswith(mock.url):
            answer = browser.get(answer.headers["location"])
        return answer


def test_every_public_token_names_the_project(mock, admin, place):
    made = admin.public_tokens.create(*place).public_token.public_token
    for token in (mock.public_token, made):
        assert "token=" in start(mock, token).headers["location"]


def test_a_deleted_public_token_names_nothing(mock, admin, place, client, denied):
    made = admin.public_tokens.create(*place).public_token.public_token
    admin.public_tokens.delete(*place, mock.public_token)
    assert start(mock, mock.public_token).json()["error_type"] == "public_token_not_found"
    assert "token=" in start(mock, made).headers["location"]
    client.magic_links.email.discovery.send("ada@acme.test")
    link = mock.inbox.latest(to="ada@acme.test").link
    assert made in link
    assert httpx.get(link).headers["location"].startswith("http://localhost:3000/authenticate")
    assert [t.public_token for t in admin.public_tokens.get_all(*place).public_tokens] == [made]
    assert denied(admin.public_tokens.get, *place, mock.public_token) == (404, "public_token_not_found")
    assert denied(admin.public_tokens.delete, *place, mock.public_token) == (404, "public_token_not_found")
    assert denied(admin.public_tokens.delete, *place, made) == (400, "unable_to_delete_last_public_token")


def test_public_tokens_are_listed_in_order(mock, admin, place):
    made = [admin.public_tokens.create(*place).public_token for _ in range(3)]
    first, *further = admin.public_tokens.get_all(*place).public_tokens
    assert first.public_token == mock.public_token
    assert further == made
    assert admin.public_tokens.get(*place, made[1].public_token).public_token == made[1]
    admin.public_tokens.delete(*place, made[1].public_token)
    assert admin.public_tokens.get_all(*place).public_tokens == [first, made[0], made[2]]


def test_a_token_of_another_environment_is_unknown_here(admin, place, make, denied):
    other = admin.public_tokens.create(*make()).public_token.public_token
    assert denied(admin.public_tokens.get, *place, other) == (404, "public_token_not_found")
