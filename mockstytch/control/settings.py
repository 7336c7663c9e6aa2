"""Changing a project's settings, for the control API and seed files."""

import reprlib
from typing import Any

import msgspec

from mockstytch import errors
from mockstytch.control.webhooks import update_settings
from mockstytch.domain import webhooks
from mockstytch.domain.oauth_server import connected_apps
from mockstytch.domain.rbac import rbac_policy
from mockstytch.domain.sessions import jwt_templates, sdk_settings
from mockstytch.domain.shared import redirects
from mockstytch.ids import Ids
from mockstytch.nearest import nearest
from mockstytch.runtime import Mock
from mockstytch.store.records.projects import Project, ProjectSettings, RateLimit

# Settings of which parts can be given. An SDK configuration has groups of them.
_OBJECTS = ("password_policy", "user_lock")
_SDK_CONFIGURATIONS = ("b2b_sdk_config", "consumer_sdk_config")


def configure(mock: Mock, project: Project, given: dict[str, Any]) -> Project:
    """Change the given settings; the others stay. The same applies to the parts of some settings.

    Args:
        given: settings by name; ``name`` is the project's name.

    Raises:
        bad_request: if a setting doesn't exist, or a value isn't valid. Errors in an RBAC policy, a JWT template or an
            SDK configuration have their own types.
    """
    changes = {setting: value for setting, value in given.items() if setting != "name"}
    unknown = changes.keys() - set(ProjectSettings.__struct_fields__)
    if unknown or not isinstance(given.get("name", ""), str):
        raise errors.bad_request(
            because=f"unknown setting: {', '.join(sorted(unknown))}" if unknown else "name must be a string"
        )
    with mock.transaction(project) as ctx:
        settings = _changed(mock, ctx.project.settings, changes)
        if "rbac_policy" in changes:
            ctx.source = "dashboard"
            policy = rbac_policy.replace_policy(ctx, settings.rbac_policy)
            settings = msgspec.structs.replace(settings, rbac_policy=policy)
        return update_settings(ctx, settings, name=given.get("name", ctx.project.name))


def _changed(mock: Mock, before: ProjectSettings, changes: dict[str, Any]) -> ProjectSettings:
    """Return the settings with changes.

    Raises:
        bad_request: if a value isn't valid. Errors in a JWT template or an SDK configuration have their own types.
    """
    present = msgspec.to_builtins(before)
    for setting in changes.keys() & set(_OBJECTS):
        if isinstance(changes[setting], dict):
            changes[setting] = present[setting] | changes[setting]
    for setting in changes.keys() & set(_SDK_CONFIGURATIONS):
        changes[setting] = _merged(setting, present[setting], changes[setting])
    try:
        settings = msgspec.convert(present | changes, ProjectSettings)
    except msgspec.ValidationError as e:
        raise errors.bad_request(because=str(e)) from None
    _require_valid_values(settings)
    return msgspec.structs.replace(settings, rate_limits=_rate_limits(mock, settings.rate_limits))


def require_valid(settings: ProjectSettings) -> None:
    """Check all settings of a project.

    Raises:
        bad_request: if a value isn't valid. Errors in an RBAC policy or a JWT template have their own types.
    """
    _require_valid_values(settings)
    rbac_policy.validate(settings.rbac_policy)
    webhooks.validated_endpoints(Ids(), settings.webhooks, [])


def _require_valid_values(settings: ProjectSettings) -> None:
    sdk_settings.require_valid_b2b(settings.b2b_sdk_config)
    sdk_settings.require_valid(settings.consumer_sdk_config)
    urls = [r.url for r in settings.registered_redirect_urls]
    urls += [settings.idp_authorization_url] if settings.idp_authorization_url else []
    if invalid := [url for url in urls if not redirects.is_url(url)]:
        raise errors.bad_request(because=f"{invalid[0]!r} isn't a URL")
    for template in settings.jwt_templates:
        jwt_templates.validate(template.template_content, jwt_templates.ROOTS[template.template_type])
    connected_apps.require_valid_template(settings.idp_dynamic_client_registration_access_token_template_content)


def _rate_limits(mock: Mock, given: str | dict[str, RateLimit] | None) -> Any:
    """Return the setting ``rate_limits`` with the SDK's names of the operations.

    Raises:
        bad_request: if an operation of the rate limits doesn't exist, or has no field with the name in ``per``.
    """
    if not isinstance(given, dict):
        return given
    targets, limits = mock.faults.targets(), {}
    for name, limit in given.items():
        if "*" in name or not (found := targets.find(name)):
            suggestion = nearest(name[:200], targets.operations)
            raise errors.bad_request(
                because=f"rate_limits: there is no operation {reprlib.repr(name)}. Did you mean {suggestion}?"
            )
        [operation] = found
        if limit.per and limit.per not in operation.fields:
            because = f"rate_limits: {operation.name} has no field {reprlib.repr(limit.per)}"
            if operation.fields:
                because += f". Did you mean {nearest(limit.per[:200], sorted(operation.fields))}?"
            raise errors.bad_request(because=because)
        limits[operation.name] = limit
    return limits


def _merged(setting: str, present: dict[str, Any], given: Any) -> Any:
    """Return an SDK configuration with changes. Parts that aren't given stay.

    Raises:
        bad_request: if a part of the SDK configuration doesn't exist.
    """
    if not isinstance(given, dict):
        return given  # refused like other wrong values
    merged = dict(present)
    for group, values in given.items():
        known = present.get(group)
        unknown = [group] if known is None else []
        if isinstance(values, dict) and known is not None:
            unknown = [f"{group}.{name}" for name in values if name not in known]
            values = known | values
        if unknown:
            raise errors.bad_request(because=f"unknown part of {setting}: {', '.join(unknown)}")
        merged[group] = values
    return merged
