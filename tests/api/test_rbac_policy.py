"""RBAC policies of projects and organizations: validation, and the removal of deleted roles."""

from datetime import datetime

import httpx
import msgspec
import pytest

from mockstytch import MockError
from mockstytch.domain.rbac import rbac_policy
from mockstytch.store.records.organizations import GroupRole, Organization, ScimSummary, SsoSummary

READ = {"resource_id": "documents", "actions": ["read"]}
DOCUMENTS = {"resource_id": "documents", "actions": ["read", "write"]}
READER = {"role_id": "reader", "permissions": [READ]}
LONG = "x" * 129


@pytest.fixture(params=["control API", "management API"])
def set_policy(request, mock):
    """Set the project's policy. Return the error type of a refusal, or ""."""

    def by_control_api(**policy):
        try:
            mock.configure(rbac_policy={"resources": [DOCUMENTS], **policy})
        except MockError as e:
            return e.error_type
        return ""

    def by_management_api(resources=(DOCUMENTS,), roles=(), scopes=()):
        mock.call("GET", "/project")  # the first call creates the project
        url = f"{mock.url}/pwa/v3/projects/{mock.project_id}/environments/test/rbac_policy"
        named = [{**r, "available_actions": r["actions"]} for r in resources]
        policy = {"custom_roles": list(roles), "custom_resources": named, "custom_scopes": list(scopes)}
        answer = httpx.put(url, json=policy, auth=("key", "secret"), trust_env=False)
        return answer.json().get("error_type", "")

    return by_control_api if request.param == "control API" else by_management_api


@pytest.fixture
def acme(given):
    return given.organization("Acme")


@pytest.fixture
def set_roles(client, acme):
    """Set the organization's roles."""
    return lambda *roles: client.rbac.organizations.set_org_policy(acme.organization_id, {"roles": list(roles)})


ROLES = [
    ({"role_id": ""}, "empty_rbac_role_id"),
    ({"role_id": "  "}, "empty_rbac_role_id"),
    ({"role_id": LONG}, "rbac_role_id_too_long"),
    ({"role_id": "a\nb"}, "invalid_rbac_role_id"),
    ({"role_id": " reader"}, "invalid_rbac_role_id"),
    ({"role_id": "stytch_chef"}, "invalid_rbac_custom_role"),
    ({"description": "x" * 1025}, "rbac_description_too_long"),
    ({"permissions": []}, "rbac_role_missing_permissions"),
    ({"permissions": [{**READ, "actions": []}]}, "rbac_permission_missing_actions"),
    ({"permissions": [{**READ, "actions": ["read", "*"]}]}, "cannot_specify_wildcard_with_other_actions"),
    ({"permissions": [{**READ, "actions": ["read", "read"]}]}, "rbac_action_duplicate"),
    ({"permissions": [{**READ, "actions": [LONG]}]}, "rbac_action_too_long"),
    ({"permissions": [{**READ, "actions": [""]}]}, "invalid_permission_action"),
    ({"permissions": [{**READ, "actions": ["burn"]}]}, "invalid_permission_action"),
    ({"permissions": [{**READ, "actions": ["re*"]}]}, "invalid_wildcard_action"),
    ({"permissions": [{**READ, "resource_id": "kitchen"}]}, "invalid_permission_resource"),
    ({"permissions": [{**READ, "resource_id": "*"}]}, "invalid_permission_resource"),
    ({}, ""),
    ({"role_id": "Head chef (night)"}, ""),
    ({"permissions": [{**READ, "actions": ["*"]}, {"resource_id": "stytch.member", "actions": ["create"]}]}, ""),
]
roles = pytest.mark.parametrize(("change", "error_type"), ROLES)


@roles
def test_project_role_is_validated(set_policy, change, error_type):
    assert set_policy(roles=[{**READER, **change}]) == error_type


@roles
def test_organization_role_is_validated(set_policy, set_roles, refused, change, error_type):
    assert set_policy() == ""
    role = {**READER, **change}
    if error_type:
        assert refused(set_roles, role) == error_type
    else:
        roles = set_roles(role).org_policy.roles
        assert [(r.role_id, r.permissions[0].resource_id) for r in roles] == [(role["role_id"], "documents")]


