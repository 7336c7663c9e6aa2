"""What an environment is set to reads back, and takes effect."""

import jwt
import pytest
from stytch.core.response_base import StytchError

from tests import outsider
from tests.management.stories import B2B_CONFIG, CONSUMER_CONFIG, DATADOG, LOKI, PEM, POLICY, World

HERE = "http://localhost:3000/authenticate"
TYPES = ["LOGIN", "SIGNUP", "INVITE", "RESET_PASSWORD", "DISCOVERY"]


def login(*defaults):
    return [{"type": "LOGIN", "is_default": True in defaults}]


def uses(listed, url):
    (found,) = [r for r in listed.redirect_urls if r.url == url]
    return {use.type.value: use.is_default for use in found.valid_types}


# Redirect URLs


def test_a_new_environment_has_one_url_for_everything(admin, make):
    (url,) = admin.redirect_urls.get_all(*make()).redirect_urls
    assert url.url == HERE
    assert [(use.type, use.is_default) for use in url.valid_types] == [(t, True) for t in TYPES]


def test_urls_read_back_in_order(admin, place):
    for number in (2, 1, 3):
        types = [{"type": t, "is_default": False} for t in ("SIGNUP", "LOGIN")]
        made = admin.redirect_urls.create(*place, f"https://acme.example/{number}?a={{}}", types).redirect_url
        assert admin.redirect_urls.get(*place, made.url).redirect_url == made
        assert [use.type for use in made.valid_types] == ["SIGNUP", "LOGIN"]
    urls = [r.url for r in admin.redirect_urls.get_all(*place).redirect_urls]
    assert urls == [HERE, *(f"https://acme.example/{number}?a={{}}" for number in (2, 1, 3))]


def test_a_url_that_is_there_gets_further_types(admin, place):
    admin.redirect_urls.create(*place, "https://a.example", login())
    made = admin.redirect_urls.create(*place, "https://a.example", [{"type": "INVITE", "is_default": False}])
    assert [use.type for use in made.redirect_url.valid_types] == ["LOGIN", "INVITE"]


def test_there_is_one_default_of_a_type(admin, place, mock, settings):
    admin.redirect_urls.create(*place, "https://a.example", login(True))
    listed = admin.redirect_urls.get_all(*place)
    assert uses(listed, "https://a.example") == {"LOGIN": True}
    assert uses(listed, HERE) == {t: t != "LOGIN" for t in TYPES}
    assert settings()["registered_redirect_urls"][1]["url"] == "https://a.example"


def test_the_first_of_a_type_becomes_its_default(admin, place):
    admin.redirect_urls.delete(*place, HERE)
    assert admin.redirect_urls.get_all(*place).redirect_urls == []
    for number, is_default in ((1, True), (2, False)):
        made = admin.redirect_urls.create(*place, f"https://{number}.example", login()).redirect_url
        assert made.valid_types[0].is_default is is_default
    made = admin.redirect_urls.update(*place, "https://1.example", [{"type": "INVITE", "is_default": False}])
    assert [(use.type, use.is_default) for use in made.redirect_url.valid_types] == [("INVITE", True)]


def test_unless_that_is_not_wanted(admin, place):
    admin.redirect_urls.delete(*place, HERE, do_not_promote_defaults=True)
    made = admin.redirect_urls.create(*place, "https://1.example", login(), do_not_promote_defaults=True).redirect_url
    assert made.valid_types[0].is_default is False
    made = admin.redirect_urls.update(*place, "https://1.example", login(), do_not_promote_defaults=True).redirect_url
    assert made.valid_types[0].is_default is False


def test_a_placeholder_is_never_promoted(admin, place):
    admin.redirect_urls.delete(*place, HERE)
    for url in ("https://1.example?next={}", "https://*.example"):
        assert admin.redirect_urls.create(*place, url, login()).redirect_url.valid_types[0].is_default is False


