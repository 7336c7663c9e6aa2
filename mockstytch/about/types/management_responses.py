"""The fields of each response of the management API, in addition to the status code and the request id."""

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET, UnsetType

from mockstytch.about.types.objects import Fields, Time
from mockstytch.about.types.organization_objects import CustomRole, GroupedActions, PolicyScope
from mockstytch.store.records.sdk_config import B2BConfig, ConsumerConfig
from mockstytch.values import Frozen


class PrebuiltCustomization(Frozen):
    """The looks of an e-mail."""

    button_border_radius: float | None
    button_color: str | None
    button_text_color: str | None
    font_family: str | None
    text_alignment: str | None


class SenderInformation(Frozen):
    """The sender of an e-mail."""

    from_domain: str | None
    from_local_part: str | None
    from_name: str | None
    reply_to_local_part: str | None
    reply_to_name: str | None


class CustomHtmlCustomization(Frozen):
    """The HTML of an e-mail."""

    html_content: str | None
    plaintext_content: str | None
    subject: str | None
    template_type: str


class ManagementEmailTemplate(Frozen):
    """An e-mail template."""

    custom_html_customization: CustomHtmlCustomization | None
    name: str | None
    prebuilt_customization: PrebuiltCustomization | None
    sender_information: SenderInformation | None
    template_id: str


class ManagementEnvironment(Frozen):
    """An environment of a project."""

    created_at: Time
    cross_org_passwords_enabled: bool
    environment_slug: str
    idp_authorization_url: str
    idp_dynamic_client_registration_access_token_template_content: str
    idp_dynamic_client_registration_enabled: bool
    name: str
    oauth_callback_id: str
    project_id: str
    project_slug: str
    type: str
    use_custom_domain_in_magic_link_emails: bool
    user_impersonation_enabled: bool
    user_lock_self_serve_enabled: bool
    user_lock_threshold: int
    user_lock_ttl: int
    zero_downtime_session_migration_url: str


class EnvironmentMetrics(Frozen):
    """The numbers of an environment's objects."""

    m2m_client_count: int
    member_count: int
    organization_count: int
    user_count: int


class DatadogConfig(Frozen):
    """A destination at Datadog. Only a response to a change has the whole key."""

    site: str
    api_key: str | UnsetType = UNSET
    api_key_last_four: str | UnsetType = UNSET


class GrafanaLokiConfig(Frozen):
    """A destination at Grafana Loki. Only a response to a change has the whole password."""

    hostname: str
    username: str
    password: str | UnsetType = UNSET
    password_last_four: str | UnsetType = UNSET


class DestinationConfig(Frozen):
    """The one destination that is set."""

    datadog: DatadogConfig | None
    grafana_loki: GrafanaLokiConfig | None


class EventLogStreamingConfig(Frozen):
    """A destination of the event log."""

    destination_config: DestinationConfig
    destination_type: str
    streaming_status: str


class ManagementJwtTemplate(Frozen):
    """Claims to add to every JWT of a type."""

    custom_audience: str
    jwt_template_type: str
    template_content: str


class PasswordStrengthConfig(Frozen):
    """The rules for passwords. The LUDS rules are None with the policy ``ZXCVBN``."""

    check_breach_on_authentication: bool
    check_breach_on_creation: bool
    luds_min_password_complexity: int | None
    luds_min_password_length: int | None
    validate_on_authentication: bool
    validation_policy: str


class ManagementProject(Frozen):
    """A project of the workspace."""

    created_at: Time
    name: str
    project_slug: str
    vertical: str


class ManagementPublicToken(Frozen):
    """A public token."""

    created_at: Time
    public_token: str


class ManagementResource(Frozen):
    """A resource, and its actions."""

    available_actions: list[str]
    description: str
    resource_id: str


class DefaultRole(Frozen):
    """The permissions of a default role."""

    permissions: list[GroupedActions]


class ManagementPolicy(Frozen):
    """An environment's RBAC policy. The default roles of the other vertical are None."""

    custom_resources: list[ManagementResource]
    custom_roles: list[CustomRole]
    custom_scopes: list[PolicyScope]
    stytch_admin: DefaultRole | None
    stytch_member: DefaultRole | None
    stytch_resources: list[ManagementResource]
    stytch_user: DefaultRole | None


class RedirectUrlType(Frozen):
    """A use of a redirect URL."""

    is_default: bool
    type: str


class ManagementRedirectUrl(Frozen):
    """A registered redirect URL."""

    url: str
    valid_types: list[RedirectUrlType]


class NewSecret(Frozen):
    """A new secret."""

    created_at: Time
    secret: str
    secret_id: str


class ManagementSecret(Frozen):
    """A secret, of which only the end is shown."""

    created_at: Time
    last_four: str
    secret_id: str
    used_at: Time | None


