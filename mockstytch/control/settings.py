"""Changing a project's settings, for the control API and seed files."""

from typing import Any

import msgspec

from mockstytch import errors
from mockstytch.control.webhooks import update_settings
from mockstytch.domain import webhooks
from mockstytch.domain.oauth_server import connected_apps
from mockstytch.domain.rbac import rbac_policy
from mockstytch.domain.sessions import jwt_templates
from mockstytch.domain.shared import redirects
from mockstytch.ids import Ids
from mockstytch.runtime import Mock
from mockstytch.store.records.projects import Project, ProjectSettings


def configure(mock: Mock, project: Project, given: dict[str, Any]) -> Project:
    """Change the given settings; the others stay.

    Args:
        given: settings by name; ``name`` is the project's name.

    Raises:
        bad_request: if a setting doesn't exist, or a value isn't valid. Errors in an RBAC policy or a JWT template have
            their own types.
    """
    name = given.get("name", project.name)
    changes = {setting: value for setting, value in given.items() if setting != "name"}
    unknown = changes.keys() - set(ProjectSettings.__struct_fields__)
    if unknown or not isinstance(name, str):
        raise errors.bad_request(
            because=f"unknown setting: {', '.join(sorted(unknown))}" if unknown else "name must be a string"
        )
    try:
        settings = msgspec.convert(msgspec.to_builtins(project.settings) | changes, ProjectSettings)
    except msgspec.ValidationError as e:
        raise errors.bad_request(because=str(e)) from None
    _require_valid_values(settings)
    with mock.transaction(project) as ctx:
        if "rbac_policy" in changes:
            ctx.source = "dashboard"
            policy = rbac_policy.replace_policy(ctx, settings.rbac_policy)
            settings = msgspec.structs.replace(settings, rbac_policy=policy)
        return update_settings(ctx, settings, name=name)


def require_valid(settings: ProjectSettings) -> None:
    """Check all settings of a project.

    Raises:
        bad_request: if a value isn't valid. Errors in an RBAC policy or a JWT template have their own types.
    """
    _require_valid_values(settings)
    rbac_policy.validate(settings.rbac_policy)
    webhooks.validated_endpoints(Ids(), settings.webhooks, [])


def _require_valid_values(settings: ProjectSettings) -> None:
    urls = [r.url for r in settings.registered_redirect_urls]
    urls += [settings.idp_authorization_url] if settings.idp_authorization_url else []
    if invalid := [url for url in urls if not redirects.is_url(url)]:
        raise errors.bad_request(because=f"{invalid[0]!r} isn't a URL")
    for template in settings.jwt_templates:
        jwt_templates.validate(template.template_content, jwt_templates.ROOTS[template.template_type])
    connected_apps.require_valid_template(settings.idp_dynamic_client_registration_access_token_template_content)