def test_a_deleted_default_has_an_heir(admin, place, denied):
    admin.redirect_urls.create(*place, "https://*.example", login())
    admin.redirect_urls.create(*place, "https://a.example", login())
    admin.redirect_urls.create(*place, "https://b.example", login())
    admin.redirect_urls.delete(*place, HERE)
    listed = admin.redirect_urls.get_all(*place)
    assert [uses(listed, f"https://{name}.example") for name in "*ab"] == [
        {"LOGIN": False},
        {"LOGIN": True},
        {"LOGIN": False},
    ]
    admin.redirect_urls.delete(*place, "https://a.example", do_not_promote_defaults=True)
    assert uses(admin.redirect_urls.get_all(*place), "https://b.example") == {"LOGIN": False}
    assert denied(admin.redirect_urls.get, *place, HERE) == (404, "redirect_url_not_found")
    assert denied(admin.redirect_urls.delete, *place, HERE) == (404, "redirect_url_not_found")
    assert denied(admin.redirect_urls.update, *place, HERE, login()) == (404, "redirect_url_not_found")


def test_an_environment_that_management_made_takes_registered_urls_only(admin, make, enter):
    place = make()
    send = enter(place).magic_links.email.discovery.send
    admin.redirect_urls.create(*place, "https://a.example/in", [{"type": "DISCOVERY", "is_default": False}])
    assert send("ada@acme.test", discovery_redirect_url="https://a.example/in").status_code == 200
    with pytest.raises(StytchError, match="no_match_for_provided_magic_link_url"):
        send("ada@acme.test", discovery_redirect_url="https://b.example/in")


DEFAULT, OTHER = [{"type": "LOGIN", "is_default": True}], [{"type": "LOGIN", "is_default": False}]


@pytest.mark.parametrize(
    ("kind", "url", "types", "error_type"),
    [
        ("TEST", "", OTHER, "invalid_url"),
        ("TEST", "nope", OTHER, "invalid_url"),
        ("TEST", "javascript:alert(1)", OTHER, "redirect_url_cannot_use_protocol"),
        ("TEST", "https://a.example", [], "invalid_redirect_url_type"),
        ("TEST", "https://a.example", [{"type": "ELSEWHERE"}], "invalid_redirect_url_type"),
        ("TEST", "https://*.a.example", DEFAULT, "redirect_url_with_wildcard_cannot_be_default"),
        (
            "TEST",
            "https://a.example?n={}",
            DEFAULT,
            "redirect_url_with_query_param_placeholder_cannot_be_default",
        ),
        ("LIVE", "http://a.example", OTHER, "redirect_url_must_use_https"),
        ("LIVE", "https://*.a.example", OTHER, "no_wildcards_in_live_redirect_url"),
    ],
)
def test_urls_that_are_refused(admin, place, make, denied, kind, url, types, error_type):
    there = make(type="LIVE") if kind == "LIVE" else place
    assert denied(admin.redirect_urls.create, *there, url, types) == (400, error_type)


# Passwords, countries, roles


def test_the_password_policy(admin, place, client, settings):
    config = admin.password_strength_config.get(*place).password_strength_config
    assert (config.validation_policy, config.luds_min_password_length) == ("ZXCVBN", None)
    written = {
        "check_breach_on_creation": False,
        "check_breach_on_authentication": False,
        "validate_on_authentication": True,
        "validation_policy": "LUDS",
        "luds_min_password_length": 20,
        "luds_min_password_complexity": 1,
    }
    config = admin.password_strength_config.set(*place, **written).password_strength_config
    assert config.model_dump() == written
    assert admin.password_strength_config.get(*place).password_strength_config == config
    assert settings()["password_policy"] == {**written, "breached_passwords": []}
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
def test_password_policies_that_are_none(admin, place, denied, length, complexity, error_type):
    change = admin.password_strength_config.set
    assert denied(change, *place, True, True, True, "LUDS", length, complexity) == (400, error_type)


