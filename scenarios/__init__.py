"""Stories of people who sign up, log in and are refused, told through the official client against a running server.

Each module without an underscore is one story: ``run(story)``, and a docstring whose first line is its title. A story
has a project to itself, so any number of them may be told at once against one server.

    mockstytch scenario                             all of them, on a server of their own
    python -m scenarios.link_used_twice --url …     one, on a server that runs already

Independent of Stytch, Inc.
"""

import ast
from importlib import resources

# All stories, in the order in which they are best read.
STORIES = (
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
    """A story's title. Reads the file and runs nothing, so that it takes no optional package."""
    source = resources.files(__package__).joinpath(f"{name}.py").read_text("utf-8")
    return (ast.get_docstring(ast.parse(source)) or name).splitlines()[0].rstrip(".")
