"""What probes need, and the settings of the local project.

The local project has the settings of a new project of the real API. Some settings of the target are read, because they
change responses, and are set on the local project, too: its roles, resources and scopes.
"""

from collections.abc import Iterable
from typing import Any

from mockstytch.client.transport import ControlApi
from mockstytch.parity.sending import operations
from mockstytch.parity.sending.side import Credentials, Side
from mockstytch.values import Frozen


class Refused(Exception):
    """The target refused the credentials, or isn't the API."""


class Need(Frozen):
    """Something that a probe needs besides the project's id and secret.

    Attributes:
        description: what must be there.
        option: how the user gives it; "" if the command can't use it.
        local: settings of the local project that correspond to it.
    """

    description: str
    option: str = ""
    local: dict[str, Any] = {}


_SETTING = "--has"
NEEDS = {
    "mailbox": Need(description="a mailbox that can be read"),
    "public_token": Need(
        description="the public token, and the SDK turned on in the dashboard", option="--public-token"
    ),
    "management": Need(description="a key of the workspace", option="--workspace-key-id"),
    "authorization_url": Need(
        description="an authorization URL for connected apps",
        option=_SETTING,
        local={"idp_authorization_url": "http://localhost:3000/oauth/authorize"},
    ),
    "dynamic_client_registration": Need(
        description="Dynamic Client Registration turned on",
        option=_SETTING,
        local={"idp_dynamic_client_registration_enabled": True},
    ),
    "cross_org_passwords": Need(
        description="passwords that are shared by all organizations",
        option=_SETTING,
        local={"cross_org_passwords_enabled": True},
    ),
    "fraud": Need(description="the fraud product", option=_SETTING),
    "time": Need(description="time for probes that most likely repeat what others show", option=_SETTING),
}
SETTINGS = tuple(name for name, need in NEEDS.items() if need.option == _SETTING)

# A new project of the real API. This server is more lenient, unless its settings say otherwise.
_NEW_PROJECT: dict[str, Any] = {
    "redirect_urls": "registered",
    "email_templates": [],
    "idp_built_in_consent_page": False,
    "idp_dynamic_client_registration_enabled": False,
    "user_impersonation_enabled": False,
}


def met(credentials: Credentials, settings: Iterable[str]) -> set[str]:
    """Return the needs that are met.

    Args:
        settings: names of settings that the target's project has.
    """
    given = {"public_token": credentials.public_token, "management": credentials.workspace_key[0]}
    return {*settings, *(name for name, value in given.items() if value)}


def apply(url: str, credentials: Credentials, settings: Iterable[str]) -> None:
    """Set the settings of a project of ours.

    Args:
        settings: the needs that are met.

    Raises:
        MockError: if the server refuses them.
    """
    changes = dict(_NEW_PROJECT)
    for name in settings:
        changes |= NEEDS[name].local
    _control(url, credentials).call("PATCH", "/project", body=changes)


def mirror(target: Side, local: Side) -> None:
    """Set the target's roles, resources and scopes on the local project. Differences of the defaults stay visible.

    Raises:
        MockError: if the local server refuses them.
        Refused: if the target refuses the credentials.
        Unreachable: if the target doesn't respond.
    """
    theirs, ours = (_policy(side) for side in (target, local))
    policy = {name: _added(theirs.get(name, []), ours.get(name, []), key) for name, key in _KEYS.items()}
    if any(policy.values()):
        _control(local.url, local.credentials).call("PATCH", "/project", body={"rbac_policy": policy})


_KEYS = {"roles": "role_id", "resources": "resource_id", "scopes": "scope"}


def require_access(side: Side) -> None:
    """Check that a side accepts the credentials.

    Raises:
        Refused: if it doesn't.
        Unreachable: if it doesn't respond.
    """
    _policy(side)


def _policy(side: Side) -> dict[str, Any]:
    """Return the policy of a project.

    Raises:
        Refused: if the server refuses the credentials.
        Unreachable: if it doesn't respond.
    """
    request = operations.build(operations.address_of("rbac.policy", ""), {}, None)
    body = side.json("rbac.policy", request)
    policy = body.get("policy") if isinstance(body, dict) else None
    if not isinstance(policy, dict):
        raise Refused(str(body.get("error_type") or "another response") if isinstance(body, dict) else "no JSON")
    return policy


def _added(theirs: list[dict[str, Any]], ours: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    """Return what only the target has."""
    known = {each[key] for each in ours}
    return [each for each in theirs if each[key] not in known]


def _control(url: str, credentials: Credentials) -> ControlApi:
    return ControlApi(url, credentials.project_id, credentials.secret)
