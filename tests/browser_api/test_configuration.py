"""The SDK configuration: what it turns off is refused, the bootstrap shows it, and how it is set."""

import pytest

from mockstytch.client.transport import MockError
from tests.browser_api.browser_project import CALLS, path_and_rest
from tests.browser_api.sdk_client import data_of
from tests.management.stories import B2B_CONFIG
from tests.support.errors import error_of

FEATURES = sorted({call.sdk.feature for call in CALLS.values()} - {""})
BASIC = ["basic.enabled", "basic.enable_member_permissions"]


@pytest.fixture
def config(mock):
    """Change parts of the SDK configuration: ``config(passwords={"enabled": False})``."""

    def call(**groups):
        return mock.configure(b2b_sdk_config=groups)["b2b_sdk_config"]

    return call


@pytest.fixture
def bootstrap(sdk, mock):
    """Return the response of the SDK's first call."""
    return lambda **headers: data_of(sdk("GET", f"/projects/bootstrap/{mock.public_token}", **headers))


def turned_off(setting):
    group, name = setting.split(".")
    return {group: {name: False}}


# What is turned off


@pytest.mark.parametrize("feature", FEATURES)
def test_turned_off_product_is_refused_and_others_work(sdk, mock, config, failures, feature):
    config(**turned_off(feature))
    for name, call in CALLS.items():
        path, _ = path_and_rest(call, {"public_token": mock.public_token})
        response = sdk(call.sdk.method, path, {})
        if call.sdk.feature == feature:
            if error_of(response) != (401, "endpoint_not_authorized_for_sdk"):
                failures.append(f"{name}: {response.text}")
            assert mock.requests()[-1].because == f"{feature} is off in the SDK configuration"
        elif "endpoint_not_authorized" in response.text:
            failures.append(f"{name}: {response.text}")


def test_everything_is_refused_if_the_sdks_are_turned_off(sdk, mock, config, failures):
    config(**turned_off("basic.enabled"))
    for name, call in CALLS.items():
        path, _ = path_and_rest(call, {"public_token": mock.public_token})
        if failures.expect_error(name, sdk(call.sdk.method, path, {})) != "endpoint_not_authorized_for_sdk":
            failures.append(name)
    assert mock.client().organizations.search().organizations == []  # the backend isn't affected


def test_every_product_can_be_turned_off():
    assert {feature.split(".")[0] for feature in FEATURES} == {
        *("basic", "magic_links", "oauth", "otps", "passwords", "sso", "totps", "user_impersonation"),
    }


def test_new_project_allows_everything(sdk, mock):
    config = mock.call("GET", "/project")["b2b_sdk_config"]
    for feature in [*FEATURES, *BASIC]:
        group, name = feature.split(".")
        assert config[group][name] is True
    assert config["cookies"] == {"http_only": "DISABLED"}
    assert config["basic"]["domains"] == []


# Bootstrap


def test_bootstrap_of_a_new_project(mock, bootstrap):
    data = bootstrap()
    assert data.pop("rbac_policy")["roles"][0]["role_id"] == "stytch_member"
    del data["request_id"], data["status_code"]
    assert data == {
        "project_name": mock.call("GET", "/project")["name"],
        "vertical": "B2B",
        "disable_sdk_watermark": True,
        "cname_domain": None,
        "email_domains": ["stytch.com"],
        "captcha_settings": {"enabled": False},
        "dfp_protected_auth_enabled": False,
        "dfp_protected_auth_mode": None,
        "pkce_required_for_email_magic_links": False,
        "pkce_required_for_password_resets": False,
        "pkce_required_for_oauth": False,
        "pkce_required_for_sso": False,
        "slug_pattern": None,
        "create_organization_enabled": True,
        "password_config": None,
        "siwe_required_for_crypto_wallets": False,
    }


@pytest.mark.parametrize(
    ("setting", "name"),
    [
        ("magic_links.pkce_required", "pkce_required_for_email_magic_links"),
        ("passwords.pkce_required_for_password_resets", "pkce_required_for_password_resets"),
        ("oauth.pkce_required", "pkce_required_for_oauth"),
        ("sso.pkce_required", "pkce_required_for_sso"),
    ],
)
def test_bootstrap_says_where_pkce_is_required(config, bootstrap, setting, name):
    group, flag = setting.split(".")
    config(**{group: {flag: True}})
    data = bootstrap()
    assert [key for key in data if key.startswith("pkce_") and data[key]] == [name]


def test_bootstrap_says_whether_organizations_can_be_created(config, bootstrap):
    config(basic={"allow_self_onboarding": False})
    assert bootstrap()["create_organization_enabled"] is False


def test_bootstrap_has_the_rules_for_passwords(mock, bootstrap):
    mock.configure(password_policy={"validation_policy": "LUDS", "luds_min_password_length": 12})
    assert bootstrap()["password_config"] == {"luds_complexity": 3, "luds_minimum_count": 12}


def test_bootstrap_has_the_rbac_policy(mock, bootstrap):
    permissions = [{"resource_id": "stytch.member", "actions": ["search"]}]
    role = {"role_id": "editor", "description": "Edits.", "permissions": permissions}
    mock.configure(rbac_policy={"roles": [role]})
    policy = bootstrap()["rbac_policy"]
    assert role in policy["roles"]
    assert {"roles", "resources", "scopes"} == policy.keys()


def test_bootstrap_has_the_slug_pattern_of_the_page_s_domain(config, bootstrap):
    pattern = "https://{{slug}}.acme.test"
    config(
        basic={
            "domains": [{"domain": "https://www.acme.test"}, {"domain": "https://*.acme.test", "slug_pattern": pattern}]
        }
    )
    assert bootstrap(origin="https://globex.acme.test")["slug_pattern"] == pattern
    assert bootstrap(origin="https://www.acme.test")["slug_pattern"] is None


