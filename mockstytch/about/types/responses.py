"""The fields of each operation's response, in addition to ``ENVELOPE``, by the operation's ``module.function``."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from msgspec import UnsetType

from mockstytch.about.types import answers
from mockstytch.about.types import objects as o
from mockstytch.about.types import organization_objects as org
from mockstytch.about.types.management_responses import MANAGEMENT

Shape = Mapping[str, Any]

ENVELOPE: Shape = {"status_code": int, "request_id": str}

_MEMBER: Shape = {"member": o.Member, "member_id": str, "organization": org.Organization}
_TOKENS: Shape = {"session_jwt": str, "session_token": str}
_SESSION: Shape = {**_MEMBER, **_TOKENS, "member_session": o.MemberSession}
_DEVICE: Shape = {"member_device": o.Fields | None}
_LOGIN: Shape = {
    **_MEMBER,
    **_TOKENS,
    "intermediate_session_token": str,
    "intermediate_session_token_expires_at": o.Time | None,
    "member_authenticated": bool,
    "member_session": o.MemberSession | None,
    "mfa_required": answers.MfaRequired | None,
}
_PRIMARY: Shape = {**_LOGIN, **_DEVICE, "primary_required": answers.PrimaryRequired | None}
_ORGANIZATION_ID: Shape = {"organization_id": str}
_ORGANIZATION: Shape = {"organization": org.Organization}
_CREATED: Shape = {**_MEMBER, "member_created": bool}
_DISCOVERY: Shape = {
    "discovered_organizations": list[answers.DiscoveredOrganization],
    "email_address": str,
    "intermediate_session_token": str,
    "intermediate_session_token_expires_at": o.Time | None,
}
_RESULTS: Shape = {"results_metadata": answers.ResultsMetadata}
_APP: Shape = {"connected_app": org.ConnectedApp}
_M2M: Shape = {"m2m_client": org.M2MClient}
_RULE: Shape = {
    "action": str,
    "asn": str | None,
    "browser_fingerprint": str | None,
    "browser_id": str | None,
    "cidr_block": str | None,
    "country_code": str | None,
    "expires_at": o.Time | None,
    "hardware_fingerprint": str | None,
    "network_fingerprint": str | None,
    "visitor_fingerprint": str | None,
    "visitor_id": str | None,
}
_GROUPS: Shape = {"next_cursor": str | None, "scim_groups": list[org.ScimGroup]}
_OAUTH_TOKENS: Shape = {
    "access_token": str,
    "access_token_expires_in": int,
    "id_token": str,
    "provider_subject": str,
    "provider_type": str,
    "refresh_token": str | None,
    "scopes": list[str],
}
_USER_INFO: Shape = {
    "sub": str,
    "https://stytch.com/organization": answers.TokenOrganization,
    "email": str | UnsetType,
    "email_verified": bool | UnsetType,
    "name": str | UnsetType,
    "given_name": str | UnsetType,
    "middle_name": str | UnsetType,
    "family_name": str | UnsetType,
    "phone_number": str | UnsetType,
    "phone_number_verified": bool | UnsetType,
}

# An operation with a tuple returns one of its shapes.
API: dict[str, Shape | tuple[Shape, ...]] = {
    "connected_apps.create": {"connected_app": answers.ConnectedAppWithSecret},
    "connected_apps.delete": {"client_id": str},
    "connected_apps.get": _APP,
    "connected_apps.get_by_organization": {
        "active_members": list[answers.ActiveMember],
        "client_type": str,
        "connected_app_id": str,
        "description": str,
        "logo_url": str | None,
        "name": str,
    },
    "connected_apps.list_by_member": {"connected_apps": list[answers.MembersConnectedApp]},
    "connected_apps.list_by_organization": {"connected_apps": list[org.InstalledApp]},
    "connected_apps.revoke": {},
    "connected_apps.rotate": _APP,
    "connected_apps.rotate_cancel": _APP,
    "connected_apps.rotate_start": {"connected_app": answers.ConnectedAppWithNextSecret},
    "connected_apps.search": {"connected_apps": list[org.ConnectedApp], **_RESULTS},
    "connected_apps.update": _APP,
    "discovery.create": _PRIMARY,
    "discovery.exchange": _PRIMARY,
    "discovery.list": (
        {
            "discovered_organizations": list[answers.DiscoveredOrganization],
            "email_address": str,
            "organization_id_hint": str | None,
        },
        _PRIMARY,  # to a request that creates an organization, as older guides do
    ),
    "fraud.email_risk": {
        "action": str,
        "address_information": o.AddressInformation,
        "domain_information": o.DomainInformation,
        "risk_score": int,
    },
    "fraud.list_reasons": {"verdict_reason_actions": list[answers.VerdictReasonAction]},
    "fraud.list_rules": {"next_cursor": str | None, "rules": list[answers.FraudRule]},
    "fraud.lookup": {
        "telemetry_id": str,
        "fingerprints": o.Fingerprints,
        "verdict": o.Verdict,
        "external_metadata": o.ExternalMetadata,
        "created_at": o.Time,
        "expires_at": o.Time,
        "properties": o.DeviceProperties,
        "raw_signals": o.Fields | None,
    },
    "fraud.override_reason": {"verdict_reason_action": answers.VerdictReasonAction},
    "fraud.set_rule": _RULE,
    "idp.authorize": {"authorization_code": str | None, "redirect_uri": str},
    "idp.start": {
        **_MEMBER,
        "client": org.PublicConnectedApp,
        "consent_required": bool,
        "scope_results": list[answers.ScopeResult],
    },
    "impersonation.authenticate": {**_LOGIN, **_ORGANIZATION_ID},
    "m2m.create": {"m2m_client": answers.M2MClientWithSecret},
    "m2m.delete": {"client_id": str},
    "m2m.get": _M2M,
    "m2m.rotate": _M2M,
    "m2m.rotate_cancel": _M2M,
    "m2m.rotate_start": {"m2m_client": answers.M2MClientWithNextSecret},
    "m2m.search": {"m2m_clients": list[org.M2MClient], **_RESULTS},
    "m2m.update": _M2M,
    "magic_links.authenticate": (
        {**_PRIMARY, **_ORGANIZATION_ID, "method_id": str, "reset_sessions": bool},
        _DISCOVERY,  # to the token of a discovery e-mail
    ),
    "magic_links.invite": _MEMBER,
    "magic_links.login_or_signup": _CREATED,
    "magic_links_discovery.authenticate": _DISCOVERY,
    "magic_links_discovery.send": {},
    "members.create": _MEMBER,
    "members.dangerously_get": _MEMBER,
    "members.delete": {"member_id": str},
    "members.delete_external_id": _MEMBER,
    "members.delete_mfa_phone_number": _MEMBER,
    "members.delete_password": _MEMBER,
    "members.delete_totp": _MEMBER,
    "members.get": _MEMBER,
    "members.reactivate": _MEMBER,
    "members.search": {"members": list[o.Member], "organizations": dict[str, org.Organization], **_RESULTS},
    "members.update": _MEMBER,
    "members_emails.start_email_update": _MEMBER,
    "members_emails.unlink_retired_email": {**_MEMBER, **_ORGANIZATION_ID},
    "oauth.authenticate": {
        **_PRIMARY,
        **_ORGANIZATION_ID,
        "provider_subject": str,
        "provider_type": str,
        "provider_values": answers.ProviderValues,
        "reset_sessions": bool,
    },
    "oauth.discovery_authenticate": {
        **_DISCOVERY,
        "full_name": str,
        "provider_tenant_id": str,
        "provider_tenant_ids": list[str],
        "provider_type": str,
    },
    "oauth.github": {"provider_type": str, "registrations": list[answers.GithubRegistration]},
    "oauth.google": _OAUTH_TOKENS,
    "oauth.hubspot": {"provider_type": str, "registrations": list[answers.HubspotRegistration]},
    "oauth.microsoft": _OAUTH_TOKENS,
    "oauth.slack": {"provider_type": str, "registrations": list[answers.SlackRegistration]},
    "operations.introspect": {
        "active": bool,
        "aud": list[str] | UnsetType,
        "client_id": str | UnsetType,
        "exp": int | UnsetType,
        "https://stytch.com/organization": answers.TokenOrganization | UnsetType,
        "iat": int | UnsetType,
        "iss": str | UnsetType,
        "jti": str | UnsetType,
        "nbf": int | UnsetType,
        "scope": str | UnsetType,
        "sub": str | UnsetType,
        "token_type": str | UnsetType,
    },
    "operations.post_user_info": _USER_INFO,
    "operations.register": {
        "client_id": str,
        "client_name": str,
        "redirect_uris": list[str],
        "token_endpoint_auth_method": str,
        "grant_types": list[str],
        "response_types": list[str],
        "client_secret": str | UnsetType,
        "client_secret_expires_at": int | UnsetType,
        "scope": str | UnsetType,
        "logo_uri": str | UnsetType,
    },
    "operations.revoke": {},
    "operations.token": {
        "access_token": str,
        "expires_in": int,
        "token_type": str,
        "id_token": str | UnsetType,
        "refresh_token": str | UnsetType,
        "scope": str | UnsetType,
    },
    "operations.user_info": _USER_INFO,
    "organizations.create": _ORGANIZATION,
    "organizations.delete": _ORGANIZATION_ID,
    "organizations.delete_external_id": _ORGANIZATION,
    "organizations.get": _ORGANIZATION,
    "organizations.metrics": {"member_count": int},
    "organizations.search": {"organizations": list[org.Organization], **_RESULTS},
    "organizations.update": _ORGANIZATION,
    "otp_email.authenticate": {**_PRIMARY, **_ORGANIZATION_ID, "method_id": str},
    "otp_email.discovery_authenticate": _DISCOVERY,
    "otp_email.discovery_send": {},
    "otp_email.login_or_signup": _CREATED,
    "otp_sms.authenticate": {**_SESSION, **_DEVICE},
    "otp_sms.send": _MEMBER,
    "passwords.authenticate": {**_PRIMARY, **_ORGANIZATION_ID},
    "passwords.email_reset": {**_PRIMARY, **_ORGANIZATION_ID, "member_email_id": str},
    "passwords.email_reset_start": {"member": o.Member, "member_id": str, "member_email_id": str},
    "passwords.existing_password_reset": _PRIMARY,
    "passwords.migrate": _CREATED,
    "passwords.require_reset": {
        "member": o.Member | None,
        "member_id": str | None,
        "organization": org.Organization | None,
    },
    "passwords.session_reset": {**_LOGIN, **_DEVICE},
    "passwords.strength_check": {
        "breach_detection_on_create": bool,
        "breached_password": bool,
        "luds_feedback": answers.LudsFeedback | None,
        "score": int,
        "strength_policy": str,
        "valid_password": bool,
        "zxcvbn_feedback": answers.ZxcvbnFeedback | None,
    },
    "passwords_discovery.authenticate": _DISCOVERY,
    "passwords_discovery.email_reset": _DISCOVERY,
    "passwords_discovery.email_reset_start": {},
    "project.metrics": {"metrics": list[answers.Metric], "project_id": str},
    "project.whoami": {"name": str, "project_id": str},
    "rbac.get_org_policy": {"org_policy": answers.OrgPolicy},
    "rbac.policy": {"policy": answers.Policy},
    "rbac.set_org_policy": {"org_policy": answers.OrgPolicy},
    "recovery_codes.get": {**_MEMBER, "recovery_codes": list[str]},
    "recovery_codes.recover": {**_SESSION, **_DEVICE, "recovery_codes_remaining": int},
    "recovery_codes.rotate": {**_MEMBER, "recovery_codes": list[str]},
    "scim.create": {"connection": org.ScimConnectionWithToken},
    "scim.delete": {"connection_id": str},
    "scim.get": {"connection": org.ScimConnection | None},
    "scim.get_groups": _GROUPS,
    "scim.rotate_cancel": {"connection": org.ScimConnection},
    "scim.rotate_complete": {"connection": org.ScimConnection},
    "scim.rotate_start": {"connection": org.ScimConnectionWithNextToken},
    "scim.update": {"connection": org.ScimConnection},
    "sdk_operations.admin_portal_config": {
        "organization_config": answers.AdminPortalOrganization,
        "scim_config": answers.AdminPortalScim,
        "sso_config": answers.AdminPortalSso,
    },
    "sdk_operations.bootstrap": {
        "captcha_settings": answers.CaptchaSettings,
        "cname_domain": str | None,
        "create_organization_enabled": bool,
        "dfp_protected_auth_enabled": bool,
        "dfp_protected_auth_mode": str | None,
        "disable_sdk_watermark": bool,
        "email_domains": list[str],
        "password_config": o.Fields | None,
        "pkce_required_for_email_magic_links": bool,
        "pkce_required_for_oauth": bool,
        "pkce_required_for_password_resets": bool,
        "pkce_required_for_sso": bool,
        "project_name": str,
        "rbac_policy": answers.Policy,
        "siwe_required_for_crypto_wallets": bool,
        "slug_pattern": str | None,
        "vertical": str,
    },
    "sdk_operations.discover_connections": {"connections": list[org.SsoActiveConnection]},
    "sdk_operations.find_member": {"member": answers.VisibleMember | None},
    "sdk_operations.find_organization": {"organization": answers.VisibleOrganization | None},
    "sdk_operations.get_self": _MEMBER,
    "sdk_operations.logout_start": {"consent_required": bool, "redirect_uri": str},
    "sdk_operations.one_tap_start": {"google_client_id": str, "stytch_csrf_token": str, "oauth_callback_id": str},
    "sdk_operations.one_tap_submit": {"redirect_url": str},
    "sdk_operations.scim_groups": _GROUPS,
    "sessions.authenticate": {
        "member": o.Member,
        "member_session": o.MemberSession,
        "organization": org.Organization,
        **_TOKENS,
        "verdict": answers.AuthorizationVerdict | None,
    },
    "sessions.exchange": _PRIMARY,
    "sessions.get": {"member_sessions": list[o.MemberSession]},
    "sessions.get_jwks": {"keys": list[answers.JsonWebKey]},
    "sessions.revoke": {},
    "sessions_attest.attest": {**_SESSION, **_DEVICE},
    "sessions_exchange_token.exchange_access_token": {**_SESSION, **_DEVICE},
    "sessions_migrate.migrate": _SESSION,
    "sso.authenticate": {**_PRIMARY, **_ORGANIZATION_ID, "reset_session": bool},
    "sso.delete_connection": {"connection_id": str},
    "sso.get_connections": {
        "external_connections": list[org.ExternalConnection],
        "oidc_connections": list[org.OidcConnection],
        "saml_connections": list[org.SamlConnection],
    },
    "sso.oidc_providers": {"registrations": list[answers.OidcRegistration]},
    "sso_external.create_connection": {"connection": org.ExternalConnection},
    "sso_external.update_connection": {"connection": org.ExternalConnection},
    "sso_oidc.create_connection": {"connection": org.OidcConnection},
    "sso_oidc.update_connection": {"connection": org.OidcConnection, "warning": str | None},
    "sso_saml.create_connection": {"connection": org.SamlConnection},
    "sso_saml.delete_encryption_private_key": {"private_key_id": str},
    "sso_saml.delete_verification_certificate": {"certificate_id": str},
    "sso_saml.update_by_url": {"connection": org.SamlConnection},
    "sso_saml.update_connection": {"connection": org.SamlConnection},
    "totp.authenticate": {**_SESSION, **_DEVICE},
    "totp.create": {
        **_MEMBER,
        "qr_code": str,
        "recovery_codes": list[str],
        "secret": str,
        "totp_registration_id": str,
    },
    "totp.migrate": {**_MEMBER, "recovery_codes": list[str], "totp_registration_id": str},
}


def shapes(name: str, *, of_management: bool = False) -> tuple[Shape, ...]:
    """Return the shapes of an operation's response."""
    shape = MANAGEMENT[name] if of_management else API[name]
    return shape if isinstance(shape, tuple) else (shape,)


def types() -> Iterator[Any]:
    """Find the types of all fields."""
    for shape in (*chain.from_iterable(shapes(name) for name in API), *MANAGEMENT.values()):
        yield from shape.values()
