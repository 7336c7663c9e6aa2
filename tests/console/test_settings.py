"""The settings editor: every setting is shown, changed by the API, and can be returned to its default."""

import re
from html import unescape

import httpx
import pytest

from mockstytch.console.settings import tabs
from mockstytch.descriptions import described
from mockstytch.store.records.projects import ProjectSettings
from tests.support.html_forms import Forms, submit

TABS = list(tabs.TABS)


def path(tab):
    return f"/_mock/settings/{tab}"


def settings(mock):
    return mock.call("GET", "/project")


@pytest.fixture(autouse=True)
def project(given):
    """The project exists: pages of unknown projects show nothing."""
    return given.organization()


def test_each_setting_is_on_one_tab():
    shown = [
        name.partition(".")[0]
        for vertical in ("B2B", "CONSUMER")
        for tab in tabs.TABS
        for group in tabs.groups(tab, vertical)
        if vertical == "B2B" or tab == "sdk"
        for name in group.settings
        if not name.endswith("_sdk_config")
    ]
    parts = [name for name in shown if name.endswith("_sdk_config")]
    others = [name for name in shown if not name.endswith("_sdk_config")] + list(tabs.ELSEWHERE)
    assert sorted([*others, *set(parts)]) == sorted(ProjectSettings.__struct_fields__)


@pytest.mark.parametrize("tab", TABS)
def test_tab_shows_its_settings_with_description_and_default(visitor, tab):
    text = unescape(visitor.get(path(tab)).text)
    for group in tabs.groups(tab, "B2B"):
        assert f'id="{group.id}"' in text
        for name in group.settings:
            description = described(ProjectSettings)[1].get(name, "")
            assert description.partition("`")[0][1:] in text
    assert "changed</span>" not in text


def test_unknown_tab_is_not_found(visitor):
    assert visitor.get("/_mock/settings/nope").status_code == 404
    assert visitor.get("/_mock/settings").status_code == 200


def test_simple_settings_are_changed_and_returned_to_their_defaults(visitor, mock):
    sent = submit(visitor, path("logins"), "edit-lifetimes", intermediate_session_minutes="30")
    assert sent.status_code == 303
    assert settings(mock)["intermediate_session_minutes"] == 30
    text = visitor.get(path("logins")).text
    assert text.count("changed</span>") == 1
    assert 'form="default-intermediate_session_minutes"' in text
    submit(visitor, path("logins"), "default-intermediate_session_minutes")
    assert settings(mock)["intermediate_session_minutes"] == 10
    assert "changed</span>" not in visitor.get(path("logins")).text


def test_box_turns_a_setting_off_and_on(visitor, mock):
    submit(visitor, path("logins"), "edit-other", user_impersonation_enabled=None)
    assert settings(mock)["user_impersonation_enabled"] is False
    submit(visitor, path("logins"), "edit-other", user_impersonation_enabled="on")
    assert settings(mock)["user_impersonation_enabled"] is True


def test_parts_of_an_object_are_changed_without_the_others(visitor, mock):
    submit(visitor, path("logins"), "edit-passwords", **{"password_policy.check_breach_on_creation": None})
    submit(visitor, path("logins"), "edit-passwords", **{"password_policy.validation_policy": "LUDS"})
    policy = settings(mock)["password_policy"]
    assert (policy["check_breach_on_creation"], policy["validation_policy"]) == (False, "LUDS")
    assert policy["check_breach_on_authentication"] is True
    submit(visitor, path("logins"), "default-password_policy")
    assert settings(mock)["password_policy"]["validation_policy"] == "ZXCVBN"
    assert settings(mock)["password_policy"]["check_breach_on_creation"] is True


def test_wrong_value_shows_its_error_beside_the_field(visitor, mock):
    sent = submit(visitor, path("logins"), "edit-lock", **{"user_lock.threshold": "many"})
    assert sent.status_code == 400
    assert re.search(r'id="edit-lock-user_lock.threshold"[^>]*aria-invalid="true"[^>]*value="many"', sent.text)
    assert "user_lock.threshold isn&#39;t valid whole number" in sent.text
    sent = submit(visitor, path("clients"), "edit-oauth-server", idp_authorization_url="nope <b>")
    assert sent.text.count('aria-invalid="true"') == 1
    assert re.search(r'idp_authorization_url-help"><strong class="wrong">[^<]*isn', sent.text)


