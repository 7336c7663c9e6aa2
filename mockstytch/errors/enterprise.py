"""The errors of attested tokens, session migration, exchanged access tokens and impersonation."""

from mockstytch.errors.kinds import b2b, shared

# fmt: off
# attested tokens
invalid_token_organization_id_claim = b2b(400, "invalid_token_organization_id_claim", "The organization ID claim of the trusted auth token names no organization, or another one than the request.")
invalid_trusted_auth_token = shared(401, "invalid_trusted_auth_token", "The trusted auth token is invalid.")
token_missing_organization_id_claim = b2b(400, "token_missing_organization_id_claim", "The trusted auth token has no organization ID claim.")
trusted_token_profile_incorrect_external_id_mapping = shared(400, "trusted_token_profile_incorrect_external_id_mapping", "The external ID in the trusted auth token does not belong to this member.")
trusted_token_profile_invalid_request = shared(400, "trusted_token_profile_invalid_request", "The trusted token profile has no public keys that tokens could be verified with.")
trusted_token_profile_not_found = shared(404, "trusted_token_profile_not_found", "Trusted token profile could not be found.")

# migrated sessions
migrate_from_external_email_does_not_exist = shared(400, "migrate_from_external_email_does_not_exist", "No member of the organization has the email address that the external UserInfo endpoint answered.", "I")
migrate_from_external_missing_userinfo = shared(400, "migrate_from_external_missing_userinfo", "No external UserInfo endpoint is set for this project.", "I")
migrate_from_external_unexpected_response = shared(400, "migrate_from_external_unexpected_response", "The external UserInfo endpoint did not answer with a valid email address.", "I")

# impersonation
invalid_impersonation_reason = shared(400, "invalid_impersonation_reason", "The reason for an impersonation may not be blank, nor longer than 1024 characters.")
member_impersonation_not_allowed = b2b(403, "member_impersonation_not_allowed", "Members cannot be impersonated in this project, or this one cannot be.")
session_not_mutable = shared(400, "session_not_mutable", "An impersonated session cannot be extended.")
unable_to_auth_impersonation_token = shared(401, "unable_to_auth_impersonation_token", "The impersonation token could not be authenticated because it was either already used or expired.")
# fmt: on