def test_bootstrap_with_another_public_token_in_the_path_is_refused(sdk, mockstytch_server):
    other = mockstytch_server.project()
    other.call("GET", "/project")
    assert sdk.refused("GET", f"/projects/bootstrap/{other.public_token}") == "unauthorized_credentials"
    assert sdk.refused("GET", "/projects/bootstrap/x") == "unauthorized_credentials"


def test_further_public_token_works(sdk, mock, admin):
    public_token = admin.public_tokens.create(mock.project_id, "test").public_token.public_token
    path, credentials = f"/projects/bootstrap/{public_token}", sdk.credentials(public_token)
    assert data_of(sdk("GET", path, authorization=credentials))["vertical"] == "B2B"
    admin.public_tokens.delete(mock.project_id, "test", public_token)
    assert error_of(sdk("GET", path, authorization=credentials)) == (404, "public_token_not_found")


# The lifetime of sessions

WITH_DURATION = {
    name: call
    for name, call in CALLS.items()
    if "session_duration_minutes" in call.endpoint.request.__struct_fields__ and call.sdk.path != "/b2b/sessions/revoke"
}


@pytest.mark.parametrize("call", WITH_DURATION.values(), ids=list(WITH_DURATION))
def test_session_can_not_be_longer_than_the_maximum(project, call):
    project.given.mock.configure(b2b_sdk_config={"sessions": {"max_session_duration_minutes": 90}})
    fields, token = project.request(call)
    response = project.send(call, {**fields, "session_duration_minutes": 91}, token)
    assert error_of(response) == (400, "invalid_session_duration")
    data_of(project.send(call, {**fields, "session_duration_minutes": 90}, token))


# How it is set


def test_parts_that_are_left_out_stay(config):
    config(passwords={"enabled": False}, basic={"bundle_ids": ["test.acme.app"]})
    found = config(basic={"domains": [{"domain": "https://acme.test"}]})
    assert found["passwords"] == {"enabled": False, "pkce_required_for_password_resets": False}
    assert found["basic"] == {
        "enabled": True,
        "allow_self_onboarding": True,
        "enable_member_permissions": True,
        "domains": [{"domain": "https://acme.test", "slug_pattern": ""}],
        "bundle_ids": ["test.acme.app"],
    }
    assert config(**found) == found  # what was read can be set


@pytest.mark.parametrize(
    ("groups", "error_type"),
    [
        ({"pasword": {"enabled": True}}, "bad_request"),
        ({"passwords": {"enable": True}}, "bad_request"),
        ({"passwords": {"enabled": "no"}}, "bad_request"),
        ({"passwords": []}, "bad_request"),
        ({"passwords": None}, "bad_request"),
        ({"cookies": {"http_only": "SOMETIMES"}}, "bad_request"),
        ({"basic": {"domains": ["https://acme.test"]}}, "bad_request"),
        ({"basic": {"domains": [{"domain": 7}]}}, "bad_request"),
        ({"basic": {"domains": [{"domain": "https://a.test", "slug_pattern": "https://a.test"}]}}, "invalid_domain"),
        ({"sessions": {"max_session_duration_minutes": 4}}, "invalid_session_duration_minutes"),
        ({"sessions": {"max_session_duration_minutes": 527041}}, "invalid_session_duration_minutes"),
    ],
)
def test_invalid_configuration_is_refused(mock, config, groups, error_type):
    before = mock.call("GET", "/project")
    with pytest.raises(MockError) as caught:
        config(**groups)
    assert caught.value.error_type == error_type
    assert mock.call("GET", "/project") == before


@pytest.mark.parametrize("value", [None, [], "x", 7])
def test_configuration_must_be_an_object(mock, value):
    for setting in ("b2b_sdk_config", "consumer_sdk_config"):
        with pytest.raises(MockError, match="Expected `object`"):
            mock.configure(**{setting: value})


def test_unknown_part_is_named(mock, config):
    with pytest.raises(MockError, match=r"unknown part of b2b_sdk_config: passwords\.enable"):
        config(passwords={"enable": True})


def test_configuration_of_the_management_api_takes_effect_at_once(sdk, mock, admin):
    mock.call("GET", "/project")
    path = f"/projects/bootstrap/{mock.public_token}"
    assert sdk.data("GET", path)["create_organization_enabled"] is True
    admin.sdk.set_b2_b_config(mock.project_id, "test", {"basic": {"enabled": True}})
    assert sdk.data("GET", path)["create_organization_enabled"] is False
    assert sdk.refused("POST", "/b2b/passwords/strength_check", {"password": "x"}) == "endpoint_not_authorized_for_sdk"
    admin.sdk.set_b2_b_config(mock.project_id, "test", {"basic": {"enabled": True}, "passwords": {"enabled": True}})
    assert sdk.data("POST", "/b2b/passwords/strength_check", {"password": "x"})["valid_password"] is False


def test_whole_configuration_can_be_set_in_both_ways(mock, admin, config):
    mock.call("GET", "/project")
    assert config(**B2B_CONFIG) == B2B_CONFIG
    assert admin.sdk.get_b2_b_config(mock.project_id, "test").config.model_dump() == B2B_CONFIG


# The page for phone numbers


def test_page_in_the_iframe_can_be_used_by_every_page(sdk):
    response = sdk.http.get(f"{sdk.mock.url}/clientside-services/index.html")
    assert response.headers["content-type"].startswith("text/html")
    assert "frame-ancestors *" in response.headers["content-security-policy"]
    assert "x-frame-options" not in response.headers
