"""The error of each field of organizations and members.

The tables say what the API does. If a test fails, the code is wrong.
"""

import pytest

from tests.matrix import error_rows
from tests.matrix.endpoints import ENDPOINTS
from tests.matrix.error_rows import (
    ABSENT,
    EMAIL,
    LOCALE,
    METADATA,
    NO_EMAILS,
    ORGANIZATION,
    ORGANIZATION_REF,
    SEARCH,
    UNKNOWN_MEMBER,
    each,
)
from tests.support.errors import error_of

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
        *each("roles", "invalid_rbac_role_assignment", ["unknown"], [""]),
        *each("roles", "cannot_assign_default_rbac_role_id", ["stytch_member"]),
        *each("external_id", "invalid_external_id", "a b", "a/b", "a" * 129, "a\n"),
        *each("create_member_as_pending", "invalid_argument", "true", 1),
    ],
    "members.get": [
        ({"member_id": ABSENT}, "invalid_member_get_fields"),
        ({"email_address": "bob@globex.test"}, "invalid_member_get_fields"),
        ({"member_id": ABSENT, "email_address": "unknown@acme.test"}, "member_not_found"),
        # in a query, a blank in an address means a plus
        *each("email_address", "invalid_email", *(text for text in NO_EMAILS[1:] if " " not in text)),
        ({"member_id": ABSENT, "email_address": "a b@x.test"}, "member_not_found"),
        *each("member_id", "member_not_found", UNKNOWN_MEMBER, "unknown", "x" * 200),
    ],
    "members.dangerously_get": [
        *each("member_id", "member_not_found", UNKNOWN_MEMBER, "unknown"),
        *each("include_deleted", "bad_request", "x", "2"),
    ],
    "members.update": [
        *each("member_id", "member_not_found", UNKNOWN_MEMBER, "unknown"),
        *each("default_mfa_method", "invalid_mfa_default_method", "pigeon"),
        *each("default_mfa_method", "default_mfa_member_missing_factor", "sms_otp", "totp"),
        *each("preserve_existing_sessions", "cannot_preserve_existing_sessions", True),
        *each("email_address", "invalid_email", *NO_EMAILS[1:]),
        *each("external_id", "invalid_external_id", "a b"),
        *each("roles", "invalid_rbac_role_assignment", ["unknown"]),
        *METADATA,
    ],
    "members.delete": each("member_id", "member_not_found", UNKNOWN_MEMBER, "unknown"),
    "members.reactivate": each("member_id", "no_deleted_member_found_for_reactivation", UNKNOWN_MEMBER, "unknown"),
    "members.delete_mfa_phone_number": each("member_id", "member_phone_number_not_found", "ada"),
    "members.delete_totp": each("member_id", "totp_not_found", "ada"),
    "members.delete_password": [({}, "cross_org_passwords_enabled")],
    "members_emails.unlink_retired_email": [
        ({"email_address": ABSENT}, "retired_email_missing_email_identifiers"),
        *each("email_address", "invalid_email", "x"),
        *each("email_address", "email_not_found", "ada@acme.test", "unknown@acme.test"),
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
        *each("organization_ids", "organization_not_found", ["unknown"]),
    ],
    "rbac.get_org_policy": ORGANIZATION_REF[1:],
}


@error_rows.parametrize(TABLE)
def test_changed_field_is_refused(project, endpoint, change, error_type):
    assert error_rows.error_of_changed(project, endpoint, change) == (error_rows.STATUS[error_type], error_type)


@pytest.mark.parametrize(
    ("name", "field", "error_type"),
    [
        ("organizations.create", "organization_slug", "organization_slug_already_used"),
        ("organizations.create", "organization_external_id", "organization_external_id_already_used"),
        ("organizations.update", "organization_slug", "organization_slug_already_used"),
        ("organizations.update", "organization_external_id", "organization_external_id_already_used"),
        ("discovery.create", "organization_slug", "organization_slug_already_used"),
        ("discovery.list", "organization_slug", "organization_slug_already_used"),
        ("members.create", "email_address", "duplicate_member_email"),
        ("members.create", "external_id", "duplicate_member_external_id"),
        ("members.create", "mfa_phone_number", "duplicate_member_phone_number"),
        ("members.update", "email_address", "duplicate_member_email"),
        ("members.update", "external_id", "duplicate_member_external_id"),
        ("members.update", "mfa_phone_number", "duplicate_member_phone_number"),
    ],
)
def test_value_in_use_is_refused(own_project, name, field, error_type):
    project, taken = own_project, {"external_id": "ada-1", "mfa_phone_number": "+14155550123"}
    project.given.organization(organization_slug="Taken", organization_external_id="taken")
    first = project.given.member(project.acme, "first@acme.test", **taken)
    values = {"organization_slug": "tAKEN", "organization_external_id": "taken", "email_address": "FIRST@acme.test"}
    endpoint, sent = ENDPOINTS[name], {field: {**values, **taken}[field]}
    assert first.member_id != project.ada.member_id
    assert error_of(project.send(endpoint, {**project.valid_request(endpoint), **sent})) == (400, error_type)


@pytest.mark.parametrize("searched", ["organizations", "organizations/members"])
def test_message_of_a_wrong_operator(http, given, searched):
    acme = given.organization()
    sent = {"organization_ids": [acme.organization_id], "query": {"operator": "NOT", "operands": []}}
    response = http.post(f"/v1/b2b/{searched}/search", json=sent).json()
    assert (response["error_type"], response["status_code"]) == ("user_search_invalid_operator", 400)
    assert response["error_message"] == "operator should be set to 'AND' or 'OR'."
