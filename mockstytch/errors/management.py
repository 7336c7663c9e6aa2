"""The errors of the management API, and of settings that the control API can change too."""

from mockstytch.errors.kinds import b2b, shared

# fmt: off
# Management: projects and environments
cannot_toggle_cross_org_passwords_when_password_in_use = b2b(400, "cannot_toggle_cross_org_passwords_when_password_in_use", "Cross-organization passwords cannot be turned on or off once a member has a password.", "S")
invalid_b2b_endpoint = shared(400, "invalid_b2b_endpoint", "The provided project_id is a Consumer project and this endpoint is only enabled for B2B projects. Please go to https://stytch.com/docs/home for the consumer version.", "D")
invalid_project_name = shared(400, "invalid_project_name", "The name must be between 1 and 128 characters long.")
invalid_url = shared(400, "invalid_url", "The URL is invalid.")
invalid_user_lock_threshold = shared(400, "invalid_user_lock_threshold", "user_lock_threshold must be a positive number.")
invalid_user_lock_ttl = shared(400, "invalid_user_lock_ttl", "user_lock_ttl must be a positive number of seconds.")
too_many_projects = shared(400, "too_many_projects", "The workspace already has the maximum number of projects.")

# Management: secrets and public tokens
secret_not_found = shared(404, "secret_not_found", "Secret could not be found.")
too_many_public_tokens = shared(400, "too_many_public_tokens", "The environment already has the maximum number of public tokens.")
too_many_secrets = shared(400, "too_many_secrets", "The environment already has the maximum number of secrets.")
unable_to_delete_last_public_token = shared(400, "unable_to_delete_last_public_token", "The last public token of an environment cannot be deleted.")

# Management: redirect URLs
invalid_redirect_url_type = shared(400, "invalid_redirect_url_type", "A redirect URL requires at least one of the types LOGIN, SIGNUP, INVITE, RESET_PASSWORD and DISCOVERY.")
no_wildcards_in_live_redirect_url = shared(400, "no_wildcards_in_live_redirect_url", "Redirect URLs of a live environment cannot contain wildcards.")
redirect_url_cannot_use_protocol = shared(400, "redirect_url_cannot_use_protocol", "A redirect URL cannot use this protocol.")
redirect_url_must_use_https = shared(400, "redirect_url_must_use_https", "Redirect URLs of a live environment must use https.")
redirect_url_not_found = shared(404, "redirect_url_not_found", "Redirect URL could not be found.", "S")
redirect_url_with_query_param_placeholder_cannot_be_default = shared(400, "redirect_url_with_query_param_placeholder_cannot_be_default", "A redirect URL with a placeholder in its query cannot be a default redirect URL.")
redirect_url_with_wildcard_cannot_be_default = shared(400, "redirect_url_with_wildcard_cannot_be_default", "A redirect URL with a wildcard cannot be a default redirect URL.")
too_many_redirect_urls = shared(400, "too_many_redirect_urls", "The environment already has the maximum number of redirect URLs.")

# Management: policies and SDK configuration
bad_vertical_for_stytch_sdk = shared(400, "bad_vertical_for_stytch_sdk", "This SDK configuration belongs to projects of the other vertical.", "S")
country_code_allowlist_b2b_whatsapp_not_supported = b2b(400, "country_code_allowlist_b2b_whatsapp_not_supported", "B2B projects cannot send WhatsApp messages.", "S")
country_code_allowlist_empty = shared(400, "country_code_allowlist_empty", "At least one country must be allowed.", "S")
country_code_allowlist_invalid_country_codes = shared(400, "country_code_allowlist_invalid_country_codes", "The list contains an invalid country code.", "S")
invalid_domain = shared(400, "invalid_domain", "A slug_pattern must contain {{slug}}.")
invalid_password_strength_luds_complexity = shared(400, "invalid_password_strength_luds_complexity", "luds_min_password_complexity must be between 1 and 4.")
invalid_password_strength_luds_length = shared(400, "invalid_password_strength_luds_length", "luds_min_password_length must be between 8 and 32.")
invalid_role_for_vertical = shared(400, "invalid_role_for_vertical", "This default role belongs to projects of the other vertical.", "S")

# Management: templates
cannot_delete_default_email_template = shared(400, "cannot_delete_default_email_template", "A default template cannot be deleted.", "S")
duplicate_email_template_vanity_id = shared(400, "duplicate_email_template_vanity_id", "The project already has a template with this template_id.", "S")
invalid_email_html = shared(400, "invalid_email_html", "The HTML content does not contain what a message of this type requires.")
invalid_email_plaintext = shared(400, "invalid_email_plaintext", "The plaintext content does not contain what a message of this type requires.")
invalid_email_subject = shared(400, "invalid_email_subject", "A custom HTML template requires a subject of one line.")
invalid_email_template_parameters = shared(400, "invalid_email_template_parameters", "A template requires either a prebuilt customization, or a custom HTML customization with its type and sender information.")
invalid_template_id = shared(400, "invalid_template_id", "template_id must be 1 to 128 characters long and contain only letters, digits and . _ -")
jwt_template_invalid_json = shared(400, "jwt_template_invalid_json", "The JWT template is not a JSON object.")
jwt_template_invalid_tag = shared(400, "jwt_template_invalid_tag", "The JWT template contains an invalid tag.")
jwt_template_mismatched_tag = shared(400, "jwt_template_mismatched_tag", "The JWT template contains a mismatched tag.")
jwt_template_not_found = shared(404, "jwt_template_not_found", "The type of a JWT template must be SESSION or M2M.")
too_many_email_templates = shared(400, "too_many_email_templates", "The project already has the maximum number of e-mail templates.")

# Management: event log streaming
event_log_streaming_bad_datadog_config = shared(400, "event_log_streaming_bad_datadog_config", "A Datadog destination requires a site, and an API key of 32 hexadecimal digits.")
event_log_streaming_bad_grafana_loki_config = shared(400, "event_log_streaming_bad_grafana_loki_config", "A Grafana Loki destination requires a hostname, a username and a password.")
event_log_streaming_invalid_destination_type = shared(400, "event_log_streaming_invalid_destination_type", "destination_type must be DATADOG or GRAFANA_LOKI.")
event_log_streaming_not_found = shared(404, "event_log_streaming_not_found", "The event log streaming destination was not found.", "D")
event_log_streaming_too_many_destinations = shared(400, "event_log_streaming_too_many_destinations", "The environment already has a destination.")

# Management: trusted token profiles
cannot_add_pem_file_to_non_pem_trusted_token_profile = shared(400, "cannot_add_pem_file_to_non_pem_trusted_token_profile", "Only a profile with the public_key_type PEM can have PEM files.", "S")
invalid_jwks_url = shared(400, "invalid_jwks_url", "jwks_url is not a valid URL.")
invalid_public_key = shared(400, "invalid_public_key", "The public key is not PEM-encoded.")
must_have_jwks_url_for_trusted_token_profile_with_type_jwk = shared(400, "must_have_jwks_url_for_trusted_token_profile_with_type_jwk", "A profile with the public_key_type JWK requires a jwks_url.")
must_have_pem_files_for_trusted_token_profile_with_type_pem = shared(400, "must_have_pem_files_for_trusted_token_profile_with_type_pem", "A profile with the public_key_type PEM requires PEM files.")
too_many_pem_files_for_trusted_token_profile = shared(400, "too_many_pem_files_for_trusted_token_profile", "A trusted token profile has at most 5 PEM files.")
# fmt: on
