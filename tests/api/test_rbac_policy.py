"""The policies of projects and organizations: what they may say, and what becomes of roles that are gone."""

from datetime import datetime

import msgspec
import pytest

from mockstytch import MockError
from mockstytch.domain.rbac import rbac_policy
from mockstytch.store.records.organizations import GroupRole, Organization, ScimSummary, SsoSummary

READ = {"resource_id": "documents", "actions": ["read"]}
DOCUMENTS = {"resource_id": "documents", "actions": ["read", "write"]}
READER = {"role_id": "reader", "permissions": [READ]}
LONG = "x" * 129


@pytest.fixture
def project(mock):
    """Sets the project's policy; answers the error type of a refusal."""

    def put(**policy):
        try:
            mock.configure(rbac_policy={"resources": [DOCUMENTS], **policy})
        except MockError as e:
            return e.error_type
        return ""

    return put


@pytest.fixture
def acme(given):
    return given.organization("Acme")


@pytest.fixture
def put(client, acme):
    """Sets the organization's roles."""
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
def test_a_role_of_the_project(project, change, error_type):
    assert project(roles=[{**READER, **change}]) == error_type


@roles
def test_a_role_of_an_organization(project, put, refused, change, error_type):
    assert project() == ""
    role = {**READER, **change}
    if error_type:
        assert refused(put, role) == error_type
    else:
        answered = put(role).org_policy.roles
        assert [(r.role_id, r.permissions[0].resource_id) for r in answered] == [(role["role_id"], "documents")]


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
def test_a_resource(project, change, error_type):
    assert project(resources=[{**DOCUMENTS, **change}]) == error_type


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
def test_a_scope(project, change, error_type):
    assert project(scopes=[{"scope": "read:documents", "permissions": [READ], **change}]) == error_type


def test_nothing_is_there_twice(project, put, refused):
    scope = {"scope": "read:documents", "permissions": [READ]}
    assert project(roles=[READER, READER]) == "rbac_role_duplicate"
    assert project(resources=[DOCUMENTS, DOCUMENTS]) == "rbac_resource_duplicate"
    assert project(scopes=[scope, scope]) == "rbac_scope_duplicate"
    project()
    assert refused(put, READER, READER) == "rbac_role_duplicate"


def test_a_role_is_the_projects_or_an_organizations(project, put, refused):
    project(roles=[READER])
    assert refused(put, READER) == "rbac_role_duplicate"
    project()
    put(READER)
    assert project(roles=[READER]) == "rbac_role_duplicate"


def test_a_refused_policy_changes_nothing(project, client, given, acme):
    project(roles=[READER])
    ada = given.member(acme, roles=["reader"])
    assert project(roles=[{**READER, "role_id": "other", "permissions": []}]) == "rbac_role_missing_permissions"
    assert "reader" in [role.role_id for role in client.rbac.policy().policy.roles]
    held = client.organizations.members.get(acme.organization_id, ada.member_id).member.roles
    assert [role.role_id for role in held] == ["stytch_member", "reader"]


# Default roles


def test_a_default_role_keeps_its_name_and_description(project, client):
    before = {role.role_id: role.description for role in client.rbac.policy().policy.roles}
    assert project(roles=[{"role_id": "stytch_admin", "permissions": [{**READ, "actions": ["*"]}]}]) == ""
    after = {role.role_id: role for role in client.rbac.policy().policy.roles}
    assert {name: role.description for name, role in after.items()} == before
    assert [p.resource_id for p in after["stytch_admin"].permissions] == ["documents"]
    edit = {"role_id": "stytch_member", "description": "Mine.", "permissions": []}
    assert project(roles=[edit]) == "invalid_rbac_stytch_role_edit"
    assert project(roles=[{**edit, "description": before["stytch_member"]}]) == ""


def test_an_edit_that_is_taken_back(project, client):
    project(roles=[{"role_id": "stytch_admin", "permissions": []}])
    project()
    admin = next(role for role in client.rbac.policy().policy.roles if role.role_id == "stytch_admin")
    assert {p.resource_id: p.actions for p in admin.permissions}["stytch.organization"] == ["*"]


def test_an_organization_has_custom_roles_only(put, refused, client):
    for role_id in ("stytch_admin", "stytch_member"):
        assert refused(put, {"role_id": role_id, "permissions": [READ]}) == "rbac_org_custom_roles_only"
    assert refused(client.rbac.organizations.set_org_policy, "nowhere", {"roles": []}) == "organization_not_found"


# Roles of an organization


