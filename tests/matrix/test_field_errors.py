"""Which error each field causes. The table is the API's, not the code's: where the two differ, the code is wrong."""

import hashlib
from base64 import urlsafe_b64encode

import pytest

from tests.matrix import rows
from tests.matrix.access_errors import ACCESS
from tests.matrix.requests_of import ENDPOINTS, refusal
from tests.matrix.rows import (
    ABSENT,
    CLAIMS,
    EMAIL,
    LOCALE,
    METADATA,
    MINUTES,
    NO_EMAILS,
    NO_TOKENS,
    ORGANIZATION_REF,
    PKCE,
    RESTRICTED,
    SESSION,
    UNKNOWN_MEMBER,
    each,
)

ORGANIZATION = [
    *each("organization_name", "invalid_organization_name", "x" * 129),
    *each("organization_slug", "invalid_organization_slug", "a", "--", "a b", "a/b", "é" * 3, "a" * 129, "acme-2\n"),
    *each("organization_external_id", "invalid_organization_external_id", "a b", "a/b", "a" * 129, "a\n"),
    *each("organization_logo_url", "organization_logo_url_too_long", "https://acme.test/" + "x" * 5000),
    *each("sso_jit_provisioning", "invalid_organization_auth_factor_setting", "SOMETIMES"),
    *each("email_invites", "invalid_organization_auth_factor_setting", "SOMETIMES"),
    *each(
        "email_jit_provisioning",
        "invalid_organization_auth_factor_setting_for_email_jit_provisioning",
        "ALL_ALLOWED",
        "SOMETIMES",
    ),
    *each(
        "oauth_tenant_jit_provisioning",
        "invalid_organization_auth_factor_setting_for_oauth_tenant_jit_provisioning",
        "ALL_ALLOWED",
        "SOMETIMES",
    ),
    *each("auth_methods", "invalid_organization_auth_method_settings", "NOT_ALLOWED", "x"),
    *each("mfa_methods", "invalid_organization_mfa_factor_setting", "NOT_ALLOWED", "x"),
    *each("mfa_policy", "invalid_organization_mfa_policy", "SOMETIMES"),
    *each("allowed_auth_methods", "invalid_organization_allowed_auth_methods", ["pigeon"], [""], ["sso", "SSO"]),
    *each("allowed_mfa_methods", "invalid_organization_allowed_mfa_methods", ["magic_link"]),
    *each(
        "email_allowed_domains",
        "organization_settings_invalid_domain",
        ["nope"],
        [""],
        ["a b.test"],
        ["@a.test"],
    ),
    *each("email_allowed_domains", "organization_settings_domain_too_common", ["gmail.com"], ["a.test", "Yahoo.co.uk"]),
    *each("email_allowed_domains", "organization_settings_duplicate_domain", ["a.test", "A.test"]),
    *each(
        "allowed_oauth_tenants",
        "invalid_oauth_allowed_tenants_format",
        {"google": ["x"]},
        {"slack": "x"},
        {"slack": [5]},
        5,
    ),
    *each("rbac_email_implicit_role_assignments", "rbac_invalid_domain", [{"domain": "x", "role_id": "stytch_admin"}]),
    *each(
        "rbac_email_implicit_role_assignments",
        "rbac_domain_too_common",
        [{"domain": "gmail.com", "role_id": "stytch_admin"}],
    ),
    *each(
        "rbac_email_implicit_role_assignments", "invalid_rbac_role_assignment", [{"domain": "a.test", "role_id": "x"}]
    ),
    *each(
        "rbac_email_implicit_role_assignments",
        "cannot_assign_default_rbac_role_id",
        [{"domain": "a.test", "role_id": "stytch_member"}],
    ),
    ({"auth_methods": RESTRICTED}, "allowed_auth_methods_required_for_restricted"),
    ({"auth_methods": RESTRICTED, "allowed_auth_methods": []}, "allowed_auth_methods_required_for_restricted"),
    ({"mfa_methods": RESTRICTED}, "allowed_mfa_methods_required_for_restricted"),
    ({"email_invites": RESTRICTED}, "invalid_restricted_email_setting"),
    ({"email_invites": "ALL_ALLOWED", "email_jit_provisioning": RESTRICTED}, "invalid_restricted_email_setting"),
    ({"email_invites": "ALL_ALLOWED", "sso_jit_provisioning": RESTRICTED}, "invalid_restricted_sso_setting"),
    ({"oauth_tenant_jit_provisioning": RESTRICTED}, "invalid_restricted_oauth_tenants_setting"),
    (
        {
            "sso_jit_provisioning": "NOT_ALLOWED",
            "email_jit_provisioning": "NOT_ALLOWED",
            "email_invites": "NOT_ALLOWED",
        },
        "invalid_organization_auth_factor_setting",
    ),
    *METADATA,
]
SEARCH = [
    *each("limit", "user_search_invalid_limit", -1, 1001, 2**40),
    *each(
        "cursor", "user_search_invalid_cursor", "x", "bm90aGluZw==", "YmVmb3JlOng=", "YmVmb3JlOi0x", "é", "====", "%00"
    ),
    *each("query", "user_search_invalid_operator", {"operator": "NOT"}, {"operator": "AND OR"}),
    *each("query", "bad_request", {"operator": 5}, {"operands": "x"}, {"operands": {}}, {"operands": ["x"]}, [], "x"),
]

