"""Settings of an environment: passwords, countries, RBAC, SDK configurations and event log destinations."""

import pytest

from tests.management.stories import B2B_CONFIG, CONSUMER_CONFIG, DATADOG, LOKI, POLICY


def test_password_policy_is_stored_and_takes_effect(admin, slugs, client, settings):
    config = admin.password_strength_config.get(*slugs).password_strength_config
    assert (config.validation_policy, config.luds_min_password_length) == ("ZXCVBN", None)
    expected = {
        "check_breach_on_creation": False,
        "check_breach_on_authentication": False,
        "validate_on_authentication": True,
        "validation_policy": "LUDS",
        "luds_min_password_length": 20,
        "luds_min_password_complexity": 1,
    }
    config = admin.password_strength_config.set(*slugs, **expected).password_strength_config
    assert config.model_dump() == expected
    assert admin.password_strength_config.get(*slugs).password_strength_config == config
    assert settings()["password_policy"] == {**expected, "breached_passwords": []}
    assert client.passwords.strength_check("correct horse").valid_password is False
    assert client.passwords.strength_check("correct horse battery staple").valid_password is True


@pytest.mark.parametrize(
    ("length", "complexity", "error_type"),
    [
        (7, 3, "invalid_password_strength_luds_length"),
        (33, 3, "invalid_password_strength_luds_length"),
        (8, 0, "invalid_password_strength_luds_complexity"),
        (8, 5, "invalid_password_strength_luds_complexity"),
    ],
)
def test_invalid_password_policy_is_refused(admin, slugs, management_error, length, complexity, error_type):
    change = admin.password_strength_config.set
    assert management_error(change, *slugs, True, True, True, "LUDS", length, complexity) == (400, error_type)


def test_country_codes_are_stored_and_take_effect(admin, slugs, given, refused, settings):
    codes = admin.country_code_allowlist
    assert codes.get_allowed_sms_country_codes(*slugs).country_codes == ["CA", "US"]
    assert codes.set_allowed_sms_country_codes(*slugs, ["de", "AT", "de"]).country_codes == ["DE", "AT"]
    assert codes.get_allowed_sms_country_codes(*slugs).country_codes == ["DE", "AT"]
    assert settings()["sms_country_codes"] == ["DE", "AT"]
    ada = given.member(given.organization())
    ids = {"organization_id": ada.organization_id, "member_id": ada.member_id}
    send = given.client.otps.sms.send
    assert refused(send, **ids, mfa_phone_number="+14155550123") == "invalid_phone_number_country_code"
    assert send(**ids, mfa_phone_number="+4915112345678").status_code == 200


def test_invalid_country_codes_are_refused(admin, slugs, create_environment, management_error):
    codes = admin.country_code_allowlist
    change = codes.set_allowed_sms_country_codes
    assert management_error(change, *slugs, []) == (400, "country_code_allowlist_empty")
    assert management_error(change, *slugs, ["US", "XX"]) == (400, "country_code_allowlist_invalid_country_codes")
    unsupported = (400, "country_code_allowlist_b2b_whatsapp_not_supported")
    assert management_error(codes.get_allowed_whatsapp_country_codes, *slugs) == unsupported
    assert management_error(codes.set_allowed_whatsapp_country_codes, *slugs, ["US"]) == unsupported
    consumer = create_environment("CONSUMER")
    assert codes.get_allowed_whatsapp_country_codes(*consumer).country_codes == ["CA", "US"]
    change = codes.set_allowed_whatsapp_country_codes
    assert management_error(change, *consumer, []) == (400, "country_code_allowlist_empty")
    assert management_error(change, *consumer, ["XX"]) == (400, "country_code_allowlist_invalid_country_codes")
    change(*consumer, ["BR"])
    assert codes.get_allowed_whatsapp_country_codes(*consumer).country_codes == ["BR"]


