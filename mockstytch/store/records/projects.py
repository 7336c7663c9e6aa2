"""Projects with their settings and keys, and what the management API stores about them."""

from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from mockstytch.clock import Clock
from mockstytch.store.record import GlobalIndex, GlobalUnique, PrimaryKey, Record, Unique, new_data_key, table
from mockstytch.store.records.sdk_config import ALL_ENABLED_B2B, ALL_ENABLED_CONSUMER, B2BConfig, ConsumerConfig
from mockstytch.values import Frozen

RedirectUrlType = Literal["LOGIN", "SIGNUP", "INVITE", "RESET_PASSWORD", "DISCOVERY"]
REDIRECT_URL_TYPES: tuple[RedirectUrlType, ...] = ("LOGIN", "SIGNUP", "INVITE", "RESET_PASSWORD", "DISCOVERY")


class UrlUse(Frozen):
    """A type of redirect URL that a registered URL serves."""

    type: RedirectUrlType
    is_default: bool = False


class RedirectUrl(Frozen):
    """A registered redirect URL."""

    url: str
    types: list[UrlUse]


def _default_redirect_urls() -> list[RedirectUrl]:
    url = "http://localhost:3000/authenticate"
    return [RedirectUrl(url=url, types=[UrlUse(type=t, is_default=True) for t in REDIRECT_URL_TYPES])]


class Permission(Frozen):
    """Actions on one resource. ``*`` means every action of the resource."""

    resource_id: str
    actions: list[str]


class Role(Frozen):
    """A role, and the permissions that it grants."""

    role_id: str
    description: str = ""
    permissions: list[Permission] = []


class Resource(Frozen):
    """A resource, and the actions that it has."""

    resource_id: str
    description: str = ""
    actions: list[str] = []


class Scope(Frozen):
    """An OAuth scope of connected apps, and the permissions that a member needs to grant it."""

    scope: str
    description: str = ""
    permissions: list[Permission] = []


class RbacPolicy(Frozen):
    """A project's roles, resources and scopes, in addition to Stytch's own."""

    roles: list[Role] = []
    resources: list[Resource] = []
    scopes: list[Scope] = []


class PasswordPolicy(Frozen):
    """The rules for passwords.

    Attributes:
        check_breach_on_creation, check_breach_on_authentication: refuse passwords that are known to be breached.
        validate_on_authentication: refuse a login if the password no longer satisfies the policy.
        validation_policy: ``ZXCVBN`` requires a score of 3; ``LUDS`` a length and kinds of characters.
        luds_min_password_complexity: how many of the four kinds of characters ``LUDS`` requires.
        breached_passwords: breached passwords in addition to the built-in list.
    """

    check_breach_on_creation: bool = True
    check_breach_on_authentication: bool = True
    validate_on_authentication: bool = False
    validation_policy: Literal["ZXCVBN", "LUDS"] = "ZXCVBN"
    luds_min_password_length: int = 8
    luds_min_password_complexity: int = 3
    breached_passwords: list[str] = []


class UserLock(Frozen):
    """When a member is locked after failed logins, and for how long.

    Attributes:
        threshold: the number of failures in a row that lock a member.
        ttl_seconds: how long the lock lasts.
        self_serve_enabled: whether a locked member gets a link by e-mail. It is stored, but no such e-mail is sent.
    """

    enabled: bool = True
    threshold: int = 10
    ttl_seconds: int = 3600
    self_serve_enabled: bool = False


class JwtTemplate(Frozen):
    """Claims to add to every JWT of a type.

    Attributes:
        template_content: JSON with placeholders, such as ``{{ member.trusted_metadata.role }}``.
        custom_audience: an additional ``aud``, or "".
    """

    template_type: Literal["SESSION", "M2M"]
    template_content: str
    custom_audience: str = ""


class PemFile(Frozen):
    """A public key of a trusted token profile."""

    pem_file_id: str
    public_key: str


class TrustedTokenProfile(Frozen):
    """An issuer whose tokens ``sessions.attest`` accepts.

    Attributes:
        public_key_type: where the keys are: ``JWK`` uses ``jwks_url``, ``PEM`` uses ``pem_files``.
        attribute_mapping: the claim to read for ``email``, ``external_member_id``, ``organization_id``, …
        can_jit_provision: whether an unknown organization or member is created.
    """

    profile_id: str
    name: str = ""
    audience: str
    issuer: str
    public_key_type: Literal["JWK", "PEM"] = "JWK"
    jwks_url: str = ""
    pem_files: list[PemFile] = []
    attribute_mapping: dict[str, Any] = {}
    can_jit_provision: bool = False


class EventLogDestination(Frozen):
    """A destination for the event log. It is stored, but this server sends nothing there."""

    destination_type: Literal["DATADOG", "GRAFANA_LOKI"]
    datadog: dict[str, str] | None = None
    grafana_loki: dict[str, str] | None = None
    streaming_status: Literal["ACTIVE", "DISABLED", "PENDING"] = "DISABLED"


