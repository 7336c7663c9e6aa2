"""The errors of M2M clients, connected apps, and the OAuth authorization server."""

from mockstytch.errors.kinds import b2b, shared

# fmt: off
# M2M clients
duplicate_m2m_client_id = shared(400, "duplicate_m2m_client_id", "An M2M client with the specified client_id already exists.", "S")
insecure_m2m_client_secret = shared(400, "insecure_m2m_client_secret", "The client_secret is too easy to guess.")
invalid_m2m_client_scope = shared(400, "invalid_m2m_client_scope", "scopes must be a list of strings, each without spaces, quotes and backslashes.")
m2m_client_already_rotating_secret = shared(400, "m2m_client_already_rotating_secret", "The M2M client is already rotating its secret.")
m2m_client_invalid_client_description = shared(400, "m2m_client_invalid_client_description", "client_description is too long.")
m2m_client_invalid_client_id = shared(400, "m2m_client_invalid_client_id", "client_id format is invalid.")
m2m_client_invalid_client_name = shared(400, "m2m_client_invalid_client_name", "client_name is too long.")
m2m_client_invalid_client_secret = shared(400, "m2m_client_invalid_client_secret", "client_secret must be at least 8 characters long.")
m2m_client_invalid_status = shared(400, "m2m_client_invalid_status", "status must be active or inactive.")
m2m_client_not_found = shared(404, "m2m_client_not_found", "M2M client could not be found.", "S")
m2m_client_not_rotating_secret = shared(400, "m2m_client_not_rotating_secret", "The M2M client is not rotating its secret.")
m2m_search_expected_array_of_strings = shared(400, "m2m_search_expected_array_of_strings", "The M2M search operand filter_value must be an array of strings.", "S")
m2m_search_filter_name_must_be_string = shared(400, "m2m_search_filter_name_must_be_string", "The M2M search operand filter_name must be a string.", "S")
m2m_search_filter_name_not_recognized = shared(400, "m2m_search_filter_name_not_recognized", "The M2M search operand filter_name was not recognized.", "S")
m2m_search_missing_filter_name = shared(400, "m2m_search_missing_filter_name", "An M2M search operand has no filter_name.", "S")
m2m_search_missing_filter_value = shared(400, "m2m_search_missing_filter_value", "An M2M search operand has no filter_value.", "S")
too_many_m2m_client_scopes = shared(400, "too_many_m2m_client_scopes", "The M2M client has too many scopes.")

# Connected apps
connected_app_already_rotating_secret = shared(400, "connected_app_already_rotating_secret", "The Connected App is already rotating its secret.", "S")
connected_app_consent_revoked = shared(401, "connected_app_consent_revoked", "The Connected App's access was revoked.", "D")
connected_app_invalid_redirect_url = shared(400, "connected_app_invalid_redirect_url", "A redirect URL is not a valid URL, or has a fragment.", "S")
connected_app_not_allowed_for_org = b2b(400, "connected_app_not_allowed_for_org", "The organization does not allow this Connected App.", "S")
connected_app_not_found = shared(404, "connected_app_not_found", "The Connected App requested could not be found.", "D")
connected_app_not_rotating_secret = shared(400, "connected_app_not_rotating_secret", "The Connected App is not rotating its secret.", "S")
connected_app_redirect_url_http_scheme_must_use_loopback = shared(400, "connected_app_redirect_url_http_scheme_must_use_loopback", "A redirect URL with the http scheme must use a loopback address.", "S")
connected_app_redirect_url_must_include_scheme = shared(400, "connected_app_redirect_url_must_include_scheme", "A redirect URL must include a scheme.", "S")
connected_app_redirect_url_must_use_http_or_https_scheme = shared(400, "connected_app_redirect_url_must_use_http_or_https_scheme", "A redirect URL must use the http or https scheme.", "S")
connected_app_supplied_redirect_url_not_found_in_client = shared(401, "connected_app_supplied_redirect_url_not_found_in_client", "The redirect URL is not one of the Connected App's.", "D")
idp_invalid_access_token_custom_audience = shared(400, "idp_invalid_access_token_custom_audience", "access_token_custom_audience must be a string without spaces.")
idp_invalid_access_token_expiry_minutes = shared(400, "idp_invalid_access_token_expiry_minutes", "access_token_expiry_minutes must be between 1 and 1440.")
idp_invalid_access_token_jwt_template = shared(400, "idp_invalid_access_token_jwt_template", "The token template is not a JSON object, or contains an invalid tag.")
invalid_connected_app_type = shared(400, "invalid_connected_app_type", "client_type must be first_party, first_party_public, third_party or third_party_public.")
public_connected_apps_do_not_have_secrets = shared(400, "public_connected_apps_do_not_have_secrets", "Public Connected Apps do not have secrets.")
third_party_clients_cannot_use_full_access = shared(400, "third_party_clients_cannot_use_full_access", "Only first party Connected Apps can be allowed full access.")
third_party_clients_require_consent_for_offline_access = shared(400, "third_party_clients_require_consent_for_offline_access", "Only first party Connected Apps can bypass the consent for offline access.")

