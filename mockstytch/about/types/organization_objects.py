"""Organizations, their connections and their clients as types: what ``wire`` writes, for the schemas of responses.

See ``objects``, which has members and sessions.
"""

from msgspec import UNSET, UnsetType

from mockstytch.about.types.objects import Fields, Time
from mockstytch.values import Frozen

# Organizations and policies


class GroupedActions(Frozen):
    """Actions on one resource."""

    actions: list[str]
    resource_id: str


class CustomRole(Frozen):
    """A role, and the permissions that it grants."""

    description: str
    permissions: list[GroupedActions]
    role_id: str


class PolicyResource(Frozen):
    """A resource, and the actions that it has."""

    actions: list[str]
    description: str
    resource_id: str


class PolicyScope(Frozen):
    """An OAuth scope, and the permissions that a member needs to grant it."""

    description: str
    permissions: list[GroupedActions]
    scope: str


class ScimActiveConnection(Frozen):
    """The organization's SCIM connection in short."""

    bearer_token_expires_at: Time | None
    bearer_token_last_four: str
    connection_id: str
    display_name: str


class SsoActiveConnection(Frozen):
    """An active SSO connection in short."""

    connection_id: str
    display_name: str
    identity_provider: str


class EmailRoleAssignment(Frozen):
    """A role that members with an e-mail domain have."""

    domain: str
    role_id: str


class Organization(Frozen):
    """An organization."""

    allowed_auth_methods: list[str]
    allowed_first_party_connected_apps: list[str]
    allowed_mfa_methods: list[str]
    allowed_oauth_tenants: dict[str, list[str]] | None
    allowed_third_party_connected_apps: list[str]
    auth_methods: str
    claimed_email_domains: list[str]
    created_at: Time
    custom_roles: list[CustomRole]
    email_allowed_domains: list[str]
    email_invites: str
    email_jit_provisioning: str
    first_party_connected_apps_allowed_type: str
    mfa_methods: str
    mfa_policy: str
    oauth_tenant_jit_provisioning: str
    organization_external_id: str | None
    organization_id: str
    organization_logo_url: str
    organization_name: str
    organization_slug: str
    rbac_email_implicit_role_assignments: list[EmailRoleAssignment]
    scim_active_connection: ScimActiveConnection | None
    scim_active_connections: list[ScimActiveConnection]
    sso_active_connections: list[SsoActiveConnection]
    sso_default_connection_id: str | None
    sso_jit_provisioning: str
    sso_jit_provisioning_allowed_connections: list[str]
    third_party_connected_apps_allowed_type: str
    trusted_metadata: Fields | None
    updated_at: Time


# SSO connections


class ConnectionRole(Frozen):
    """A role that every member has who logs in over the connection."""

    role_id: str


class GroupRole(Frozen):
    """A role that the members of a group have."""

    group: str
    role_id: str


class EncryptionPrivateKey(Frozen):
    """A key that decrypts SAML responses."""

    created_at: Time
    private_key: str
    private_key_id: str


class X509Certificate(Frozen):
    """A certificate of a SAML connection."""

    certificate: str
    certificate_id: str
    created_at: Time
    expires_at: Time
    issuer: str
    updated_at: Time


class SamlConnection(Frozen):
    """A SAML connection."""

    acs_url: str
    allow_gateway_callback: bool
    alternative_acs_url: str
    alternative_audience_uri: str
    attribute_mapping: Fields | None
    audience_uri: str
    connection_id: str
    display_name: str
    encryption_private_keys: list[EncryptionPrivateKey]
    identity_provider: str
    idp_entity_id: str
    idp_initiated_auth_disabled: bool
    idp_sso_url: str
    nameid_format: str
    organization_id: str
    saml_connection_implicit_role_assignments: list[ConnectionRole]
    saml_group_implicit_role_assignments: list[GroupRole]
    signing_certificates: list[X509Certificate]
    status: str
    verification_certificates: list[X509Certificate]


class OidcConnection(Frozen):
    """An OIDC connection."""

    attribute_mapping: Fields | None
    authorization_url: str
    client_id: str
    client_secret: str
    connection_id: str
    custom_scopes: str
    display_name: str
    identity_provider: str
    issuer: str
    jwks_url: str
    organization_id: str
    redirect_url: str
    status: str
    token_url: str
    userinfo_url: str


class ExternalConnection(Frozen):
    """A connection to another organization's connection."""

    connection_id: str
    display_name: str
    external_connection_id: str
    external_connection_implicit_role_assignments: list[ConnectionRole]
    external_group_implicit_role_assignments: list[GroupRole]
    external_organization_id: str
    organization_id: str
    status: str


# SCIM connections


class ScimGroupRole(Frozen):
    """A role that the members of a SCIM group have."""

    group_id: str
    group_name: str
    role_id: str


class ScimConnection(Frozen):
    """A SCIM connection, with the last four characters of its tokens."""

    base_url: str
    bearer_token_expires_at: Time
    bearer_token_last_four: str
    connection_id: str
    display_name: str
    identity_provider: str
    next_bearer_token_expires_at: Time | None
    next_bearer_token_last_four: str
    organization_id: str
    scim_group_implicit_role_assignments: list[ScimGroupRole]
    status: str


class ScimConnectionWithToken(Frozen):
    """A new SCIM connection, with its token."""

    base_url: str
    bearer_token: str
    bearer_token_expires_at: Time
    connection_id: str
    display_name: str
    identity_provider: str
    organization_id: str
    scim_group_implicit_role_assignments: list[ScimGroupRole]
    status: str


class ScimConnectionWithNextToken(Frozen):
    """A SCIM connection, with its second token."""

    base_url: str
    bearer_token_expires_at: Time
    bearer_token_last_four: str
    connection_id: str
    display_name: str
    identity_provider: str
    next_bearer_token: str
    next_bearer_token_expires_at: Time
    organization_id: str
    scim_group_implicit_role_assignments: list[ScimGroupRole]
    status: str


class ScimGroup(Frozen):
    """A group of an organization's directory."""

    connection_id: str
    group_id: str
    group_name: str
    organization_id: str


# Clients


class M2MClient(Frozen):
    """An M2M client, without its secret."""

    client_description: str
    client_id: str
    client_name: str
    client_secret_last_four: str
    next_client_secret_last_four: str | None
    scopes: list[str]
    status: str
    trusted_metadata: Fields | None


class ConnectedApp(Frozen):
    """A connected app, without its secret."""

    access_token_custom_audience: str
    access_token_expiry_minutes: int
    access_token_template_content: str
    bypass_consent_for_offline_access: bool
    client_description: str
    client_id: str
    client_id_metadata_url: str | None
    client_name: str
    client_secret_last_four: str | None
    client_type: str
    creation_method: str | UnsetType = UNSET  # a response with a new secret leaves it out
    full_access_allowed: bool
    id_token_template_content: str
    logo_url: str | None
    next_client_secret_last_four: str | None
    post_logout_redirect_urls: list[str]
    redirect_urls: list[str]
    status: str


class PublicConnectedApp(Frozen):
    """What a member sees of a connected app on the consent page."""

    client_description: str
    client_id: str
    client_name: str
    client_type: str
    logo_url: str | None


class InstalledApp(Frozen):
    """A connected app in the list of installed apps."""

    client_type: str
    connected_app_id: str
    description: str
    logo_url: str | None
    name: str
