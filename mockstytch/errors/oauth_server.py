"""The errors of M2M clients, connected apps, and the OAuth authorization server."""

from mockstytch.errors.kinds import shared

# fmt: off
# M2M clients
duplicate_m2m_client_id = shared(400, "duplicate_m2m_client_id", "An M2M client with the specified client_id already exists.")
insecure_m2m_client_secret = shared(400, "insecure_m2m_client_secret", "The client_secret is too easy to guess.")
invalid_m2m_client_scope = shared(400, "invalid_m2m_client_scope", "scopes must be a list of strings, each without spaces, quotes and backslashes.")
m2m_client_already_rotating_secret = shared(400, "m2m_client_already_rotating_secret", "The M2M client is rotating its secret already.")
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

# what OAuth endpoints answer, by the names of RFC 6749, 6750, 7591 and 8707
invalid_client = shared(401, "invalid_client", "Client authentication failed.")
invalid_request = shared(400, "invalid_request", "The request is missing a required parameter, repeats one, or is otherwise malformed.")
invalid_scope = shared(400, "invalid_scope", "A requested scope is invalid, unknown, or not assigned to the client.")
unauthorized_client = shared(400, "unauthorized_client", "The client may not use this grant type.")
unsupported_grant_type = shared(400, "unsupported_grant_type", "The grant type is not supported.")
# fmt: on
