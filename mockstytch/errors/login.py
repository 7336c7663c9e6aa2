"""The errors of the ways in which members log in."""

from mockstytch.errors.kinds import b2b, family, shared

# fmt: off
# Magic links and redirect URLs
billing_not_verified_for_email = shared(400, "billing_not_verified_for_email", "E-mails to this domain can only be sent by projects with verified billing.", "D")
email_template_not_found = shared(404, "email_template_not_found", "Email Template could not be found.", "D")
invalid_code = shared(400, "invalid_code", "Code format is invalid.", "D")
invalid_expiration = shared(400, "invalid_expiration", "The expiration must be between 5 and 10080 minutes.")
invalid_locale = shared(400, "invalid_locale", "locale is invalid.", "D")
invalid_token = shared(400, "invalid_token", "Token format is invalid.", "D")
magic_link_not_found = shared(404, "magic_link_not_found", "The magic link could not be authenticated, try sending another magic link.", "D")
no_match_for_provided_magic_link_url = shared(400, "no_match_for_provided_magic_link_url", "The magic_link_url in the request did not match any redirect URLs set for this project. Please visit https://stytch.com/dashboard/redirect-urls to update the redirect URLs for this project. For more information on why this validation is necessary please visit https://stytch.com/docs/api/url-validation", "D")
unable_to_auth_magic_link = shared(401, "unable_to_auth_magic_link", "The magic link could not be authenticated because it was either already used or expired. Send another magic link to this user.", "D")
invalid_pkce_code_challenge = shared(400, "invalid_pkce_code_challenge", "The PKCE code challenge is invalid: it must be the base64url encoded SHA-256 hash of the code verifier.")
invalid_pkce_code_verifier = shared(400, "invalid_pkce_code_verifier", "The PKCE code verifier is invalid: it must be at most 128 characters long and contain only unreserved characters.")
pkce_did_not_expect_code_verifier = shared(400, "pkce_did_not_expect_code_verifier", "This flow was started without a code_challenge but the authentication call has a code_verifier.", "I")
pkce_expected_code_verifier = shared(400, "pkce_expected_code_verifier", "This flow was started using a code_challenge but the authentication call is missing the corresponding code_verifier.", "I")
pkce_mismatch = shared(400, "pkce_mismatch", "The submitted code_verifier does not match the code_challenge sent at the start of the flow.", "I")

# One-time codes and MFA
action_available_only_for_active_members = b2b(400, "action_available_only_for_active_members", "You may not attach an MFA factor to a member that is not active.", "D")
action_available_only_once_primary_authentication_is_met = b2b(400, "action_available_only_once_primary_authentication_is_met", "You must complete the primary authentication requirements for an organization before completing an MFA flow.", "D")
active_totp_exists = shared(400, "active_totp_exists", "Cannot create a new TOTP for the specified user since the user already has an active TOTP. Users may only have one active TOTP at a time.", "D")
expired_totp = shared(400, "expired_totp", "The TOTP registration was not completed in time. Start it again.")
invalid_expiration_otp = shared(400, "invalid_expiration_otp", "The expiration must be between 2 and 15 minutes.")
invalid_phone_number_country_code = shared(400, "invalid_phone_number_country_code", "The phone number's country code is invalid, unsupported, or disabled.", "D")
invalid_recovery_code = shared(400, "invalid_recovery_code", "Recovery code format is invalid.")
invalid_totp_code = shared(400, "invalid_totp_code", "TOTP code format is invalid.")
no_active_recovery_code_backed_factor = shared(400, "no_active_recovery_code_backed_factor", "The member has no active MFA factor that a recovery code can replace.")
operation_restricted_by_organization_mfa_methods = b2b(400, "operation_restricted_by_organization_mfa_methods", "The organization does not allow this MFA method.")
otp_code_not_found = shared(404, "otp_code_not_found", "The passcode provided was incorrect and could not be authenticated.", "S")
pending_totp_exists = shared(400, "pending_totp_exists", "The member already has a TOTP registration that is not completed.")
recovery_code_used_as_totp_code = shared(400, "recovery_code_used_as_totp_code", "The code is a recovery code, but a TOTP code is required.")
recovery_codes_not_found = shared(404, "recovery_codes_not_found", "Recovery codes could not be found.", "S")
session_enforced_factor_matching_session_required = b2b(400, "session_enforced_factor_matching_session_required", "The member has an MFA factor. A session that was authenticated with it is required.")
totp_code_already_authenticated = shared(400, "totp_code_already_authenticated", "This TOTP code has already been authenticated. Please attempt with the next generated code.", "I")
totp_code_used_as_recovery_code = shared(400, "totp_code_used_as_recovery_code", "The code is a TOTP code, but a recovery code is required.")
unable_to_auth_otp_code = shared(401, "unable_to_auth_otp_code", "The passcode could not be authenticated because it was either already used or expired. Send another passcode to this user.", "S")
unable_to_authenticate_recovery_code = shared(401, "unable_to_authenticate_recovery_code", "The recovery code could not be authenticated.")
unable_to_authenticate_totp = shared(401, "unable_to_authenticate_totp", "The TOTP code could not be authenticated.", "S")
user_lock_limit_reached = shared(429, "user_lock_limit_reached", "The user has been locked out due to too many failed authentication attempts. Please try again later.", "D")