def test_countries(admin, place, given, refused, settings):
    codes = admin.country_code_allowlist
    assert codes.get_allowed_sms_country_codes(*place).country_codes == ["CA", "US"]
    assert codes.set_allowed_sms_country_codes(*place, ["de", "AT", "de"]).country_codes == ["DE", "AT"]
    assert codes.get_allowed_sms_country_codes(*place).country_codes == ["DE", "AT"]
    assert settings()["sms_country_codes"] == ["DE", "AT"]
    ada = given.member(given.organization())
    ids = {"organization_id": ada.organization_id, "member_id": ada.member_id}
    send = given.client.otps.sms.send
    assert refused(send, **ids, mfa_phone_number="+14155550123") == "invalid_phone_number_country_code"
    assert send(**ids, mfa_phone_number="+4915112345678").status_code == 200


def test_countries_that_are_refused(admin, place, make, denied):
    codes = admin.country_code_allowlist
    change = codes.set_allowed_sms_country_codes
    assert denied(change, *place, []) == (400, "country_code_allowlist_empty")
    assert denied(change, *place, ["US", "XX"]) == (400, "country_code_allowlist_invalid_country_codes")
    unsupported = (400, "country_code_allowlist_b2b_whatsapp_not_supported")
    assert denied(codes.get_allowed_whatsapp_country_codes, *place) == unsupported
    assert denied(codes.set_allowed_whatsapp_country_codes, *place, ["US"]) == unsupported
    consumer = make("CONSUMER")
    assert codes.get_allowed_whatsapp_country_codes(*consumer).country_codes == ["CA", "US"]
    codes.set_allowed_whatsapp_country_codes(*consumer, ["BR"])
    assert codes.get_allowed_whatsapp_country_codes(*consumer).country_codes == ["BR"]


def test_the_policy_reads_back(admin, place, client):
    policy = admin.rbac_policy.get(*place).policy
    assert policy.stytch_member.permissions[0].resource_id == "stytch.self"
    assert policy.stytch_user is None
    assert (policy.custom_roles, policy.custom_resources, policy.custom_scopes) == ([], [], [])
    member = {
        "permissions": [
            {"resource_id": "stytch.self", "actions": ["*"]},
            {"resource_id": "documents", "actions": ["read"]},
        ]
    }
    written = admin.rbac_policy.set(*place, stytch_member=member, **POLICY).policy
    assert written.model_dump(include=POLICY.keys()) == POLICY
    assert written.stytch_member.model_dump() == member
    assert written.stytch_admin == policy.stytch_admin
    assert admin.rbac_policy.get(*place).policy == written
    assert admin.rbac_policy.set(*place, stytch_member=member, **POLICY).policy == written
    roles = {role.role_id: role for role in client.rbac.policy().policy.roles}
    assert [p.resource_id for p in roles["stytch_member"].permissions] == ["stytch.self", "documents"]
    assert roles["stytch_member"].description
    assert admin.rbac_policy.set(*place).policy == policy


def test_policies_that_are_refused(admin, place, make, denied):
    change = admin.rbac_policy.set
    role = {"role_id": "editor", "description": "", "permissions": [{"resource_id": "nothing", "actions": ["read"]}]}
    assert denied(change, *place, custom_roles=[role]) == (400, "invalid_permission_resource")
    granting = {"permissions": []}
    assert denied(change, *place, stytch_user=granting) == (400, "invalid_role_for_vertical")
    consumer = make("CONSUMER")
    assert denied(change, *consumer, stytch_admin=granting) == (400, "invalid_role_for_vertical")
    user = {"permissions": [{"resource_id": "documents", "actions": ["read"]}]}
    policy = change(*consumer, stytch_user=user, **POLICY).policy
    assert (policy.stytch_user.model_dump(), policy.stytch_member, policy.stytch_admin) == (user, None, None)
    assert admin.rbac_policy.get(*consumer).policy == policy


# The SDKs, the event log, trusted tokens


def test_sdk_configurations_read_back(admin, place, make, settings):
    assert admin.sdk.get_b2_b_config(*place).config.basic.enabled is True
    assert admin.sdk.set_b2_b_config(*place, B2B_CONFIG).config.model_dump() == B2B_CONFIG
    assert admin.sdk.get_b2_b_config(*place).config.model_dump() == B2B_CONFIG
    assert settings()["b2b_sdk_config"] == B2B_CONFIG
    consumer = make("CONSUMER")
    assert admin.sdk.get_consumer_config(*consumer).config.basic.enabled is True
    assert admin.sdk.set_consumer_config(*consumer, CONSUMER_CONFIG).config.model_dump() == CONSUMER_CONFIG
    assert admin.sdk.get_consumer_config(*consumer).config.model_dump() == CONSUMER_CONFIG