@pytest.mark.parametrize(
    ("change", "error_type"),
    [
        ({"resource_id": ""}, "empty_rbac_resource_id"),
        ({"resource_id": LONG}, "rbac_resource_id_too_long"),
        ({"resource_id": "stytch.member"}, "invalid_stytch_prefixed_resource"),
        ({"resource_id": "Stytchy"}, "invalid_stytch_prefixed_resource"),
        ({"description": "x" * 1025}, "rbac_description_too_long"),
        ({"actions": []}, "rbac_resource_missing_actions"),
        ({"actions": ["*"]}, "invalid_wildcard_action"),
        ({"actions": ["read", "read"]}, "rbac_action_duplicate"),
        ({"actions": [LONG]}, "rbac_action_too_long"),
        ({"actions": [" "]}, "invalid_permission_action"),
        ({}, ""),
    ],
)
def test_resource_is_validated(set_policy, change, error_type):
    assert set_policy(resources=[{**DOCUMENTS, **change}]) == error_type


@pytest.mark.parametrize(
    ("change", "error_type"),
    [
        ({"scope": ""}, "empty_rbac_scope"),
        ({"scope": LONG}, "rbac_scope_too_long"),
        ({"scope": "read all"}, "invalid_rbac_scope"),
        ({"scope": 'read"'}, "invalid_rbac_scope"),
        ({"scope": "openid"}, "rbac_reserved_scope"),
        ({"scope": "full_access"}, "rbac_reserved_scope"),
        ({"description": "x" * 1025}, "rbac_description_too_long"),
        ({"permissions": []}, "rbac_scope_missing_permissions"),
        ({"permissions": [{**READ, "actions": []}]}, "rbac_permission_missing_actions"),
        ({"permissions": [{**READ, "resource_id": "kitchen"}]}, "invalid_permission_resource"),
        ({}, ""),
    ],
)
def test_scope_is_validated(set_policy, change, error_type):
    assert set_policy(scopes=[{"scope": "read:documents", "permissions": [READ], **change}]) == error_type


def test_duplicates_are_refused(set_policy, set_roles, refused):
    scope = {"scope": "read:documents", "permissions": [READ]}
    assert set_policy(roles=[READER, READER]) == "rbac_role_duplicate"
    assert set_policy(resources=[DOCUMENTS, DOCUMENTS]) == "rbac_resource_duplicate"
    assert set_policy(scopes=[scope, scope]) == "rbac_scope_duplicate"
    set_policy()
    assert refused(set_roles, READER, READER) == "rbac_role_duplicate"


def test_project_and_organization_cannot_share_a_role_id(set_policy, set_roles, refused):
    set_policy(roles=[READER])
    assert refused(set_roles, READER) == "rbac_role_duplicate"
    set_policy()
    set_roles(READER)
    assert set_policy(roles=[READER]) == "rbac_role_duplicate"


def test_refused_policy_changes_nothing(set_policy, client, given, acme):
    set_policy(roles=[READER])
    ada = given.member(acme, roles=["reader"])
    assert set_policy(roles=[{**READER, "role_id": "other", "permissions": []}]) == "rbac_role_missing_permissions"
    assert "reader" in [role.role_id for role in client.rbac.policy().policy.roles]
    roles = client.organizations.members.get(acme.organization_id, ada.member_id).member.roles
    assert [role.role_id for role in roles] == ["stytch_member", "reader"]


# Default roles


def test_default_role_keeps_its_description(set_policy, client):
    before = {role.role_id: role.description for role in client.rbac.policy().policy.roles}
    assert set_policy(roles=[{"role_id": "stytch_admin", "permissions": [{**READ, "actions": ["*"]}]}]) == ""
    after = {role.role_id: role for role in client.rbac.policy().policy.roles}
    assert {name: role.description for name, role in after.items()} == before
    assert [p.resource_id for p in after["stytch_admin"].permissions] == ["documents"]
    edit = {"role_id": "stytch_member", "description": "Mine.", "permissions": []}
    assert set_policy(roles=[edit]) == "invalid_rbac_stytch_role_edit"
    assert set_policy(roles=[{**edit, "description": before["stytch_member"]}]) == ""