class WebhookEndpoint(Frozen, forbid_unknown_fields=True):
    """A URL that webhooks are sent to.

    Attributes:
        secret: the key that signs deliveries: ``whsec_`` and base64.
        event_types: patterns such as ``direct.member.create`` or ``*.member.*``; empty means every event.
    """

    url: str
    secret: str = ""
    event_types: list[str] = []

    def subscribes_to(self, event_type: str) -> bool:
        return not self.event_types or any(fnmatchcase(event_type, pattern) for pattern in self.event_types)


class RateLimit(Frozen, forbid_unknown_fields=True):
    """How often an operation can be called.

    Attributes:
        seconds: the length of the interval. Intervals follow each other on the project's clock; they don't slide.
        per: a field of the request: each of its values is counted separately. "" counts all requests of the project.
    """

    requests: Annotated[int, Meta(ge=0, le=1_000_000)]
    seconds: Annotated[int, Meta(ge=1, le=31_536_000)]
    per: str = ""


class ProjectSettings(Frozen):
    """The settings that the real service has in its dashboard.

    Attributes:
        rate_limits: ``"production"`` for the limits that Stytch documents, or limits for operations,
            ``{"<operation>": {"requests", "seconds", "per"}}``; None doesn't limit anything.
        email_domains_without_billing: the domains that e-mails can be sent to without verified billing; None is any.
        unknown_fields: ``"ignored"``, or ``"refused"``: a field that the operation doesn't have is an error.
        management_limits: whether the management API has limits; the default project's setting counts for all projects.
        redirect_urls: ``"any"`` accepts every valid URL; ``"registered"`` only registered ones.
        registered_redirect_urls: the URLs, each with its types, and for each type whether it is the default.
        rbac_policy: the project's own roles, resources and scopes, in addition to the default ones.
        email_templates: the ids of the existing templates; None accepts every id.
        intermediate_session_minutes: the lifetime of an intermediate session, in minutes.
        oauth_token_minutes: the lifetime of the token at the end of an OAuth flow, in minutes.
        sms_country_codes: the countries (ISO 3166) that text messages can be sent to.
        whatsapp_country_codes: the same for WhatsApp, which only Consumer projects have.
        cross_org_passwords_enabled: a password belongs to an e-mail address in all organizations, not to a member.
        discovery_needs_verified_colleague: discovery lists an organization by e-mail domain, and lets a person join
            it, only if a member with a verified address of that domain exists.
        jwt_templates: claims to add to session and M2M JWTs; at most one template of each type.
        trusted_token_profiles: the issuers whose tokens can be attested.
        user_impersonation_enabled: whether impersonation tokens are accepted.
        zero_downtime_session_migration_url: the UserInfo URL that ``sessions.migrate`` calls; "" turns it off.
        webhooks: the endpoints that receive events, each ``{"url", "secret", "event_types"}``.
        idp_authorization_url: the app's page for OAuth authorization requests; "" uses this server's consent page.
        idp_built_in_consent_page: whether this server has a consent page; False refuses the OAuth metadata until
            ``idp_authorization_url`` is set, as production does.
        idp_issuer: the ``iss`` of OAuth tokens and authorization responses, and the ``issuer`` of the metadata; "" uses
            the project's domain, and ``stytch.com/<project>`` at the API's host.
        idp_dynamic_client_registration_enabled: whether OAuth clients can register themselves.
        idp_dynamic_client_registration_access_token_template_content: the claims template of such clients, and of
            clients with a metadata document.
        idp_client_id_metadata_documents_enabled: whether a ``client_id`` can be the URL of a metadata document.
        use_custom_domain_in_magic_link_emails: stored only; links always point to this server.
        event_log_streaming: destinations of the event log, stored only; at most one.
        b2b_sdk_config: what browser and mobile SDKs can do in a B2B project.
        consumer_sdk_config: what browser and mobile SDKs can do in a Consumer project.
    """

    rate_limits: Literal["production"] | dict[str, RateLimit] | None = None
    email_domains_without_billing: list[str] | None = None
    unknown_fields: Literal["ignored", "refused"] = "ignored"
    management_limits: bool = True
    redirect_urls: Literal["any", "registered"] = "any"
    registered_redirect_urls: list[RedirectUrl] = msgspec.field(default_factory=_default_redirect_urls)
    rbac_policy: RbacPolicy = RbacPolicy()
    email_templates: list[str] | None = None
    intermediate_session_minutes: int = 10
    oauth_token_minutes: int = 10
    sms_country_codes: list[str] = msgspec.field(default_factory=lambda: ["CA", "US"])
    whatsapp_country_codes: list[str] = msgspec.field(default_factory=lambda: ["CA", "US"])
    cross_org_passwords_enabled: bool = False
    password_policy: PasswordPolicy = PasswordPolicy()
    user_lock: UserLock = UserLock()
    discovery_needs_verified_colleague: bool = True
    jwt_templates: list[JwtTemplate] = []
    trusted_token_profiles: list[TrustedTokenProfile] = []
    user_impersonation_enabled: bool = True
    zero_downtime_session_migration_url: str = ""
    webhooks: list[WebhookEndpoint] = []
    idp_authorization_url: str = ""
    idp_built_in_consent_page: bool = True
    idp_issuer: str = ""
    idp_dynamic_client_registration_enabled: bool = True
    idp_dynamic_client_registration_access_token_template_content: str = ""
    idp_client_id_metadata_documents_enabled: bool = True
    use_custom_domain_in_magic_link_emails: bool = False
    event_log_streaming: list[EventLogDestination] = []
    b2b_sdk_config: B2BConfig = ALL_ENABLED_B2B
    consumer_sdk_config: ConsumerConfig = ALL_ENABLED_CONSUMER


