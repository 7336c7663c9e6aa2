"""Operations of the management API: one module for each resource, with the name that the official client uses.

Each module declares its request classes and operations, and adds them to its ``api``. To add a resource, add its module
to ``MODULES``. Rules that several resources share are in ``management.workspace`` and ``management.fields``.
"""

from mockstytch.management.operations import (
    country_code_allowlist,
    email_templates,
    environments,
    event_log_streaming,
    jwt_templates,
    password_strength_config,
    projects,
    public_tokens,
    rbac_policy,
    redirect_urls,
    sdk,
    secrets,
    trusted_token_profiles,
)

MODULES = (
    country_code_allowlist,
    email_templates,
    environments,
    event_log_streaming,
    jwt_templates,
    password_strength_config,
    projects,
    public_tokens,
    rbac_policy,
    redirect_urls,
    sdk,
    secrets,
    trusted_token_profiles,
)