# OAuth authorization
authorization_endpoint_not_configured_for_project = shared(400, "authorization_endpoint_not_configured_for_project", "The project has no authorization endpoint. Set the URL of the page that asks members for consent.", "D")
dynamic_client_registration_not_enabled = shared(400, "dynamic_client_registration_not_enabled", "Dynamic client registration is not enabled for this project.", "S")
idp_access_token_could_not_be_exchanged = shared(404, "idp_access_token_could_not_be_exchanged", "The access token could not be exchanged.", "D")
idp_access_token_expired = shared(401, "idp_access_token_expired", "The access token has expired.")
idp_access_token_not_found = shared(404, "idp_access_token_not_found", "The access token could not be found.", "D")
no_oauth_authorize_member_selector = b2b(400, "no_oauth_authorize_member_selector", "Exactly one of these is required: organization_id and member_id, session_token, or session_jwt.")
oauth_access_token_exchange_missing_full_access = shared(400, "oauth_access_token_exchange_missing_full_access", "The access token was not granted the full_access scope.")
oauth_access_token_exchange_token_invalid_grant = shared(400, "oauth_access_token_exchange_token_invalid_grant", "The access token was already exchanged or revoked.")
oauth_access_token_exchange_token_too_old = shared(400, "oauth_access_token_exchange_token_too_old", "The access token is more than five minutes old.")
pkce_required_for_idp_authorization_flow = shared(400, "pkce_required_for_idp_authorization_flow", "Public Connected Apps must use PKCE.", "S")

# OAuth endpoints
invalid_client = shared(401, "invalid_client", "Client authentication failed.")
insufficient_scope = shared(403, "insufficient_scope", "The access token does not have the required scope.")
invalid_bearer_token = shared(401, "invalid_token", "The access token is malformed, unknown, expired or revoked.")
invalid_client_in_token_request = shared(400, "invalid_client", "Client authentication failed.", "D")
invalid_client_metadata = shared(400, "invalid_client_metadata", "A field of the client's metadata is invalid.")
invalid_grant = shared(400, "invalid_grant", "The authorization code or refresh token is invalid, expired, revoked, or was issued to another client.")
invalid_redirect_uri = shared(400, "invalid_redirect_uri", "A redirect URI is invalid.")
invalid_target = shared(400, "invalid_target", "A requested resource is invalid.")
invalid_request = shared(400, "invalid_request", "The request is missing a required parameter, repeats one, or is otherwise malformed.")
invalid_scope = shared(400, "invalid_scope", "A requested scope is invalid, unknown, or not assigned to the client.")
unauthorized_client = shared(400, "unauthorized_client", "The client is not allowed to use this grant type.")
unsupported_grant_type = shared(400, "unsupported_grant_type", "The grant type is not supported.")
# fmt: on