TABLE = {
    "organizations.create": [
        *each("organization_name", "organization_name_missing", ABSENT, "", None),
        *ORGANIZATION,
        *each("claimed_email_domains", "organization_settings_invalid_claimed_domain", ["nope"]),
        *each("claimed_email_domains", "organization_settings_claimed_domain_too_common", ["gmail.com"]),
        *each("claimed_email_domains", "organization_settings_duplicate_claimed_domain", ["a.test", "a.test"]),
    ],
    "organizations.update": [
        *ORGANIZATION_REF[1:],
        *ORGANIZATION,
        *each("sso_default_connection_id", "invalid_sso_default_connection_id", "saml-connection-test-x"),
        *each("sso_jit_provisioning_allowed_connections", "invalid_connection_for_jit_provisioning", ["x"]),
    ],
    "organizations.get": ORGANIZATION_REF[1:],
    "organizations.delete": ORGANIZATION_REF[1:],
    "organizations.metrics": ORGANIZATION_REF[1:],
    "organizations.delete_external_id": ORGANIZATION_REF[1:],
    "organizations.search": SEARCH,
    "members.create": [
        *ORGANIZATION_REF[1:],
        *EMAIL,
        *METADATA,
        *[({"untrusted_metadata": value["trusted_metadata"]}, error_type) for value, error_type in METADATA],
        *each(
            "mfa_phone_number", "invalid_phone_number", "5", "+0", "00491701234567", "+49 170 1234567", "+1" + "5" * 20
        ),
        *each("roles", "invalid_rbac_role_assignment", ["nobody"], [""]),
        *each("roles", "cannot_assign_default_rbac_role_id", ["stytch_member"]),
        *each("external_id", "invalid_external_id", "a b", "a/b", "a" * 129, "a\n"),
        *each("create_member_as_pending", "bad_request", "true", 1),
    ],
    "members.get": [
        ({"member_id": ABSENT}, "invalid_member_get_fields"),
        ({"email_address": "bob@globex.test"}, "invalid_member_get_fields"),
        ({"member_id": ABSENT, "email_address": "nobody@acme.test"}, "member_not_found"),
        *each("email_address", "invalid_email", *NO_EMAILS[1:]),
        *each("member_id", "member_not_found", UNKNOWN_MEMBER, "nobody", "x" * 200),
    ],
    "members.dangerously_get": [
        *each("member_id", "member_not_found", UNKNOWN_MEMBER, "nobody"),
        *each("include_deleted", "bad_request", "x", "2"),
    ],
    "members.update": [
        *each("member_id", "member_not_found", UNKNOWN_MEMBER, "nobody"),
        *each("default_mfa_method", "invalid_mfa_default_method", "pigeon"),
        *each("default_mfa_method", "default_mfa_member_missing_factor", "sms_otp", "totp"),
        *each("preserve_existing_sessions", "cannot_preserve_existing_sessions", True),
        *each("email_address", "invalid_email", *NO_EMAILS[1:]),
        *each("external_id", "invalid_external_id", "a b"),
        *each("roles", "invalid_rbac_role_assignment", ["nobody"]),
        *METADATA,
    ],
    "members.delete": each("member_id", "member_not_found", UNKNOWN_MEMBER, "nobody"),
    "members.reactivate": each("member_id", "no_deleted_member_found_for_reactivation", UNKNOWN_MEMBER, "nobody"),
    "members.delete_mfa_phone_number": each("member_id", "member_phone_number_not_found", "ada"),
    "members.delete_totp": each("member_id", "totp_not_found", "ada"),
    "members.delete_password": [({}, "cross_org_passwords_enabled")],
    "members_emails.unlink_retired_email": [
        ({"email_address": ABSENT}, "retired_email_missing_email_identifiers"),
        *each("email_address", "invalid_email", "x"),
        *each("email_address", "email_not_found", "ada@acme.test", "nobody@acme.test"),
        *each("email_id", "email_not_found", "member-email-test-x"),
    ],
    "members_emails.start_email_update": [
        *EMAIL,
        *LOCALE,
        ({"email_address": "ada@acme.test"}, "duplicate_member_email"),
        *each(
            "login_redirect_url", "invalid_login_redirect_url", "nope", "javascript:alert(1)", "http://", "//acme.test"
        ),
    ],
    "members.search": [
        *SEARCH,
        *each("organization_ids", "member_search_organization_ids_empty", ABSENT, None, []),
        *each("organization_ids", "organization_not_found", ["nobody"]),
    ],
    "magic_links.login_or_signup": [
        *ORGANIZATION_REF,
        *EMAIL,
        *LOCALE,
        *PKCE,
        *each("login_expiration_minutes", "invalid_expiration", 0, 4, 10081, -1),
        *each("signup_expiration_minutes", "invalid_expiration", 0, 4, 10081),
        *each("login_redirect_url", "invalid_login_redirect_url", "nope", "https://"),
        *each("signup_redirect_url", "invalid_signup_redirect_url", "nope"),
        ({"email_address": "new@acme.test"}, "email_jit_provisioning_not_allowed"),
    ],
    "magic_links.invite": [
        *ORGANIZATION_REF,
        *EMAIL,
        *LOCALE,
        *METADATA,
        *each("invite_expiration_minutes", "invalid_expiration", 4, 10081),
        *each("invite_redirect_url", "invalid_invite_redirect_url", "nope"),
        *each("invited_by_member_id", "member_not_found", UNKNOWN_MEMBER),
        *each("roles", "invalid_rbac_role_assignment", ["nobody"]),
        ({"email_address": "ada@acme.test"}, "duplicate_member_email"),
    ],
    "magic_links.authenticate": [
        *each("magic_links_token", "invalid_token", ABSENT, None, *NO_TOKENS),
        *each("magic_links_token", "magic_link_not_found", "x" * 44),
        *each("session_token", "invalid_session_token", "x"),
        *each("session_token", "session_not_found", "x" * 44),
        *each("session_jwt", "unable_to_parse_session_jwt", "x"),
        *each("intermediate_session_token", "invalid_session_token", "x"),
        *each("intermediate_session_token", "intermediate_session_not_found", "x" * 44),
        ({"session_token": "x" * 44, "session_jwt": "x"}, "too_many_session_arguments"),
        ({"session_token": "x" * 44, "intermediate_session_token": "x" * 44}, "too_many_session_arguments"),
        *each("pkce_code_verifier", "invalid_pkce_code_verifier", "a b", "x" * 129),
        *each("pkce_code_verifier", "pkce_did_not_expect_code_verifier", "x" * 43),
        *MINUTES,
        *CLAIMS,
        *LOCALE,
    ],
    "magic_links_discovery.send": [
        *EMAIL,
        *LOCALE,
        *PKCE,
        *each("discovery_expiration_minutes", "invalid_expiration", 4, 10081),
        *each("discovery_redirect_url", "invalid_discovery_redirect_url", "nope"),
    ],
    "magic_links_discovery.authenticate": [
        *each("discovery_magic_links_token", "invalid_token", ABSENT, *NO_TOKENS),
        *each("discovery_magic_links_token", "magic_link_not_found", "x" * 44),
        *each("pkce_code_verifier", "pkce_did_not_expect_code_verifier", "x" * 43),
    ],
    "discovery.exchange": [
        *each("intermediate_session_token", "invalid_session_token", ABSENT, *NO_TOKENS),
        *each("intermediate_session_token", "intermediate_session_not_found", "x" * 44),
        *ORGANIZATION_REF,
        ({}, "email_jit_provisioning_not_allowed"),
        *MINUTES,
        *LOCALE,
    ],
    "discovery.create": [
        *each("intermediate_session_token", "invalid_session_token", ABSENT, *NO_TOKENS),
        *each("intermediate_session_token", "intermediate_session_not_found", "x" * 44),
        *ORGANIZATION,
        *MINUTES,
        *CLAIMS,
    ],
    "discovery.list": [
        ({"intermediate_session_token": ABSENT}, "no_session_arguments"),
        ({"session_token": "x" * 44}, "too_many_session_arguments"),
        *each("intermediate_session_token", "invalid_session_token", *NO_TOKENS[1:]),
        *each("intermediate_session_token", "intermediate_session_not_found", "x" * 44),
    ],
    "sessions.authenticate": [
        ({"session_token": ABSENT}, "no_session_arguments"),
        ({"session_jwt": "x"}, "too_many_session_arguments"),
        *SESSION,
        *MINUTES,
        *CLAIMS,
        *each(
            "authorization_check",
            "session_authorization_error",
            {"organization_id": "acme", "resource_id": "stytch.organization", "action": "delete"},
        ),
        *each(
            "authorization_check",
            "session_authorization_tenancy_error",
            {"organization_id": "globex", "resource_id": "stytch.self", "action": "delete"},
        ),
        *each("authorization_check", "invalid_organization_id", {}, {"resource_id": "a", "action": "b"}),
        *each("authorization_check", "invalid_permission_resource", {"organization_id": "acme", "action": "b"}),
        *each("authorization_check", "invalid_permission_action", {"organization_id": "acme", "resource_id": "b"}),
        *each(
            "authorization_check", "bad_request", "x", [], {"organization_id": "acme", "resource_id": 5, "action": 5}
        ),
    ],
    "sessions.get": [
        *ORGANIZATION_REF,
        *each("member_id", "member_not_found", ABSENT, "", UNKNOWN_MEMBER),
    ],
    "sessions.revoke": [
        ({"session_token": ABSENT}, "no_session_revoke_arguments"),
        ({"session_jwt": "x"}, "too_many_session_revoke_arguments"),
        ({"member_id": UNKNOWN_MEMBER}, "too_many_session_revoke_arguments"),
        ({"session_token": ABSENT, "member_id": UNKNOWN_MEMBER}, "member_not_found"),
        ({"session_token": ABSENT, "member_session_id": "member-session-test-x"}, "session_not_found"),
        *SESSION,
    ],
    "sessions.exchange": [
        ({"session_token": ABSENT}, "no_session_arguments"),
        ({"session_jwt": "x"}, "too_many_session_arguments"),
        ({"organization_id": "globex"}, "member_not_found"),
        *SESSION,
        *ORGANIZATION_REF,
        *MINUTES,
        *CLAIMS,
        *LOCALE,
    ],
    "sessions.get_jwks": each("project_id", "invalid_project_id", "x", "project-live-x", "project-test-x"),
    "rbac.get_org_policy": ORGANIZATION_REF[1:],
    **ACCESS,
}


