"""Projects and environments: made, used by the main SDK, changed, deleted."""

import httpx
import pytest
import stytch
from stytch.core.response_base import StytchError

from mockstytch import MockStytch
from tests.support.given import Given


def test_a_project_that_is_set_up_is_used_at_once(mock, admin, make, enter):
    """As an app does it in a suite: everything by the management API, then the main SDK."""
    place = make()
    admin.redirect_urls.create(*place, "https://acme.example/in", [{"type": "LOGIN", "is_default": False}])
    admin.rbac_policy.set(
        *place,
        custom_resources=[{"resource_id": "documents", "description": "", "available_actions": ["read"]}],
        custom_roles=[
            {
                "role_id": "reader",
                "description": "",
                "permissions": [{"resource_id": "documents", "actions": ["read"]}],
            }
        ],
    )
    client = enter(place)
    acme = client.organizations.create("Acme", organization_slug="acme").organization
    ada = client.organizations.members.create(acme.organization_id, "ada@acme.test", roles=["reader"]).member
    assert [role.role_id for role in ada.roles] == ["stytch_member", "reader"]
    client.magic_links.email.login_or_signup(
        acme.organization_id, "ada@acme.test", login_redirect_url="https://acme.example/in"
    )
    project_id = admin.environments.get(*place).environment.project_id
    inside = mock.project(project_id, admin.secrets.create(*place).secret.secret)
    token = inside.inbox.latest(to="ada@acme.test").token
    assert client.magic_links.authenticate(token).member.status == "active"
    metrics = admin.environments.get_metrics(*place).metrics
    assert (metrics.organization_count, metrics.member_count, metrics.user_count) == (1, 1, 0)


def test_on_a_closed_server_as_well():
    with MockStytch(closed=True) as mock:
        base = f"{mock.url}/pwa/v3/projects"
        with httpx.Client(auth=("key", "secret"), trust_env=False) as http:
            slug = http.post(base, json={"name": "Acme"}).json()["project"]["project_slug"]
            made = http.post(f"{base}/{slug}/environments", json={"name": "Test"}).json()["environment"]
            address = f"{base}/{slug}/environments/{made['environment_slug']}/secrets"
            secret = http.post(address).json()["secret"]["secret"]
        client = stytch.B2BClient(made["project_id"], secret, environment=f"{mock.url}/", suppress_warnings=True)
        assert client.debug.whoami().name == "Test"


def test_the_default_project_is_an_environment_from_the_start():
    with MockStytch() as mock:
        address = f"{mock.url}/pwa/v3/projects/{mock.project_id}/environments"
        (environment,) = httpx.get(address, auth=("key", "secret")).json()["environments"]
        assert (environment["environment_slug"], environment["project_id"]) == ("test", mock.project_id)


def test_the_default_project_stays():
    with MockStytch() as mock:
        for path in (mock.project_id, f"{mock.project_id}/environments/test"):
            answer = httpx.delete(f"{mock.url}/pwa/v3/projects/{path}", auth=("key", "secret"))
            assert (answer.status_code, answer.json()["error_type"]) == (400, "bad_request")
        assert mock.client().debug.whoami().project_id == mock.project_id


def test_a_project_of_the_server_is_one_with_an_environment(admin, place, mock):
    project = admin.projects.get(mock.project_id).project
    assert (project.project_slug, project.name, project.vertical) == (mock.project_id, "mockstytch", "B2B")
    assert project in admin.projects.get_all().projects
    environment = admin.environments.get(*place).environment
    assert (environment.project_id, environment.type) == (mock.project_id, "TEST")
    assert environment.oauth_callback_id == mock.project_id.replace("project", "oauth-callback")
    assert admin.environments.get_all(mock.project_id).environments == [environment]


def test_a_project_of_the_server_may_get_further_environments(admin, place, mock):
    before = admin.environments.get(*place).environment
    made = admin.environments.create(mock.project_id, "Staging").environment
    assert admin.environments.get_all(mock.project_id).environments == [before, made]
    admin.projects.update(mock.project_id, "Renamed")
    assert admin.projects.get(mock.project_id).project.name == "Renamed"
    assert mock.client().debug.whoami().name == "mockstytch"  # which is the environment's
    assert [p.project_slug for p in admin.projects.get_all().projects].count(mock.project_id) == 1
    admin.environments.delete(mock.project_id, made.environment_slug)
    assert admin.environments.get_all(mock.project_id).environments == [before]


def test_names_and_slugs_read_back(admin):
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


def test_slugs_are_made_of_names(admin, make):
    project_slug, environment_slug = make()
    assert project_slug.startswith("acme")
    assert environment_slug == "testing"
    again = admin.environments.create(project_slug, "Testing", environment_slug="").environment
    assert again.environment_slug.startswith("testing-")
    assert make()[0] != project_slug


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


