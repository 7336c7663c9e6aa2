"""Settings of the target that the local project gets, so that they don't look like differences."""

import httpx

from mockstytch import MockStytch
from mockstytch.parity import settings
from mockstytch.parity.sending.side import Credentials, Side
from tests.parity.conftest import Compare

POLICY = {
    "roles": [
        {
            "role_id": "editor",
            "description": "Edits",
            "permissions": [{"resource_id": "documents", "actions": ["read", "write"]}],
        }
    ],
    "resources": [{"resource_id": "documents", "description": "", "actions": ["read", "write"]}],
    "scopes": [
        {
            "scope": "read:documents",
            "description": "",
            "permissions": [{"resource_id": "documents", "actions": ["read"]}],
        }
    ],
}


def _set(project: MockStytch, changes: dict[str, object]) -> None:
    response = httpx.patch(
        f"{project.url}/_mock/api/project", auth=(project.project_id, project.secret), json=changes, trust_env=False
    )
    assert response.status_code == 200, response.text


def test_roles_resources_and_scopes_of_the_target_dont_differ(compare: Compare, project: MockStytch) -> None:
    _set(project, {"rbac_policy": POLICY})
    outcomes = compare("rbac.policy")
    assert outcomes
    assert [each.found for each in outcomes if each.found] == []


def test_another_permission_of_a_default_role_stays_a_difference(compare: Compare, project: MockStytch) -> None:
    member = {"role_id": "stytch_member", "permissions": [{"resource_id": "documents", "actions": ["read"]}]}
    _set(project, {"rbac_policy": POLICY | {"roles": [member, *POLICY["roles"]]}})
    found = [each.difference.path for outcome in compare("rbac.policy") for each in outcome.found]
    assert any(path.startswith("body.policy.roles") for path in found)


def test_the_local_project_has_the_settings_of_a_new_project(target: Side, project: MockStytch) -> None:
    settings.apply(target.url, target.credentials, ["dynamic_client_registration"])
    found = httpx.get(
        f"{project.url}/_mock/api/project", auth=(project.project_id, project.secret), trust_env=False
    ).json()
    assert found["redirect_urls"] == "registered"
    assert found["idp_dynamic_client_registration_enabled"] is True


def test_needs_are_met_by_credentials_and_settings() -> None:
    credentials = Credentials(project_id="p", secret="s", public_token="t")
    assert settings.met(credentials, ["time"]) == {"public_token", "time"}
    key = Credentials(project_id="p", secret="s", workspace_key=("id", "secret"))
    assert settings.met(key, []) == {"management"}