def test_empty_list_is_sent_as_null_if_null_is_the_default(visitor, mock):
    submit(visitor, path("messages"), "edit-e-mail", email_domains_without_billing="acme.example\nexample.com")
    assert settings(mock)["email_domains_without_billing"] == ["acme.example", "example.com"]
    submit(visitor, path("messages"), "edit-e-mail", email_domains_without_billing="")
    assert settings(mock)["email_domains_without_billing"] is None
    submit(visitor, path("messages"), "edit-sms", sms_country_codes="CA, DE")
    assert settings(mock)["sms_country_codes"] == ["CA", "DE"]


def test_sdk_configuration_is_changed_by_parts(visitor, mock):
    submit(visitor, path("sdk"), "edit-magic_links", **{"b2b_sdk_config.magic_links.pkce_required": "on"})
    domains = '[{"domain": "https://acme.example", "slug_pattern": ""}]'
    submit(visitor, path("sdk"), "edit-basic", **{"b2b_sdk_config.basic.domains": domains})
    config = settings(mock)["b2b_sdk_config"]
    assert config["magic_links"] == {"enabled": True, "pkce_required": True}
    assert config["basic"]["domains"][0]["domain"] == "https://acme.example"
    assert config["basic"]["enabled"] is True
    submit(visitor, path("sdk"), "default-b2b_sdk_config-basic")
    config = settings(mock)["b2b_sdk_config"]
    assert config["basic"]["domains"] == []
    assert config["magic_links"]["pkce_required"] is True


def test_consumer_project_has_its_own_sdk_configuration(visitor):
    names = {group.id for group in tabs.groups("sdk", "CONSUMER")}
    assert {"webauthn", "crypto_wallets"} <= names
    assert "sso" not in names


def test_name_secrets_and_public_tokens(visitor, mock):
    submit(visitor, path("project"), "edit-name", name="Shop <b>")
    assert settings(mock)["name"] == "Shop <b>"
    created = submit(visitor, path("project"), "create-secret")
    secret = re.search(r"secret-test-[\w-]{20,}&#34;|secret-test-[\w-]{30,}", created.text)
    assert created.status_code == 200
    assert secret
    assert visitor.get(path("project")).text.count('id="delete-secret-') == 2
    submit(visitor, path("project"), "delete-secret-2")
    submit(visitor, path("project"), "create-token")
    text = visitor.get(path("project")).text
    assert (text.count('id="delete-secret-'), text.count('id="delete-token-')) == (1, 2)
    submit(visitor, path("project"), "delete-token-1")
    refused = submit(visitor, path("project"), "delete-token-1")
    assert "unable_to_delete_last_public_token" in refused.text


def test_signing_keys_are_rotated(visitor):
    assert "kid" in submit(visitor, path("project"), "rotate-keys").text


def test_redirect_urls_are_added_changed_and_deleted(visitor, mock):
    page, url = path("redirect-urls"), "https://app.example/<b>"
    submit(visitor, page, "add-url", url=url, valid_types="LOGIN default\nSIGNUP")
    first, added = settings(mock)["registered_redirect_urls"]
    assert {"type": "LOGIN", "is_default": False} in first["types"]
    assert added["types"] == [{"type": "LOGIN", "is_default": True}, {"type": "SIGNUP", "is_default": False}]
    submit(visitor, page, "edit-url-2", valid_types="DISCOVERY")
    assert settings(mock)["registered_redirect_urls"][1]["types"] == [{"type": "DISCOVERY", "is_default": False}]
    refused = submit(visitor, page, "edit-url-2", valid_types="")
    assert "invalid_redirect_url_type" in refused.text
    submit(visitor, page, "delete-url-2")
    assert len(settings(mock)["registered_redirect_urls"]) == 1
    refused = submit(visitor, page, "add-url", url="javascript:alert(1)", valid_types="LOGIN")
    assert refused.status_code == 400
    submit(visitor, page, "default-registered_redirect_urls")
    assert all(use["is_default"] for use in settings(mock)["registered_redirect_urls"][0]["types"])


