"""The errors of every request, and of organizations, members and the ways in which members log in."""

from mockstytch.errors.kinds import Confidence, Kind, b2b, shared

# fmt: off
# transport, credentials, project
bad_request = shared(400, "bad_request", "The submitted request is invalid.", "D")
internal_server_error = shared(500, "internal_server_error", "Oops, something seems to have gone wrong, please reach out to support@stytch.com to let us know what went wrong.", "D")
cross_site_request = shared(403, "cross_site_request", "Another web page may not drive this server.", "M")
host_not_allowed = shared(403, "host_not_allowed", "The control API answers only to names of this machine and those that the server was told of.", "M")
message_not_found = shared(404, "message_not_found", "No message matched in time.", "M")
invalid_authorization_header = shared(401, "invalid_authorization_header", "The authorization header is missing or could not be parsed. Please use HTTP Basic authentication with your project ID and secret.")
invalid_consumer_endpoint = shared(400, "invalid_consumer_endpoint", "This endpoint is only enabled for consumer projects.", "I")
invalid_project_id_authentication = shared(400, "invalid_project_id_authentication", "The project ID provided in the basic authentication header is invalid. Please check to make sure the format is correct and there are no trailing whitespaces. To create a new project or confirm an existing project ID please visit the Stytch dashboard here: https://stytch.com/dashboard/api-keys", "D")
invalid_project_id = shared(400, "invalid_project_id", "project_id format is invalid.")
invalid_secret_authentication = shared(400, "invalid_secret_authentication", "The secret provided in the basic authentication header is invalid.")
not_implemented = shared(501, "not_implemented", "mockstytch does not serve this operation yet. What is missing: docs/gaps.md in the mockstytch repository.", "M")
project_not_found = shared(404, "project_not_found", "Project could not be found.")
public_token_not_found = shared(404, "public_token_not_found", "Public token could not be found.")
request_too_large = shared(413, "bad_request", "The submitted request is invalid: its body is larger than 1 MB.", "M")
route_not_found = shared(404, "route_not_found", "The route provided is not supported.", "D")
unauthorized_credentials = shared(401, "unauthorized_credentials", "Unauthorized credentials.", "D")
wrong_stack_live = shared(400, "wrong_stack_live", "The provided credentials are for the live environment, and this is the test environment.")

