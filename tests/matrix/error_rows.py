"""Rows of the tables of field errors: a change to a valid request, and the error that it causes."""

from typing import Any

import pytest

from mockstytch import errors
from mockstytch.surfaces.endpoint import Endpoint
from tests.matrix.endpoints import ENDPOINTS
from tests.matrix.sample_project import SampleProject
from tests.support.errors import error_of

Row = tuple[dict[str, Any], str]

STATUS = {kind.error_type: kind.status_code for kind in errors.catalogue()}
ABSENT = object()
KEYS_21 = {f"key{n}": n for n in range(21)}
LARGE = {"text": "x" * 4096}
UNKNOWN_MEMBER = "member-test-11111111-1111-4111-8111-111111111111"
RESTRICTED = "RESTRICTED"


def each(field: str, error_type: str, *values: Any) -> list[Row]:
    """Return a row for each value of a field."""
    return [({field: value}, error_type) for value in values]


NO_TOKENS = (
    "",
    "x",
    "x" * 43,
    "x" * 45,
    "x" * 22,
    "x" * 42 + "==",
    "é" * 44,
    "x" * 43 + "/",
    " " + "x" * 43,
    "x" * 44 + "\n",
)
NO_EMAILS = ("", "x", "x@", "@x.test", "a b@x.test", "a@x", "a@@x.test", "a@x..test", "a@-x.test", "a" * 65 + "@x.test")
NO_IDS = ("", "no such/one", "a" * 129, "é")

ORGANIZATION_REF = each("organization_id", "invalid_organization_id", *NO_IDS) + each(
    "organization_id", "organization_not_found", "unknown", "organization-test-x", "a" * 128
)
EMAIL = each("email_address", "invalid_email", ABSENT, *NO_EMAILS)
MINUTES = each("session_duration_minutes", "invalid_session_duration_minutes", 0, 4, -5, 527041, 2**63)
CLAIMS = [
    ({"session_custom_claims": LARGE}, "custom_claims_too_large"),
    ({"session_custom_claims": {"https://stytch.com/session": {}}}, "stytch_claims_in_custom_claims"),
    ({"session_custom_claims": "x"}, "invalid_argument"),
]
LOCALE = each("locale", "invalid_locale", "xx", "english", "e")
PKCE = each("pkce_code_challenge", "invalid_pkce_code_challenge", "short", "x" * 44, "x" * 42 + "=", "x" * 43 + "\n")
METADATA = [
    ({"trusted_metadata": KEYS_21}, "metadata_too_many_keys"),
    ({"trusted_metadata": LARGE}, "metadata_too_large"),
    *each("trusted_metadata", "metadata_invalid_format", "x", 5, True, ["x"]),
]
SESSION = [
    *each("session_token", "invalid_session_token", *NO_TOKENS[1:]),
    *each("session_token", "session_not_found", "x" * 44),
    *[
        ({"session_token": ABSENT, "session_jwt": jwt}, "unable_to_parse_session_jwt")
        for jwt in ("x", "a.b.c", "é.é.é")
    ],
]
NO_CODES = (
    ABSENT,
    "",
    "12345",
    "1234567",
    "12345a",
    " 12345",
    "123456\n",
    "\uff11\uff12\uff13\uff14\uff15\uff16",
    "१२३४५६",
    "+12345",
    "12 456",
    "-12345",
)
CODE = each("code", "invalid_code", *NO_CODES)
VERIFIER = [
    *each("pkce_code_verifier", "invalid_pkce_code_verifier", "a b", "x" * 129, "x" * 43 + "\n"),
    *each("pkce_code_verifier", "pkce_did_not_expect_code_verifier", "x" * 43),
]
MEMBER = each("member_id", "member_not_found", UNKNOWN_MEMBER, "unknown", "bob", "x" * 200)


WITH_SESSION = [  # for endpoints with an optional session
    *SESSION[: len(NO_TOKENS)],
    *each("session_jwt", "unable_to_parse_session_jwt", "x", "a.b.c"),
    ({"session_token": "x" * 44, "session_jwt": "x"}, "too_many_session_arguments"),
]
WITH_EITHER = [  # for endpoints with an optional session or intermediate session
    *WITH_SESSION,
    *each("intermediate_session_token", "invalid_session_token", "x", "x" * 44 + "\n"),
    *each("intermediate_session_token", "intermediate_session_not_found", "x" * 44),
    ({"session_token": "x" * 44, "intermediate_session_token": "x" * 44}, "too_many_session_arguments"),
]
REFRESHING = each("include_refresh_token", "bad_request", "x", "2")
ORGANIZATION = [
    *each("organization_name", "invalid_organization_name", "x" * 129),
    *each("organization_slug", "invalid_organization_slug", "a", "--", "a b", "a/b", "é" * 3, "a" * 129, "acme-2\n"),
    *each("organization_external_id", "invalid_organization_external_id", "a b", "a/b", "a" * 129, "a\n"),
    *each("organization_logo_url", "organization_logo_url_too_long", "https://acme.test/" + "x" * 5000),
    *[
        ({setting: value}, "invalid_organization_auth_factor_setting")
        for setting in (
            "sso_jit_provisioning",
            "email_invites",
            "email_jit_provisioning",
            "oauth_tenant_jit_provisioning",
            "auth_methods",
            "mfa_methods",
            "first_party_connected_apps_allowed_type",
            "third_party_connected_apps_allowed_type",
        )
        for value in ("SOMETIMES", "restricted")
    ],
    *each(
        "email_jit_provisioning",
        "invalid_organization_auth_factor_setting_for_email_jit_provisioning",
        "ALL_ALLOWED",
    ),
    *each(
        "oauth_tenant_jit_provisioning",
        "invalid_organization_auth_factor_setting_for_oauth_tenant_jit_provisioning",
        "ALL_ALLOWED",
    ),
    *each("auth_methods", "invalid_organization_auth_method_settings", "NOT_ALLOWED"),
    *each("mfa_methods", "invalid_organization_mfa_factor_setting", "NOT_ALLOWED"),
    *each("mfa_policy", "invalid_organization_mfa_policy", "SOMETIMES", "optional"),
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
    *each(
        "query", "invalid_argument", {"operator": 5}, {"operands": "x"}, {"operands": {}}, {"operands": ["x"]}, [], "x"
    ),
]


def parametrize(table: dict[str, list[Row]]) -> pytest.MarkDecorator:
    """Make a test of each row."""
    found = []
    for name, changes in table.items():
        for change, error_type in changes:
            fields = ", ".join(f"{k}={'absent' if v is ABSENT else repr(v)[:24]}" for k, v in change.items())
            found.append(pytest.param(ENDPOINTS[name], change, error_type, id=f"{name} {fields} {error_type}"))
    return pytest.mark.parametrize(("endpoint", "change", "error_type"), found)


def error_of_changed(project: SampleProject, endpoint: Endpoint, change: dict[str, Any]) -> tuple[int, str]:
    """Send a valid request with this change, and return the status and type of the error."""
    if "dora" in [value for value in change.values() if isinstance(value, str)]:
        assert project.dora  # is created when it is first used
    sent = {name: value for name, value in {**project.valid_request(endpoint), **change}.items() if value is not ABSENT}
    return error_of(project.send(endpoint, sent))
