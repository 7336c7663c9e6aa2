"""The operations of Stytch's Consumer API, which B2B projects can't call.

A caller that uses one has probably created the wrong client. A test compares the list with the installed SDK.
"""

import re

# Path parameters are written as {}.
OPERATIONS: tuple[tuple[str, str], ...] = (
    ("POST", "/v1/crypto_wallets/authenticate"),
    ("POST", "/v1/crypto_wallets/authenticate/start"),
    ("POST", "/v1/idp/oauth/authorize"),
    ("POST", "/v1/idp/oauth/authorize/start"),
    ("POST", "/v1/impersonation/authenticate"),
    ("POST", "/v1/magic_links"),
    ("POST", "/v1/magic_links/authenticate"),
    ("POST", "/v1/magic_links/email/invite"),
    ("POST", "/v1/magic_links/email/login_or_create"),
    ("POST", "/v1/magic_links/email/revoke_invite"),
    ("POST", "/v1/magic_links/email/send"),
    ("POST", "/v1/oauth/attach"),
    ("POST", "/v1/oauth/authenticate"),
    ("POST", "/v1/otps/authenticate"),
    ("POST", "/v1/otps/email/login_or_create"),
    ("POST", "/v1/otps/email/send"),
    ("POST", "/v1/otps/sms/login_or_create"),
    ("POST", "/v1/otps/sms/send"),
    ("POST", "/v1/otps/whatsapp/login_or_create"),
    ("POST", "/v1/otps/whatsapp/send"),
    ("POST", "/v1/passwords"),
    ("POST", "/v1/passwords/authenticate"),
    ("POST", "/v1/passwords/email/reset"),
    ("POST", "/v1/passwords/email/reset/start"),
    ("POST", "/v1/passwords/existing_password/reset"),
    ("POST", "/v1/passwords/migrate"),
    ("POST", "/v1/passwords/session/reset"),
    ("POST", "/v1/passwords/strength_check"),
    ("GET", "/v1/rbac/policy"),
    ("GET", "/v1/sessions"),
    ("POST", "/v1/sessions/attest"),
    ("POST", "/v1/sessions/authenticate"),
    ("POST", "/v1/sessions/exchange_access_token"),
    ("GET", "/v1/sessions/jwks/{}"),
    ("POST", "/v1/sessions/migrate"),
    ("POST", "/v1/sessions/revoke"),
    ("POST", "/v1/totps"),
    ("POST", "/v1/totps/authenticate"),
    ("POST", "/v1/totps/recover"),
    ("POST", "/v1/totps/recovery_codes"),
    ("POST", "/v1/users"),
    ("DELETE", "/v1/users/biometric_registrations/{}"),
    ("DELETE", "/v1/users/crypto_wallets/{}"),
    ("DELETE", "/v1/users/emails/{}"),
    ("DELETE", "/v1/users/oauth/{}"),
    ("DELETE", "/v1/users/passwords/{}"),
    ("DELETE", "/v1/users/phone_numbers/{}"),
    ("POST", "/v1/users/search"),
    ("DELETE", "/v1/users/totps/{}"),
    ("DELETE", "/v1/users/webauthn_registrations/{}"),
    ("DELETE", "/v1/users/{}"),
    ("GET", "/v1/users/{}"),
    ("PUT", "/v1/users/{}"),
    ("GET", "/v1/users/{}/connected_apps"),
    ("POST", "/v1/users/{}/connected_apps/{}/revoke"),
    ("PUT", "/v1/users/{}/exchange_primary_factor"),
    ("DELETE", "/v1/users/{}/external_id"),
    ("POST", "/v1/webauthn/authenticate"),
    ("POST", "/v1/webauthn/authenticate/start"),
    ("GET", "/v1/webauthn/credentials/{}/{}"),
    ("POST", "/v1/webauthn/register"),
    ("POST", "/v1/webauthn/register/start"),
    ("PUT", "/v1/webauthn/{}"),
)
_PATTERNS = [(method, re.compile(re.escape(path).replace(r"\{\}", "[^/]+"))) for method, path in OPERATIONS]


def has(method: str, path: str) -> bool:
    """Whether the Consumer API has an operation with this method and path."""
    return any(method == m and pattern.fullmatch(path) for m, pattern in _PATTERNS)
