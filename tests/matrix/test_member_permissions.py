"""Requests on behalf of a member: each endpoint requires exactly the permission that it declares.

An endpoint accepts a member's session if the official client can send one there. An endpoint that the client doesn't
have accepts one if it declares a permission.
"""

import inspect
import re
from operator import attrgetter
from urllib.parse import quote

import pytest
import stytch

from mockstytch.domain.rbac import permissions
from tests.api.test_rbac import MEMBER_FIELDS, ORGANIZATION_FIELDS
from tests.contract.operations import operations
from tests.matrix.endpoints import ENDPOINTS
from tests.support.errors import error_of

_client = stytch.B2BClient("project-test-x", "x", environment="http://127.0.0.1:1/", suppress_warnings=True)
_METHODS = {(o.method, o.path): attrgetter(o.name)(_client) for o in operations().values()}


def accepts_member_session(endpoint):
    method = _METHODS.get((endpoint.method, endpoint.path))
    if method is None:
        return bool(endpoint.permission)
    return "method_options" in inspect.signature(method).parameters


ACTING = {name: endpoint for name, endpoint in ENDPOINTS.items() if accepts_member_session(endpoint)}
# Permissions of endpoints that need more than the request to determine them.
PERMISSIONS = {
    "connected_apps.list_by_member": ("stytch.member", "get.connected-apps"),
    "connected_apps.revoke": ("stytch.member", "revoke.connected-apps"),
    "members.delete_password": ("stytch.member", "update.info.delete.password"),
    "sessions.revoke": ("stytch.member", "revoke-sessions"),
}
# Endpoints that need a permission, although the official client sends no session to them, and the reason.
ALSO_ENFORCED = {"rbac.set_org_policy": "the resource stytch.custom-org-roles exists for this and nothing else"}
REFUSALS = ("session_authorization_error", "session_authorization_tenancy_error")


def each(endpoints):
    return pytest.mark.parametrize("endpoint", endpoints.values(), ids=list(endpoints))


def required_permission(endpoint, sent):
    """Return the resource and the actions that a request needs."""
    if endpoint.name in PERMISSIONS:
        resource, action = PERMISSIONS[endpoint.name]
        return resource, {action}
    if isinstance(endpoint.permission, str):
        return endpoint.resource, {endpoint.permission} - {""}
    return endpoint.resource, {action for field, action in endpoint.permission.items() if field in sent}


def assert_enforced(role_members, endpoint, sent):
    resource_id, actions = required_permission(endpoint, sent)
    assert actions, "declare a permission at the endpoint, or add it to PERMISSIONS"
    role_members.set_roles(resource_id, actions)
    here, elsewhere = role_members.organization_ids(sent)
    assert role_members.error_type(endpoint, sent, role_members.no_roles[here]) == "session_authorization_error"
    assert role_members.error_type(endpoint, sent, role_members.other_actions[here]) == "session_authorization_error"
    assert (
        role_members.error_type(endpoint, sent, role_members.exact_actions[elsewhere])
        == "session_authorization_tenancy_error"
    )
    assert role_members.error_type(endpoint, sent, role_members.exact_actions[here]) not in REFUSALS


@each(ACTING | {name: ENDPOINTS[name] for name in ALSO_ENFORCED})
def test_member_needs_exactly_the_permission(own_project, role_members, endpoint):
    assert_enforced(role_members, endpoint, own_project.valid_request(endpoint))


@each({name: e for name, e in ACTING.items() if e.method in ("GET", "DELETE")})
def test_session_in_the_query_counts_as_one_in_a_header(own_project, role_members, endpoint):
    """The Ruby SDK sends it there."""
    sent = own_project.valid_request(endpoint)
    role_members.set_roles(*required_permission(endpoint, sent))
    here, _ = role_members.organization_ids(sent)
    session = role_members.no_roles[here]["X-Stytch-Member-Session"]
    path = endpoint.path.format(**{name: quote(str(value), safe="") for name, value in sent.items()})
    for query in ({"X-Stytch-Member-Session": session}, {"x-stytch-member-session": session}):
        response = own_project.http.request(endpoint.method, path, params=query)
        assert error_of(response)[1] == "session_authorization_error"
        assert "the member's session is in the query" in own_project.given.because()
    response = own_project.http.request(endpoint.method, path, params={"X-Stytch-Member-SessionJWT": "x"})
    assert error_of(response)[1] == "unable_to_parse_session_jwt"
    allowed = role_members.exact_actions[here]
    response = own_project.http.request(
        endpoint.method, path, params={"X-Stytch-Member-Session": session}, headers=allowed
    )
    assert response.status_code == 200 or error_of(response)[1] not in REFUSALS  # a header takes precedence


