"""The errors of sessions, and of sessions that are created from other tokens."""

from mockstytch.errors.kinds import b2b, shared

# fmt: off
# Sessions
custom_claims_too_large = shared(400, "custom_claims_too_large", "session_custom_claims must not be larger than 4 KB.", "S")
insufficient_factors_for_session_exchange = b2b(400, "insufficient_factors_for_session_exchange", "None of the session's factors can be used in the other organization.")
intermediate_session_not_found = b2b(404, "intermediate_session_not_found", "Intermediate session could not be found.", "D")
invalid_intermediate_session_token_for_organization = b2b(400, "invalid_intermediate_session_token_for_organization", "The intermediate session belongs to another organization.")
invalid_permission_action = b2b(400, "invalid_permission_action", "The action does not exist on this resource.")
invalid_permission_resource = b2b(400, "invalid_permission_resource", "The resource_id does not exist.")
invalid_session_duration = shared(400, "invalid_session_duration", "The submitted session duration exceeds the maximum session duration allowed for this project.")
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
too_many_session_arguments = shared(400, "too_many_session_arguments", "Only one session argument is allowed.", "I")
too_many_session_revoke_arguments = shared(400, "too_many_session_revoke_arguments", "Only one of member_session_id, session_token, session_jwt and member_id is allowed.", "I")
unable_to_parse_session_jwt = shared(400, "unable_to_parse_session_jwt", "The session JWT could not be parsed or its signature is invalid.", "I")

# Attested tokens
invalid_token_organization_id_claim = b2b(400, "invalid_token_organization_id_claim", "The organization ID claim of the trusted auth token is not the ID of an organization, or differs from the organization_id of the request.")
invalid_trusted_auth_token = shared(401, "invalid_trusted_auth_token", "The trusted auth token is invalid.")
token_missing_organization_id_claim = b2b(400, "token_missing_organization_id_claim", "The trusted auth token has no organization ID claim.")
trusted_token_profile_incorrect_external_id_mapping = shared(400, "trusted_token_profile_incorrect_external_id_mapping", "The external ID in the trusted auth token does not belong to this member.")
trusted_token_profile_invalid_request = shared(400, "trusted_token_profile_invalid_request", "The trusted token profile has no public keys to verify tokens with.")
trusted_token_profile_not_found = shared(404, "trusted_token_profile_not_found", "Trusted token profile could not be found.")

# Migrated sessions
migrate_from_external_email_does_not_exist = shared(400, "migrate_from_external_email_does_not_exist", "No member of the organization has the email address that the external UserInfo endpoint returned.", "I")
migrate_from_external_missing_userinfo = shared(400, "migrate_from_external_missing_userinfo", "No external UserInfo endpoint is set for this project.", "I")
migrate_from_external_unexpected_response = shared(400, "migrate_from_external_unexpected_response", "The external UserInfo endpoint did not return a valid email address.", "I")

# Impersonation
invalid_impersonation_reason = shared(400, "invalid_impersonation_reason", "The reason for an impersonation must not be blank or longer than 1024 characters.")
member_impersonation_not_allowed = b2b(400, "member_impersonation_not_allowed", "Impersonation is not allowed in this project or for this member.", "S")
session_not_mutable = shared(400, "session_not_mutable", "An impersonated session cannot be extended.")
unable_to_auth_impersonation_token = shared(401, "unable_to_auth_impersonation_token", "The impersonation token could not be authenticated because it was either already used or expired.")
# fmt: on