# organizations
action_not_allowed_email_domain_is_claimed = b2b(400, "action_not_allowed_email_domain_is_claimed", "Members with this email domain are restricted to organizations that have claimed this domain.", "D")
allowed_auth_methods_required_for_restricted = b2b(400, "allowed_auth_methods_required_for_restricted", "Allowed auth methods must be set for 'RESTRICTED' auth methods", "D")
allowed_mfa_methods_required_for_restricted = b2b(400, "allowed_mfa_methods_required_for_restricted", "Allowed mfa methods must be set for 'RESTRICTED' auth methods", "D")
cannot_assign_default_rbac_role_id = b2b(400, "cannot_assign_default_rbac_role_id", "The stytch_member role is assigned to every member implicitly and cannot be assigned explicitly.")
cannot_update_trusted_metadata = b2b(401, "cannot_update_trusted_metadata", "trusted_metadata cannot be updated on behalf of a member.", "D")
invalid_connection_for_jit_provisioning = b2b(400, "invalid_connection_for_jit_provisioning", "The SSO connection is not one that the organization takes for JIT provisioning.")
invalid_oauth_allowed_tenants_format = b2b(400, "invalid_oauth_allowed_tenants_format", "allowed_oauth_tenants must map the providers slack, hubspot and github to lists of tenant IDs.")
invalid_organization_allowed_auth_methods = b2b(400, "invalid_organization_allowed_auth_methods", "allowed_auth_methods contains a method that does not exist.")
invalid_organization_allowed_mfa_methods = b2b(400, "invalid_organization_allowed_mfa_methods", "allowed_mfa_methods may only contain sms_otp and totp.")
invalid_organization_auth_factor_setting = b2b(400, "invalid_organization_auth_factor_setting", "The value must be one of ALL_ALLOWED, RESTRICTED or NOT_ALLOWED, and at least one of sso_jit_provisioning, email_jit_provisioning and email_invites must not be NOT_ALLOWED.")
invalid_organization_auth_factor_setting_for_email_jit_provisioning = b2b(400, "invalid_organization_auth_factor_setting_for_email_jit_provisioning", "email_jit_provisioning must be RESTRICTED or NOT_ALLOWED.")
invalid_organization_auth_factor_setting_for_oauth_tenant_jit_provisioning = b2b(400, "invalid_organization_auth_factor_setting_for_oauth_tenant_jit_provisioning", "oauth_tenant_jit_provisioning must be RESTRICTED or NOT_ALLOWED.")
invalid_organization_auth_method_settings = b2b(400, "invalid_organization_auth_method_settings", "auth_methods must be ALL_ALLOWED or RESTRICTED.")
invalid_organization_external_id = b2b(400, "invalid_organization_external_id", "organization_external_id must be 1 to 128 characters long and contain only alphanumeric characters and . _ - |")
invalid_organization_id = b2b(400, "invalid_organization_id", "organization_id is invalid: it must be an organization's ID, slug or external ID.")
invalid_organization_mfa_factor_setting = b2b(400, "invalid_organization_mfa_factor_setting", "mfa_methods must be ALL_ALLOWED or RESTRICTED.")
invalid_organization_mfa_policy = b2b(400, "invalid_organization_mfa_policy", "mfa_policy must be REQUIRED_FOR_ALL or OPTIONAL.")
invalid_organization_name = b2b(400, "invalid_organization_name", "organization_name must be between 1 and 128 characters long.")
invalid_organization_slug = b2b(400, "invalid_organization_slug", "organization_slug must be 2 to 128 characters long, contain only alphanumeric characters and - . _ ~, and at least one alphanumeric character.", "S")
invalid_rbac_role_assignment = b2b(400, "invalid_rbac_role_assignment", "A role that was assigned does not exist in the RBAC policy.")
invalid_restricted_email_setting = b2b(400, "invalid_restricted_email_setting", "email_allowed_domains must be set for 'RESTRICTED' email_invites or email_jit_provisioning.")
invalid_restricted_oauth_tenants_setting = b2b(400, "invalid_restricted_oauth_tenants_setting", "allowed_oauth_tenants must be set for 'RESTRICTED' oauth_tenant_jit_provisioning.")
invalid_restricted_sso_setting = b2b(400, "invalid_restricted_sso_setting", "sso_jit_provisioning_allowed_connections must be set for 'RESTRICTED' sso_jit_provisioning.")
invalid_sso_default_connection_id = b2b(400, "invalid_sso_default_connection_id", "sso_default_connection_id must be an active SSO connection of this organization.")
metadata_invalid_format = shared(400, "metadata_invalid_format", "Metadata must be a JSON object.")
metadata_too_large = shared(400, "metadata_too_large", "Metadata must not be larger than 4 KB.")
metadata_too_many_keys = shared(400, "metadata_too_many_keys", "Metadata must not have more than 20 keys.")
organization_external_id_already_used = b2b(400, "organization_external_id_already_used", "The provided organization_external_id is already used in another organization.")
organization_logo_url_too_long = b2b(400, "organization_logo_url_too_long", "organization_logo_url is too long.")
organization_name_missing = b2b(400, "organization_name_missing", "organization_name is required.")
organization_not_found = b2b(404, "organization_not_found", "Organization could not be found.", "S")
organization_settings_claimed_domain_too_common = b2b(400, "organization_settings_claimed_domain_too_common", "claimed_email_domains contains a domain that is too common.")
organization_settings_domain_too_common = b2b(400, "organization_settings_domain_too_common", "email_allowed_domains contains a domain that is too common.", "S")
organization_settings_duplicate_claimed_domain = b2b(400, "organization_settings_duplicate_claimed_domain", "claimed_email_domains contains a domain more than once.")
organization_settings_duplicate_domain = b2b(400, "organization_settings_duplicate_domain", "email_allowed_domains contains a domain more than once.")
organization_settings_invalid_claimed_domain = b2b(400, "organization_settings_invalid_claimed_domain", "claimed_email_domains contains something that is not a domain.")
organization_settings_invalid_domain = b2b(400, "organization_settings_invalid_domain", "email_allowed_domains contains something that is not a domain.")
organization_slug_already_used = b2b(400, "organization_slug_already_used", "The provided organization_slug is already used in another organization.", "D")
rbac_domain_too_common = b2b(400, "rbac_domain_too_common", "rbac_email_implicit_role_assignments contains a domain that is too common.")
rbac_invalid_domain = b2b(400, "rbac_invalid_domain", "rbac_email_implicit_role_assignments contains something that is not a domain.")