class ManagementPemFile(Frozen):
    """A public key of a trusted token profile."""

    pem_file_id: str
    public_key: str


class ManagementTokenProfile(Frozen):
    """An issuer whose tokens ``sessions.attest`` accepts."""

    attribute_mapping: Fields
    audience: str
    can_jit_provision: bool
    issuer: str
    jwks_url: str | None
    name: str
    pem_files: list[ManagementPemFile]
    profile_id: str
    public_key_type: str


_COUNTRIES = {"country_codes": list[str]}
_TEMPLATE = {"email_template": ManagementEmailTemplate}
_ENVIRONMENT = {"environment": ManagementEnvironment}
_STREAMING = {"event_log_streaming_config": EventLogStreamingConfig}
_JWT_TEMPLATE = {"jwt_template": ManagementJwtTemplate}
_PASSWORDS = {"password_strength_config": PasswordStrengthConfig}
_PROJECT = {"project": ManagementProject}
_PUBLIC_TOKEN = {"public_token": ManagementPublicToken}
_POLICY = {"policy": ManagementPolicy}
_REDIRECT_URL = {"redirect_url": ManagementRedirectUrl}
_PEM_FILE = {"pem_file": ManagementPemFile}
_PROFILE = {"profile": ManagementTokenProfile}

MANAGEMENT: dict[str, Mapping[str, Any]] = {
    "country_code_allowlist.get_allowed_sms_country_codes": _COUNTRIES,
    "country_code_allowlist.get_allowed_whatsapp_country_codes": _COUNTRIES,
    "country_code_allowlist.set_allowed_sms_country_codes": _COUNTRIES,
    "country_code_allowlist.set_allowed_whatsapp_country_codes": _COUNTRIES,
    "email_templates.create": _TEMPLATE,
    "email_templates.delete": {},
    "email_templates.get": _TEMPLATE,
    "email_templates.get_all": {"email_templates": list[ManagementEmailTemplate]},
    "email_templates.get_default": {"template_id": str},
    "email_templates.set_default": {},
    "email_templates.unset_default": {},
    "email_templates.update": _TEMPLATE,
    "environments.create": _ENVIRONMENT,
    "environments.delete": {},
    "environments.get": _ENVIRONMENT,
    "environments.get_all": {"environments": list[ManagementEnvironment]},
    "environments.get_metrics": {"metrics": EnvironmentMetrics},
    "environments.update": _ENVIRONMENT,
    "event_log_streaming.create": _STREAMING,
    "event_log_streaming.delete": {},
    "event_log_streaming.disable": {},
    "event_log_streaming.enable": {},
    "event_log_streaming.get": _STREAMING,
    "event_log_streaming.update": _STREAMING,
    "jwt_templates.get": _JWT_TEMPLATE,
    "jwt_templates.set": _JWT_TEMPLATE,
    "password_strength_config.get": _PASSWORDS,
    "password_strength_config.set": _PASSWORDS,
    "projects.create": _PROJECT,
    "projects.delete": {},
    "projects.get": _PROJECT,
    "projects.get_all": {"projects": list[ManagementProject], "next_cursor": str | UnsetType},
    "projects.update": _PROJECT,
    "public_tokens.create": _PUBLIC_TOKEN,
    "public_tokens.delete": {},
    "public_tokens.get": _PUBLIC_TOKEN,
    "public_tokens.get_all": {"public_tokens": list[ManagementPublicToken]},
    "rbac_policy.get": _POLICY,
    "rbac_policy.set": _POLICY,
    "redirect_urls.create": _REDIRECT_URL,
    "redirect_urls.delete": {},
    "redirect_urls.get": _REDIRECT_URL,
    "redirect_urls.get_all": {"redirect_urls": list[ManagementRedirectUrl]},
    "redirect_urls.update": _REDIRECT_URL,
    "sdk.get_b2_b_config": {"config": B2BConfig},
    "sdk.get_consumer_config": {"config": ConsumerConfig},
    "sdk.set_b2_b_config": {"config": B2BConfig},
    "sdk.set_consumer_config": {"config": ConsumerConfig},
    "secrets.create": {"secret": NewSecret},
    "secrets.delete": {},
    "secrets.get": {"secret": ManagementSecret},
    "secrets.get_all": {"secrets": list[ManagementSecret]},
    "trusted_token_profiles.create": _PROFILE,
    "trusted_token_profiles.create_pem_file": _PEM_FILE,
    "trusted_token_profiles.delete": {},
    "trusted_token_profiles.delete_pem_file": {},
    "trusted_token_profiles.get": _PROFILE,
    "trusted_token_profiles.get_all": {"profiles": list[ManagementTokenProfile]},
    "trusted_token_profiles.get_pem_file": _PEM_FILE,
    "trusted_token_profiles.update": _PROFILE,
}