def test_roles_resources_and_scopes(visitor, mock):
    page = path("roles")
    assert submit(visitor, page, "add-resource", resource_id="documents", actions="read\nwrite").status_code == 303
    submit(visitor, page, "add-role", role_id="editor", description="Edits", permissions="documents\twrite")
    submit(visitor, page, "add-scope", scope="read:documents", permissions="documents\tread")
    policy = settings(mock)["rbac_policy"]
    assert policy["resources"] == [{"resource_id": "documents", "description": "", "actions": ["read", "write"]}]
    granted = [{"resource_id": "documents", "actions": ["write"]}]
    assert {"role_id": "editor", "description": "Edits", "permissions": granted} in policy["roles"]
    assert policy["scopes"][0]["scope"] == "read:documents"
    forms = Forms(visitor.get(page).text).forms
    [number] = [id[10:] for id, fields in forms.items() if id[:10] == "edit-role-" and ("role_id", "editor") in fields]
    submit(visitor, page, f"edit-role-{number}", permissions="documents\t*")
    roles = settings(mock)["rbac_policy"]["roles"]
    assert [r["permissions"] for r in roles if r["role_id"] == "editor"] == [
        [{"resource_id": "documents", "actions": ["*"]}]
    ]
    refused = submit(visitor, page, f"edit-role-{number}", role_id="stytch_own")
    assert "invalid_rbac_custom_role" in refused.text
    refused = submit(visitor, page, "delete-resource-1")
    assert refused.status_code == 400
    submit(visitor, page, f"delete-role-{number}")
    assert "editor" not in {r["role_id"] for r in settings(mock)["rbac_policy"]["roles"]}
    submit(visitor, page, "default-rbac_policy")
    assert settings(mock)["rbac_policy"]["resources"] == []


def test_default_role_gets_more_permissions(visitor, mock):
    page = path("roles")
    submit(visitor, page, "add-resource", resource_id="documents", actions="read")
    forms = Forms(visitor.get(page).text).forms
    [form_id] = [
        id for id, fields in forms.items() if id.startswith("edit-role") and ("role_id", "stytch_member") in fields
    ]
    sent = submit(visitor, page, form_id, permissions="documents\tread\nstytch.self\t*")
    assert sent.status_code == 303
    [role] = settings(mock)["rbac_policy"]["roles"]
    assert (role["role_id"], len(role["permissions"])) == ("stytch_member", 2)


HTML = {
    "custom_html_customization.subject": "Welcome to Acme",
    "custom_html_customization.html_content": '<p><a href="{{magic_link_url}}">Log in</a></p>',
    "custom_html_customization.plaintext_content": "{{magic_link_url}}",
}


def test_email_templates(visitor, mock, project, given, client):
    page = path("messages")
    assert submit(visitor, page, "add-template", template_id="welcome", name="Welcome", **HTML).status_code == 303
    preview = visitor.get("/_mock/settings/messages/welcome/preview")
    assert "token=example" in preview.text
    assert "sandbox" in preview.headers["content-security-policy"]
    submit(visitor, page, "default-template-1-welcome")
    given.member(project, "ada@acme.example")
    client.magic_links.email.login_or_signup(project.organization_id, "ada@acme.example", login_template_id="welcome")
    assert mock.inbox.latest(to="ada@acme.example").subject == "Welcome to Acme"
    submit(visitor, page, "edit-template-1", **HTML | {"custom_html_customization.subject": "Hello"})
    assert "Preview: Hello" in visitor.get(page).text
    refused = submit(visitor, page, "delete-template-1")
    assert "cannot_delete_default_email_template" in refused.text
    submit(visitor, page, "unset-template-welcome")
    submit(visitor, page, "delete-template-1")
    assert visitor.get("/_mock/settings/messages/welcome/preview").status_code == 404
    wrong = HTML | {"custom_html_customization.html_content": "<p>Hello</p>"}
    refused = submit(visitor, page, "add-template", template_id="other", **wrong)
    assert (refused.status_code, "{{magic_link_url}} is missing" in unescape(refused.text)) == (400, True)