# members
cannot_preserve_existing_sessions = b2b(400, "cannot_preserve_existing_sessions", "preserve_existing_sessions can only be used together with roles.")
default_mfa_member_missing_factor = b2b(400, "default_mfa_member_missing_factor", "The member has not registered the method given as default_mfa_method.")
desired_email_deactivated_by_different_member = b2b(400, "desired_email_deactivated_by_different_member", "The email address is retired on another member of the organization.")
desired_email_updating_for_different_member = b2b(400, "desired_email_updating_for_different_member", "Another member of the organization is changing to this email address.")
duplicate_member_email = b2b(400, "duplicate_member_email", "A member with the specified email already exists in this organization.")
duplicate_member_external_id = b2b(400, "duplicate_member_external_id", "A member with the specified external_id already exists in this organization.")
duplicate_member_phone_number = b2b(400, "duplicate_member_phone_number", "A member with the specified phone number already exists in this organization.", "S")
duplicate_member_phone_number_for_member = b2b(400, "duplicate_member_phone_number_for_member", "The member already has a phone number. Delete it before setting another one.")
email_not_found = shared(404, "email_not_found", "Email could not be found.", "D")
email_unverified_for_reactivation = b2b(400, "email_unverified_for_reactivation", "The member cannot be reactivated because the email address was never verified.")
email_updates_available_only_for_active_members = b2b(400, "email_updates_available_only_for_active_members", "Only active members can change their email address.")
invalid_email = shared(400, "invalid_email", "Email format is invalid.", "D")
invalid_external_id = b2b(400, "invalid_external_id", "external_id must be 1 to 128 characters long and contain only alphanumeric characters and . _ - |")
invalid_member_get_fields = b2b(400, "invalid_member_get_fields", "Exactly one member must be named, by member_id or by email_address.")
invalid_mfa_default_method = b2b(400, "invalid_mfa_default_method", "default_mfa_method must be sms_otp or totp.")
invalid_phone_number = shared(400, "invalid_phone_number", "Phone number format is invalid. Ensure the phone number is in the E.164 format.", "D")
member_cannot_update_their_email_address = b2b(403, "member_cannot_update_their_email_address", "Members cannot update their own email address.")
member_does_not_exist_in_organization = b2b(404, "member_does_not_exist_in_organization", "The member does not exist in this organization.")
member_has_no_active_verified_email = b2b(400, "member_has_no_active_verified_email", "The member has no verified email address.")
member_not_found = b2b(404, "member_not_found", "Member could not be found.", "S")
member_password_not_found = b2b(404, "member_password_not_found", "Member password not found", "S")
member_phone_number_not_found = b2b(404, "member_phone_number_not_found", "Member phone number could not be found.", "S")
no_deleted_member_found_for_reactivation = b2b(404, "no_deleted_member_found_for_reactivation", "No deleted member with this member_id could be found.")
reactivation_email_belongs_to_another_member = b2b(400, "reactivation_email_belongs_to_another_member", "The member's email address belongs to another member now.")
retired_email_missing_email_identifiers = b2b(400, "retired_email_missing_email_identifiers", "email_id or email_address is required.")
retired_member_email = b2b(400, "retired_member_email", "The email address is retired on another member of the organization.")
totp_not_found = shared(404, "totp_not_found", "TOTP could not be found.", "S")
unable_to_verify_member_email_update = b2b(401, "unable_to_verify_member_email_update", "The email address could not be verified. Start the update again.")