def test_removed_edit_restores_the_default_role(set_policy, client):
    set_policy(roles=[{"role_id": "stytch_admin", "permissions": []}])
    set_policy()
    admin = next(role for role in client.rbac.policy().policy.roles if role.role_id == "stytch_admin")
    assert {p.resource_id: p.actions for p in admin.permissions}["stytch.organization"] == ["*"]


def test_default_role_in_organization_policy_is_refused(set_roles, refused, client):
    for role_id in ("stytch_admin", "stytch_member"):
        assert refused(set_roles, {"role_id": role_id, "permissions": [READ]}) == "rbac_org_custom_roles_only"
    assert refused(client.rbac.organizations.set_org_policy, "nowhere", {"roles": []}) == "organization_not_found"


# Roles of an organization


def test_organization_role_grants_permissions(set_policy, set_roles, given, client, acme, refused, events):
    set_policy()
    events()
    set_roles(READER)
    found = client.organizations.get(acme.organization_id).organization
    assert [role.role_id for role in found.custom_roles] == ["reader"]
    assert events() == [("organization", "update")]
    assert "reader" not in [role.role_id for role in client.rbac.policy().policy.roles]
    login = given.login(acme, given.member(acme, roles=["reader"]))
    check = {"organization_id": acme.organization_id, "resource_id": "documents", "action": "read"}
    verdict = client.sessions.authenticate(login.session_token, authorization_check=check).verdict
    assert verdict.granting_roles == ["reader"]
    assert client.sessions.authenticate_jwt_local(login.session_jwt, authorization_check=_check(check))
    globex = given.organization("Globex")
    assert refused(given.member, globex, roles=["reader"]) == "invalid_rbac_role_assignment"


def _check(check):
    from stytch.b2b.models.sessions import AuthorizationCheck

    return AuthorizationCheck(**check)


def test_admin_can_set_organization_roles(set_policy, set_roles, given, client, acme, http):
    """The official client sends no session with this operation, so the test sends the header itself."""
    set_policy()
    set_roles(READER)
    path = f"/v1/b2b/rbac/organizations/{acme.organization_id}"
    for login, status in [(given.login(acme, given.member(acme)), 403), (given.admin(acme), 200)]:
        headers = {"X-Stytch-Member-Session": login.session_token}
        assert http.put(path, json={"org_policy": {"roles": []}}, headers=headers).status_code == status


# Deleted roles


def test_deleted_project_role_is_removed_from_members(set_policy, given, client, acme, events):
    set_policy(roles=[READER, {**READER, "role_id": "writer"}])
    ada = given.member(acme, roles=["reader", "writer"])
    login = given.login(acme, ada)
    assignments = [{"domain": "example.com", "role_id": role} for role in ("reader", "writer")]
    client.organizations.update(acme.organization_id, rbac_email_implicit_role_assignments=assignments)
    events()
    set_policy(roles=[READER])
    now = client.organizations.members.get(acme.organization_id, ada.member_id)
    assert [role.role_id for role in now.member.roles] == ["stytch_member", "reader"]
    assert [a.role_id for a in now.organization.rbac_email_implicit_role_assignments] == ["reader"]
    session = client.sessions.authenticate(login.session_token).member_session
    assert session.roles == ["stytch_member", "reader"]
    assert events() == [("member", "update"), ("organization", "update")]
    set_policy(roles=[READER, {**READER, "role_id": "writer"}])
    again = client.organizations.members.get(acme.organization_id, ada.member_id).member
    # a new role with the id of a deleted one isn't assigned
    assert [role.role_id for role in again.roles] == ["stytch_member", "reader"]