def test_settings_read_back(admin, make):
    place = make()
    made = admin.environments.create(place[0], "x", **{k: v for k, v in SETTINGS.items() if k != "name"}).environment
    assert {name: getattr(made, name) for name in SETTINGS} == {**SETTINGS, "name": "x"}
    before = admin.environments.get(*place).environment
    changed = admin.environments.update(*place, use_custom_domain_in_magic_link_emails=True, **SETTINGS).environment
    assert changed == before.model_copy(update={**SETTINGS, "use_custom_domain_in_magic_link_emails": True})
    assert admin.environments.get(*place).environment == changed
    assert admin.environments.update(*place, user_lock_ttl=90).environment == changed.model_copy(
        update={"user_lock_ttl": 90}
    )


def test_they_are_the_control_apis_settings(admin, place, mock, settings):
    admin.environments.update(*place, **SETTINGS)
    shown = settings()
    assert shown["name"] == "New"
    assert shown["user_lock"] == {"enabled": True, "threshold": 3, "ttl_seconds": 60, "self_serve_enabled": True}
    assert shown["cross_org_passwords_enabled"] is True
    assert shown["zero_downtime_session_migration_url"] == "https://old.example/userinfo"
    mock.configure(user_impersonation_enabled=True, name="Back")
    environment = admin.environments.get(*place).environment
    assert (environment.user_impersonation_enabled, environment.name) == (True, "Back")


def test_the_lock_takes_effect(admin, place, given, refused):
    admin.environments.update(*place, user_lock_threshold=2)
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


def test_passwords_in_use_belong_where_they_are(admin, place, given, denied):
    acme = given.organization()
    given.client.passwords.migrate(
        organization_id=acme.organization_id,
        email_address="ada@acme.test",
        hash="5f4dcc3b5aa765d61d8327deb882cf99",
        hash_type="md_5",
    )
    toggle = admin.environments.update
    assert denied(toggle, *place, cross_org_passwords_enabled=True) == (
        400,
        "cannot_toggle_cross_org_passwords_when_password_in_use",
    )
    assert toggle(*place, cross_org_passwords_enabled=False).environment.cross_org_passwords_enabled is False


def test_a_deleted_environment_opens_no_more(admin, make, enter, denied, refused):
    place = make()
    client = enter(place)
    client.organizations.create("Acme")
    admin.environments.delete(*place)
    assert refused(client.debug.whoami) == "unauthorized_credentials"
    assert denied(admin.environments.get, *place) == (404, "project_not_found")
    assert denied(admin.environments.delete, *place) == (404, "project_not_found")
    assert admin.environments.get_all(place[0]).environments == []


def test_a_deleted_project_takes_its_environments_along(admin, make, enter, denied, refused):
    place = make()
    client = enter(place)
    admin.email_templates.create(place[0], "welcome", prebuilt_customization={"button_color": "#000000"})
    admin.projects.delete(place[0])
    assert refused(client.debug.whoami) == "unauthorized_credentials"
    for call in (admin.projects.get, admin.projects.delete, admin.environments.get_all, admin.email_templates.get_all):
        assert denied(call, place[0]) == (404, "project_not_found")
    admin.projects.create("Again", "B2B", place[0])
    assert admin.email_templates.get_all(place[0]).email_templates == []


def test_a_project_of_the_server_can_be_deleted(admin, mock, denied, refused, http):
    project = mock.project()
    client = project.client()
    client.debug.whoami()
    admin.projects.delete(project.project_id)
    assert refused(client.debug.whoami) == "unauthorized_credentials"
    assert denied(admin.projects.get, project.project_id) == (404, "project_not_found")
    other = mock.project()
    other.client().debug.whoami()
    admin.environments.delete(other.project_id, "test")
    assert admin.projects.get(other.project_id).project.project_slug == other.project_id
    assert admin.environments.get_all(other.project_id).environments == []
    admin.projects.delete(other.project_id)


def test_a_live_environment_holds_settings_and_opens_nothing(admin, make, enter, refused, denied):
    place = make(type="LIVE")
    environment = admin.environments.get(*place).environment
    assert (environment.type, environment.project_id[:13]) == ("LIVE", "project-live-")
    assert admin.redirect_urls.get_all(*place).redirect_urls == []
    secret = admin.secrets.create(*place).secret
    assert secret.secret.startswith("secret-live-")
    assert admin.public_tokens.get_all(*place).public_tokens[0].public_token.startswith("public-token-live-")
    assert denied(admin.environments.create, place[0], "Second", "LIVE") == (400, "bad_request")
    with pytest.raises(Exception, match="wrong_stack_live"):
        enter(place).debug.whoami()


def test_a_consumer_environment_serves_no_b2b(admin, make, enter):
    client = enter(make("CONSUMER"))
    with pytest.raises(StytchError) as caught:
        client.debug.whoami()
    assert caught.value.details.error_type == "invalid_b2b_endpoint"