def managed_project_settings() -> ProjectSettings:
    """Return the settings of an environment that the management API creates.

    They are strict, as in production: redirect URLs and e-mail templates must be registered first.
    """
    return ProjectSettings(redirect_urls="registered", email_templates=[])


@table("projects", GlobalUnique("data_key"), in_snapshots=False)
class Project(Record):
    """A project. The first request with its credentials registers it, or the management API creates it.

    Attributes:
        secret: the secret that it was registered with, or "" if it has only ``Secret`` rows.
        project_slug: the management API's project that this is an environment of, or "".
        other_public_token: the public token in links, if the one derived from the project's id was deleted.
        label, run_id: what uses the project, such as the name of a test, and the test run; "" if nothing said it.
        deleted: whether its credentials are refused. The row stays, so that old credentials don't register it again.
        counters: how many old rows of each kind were deleted from the history, and how often keys were rotated.
        has_faults: whether ``SharedFault`` has rows of the project. Servers on SQLite don't set it.
        position: the time of its creation, in nanoseconds.
        data_key: what its rows are stored under. A reset changes it.
    """

    project_id: PrimaryKey
    secret: str
    name: str = "mockstytch"
    vertical: Literal["B2B", "CONSUMER"] = "B2B"
    project_slug: str = ""
    other_public_token: str = ""
    label: str = ""
    run_id: str = ""
    deleted: bool = False
    clock: Clock = Clock()
    settings: ProjectSettings = ProjectSettings()
    counters: dict[str, int] = {}
    has_faults: bool = False
    position: int = 0
    data_key: str = msgspec.field(default_factory=new_data_key)

    @property
    def public_token(self) -> str:
        return self.other_public_token or self.first_public_token

    @property
    def first_public_token(self) -> str:
        return "public-token-" + self.project_id.removeprefix("project-")

    @property
    def kind(self) -> Literal["test", "live"]:
        return "live" if self.project_id.startswith("project-live-") else "test"

    @property
    def created_at(self) -> datetime:
        return datetime.fromtimestamp(self.position // 10**9, UTC)


@table("secrets", Unique("secret"), in_snapshots=False)
class Secret(Record):
    """A secret in addition to the one that a project was registered with."""

    secret_id: PrimaryKey
    secret: str
    created_at: datetime
    used_at: datetime | None = None
    position: int


@table("public_tokens", GlobalIndex("public_token"), in_snapshots=False)
class PublicToken(Record):
    """A public token in addition to the one that is derived from the project's id."""

    public_token: PrimaryKey
    created_at: datetime
    position: int


@table("signing_keys")
class SigningKey(Record):
    """A signing key that a project rotated to. A project without one signs with the built-in key.

    Attributes:
        jwk: the public key; empty if the JWKS must not have it.
    """

    kid: PrimaryKey
    private_key: str
    jwk: dict[str, Any]
    created_at: datetime
    position: int


# The rows of the management API belong to this project, which no credentials open.
WORKSPACE = Project(project_id="workspace", secret="", data_key="workspace")


@table("management_projects")
class ManagementProject(Record):
    """A project of the management API. Each of its environments is a ``Project``."""

    project_slug: PrimaryKey
    name: str
    vertical: Literal["B2B", "CONSUMER"]
    created_at: datetime
    position: int


@table("environments", Unique("environment_project_id"))
class Environment(Record):
    """An environment of a management project, and the id of its ``Project``."""

    project_slug: PrimaryKey
    environment_slug: PrimaryKey
    environment_project_id: str
    position: int


@table("email_templates")
class EmailTemplate(Record):
    """An e-mail template of a management project, used by all its environments."""

    project_slug: PrimaryKey
    template_id: PrimaryKey
    name: str | None = None
    sender_information: dict[str, Any] | None = None
    prebuilt_customization: dict[str, Any] | None = None
    custom_html_customization: dict[str, Any] | None = None
    position: int


@table("default_email_templates")
class DefaultEmailTemplate(Record):
    """The template that a management project uses for a type of message."""

    project_slug: PrimaryKey
    template_type: PrimaryKey
    template_id: str