@rows.parametrize(TABLE)
def test_the_table(world, endpoint, change, error_type):
    assert rows.answered(world, endpoint, change) == (rows.STATUS[error_type], error_type)


@pytest.mark.parametrize(
    ("name", "field", "error_type"),
    [
        ("organizations.create", "organization_slug", "organization_slug_already_used"),
        ("organizations.create", "organization_external_id", "organization_external_id_already_used"),
        ("organizations.update", "organization_slug", "organization_slug_already_used"),
        ("organizations.update", "organization_external_id", "organization_external_id_already_used"),
        ("discovery.create", "organization_slug", "organization_slug_already_used"),
        ("members.create", "email_address", "duplicate_member_email"),
        ("members.create", "external_id", "duplicate_member_external_id"),
        ("members.create", "mfa_phone_number", "duplicate_member_phone_number"),
        ("members.update", "email_address", "duplicate_member_email"),
        ("members.update", "external_id", "duplicate_member_external_id"),
        ("members.update", "mfa_phone_number", "duplicate_member_phone_number"),
    ],
)
def test_what_is_taken_stays_taken(own_world, name, field, error_type):
    world, taken = own_world, {"external_id": "ada-1", "mfa_phone_number": "+14155550123"}
    world.given.organization(organization_slug="Taken", organization_external_id="taken")
    first = world.given.member(world.acme, "first@acme.test", **taken)
    values = {"organization_slug": "tAKEN", "organization_external_id": "taken", "email_address": "FIRST@acme.test"}
    endpoint, sent = ENDPOINTS[name], {field: {**values, **taken}[field]}
    assert first.member_id != world.ada.member_id
    assert refusal(world.send(endpoint, {**world.good(endpoint), **sent})) == (400, error_type)


