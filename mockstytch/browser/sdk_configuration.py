"""What the project's SDK configuration turns off, limits or requires."""

from mockstytch import errors
from mockstytch.store.records.sdk_config import B2BConfig
from mockstytch.surfaces.endpoint import Endpoint, SdkCall
from mockstytch.surfaces.request import Fields

_CODE_CHALLENGES = ("pkce_code_challenge", "code_challenge")  # the name depends on the operation


def require_enabled(config: B2BConfig, endpoint: Endpoint, call: SdkCall) -> None:
    """Check that the configuration allows a call.

    Raises:
        endpoint_not_authorized_for_sdk: if the SDKs, the product or the permissions of members are turned off.
    """
    needed = ["basic.enabled"]
    if call.feature:
        needed.append(call.feature)
    if is_about_others(endpoint, call):  # members can always change their own record
        needed.append("basic.enable_member_permissions")
    for name in needed:
        group, _, setting = name.partition(".")
        if not getattr(getattr(config, group), setting):
            raise errors.endpoint_not_authorized_for_sdk(because=f"{name} is off in the SDK configuration")


def is_about_others(endpoint: Endpoint, call: SdkCall) -> bool:
    """Return whether a call is about other members, or about the organization's settings."""
    return (bool(endpoint.permission) or "{member_" in call.path) and "member_id" not in call.own


def require_pkce(config: B2BConfig, endpoint: Endpoint, call: SdkCall, fields: Fields) -> None:
    """Check that a request which starts a flow has a code challenge, if the configuration requires it.

    Raises:
        invalid_pkce_code_challenge: if the configuration requires PKCE, and the request has no code challenge.
    """
    group = getattr(config, call.feature.partition(".")[0], None)
    is_required = getattr(group, "pkce_required", False) or getattr(group, "pkce_required_for_password_resets", False)
    if not is_required:
        return
    name = next((name for name in _CODE_CHALLENGES if name in endpoint.request.__struct_fields__), "")
    if name and not fields.get(name):
        raise errors.invalid_pkce_code_challenge(because="the SDK configuration requires PKCE")


def require_session_duration(config: B2BConfig, fields: Fields) -> None:
    """Check the requested lifetime of a session against the configured maximum.

    Raises:
        invalid_session_duration: if a session would be longer than the SDK configuration's maximum.
    """
    longest = config.sessions.max_session_duration_minutes
    minutes = fields.get("session_duration_minutes")
    if isinstance(minutes, int) and minutes > longest:
        raise errors.invalid_session_duration(because=f"the SDK configuration allows {longest} minutes")