def test_it_works_like_any_other_role(project, put, given, client, acme, refused, events):
    project()
    put(READER)
    found = client.organizations.get(acme.organization_id).organization
    assert [role.role_id for role in found.custom_roles] == ["reader"]
    assert events()[-1] == ("organization", "update")
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


def test_who_may_set_them(project, put, given, client, acme, http):
    """The official client sends no session along here. A browser's administrator may, by the resource's own action."""
    project()
    put(READER)
    path = f"/v1/b2b/rbac/organizations/{acme.organization_id}"
    for login, status in [(given.login(acme, given.member(acme)), 403), (given.admin(acme), 200)]:
        headers = {"X-Stytch-Member-Session": login.session_token}
        assert http.put(path, json={"org_policy": {"roles": []}}, headers=headers).status_code == status


# Roles that are gone


def test_who_held_a_role_of_the_project_loses_it(project, given, client, acme, events):
    project(roles=[READER, {**READER, "role_id": "writer"}])
    ada = given.member(acme, roles=["reader", "writer"])
    login = given.login(acme, ada)
    assignments = [{"domain": "example.com", "role_id": role} for role in ("reader", "writer")]
    client.organizations.update(acme.organization_id, rbac_email_implicit_role_assignments=assignments)
    told = len(events())
    project(roles=[READER])
    now = client.organizations.members.get(acme.organization_id, ada.member_id)
    assert [role.role_id for role in now.member.roles] == ["stytch_member", "reader"]
    assert [a.role_id for a in now.organization.rbac_email_implicit_role_assignments] == ["reader"]
    session = client.sessions.authenticate(login.session_token).member_session
    assert session.roles == ["stytch_member", "reader"]
    assert events()[told:] == [("member", "update"), ("organization", "update")]
    project(roles=[READER, {**READER, "role_id": "writer"}])
    again = client.organizations.members.get(acme.organization_id, ada.member_id).member
    assert [role.role_id for role in again.roles] == ["stytch_member", "reader"]  # a new role of an old name


def test_what_implied_it_implies_it_no_more(project, given, client, acme, rows):
    """In the connections' own rows as well, or the next change of one would bring the role back."""
    project(roles=[READER, {**READER, "role_id": "writer"}])
    with rows() as ctx:
        made = [row for record in rbac_policy._implying() for row in _connections(ctx, record, acme.organization_id)]
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
    project(roles=[READER])
    with rows() as ctx:
        now = ctx.store.get(Organization, organization_id=acme.organization_id)
        left = [ctx.store.get(type(row), **{name: getattr(row, name) for name in row.key}) for row in made]
    for connection in [*now.sso_connections, now.scim_connection, *left]:
        assert [g.role_id for g in connection.group_roles] == ["reader"]
        assert getattr(connection, "roles", ["reader"]) == ["reader"]


def _connections(ctx, record, organization_id):
    """A row of a connection's record that implies both roles; what else it must have is filled with anything."""
    values = {"organization_id": organization_id}
    for field in msgspec.structs.fields(record):
        if field.name == "group_roles":
            values["group_roles"] = [GroupRole(group="boss", role_id=r) for r in ("reader", "writer")]
        elif field.name == "roles":
            values["roles"] = ["reader", "writer"]
        elif field.required and field.name not in values:
            values[field.name] = {int: 1, datetime: ctx.now}.get(field.type, field.name)
    yield ctx.store.insert(record(**values))


def test_who_held_a_role_of_the_organization_loses_it(project, put, given, client, acme):
    project()
    put(READER, {**READER, "role_id": "writer"})
    ada = given.member(acme, roles=["reader", "writer"])
    put({**READER, "role_id": "writer"})
    now = client.organizations.members.get(acme.organization_id, ada.member_id).member
    assert [role.role_id for role in now.roles] == ["stytch_member", "writer"]


def test_what_an_organization_uses_stays(project, put):
    project()
    put({**READER, "permissions": [{**READ, "actions": ["write"]}]})
    used = "rbac_cannot_delete_attribute_used_in_org_policy"
    assert project(resources=[]) == used
    assert project(resources=[{**DOCUMENTS, "actions": ["read"]}]) == used
    assert project(resources=[DOCUMENTS, {**DOCUMENTS, "resource_id": "kitchen"}]) == ""
    put({**READER, "permissions": [{**READ, "actions": ["*"]}]})
    assert project(resources=[{**DOCUMENTS, "actions": ["read"]}]) == ""
    assert project(resources=[]) == used
    put()
    assert project(resources=[]) == ""