def test_tokens_used_expired_and_of_another_kind(own_world):
    world, given = own_world, own_world.given
    link, discovery = ENDPOINTS["magic_links.authenticate"], ENDPOINTS["magic_links_discovery.authenticate"]
    used = world.good(link)
    assert world.send(link, used).status_code == 200
    assert refusal(world.send(link, used)) == (401, "unable_to_auth_magic_link")
    fresh = given.link_token(world.acme, "ada@acme.test")
    crossed = {"discovery_magic_links_token": fresh}
    assert refusal(world.send(discovery, crossed)) == (404, "magic_link_not_found")
    found = world.good(discovery)
    assert world.send(discovery, found).status_code == 200
    assert refusal(world.send(discovery, found)) == (401, "unable_to_auth_magic_link")
    late = {"discovery_magic_links_token": given.discovery_token("grace@globex.test")}
    given.mock.clock.advance(minutes=61)
    assert refusal(world.send(link, {"magic_links_token": fresh})) == (401, "unable_to_auth_magic_link")
    assert refusal(world.send(discovery, late)) == (401, "unable_to_auth_magic_link")
    for name in ("discovery.exchange", "discovery.create", "discovery.list"):
        answer = world.send(ENDPOINTS[name], world.good(ENDPOINTS[name]))
        assert refusal(answer) == (404, "intermediate_session_not_found")
    for name in ("sessions.authenticate", "sessions.revoke", "sessions.exchange"):
        answer = world.send(ENDPOINTS[name], world.good(ENDPOINTS[name]))
        assert refusal(answer) == (404, "session_not_found")


