"""Projects and environments: created, used by the main SDK, changed and deleted."""

import pytest
import stytch
from stytch.core.response_base import StytchError

from mockstytch import MockStytch
from tests.support.given import Given


@pytest.fixture(scope="module")
def server():
    """A server of these tests, for tests that use the default project."""
    with MockStytch() as server:
        yield server


def test_new_project_is_usable_immediately(mock, admin, create_environment, sdk_client):
    """Set up everything with the management API, as an app's test suite does, then use the main SDK."""
    slugs = create_environment()
    admin.redirect_urls.create(*slugs, "https://acme.example/in", [{"type": "LOGIN", "is_default": False}])
    admin.rbac_policy.set(
        *slugs,
        custom_resources=[{"resource_id": "documents", "description": "", "available_actions": ["read"]}],
        custom_roles=[
            {
                "role_id": "reader",
                "description": "",
                "permissions": [{"resource_id": "documents", "actions": ["read"]}],
            }
        ],
    )
    client = sdk_client(slugs)
    acme = client.organizations.create("Acme", organization_slug="acme").organization
    ada = client.organizations.members.create(acme.organization_id, "ada@acme.test", roles=["reader"]).member
    assert [role.role_id for role in ada.roles] == ["stytch_member", "reader"]
    client.magic_links.email.login_or_signup(
        acme.organization_id, "ada@acme.test", login_redirect_url="https://acme.example/in"
    )
    project_id = admin.environments.get(*slugs).environment.project_id
    created_project = mock.project(project_id, admin.secrets.create(*slugs).secret.secret)
    token = created_project.inbox.latest(to="ada@acme.test").token
    assert client.magic_links.authenticate(token).member.status == "active"
    metrics = admin.environments.get_metrics(*slugs).metrics
    assert (metrics.organization_count, metrics.member_count, metrics.user_count) == (1, 1, 0)


def test_new_project_is_usable_on_a_closed_server(management_http):
    with MockStytch(closed=True) as mock:
        base = f"{mock.url}/pwa/v3/projects"
        slug = management_http.post(base, json={"name": "Acme"}).json()["project"]["project_slug"]
        created = management_http.post(f"{base}/{slug}/environments", json={"name": "Test"}).json()["environment"]
        address = f"{base}/{slug}/environments/{created['environment_slug']}/secrets"
        secret = management_http.post(address).json()["secret"]["secret"]
        client = stytch.B2BClient(created["project_id"], secret, environment=f"{mock.url}/", suppress_warnings=True)
        assert client.debug.whoami().name == "Test"


def test_default_project_is_an_environment_from_the_start(server, management_http):
    address = f"{server.url}/pwa/v3/projects/{server.project_id}/environments"
    (environment,) = management_http.get(address).json()["environments"]
    assert (environment["environment_slug"], environment["project_id"]) == ("test", server.project_id)


def test_default_project_cannot_be_deleted(server, management_http):
    for path in (server.project_id, f"{server.project_id}/environments/test"):
        response = management_http.delete(f"{server.url}/pwa/v3/projects/{path}")
        assert (response.status_code, response.json()["error_type"]) == (400, "bad_request")
    assert server.client().debug.whoami().project_id == server.project_id


def test_project_of_the_server_has_one_environment(admin, slugs, mock):
    project = admin.projects.get(mock.project_id).project
    assert (project.project_slug, project.name, project.vertical) == (mock.project_id, "mockstytch", "B2B")
    assert project in admin.projects.get_all().projects
    environment = admin.environments.get(*slugs).environment
    assert (environment.project_id, environment.type) == (mock.project_id, "TEST")
    assert environment.oauth_callback_id == mock.project_id.replace("project", "oauth-callback")
    assert admin.environments.get_all(mock.project_id).environments == [environment]