def test_what_is_left_out_is_off(admin, place):
    config = admin.sdk.set_b2_b_config(*place, {"basic": {"enabled": True}}).config
    assert config.basic.enabled is True
    assert (config.basic.allow_self_onboarding, config.magic_links.enabled, config.otps.sms_enabled) == (False,) * 3
    assert admin.sdk.set_b2_b_config(*place).config == config


def test_sdk_configurations_that_are_refused(admin, place, make, denied):
    change, consumer = admin.sdk.set_b2_b_config, make("CONSUMER")
    wrong = (400, "bad_vertical_for_stytch_sdk")
    assert denied(admin.sdk.get_consumer_config, *place) == wrong
    assert denied(admin.sdk.set_consumer_config, *place, {}) == wrong
    assert denied(admin.sdk.get_b2_b_config, *consumer) == wrong
    assert denied(change, *consumer, {}) == wrong
    domains = [{"domain": "acme.example", "slug_pattern": "https://acme.example"}]
    assert denied(change, *place, {"basic": {"domains": domains}}) == (400, "invalid_domain")
    for minutes in (4, 527041):
        sessions = {"sessions": {"max_session_duration_minutes": minutes}}
        assert denied(change, *place, sessions) == (400, "invalid_session_duration_minutes")
        assert denied(admin.sdk.set_consumer_config, *consumer, sessions) == (400, "invalid_session_duration_minutes")
    assert denied(change, *place, {"cookies": {"http_only": "SOMETIMES"}}) == (400, "bad_request")


def test_event_log_streaming(admin, place, denied):
    streaming = admin.event_log_streaming
    made = streaming.create(*place, "DATADOG", DATADOG).event_log_streaming_config
    assert made.streaming_status == "DISABLED"
    assert made.destination_config.model_dump() == {**DATADOG, "grafana_loki": None}
    streaming.enable(*place, "DATADOG")
    shown = streaming.get(*place, "DATADOG").event_log_streaming_config
    assert (shown.streaming_status, shown.destination_config.datadog.api_key_last_four) == ("ACTIVE", "cdef")
    streaming.create(*place, "GRAFANA_LOKI", LOKI)
    streaming.update(*place, "DATADOG", {"datadog": {"api_key": "f" * 32, "site": "US"}})
    shown = streaming.get(*place, "DATADOG").event_log_streaming_config
    assert (shown.streaming_status, shown.destination_config.datadog.site) == ("ACTIVE", "US")
    streaming.disable(*place, "DATADOG")
    assert streaming.get(*place, "DATADOG").event_log_streaming_config.streaming_status == "DISABLED"
    loki = streaming.get(*place, "GRAFANA_LOKI").event_log_streaming_config.destination_config.grafana_loki
    assert (loki.hostname, loki.username, loki.password_last_four) == ("logs.example", "1", "1234")
    assert denied(streaming.create, *place, "DATADOG", DATADOG) == (400, "event_log_streaming_too_many_destinations")
    streaming.delete(*place, "DATADOG")
    for call in (streaming.get, streaming.delete, streaming.enable, streaming.disable):
        assert denied(call, *place, "DATADOG") == (404, "event_log_streaming_not_found")
    assert denied(streaming.update, *place, "DATADOG", DATADOG) == (404, "event_log_streaming_not_found")


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
def test_destinations_that_are_none(admin, place, denied, destination, config, error_type):
    assert denied(admin.event_log_streaming.create, *place, destination, config) == (400, error_type)


@pytest.fixture
def world(admin, place, make):
    return World(admin, place, make)