@pytest.mark.parametrize("name", ["sessions.authenticate", "sessions.revoke", "sessions.exchange", "discovery.list"])
def test_a_session_token_is_no_intermediate_one_and_no_link(world, name):
    endpoint = ENDPOINTS[name]
    kinds = {"session_token": "intermediate_session_token", "intermediate_session_token": "session_token"}
    sent = world.good(endpoint)
    (field,) = kinds.keys() & sent.keys()
    error_type = "session_not_found" if field == "session_token" else "intermediate_session_not_found"
    assert refusal(world.send(endpoint, {**sent, field: world.values[kinds[field]]})) == (404, error_type)
    assert refusal(world.send(endpoint, {**sent, field: world.values["magic_links_token"]})) == (404, error_type)


@pytest.mark.parametrize(
    ("verifier", "error_type"),
    [("", "pkce_expected_code_verifier"), ("y" * 43, "pkce_mismatch"), ("x" * 43, "")],
)
def test_pkce(own_world, verifier, error_type):
    challenge = urlsafe_b64encode(hashlib.sha256(b"x" * 43).digest()).rstrip(b"=").decode()
    token = own_world.given.link_token(own_world.acme, "ada@acme.test", pkce_code_challenge=challenge)
    sent = {"magic_links_token": token, "pkce_code_verifier": verifier}
    answer = own_world.send(ENDPOINTS["magic_links.authenticate"], sent)
    assert answer.status_code == 200 if not error_type else refusal(answer) == (400, error_type)