def test_project_of_the_server_can_get_more_environments(admin, slugs, mock):
    before = admin.environments.get(*slugs).environment
    created = admin.environments.create(mock.project_id, "Staging").environment
    assert admin.environments.get_all(mock.project_id).environments == [before, created]
    admin.projects.update(mock.project_id, "Renamed")
    assert admin.projects.get(mock.project_id).project.name == "Renamed"
    assert mock.client().debug.whoami().name == "mockstytch"  # the name of the environment
    assert [p.project_slug for p in admin.projects.get_all().projects].count(mock.project_id) == 1
    admin.environments.delete(mock.project_id, created.environment_slug)
    assert admin.environments.get_all(mock.project_id).environments == [before]


def test_names_and_slugs_are_stored(admin):
    slug = "acme-of-names-and-slugs"
    project = admin.projects.create("Acme & Co", "CONSUMER", slug).project
    assert (project.project_slug, project.name, project.vertical) == (slug, "Acme & Co", "CONSUMER")
    assert admin.projects.get(slug).project == project
    renamed = admin.projects.update(slug, "Acme").project
    assert renamed == project.model_copy(update={"name": "Acme"})
    environment = admin.environments.create(slug, "Staging", "TEST", "stage").environment
    assert (environment.project_slug, environment.environment_slug, environment.name) == (slug, "stage", "Staging")
    assert admin.environments.get(slug, "stage").environment == environment
    admin.projects.delete(slug)


def test_missing_slug_is_derived_from_the_name(admin, create_environment):
    project_slug, environment_slug = create_environment()
    assert project_slug.startswith("acme")
    assert environment_slug == "testing"
    again = admin.environments.create(project_slug, "Testing", environment_slug="").environment
    assert again.environment_slug.startswith("testing-")
    assert create_environment()[0] != project_slug


SETTINGS = {
    "name": "New",
    "cross_org_passwords_enabled": True,
    "user_impersonation_enabled": False,
    "zero_downtime_session_migration_url": "https://old.example/userinfo",
    "user_lock_self_serve_enabled": True,
    "user_lock_threshold": 3,
    "user_lock_ttl": 60,
    "idp_authorization_url": "https://acme.example/authorize",
    "idp_dynamic_client_registration_enabled": False,
    "idp_dynamic_client_registration_access_token_template_content": '{"a": {{ member.name }}}',
}


def test_environment_settings_are_stored(admin, create_environment):
    slugs = create_environment()
    created = admin.environments.create(slugs[0], "x", **{k: v for k, v in SETTINGS.items() if k != "name"}).environment
    assert {name: getattr(created, name) for name in SETTINGS} == {**SETTINGS, "name": "x"}
    before = admin.environments.get(*slugs).environment
    changed = admin.environments.update(*slugs, use_custom_domain_in_magic_link_emails=True, **SETTINGS).environment
    assert changed == before.model_copy(update={**SETTINGS, "use_custom_domain_in_magic_link_emails": True})
    assert admin.environments.get(*slugs).environment == changed
    assert admin.environments.update(*slugs, user_lock_ttl=90).environment == changed.model_copy(
        update={"user_lock_ttl": 90}
    )


def test_control_api_shows_the_environment_settings(admin, slugs, mock, settings):
    admin.environments.update(*slugs, **SETTINGS)
    stored = settings()
    assert stored["name"] == "New"
    assert stored["user_lock"] == {"enabled": True, "threshold": 3, "ttl_seconds": 60, "self_serve_enabled": True}
    assert stored["cross_org_passwords_enabled"] is True
    assert stored["zero_downtime_session_migration_url"] == "https://old.example/userinfo"
    mock.configure(user_impersonation_enabled=True, name="Back")
    environment = admin.environments.get(*slugs).environment
    assert (environment.user_impersonation_enabled, environment.name) == (True, "Back")


def test_user_lock_setting_takes_effect(admin, slugs, given, refused):
    admin.environments.update(*slugs, user_lock_threshold=2)
    acme = given.organization()
    given.client.passwords.migrate(
        organization_id=acme.organization_id,
        email_address="ada@acme.test",
        hash="5f4dcc3b5aa765d61d8327deb882cf99",
        hash_type="md_5",
    )
    attempt = {"organization_id": acme.organization_id, "email_address": "ada@acme.test", "password": "wrong"}
    for _ in range(2):
        refused(given.client.passwords.authenticate, **attempt)
    assert refused(given.client.passwords.authenticate, **attempt) == "user_lock_limit_reached"


