"""The objects of the API as types: what ``wire`` writes, for the schemas of responses.

A field is always there, unless its default is ``UNSET``. The contract tests compare each response with these types.
"""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from mockstytch.values import Frozen

Time = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Fields = dict[str, Any]


# Members and sessions


class OAuthRegistration(Frozen):
    """An account of the member at an OAuth provider."""

    locale: str
    member_oauth_registration_id: str
    profile_picture_url: str
    provider_subject: str
    provider_type: str


class RetiredEmailAddress(Frozen):
    """An address that the member had before."""

    email_address: str
    email_id: str


class RoleSource(Frozen):
    """Why a member has a role."""

    type: str
    details: Fields


class MemberRole(Frozen):
    """A role of a member, and all its sources."""

    role_id: str
    sources: list[RoleSource]


class ScimRegistration(Frozen):
    """The user of the organization's directory that the member is."""

    connection_id: str
    external_id: str
    registration_id: str
    scim_attributes: Fields | None


class SsoRegistration(Frozen):
    """The member's account at an identity provider."""

    connection_id: str
    external_id: str
    registration_id: str
    sso_attributes: Fields | None


class Member(Frozen):
    """A member of an organization."""

    created_at: Time
    default_mfa_method: str
    email_address: str
    email_address_verified: bool
    external_id: str | None
    is_admin: bool
    is_breakglass: bool
    is_locked: bool
    lock_created_at: Time | None
    lock_expires_at: Time | None
    member_id: str
    member_password_id: str
    mfa_enrolled: bool
    mfa_phone_number: str
    mfa_phone_number_verified: bool
    name: str
    oauth_registrations: list[OAuthRegistration]
    organization_id: str
    retired_email_addresses: list[RetiredEmailAddress]
    roles: list[MemberRole]
    scim_registration: ScimRegistration | None
    sso_registrations: list[SsoRegistration]
    status: str
    totp_registration_id: str
    trusted_metadata: Fields | None
    untrusted_metadata: Fields | None
    updated_at: Time


class EmailFactor(Frozen):
    """The address that a link or a code was sent to."""

    email_address: str
    email_id: str


class PhoneNumberFactor(Frozen):
    """The number that a code was sent to."""

    phone_id: str
    phone_number: str


class OAuthFactor(Frozen):
    """The account at an OAuth provider."""

    email_id: str
    id: str
    provider_subject: str


class TenantOAuthFactor(OAuthFactor):
    """The account at an OAuth provider whose accounts belong to a tenant.

    Attributes:
        provider_tenant_id: the tenant of the account, if it has one.
    """

    provider_tenant_id: str | UnsetType = UNSET


class GithubOAuthFactor(OAuthFactor):
    """The account at GitHub.

    Attributes:
        provider_tenant_ids: the organizations of the account, if it has any.
    """

    provider_tenant_ids: list[str] | UnsetType = UNSET


class OAuthExchangeFactor(Frozen):
    """The address that an OAuth provider verified in another organization."""

    email_id: str


class SsoFactor(Frozen):
    """The account at an identity provider."""

    external_id: str
    id: str
    provider_id: str


class AuthenticatorAppFactor(Frozen):
    """The member's authenticator app."""

    totp_id: str


class RecoveryCodeFactor(Frozen):
    """The recovery code that was used."""

    totp_recovery_code_id: str


class ImpersonatedFactor(Frozen):
    """The admin who acts as the member."""

    impersonator_email_address: str
    impersonator_id: str


class AccessTokenExchangeFactor(Frozen):
    """The connected app whose access token was exchanged for a session."""

    client_id: str


class TrustedAuthTokenFactor(Frozen):
    """The trusted token that was exchanged for a session."""

    token_id: str