def test_templates_are_checked_where_the_project_lists_them(own_world):
    own_world.given.mock.configure(email_templates=["known"])
    for name, field in [
        ("magic_links.login_or_signup", "login_template_id"),
        ("magic_links.login_or_signup", "signup_template_id"),
        ("magic_links.invite", "invite_template_id"),
        ("magic_links_discovery.send", "login_template_id"),
    ]:
        endpoint = ENDPOINTS[name]
        sent = {**own_world.good(endpoint), field: "unknown"}
        if name == "magic_links.login_or_signup":
            sent["email_address"] = "ada@acme.test"
        assert refusal(own_world.send(endpoint, sent)) == (404, "email_template_not_found")


@pytest.mark.parametrize("kind", ["login", "signup", "invite", "discovery"])
def test_redirect_urls_where_they_must_be_registered(own_world, kind):
    world, mock = own_world, own_world.given.mock
    name = {"login": "login_or_signup", "signup": "login_or_signup"}.get(kind, kind)
    endpoint = ENDPOINTS["magic_links_discovery.send" if kind == "discovery" else f"magic_links.{name}"]
    sent = world.good(endpoint) | {f"{kind}_redirect_url": "https://elsewhere.test/"}
    mock.configure(redirect_urls="registered")
    assert refusal(world.send(endpoint, sent)) == (400, "no_match_for_provided_magic_link_url")
    del sent[f"{kind}_redirect_url"]
    uses = [{"type": t, "is_default": t != kind.upper()} for t in ("LOGIN", "SIGNUP", "INVITE", "DISCOVERY")]
    mock.configure(registered_redirect_urls=[{"url": "https://acme.test/", "types": uses}])
    assert refusal(world.send(endpoint, sent)) == (400, f"no_default_{kind}_redirect_url_set")
    uses = [use for use in uses if use["is_default"]]
    mock.configure(registered_redirect_urls=[{"url": "https://acme.test/", "types": uses}])
    assert refusal(world.send(endpoint, sent)) == (400, f"no_{kind}_redirect_urls_set")