def test_cross_org_passwords_cannot_be_toggled_with_passwords_in_use(admin, slugs, given, management_error):
    acme = given.organization()
    given.client.passwords.migrate(
        organization_id=acme.organization_id,
        email_address="ada@acme.test",
        hash="5f4dcc3b5aa765d61d8327deb882cf99",
        hash_type="md_5",
    )
    toggle = admin.environments.update
    assert management_error(toggle, *slugs, cross_org_passwords_enabled=True) == (
        400,
        "cannot_toggle_cross_org_passwords_when_password_in_use",
    )
    assert toggle(*slugs, cross_org_passwords_enabled=False).environment.cross_org_passwords_enabled is False


def test_credentials_of_a_deleted_environment_are_refused(
    admin, create_environment, sdk_client, management_error, refused
):
    slugs = create_environment()
    client = sdk_client(slugs)
    client.organizations.create("Acme", organization_slug="acme")
    admin.environments.delete(*slugs)
    assert refused(client.debug.whoami) == "unauthorized_credentials"
    assert management_error(admin.environments.get, *slugs) == (404, "project_not_found")
    assert management_error(admin.environments.delete, *slugs) == (404, "project_not_found")
    assert admin.environments.get_all(slugs[0]).environments == []


def test_deleting_a_project_deletes_its_environments(admin, create_environment, sdk_client, management_error, refused):
    slugs = create_environment()
    client = sdk_client(slugs)
    admin.email_templates.create(slugs[0], "welcome", prebuilt_customization={"button_color": "#000000"})
    admin.projects.delete(slugs[0])
    assert refused(client.debug.whoami) == "unauthorized_credentials"
    for call in (admin.projects.get, admin.projects.delete, admin.environments.get_all, admin.email_templates.get_all):
        assert management_error(call, slugs[0]) == (404, "project_not_found")
    admin.projects.create("Again", "B2B", slugs[0])
    assert admin.email_templates.get_all(slugs[0]).email_templates == []


def test_project_of_the_server_can_be_deleted(admin, mock, management_error, refused, http):
    project = mock.project()
    client = project.client()
    client.debug.whoami()
    admin.projects.delete(project.project_id)
    assert refused(client.debug.whoami) == "unauthorized_credentials"
    assert management_error(admin.projects.get, project.project_id) == (404, "project_not_found")
    other = mock.project()
    other.client().debug.whoami()
    admin.environments.delete(other.project_id, "test")
    assert admin.projects.get(other.project_id).project.project_slug == other.project_id
    assert admin.environments.get_all(other.project_id).environments == []
    admin.projects.delete(other.project_id)


def test_live_environment_has_settings_but_serves_no_requests(
    admin, create_environment, sdk_client, refused, management_error
):
    slugs = create_environment(type="LIVE")
    environment = admin.environments.get(*slugs).environment
    assert (environment.type, environment.project_id[:13]) == ("LIVE", "project-live-")
    assert admin.redirect_urls.get_all(*slugs).redirect_urls == []
    secret = admin.secrets.create(*slugs).secret
    assert secret.secret.startswith("secret-live-")
    assert admin.public_tokens.get_all(*slugs).public_tokens[0].public_token.startswith("public-token-live-")
    assert management_error(admin.environments.create, slugs[0], "Second", "LIVE") == (400, "bad_request")
    with pytest.raises(Exception, match="wrong_stack_live"):
        sdk_client(slugs).debug.whoami()


def test_consumer_environment_refuses_b2b_requests(admin, create_environment, sdk_client):
    client = sdk_client(create_environment("CONSUMER"))
    with pytest.raises(StytchError) as caught:
        client.debug.whoami()
    assert caught.value.details.error_type == "invalid_b2b_endpoint"


