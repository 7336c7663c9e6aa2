"""The stories of policies, of sessions that come from elsewhere, and of those that act as somebody else."""

from typing import Any

from tests.contract.story import story
from tests.given import Given

CHEF = {
    "role_id": "chef",
    "description": "Invites the guests.",
    "permissions": [{"resource_id": "stytch.member", "actions": ["create", "search"]}],
}


@story("rbac.organizations.set_org_policy")
def _(given: Given) -> Any:
    return given.client.rbac.organizations.set_org_policy(given.organization().organization_id, {"roles": [CHEF]})