# Passwords
argon_2_key_length_mismatch = shared(400, "argon_2_key_length_mismatch", "The hash is not as long as key_length says.", "D")
breached_password = shared(400, "breached_password", "password appears in a list of breached passwords.", "S")
cross_org_passwords_enabled = b2b(400, "cross_org_passwords_enabled", "Cross-organization passwords are enabled for this project.", "S")
cross_org_passwords_not_enabled = b2b(400, "cross_org_passwords_not_enabled", "Cross-organization passwords are not enabled for this project.", "S")
invalid_argon_2_iteration_amount = shared(400, "invalid_argon_2_iteration_amount", "iteration_amount is out of range.", "S")
invalid_argon_2_key_length = shared(400, "invalid_argon_2_key_length", "key_length is out of range.", "S")
invalid_argon_2_memory = shared(400, "invalid_argon_2_memory", "memory is out of range.", "S")
invalid_argon_2_salt = shared(400, "invalid_argon_2_salt", "The salt is too short or too long.", "S")
invalid_argon_2_threads = shared(400, "invalid_argon_2_threads", "threads is out of range.", "S")
invalid_base64_scrypt_hash = shared(400, "invalid_base64_scrypt_hash", "The scrypt hash is not base64.", "S")
invalid_base64_scrypt_salt = shared(400, "invalid_base64_scrypt_salt", "The scrypt salt is not base64.", "S")
invalid_bcrypt_cost = shared(400, "invalid_bcrypt_cost", "The bcrypt cost is out of range.", "S")
invalid_bcrypt_hash = shared(400, "invalid_bcrypt_hash", "The bcrypt hash is malformed.", "S")
invalid_hash = shared(400, "invalid_hash", "The password hash is malformed.", "S")
invalid_hash_type = shared(400, "invalid_hash_type", "hash_type is not one that can be migrated.", "S")
invalid_pbkdf_2_algorithm = shared(400, "invalid_pbkdf_2_algorithm", "algorithm must be sha256 or sha512.", "S")
invalid_pbkdf_2_hash = shared(400, "invalid_pbkdf_2_hash", "The PBKDF2 hash is malformed.", "S")
invalid_pbkdf_2_iteration_amount = shared(400, "invalid_pbkdf_2_iteration_amount", "iteration_amount is out of range.", "S")
invalid_pbkdf_2_salt = shared(400, "invalid_pbkdf_2_salt", "The PBKDF2 salt is not base64.", "S")
invalid_phpass_hash_format = shared(400, "invalid_phpass_hash_format", "The phpass hash is malformed.", "S")
invalid_phpass_hash_prefix = shared(400, "invalid_phpass_hash_prefix", "The phpass hash must begin with $P$ or $H$.", "S")
invalid_scrypt_n_parameter = shared(400, "invalid_scrypt_n_parameter", "n_parameter must be a power of two from 2 to 262144.", "S")
invalid_scrypt_parameters = shared(400, "invalid_scrypt_parameters", "The scrypt parameters are out of range.", "S")
invalid_scrypt_salt_length = shared(400, "invalid_scrypt_salt_length", "The scrypt salt is empty.", "S")
member_reset_password = b2b(400, "member_reset_password", "member must reset their password", "I")
password_already_exists = shared(400, "password_already_exists", "The member already has a password.")
password_does_not_match = shared(401, "password_does_not_match", "The existing password is incorrect.")
pbkdf_2_key_length_mismatch = shared(400, "pbkdf_2_key_length_mismatch", "The hash is not as long as key_length says.", "S")
scrypt_key_length_mismatch = shared(400, "scrypt_key_length_mismatch", "The hash is not as long as key_length says.", "S")
session_too_old_to_reset_password = shared(400, "session_too_old_to_reset_password", "The provided session cannot be used to reset a password. It does not have an authentication_factor that was authenticated within the last 5 minutes. Please prompt the user to authenticate again before retrying the endpoint.", "I")
unable_to_auth_password_reset_token = shared(401, "unable_to_auth_password_reset_token", "The password reset token could not be authenticated because it was either already used or expired. Send another reset e-mail to this user.", "S")
weak_password = shared(400, "weak_password", "password doesn't meet our strength requirements.", "D")