# joining
email_jit_provisioning_not_allowed = b2b(400, "email_jit_provisioning_not_allowed", "The organization does not allow new members to join by their email domain.", "S")
invalid_email_for_invites = b2b(400, "invalid_email_for_invites", "The organization's settings do not allow this email address to be invited.")
invalid_email_for_jit_provisioning = b2b(400, "invalid_email_for_jit_provisioning", "The email address's domain is not one of the organization's allowed domains.", "S")
operation_restricted_by_organization_auth_methods = b2b(400, "operation_restricted_by_organization_auth_methods", "The organization does not allow this authentication method.")

# search
member_search_cannot_mix_internal_and_external_member_ids = b2b(400, "member_search_cannot_mix_internal_and_external_member_ids", "member_ids must be all member IDs or all external IDs.", "S")
member_search_organization_ids_empty = b2b(400, "member_search_organization_ids_empty", "organization_ids must name at least one organization.", "S")
search_invalid_status_filter = b2b(400, "search_invalid_status_filter", "statuses may only contain pending, invited, active and deleted.", "S")
user_search_invalid_cursor = shared(400, "user_search_invalid_cursor", "The search cursor is invalid.", "D")
user_search_invalid_limit = shared(400, "user_search_invalid_limit", "The search limit must be between 1 and 1000.", "D")
user_search_invalid_operator = shared(400, "user_search_invalid_operator", "The search operator must be AND or OR.", "D")

# magic links and redirect URLs
email_template_not_found = shared(404, "email_template_not_found", "Email Template could not be found.", "D")
invalid_code = shared(400, "invalid_code", "Code format is invalid.", "D")
invalid_expiration = shared(400, "invalid_expiration", "The expiration must be between 5 and 10080 minutes.")
invalid_locale = shared(400, "invalid_locale", "locale is invalid.", "D")
invalid_token = shared(400, "invalid_token", "Token format is invalid.")
magic_link_not_found = shared(404, "magic_link_not_found", "The magic link could not be authenticated, try sending another magic link.", "D")
no_match_for_provided_magic_link_url = shared(400, "no_match_for_provided_magic_link_url", "The magic_link_url in the request did not match any redirect URLs set for this project. Please visit https://stytch.com/dashboard/redirect-urls to update the redirect URLs for this project. For more information on why this validation is necessary please visit https://stytch.com/docs/api/url-validation", "D")
unable_to_auth_magic_link = shared(401, "unable_to_auth_magic_link", "The magic link could not be authenticated because it was either already used or expired. Send another magic link to this user.", "D")
invalid_pkce_code_challenge = shared(400, "invalid_pkce_code_challenge", "The PKCE code challenge is invalid: it must be the base64url encoded SHA-256 hash of the code verifier.")
invalid_pkce_code_verifier = shared(400, "invalid_pkce_code_verifier", "The PKCE code verifier is invalid: it may not be longer than 128 unreserved characters.")
pkce_did_not_expect_code_verifier = shared(400, "pkce_did_not_expect_code_verifier", "This flow was started without a code_challenge but the authentication call has a code_verifier.", "I")
pkce_expected_code_verifier = shared(400, "pkce_expected_code_verifier", "This flow was started using a code_challenge but the authentication call is missing the corresponding code_verifier.", "I")
pkce_mismatch = shared(400, "pkce_mismatch", "The submitted code_verifier does not match the code_challenge sent at the start of the flow.", "I")