def test_trusted_token_profiles(world, place, settings, denied):
    profiles = world.admin.trusted_token_profiles
    made = world.profile().profile
    assert (made.public_key_type, made.jwks_url, made.pem_files) == ("JWK", "https://issuer.example/jwks", [])
    other = world.pem_profile()
    assert profiles.get_all(*place).profiles == [made, other]
    mapping = {"email": "address", "role_ids": {"path": ["a", 1]}}
    changed = profiles.update(*place, made.profile_id, attribute_mapping=mapping, can_jit_provision=False).profile
    assert changed == made.model_copy(update={"attribute_mapping": mapping, "can_jit_provision": False})
    assert profiles.get(*place, made.profile_id).profile == changed
    assert [p["issuer"] for p in settings()["trusted_token_profiles"]] == ["issuer.example"] * 2
    profiles.delete(*place, made.profile_id)
    for call in (profiles.get, profiles.delete, profiles.update):
        assert denied(call, *place, made.profile_id) == (404, "trusted_token_profile_not_found")
    assert profiles.get_all(*place).profiles == [other]


def test_the_keys_of_a_profile(world, place, denied):
    profiles, profile = world.admin.trusted_token_profiles, world.pem_profile()
    (first,) = profile.pem_files
    assert first.public_key == PEM
    more = profiles.create_pem_file(*place, profile.profile_id, PEM).pem_file
    assert profiles.get_pem_file(*place, profile.profile_id, more.pem_file_id).pem_file == more
    assert profiles.get(*place, profile.profile_id).profile.pem_files == [first, more]
    profiles.delete_pem_file(*place, profile.profile_id, first.pem_file_id)
    gone = (*place, profile.profile_id, first.pem_file_id)
    assert denied(profiles.get_pem_file, *gone) == (404, "trusted_token_profile_not_found")
    assert denied(profiles.delete_pem_file, *gone) == (404, "trusted_token_profile_not_found")
    assert denied(profiles.delete_pem_file, *place, profile.profile_id, more.pem_file_id) == (
        400,
        "must_have_pem_files_for_trusted_token_profile_with_type_pem",
    )


def test_whose_tokens_a_profile_trusts_is_attested(world, place, given, client, refused):
    acme = given.organization()
    ada = given.member(acme, "ada@acme.test")
    trusted = {"audience": outsider.AUDIENCE, "issuer": outsider.ISSUER, "can_jit_provision": False}
    create, add = world.admin.trusted_token_profiles.create, world.admin.trusted_token_profiles.create_pem_file
    made = create(*place, name="x", pem_files=[PEM], public_key_type="PEM", **trusted).profile
    attest = (client.sessions.attest, made.profile_id, outsider.token(), acme.organization_id)
    assert refused(*attest) == "invalid_trusted_auth_token"  # a key that is none is not the right one
    add(*place, made.profile_id, outsider.pem())
    assert attest[0](*attest[1:]).member_id == ada.member_id


def test_profiles_that_are_refused(world, place, denied):
    profiles = world.admin.trusted_token_profiles
    assert denied(world.profile, jwks_url="") == (
        400,
        "must_have_jwks_url_for_trusted_token_profile_with_type_jwk",
    )
    assert denied(world.profile, jwks_url="nope") == (400, "invalid_jwks_url")
    assert denied(world.profile, public_key_type="PEM") == (
        400,
        "must_have_pem_files_for_trusted_token_profile_with_type_pem",
    )
    assert denied(world.profile, public_key_type="PEM", pem_files=["nope"]) == (400, "invalid_public_key")
    made = world.profile().profile
    assert denied(profiles.create_pem_file, *place, made.profile_id, PEM) == (
        400,
        "cannot_add_pem_file_to_non_pem_trusted_token_profile",
    )
    assert denied(profiles.update, *place, made.profile_id, jwks_url="ftp://x") == (400, "invalid_jwks_url")


# JWT templates


def test_templates_read_back(admin, place, settings):
    for kind, content in (("SESSION", '{"a":{{member.name}} }'), ("M2M", "{}")):
        assert admin.jwt_templates.get(*place, kind).jwt_template.template_content == "{}"
        written = admin.jwt_templates.set(*place, content, "acme", kind).jwt_template
        assert (written.template_content, written.custom_audience) == (content, "acme")
        assert admin.jwt_templates.get(*place, kind).jwt_template == written
        assert admin.jwt_templates.set(*place, content, "acme", kind).jwt_template == written
    assert len(settings()["jwt_templates"]) == 2


