"""The errors of every request, and the errors of the control API."""

from mockstytch.errors.kinds import shared

# fmt: off
# Every request
bad_request = shared(400, "bad_request", "The submitted request is invalid.", "D")
host_not_allowed = shared(403, "host_not_allowed", "This host name is not allowed. Allow it with --allowed-host.", "M")
internal_server_error = shared(500, "internal_server_error", "Oops, something seems to have gone wrong, please reach out to support@stytch.com to let us know what went wrong.", "D")
invalid_argument = shared(400, "invalid_argument", "could not interpret value: {value} at line {line}:{column}", "D")
invalid_authorization_header = shared(400, "invalid_authorization_header", "The authorization header provided with the request is invalid.", "D")
invalid_consumer_endpoint = shared(400, "invalid_consumer_endpoint", "This endpoint is only enabled for consumer projects.", "I")
invalid_project_id_authentication = shared(400, "invalid_project_id_authentication", "The project ID provided in the basic authentication header is invalid. Please check to make sure the format is correct and there are no trailing whitespaces. To create a new project or confirm an existing project ID please visit the Stytch dashboard here: https://stytch.com/dashboard/api-keys", "D")
invalid_project_id = shared(400, "invalid_project_id", "project_id format is invalid.")
invalid_secret_authentication = shared(400, "invalid_secret_authentication", "The secret provided in the basic authentication header is invalid.")
not_implemented = shared(501, "not_implemented", "mockstytch does not implement this operation yet. See docs/gaps.md in the mockstytch repository.", "M")
project_not_found = shared(404, "project_not_found", "Project could not be found.")
public_token_not_found = shared(404, "public_token_not_found", "Public token could not be found.")
request_too_large = shared(413, "bad_request", "The submitted request is invalid: its body is larger than 1 MB.", "M")
route_not_found = shared(404, "route_not_found", "The route provided is not supported.", "D")
too_many_requests = shared(429, "too_many_requests", "Too many requests have been made.", "D")
unauthorized_credentials = shared(401, "unauthorized_credentials", "Unauthorized credentials.", "D")
wrong_stack_live = shared(400, "wrong_stack_live", "The provided credentials are for the live environment, and this is the test environment.")

# Faults
captcha_failed = shared(429, "captcha_failed", "Captcha failed", "D")
server_unavailable = shared(503, "server_unavailable", "Oops, something seems to have gone wrong. Please retry the request. If this issue persists, please reach out to support.", "D")
too_few_tokens_authenticated = shared(429, "too_few_tokens_authenticated", "Too many requests without sufficient percentage of tokens authenticated.", "D")

# Browser API
bad_app_bundle_for_stytch_sdk = shared(400, "bad_app_bundle_for_stytch_sdk", "This app bundle ID has not been registered as an allowed app for the Stytch SDK. Please add it here: https://stytch.com/dashboard/sdk-configuration", "D")
bad_domain_for_stytch_sdk = shared(400, "bad_domain_for_stytch_sdk", "This website has not been registered as an allowed domain for the Stytch SDK. Please add it here: https://stytch.com/dashboard/sdk-configuration", "D")
cname_required_for_http_only_cookies = shared(401, "cname_required_for_http_only_cookies", "You may not make a request via the default API URL ('api.stytch.com' or 'test.stytch.com') with your HTTP-only cookies setting set to 'ENFORCED'. Consider updating the HTTP-only cookies setting to 'ENABLED' or making a request via the project's configured CNAME.", "D")
endpoint_not_authorized_for_sdk = shared(401, "endpoint_not_authorized_for_sdk", "The project owner has not authorized the SDK to call this endpoint. Please enable it in the dashboard to continue: https://stytch.com/dashboard/sdk-configuration.", "D")
user_unauthenticated = shared(401, "user_unauthenticated", "User must have an active Stytch session to call this method. Have you logged in yet?")

# Control API
cross_site_request = shared(403, "cross_site_request", "Requests from other websites are not allowed.", "M")
fault_not_found = shared(404, "fault_not_found", "There is no fault with this id.", "M")
invalid_import = shared(400, "invalid_import", "The document can't be imported.", "M")
invalid_seed = shared(400, "invalid_seed", "The seed is not valid.", "M")
request_not_found = shared(404, "request_not_found", "There is no request with this id.", "M")
message_not_found = shared(404, "message_not_found", "No message matches.", "M")
delivery_not_found = shared(404, "delivery_not_found", "No matching delivery was found.", "M")
snapshot_not_found = shared(404, "snapshot_not_found", "Snapshot could not be found.", "M")
# fmt: on