# sessions
custom_claims_too_large = shared(400, "custom_claims_too_large", "session_custom_claims must not be larger than 4 KB.", "I")
insufficient_factors_for_session_exchange = b2b(400, "insufficient_factors_for_session_exchange", "None of the session's factors can be used in the other organization.")
intermediate_session_not_found = b2b(404, "intermediate_session_not_found", "Intermediate session could not be found.", "S")
invalid_intermediate_session_token_for_organization = b2b(400, "invalid_intermediate_session_token_for_organization", "The intermediate session belongs to another organization.")
invalid_permission_action = b2b(400, "invalid_permission_action", "The action does not exist on this resource.")
invalid_permission_resource = b2b(400, "invalid_permission_resource", "The resource_id does not exist.")
invalid_session_duration_minutes = shared(400, "invalid_session_duration_minutes", "session_duration_minutes is invalid, should be between 5 to 527040 minutes.", "D")
invalid_session_token = shared(400, "invalid_session_token", "Session token format is invalid.", "D")
jwt_invalid_audience = shared(401, "jwt_invalid_audience", "The session JWT was issued for another project.")
member_session_member_id_mismatch = b2b(400, "member_session_member_id_mismatch", "The session belongs to another member.")
no_session_arguments = shared(400, "no_session_arguments", "A session argument is required.", "I")
no_session_revoke_arguments = shared(400, "no_session_revoke_arguments", "member_session_id, session_token, session_jwt or member_id is required.", "I")
session_authorization_error = b2b(403, "session_authorization_error", "The member is not authorized to perform the requested action on that resource.", "D")
session_authorization_tenancy_error = b2b(403, "session_authorization_tenancy_error", "The member belongs to a different organization than the one that the action is requested in.", "D")
session_not_found = shared(404, "session_not_found", "Session could not be found.", "D")
stytch_claims_in_custom_claims = shared(400, "stytch_claims_in_custom_claims", "session_custom_claims must not contain claims in the https://stytch.com/ namespace.", "I")
too_many_session_arguments = shared(400, "too_many_session_arguments", "Only one session argument may be given.", "I")
too_many_session_revoke_arguments = shared(400, "too_many_session_revoke_arguments", "Only one of member_session_id, session_token, session_jwt and member_id may be given.", "I")
unable_to_parse_session_jwt = shared(400, "unable_to_parse_session_jwt", "The session JWT could not be parsed or its signature is invalid.", "I")
# one-time codes, second factors, locks
action_available_only_for_active_members = b2b(400, "action_available_only_for_active_members", "You may not attach an MFA factor to a member that is not active.", "D")
action_available_only_once_primary_authentication_is_met = b2b(400, "action_available_only_once_primary_authentication_is_met", "You must complete the primary authentication requirements for an organization before completing an MFA flow.", "D")
active_totp_exists = shared(400, "active_totp_exists", "Cannot create a new TOTP for the specified user since the user already has an active TOTP. Users may only have one active TOTP at a time.", "D")
expired_totp = shared(401, "expired_totp", "The TOTP registration was not completed in time. Start it again.")
invalid_expiration_otp = shared(400, "invalid_expiration_otp", "The expiration must be between 2 and 15 minutes.")
invalid_phone_number_country_code = shared(400, "invalid_phone_number_country_code", "The phone number's country code is invalid, unsupported, or disabled.", "D")
invalid_recovery_code = shared(400, "invalid_recovery_code", "Recovery code format is invalid.")
invalid_totp_code = shared(400, "invalid_totp_code", "TOTP code format is invalid.")
no_active_recovery_code_backed_factor = shared(400, "no_active_recovery_code_backed_factor", "The member has no active factor that recovery codes stand in for.")
operation_restricted_by_organization_mfa_methods = b2b(400, "operation_restricted_by_organization_mfa_methods", "The organization does not allow this MFA method.")
otp_code_not_found = shared(404, "otp_code_not_found", "The passcode provided was incorrect and could not be authenticated.", "I")
pending_totp_exists = shared(400, "pending_totp_exists", "The member has a TOTP registration that is not completed yet.")
recovery_code_used_as_totp_code = shared(400, "recovery_code_used_as_totp_code", "A recovery code was given where a TOTP code is expected.")
recovery_codes_not_found = shared(404, "recovery_codes_not_found", "Recovery codes could not be found.", "S")
session_enforced_factor_matching_session_required = b2b(400, "session_enforced_factor_matching_session_required", "The member has an MFA factor: a session that was authenticated with it is required.")
totp_code_already_authenticated = shared(400, "totp_code_already_authenticated", "This TOTP code has already been authenticated. Please attempt with the next generated code.", "I")
totp_code_used_as_recovery_code = shared(400, "totp_code_used_as_recovery_code", "A TOTP code was given where a recovery code is expected.")
unable_to_auth_otp_code = shared(401, "unable_to_auth_otp_code", "The passcode could not be authenticated because it was either already used or expired. Send another passcode to this user.", "I")
unable_to_authenticate_recovery_code = shared(401, "unable_to_authenticate_recovery_code", "The recovery code could not be authenticated.")
unable_to_authenticate_totp = shared(401, "unable_to_authenticate_totp", "The TOTP code could not be authenticated.", "S")
user_lock_limit_reached = shared(429, "user_lock_limit_reached", "The user has been locked out due to too many failed authentication attempts. Please try again later.", "I")