# Members may always call these about themselves.
ALWAYS = ("connected_apps.list_by_member", "connected_apps.revoke")
OWN = {n: e for n, e in ACTING.items() if "member_id" in e.request.__struct_fields__ and n not in ALWAYS}


@each(OWN)
def test_self_permission_suffices_for_own_record(own_project, endpoint):
    project, sent = own_project, {**own_project.valid_request(endpoint)}
    (action,) = required_permission(endpoint, sent)[1]
    rest = [other for other in permissions.SELF_ACTIONS if other != action]
    roles = {"stytch_member": [], "the rest": rest, "own": [action] if action in permissions.SELF_ACTIONS else ["*"]}
    project.given.mock.configure(
        rbac_policy={
            "roles": [
                {"role_id": name, "permissions": [{"resource_id": "stytch.self", "actions": a}] if a else []}
                for name, a in roles.items()
            ]
        }
    )
    organization = project.given.client.organizations.get(sent.get("organization_id", "acme")).organization
    for role, may in [("the rest", False), ("own", action in permissions.SELF_ACTIONS)]:
        member = project.given.member(organization, roles=[role])
        login = project.given.login(organization, member)
        mine = {**sent, "member_id": member.member_id}
        if endpoint.name == "sessions.revoke":
            del mine["session_token"]
        elif endpoint.name == "passwords.require_reset":
            mine["email_address"] = member.email_address
        response = project.send(endpoint, mine, headers={"X-Stytch-Member-Session": login.session_token})
        refused = response.status_code != 200 and error_of(response)[1] in REFUSALS
        assert refused is not may, response.text


# The connections of these fields don't exist in the sample project: the permission is checked before.
CONNECTIONS = {"sso_default_connection_id": "x", "sso_jit_provisioning_allowed_connections": ["x"]}


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [("organizations.update", field, value) for field, value in (ORGANIZATION_FIELDS | CONNECTIONS).items()]
    + [("members.update", field, value) for field, value in MEMBER_FIELDS.items()],
)
def test_each_field_needs_its_own_action(own_project, role_members, name, field, value):
    endpoint = ENDPOINTS[name]
    names = {n: v for n, v in own_project.valid_request(endpoint).items() if n in ("organization_id", "member_id")}
    assert_enforced(role_members, endpoint, {**names, field: value})


def test_every_updatable_field_has_an_action():
    """Fields without an action are listed here."""
    without_action = {"organization_id", "member_id", "trusted_metadata", "preserve_existing_sessions", "unlink_email"}
    for name, fields in {"organizations.update": ORGANIZATION_FIELDS, "members.update": MEMBER_FIELDS}.items():
        endpoint = ENDPOINTS[name]
        assert endpoint.permission.keys() == set(endpoint.request.__struct_fields__) - without_action
        assert endpoint.permission.keys() - fields.keys() <= {"mfa_phone_number"}  # in tests/api/test_rbac.py


@each({n: e for n, e in ENDPOINTS.items() if not e.public and n not in ACTING and n not in ALSO_ENFORCED})
def test_member_session_is_ignored_at_other_endpoints(own_project, role_members, endpoint):
    sent = own_project.valid_request(endpoint)
    acme, globex = own_project.acme.organization_id, own_project.globex.organization_id
    for headers in (role_members.no_roles[acme], role_members.exact_actions[globex]):
        assert role_members.error_type(endpoint, sent, headers) not in REFUSALS


def documented_actions(endpoint):
    """Yield the field, action and resource of each permission in the docstring of the client's method."""
    method = _METHODS.get((endpoint.method, endpoint.path))
    text = inspect.getdoc(method) or ""
    for field, rule in re.findall(r"^\s*- (\w+): (.*?)(?=^\s*- \w+: |\Z)", text, re.MULTILINE | re.DOTALL):
        for action, resource in re.findall(r"perform the `([^`]+)` action on the `([^`]+)` Resource", rule):
            yield field, action, resource


@each(ACTING)
def test_actions_match_the_docstrings_of_the_official_client(endpoint):
    for field, action, resource in documented_actions(endpoint):
        if resource == "stytch.self":
            assert action in permissions.SELF_ACTIONS
        else:
            assert (endpoint.resource, endpoint.permission[field]) == (resource, action)


def test_enforced_endpoints_are_found():
    assert {"organizations.update", "members.search", "sessions.revoke", "magic_links.invite"} <= ACTING.keys()
    assert len(ACTING) >= 16
    assert PERMISSIONS.keys() & ENDPOINTS.keys() <= ACTING.keys()
    assert len(list(documented_actions(ENDPOINTS["organizations.update"]))) > 15
