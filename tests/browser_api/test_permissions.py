"""Calls of members: each needs exactly the permission that its operation declares, or one on ``stytch.self``."""

import pytest

from mockstytch.domain.rbac import permissions
from tests.api.test_rbac import MEMBER_FIELDS, ORGANIZATION_FIELDS
from tests.browser_api.browser_project import CALLS
from tests.browser_api.sdk_client import data_of
from tests.matrix.role_members import RoleMembers
from tests.matrix.test_member_permissions import ALWAYS, CONNECTIONS, PERMISSIONS, REFUSALS, required_permission
from tests.support.errors import error_of

OF_MEMBERS = {  # calls about other members and about the organization's settings
    name: call
    for name, call in CALLS.items()
    if (call.endpoint.permission or call.endpoint.name in PERMISSIONS)
    and call.sdk.session == "required"
    and "member_id" not in call.sdk.own
}
OF_SELF = {  # calls about the caller
    name: call
    for name, call in CALLS.items()
    if (call.endpoint.permission or call.endpoint.name in PERMISSIONS) and "member_id" in call.sdk.own
}
WITH_OWN_ID = {name: call for name, call in OF_MEMBERS.items() if "{member_id}" in call.sdk.path}


def each(calls):
    return pytest.mark.parametrize("call", calls.values(), ids=list(calls))


def refusal(project, call, sent, token):
    response = project.send(call, sent, token)
    return "" if response.status_code == 200 else error_of(response)[1]


class Sessions:
    """The sessions of ``RoleMembers``, by organization id."""

    def __init__(self, project):
        self.members = RoleMembers(project)

    def __getattr__(self, name):
        """Return the session tokens of ``no_roles``, ``other_actions`` or ``exact_actions``."""
        headers = getattr(self.members, name)
        return {organization_id: sent["X-Stytch-Member-Session"] for organization_id, sent in headers.items()}


def assert_enforced(project, call, sent):
    resource_id, actions = required_permission(call.endpoint, sent)
    assert actions
    sessions = Sessions(project)
    sessions.members.set_roles(resource_id, actions)
    here, elsewhere = project.acme.organization_id, project.globex.organization_id
    for refused in (sessions.no_roles[here], sessions.other_actions[here]):
        assert refusal(project, call, sent, refused) == "session_authorization_error"
    assert refusal(project, call, sent, sessions.exact_actions[here]) == ""
    project.forget()
    assert_unreachable(project, call, sent, sessions.exact_actions[elsewhere])


def assert_unreachable(project, call, sent, token):
    """The permission is for the caller's organization, so objects of another one don't exist."""
    response = project.send(call, sent, token)
    if response.status_code == 200:
        assert project.acme.organization_id not in response.text
    else:
        assert error_of(response)[0] in (400, 403, 404)


@each(OF_MEMBERS)
def test_member_needs_exactly_the_permission(project, call):
    fields, _ = project.request(call)
    assert_enforced(project, call, fields)


def allow_for_self(project, call, sent):
    """Define a role with the call's action on the own record, and a role with all other actions on it."""
    (action,) = required_permission(call.endpoint, sent)[1]
    rest = [other for other in permissions.SELF_ACTIONS if other != action]
    own = [action] if action in permissions.SELF_ACTIONS else ["*"]
    project.given.mock.configure(
        rbac_policy={
            "roles": [
                {"role_id": "stytch_member", "permissions": []},
                {"role_id": "the rest", "permissions": [{"resource_id": "stytch.self", "actions": rest}]},
                {"role_id": "own", "permissions": [{"resource_id": "stytch.self", "actions": own}]},
            ]
        }
    )
    return action in permissions.SELF_ACTIONS


def new_session(project, role):
    member = project.given.member(project.acme, roles=[role])
    return member, project.given.login(project.acme, member).session_token


@each({name: call for name, call in OF_SELF.items() if call.endpoint.name not in ALWAYS})
def test_permission_on_the_own_record_suffices(project, call):
    fields, _ = project.request(call)
    assert allow_for_self(project, call, fields), "declare the action in SELF_ACTIONS"
    _, token = new_session(project, "the rest")
    assert refusal(project, call, fields, token) == "session_authorization_error"
    _, token = new_session(project, "own")
    assert refusal(project, call, fields, token) not in REFUSALS


@each({name: call for name, call in WITH_OWN_ID.items() if call.endpoint.name not in ALWAYS})
def test_call_about_members_can_be_about_the_caller(project, call):
    fields, _ = project.request(call)
    may = allow_for_self(project, call, fields)
    member, token = new_session(project, "the rest")
    assert refusal(project, call, {**fields, "member_id": member.member_id}, token) == "session_authorization_error"
    member, token = new_session(project, "own")
    assert (refusal(project, call, {**fields, "member_id": member.member_id}, token) in REFUSALS) is not may