def test_rbac_policy_is_stored_and_takes_effect(admin, slugs, client):
    policy = admin.rbac_policy.get(*slugs).policy
    assert policy.stytch_member.permissions[0].resource_id == "stytch.self"
    assert policy.stytch_user is None
    assert (policy.custom_roles, policy.custom_resources, policy.custom_scopes) == ([], [], [])
    member = {
        "permissions": [
            {"resource_id": "stytch.self", "actions": ["*"]},
            {"resource_id": "documents", "actions": ["read"]},
        ]
    }
    updated = admin.rbac_policy.set(*slugs, stytch_member=member, **POLICY).policy
    assert updated.model_dump(include=POLICY.keys()) == POLICY
    assert updated.stytch_member.model_dump() == member
    assert updated.stytch_admin == policy.stytch_admin
    assert admin.rbac_policy.get(*slugs).policy == updated
    assert admin.rbac_policy.set(*slugs, stytch_member=member, **POLICY).policy == updated
    roles = {role.role_id: role for role in client.rbac.policy().policy.roles}
    assert [p.resource_id for p in roles["stytch_member"].permissions] == ["stytch.self", "documents"]
    assert roles["stytch_member"].description
    assert admin.rbac_policy.set(*slugs).policy == policy


def test_invalid_rbac_policy_is_refused(admin, slugs, create_environment, management_error):
    change = admin.rbac_policy.set
    role = {"role_id": "editor", "description": "", "permissions": [{"resource_id": "nothing", "actions": ["read"]}]}
    assert management_error(change, *slugs, custom_roles=[role]) == (400, "invalid_permission_resource")
    granting = {"permissions": []}
    assert management_error(change, *slugs, stytch_user=granting) == (400, "invalid_role_for_vertical")
    consumer = create_environment("CONSUMER")
    assert management_error(change, *consumer, stytch_admin=granting) == (400, "invalid_role_for_vertical")
    user = {"permissions": [{"resource_id": "documents", "actions": ["read"]}]}
    policy = change(*consumer, stytch_user=user, **POLICY).policy
    assert (policy.stytch_user.model_dump(), policy.stytch_member, policy.stytch_admin) == (user, None, None)
    assert admin.rbac_policy.get(*consumer).policy == policy


def test_sdk_configuration_is_stored(admin, slugs, create_environment, settings):
    assert admin.sdk.get_b2_b_config(*slugs).config.basic.enabled is True
    assert admin.sdk.set_b2_b_config(*slugs, B2B_CONFIG).config.model_dump() == B2B_CONFIG
    assert admin.sdk.get_b2_b_config(*slugs).config.model_dump() == B2B_CONFIG
    assert settings()["b2b_sdk_config"] == B2B_CONFIG
    consumer = create_environment("CONSUMER")
    assert admin.sdk.get_consumer_config(*consumer).config.basic.enabled is True
    assert admin.sdk.set_consumer_config(*consumer, CONSUMER_CONFIG).config.model_dump() == CONSUMER_CONFIG
    assert admin.sdk.get_consumer_config(*consumer).config.model_dump() == CONSUMER_CONFIG


def test_missing_sdk_setting_is_off(admin, slugs):
    config = admin.sdk.set_b2_b_config(*slugs, {"basic": {"enabled": True}}).config
    assert config.basic.enabled is True
    assert (config.basic.allow_self_onboarding, config.magic_links.enabled, config.otps.sms_enabled) == (False,) * 3
    assert admin.sdk.set_b2_b_config(*slugs).config == config


def test_invalid_sdk_configuration_is_refused(admin, slugs, create_environment, management_error):
    change, consumer = admin.sdk.set_b2_b_config, create_environment("CONSUMER")
    wrong = (400, "bad_vertical_for_stytch_sdk")
    assert management_error(admin.sdk.get_consumer_config, *slugs) == wrong
    assert management_error(admin.sdk.set_consumer_config, *slugs, {}) == wrong
    assert management_error(admin.sdk.get_b2_b_config, *consumer) == wrong
    assert management_error(change, *consumer, {}) == wrong
    domains = [{"domain": "acme.example", "slug_pattern": "https://acme.example"}]
    assert management_error(change, *slugs, {"basic": {"domains": domains}}) == (400, "invalid_domain")
    for minutes in (4, 527041):
        sessions = {"sessions": {"max_session_duration_minutes": minutes}}
        assert management_error(change, *slugs, sessions) == (400, "invalid_session_duration_minutes")
        assert management_error(admin.sdk.set_consumer_config, *consumer, sessions) == (
            400,
            "invalid_session_duration_minutes",
        )
    assert management_error(change, *slugs, {"cookies": {"http_only": "SOMETIMES"}}) == (400, "bad_request")


