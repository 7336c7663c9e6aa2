"""Errors that the code of an operation names, but that no request to it can get.

``tools/callgraph.py`` doesn't see these cases: they depend on values that the operation passes. Each rule has a reason.
``tests/tools/test_refusals.py`` fails for a rule that isn't needed any more.
"""

from collections.abc import Iterator

from mockstytch.surfaces.endpoint import Endpoint

# An error about the value of a request field: only operations whose request has one of these fields can return it.
ABOUT_FIELDS: dict[str, tuple[str, ...]] = {
    "connected_app_not_found": ("client_id", "connected_app_id"),
    "custom_claims_too_large": ("session_custom_claims",),
    "duplicate_member_external_id": ("external_id", "profile_id"),  # a profile maps a claim of the token to it
    "duplicate_member_phone_number": ("mfa_phone_number",),
    "intermediate_session_not_found": ("intermediate_session_token",),
    "invalid_intermediate_session_token_for_organization": ("intermediate_session_token",),
    "invalid_phone_number": ("mfa_phone_number",),
    "invalid_sso_default_connection_id": ("sso_default_connection_id",),
    "organization_settings_claimed_domain_too_common": ("claimed_email_domains",),
    "organization_settings_duplicate_claimed_domain": ("claimed_email_domains",),
    "organization_settings_invalid_claimed_domain": ("claimed_email_domains",),
    "stytch_claims_in_custom_claims": ("session_custom_claims",),
}

# Only these operations can return the error, for the reason given.
ONLY_IN: dict[str, tuple[tuple[str, ...], str]] = {
    "duplicate_external_sso_connection": (
        ("sso_external.create_connection",),
        "other connections have a new id",
    ),
    "duplicate_member_email": (
        ("magic_links.invite", "members.create", "members.update", "members_emails.start_email_update"),
        "other operations create a member only if no member has the address",
    ),
    "invalid_rbac_stytch_role_edit": (
        ("rbac_policy.set",),
        "the policy of an organization has no default roles",
    ),
    "no_session_arguments": (
        (
            "discovery.list",
            "otp_sms.authenticate",
            "passwords.session_reset",
            "recovery_codes.recover",
            "sessions.authenticate",
            "sessions.exchange",
            "totp.authenticate",
        ),
        "other operations look for a session only if the request has a session_token or session_jwt",
    ),
}

# This operation can't return the error, for the reason given.
NOT_IN: dict[tuple[str, str], str] = {
    ("members.update", "cross_org_passwords_enabled"): "a password is deleted only in the other mode",
    ("sdk_operations.scim_groups", "invalid_organization_id"): "the organization is the session's",
    ("sdk_operations.scim_groups", "no_active_scim_connection"): "no connection means no groups",
    ("sdk_operations.scim_groups", "organization_not_found"): "the organization is the session's",
    ("sessions.revoke", "invalid_organization_id"): "the organization is the session's",
    ("sessions.revoke", "organization_not_found"): "the organization is the session's",
    ("passwords.existing_password_reset", "member_session_member_id_mismatch"): "it takes no intermediate session",
    ("passwords.session_reset", "member_session_member_id_mismatch"): "it takes no intermediate session",
    ("sso_saml.create_connection", "invalid_x509_certificate"): "the certificate is made by the server",
    ("sso_saml.update_by_url", "invalid_x509_certificate"): "saml_connection_metadata_invalid_format comes first",
    ("sso_saml.update_by_url", "saml_connection_idp_sso_url_required"): "metadata without the URL is refused before",
    **{
        (name, "invalid_connection_for_jit_provisioning"): "the request can't name the connections"
        for name in ("discovery.create", "discovery.list", "organizations.create")
    },
    **{
        (name, error_type): "the new organization has no other members"
        for name in ("discovery.create", "discovery.list")
        for error_type in (
            "desired_email_updating_for_different_member",
            "retired_member_email",
            "user_lock_limit_reached",
        )
    },
    ("otp_email.authenticate", "member_does_not_exist_in_organization"): "the code was sent for this organization",
    ("passwords.session_reset", "action_not_allowed_email_domain_is_claimed"): "a member with a session is active",
    **{
        ("redirect_urls.update", error_type): "the URL was checked when it was registered"
        for error_type in (
            "no_wildcards_in_live_redirect_url",
            "redirect_url_cannot_use_protocol",
            "redirect_url_must_use_https",
        )
    },
    ("recovery_codes.recover", "action_not_allowed_email_domain_is_claimed"): "only active members have recovery codes",
    ("sso_external.create_connection", "external_connection_not_active"): "requires_active_sso_connection comes first",
    (
        "totp.authenticate",
        "action_not_allowed_email_domain_is_claimed",
    ): "only active members have an authenticator app",
}

# In this operation, the function can't raise anything, for the reason given.
NOT_RAISING: dict[tuple[str, str], str] = {
    ("sessions_attest.attest", "mockstytch.domain.organizations.organization_settings.create"): (
        "the new organization has only an external ID, which was checked before"
    ),
}


# Reactivation restores the values of the member, so these rules about fields don't apply.
_REACTIVATION = ("members.reactivate", ("duplicate_member_external_id", "duplicate_member_phone_number"))


def exclusions(endpoint: Endpoint, error_types: set[str]) -> Iterator[tuple[str, str]]:
    """Find the errors that an operation can't return, each with the key of its rule."""
    fields = set(endpoint.request.__struct_fields__)
    for error_type in sorted(error_types):
        if error_type in ABOUT_FIELDS and not fields & set(ABOUT_FIELDS[error_type]):
            if not (endpoint.name == _REACTIVATION[0] and error_type in _REACTIVATION[1]):
                yield error_type, error_type
        elif error_type in ONLY_IN and endpoint.name not in ONLY_IN[error_type][0]:
            yield error_type, error_type
        elif (endpoint.name, error_type) in NOT_IN:
            yield error_type, f"{endpoint.name}: {error_type}"
