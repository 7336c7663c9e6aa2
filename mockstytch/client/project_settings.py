"""The project settings that ``MockStytch.configure`` accepts and returns, as JSON objects.

``docs/control-api.md`` describes each setting. All keys are optional in a call; a result has all of them.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from mockstytch.client.models import WebhookEndpointSettings


class RedirectUrlUse(TypedDict, total=False):
    type: Literal["LOGIN", "SIGNUP", "INVITE", "RESET_PASSWORD", "DISCOVERY"]
    is_default: bool


class RedirectUrl(TypedDict):
    url: str
    types: list[RedirectUrlUse]


class Permission(TypedDict):
    resource_id: str
    actions: list[str]


class Role(TypedDict, total=False):
    role_id: str
    description: str
    permissions: list[Permission]


class Resource(TypedDict, total=False):
    resource_id: str
    description: str
    actions: list[str]


class Scope(TypedDict, total=False):
    scope: str
    description: str
    permissions: list[Permission]


class RbacPolicy(TypedDict, total=False):
    roles: list[Role]
    resources: list[Resource]
    scopes: list[Scope]


class RateLimit(TypedDict, total=False):
    requests: int
    seconds: int
    per: str


class PasswordPolicy(TypedDict, total=False):
    check_breach_on_creation: bool
    check_breach_on_authentication: bool
    validate_on_authentication: bool
    validation_policy: Literal["ZXCVBN", "LUDS"]
    luds_min_password_length: int
    luds_min_password_complexity: int
    breached_passwords: list[str]


class UserLock(TypedDict, total=False):
    enabled: bool
    threshold: int
    ttl_seconds: int
    self_serve_enabled: bool


class JwtTemplate(TypedDict, total=False):
    template_type: Literal["SESSION", "M2M"]
    template_content: str
    custom_audience: str


class PemFile(TypedDict):
    pem_file_id: str
    public_key: str


class TrustedTokenProfile(TypedDict, total=False):
    profile_id: str
    name: str
    audience: str
    issuer: str
    public_key_type: Literal["JWK", "PEM"]
    jwks_url: str
    pem_files: list[PemFile]
    attribute_mapping: dict[str, Any]
    can_jit_provision: bool


class EventLogDestination(TypedDict, total=False):
    destination_type: Literal["DATADOG", "GRAFANA_LOKI"]
    datadog: dict[str, str] | None
    grafana_loki: dict[str, str] | None
    streaming_status: Literal["ACTIVE", "DISABLED", "PENDING"]


class ProjectSettings(TypedDict, total=False):
    """The settings of a project, and its name."""

    name: str
    rate_limits: Literal["production"] | dict[str, RateLimit] | None
    email_domains_without_billing: list[str] | None
    unknown_fields: Literal["ignored", "refused"]
    management_limits: bool
    redirect_urls: Literal["any", "registered"]
    registered_redirect_urls: list[RedirectUrl]
    rbac_policy: RbacPolicy
    email_templates: list[str] | None
    intermediate_session_minutes: int
    oauth_token_minutes: int
    sms_country_codes: list[str]
    whatsapp_country_codes: list[str]
    cross_org_passwords_enabled: bool
    password_policy: PasswordPolicy
    user_lock: UserLock
    discovery_needs_verified_colleague: bool
    jwt_templates: list[JwtTemplate]
    trusted_token_profiles: list[TrustedTokenProfile]
    user_impersonation_enabled: bool
    zero_downtime_session_migration_url: str
    webhooks: list[WebhookEndpointSettings]
    idp_authorization_url: str
    idp_built_in_consent_page: bool
    idp_issuer: str
    idp_dynamic_client_registration_enabled: bool
    idp_dynamic_client_registration_access_token_template_content: str
    idp_client_id_metadata_documents_enabled: bool
    use_custom_domain_in_magic_link_emails: bool
    event_log_streaming: list[EventLogDestination]
    b2b_sdk_config: dict[str, Any]
    consumer_sdk_config: dict[str, Any]


class ProjectDetails(ProjectSettings, total=False):
    """A project's settings and credentials.

    ``dropped`` counts the messages and events that were deleted because the project has more than 10,000 of them.
    """

    project_id: str
    secret: str
    public_token: str
    label: str
    run_id: str
    dropped: dict[str, int]