def test_event_log_destination_is_created_changed_and_deleted(admin, slugs, management_error):
    streaming = admin.event_log_streaming  # two destinations: the tests turn the limit off
    created = streaming.create(*slugs, "DATADOG", DATADOG).event_log_streaming_config
    assert created.streaming_status == "DISABLED"
    assert created.destination_config.model_dump() == {**DATADOG, "grafana_loki": None}
    streaming.enable(*slugs, "DATADOG")
    fetched = streaming.get(*slugs, "DATADOG").event_log_streaming_config
    assert (fetched.streaming_status, fetched.destination_config.datadog.api_key_last_four) == ("ACTIVE", "cdef")
    streaming.create(*slugs, "GRAFANA_LOKI", LOKI)
    streaming.update(*slugs, "DATADOG", {"datadog": {"api_key": "f" * 32, "site": "US"}})
    fetched = streaming.get(*slugs, "DATADOG").event_log_streaming_config
    assert (fetched.streaming_status, fetched.destination_config.datadog.site) == ("ACTIVE", "US")
    streaming.disable(*slugs, "DATADOG")
    assert streaming.get(*slugs, "DATADOG").event_log_streaming_config.streaming_status == "DISABLED"
    loki = streaming.get(*slugs, "GRAFANA_LOKI").event_log_streaming_config.destination_config.grafana_loki
    assert (loki.hostname, loki.username, loki.password_last_four) == ("logs.example", "1", "1234")
    assert management_error(streaming.create, *slugs, "DATADOG", DATADOG) == (
        400,
        "event_log_streaming_too_many_destinations",
    )
    streaming.delete(*slugs, "DATADOG")
    for call in (streaming.get, streaming.delete, streaming.enable, streaming.disable):
        assert management_error(call, *slugs, "DATADOG") == (404, "event_log_streaming_not_found")
    assert management_error(streaming.update, *slugs, "DATADOG", DATADOG) == (404, "event_log_streaming_not_found")


@pytest.mark.parametrize(
    ("destination", "config", "error_type"),
    [
        ("SPLUNK", {}, "event_log_streaming_invalid_destination_type"),
        ("DATADOG", {}, "event_log_streaming_bad_datadog_config"),
        ("DATADOG", LOKI, "event_log_streaming_bad_datadog_config"),
        ("DATADOG", {"datadog": {"api_key": "x" * 32, "site": "US"}}, "event_log_streaming_bad_datadog_config"),
        ("DATADOG", {"datadog": {"api_key": "f" * 32, "site": "MARS"}}, "event_log_streaming_bad_datadog_config"),
        ("GRAFANA_LOKI", DATADOG, "event_log_streaming_bad_grafana_loki_config"),
        ("GRAFANA_LOKI", {"grafana_loki": {"hostname": "x"}}, "event_log_streaming_bad_grafana_loki_config"),
    ],
)
def test_invalid_event_log_destination_is_refused(admin, slugs, management_error, destination, config, error_type):
    streaming = admin.event_log_streaming
    assert management_error(streaming.create, *slugs, destination, config) == (400, error_type)
    if destination == "SPLUNK":
        for call in (streaming.get, streaming.delete, streaming.enable, streaming.disable):
            assert management_error(call, *slugs, destination) == (400, error_type)
    else:
        streaming.create(*slugs, destination, {"DATADOG": DATADOG, "GRAFANA_LOKI": LOKI}[destination])
    assert management_error(streaming.update, *slugs, destination, config) == (400, error_type)
