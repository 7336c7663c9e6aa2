"""The error of each field of magic links, discovery and sessions; see ``test_organization_errors``."""

from tests.matrix import error_rows
from tests.matrix.access_error_rows import ACCESS
from tests.matrix.error_rows import (
    ABSENT,
    CLAIMS,
    EMAIL,
    LOCALE,
    METADATA,
    MINUTES,
    NO_TOKENS,
    ORGANIZATION,
    ORGANIZATION_REF,
    PKCE,
    SESSION,
    UNKNOWN_MEMBER,
    each,
)

CREATED = [*ORGANIZATION, *MINUTES, *CLAIMS]
TABLE = {
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
        *each("roles", "invalid_rbac_role_assignment", ["unknown"]),
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
        *each("intermediate_session_token", "intermediate_session_not_found", ABSENT, "x" * 44, *NO_TOKENS),
        ({"intermediate_session_token": "x", "organization_id": "nowhere"}, "organization_not_found"),
        *ORGANIZATION_REF,
        ({}, "email_jit_provisioning_not_allowed"),
        *MINUTES,
        *LOCALE,
    ],
    "discovery.create": [
        *each("intermediate_session_token", "intermediate_session_not_found", ABSENT, "x" * 44, *NO_TOKENS),
        *CREATED,
    ],
    "discovery.list": [
        ({"intermediate_session_token": ABSENT}, "no_session_arguments"),
        ({"session_token": "x" * 44}, "too_many_session_arguments"),
        *each("intermediate_session_token", "invalid_session_token", *NO_TOKENS[1:]),
        *each("intermediate_session_token", "intermediate_session_not_found", "x" * 44),
        # with a name, it creates an organization
        *[({"organization_name": "Initech", **change}, error_type) for change, error_type in CREATED],
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
        *each("authorization_check", "invalid_argument", "x", [], {"organization_id": "acme", "resource_id": 5}),
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
    **ACCESS,
}


@error_rows.parametrize(TABLE)
def test_changed_field_is_refused(project, endpoint, change, error_type):
    assert error_rows.error_of_changed(project, endpoint, change) == (error_rows.STATUS[error_type], error_type)
