"""For each operation of the management client, a story that ends with a successful call of the operation."""

from collections.abc import Callable
from typing import Any, NamedTuple

STORIES: dict[str, Callable[["Workspace"], Any]] = {}

PEM = (
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaVvHgdQ3zSZx8pLyu2cTkHqp6vcB\n"
    "iYNUV9Xf2x0H5DNfmwKuRIrcZsfjOuZyvXVpY7GexV3+1nqU5kKgVxrZNg==\n"
    "-----END PUBLIC KEY-----"
)
PREBUILT = {
    "button_border_radius": 5.5,
    "button_color": "#007BFF",
    "button_text_color": "#FFFFFF",
    "font_family": "ARIAL",
    "text_alignment": "CENTER",
}
SENDER = {
    "from_local_part": "hello",
    "from_domain": "acme.example",
    "from_name": "Acme",
    "reply_to_local_part": "help",
    "reply_to_name": "Help",
}
CUSTOM = {
    "template_type": "LOGIN",
    "html_content": '<a href="{{magic_link_url}}">In</a>',
    "plaintext_content": "{{ magic_link_url }}",
    "subject": "Come in",
}
DATADOG = {"datadog": {"api_key": "0123456789abcdef0123456789abcdef", "site": "EU"}}
LOKI = {"grafana_loki": {"hostname": "logs.example", "username": "1", "password": "password-1234"}}
B2B_CONFIG = {
    "basic": {
        "enabled": True,
        "allow_self_onboarding": True,
        "enable_member_permissions": True,
        "domains": [{"domain": "https://acme.example", "slug_pattern": "https://{{slug}}.acme.example"}],
        "bundle_ids": ["com.acme.app"],
    },
    "sessions": {"max_session_duration_minutes": 1440},
    "magic_links": {"enabled": True, "pkce_required": True},
    "oauth": {"enabled": True, "pkce_required": False},
    "totps": {"enabled": True, "create_totps": True},
    "sso": {"enabled": True, "pkce_required": True},
    "otps": {
        "sms_enabled": True,
        "sms_autofill_metadata": [
            {"metadata_type": "domain", "metadata_value": "acme.example", "bundle_id": "com.acme.app"}
        ],
        "email_enabled": False,
    },
    "dfppa": {"enabled": "PASSIVE", "on_challenge": "TRIGGER_CAPTCHA"},
    "passwords": {"enabled": True, "pkce_required_for_password_resets": True},
    "cookies": {"http_only": "ENFORCED"},
    "user_impersonation": {"enabled": True},
}
CONSUMER_CONFIG = {
    "basic": {"enabled": True, "domains": ["https://acme.example"], "bundle_ids": ["com.acme.app"]},
    "sessions": {"max_session_duration_minutes": 60},
    "magic_links": {"login_or_create_enabled": True, "send_enabled": False, "pkce_required": True},
    "otps": {
        "sms_login_or_create_enabled": True,
        "whatsapp_login_or_create_enabled": False,
        "email_login_or_create_enabled": True,
        "sms_send_enabled": False,
        "whatsapp_send_enabled": True,
        "email_send_enabled": False,
        "sms_autofill_metadata": [{"metadata_type": "hash", "metadata_value": "x", "bundle_id": "com.acme.app"}],
    },
    "oauth": {"enabled": True, "pkce_required": True},
    "totps": {"enabled": True, "create_totps": True},
    "webauthn": {"enabled": True, "create_webauthns": True},
    "crypto_wallets": {"enabled": True, "siwe_required": True},
    "dfppa": {"enabled": "ENABLED", "on_challenge": "BLOCK"},
    "biometrics": {"enabled": True, "create_biometrics_enabled": True},
    "passwords": {"enabled": True, "pkce_required_for_password_resets": True},
    "cookies": {"http_only": "DISABLED"},
    "user_impersonation": {"enabled": False},
}
POLICY = {
    "custom_roles": [
        {
            "role_id": "editor",
            "description": "Edits.",
            "permissions": [{"resource_id": "documents", "actions": ["read", "write"]}],
        }
    ],
    "custom_resources": [
        {"resource_id": "documents", "description": "Papers.", "available_actions": ["write", "read", "delete"]}
    ],
    "custom_scopes": [
        {
            "scope": "documents:read",
            "description": "Reads.",
            "permissions": [{"resource_id": "documents", "actions": ["read"]}],
        }
    ],
}


class Workspace(NamedTuple):
    """The management client, an environment to use, and builders of what a story needs."""

    admin: Any
    slugs: tuple[str, str]
    create_environment: Callable[..., tuple[str, str]]

    def template(self, template_id: str = "welcome") -> Any:
        return self.admin.email_templates.create(
            self.slugs[0], template_id, "Welcome", sender_information=SENDER, prebuilt_customization=PREBUILT
        )

    def profile(self, **fields: Any) -> Any:
        details = {"jwks_url": "https://issuer.example/jwks", "pem_files": []} | fields
        return self.admin.trusted_token_profiles.create(
            *self.slugs,
            name="Legacy",
            audience="acme",
            issuer="issuer.example",
            can_jit_provision=True,
            attribute_mapping={"email": "mail"},
            **details,
        )

    def pem_profile(self) -> Any:
        return self.profile(public_key_type="PEM", jwks_url="", pem_files=[PEM]).profile