def test_member_can_always_see_and_revoke_their_own_apps(project):
    project.given.mock.configure(rbac_policy={"roles": [{"role_id": "stytch_member", "permissions": []}]})
    for name in ("GET /b2b/organizations/members/connected_apps", REVOKE_OWN_APP):
        fields, token = project.request(CALLS[name])
        data_of(project.send(CALLS[name], fields, token))


REVOKE_OWN_APP = "POST /b2b/organizations/members/connected_apps/{connected_app_id}/revoke"


@pytest.mark.parametrize(("field", "value"), (ORGANIZATION_FIELDS | CONNECTIONS).items())
def test_each_field_of_the_organization_needs_its_own_action(project, field, value):
    call = CALLS["PUT /b2b/organizations/me"]
    resource_id, actions = required_permission(call.endpoint, {field: value})
    sessions = Sessions(project)
    sessions.members.set_roles(resource_id, actions)
    here = project.acme.organization_id
    assert refusal(project, call, {field: value}, sessions.no_roles[here]) == "session_authorization_error"
    assert refusal(project, call, {field: value}, sessions.other_actions[here]) == "session_authorization_error"
    assert refusal(project, call, {field: value}, sessions.exact_actions[here]) not in REFUSALS


@pytest.mark.parametrize(("field", "value"), MEMBER_FIELDS.items())
def test_each_field_of_a_member_needs_its_own_action(project, field, value):
    call = CALLS["PUT /b2b/organizations/members/{member_id}"]
    sent = {"member_id": project.ada.member_id, field: value}
    resource_id, actions = required_permission(call.endpoint, {field: value})
    sessions = Sessions(project)
    sessions.members.set_roles(resource_id, actions)
    here = project.acme.organization_id
    assert refusal(project, call, sent, sessions.no_roles[here]) == "session_authorization_error"
    assert refusal(project, call, sent, sessions.other_actions[here]) == "session_authorization_error"
    assert refusal(project, call, sent, sessions.exact_actions[here]) not in REFUSALS


def test_member_can_not_become_an_administrator(project):
    token = project.login.session_token
    call = CALLS["PUT /b2b/organizations/members/update"]
    assert refusal(project, call, {"roles": ["stytch_admin"]}, token) == "session_authorization_error"


@pytest.mark.parametrize(
    "name",
    [
        "PUT /b2b/organizations/me",
        "PUT /b2b/organizations/members/update",
        "PUT /b2b/organizations/members/{member_id}",
        "POST /b2b/organizations/members",
        "POST /b2b/magic_links/email/invite",
        "POST /b2b/discovery/organizations",
        "POST /b2b/discovery/organizations/create",
    ],
)
def test_trusted_metadata_can_not_be_set(project, name):
    fields, token = project.request(CALLS[name])
    sent = {**fields, "trusted_metadata": {"plan": "pro"}}
    assert refusal(project, CALLS[name], sent, token) == "cannot_update_trusted_metadata"


def test_untrusted_metadata_can_be_set(project):
    call = CALLS["PUT /b2b/organizations/members/update"]
    data = data_of(project.send(call, {"untrusted_metadata": {"theme": "dark"}}, project.login.session_token))
    assert data["member"]["untrusted_metadata"] == {"theme": "dark"}


# The setting basic.enable_member_permissions


@pytest.fixture
def without_member_permissions(project):
    config = project.given.mock.call("GET", "/project")["b2b_sdk_config"]
    config["basic"]["enable_member_permissions"] = False
    project.given.mock.configure(b2b_sdk_config=config)


@each(OF_MEMBERS)
def test_call_about_others_is_refused_if_member_permissions_are_off(project, without_member_permissions, call):
    fields, token = project.request(call)
    response = project.send(call, fields, token)
    assert error_of(response) == (401, "endpoint_not_authorized_for_sdk")
    assert project.given.because() == "basic.enable_member_permissions is off in the SDK configuration"


OTHERS = {name: call for name, call in CALLS.items() if name not in OF_MEMBERS and "/onetap/" not in name}


@each(OTHERS)
def test_other_calls_work_if_member_permissions_are_off(project, without_member_permissions, call):
    fields, token = project.request(call)
    data_of(project.send(call, fields, token))


def test_calls_with_permissions_are_found():
    assert len(OF_MEMBERS) > 30
    assert len(OF_SELF) >= 7