# passwords
argon_2_key_length_mismatch = shared(400, "argon_2_key_length_mismatch", "The hash is not as long as key_length says.", "D")
breached_password = shared(400, "breached_password", "password appears in a list of breached passwords.", "I")
cross_org_passwords_enabled = b2b(400, "cross_org_passwords_enabled", "Cross-organization passwords are enabled for this project.", "I")
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
password_already_exists = shared(400, "password_already_exists", "The member has a password already.")
password_does_not_match = shared(401, "password_does_not_match", "The existing password is wrong.")
pbkdf_2_key_length_mismatch = shared(400, "pbkdf_2_key_length_mismatch", "The hash is not as long as key_length says.", "S")
scrypt_key_length_mismatch = shared(400, "scrypt_key_length_mismatch", "The hash is not as long as key_length says.", "S")
session_too_old_to_reset_password = shared(400, "session_too_old_to_reset_password", "The provided session cannot be used to reset a password. It does not have an authentication_factor that was authenticated within the last 5 minutes. Please prompt the user to authenticate again before retrying the endpoint.", "I")
unable_to_auth_password_reset_token = shared(401, "unable_to_auth_password_reset_token", "The password reset token could not be authenticated because it was either already used or expired. Send another reset e-mail to this user.", "S")
weak_password = shared(400, "weak_password", "password doesn't meet our strength requirements.", "D")

# OAuth
invalid_oauth_provider = shared(400, "invalid_oauth_provider", "There is no OAuth provider of this name.")
invalid_oauth_tenant_for_jit_provisioning = b2b(400, "invalid_oauth_tenant_for_jit_provisioning", "The OAuth tenant is not one of the organization's allowed tenants.")
invalid_public_token_id = shared(400, "invalid_public_token_id", "public_token format is invalid.")
member_oauth_token_not_found = b2b(404, "member_oauth_token_not_found", "Member OAuth Token not found")
missing_oauth_organization_locator = b2b(400, "missing_oauth_organization_locator", "organization_id or slug is required.")
no_match_for_provided_oauth_url = shared(400, "no_match_for_provided_oauth_url", "The oauth redirect url in the request did not match any redirect URLs set for this project. Please visit https://stytch.com/dashboard/redirect-urls to update the redirect URLs for this project. For more information on why this validation is necessary please visit https://stytch.com/docs/api/url-validation", "D")
oauth_auth_code_error = shared(400, "oauth_auth_code_error", "An error was encountered when exchanging the OAuth auth code. Please try again.")
oauth_config_not_found = shared(400, "oauth_config_not_found", "The OAuth provider is not configured for this project.")
oauth_invalid_callback_request = shared(400, "oauth_invalid_callback_request", "The OAuth callback request is invalid. Please reach out to the application developer for support.")
oauth_invalid_state = shared(400, "oauth_invalid_state", "The state in the OAuth callback is unknown or expired.")
oauth_state_mismatch = shared(400, "oauth_state_mismatch", "The state in the cookie doesn't match with the state in the query parameter. Please retry your login flow. If you continue receiving this error, reach out to the application developer for support.", "D")
oauth_state_used = shared(400, "oauth_state_used", "The state in the OAuth callback was used already.")
oauth_token_not_found = shared(404, "oauth_token_not_found", "Member OAuth Token not found")
public_token_required = shared(400, "public_token_required", "public_token is required.")
too_many_oauth_organization_locators = b2b(400, "too_many_oauth_organization_locators", "Only one of organization_id and slug may be given.")
# fmt: on


