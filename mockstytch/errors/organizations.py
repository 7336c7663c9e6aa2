"""The errors of organizations, their settings, and searches."""

from mockstytch.errors.kinds import Confidence, Kind, b2b, shared

# fmt: off
# Organizations
action_not_allowed_email_domain_is_claimed = b2b(400, "action_not_allowed_email_domain_is_claimed", "Members with this email domain are restricted to organizations that have claimed this domain.", "D")
allowed_auth_methods_required_for_restricted = b2b(400, "allowed_auth_methods_required_for_restricted", "Allowed auth methods must be set for 'RESTRICTED' auth methods", "D")
allowed_mfa_methods_required_for_restricted = b2b(400, "allowed_mfa_methods_required_for_restricted", "Allowed mfa methods must be set for 'RESTRICTED' auth methods", "D")
cannot_assign_default_rbac_role_id = b2b(400, "cannot_assign_default_rbac_role_id", "The stytch_member role is assigned to every member implicitly and cannot be assigned explicitly.", "S")
cannot_update_trusted_metadata = shared(401, "cannot_update_trusted_metadata", "trusted_metadata cannot be updated on behalf of a member.", "D")
invalid_connection_for_jit_provisioning = b2b(400, "invalid_connection_for_jit_provisioning", "The organization does not allow JIT provisioning by this SSO connection.")
invalid_oauth_allowed_tenants_format = b2b(400, "invalid_oauth_allowed_tenants_format", "allowed_oauth_tenants must map the providers slack, hubspot and github to lists of tenant IDs.")
invalid_organization_allowed_auth_methods = b2b(400, "invalid_organization_allowed_auth_methods", "allowed_auth_methods contains a method that does not exist.")
invalid_organization_allowed_mfa_methods = b2b(400, "invalid_organization_allowed_mfa_methods", "allowed_mfa_methods may only contain sms_otp and totp.")
invalid_organization_auth_factor_setting = b2b(400, "invalid_organization_auth_factor_setting", "The value provided isn't valid. Valid values are 'NOT_ALLOWED', 'RESTRICTED', or 'ALL_ALLOWED'.", "D")
invalid_organization_auth_factor_setting_for_email_jit_provisioning = b2b(400, "invalid_organization_auth_factor_setting_for_email_jit_provisioning", "email_jit_provisioning must be RESTRICTED or NOT_ALLOWED.")
invalid_organization_auth_factor_setting_for_oauth_tenant_jit_provisioning = b2b(400, "invalid_organization_auth_factor_setting_for_oauth_tenant_jit_provisioning", "oauth_tenant_jit_provisioning must be RESTRICTED or NOT_ALLOWED.")
invalid_organization_auth_method_settings = b2b(400, "invalid_organization_auth_method_settings", "auth_methods must be ALL_ALLOWED or RESTRICTED.")
invalid_organization_external_id = b2b(400, "invalid_organization_external_id", "organization_external_id must be 1 to 128 characters long and contain only alphanumeric characters and . _ - |")
invalid_organization_id = b2b(400, "invalid_organization_id", "organization_id is invalid: it must be an organization's ID, slug or external ID.", "S")
invalid_organization_mfa_factor_setting = b2b(400, "invalid_organization_mfa_factor_setting", "mfa_methods must be ALL_ALLOWED or RESTRICTED.")
invalid_organization_mfa_policy = b2b(400, "invalid_organization_mfa_policy", "mfa_policy must be REQUIRED_FOR_ALL or OPTIONAL.")
invalid_organization_name = b2b(400, "invalid_organization_name", "organization_name must be between 1 and 128 characters long.")
invalid_organization_slug = b2b(400, "invalid_organization_slug", "The organization_slug must be at least 2 characters long and may only contain alphanumerics and the reserved characters '-', '.', '_', or '~'. At least one character must be alphanumeric.", "D")
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
organization_not_found = shared(404, "organization_not_found", "Organization could not be found.", "D")
organization_settings_claimed_domain_too_common = b2b(400, "organization_settings_claimed_domain_too_common", "claimed_email_domains contains a domain that is too common.")
organization_settings_domain_too_common = b2b(400, "organization_settings_domain_too_common", "email_allowed_domains contains a domain that is too common.", "S")
organization_settings_duplicate_claimed_domain = b2b(400, "organization_settings_duplicate_claimed_domain", "claimed_email_domains contains a domain more than once.")
organization_settings_duplicate_domain = b2b(400, "organization_settings_duplicate_domain", "email_allowed_domains contains a domain more than once.")
organization_settings_invalid_claimed_domain = b2b(400, "organization_settings_invalid_claimed_domain", "claimed_email_domains contains an invalid domain.")
organization_settings_invalid_domain = b2b(400, "organization_settings_invalid_domain", "email_allowed_domains contains an invalid domain.")
organization_slug_already_used = b2b(400, "organization_slug_already_used", "The provided organization_slug is already used in another organization.", "D")
rbac_domain_too_common = b2b(400, "rbac_domain_too_common", "rbac_email_implicit_role_assignments contains a domain that is too common.")
rbac_invalid_domain = b2b(400, "rbac_invalid_domain", "rbac_email_implicit_role_assignments contains an invalid domain.")

# Search
member_search_cannot_mix_internal_and_external_member_ids = b2b(400, "member_search_cannot_mix_internal_and_external_member_ids", "member_ids must be all member IDs or all external IDs.", "S")
member_search_organization_ids_empty = b2b(400, "member_search_organization_ids_empty", "organization_ids must name at least one organization.", "S")
search_invalid_status_filter = b2b(400, "search_invalid_status_filter", "statuses may only contain pending, invited, active and deleted.", "S")
user_search_invalid_cursor = shared(400, "user_search_invalid_cursor", "The search cursor is invalid.", "D")
user_search_invalid_limit = shared(400, "user_search_invalid_limit", "The search limit must be between 1 and 1000.", "D")
user_search_invalid_operator = shared(400, "user_search_invalid_operator", "operator should be set to 'AND' or 'OR'.", "D")
# fmt: on

# Search (by what is searched)


def _search(template: str, message: str, confidence: Confidence) -> dict[str, Kind]:
    searches = ("organization", "member")
    return {s: b2b(400, template.format(s), message.format(s), confidence) for s in searches}


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


def search_missing(searched: str, filter_name: str) -> Kind:
    """Return the error of a filter with an empty value."""
    message = f"The {searched} search filter {filter_name} has no value."
    return b2b(400, f"{searched}_search_missing_{filter_name}", message, "S")


def search_fuzzy_too_short(searched: str, filter_name: str) -> Kind:
    """Return the error of a fuzzy filter whose value is too short."""
    message = "A fuzzy search value must be at least 3 characters long."
    return b2b(400, f"{searched}_search_{filter_name}_too_short", message, "S")
