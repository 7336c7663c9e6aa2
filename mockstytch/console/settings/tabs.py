"""The tabs of the settings editor, and which settings each has. A test fails if a setting is on no tab, or on two."""

from typing import NamedTuple

from mockstytch.store.records.sdk_config import B2BConfig, ConsumerConfig


class Group(NamedTuple):
    """Settings under one heading.

    Attributes:
        id: the anchor.
        settings: settings in one form, by their names.
        custom: whether the tab's template has its own forms for them, because they are lists of objects.
    """

    id: str
    title: str
    settings: tuple[str, ...] = ()
    custom: bool = False


class Tab(NamedTuple):
    """One page of the editor."""

    title: str
    groups: tuple[Group, ...]


_SDK_PARTS = (
    *(("basic", "Access"), ("sessions", "Sessions"), ("magic_links", "Magic links"), ("otps", "One-time codes")),
    *(("oauth", "OAuth"), ("sso", "SSO"), ("passwords", "Passwords"), ("totps", "Authenticator apps")),
    *(("webauthn", "WebAuthn"), ("crypto_wallets", "Crypto wallets"), ("biometrics", "Biometrics")),
    *(("dfppa", "Device fingerprinting"), ("cookies", "Cookies"), ("user_impersonation", "Impersonation")),
)

TABS = {
    "project": Tab(
        "Project",
        (
            Group("name", "Name and credentials", custom=True),
            Group("secrets", "Secrets", custom=True),
            Group("public-tokens", "Public tokens", custom=True),
            Group("keys", "Signing keys", custom=True),
            Group("streaming", "Event log", ("event_log_streaming",)),
        ),
    ),
    "redirect-urls": Tab(
        "Redirect URLs",
        (
            Group("urls", "Registered URLs", ("registered_redirect_urls",), custom=True),
            Group("check", "Check", ("redirect_urls",)),
        ),
    ),
    "logins": Tab(
        "Logins",
        (
            Group("passwords", "Password policy", ("password_policy",)),
            Group("password-scope", "Scope of passwords", ("cross_org_passwords_enabled",)),
            Group("lock", "Lock after failed logins", ("user_lock",)),
            Group("lifetimes", "Lifetimes", ("intermediate_session_minutes", "oauth_token_minutes")),
            Group("discovery", "Discovery", ("discovery_needs_verified_colleague",)),
            Group("other", "Impersonation", ("user_impersonation_enabled",)),
        ),
    ),
    "messages": Tab(
        "Messages",
        (
            Group("templates", "E-mail templates", custom=True),
            Group("e-mail", "E-mail", ("email_templates", "email_domains_without_billing")),
            Group("sms", "SMS and WhatsApp", ("sms_country_codes", "whatsapp_country_codes")),
            Group("links", "Links", ("use_custom_domain_in_magic_link_emails",)),
        ),
    ),
    "roles": Tab("Roles", (Group("rbac", "Roles and permissions", ("rbac_policy",), custom=True),)),
    "tokens": Tab(
        "Tokens",
        (
            Group("jwt-templates", "Custom claims", ("jwt_templates",), custom=True),
            Group("trusted", "Trusted token profiles", ("trusted_token_profiles",), custom=True),
            Group("migration", "Session migration", ("zero_downtime_session_migration_url",)),
        ),
    ),
    "clients": Tab(
        "Clients",
        (
            Group("m2m", "M2M clients", custom=True),
            Group("apps", "Connected apps", custom=True),
            Group(
                "oauth-server",
                "OAuth server",
                (
                    *("idp_authorization_url", "idp_built_in_consent_page", "idp_issuer"),
                    *("idp_dynamic_client_registration_enabled", "idp_client_id_metadata_documents_enabled"),
                    "idp_dynamic_client_registration_access_token_template_content",
                ),
            ),
        ),
    ),
    "sdk": Tab(
        "SDK configuration",
        (),  # the parts follow from the project: see groups()
    ),
    "limits": Tab(
        "Limits and checks",
        (
            Group("rate-limits", "Rate limits", ("rate_limits",), custom=True),
            Group("checks", "Checks", ("unknown_fields", "management_limits")),
        ),
    ),
}
ELSEWHERE = {"webhooks": "/webhooks"}  # settings that another page changes


def groups(tab: str, vertical: str) -> tuple[Group, ...]:
    """Return the groups of a tab.

    Args:
        vertical: ``B2B`` or ``CONSUMER``: the SDK configuration of such projects.
    """
    if tab != "sdk":
        return TABS[tab].groups
    name = "b2b_sdk_config" if vertical == "B2B" else "consumer_sdk_config"
    has = (B2BConfig if vertical == "B2B" else ConsumerConfig).__struct_fields__
    return tuple(Group(part, title, (f"{name}.{part}",)) for part, title in _SDK_PARTS if part in has)
