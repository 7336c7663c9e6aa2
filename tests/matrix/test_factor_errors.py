"""The error of each field of codes, second factors, passwords and OAuth; see ``test_organization_errors``."""

from tests.matrix import error_rows
from tests.matrix.error_rows import (
    ABSENT,
    CLAIMS,
    CODE,
    EMAIL,
    LOCALE,
    MEMBER,
    METADATA,
    MINUTES,
    NO_CODES,
    NO_EMAILS,
    NO_TOKENS,
    ORGANIZATION_REF,
    REFRESHING,
    SESSION,
    VERIFIER,
    WITH_EITHER,
    WITH_SESSION,
    each,
)

ASKED = [*MINUTES, *CLAIMS, *LOCALE]
BEARER = [  # for a second factor, which needs a session
    *ORGANIZATION_REF,
    *MEMBER,
    ({"session_token": ABSENT}, "no_session_arguments"),
    ({"session_jwt": "x"}, "too_many_session_arguments"),
    ({"intermediate_session_token": "x" * 44}, "too_many_session_arguments"),
    ({"session_token": ABSENT, "intermediate_session_token": "x" * 44}, "intermediate_session_not_found"),
    ({"member_id": "ada"}, "member_session_member_id_mismatch"),
    *SESSION,
    *MINUTES,
    ({"session_custom_claims": "x"}, "invalid_argument"),
]
MFA_SETTINGS = [
    *each("set_mfa_enrollment", "bad_request", "maybe"),
    *each("set_mfa_enrollment", "invalid_argument", 1),
    *each("set_default_mfa", "invalid_argument", "true", 1),
]
NO_PASSWORDS = (ABSENT, "", "abc", "aaaaaaaaaaaaaaaa")
RESET_START = [
    *EMAIL,
    *LOCALE,
    *each("reset_password_expiration_minutes", "invalid_expiration", 0, 4, 10081, -1),
    *each("reset_password_redirect_url", "invalid_password_reset_redirect_url", "nope", "javascript:alert(1)"),
]
RESET_TOKEN = [
    *each("password_reset_token", "invalid_token", ABSENT, *NO_TOKENS),
    *each("password_reset_token", "unable_to_auth_password_reset_token", "x" * 44),
    *each("password", "weak_password", *NO_PASSWORDS),
]
LINKED = [
    *ORGANIZATION_REF[1:],
    *MEMBER,
    *each("member_id", "member_oauth_token_not_found", "ada"),
]
TABLE = {
    "otp_email.login_or_signup": [
        *ORGANIZATION_REF,
        *EMAIL,
        *LOCALE,
        *each("login_expiration_minutes", "invalid_expiration_otp", 0, 1, 16, -1, 2**40),
        *each("signup_expiration_minutes", "invalid_expiration_otp", 0, 1, 16),
        ({"email_address": "new@acme.test"}, "email_jit_provisioning_not_allowed"),
    ],
    "otp_email.authenticate": [
        *ORGANIZATION_REF,
        *EMAIL,
        *CODE,
        ({"organization_id": "globex"}, "otp_code_not_found"),
        *each("email_address", "otp_code_not_found", "ada@acme.test", "unknown@acme.test"),
        *WITH_EITHER,
        *ASKED,
    ],
    "otp_email.discovery_send": [
        *EMAIL,
        *LOCALE,
        *each("discovery_expiration_minutes", "invalid_expiration_otp", 0, 1, 16),
    ],
    "otp_email.discovery_authenticate": [
        *EMAIL,
        *CODE,
        *each("email_address", "otp_code_not_found", "dora@acme.test", "unknown@acme.test"),
    ],
    "otp_sms.send": [
        *ORGANIZATION_REF,
        *MEMBER,
        *each("mfa_phone_number", "invalid_phone_number", "5", "+0", "00491701234567", "+1415555012a", "+" + "1" * 20),
        *each("mfa_phone_number", "invalid_phone_number_country_code", "+491701234567"),
        *each("mfa_phone_number", "duplicate_member_phone_number", "+14155550199"),
        *each("mfa_phone_number", "member_phone_number_not_found", ABSENT, ""),
        *LOCALE,
        *WITH_EITHER,
        *each("member_id", "session_enforced_factor_matching_session_required", "dora"),
    ],
    "otp_sms.authenticate": [*BEARER, *CODE, *MFA_SETTINGS],
    "totp.create": [
        *ORGANIZATION_REF,
        *MEMBER,
        *each("expiration_minutes", "invalid_expiration", 0, 4, 1441, -1),
        *each("member_id", "active_totp_exists", "dora"),
        *WITH_EITHER,
    ],
    "totp.authenticate": [
        *BEARER,
        *each("code", "invalid_totp_code", *NO_CODES, "aaaa-bbbb-cccc\n"),
        *each("code", "recovery_code_used_as_totp_code", "aaaa-bbbb-cccc"),
        *MFA_SETTINGS,
    ],
    "totp.migrate": [
        *ORGANIZATION_REF,
        *MEMBER,
        *each("secret", "bad_request", ABSENT, "", "short", "1" * 32, "A" * 129, "A" * 32 + "\n", "Ä" * 32, "A B" * 8),
        *each("recovery_codes", "invalid_recovery_code", ABSENT, None),
        *each("recovery_codes", "invalid_argument", "x", [5], {"a": "b"}),
        *each("member_id", "active_totp_exists", "dora"),
    ],
    "recovery_codes.get": [*ORGANIZATION_REF[1:], *MEMBER, *each("member_id", "recovery_codes_not_found", "ada")],
    "recovery_codes.rotate": [
        *ORGANIZATION_REF,
        *MEMBER,
        *each("member_id", "no_active_recovery_code_backed_factor", "ada"),
    ],
    "recovery_codes.recover": [
        *BEARER,
        *each("recovery_code", "invalid_recovery_code", ABSENT, ""),
        *each("recovery_code", "totp_code_used_as_recovery_code", "123456"),
        *each("recovery_code", "unable_to_authenticate_recovery_code", "xxxx-yyyy-zzzz", "dddd-eeee-ffff"),
    ],
    "passwords.authenticate": [
        *ORGANIZATION_REF,
        *EMAIL,
        *each(
            "password", "unauthorized_credentials", ABSENT, "", "wrong", "x" * 100_000, "correct horse battery staple "
        ),
        *each("email_address", "member_not_found", "unknown@acme.test", "bob@globex.test"),
        *each("email_address", "member_password_not_found", "ada@acme.test"),
        ({"organization_id": "globex"}, "member_not_found"),
        *WITH_EITHER,
        *ASKED,
    ],
    "passwords.email_reset_start": [
        *ORGANIZATION_REF,
        *RESET_START,
        *each("login_redirect_url", "invalid_login_redirect_url", "nope"),
        *each("code_challenge", "invalid_pkce_code_challenge", "short", "x" * 44, "x" * 43 + "\n"),
        ({"email_address": "new@acme.test"}, "email_jit_provisioning_not_allowed"),
    ],
    "passwords.email_reset": [
        *RESET_TOKEN,
        *each("code_verifier", "invalid_pkce_code_verifier", "a b", "x" * 129, "x" * 43 + "\n"),
        *each("code_verifier", "pkce_did_not_expect_code_verifier", "x" * 43),
        *WITH_EITHER,
        *ASKED,
    ],
    "passwords.existing_password_reset": [
        *ORGANIZATION_REF,
        *EMAIL,
        *each("existing_password", "password_does_not_match", "wrong"),
        *each("new_password", "weak_password", *NO_PASSWORDS),
        *each("email_address", "member_not_found", "unknown@acme.test"),
        *each("email_address", "member_password_not_found", "ada@acme.test"),
        *WITH_SESSION,
        *ASKED,
    ],
    "passwords.session_reset": [
        *ORGANIZATION_REF,
        *each("password", "weak_password", *NO_PASSWORDS),
        ({"session_token": ABSENT}, "no_session_arguments"),
        ({"session_jwt": "x"}, "too_many_session_arguments"),
        ({"organization_id": "globex"}, "session_not_found"),
        *SESSION,
        *ASKED,
    ],
    "passwords.strength_check": [
        *each("password", "bad_request", ABSENT),
        *each("password", "invalid_argument", 5, ["x"]),
        *each("email_address", "invalid_email", *NO_EMAILS[1:]),
    ],
    "passwords.require_reset": [
        *EMAIL,
        *ORGANIZATION_REF[1:],
        *MEMBER,
        ({"member_id": ABSENT, "email_address": "unknown@acme.test"}, "member_not_found"),
        ({"email_address": "ada@acme.test"}, "member_not_found"),
        ({"member_id": "ada", "email_address": "ada@acme.test"}, "member_password_not_found"),
    ],
    "passwords.migrate": [
        *ORGANIZATION_REF,
        *EMAIL,
        *METADATA,
        *each("hash", "invalid_hash", ABSENT, ""),
        *each("hash_type", "invalid_hash_type", ABSENT, "", "md5", "sha_256", "MD_5 "),
        *each("roles", "invalid_rbac_role_assignment", ["unknown"]),
        *each("mfa_phone_number", "invalid_phone_number", "5"),
        *each("external_id", "invalid_external_id", "a b", "a\n"),
        *each("external_id", "duplicate_member_external_id", "ada"),
        ({"email_address": "dora@acme.test", "hash": "0" * 32}, "password_already_exists"),
    ],
    "passwords_discovery.authenticate": [
        *EMAIL,
        *each("password", "unauthorized_credentials", ABSENT, "", "wrong"),
        *each("email_address", "member_password_not_found", "unknown@acme.test"),
    ],
    "passwords_discovery.email_reset_start": [
        *RESET_START,
        *each("discovery_redirect_url", "invalid_discovery_redirect_url", "nope"),
        *each("pkce_code_challenge", "invalid_pkce_code_challenge", "short", "x" * 43 + "\n"),
    ],
    "passwords_discovery.email_reset": [*RESET_TOKEN, *VERIFIER],
    "oauth.authenticate": [
        *each("oauth_token", "invalid_token", ABSENT, *NO_TOKENS),
        *each("oauth_token", "oauth_token_not_found", "x" * 44),
        *VERIFIER,
        *WITH_EITHER,
        *ASKED,
    ],
    "oauth.discovery_authenticate": [
        *each("discovery_oauth_token", "invalid_token", ABSENT, *NO_TOKENS),
        *each("discovery_oauth_token", "oauth_token_not_found", "x" * 44),
        *VERIFIER,
        *MINUTES,
    ],
    "oauth.google": [*LINKED, *REFRESHING],
    "oauth.microsoft": [*LINKED, *REFRESHING],
    "oauth.github": [*LINKED, *REFRESHING],
    "oauth.slack": LINKED,
    "oauth.hubspot": [*LINKED, *REFRESHING],
}


@error_rows.parametrize(TABLE)
def test_changed_field_is_refused(project, endpoint, change, error_type):
    assert error_rows.error_of_changed(project, endpoint, change) == (error_rows.STATUS[error_type], error_type)