def test_member_with_a_role_of_almost_the_same_id_is_left_alone(set_policy, given, events, acme):
    set_policy(roles=[READER, {**READER, "role_id": "Reader"}])
    given.member(acme, roles=["Reader"])
    events()
    set_policy(roles=[{**READER, "role_id": "Reader"}])
    assert events() == []


def test_deleted_project_role_is_removed_from_connections(set_policy, given, client, acme, rows):
    """The rows of connections must change, too: otherwise their next change would restore the role."""
    set_policy(roles=[READER, {**READER, "role_id": "writer"}])
    with rows() as ctx:
        connections = [
            row
            for record in rbac_policy._connection_records()
            for row in _connections(ctx, record, acme.organization_id)
        ]
        groups = [GroupRole(group="boss", role_id=role_id) for role_id in ("reader", "writer")]
        summary = SsoSummary(
            connection_id="saml-1",
            display_name="",
            identity_provider="okta",
            active=True,
            roles=["reader", "writer"],
            group_roles=groups,
        )
        directory = ScimSummary(connection_id="scim-1", display_name="", bearer_token_last_four="", group_roles=groups)
        organization = ctx.store.get(Organization, organization_id=acme.organization_id)
        ctx.store.update(organization, sso_connections=[summary], scim_connection=directory)
    set_policy(roles=[READER])
    with rows() as ctx:
        now = ctx.store.get(Organization, organization_id=acme.organization_id)
        left = [ctx.store.get(type(row), **{name: getattr(row, name) for name in row.key}) for row in connections]
    for connection in [*now.sso_connections, now.scim_connection, *left]:
        assert [g.role_id for g in connection.group_roles] == ["reader"]
        assert getattr(connection, "roles", ["reader"]) == ["reader"]


def _connections(ctx, record, organization_id):
    """Insert a connection that implies both roles, with arbitrary values in its other required columns."""
    values = {"organization_id": organization_id}
    for field in msgspec.structs.fields(record):
        if field.name == "group_roles":
            values["group_roles"] = [GroupRole(group="boss", role_id=r) for r in ("reader", "writer")]
        elif field.name == "roles":
            values["roles"] = ["reader", "writer"]
        elif field.required and field.name not in values:
            values[field.name] = {int: 1, datetime: ctx.now}.get(field.type, field.name)
    yield ctx.store.insert(record(**values))


def test_deleted_organization_role_is_removed_from_members(set_policy, set_roles, given, client, acme):
    set_policy()
    set_roles(READER, {**READER, "role_id": "writer"})
    ada = given.member(acme, roles=["reader", "writer"])
    set_roles({**READER, "role_id": "writer"})
    now = client.organizations.members.get(acme.organization_id, ada.member_id).member
    assert [role.role_id for role in now.roles] == ["stytch_member", "writer"]


def test_resource_used_by_an_organization_cannot_be_deleted(set_policy, set_roles):
    set_policy()
    set_roles({**READER, "permissions": [{**READ, "actions": ["write"]}]})
    used = "rbac_cannot_delete_attribute_used_in_org_policy"
    assert set_policy(resources=[]) == used
    assert set_policy(resources=[{**DOCUMENTS, "actions": ["read"]}]) == used
    assert set_policy(resources=[DOCUMENTS, {**DOCUMENTS, "resource_id": "kitchen"}]) == ""
    set_roles({**READER, "permissions": [{**READ, "actions": ["*"]}]})
    assert set_policy(resources=[{**DOCUMENTS, "actions": ["read"]}]) == ""
    assert set_policy(resources=[]) == used
    set_roles()
    assert set_policy(resources=[]) == ""


def test_roles_of_a_large_policy_are_removed_at_once(mock, given):
    """More roles than SQLite can nest conditions."""
    given.organization()
    permissions = [{"resource_id": "stytch.member", "actions": ["*"]}]
    roles = [{"role_id": f"role-{number}", "permissions": permissions} for number in range(3000)]
    mock.configure(rbac_policy={"roles": roles, "resources": [], "scopes": []})
    mock.configure(rbac_policy={"roles": [], "resources": [], "scopes": []})
    assert mock.call("GET", "/project")["rbac_policy"]["roles"] == []
