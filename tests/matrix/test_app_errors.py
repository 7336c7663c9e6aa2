"""The error of each field of M2M clients and connected apps; see ``test_organization_errors``."""

from tests.matrix import error_rows
from tests.matrix.error_rows import ABSENT, CLAIMS, METADATA, MINUTES, NO_TOKENS, ORGANIZATION_REF, SEARCH, each

NAME = each("client_name", "m2m_client_invalid_client_name", "x" * 257)
DESCRIPTION = each("client_description", "m2m_client_invalid_client_description", "x" * 2049)
SCOPES = [
    *each("scopes", "invalid_m2m_client_scope", [""], ["a b"], ['a"b'], ["a\\b"], ["é"], ["a\n"]),
    *each("scopes", "invalid_argument", "x", [5], {}),
]
CLIENT = each("client_id", "m2m_client_not_found", "unknown", "m2m-client-test-x")

APP = each("client_id", "connected_app_not_found", "unknown", "connected-app-test-x")
APP_SETTINGS = [
    *each("access_token_expiry_minutes", "idp_invalid_access_token_expiry_minutes", 0, -1, 1441, 2**40),
    *each("access_token_custom_audience", "idp_invalid_access_token_custom_audience", "a b", "a\n", "x" * 2049),
    *each(
        "access_token_template_content",
        "idp_invalid_access_token_jwt_template",
        "x",
        "[]",
        "{{",
        '"{{ user.x }}"',
        '{"aud": "x"}',
    ),
    *each("id_token_template_content", "idp_invalid_access_token_jwt_template", "x", '{"aud": ["x"]}'),
    *[
        ({field: [url]}, error_type)
        for field in ("redirect_urls", "post_logout_redirect_urls")
        for url, error_type in [
            ("", "connected_app_redirect_url_must_include_scheme"),
            ("//acme.test/", "connected_app_redirect_url_must_include_scheme"),
            ("acme.test", "connected_app_redirect_url_must_include_scheme"),
            ("myapp://callback", "connected_app_redirect_url_must_use_http_or_https_scheme"),
            ("javascript:alert(1)", "connected_app_redirect_url_must_use_http_or_https_scheme"),
            ("http://acme.test/", "connected_app_redirect_url_http_scheme_must_use_loopback"),
            ("https://", "connected_app_invalid_redirect_url"),
            ("https://acme.test/#x", "connected_app_invalid_redirect_url"),
            ("https://acme.test:x/", "connected_app_invalid_redirect_url"),
            ("https://[acme", "connected_app_invalid_redirect_url"),
            ("https://acme.test/a b", "connected_app_invalid_redirect_url"),
            ("https://acme.test/\n", "connected_app_invalid_redirect_url"),
            ("https://acme.test/" + "x" * 2048, "connected_app_invalid_redirect_url"),
        ]
    ],
]
THIRD_PARTY = [
    *each("full_access_allowed", "third_party_clients_cannot_use_full_access", True),
    *each("bypass_consent_for_offline_access", "third_party_clients_require_consent_for_offline_access", True),
]
INSTALLED = [
    *ORGANIZATION_REF[1:],
    *each("connected_app_id", "connected_app_not_found", "unknown"),
]
OF_MEMBER = each("member_id", "member_not_found", "unknown", "member-test-x")
AUTHORIZE = [
    *APP,
    *each("client_id", "connected_app_not_found", ABSENT, ""),
    *each(
        "redirect_uri",
        "connected_app_supplied_redirect_url_not_found_in_client",
        ABSENT,
        "",
        "http://localhost:3000/callback/",
        "http://localhost:3001/callback",
        "https://evil.test/",
    ),
    *each("response_type", "bad_request", ABSENT, "", "token", "code token"),
    ({"session_token": ABSENT}, "no_oauth_authorize_member_selector"),
    ({"session_jwt": "x"}, "no_oauth_authorize_member_selector"),
    ({"organization_id": "acme", "member_id": "ada"}, "no_oauth_authorize_member_selector"),
    ({"session_token": ABSENT, "organization_id": "acme"}, "no_oauth_authorize_member_selector"),
    ({"session_token": ABSENT, "member_id": "ada"}, "no_oauth_authorize_member_selector"),
    ({"session_token": ABSENT, "organization_id": "acme", "member_id": "unknown"}, "member_not_found"),
    ({"session_token": ABSENT, "organization_id": "unknown", "member_id": "ada"}, "organization_not_found"),
    ({"session_token": ABSENT, "session_jwt": "x"}, "unable_to_parse_session_jwt"),
    *each("session_token", "invalid_session_token", *NO_TOKENS[1:]),
    *each("session_token", "session_not_found", "x" * 44),
]

TABLE = {
    "connected_apps.create": [
        *each("client_type", "invalid_connected_app_type", ABSENT, "", "public", "third-party"),
        *APP_SETTINGS,
        *THIRD_PARTY,
    ],
    "connected_apps.get": APP,
    "connected_apps.update": [*APP, *APP_SETTINGS, *THIRD_PARTY],
    "connected_apps.delete": APP,
    "connected_apps.search": [row for row in SEARCH if "query" not in row[0]],
    "connected_apps.rotate": APP,
    "connected_apps.rotate_start": APP,
    "connected_apps.rotate_cancel": APP,
    "connected_apps.list_by_organization": ORGANIZATION_REF[1:],
    "connected_apps.get_by_organization": INSTALLED,
    "connected_apps.list_by_member": [*ORGANIZATION_REF[1:], *OF_MEMBER],
    "connected_apps.revoke": [*INSTALLED, *OF_MEMBER],
    "idp.start": AUTHORIZE,
    "idp.authorize": [
        *AUTHORIZE,
        *each("consent_granted", "bad_request", ABSENT),
        *each("consent_granted", "invalid_argument", "true"),
        *each("code_challenge", "invalid_pkce_code_challenge", "short", "x" * 44),
    ],
    "sessions_exchange_token.exchange_access_token": [
        *each("access_token", "idp_access_token_not_found", ABSENT, "", "x", "a.b.c"),
        *MINUTES,
        *CLAIMS,
    ],
    "m2m.create": [
        *each("scopes", "invalid_m2m_client_scope", ABSENT, None),
        *SCOPES,
        *NAME,
        *DESCRIPTION,
        *METADATA,
        *each("client_id", "m2m_client_invalid_client_id", "a b", "a/b", "é", "a" * 129, "a\n"),
        *each("client_secret", "m2m_client_invalid_client_secret", "short", "x" * 513),
        *each("client_secret", "insecure_m2m_client_secret", "password", "aaaaaaaaaaaa"),
    ],
    "m2m.get": CLIENT,
    "m2m.update": [
        *CLIENT,
        *NAME,
        *DESCRIPTION,
        *SCOPES,
        *METADATA,
        *each("status", "m2m_client_invalid_status", "deleted"),
    ],
    "m2m.delete": CLIENT,
    "m2m.search": SEARCH,
    "m2m.rotate": CLIENT,
    "m2m.rotate_start": CLIENT,
    "m2m.rotate_cancel": CLIENT,
}


@error_rows.parametrize(TABLE)
def test_changed_field_is_refused(project, endpoint, change, error_type):
    assert error_rows.error_of_changed(project, endpoint, change) == (error_rows.STATUS[error_type], error_type)