def _family(template: str, message: str, names: tuple[str, ...], confidence: Confidence = "I") -> dict[str, Kind]:
    """Errors that differ by one word."""
    return {name: shared(400, template.format(name), message.format(name), confidence) for name in names}


# Redirect URL errors, by the type of URL that was needed.
_REDIRECTS = ("login", "signup", "invite", "discovery", "password_reset")
no_redirect_urls_set = _family("no_{}_redirect_urls_set", "No {} redirect URLs are set for this project.", _REDIRECTS)
no_default_redirect_url_set = _family(
    "no_default_{}_redirect_url_set", "No default {} redirect URL is set for this project.", _REDIRECTS
)
no_default_redirect_url_set["password_reset"] = no_redirect_urls_set["password_reset"] = shared(
    400, "no_password_reset_redirect_url", "No password reset redirect URL is set for this project."
)
invalid_redirect_url = _family("invalid_{}_redirect_url", "{}_redirect_url is not a valid URL.", _REDIRECTS)

invalid_oauth_redirect_url = _family("invalid_{}_oauth_url", "{}_redirect_url is not a valid URL.", ("login", "signup"))
invalid_oauth_redirect_url["discovery"] = invalid_redirect_url["discovery"]

# Hash errors of migrated passwords, by the type of hash.
invalid_plain_hash = _family("invalid_{}_hash", "The {} hash is malformed.", ("md_5", "sha_1", "sha_512"), "S")

# Search errors, by what is searched (``organization`` or ``member``), then by filter.
_SEARCHES = ("organization", "member")


def _search(template: str, message: str, confidence: Confidence) -> dict[str, Kind]:
    return {s: b2b(400, template.format(s), message.format(s), confidence) for s in _SEARCHES}


search_filter_name_not_recognized = _search(
    "{}_search_filter_name_not_recognized",
    "The {0} search operand filter_name was not recognized."
    " Please see https://stytch.com/docs/b2b/api/search-{0}s for request schema details and examples.",
    "D",
)
search_missing_filter_name = _search("{}_search_missing_filter_name", "A {} search operand has no filter_name.", "D")
search_filter_name_must_be_string = _search(
    "{}_search_filter_name_must_be_string", "The {} search operand filter_name must be a string.", "D"
)
search_missing_filter_value = _search("{}_search_missing_filter_value", "A {} search operand has no filter_value.", "D")
search_expected_array_of_strings = _search(
    "{}_search_expected_array_of_strings", "The {} search operand filter_value must be an array of strings.", "D"
)
search_expected_string = _search(
    "{}_search_expected_string", "The {} search operand filter_value must be a string.", "S"
)
search_expected_boolean = _search(
    "{}_search_expected_boolean", "The {} search operand filter_value must be a boolean.", "S"
)


def search_missing(searched: str, what: str) -> Kind:
    """The error of a filter whose value is there, and empty."""
    return b2b(400, f"{searched}_search_missing_{what}", f"The {searched} search filter {what} has no value.", "S")


def search_fuzzy_too_short(searched: str, what: str) -> Kind:
    return b2b(
        400, f"{searched}_search_{what}_too_short", "A fuzzy search value must be at least 3 characters long.", "S"
    )