# Each filter with what its value is, and what its name is in error types.
FILTERS = {
    "organizations.search": {
        "organization_ids": ("strings", ""),
        "organization_slugs": ("strings", ""),
        "organization_slug_fuzzy": ("fuzzy", ""),
        "organization_name_fuzzy": ("fuzzy", ""),
        "member_emails": ("strings", ""),
        "member_email_fuzzy": ("fuzzy", ""),
        "allowed_domains": ("strings", ""),
        "allowed_domain_fuzzy": ("fuzzy", ""),
        "claimed_email_domains": ("strings", ""),
        "has_active_sso_connection": ("boolean", ""),
        "sso_connection_id": ("string", ""),
    },
    "members.search": {
        "member_ids": ("strings", ""),
        "member_emails": ("strings", ""),
        "member_email_fuzzy": ("fuzzy", ""),
        "member_is_breakglass": ("boolean", "is_breakglass"),
        "statuses": ("strings", ""),
        "member_mfa_phone_numbers": ("strings", "mfa_member_phone_numbers"),
        "member_mfa_phone_number_fuzzy": ("fuzzy", "mfa_member_phone_number_fuzzy"),
        "member_password_exists": ("boolean", "password_exists"),
        "member_roles": ("strings", ""),
    },
}
WRONG_VALUES = {
    "strings": ("expected_array_of_strings", ["x", "", 5, True, {}, [5], [None], ["x", 5], [["x"]]]),
    "fuzzy": ("expected_string", [5, True, [], ["xxx"], {}]),
    "string": ("expected_string", [5, True, [], ["xxx"], {}]),
    "boolean": ("expected_boolean", ["true", "", 0, 1, [], {}]),
}
FINE_VALUES = {"strings": ["xxx"], "fuzzy": "xxx", "string": "xxx", "boolean": True}
filters = pytest.mark.parametrize(
    ("name", "filter_name"), [(name, filter_name) for name, known in FILTERS.items() for filter_name in known]
)


@filters
def test_the_operand_of_each_filter(world, name, filter_name):
    def searched(**operand):
        query = {"operands": [{"filter_name": filter_name, **operand}]}
        return world.send(ENDPOINTS[name], {**world.good(ENDPOINTS[name]), "query": query})

    kind, errors_as = FILTERS[name][filter_name]
    searches = name.partition(".")[0].removesuffix("s") + "_search"
    error, values = WRONG_VALUES[kind]
    for value in values:
        assert refusal(searched(filter_value=value)) == (400, f"{searches}_{error}"), value
    for absent in ({}, {"filter_value": None}):
        assert refusal(searched(**absent)) == (400, f"{searches}_missing_filter_value")
    empty = {"strings": [], "fuzzy": "", "string": ""}
    if kind in empty:
        assert refusal(searched(filter_value=empty[kind])) == (400, f"{searches}_missing_{errors_as or filter_name}")
    if kind == "fuzzy":
        assert refusal(searched(filter_value="xx")) == (400, f"{searches}_{filter_name}_too_short")
    fine = ["active"] if filter_name == "statuses" else FINE_VALUES[kind]
    assert searched(filter_value=fine).status_code == 200


@pytest.mark.parametrize("name", FILTERS)
def test_an_operand_without_a_known_filter(world, name):
    searches = name.partition(".")[0].removesuffix("s") + "_search"
    for filter_name, error in [
        (None, "missing_filter_name"),
        ("", "missing_filter_name"),
        (5, "filter_name_must_be_string"),
        ([], "filter_name_must_be_string"),
        ("organization_slug", "filter_name_not_recognized"),
        ("member_IDS", "filter_name_not_recognized"),
    ]:
        query = {"operands": [{"filter_name": filter_name, "filter_value": ["x"]}]}
        answer = world.send(ENDPOINTS[name], {**world.good(ENDPOINTS[name]), "query": query})
        assert refusal(answer) == (400, f"{searches}_{error}")
    query = {"operands": [{"filter_value": ["x"]}]}
    answer = world.send(ENDPOINTS[name], {**world.good(ENDPOINTS[name]), "query": query})
    assert refusal(answer) == (400, f"{searches}_missing_filter_name")


def test_searches_of_members_with_rules_of_their_own(world):
    endpoint = ENDPOINTS["members.search"]
    for filter_name, value, error_type in [
        ("member_ids", ["member-test-x", "ada-1"], "member_search_cannot_mix_internal_and_external_member_ids"),
        ("statuses", ["active", "asleep"], "search_invalid_status_filter"),
    ]:
        query = {"operands": [{"filter_name": filter_name, "filter_value": value}]}
        answer = world.send(endpoint, {**world.good(endpoint), "query": query})
        assert refusal(answer) == (400, error_type)