def test_taken_or_unknown_slug_is_refused(admin, create_environment, management_error):
    slugs = create_environment()
    assert management_error(admin.projects.create, "x", "B2B", slugs[0]) == (400, "bad_request")
    assert management_error(admin.environments.create, slugs[0], "x", environment_slug=slugs[1]) == (400, "bad_request")
    assert management_error(admin.projects.get, "nope") == (404, "project_not_found")
    assert management_error(admin.projects.update, "nope", "x") == (404, "project_not_found")
    assert management_error(admin.environments.create, "nope", "x") == (404, "project_not_found")
    assert management_error(admin.environments.get_all, "nope") == (404, "project_not_found")
    assert management_error(admin.environments.get, slugs[0], "nope") == (404, "project_not_found")
    assert management_error(admin.secrets.create, "nope", "test") == (404, "project_not_found")


@pytest.mark.parametrize(
    ("change", "error_type"),
    [
        ({"name": ""}, "invalid_project_name"),
        ({"name": "x" * 129}, "invalid_project_name"),
        ({"user_lock_threshold": 0}, "invalid_user_lock_threshold"),
        ({"user_lock_ttl": -1}, "invalid_user_lock_ttl"),
        ({"idp_authorization_url": "nope"}, "invalid_url"),
        ({"zero_downtime_session_migration_url": "javascript:x"}, "invalid_url"),
        ({"idp_dynamic_client_registration_access_token_template_content": "x"}, "jwt_template_invalid_json"),
        ({"idp_dynamic_client_registration_access_token_template_content": "{{"}, "jwt_template_mismatched_tag"),
        (
            {"idp_dynamic_client_registration_access_token_template_content": '{"a": {{ x }}}'},
            "jwt_template_invalid_tag",
        ),
    ],
)
def test_invalid_setting_is_refused(admin, slugs, create_environment, management_error, change, error_type):
    assert management_error(admin.environments.update, *slugs, **change) == (400, error_type)
    assert management_error(admin.environments.create, create_environment()[0], **{"name": "x", **change}) == (
        400,
        error_type,
    )


def test_invalid_name_is_refused(admin, create_environment, management_error):
    project_slug = create_environment()[0]
    for name in ("", "x" * 129):
        assert management_error(admin.projects.update, project_slug, name) == (400, "invalid_project_name")
        assert management_error(admin.projects.create, name, "B2B") == (400, "invalid_project_name")
    assert admin.projects.update(project_slug, "x" * 128).project.name == "x" * 128


@pytest.mark.parametrize("slug", ["A", "a b", "-a", "a-", "a/b", "é", "a" * 129, "project-test-" + "0" * 36])
def test_invalid_slug_is_refused(admin, slugs, management_error, slug):
    assert management_error(admin.projects.create, "x", "B2B", slug) == (400, "bad_request")
    assert management_error(admin.environments.create, slugs[0], "x", environment_slug=slug) == (400, "bad_request")


def test_reset_keeps_the_environment(mock, admin, create_environment, sdk_client):
    slugs = create_environment()
    client = sdk_client(slugs)
    client.organizations.create("Acme", organization_slug="acme")
    project_id = admin.environments.get(*slugs).environment.project_id
    secret = admin.secrets.create(*slugs).secret.secret
    admin.environments.update(*slugs, user_lock_ttl=90)
    mock.project(project_id, secret).reset()
    assert client.organizations.search().results_metadata.total == 0
    assert admin.environments.get(*slugs).environment.user_lock_ttl == 3600
    assert Given(mock, client).organization().organization_name


def test_deleted_project_is_found_nowhere(mock, admin, anonymous_http):
    deleted = mock.project()
    deleted.client().debug.whoami()
    admin.projects.delete(deleted.project_id)
    query = {"public_token": deleted.public_token}
    start = anonymous_http.get(f"{mock.url}/v1/b2b/public/oauth/google/discovery/start", params=query)
    assert start.json()["error_type"] == "public_token_not_found"
    callback = anonymous_http.get(
        f"{mock.url}/v1/b2b/oauth/callback/{deleted.project_id.replace('project', 'oauth-callback', 1)}"
    )
    assert callback.json()["error_type"] == "oauth_invalid_callback_request"
    response = anonymous_http.get(f"{mock.url}/_mock/api/project", params={"project_id": deleted.project_id})
    assert response.json()["error_type"] == "project_not_found"
    assert deleted.project_id not in anonymous_http.get(f"{mock.url}/_mock/").text