def story(name: str) -> Callable[[Callable[[Workspace], Any]], Callable[[Workspace], Any]]:
    def register(build: Callable[[Workspace], Any]) -> Callable[[Workspace], Any]:
        STORIES[name] = build
        return build

    return register


def _direct_call(operation: str, /, *arguments: Any, **fields: Any) -> None:
    """Register a story that needs no preparation."""
    resource, _, method = operation.partition(".")
    STORIES[operation] = lambda w: getattr(getattr(w.admin, resource), method)(*w.slugs, *arguments, **fields)


_direct_call("country_code_allowlist.get_allowed_sms_country_codes")
_direct_call("country_code_allowlist.set_allowed_sms_country_codes", ["DE", "AT"])
_direct_call("environments.get")
_direct_call("environments.get_metrics")
_direct_call("environments.update", name="New", user_lock_threshold=3)
_direct_call("event_log_streaming.create", "DATADOG", DATADOG)
_direct_call("jwt_templates.get", "SESSION")
_direct_call(
    "jwt_templates.set",
    jwt_template_type="M2M",
    template_content='{"tier": {{ client.trusted_metadata.tier }}}',
    custom_audience="acme",
)
_direct_call("password_strength_config.get")
_direct_call("password_strength_config.set", True, False, True, "LUDS", 12, 4)
_direct_call("public_tokens.create")
_direct_call("public_tokens.get_all")
_direct_call("rbac_policy.get")
_direct_call("rbac_policy.set", **POLICY)
_direct_call("redirect_urls.create", "https://a.example/in", [{"type": "LOGIN", "is_default": True}])
_direct_call("redirect_urls.get", "http://localhost:3000/authenticate")
_direct_call("redirect_urls.get_all")
_direct_call("redirect_urls.update", "http://localhost:3000/authenticate", [{"type": "INVITE", "is_default": False}])
_direct_call("redirect_urls.delete", "http://localhost:3000/authenticate", True)
_direct_call("sdk.get_b2_b_config")
_direct_call("sdk.set_b2_b_config", B2B_CONFIG)
_direct_call("secrets.create")
_direct_call("secrets.get_all")
_direct_call("trusted_token_profiles.get_all")


@story("country_code_allowlist.get_allowed_whatsapp_country_codes")
def _(w: Workspace) -> Any:
    return w.admin.country_code_allowlist.get_allowed_whatsapp_country_codes(*w.create_environment("CONSUMER"))


@story("country_code_allowlist.set_allowed_whatsapp_country_codes")
def _(w: Workspace) -> Any:
    return w.admin.country_code_allowlist.set_allowed_whatsapp_country_codes(*w.create_environment("CONSUMER"), ["BR"])


@story("sdk.get_consumer_config")
def _(w: Workspace) -> Any:
    return w.admin.sdk.get_consumer_config(*w.create_environment("CONSUMER"))


@story("sdk.set_consumer_config")
def _(w: Workspace) -> Any:
    return w.admin.sdk.set_consumer_config(*w.create_environment("CONSUMER"), CONSUMER_CONFIG)


@story("projects.create")
def _(w: Workspace) -> Any:
    w.create_environment()
    return w.admin.projects.create("Another", "B2B")


@story("projects.get")
def _(w: Workspace) -> Any:
    return w.admin.projects.get(w.slugs[0])


@story("projects.get_all")
def _(w: Workspace) -> Any:
    return w.admin.projects.get_all()


@story("projects.update")
def _(w: Workspace) -> Any:
    return w.admin.projects.update(w.create_environment()[0], "Renamed")


@story("projects.delete")
def _(w: Workspace) -> Any:
    return w.admin.projects.delete(w.create_environment()[0])


@story("environments.create")
def _(w: Workspace) -> Any:
    return w.admin.environments.create(
        w.create_environment()[0], "Production", "LIVE", cross_org_passwords_enabled=True
    )


@story("environments.get_all")
def _(w: Workspace) -> Any:
    return w.admin.environments.get_all(w.create_environment()[0])


@story("environments.delete")
def _(w: Workspace) -> Any:
    return w.admin.environments.delete(*w.create_environment())


@story("secrets.get")
def _(w: Workspace) -> Any:
    return w.admin.secrets.get(*w.slugs, w.admin.secrets.create(*w.slugs).secret.secret_id)


@story("secrets.delete")
def _(w: Workspace) -> Any:
    return w.admin.secrets.delete(*w.slugs, w.admin.secrets.create(*w.slugs).secret.secret_id)