def test_custom_claims_and_trusted_profiles(visitor, mock):
    page = path("tokens")
    submit(visitor, page, "jwt-session", template_content='{"role": {{ member.trusted_metadata.role }}}')
    assert settings(mock)["jwt_templates"][0]["template_type"] == "SESSION"
    refused = submit(visitor, page, "jwt-m2m", template_content="{{ nope }}")
    assert "jwt_template_invalid_tag" in refused.text
    fields = {
        "name": "Acme",
        "issuer": "https://acme.example",
        "audience": "app",
        "jwks_url": "https://acme.example/jwks",
    }
    submit(visitor, page, "add-profile", attribute_mapping="email = mail", **fields)
    [profile] = settings(mock)["trusted_token_profiles"]
    assert (profile["attribute_mapping"], profile["can_jit_provision"]) == ({"email": "mail"}, False)
    submit(visitor, page, "edit-profile-1", can_jit_provision="on", attribute_mapping="email = mail\nname = cn")
    [profile] = settings(mock)["trusted_token_profiles"]
    assert profile["can_jit_provision"] is True
    submit(visitor, page, "edit-profile-1", can_jit_provision=None)
    assert settings(mock)["trusted_token_profiles"][0]["can_jit_provision"] is False
    refused = submit(visitor, page, "add-profile", **fields | {"jwks_url": "nope"})
    assert "invalid_jwks_url" in refused.text
    refused = submit(visitor, page, "edit-profile-1", attribute_mapping="email")
    assert "list of lines with an = sign" in refused.text
    submit(visitor, page, "delete-profile-1")
    assert settings(mock)["trusted_token_profiles"] == []


def test_m2m_clients_and_connected_apps(visitor, client):
    page = path("clients")
    created = submit(visitor, page, "add-m2m", client_name="Worker", scopes="read:users")
    assert "client_secret&#34;" in created.text
    submit(visitor, page, "edit-m2m-1", scopes="read:users\nwrite:users", status="inactive")
    [found] = client.m2m.clients.search().m2m_clients
    assert (found.scopes, found.status) == (["read:users", "write:users"], "inactive")
    assert "next_client_secret&#34;" in submit(visitor, page, "m2m-rotate-1").text
    assert submit(visitor, page, "m2m-complete-1").status_code == 303
    submit(visitor, page, "delete-m2m-1")
    assert client.m2m.clients.search().m2m_clients == []
    fields = {"client_name": "Agent", "redirect_urls": "http://localhost:4000/callback"}
    created = submit(visitor, page, "add-app", client_type="third_party", **fields)
    assert "client_secret&#34;" in created.text
    submit(visitor, page, "edit-app-1", access_token_expiry_minutes="5")
    refused = submit(visitor, page, "edit-app-1", access_token_expiry_minutes="0")
    assert refused.text.count('aria-invalid="true"') == 1
    assert "next_client_secret&#34;" in submit(visitor, page, "connected_apps-rotate-1").text
    assert submit(visitor, page, "connected_apps-cancel-1").status_code == 303
    submit(visitor, page, "delete-app-1")
    assert "None yet. Create one for an OAuth client" in visitor.get(page).text


def test_rate_limits(visitor, mock):
    page = path("limits")
    submit(visitor, page, "add-limit", operation="organizations.create", requests="2", seconds="60")
    submit(visitor, page, "add-limit", operation="organizations.get", requests="1", seconds="1")
    assert set(settings(mock)["rate_limits"]) == {"organizations.create", "organizations.get"}
    submit(visitor, page, "delete-limit-1")
    assert list(settings(mock)["rate_limits"]) == ["organizations.get"]
    refused = submit(visitor, page, "add-limit", operation="organisations.get", requests="1", seconds="1")
    assert "Did you mean organizations" in refused.text
    assert re.search(r'id="add-limit-operation"[^>]*aria-invalid', refused.text)
    submit(visitor, page, "limits-production")
    assert settings(mock)["rate_limits"] == "production"
    submit(visitor, page, "limits-off")
    assert settings(mock)["rate_limits"] is None