# OAuth logins
invalid_oauth_provider = shared(400, "invalid_oauth_provider", "The OAuth provider is unknown.")
invalid_oauth_tenant_for_jit_provisioning = b2b(400, "invalid_oauth_tenant_for_jit_provisioning", "The OAuth tenant is not one of the organization's allowed tenants.")
invalid_public_token_id = shared(400, "invalid_public_token_id", "public_token format is invalid.")
member_oauth_token_not_found = b2b(404, "member_oauth_token_not_found", "Member OAuth Token not found")
missing_oauth_organization_locator = b2b(400, "missing_oauth_organization_locator", "organization_id or slug is required.")
no_match_for_provided_oauth_url = shared(400, "no_match_for_provided_oauth_url", "The sso redirect url in the request did not match any redirect URLs set for this project. Please visit https://stytch.com/dashboard/redirect-urls to update the redirect URLs for this project. For more information on why this validation is necessary please visit https://stytch.com/docs/api/url-validation", "D")
oauth_auth_code_error = shared(400, "oauth_auth_code_error", "An error was encountered when exchanging the OAuth auth code. Please try again.")
oauth_config_not_found = shared(400, "oauth_config_not_found", "The OAuth provider is not configured for this project.")
oauth_invalid_callback_request = shared(400, "oauth_invalid_callback_request", "The OAuth callback request is invalid. Please reach out to the application developer for support.")
oauth_invalid_state = shared(400, "oauth_invalid_state", "The state in the OAuth callback is unknown or expired.")
oauth_state_mismatch = shared(400, "oauth_state_mismatch", "The state in the cookie doesn't match with the state in the query parameter. Please retry your login flow. If you continue receiving this error, reach out to the application developer for support.", "D")
oauth_state_used = shared(400, "oauth_state_used", "The state in the OAuth callback was already used.")
oauth_token_not_found = shared(404, "oauth_token_not_found", "Member OAuth Token not found")
public_token_required = shared(400, "public_token_required", "public_token is required.")
too_many_oauth_organization_locators = b2b(400, "too_many_oauth_organization_locators", "Only one of organization_id and slug is allowed.")
# fmt: on

# Magic links and redirect URLs (by the type of the URL)

_REDIRECTS = ("login", "signup", "invite", "discovery", "password_reset")
no_redirect_urls_set = family("no_{}_redirect_urls_set", "No {} redirect URLs are set for this project.", _REDIRECTS)
no_default_redirect_url_set = family(
    "no_default_{}_redirect_url_set", "No default {} redirect URL is set for this project.", _REDIRECTS
)
no_default_redirect_url_set["password_reset"] = no_redirect_urls_set["password_reset"] = shared(
    400, "no_password_reset_redirect_url", "No password reset redirect URL is set for this project."
)
invalid_redirect_url = family("invalid_{}_redirect_url", "{}_redirect_url is not a valid URL.", _REDIRECTS)

invalid_oauth_redirect_url = family("invalid_{}_oauth_url", "{}_redirect_url is not a valid URL.", ("login", "signup"))
invalid_oauth_redirect_url["discovery"] = invalid_redirect_url["discovery"]

# Passwords (by the type of the hash)

invalid_plain_hash = family("invalid_{}_hash", "The {} hash is malformed.", ("md_5", "sha_1", "sha_512"), "S")