def test_keys_of_a_deleted_environment_are_not_served_on_a_closed_server(management_http):
    with MockStytch(closed=True) as mock:
        base = f"{mock.url}/pwa/v3/projects/{mock.project_id}/environments"
        created = management_http.post(base, json={"name": "Staging"}).json()["environment"]
        keys = f"{mock.url}/v1/b2b/sessions/jwks/{created['project_id']}"
        assert management_http.get(keys).status_code == 200
        management_http.delete(f"{base}/{created['environment_slug']}")
        assert management_http.get(keys).json()["error_type"] == "project_not_found"


def test_request_log_gives_the_reason(server, management_http):
    base = f"{server.url}/pwa/v3/projects"
    for _ in range(2):
        management_http.post(base, json={"name": "Acme", "project_slug": "acme"})
    assert server.requests()[-1].because == "the slug acme is taken"
    management_http.get(f"{base}/{server.project_id}/environments/test/redirect_urls", params={"url": ""})
    assert server.requests()[-1].because == "url: '' isn't accepted"


def test_workspace_is_stored_in_the_database(tmp_path, management_http, anonymous_http):
    database = str(tmp_path / "mock.sqlite")
    with MockStytch(database=database) as mock:
        base = f"{mock.url}/pwa/v3/projects"
        management_http.post(base, json={"name": "Acme", "project_slug": "acme"})
        created = management_http.post(
            f"{base}/acme/environments", json={"name": "Test", "environment_slug": "test"}
        ).json()
        secret = management_http.post(f"{base}/acme/environments/test/secrets").json()["secret"]["secret"]
        management_http.put(f"{base}/acme/environments/test/sdk/b2b", json={"config": {"basic": {"enabled": True}}})
        config = management_http.get(f"{base}/acme/environments/test/sdk/b2b").json()["config"]
    with MockStytch(database=database) as mock:
        address = f"{mock.url}/pwa/v3/projects/acme/environments"
        assert management_http.get(address).json()["environments"] == [created["environment"]]
        assert management_http.get(f"{address}/test/sdk/b2b").json()["config"] == config
        whoami = anonymous_http.get(f"{mock.url}/v1/debug/whoami", auth=(created["environment"]["project_id"], secret))
        assert whoami.json()["name"] == "Test"


class TestPages:
    @pytest.fixture
    def list_projects(self, mock, management_http):
        return lambda **query: management_http.get(f"{mock.url}/pwa/v3/projects", params=query)

    def test_pages_have_every_project_once(self, admin, list_projects):
        created = [admin.projects.create(f"Page {n}").project.project_slug for n in range(3)]
        found, cursor = [], ""
        while True:
            body = list_projects(limit=2, cursor=cursor).json()
            assert len(body["projects"]) <= 2
            found += [project["project_slug"] for project in body["projects"]]
            cursor = body["next_cursor"]
            if not cursor:
                break
        assert len(found) == len(set(found))
        assert [slug for slug in found if slug in created] == created

    def test_without_a_limit_all_are_returned_as_in_production(self, admin, list_projects):
        admin.projects.create("One")
        body = list_projects().json()
        assert "next_cursor" not in body
        assert len(body["projects"]) == len(admin.projects.get_all().projects)

    @pytest.mark.parametrize("query", [{"limit": 1001}, {"limit": -1}, {"limit": "many"}, {"cursor": "nonsense"}])
    def test_invalid_page_is_refused(self, list_projects, query):
        response = list_projects(**query)
        assert (response.status_code, response.json()["error_type"]) == (400, "bad_request")