@pytest.mark.parametrize(
    ("content", "error_type"),
    [
        ("[]", "jwt_template_invalid_json"),
        ('{"a": {{member.name}', "jwt_template_mismatched_tag"),
        ('{"a": {{user.name}}}', "jwt_template_invalid_tag"),
    ],
)
def test_templates_that_are_none(admin, place, make, denied, content, error_type):
    assert denied(admin.jwt_templates.set, *place, content, "", "SESSION") == (400, error_type)


def test_consumers_have_users(admin, make, denied):
    there = make("CONSUMER")
    assert admin.jwt_templates.set(*there, '{"a": {{user.user_id}}}', "", "SESSION").status_code == 200
    refusal = denied(admin.jwt_templates.set, *there, '{"a": {{member.name}}}', "", "SESSION")
    assert refusal == (400, "jwt_template_invalid_tag")


def test_types_of_templates_that_there_are_not(admin, place, denied):
    assert denied(admin.jwt_templates.get, *place, "NOPE") == (404, "jwt_template_not_found")
    assert denied(admin.jwt_templates.set, *place, "{}", "", "NOPE") == (404, "jwt_template_not_found")


def test_the_session_template_takes_effect(admin, place, given, client, mock):
    content = (
        '{"role": {{ member.trusted_metadata.role }}, "org": "{{organization.organization_slug}}!", '
        '"plan": "free", "sub": "x", "jti": "x", "https://stytch.com/session": "x", "missing": {{ member.nothing }}}'
    )
    admin.jwt_templates.set(*place, content, "https://api.acme.example", "SESSION")
    acme = given.organization(organization_slug="acme")
    ada = given.member(acme, trusted_metadata={"role": "chief"})
    login = given.login(acme, ada, session_custom_claims={"plan": "pro"})
    claims = jwt.decode(login.session_jwt, options={"verify_signature": False})
    assert (claims["role"], claims["org"], claims["plan"], claims["missing"]) == ("chief", "acme!", "pro", None)
    assert (claims["sub"], "jti" in claims) == (ada.member_id, False)
    assert claims["https://stytch.com/session"]["id"] == login.member_session.member_session_id
    assert claims["aud"] == [mock.project_id, "https://api.acme.example"]
    local = client.sessions.authenticate_jwt_local(login.session_jwt)
    assert local.custom_claims == {"role": "chief", "org": "acme!", "plan": "pro", "missing": None}
    key = client.sessions.get_jwks(mock.project_id).keys[0].model_dump()
    jwt.decode(login.session_jwt, jwt.PyJWK(key), algorithms=["RS256"], audience="https://api.acme.example")
    assert client.sessions.authenticate(session_jwt=login.session_jwt).member_session.custom_claims == {"plan": "pro"}
    admin.jwt_templates.set(*place, "{}", "", "SESSION")
    fresh = client.sessions.authenticate(session_token=login.session_token).session_jwt
    assert jwt.decode(fresh, options={"verify_signature": False})["aud"] == [mock.project_id]


def test_the_control_apis_template_is_the_same(admin, place, mock):
    mock.configure(jwt_templates=[{"template_type": "SESSION", "template_content": '{"a": 1}'}])
    assert admin.jwt_templates.get(*place, "SESSION").jwt_template.template_content == '{"a": 1}'


def test_the_m2m_template_takes_effect(admin, place, client):
    admin.jwt_templates.set(*place, '{"tier": {{ client.trusted_metadata.tier }}}', "", "M2M")
    made = client.m2m.clients.create(scopes=["read:all"], trusted_metadata={"tier": "gold"}).m2m_client
    token = client.m2m.token(made.client_id, made.client_secret).access_token
    assert jwt.decode(token, options={"verify_signature": False})["tier"] == "gold"
    assert admin.environments.get_metrics(*place).metrics.m2m_client_count == 1