def test_what_is_taken_or_unknown(admin, make, denied):
    place = make()
    assert denied(admin.projects.create, "x", "B2B", place[0]) == (400, "bad_request")
    assert denied(admin.environments.create, place[0], "x", environment_slug=place[1]) == (400, "bad_request")
    assert denied(admin.projects.get, "nope") == (404, "project_not_found")
    assert denied(admin.projects.update, "nope", "x") == (404, "project_not_found")
    assert denied(admin.environments.create, "nope", "x") == (404, "project_not_found")
    assert denied(admin.environments.get_all, "nope") == (404, "project_not_found")
    assert denied(admin.environments.get, place[0], "nope") == (404, "project_not_found")
    assert denied(admin.secrets.create, "nope", "test") == (404, "project_not_found")


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
    ],
)
def test_settings_that_are_none(admin, place, make, denied, change, error_type):
    assert denied(admin.environments.update, *place, **change) == (400, error_type)
    assert denied(admin.environments.create, make()[0], **{"name": "x", **change}) == (400, error_type)


@pytest.mark.parametrize("slug", ["A", "a b", "-a", "a-", "a/b", "é", "a" * 129, "project-test-" + "0" * 36])
def test_slugs_that_are_none(admin, place, denied, slug):
    assert denied(admin.projects.create, "x", "B2B", slug) == (400, "bad_request")
    assert denied(admin.environments.create, place[0], "x", environment_slug=slug) == (400, "bad_request")


def test_reset_leaves_what_management_made(mock, admin, make, enter):
    place = make()
    client = enter(place)
    client.organizations.create("Acme")
    project_id = admin.environments.get(*place).environment.project_id
    secret = admin.secrets.create(*place).secret.secret
    admin.environments.update(*place, user_lock_ttl=90)
    mock.project(project_id, secret).reset()
    assert client.organizations.search().results_metadata.total == 0
    assert admin.environments.get(*place).environment.user_lock_ttl == 3600
    assert Given(mock, client).organization().organization_name


def test_what_is_deleted_is_nowhere_any_more(mock, admin):
    gone = mock.project()
    gone.client().debug.whoami()
    admin.projects.delete(gone.project_id)
    asked = {"public_token": gone.public_token}
    start = httpx.get(f"{mock.url}/v1/b2b/public/oauth/google/discovery/start", params=asked)
    assert start.json()["error_type"] == "public_token_not_found"
    callback = httpx.get(f"{mock.url}/v1/b2b/oauth/callback/{gone.project_id.replace('project', 'oauth-callback', 1)}")
    assert callback.json()["error_type"] == "oauth_invalid_callback_request"
    shown = httpx.get(f"{mock.url}/_mock/api/project", params={"project_id": gone.project_id})
    assert shown.json()["error_type"] == "project_not_found"
    assert gone.project_id not in httpx.get(f"{mock.url}/_mock/").text


def test_its_keys_are_gone_on_a_closed_server():
    with MockStytch(closed=True) as mock:
        base = f"{mock.url}/pwa/v3/projects/{mock.project_id}/environments"
        with httpx.Client(auth=("key", "secret"), trust_env=False) as http:
            made = http.post(base, json={"name": "Staging"}).json()["environment"]
            keys = f"{mock.url}/v1/b2b/sessions/jwks/{made['project_id']}"
            assert http.get(keys).status_code == 200
            http.delete(f"{base}/{made['environment_slug']}")
            assert http.get(keys).json()["error_type"] == "project_not_found"


def test_why_it_was_refused():
    with MockStytch() as mock:
        base = f"{mock.url}/pwa/v3/projects"
        with httpx.Client(auth=("key", "secret"), trust_env=False) as http:
            for _ in range(2):
                http.post(base, json={"name": "Acme", "project_slug": "acme"})
            assert mock.requests()[-1]["because"] == "the slug acme is taken"
            http.get(f"{base}/{mock.project_id}/environments/test/redirect_urls", params={"url": ""})
            assert mock.requests()[-1]["because"] == "url: '' is not accepted"


def test_all_of_it_stays_in_a_file(tmp_path):
    database = str(tmp_path / "mock.sqlite")
    with MockStytch(database=database) as mock, httpx.Client(auth=("key", "secret"), trust_env=False) as http:
        base = f"{mock.url}/pwa/v3/projects"
        http.post(base, json={"name": "Acme", "project_slug": "acme"})
        made = http.post(f"{base}/acme/environments", json={"name": "Test", "environment_slug": "test"}).json()
        secret = http.post(f"{base}/acme/environments/test/secrets").json()["secret"]["secret"]
        http.put(f"{base}/acme/environments/test/sdk/b2b", json={"config": {"basic": {"enabled": True}}})
        config = http.get(f"{base}/acme/environments/test/sdk/b2b").json()["config"]
    with MockStytch(database=database) as mock, httpx.Client(auth=("key", "secret"), trust_env=False) as http:
        address = f"{mock.url}/pwa/v3/projects/acme/environments"
        assert http.get(address).json()["environments"] == [made["environment"]]
        assert http.get(f"{address}/test/sdk/b2b").json()["config"] == config
        whoami = httpx.get(f"{mock.url}/v1/debug/whoami", auth=(made["environment"]["project_id"], secret))
        assert whoami.json()["name"] == "Test"
