"""The errors of members, and of joining an organization."""

from mockstytch.errors.kinds import b2b, shared

# fmt: off
# Members
cannot_preserve_existing_sessions = b2b(400, "cannot_preserve_existing_sessions", "preserve_existing_sessions can only be used together with roles.", "S")
default_mfa_member_missing_factor = b2b(400, "default_mfa_member_missing_factor", "The member has not registered the method given as default_mfa_method.", "S")
desired_email_deactivated_by_different_member = b2b(400, "desired_email_deactivated_by_different_member", "The email address is retired on another member of the organization.", "S")
desired_email_updating_for_different_member = b2b(400, "desired_email_updating_for_different_member", "Another member of the organization is changing to this email address.", "S")
duplicate_member_email = b2b(400, "duplicate_member_email", "A member with the specified email already exists in this organization.", "S")
duplicate_member_external_id = b2b(400, "duplicate_member_external_id", "A member with the specified external_id already exists in this organization.", "S")
duplicate_member_phone_number = b2b(400, "duplicate_member_phone_number", "A member with the specified phone number already exists in this organization.", "S")
duplicate_member_phone_number_for_member = b2b(400, "duplicate_member_phone_number_for_member", "The member already has a phone number. Delete it before setting another one.", "S")
email_not_found = shared(404, "email_not_found", "Email could not be found.", "D")
email_unverified_for_reactivation = b2b(400, "email_unverified_for_reactivation", "The member cannot be reactivated because the email address was never verified.", "S")
email_updates_available_only_for_active_members = b2b(400, "email_updates_available_only_for_active_members", "Only active members can change their email address.", "S")
invalid_email = shared(400, "invalid_email", "Email format is invalid.", "D")
invalid_external_id = b2b(400, "invalid_external_id", "external_id must be 1 to 128 characters long and contain only alphanumeric characters and . _ - |")
invalid_member_get_fields = b2b(400, "invalid_member_get_fields", "Either member_id or email_address is required, but not both.")
invalid_mfa_default_method = b2b(400, "invalid_mfa_default_method", "default_mfa_method must be sms_otp or totp.")
invalid_phone_number = shared(400, "invalid_phone_number", "Phone number format is invalid. Ensure the phone number is in the E.164 format.", "D")
member_cannot_update_their_email_address = b2b(400, "member_cannot_update_their_email_address", "Members cannot update their own email address.", "S")
member_does_not_exist_in_organization = b2b(404, "member_does_not_exist_in_organization", "The member does not exist in this organization.")
member_has_no_active_verified_email = b2b(400, "member_has_no_active_verified_email", "The member has no verified email address.")
member_not_found = b2b(404, "member_not_found", "Member could not be found.", "S")
member_password_not_found = b2b(404, "member_password_not_found", "Member password not found", "S")
member_phone_number_not_found = b2b(404, "member_phone_number_not_found", "Member phone number could not be found.", "S")
no_deleted_member_found_for_reactivation = b2b(404, "no_deleted_member_found_for_reactivation", "No deleted member with this member_id could be found.")
reactivation_email_belongs_to_another_member = b2b(400, "reactivation_email_belongs_to_another_member", "Another member has the member's email address now.")
retired_email_missing_email_identifiers = b2b(400, "retired_email_missing_email_identifiers", "email_id or email_address is required.")
retired_member_email = b2b(400, "retired_member_email", "The email address is retired on another member of the organization.")
totp_not_found = shared(404, "totp_not_found", "TOTP could not be found.", "S")
unable_to_verify_member_email_update = b2b(401, "unable_to_verify_member_email_update", "The email address could not be verified. Start the update again.")

# Joining an organization
email_jit_provisioning_not_allowed = b2b(400, "email_jit_provisioning_not_allowed", "The organization does not allow new members to join by their email domain.", "S")
invalid_email_for_invites = b2b(400, "invalid_email_for_invites", "The organization's settings do not allow this email address to be invited.")
invalid_email_for_jit_provisioning = b2b(400, "invalid_email_for_jit_provisioning", "The email address's domain is not one of the organization's allowed domains.", "S")
operation_restricted_by_organization_auth_methods = b2b(400, "operation_restricted_by_organization_auth_methods", "The organization does not allow this authentication method.")
# fmt: on
