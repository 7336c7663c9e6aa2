"""Objects that only some responses of the API have: the state of a login, provider tokens, rules, results of a search.

See ``objects``, which has members and sessions.
"""

from mockstytch.about.types.objects import Fields, Member, Time
from mockstytch.about.types.organization_objects import (
    ConnectedApp,
    CustomRole,
    InstalledApp,
    M2MClient,
    Organization,
    PolicyResource,
    PolicyScope,
    SsoActiveConnection,
)
from mockstytch.values import Frozen


class ResultsMetadata(Frozen):
    """The number of results of a search, and the cursor for the next ones.

    Attributes:
        next_cursor: None on the last page.
    """

    next_cursor: str | None
    total: int


# Logins


class MfaMemberOptions(Frozen):
    """The second factors that the member has."""

    mfa_phone_number: str
    totp_registration_id: str


class MfaRequired(Frozen):
    """The second factor that the login needs.

    Attributes:
        member_options: None if the member must enroll first.
        secondary_auth_initiated: ``sms_otp`` if a code was sent.
    """

    member_options: MfaMemberOptions | None
    secondary_auth_initiated: str | None


class PrimaryRequired(Frozen):
    """The login methods that the organization requires."""

    allowed_auth_methods: list[str]


class Membership(Frozen):
    """How a person can enter an organization."""

    details: Fields | None
    member: Member | None
    type: str


class DiscoveredOrganization(Frozen):
    """An organization that a person can enter."""

    member_authenticated: bool
    membership: Membership
    mfa_required: MfaRequired | None
    organization: Organization
    primary_required: PrimaryRequired | None


class AuthorizationVerdict(Frozen):
    """The result of an authorization check."""

    authorized: bool
    granting_roles: list[str]


class ProviderValues(Frozen):
    """The tokens that an OAuth provider issued."""

    access_token: str
    expires_at: Time | None
    id_token: str
    refresh_token: str
    scopes: list[str]


class GithubRegistration(Frozen):
    """An access token of GitHub."""

    access_token: str
    provider_subject: str
    provider_tenant_ids: list[str]
    scopes: list[str]


class HubspotRegistration(Frozen):
    """The tokens of HubSpot."""

    access_token: str
    access_token_expires_in: int
    provider_subject: str
    provider_tenant_id: str
    refresh_token: str | None
    scopes: list[str]


class SlackRegistration(Frozen):
    """The access tokens of Slack."""

    access_token: str
    bot_access_token: str
    bot_scopes: list[str]
    provider_subject: str
    provider_tenant_id: str
    scopes: list[str]


class OidcRegistration(Frozen):
    """The tokens of an identity provider."""

    access_token: str
    access_token_expires_in: int
    connection_id: str
    id_token: str
    provider_subject: str
    refresh_token: str | None
    scopes: list[str]


class LudsFeedback(Frozen):
    """What a password lacks by the LUDS policy."""

    has_digit: bool
    has_lower_case: bool
    has_symbol: bool
    has_upper_case: bool
    missing_characters: int
    missing_complexity: int


class ZxcvbnFeedback(Frozen):
    """What makes a password weak."""

    suggestions: list[str]
    warning: str


# Clients


class M2MClientWithSecret(M2MClient):
    """A new M2M client, with its secret."""

    client_secret: str


class M2MClientWithNextSecret(M2MClient):
    """An M2M client, with its second secret."""

    next_client_secret: str


class ConnectedAppWithSecret(ConnectedApp):
    """A new connected app, with its secret. A public app has none."""

    client_secret: str | None


class ConnectedAppWithNextSecret(ConnectedApp):
    """A connected app, with its second secret."""

    next_client_secret: str


class ActiveMember(Frozen):
    """A member who uses a connected app."""

    granted_scopes: list[str]
    member_id: str


class MembersConnectedApp(InstalledApp):
    """A connected app of a member, with the scopes that the member granted."""

    scopes_granted: str


class ScopeResult(Frozen):
    """A scope on the consent page, and whether the member can grant it."""

    description: str
    is_grantable: bool
    scope: str


class TokenOrganization(Frozen):
    """The organization in a token's claims."""

    organization_id: str
    slug: str


class JsonWebKey(Frozen):
    """A public key (RFC 7517)."""

    alg: str
    e: str
    key_ops: list[str]
    kid: str
    kty: str
    n: str
    use: str
    x5c: list[str]
    x5tS256: str


# Policies, fraud and projects


class Policy(Frozen):
    """A project's roles, resources and scopes."""

    resources: list[PolicyResource]
    roles: list[CustomRole]
    scopes: list[PolicyScope]


class OrgPolicy(Frozen):
    """An organization's own roles."""

    roles: list[CustomRole]


class FraudRule(Frozen):
    """A rule about one identifier of devices."""

    action: str
    asn: str | None
    browser_fingerprint: str | None
    browser_id: str | None
    cidr_block: str | None
    country_code: str | None
    created_at: Time
    description: str | None
    expires_at: Time | None
    hardware_fingerprint: str | None
    last_updated_at: Time | None
    network_fingerprint: str | None
    rule_type: str
    visitor_fingerprint: str | None
    visitor_id: str | None


class VerdictReasonAction(Frozen):
    """The action for a verdict reason."""

    default_action: str
    override_action: str | None
    override_created_at: Time | None
    override_description: str | None
    verdict_reason: str


class Metric(Frozen):
    """A number of the project's usage."""

    count: int
    metric_type: str


# The browser API


class VisibleMember(Frozen):
    """What a visitor sees of a member."""

    member_password_id: str
    name: str
    status: str


class VisibleOrganization(Frozen):
    """What a visitor sees of an organization."""

    allowed_auth_methods: list[str]
    allowed_mfa_methods: list[str]
    allowed_oauth_tenants: Fields | None
    auth_methods: str
    email_allowed_domains: list[str]
    email_invites: str
    email_jit_provisioning: str
    mfa_methods: str
    mfa_policy: str
    oauth_tenant_jit_provisioning: str
    organization_id: str
    organization_logo_url: str
    organization_name: str
    organization_slug: str
    sso_active_connections: list[SsoActiveConnection]
    sso_default_connection_id: str | None


class CaptchaSettings(Frozen):
    """The captcha on login pages."""

    enabled: bool


class AdminPortalOrganization(Frozen):
    """What the Admin Portal can change of an organization."""

    mfa_controls_enabled: bool


class AdminPortalScim(Frozen):
    """Whether the Admin Portal shows SCIM."""

    scim_enabled: bool


class AdminPortalSso(Frozen):
    """Which connections the Admin Portal can create."""

    can_create_oidc_connection: bool
    can_create_saml_connection: bool
    sso_enabled: bool