@pytest.mark.parametrize(
    "fields",
    [
        "form/do=PATCH+/project&form/into=nope&a=1",
        "form/do=PATCH+/project&form/into=user_lock&a=1",
        "form/do=PATCH+/project&form/into=webhooks&form/item={&a=1",
        "form/do=PATCH+/project&form/into=webhooks&form/item=1&a=1",
        "form/do=PATCH+/project&form/into=rbac_policy.nope&a=1",
        "form/do=PATCH+/project&form/into=rate_limits&form/key=nope&a=1",
        "form/do=PATCH+/project&a=1&a.b=2",
        "form/do=PATCH+/project&a.0.b.c=2&a.0=3",
        "form/do=PATCH+/project&user_lock.threshold.nope=1",
        "form/do=secrets.delete&secret_id=nope",
        "form/do=redirect_urls.create&url=x&valid_types:url_types=NOPE",
        "form/do=email_templates.update&template_id=nope",
    ],
)
def test_form_that_makes_no_sense_is_refused(visitor, fields):
    assert visitor.post(path("project"), content=fields).status_code in (400, 404)


def test_project_of_the_management_api_has_its_own_defaults_and_slugs(mock, visitor, http):
    management = {"headers": {"Authorization": "Bearer key"}}
    created = http.post("/pwa/v3/projects", json={"name": "Shop", "vertical": "B2B"}, **management).json()["project"]
    slug = created["project_slug"]
    environments = f"/pwa/v3/projects/{slug}/environments"
    environment = http.post(environments, json={"name": "Test", "type": "TEST"}, **management).json()["environment"]
    params = {"project_id": environment["project_id"]}
    text = visitor.get(path("redirect-urls"), params=params).text
    assert "changed</span>" not in text
    [fields] = [fields for id, fields in Forms(text).forms.items() if id == "add-url"]
    pairs = [*(pair for pair in fields if pair[0] != "url"), ("url", "https://app.example/")]
    assert visitor.post(path("redirect-urls"), params=params, content=str(httpx.QueryParams(pairs))).status_code == 303
    assert "https://app.example/" in visitor.get(path("redirect-urls"), params=params).text


@pytest.mark.browser
def test_setting_is_changed_and_returned_to_its_default_in_a_browser(browse, mock):
    page = browse()
    page.goto(f"{mock.url}/_mock/?project_id={mock.project_id}")
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.get_by_role("link", name="Logins").click()
    page.get_by_role("link", name="Lifetimes").click()
    page.get_by_label("oauth_token_minutes").fill("20")
    page.locator("#edit-lifetimes").get_by_role("button", name="Save").click()
    page.locator("#lifetimes").get_by_text("changed").wait_for()
    assert settings(mock)["oauth_token_minutes"] == 20
    page.get_by_role("button", name="Back to the default").click()
    page.locator("#lifetimes").get_by_text("changed").wait_for(state="detached")
    assert settings(mock)["oauth_token_minutes"] == 10


@pytest.mark.browser
def test_role_is_added_in_a_browser(browse, mock):
    page = browse()
    page.goto(f"{mock.url}/_mock/settings/roles?project_id={mock.project_id}")
    page.get_by_text("Add a resource").click()
    page.get_by_label("Resource ID").fill("documents")
    page.get_by_label("Actions").fill("read\nwrite")
    page.locator("#add-resource").get_by_role("button", name="Add").click()
    page.get_by_text("Add a role").click()
    form = page.locator("#add-role")
    form.get_by_label("Role ID").fill("reader")
    form.get_by_role("group", name="documents").get_by_label("read").check()
    form.get_by_role("button", name="Add").click()
    page.get_by_role("columnheader", name="reader").wait_for()
    [role] = [r for r in settings(mock)["rbac_policy"]["roles"] if r["role_id"] == "reader"]
    assert role["permissions"] == [{"resource_id": "documents", "actions": ["read"]}]


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_tabs_fit_a_phone(browse, mock, scheme):
    page = browse(viewport={"width": 360, "height": 700}, color_scheme=scheme)
    for tab in TABS:
        page.goto(f"{mock.url}{path(tab)}?project_id={mock.project_id}")
        page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), tab
