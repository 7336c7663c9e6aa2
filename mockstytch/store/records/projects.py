"""Projects: the worlds. Their settings, their keys."""

from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Any, Literal

import msgspec

from mockstytch.clock import Clock
from mockstytch.store.record import GlobalIndex, PrimaryKey, Record, Unique, table
from mockstytch.store.records.sdk_config import EVERYTHING_B2B, EVERYTHING_CONSUMER, B2BConfig, ConsumerConfig
from mockstytch.values import Frozen

RedirectUrlType = Literal["LOGIN", "SIGNUP", "INVITE", "RESET_PASSWORD", "DISCOVERY"]
REDIRECT_URL_TYPES: tuple[RedirectUrlType, ...] = ("LOGIN", "SIGNUP", "INVITE", "RESET_PASSWORD", "DISCOVERY")


class UrlUse(Frozen):
    type: RedirectUrlType
    is_default: bool = False


class RedirectUrl(Frozen):
    url: str
    types: list[UrlUse]


def _urls_of_a_new_project() -> list[RedirectUrl]:
    uses = [UrlUse(type=t, is_default=True) for t in REDIRECT_URL_TYPES]
    return [RedirectUrl(url="http://localhost:3000/authenticate", types=uses)]


class Permission(Frozen):
    resource_id: str
    actions: list[str]


class Role(Frozen):
    role_id: str
    description: str = ""
    permissions: list[Permission] = []


class Resource(Frozen):
    resource_id: str
    description: str = ""
    actions: list[str] = []


class Scope(Frozen):
    scope: str
    description: str = ""
    permissions: list[Permission] = []


class RbacPolicy(Frozen):
    """What a project adds to Stytch's own roles and resources."""

    roles: list[Role] = []
    resources: list[Resource] = []
    scopes: list[Scope] = []


class PasswordPolicy(Frozen):
    """What a good password is.

    Attributes:
        check_breach_on_creation, check_breach_on_authentication: refuse passwords that are known to be breached.
        validate_on_authentication: refuse passwords that the policy would not take anew.
        validation_policy: ``ZXCVBN`` asks for a score of 3; ``LUDS`` for length and kinds of characters.
        breached_passwords: breached ones besides the built-in list.
    """

    check_breach_on_creation: bool = True
    check_breach_on_authentication: bool = True
    validate_on_authentication: bool = False
    validation_policy: Literal["ZXCVBN", "LUDS"] = "ZXCVBN"
    luds_min_password_length: int = 8
    luds_min_password_complexity: int = 3
    breached_passwords: list[str] = []


class UserLock(Frozen):
    """After how many failures in a row a member waits, and how long.

    Attributes:
        self_serve_enabled: whether who is locked out gets a link by mail; kept, but no such mail is sent here.
    """

    enabled: bool = True
    threshold: int = 10
    ttl_seconds: int = 3600
    self_serve_enabled: bool = False


class JwtTemplate(Frozen):
    """Claims that every JWT of a kind gets: JSON in which ``{{ member.trusted_metadata.role }}`` stands for a value.

    Attributes:
        custom_audience: a further ``aud``, or "".
    """

    template_type: Literal["SESSION", "M2M"]
    template_content: str
    custom_audience: str = ""


class PemFile(Frozen):
    pem_file_id: str
    public_key: str