@story("public_tokens.get")
def _(w: Workspace) -> Any:
    return w.admin.public_tokens.get(*w.slugs, w.admin.public_tokens.create(*w.slugs).public_token.public_token)


@story("public_tokens.delete")
def _(w: Workspace) -> Any:
    return w.admin.public_tokens.delete(*w.slugs, w.admin.public_tokens.create(*w.slugs).public_token.public_token)


@story("email_templates.create")
def _(w: Workspace) -> Any:
    return w.admin.email_templates.create(
        w.slugs[0], "custom", "Custom", sender_information=SENDER, custom_html_customization=CUSTOM
    )


@story("email_templates.get")
def _(w: Workspace) -> Any:
    w.template()
    return w.admin.email_templates.get(w.slugs[0], "welcome")


@story("email_templates.get_all")
def _(w: Workspace) -> Any:
    w.template()
    return w.admin.email_templates.get_all(w.slugs[0])


@story("email_templates.update")
def _(w: Workspace) -> Any:
    w.template()
    return w.admin.email_templates.update(w.slugs[0], "welcome", "New", SENDER, PREBUILT | {"button_color": "#000000"})


@story("email_templates.delete")
def _(w: Workspace) -> Any:
    w.template()
    return w.admin.email_templates.delete(w.slugs[0], "welcome")


@story("email_templates.set_default")
def _(w: Workspace) -> Any:
    w.template()
    return w.admin.email_templates.set_default(w.slugs[0], template_id="welcome", email_template_type="PREBUILT")


@story("email_templates.get_default")
def _(w: Workspace) -> Any:
    w.template()
    w.admin.email_templates.set_default(w.slugs[0], template_id="welcome", email_template_type="PREBUILT")
    return w.admin.email_templates.get_default(w.slugs[0], "PREBUILT")


@story("email_templates.unset_default")
def _(w: Workspace) -> Any:
    return w.admin.email_templates.unset_default(w.slugs[0], "LOGIN")


@story("event_log_streaming.get")
def _(w: Workspace) -> Any:
    w.admin.event_log_streaming.create(*w.slugs, "DATADOG", DATADOG)
    return w.admin.event_log_streaming.get(*w.slugs, "DATADOG")


@story("event_log_streaming.update")
def _(w: Workspace) -> Any:
    w.admin.event_log_streaming.create(*w.slugs, "GRAFANA_LOKI", LOKI)
    return w.admin.event_log_streaming.update(*w.slugs, "GRAFANA_LOKI", LOKI)


@story("event_log_streaming.delete")
def _(w: Workspace) -> Any:
    w.admin.event_log_streaming.create(*w.slugs, "DATADOG", DATADOG)
    return w.admin.event_log_streaming.delete(*w.slugs, "DATADOG")


@story("event_log_streaming.enable")
def _(w: Workspace) -> Any:
    w.admin.event_log_streaming.create(*w.slugs, "DATADOG", DATADOG)
    return w.admin.event_log_streaming.enable(*w.slugs, "DATADOG")


@story("event_log_streaming.disable")
def _(w: Workspace) -> Any:
    w.admin.event_log_streaming.create(*w.slugs, "DATADOG", DATADOG)
    return w.admin.event_log_streaming.disable(*w.slugs, "DATADOG")


@story("trusted_token_profiles.create")
def _(w: Workspace) -> Any:
    return w.profile()


@story("trusted_token_profiles.get")
def _(w: Workspace) -> Any:
    return w.admin.trusted_token_profiles.get(*w.slugs, w.pem_profile().profile_id)


@story("trusted_token_profiles.update")
def _(w: Workspace) -> Any:
    return w.admin.trusted_token_profiles.update(*w.slugs, w.profile().profile.profile_id, name="New")


@story("trusted_token_profiles.delete")
def _(w: Workspace) -> Any:
    return w.admin.trusted_token_profiles.delete(*w.slugs, w.profile().profile.profile_id)


@story("trusted_token_profiles.create_pem_file")
def _(w: Workspace) -> Any:
    return w.admin.trusted_token_profiles.create_pem_file(*w.slugs, w.pem_profile().profile_id, PEM)


@story("trusted_token_profiles.get_pem_file")
def _(w: Workspace) -> Any:
    profile = w.pem_profile()
    return w.admin.trusted_token_profiles.get_pem_file(*w.slugs, profile.profile_id, profile.pem_files[0].pem_file_id)


@story("trusted_token_profiles.delete_pem_file")
def _(w: Workspace) -> Any:
    profile = w.pem_profile()
    more = w.admin.trusted_token_profiles.create_pem_file(*w.slugs, profile.profile_id, PEM).pem_file
    return w.admin.trusted_token_profiles.delete_pem_file(*w.slugs, profile.profile_id, more.pem_file_id)