class AuthenticationFactor(Frozen):
    """A factor of a session, with the one object of its type."""

    type: str
    delivery_method: str
    last_authenticated_at: Time
    created_at: Time
    updated_at: Time
    email_factor: EmailFactor | UnsetType = UNSET
    phone_number_factor: PhoneNumberFactor | UnsetType = UNSET
    google_oauth_factor: OAuthFactor | UnsetType = UNSET
    microsoft_oauth_factor: OAuthFactor | UnsetType = UNSET
    github_oauth_factor: GithubOAuthFactor | UnsetType = UNSET
    slack_oauth_factor: TenantOAuthFactor | UnsetType = UNSET
    hubspot_oauth_factor: TenantOAuthFactor | UnsetType = UNSET
    google_oauth_exchange_factor: OAuthExchangeFactor | UnsetType = UNSET
    microsoft_oauth_exchange_factor: OAuthExchangeFactor | UnsetType = UNSET
    github_oauth_exchange_factor: OAuthExchangeFactor | UnsetType = UNSET
    slack_oauth_exchange_factor: OAuthExchangeFactor | UnsetType = UNSET
    hubspot_oauth_exchange_factor: OAuthExchangeFactor | UnsetType = UNSET
    saml_sso_factor: SsoFactor | UnsetType = UNSET
    oidc_sso_factor: SsoFactor | UnsetType = UNSET
    authenticator_app_factor: AuthenticatorAppFactor | UnsetType = UNSET
    recovery_code_factor: RecoveryCodeFactor | UnsetType = UNSET
    impersonated_factor: ImpersonatedFactor | UnsetType = UNSET
    oauth_access_token_exchange_factor: AccessTokenExchangeFactor | UnsetType = UNSET
    trusted_auth_token_factor: TrustedAuthTokenFactor | UnsetType = UNSET


class MemberSession(Frozen):
    """A session of a member."""

    authentication_factors: list[AuthenticationFactor]
    custom_claims: Fields
    expires_at: Time
    last_accessed_at: Time
    member_id: str
    member_session_id: str
    organization_id: str
    organization_slug: str
    roles: list[str]
    started_at: Time


# Fraud


class AddressInformation(Frozen):
    """Properties of the part of an address before the @."""

    has_known_bounces: bool
    has_valid_syntax: bool
    is_suspected_role_address: bool
    normalized_email: str
    tumbling_character_count: int


class DomainInformation(Frozen):
    """Properties of an address's domain."""

    has_mx_or_a_record: bool
    is_disposable_domain: bool


class EmailRisk(Frozen):
    """The risk of an e-mail address."""

    address_information: AddressInformation
    domain_information: DomainInformation
    action: Literal["ALLOW", "CHALLENGE", "BLOCK"]
    risk_score: int


class Fingerprints(Frozen):
    """The identifiers of a device."""

    network_fingerprint: str
    hardware_fingerprint: str
    browser_fingerprint: str
    visitor_fingerprint: str
    visitor_id: str
    browser_id: str


class ReasonOverride(Frozen):
    """The action that the project has chosen for a verdict reason."""

    verdict_reason: str
    override_action: str


class Verdict(Frozen):
    """The verdict on a device."""

    action: Literal["ALLOW", "CHALLENGE", "BLOCK"]
    reasons: list[str]
    detected_device_type: str
    is_authentic_device: bool
    verdict_reason_overrides: list[ReasonOverride]
    rule_match_type: str | None
    rule_match_identifier: str | None


class ExternalMetadata(Frozen):
    """What the app said about the device's user."""

    external_id: str | None
    organization_id: str | None
    user_action: str | None


class Asn(Frozen):
    """The autonomous system of an IP address."""

    asn: str
    name: str
    network: str


class IpGeolocation(Frozen):
    """The place of an IP address."""

    city: str
    region: str
    country: str


class NetworkProperties(Frozen):
    """The network of a device."""

    ip_address: str
    asn: Asn
    ip_geolocation: IpGeolocation
    is_proxy: bool
    is_vpn: bool


class BrowserProperties(Frozen):
    """The browser of a device."""

    user_agent: str


class DeviceProperties(Frozen):
    """The network and the browser of a device."""

    network_properties: NetworkProperties
    browser_properties: BrowserProperties


class Fingerprint(Frozen):
    """A device, and the verdict on it."""

    telemetry_id: str
    fingerprints: Fingerprints
    verdict: Verdict
    external_metadata: ExternalMetadata
    created_at: Time
    expires_at: Time
    properties: DeviceProperties
    raw_signals: Fields | None