class TrustedTokenProfile(Frozen):
    """Whose tokens ``sessions.attest`` takes for a proof of who somebody is.

    Attributes:
        attribute_mapping: which claim holds what: ``email``, ``external_member_id``, ``organization_id``, …
        jwks_url, pem_files: the keys, by ``public_key_type``.
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
    """Where the real service would send the event log; kept, but this server sends nothing there."""

    destination_type: Literal["DATADOG", "GRAFANA_LOKI"]
    datadog: dict[str, str] | None = None
    grafana_loki: dict[str, str] | None = None
    streaming_status: Literal["ACTIVE", "DISABLED", "PENDING"] = "DISABLED"


class WebhookEndpoint(Frozen, forbid_unknown_fields=True):
    """Where events are told.

    Attributes:
        secret: what deliveries are signed with: ``whsec_`` and base64.
        event_types: ``direct.member.create``, ``*.member.*``, …: what it wants to hear of; everything, if empty.
    """

    url: str
    secret: str = ""
    event_types: list[str] = []

    def wants(self, event_type: str) -> bool:
        return not self.event_types or any(fnmatchcase(event_type, pattern) for pattern in self.event_types)


class ProjectSettings(Frozen):
    """What the real service has in its dashboard.

    Attributes:
        redirect_urls: ``"any"`` accepts every URL that is one; ``"registered"`` only those of the list.
        registered_redirect_urls: the URLs, each with the types it serves and whether it is their default.
        rbac_policy: the project's own roles, resources and scopes, beside the default ones.
        email_templates: the template ids that exist; None accepts every one.
        intermediate_session_minutes: how long an intermediate session lives.
        oauth_token_minutes: how long the token lives that an OAuth flow ends with.
        sms_country_codes: the countries (ISO 3166) that text messages are sent to.
        whatsapp_country_codes: the same for WhatsApp, which only Consumer projects have.
        cross_org_passwords_enabled: a password belongs to an address, in every organization, not to a member.
        discovery_needs_verified_colleague: discovery offers an organization by e-mail domain only where a member with a
            verified address of that domain exists already.
        jwt_templates: claims that session and M2M JWTs get; one of a type at most.
        trusted_token_profiles: whose tokens can be attested.
        user_impersonation_enabled: whether impersonation tokens log anybody in.
        zero_downtime_session_migration_url: the UserInfo URL that ``sessions.migrate`` asks; "" turns it off.
        webhooks: the endpoints that are told of events, each ``{"url", "secret", "event_types"}``.
        idp_authorization_url: the app's own page for OAuth authorization requests; "" takes this server's consent page.
        idp_dynamic_client_registration_enabled: whether anybody may register an OAuth client.
        idp_dynamic_client_registration_access_token_template_content: the claims template of such clients.
        use_custom_domain_in_magic_link_emails: kept, but links lead to this server all the same.
        event_log_streaming: where the event log would go; one of a type at most.
        b2b_sdk_config: what browsers and apps may do by themselves, in a B2B project.
        consumer_sdk_config: the same in a Consumer project.
    """

    redirect_urls: Literal["any", "registered"] = "any"
    registered_redirect_urls: list[RedirectUrl] = msgspec.field(default_factory=_urls_of_a_new_project)
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
    idp_dynamic_client_registration_enabled: bool = True
    idp_dynamic_client_registration_access_token_template_content: str = ""
    use_custom_domain_in_magic_link_emails: bool = False
    event_log_streaming: list[EventLogDestination] = []
    b2b_sdk_config: B2BConfig = EVERYTHING_B2B
    consumer_sdk_config: ConsumerConfig = EVERYTHING_CONSUMER


def managed_project_settings() -> ProjectSettings:
    """What an environment begins with that the management API makes: strict, as whoever sets it up registers what it
    needs."""
    return ProjectSettings(redirect_urls="registered", email_templates=[])


@table("projects")
class Project(Record):
    """One customer of this server. Registered by the first request that names it, or made by the management API.

    Attributes:
        secret: the one that it was registered with, or "" where it has only ``Secret`` rows.
        project_slug: of which project of the management API it is an environment; "" is one of its own.
        other_public_token: the public token in links, once the one made of the project's id is deleted.
        deleted: nothing opens it any more. The row stays, so that nobody's old credentials make it anew.
    """

    project_id: PrimaryKey
    secret: str
    name: str = "mockstytch"
    vertical: Literal["B2B", "CONSUMER"] = "B2B"
    project_slug: str = ""
    other_public_token: str = ""
    deleted: bool = False
    clock: Clock = Clock()
    settings: ProjectSettings = ProjectSettings()
    counters: dict[str, int] = {}
    position: int = 0

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


@table("secrets", Unique("secret"))
class Secret(Record):
    """A secret beside the one that a project was registered with."""

    secret_id: PrimaryKey
    secret: str
    created_at: datetime
    used_at: datetime | None = None
    position: int


@table("public_tokens", GlobalIndex("public_token"))
class PublicToken(Record):
    """A public token beside the one that is made of the project's id."""

    public_token: PrimaryKey
    created_at: datetime
    position: int


@table("signing_keys")
class SigningKey(Record):
    """A key that this project rotated to. A project without a row signs with the built-in one."""

    kid: PrimaryKey
    private_key: str
    jwk: dict[str, Any]
    created_at: datetime
    position: int


WORKSPACE = Project(project_id="workspace", secret="")


@table("management_projects")
class ManagementProject(Record):
    project_slug: PrimaryKey
    name: str
    vertical: Literal["B2B", "CONSUMER"]
    created_at: datetime
    position: int


@table("environments", Unique("environment_project_id"))
class Environment(Record):
    """Which project of this server an environment is."""

    project_slug: PrimaryKey
    environment_slug: PrimaryKey
    environment_project_id: str
    position: int


@table("email_templates")
class EmailTemplate(Record):
    """A template of a whole project: every environment of it has it."""

    project_slug: PrimaryKey
    template_id: PrimaryKey
    name: str | None = None
    sender_information: dict[str, Any] | None = None
    prebuilt_customization: dict[str, Any] | None = None
    custom_html_customization: dict[str, Any] | None = None
    position: int


@table("default_email_templates")
class DefaultEmailTemplate(Record):
    project_slug: PrimaryKey
    template_type: PrimaryKey
    template_id: str
