"""All that the management API serves, by resource."""

from mockstytch.management import (
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
from mockstytch.surfaces.endpoint import Endpoint

GROUPS = (
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


def endpoints() -> list[Endpoint]:
    return [endpoint for group in GROUPS for endpoint in group.api]
