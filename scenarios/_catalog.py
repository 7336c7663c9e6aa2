"""The list of scenarios, in a good reading order, and their titles."""

import ast
from importlib import resources

SCENARIOS = (
    "discovery_sign_up",
    "discovery_returning_member",
    "discovery_chooser",
    "invitation",
    "jit_join",
    "jit_refused",
    "organization_login",
    "organization_sign_up",
    "link_expired",
    "link_used_twice",
    "wrong_token_type",
    "pkce_two_browsers",
    "session_lifetime",
    "jwt_verified_locally",
    "switching_organizations",
    "permissions",
    "deleted_member",
    "email_codes",
    "password_login",
    "password_reset",
    "password_too_weak",
    "password_migration",
    "google_login",
    "oauth_unverified_email",
    "restricted_methods",
    "mfa_by_text_message",
    "mfa_by_app",
    "lost_phone",
    "mfa_turned_on",
    "locked_member",
    "saml_login",
    "oidc_new_keys",
    "idp_initiated_login",
    "scim_joiner_mover_leaver",
    "admin_restrictions",
    "m2m_service_call",
    "third_party_app",
    "project_by_management",
    "demo_app_over_http",
    "demo_app_second_factor",
    "demo_app_in_a_browser",
)


def title(name: str) -> str:
    """Return the title of a scenario.

    Reads the source instead of importing it, because an import needs the optional packages.
    """
    source = resources.files(__package__).joinpath(f"{name}.py").read_text("utf-8")
    return (ast.get_docstring(ast.parse(source)) or name).splitlines()[0].rstrip(".")
