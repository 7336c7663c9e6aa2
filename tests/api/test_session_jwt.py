"""Session JWTs: verified locally by the SDK, and by this server."""

import msgspec
import pytest
from stytch.b2b.models.sessions import AuthorizationCheck
from stytch.shared.rbac_local import RBACPermissionError, TenancyError

from mockstytch import keys


@pytest.fixture
def login(given, acme):
    return given.login(acme, given.member(acme, "ada@acme.test"), session_custom_claims={"plan": "pro"})


@pytest.fixture
def check_locally(client, login, acme):
    def call(resource_id, action, organization_id=None):
        check = {"organization_id": organization_id or acme.organization_id}
        return client.sessions.authenticate_jwt_local(
            login.session_jwt,
            authorization_check=AuthorizationCheck(resource_id=resource_id, action=action, **check),
        )

    return call


def test_local_check_accepts_a_permission(check_locally, login):
    assert check_locally("stytch.self", "update.info.name").member_session_id == login.member_session.member_session_id


def test_local_check_refuses_a_missing_permission(check_locally, given):
    with pytest.raises(RBACPermissionError):
        check_locally("stytch.member", "create")
    with pytest.raises(TenancyError):
        check_locally("stytch.self", "update.info.name", given.organization("Globex").organization_id)


def test_local_check_uses_the_projects_roles(mock, client, check_locally, login, acme):
    permission = {"resource_id": "documents", "actions": ["read"]}
    mock.configure(
        rbac_policy={
            "roles": [{"role_id": "reader", "permissions": [permission]}],
            "resources": [{"resource_id": "documents", "actions": ["read"]}],
        }
    )
    client.organizations.members.update(acme.organization_id, login.member_id, roles=["reader"])
    fresh = client.sessions.authenticate(session_token=login.session_token)
    check = AuthorizationCheck(organization_id=acme.organization_id, resource_id="documents", action="read")
    assert client.sessions.authenticate_jwt_local(fresh.session_jwt, authorization_check=check)


def test_next_jwt_has_the_changed_slug(client, login, acme):
    client.organizations.update(acme.organization_id, organization_slug="acme-inc")
    fresh = client.sessions.authenticate(session_token=login.session_token)
    assert fresh.member_session.organization_slug == "acme-inc"
    assert client.sessions.authenticate_jwt_local(fresh.session_jwt).organization_slug == "acme-inc"


def test_jwt_verifies_locally_after_the_session_ended(client, login, refused):
    client.sessions.revoke(session_token=login.session_token)
    assert client.sessions.authenticate_jwt_local(login.session_jwt)
    assert refused(client.sessions.authenticate, session_jwt=login.session_jwt) == "session_not_found"


@pytest.fixture
def signed(mock):
    """Sign any claims with the project's own key."""
    return lambda claims: keys.sign(keys.built_in_kid(mock.project_id), "", msgspec.json.encode(claims))


def test_server_verifies_audience_and_session_of_a_jwt(mock, client, login, signed, refused, given):
    authenticate = client.sessions.authenticate
    session = {"https://stytch.com/session": {"id": login.member_session.member_session_id}}
    ours = signed({"aud": [mock.project_id], **session})
    assert authenticate(session_jwt=ours).session_token == login.session_token
    theirs = signed({"aud": ["project-test-other"], **session})
    assert refused(authenticate, session_jwt=theirs) == "jwt_invalid_audience"
    for claims in ({}, {"https://stytch.com/session": "x"}, {"https://stytch.com/session": {"id": 7}}):
        empty = signed({"aud": [mock.project_id], **claims})
        assert refused(authenticate, session_jwt=empty) == "unable_to_parse_session_jwt"
    session_claim = {"https://stytch.com/session": {"id": "member-session-test-1"}}
    assert refused(authenticate, session_jwt=signed({"aud": [mock.project_id], **session_claim})) == "session_not_found"


def test_jwt_of_another_project_is_refused(mock, login, refused):
    other = mock.project().client()
    assert refused(other.sessions.authenticate, session_jwt=login.session_jwt) == "unable_to_parse_session_jwt"


def test_jwt_of_a_dropped_key_is_refused(mock, client, login, refused):
    mock.call("POST", "/keys/rotate", {"drop": "true"})
    assert refused(client.sessions.authenticate, session_jwt=login.session_jwt) == "unable_to_parse_session_jwt"
    assert client.sessions.authenticate(session_token=login.session_token).session_jwt


def test_jwks_need_a_valid_project_id(error_type_of):
    assert error_type_of("GET", "/v1/b2b/sessions/jwks/nonsense") == "invalid_project_id"
    assert (
        error_type_of("GET", "/v1/b2b/sessions/jwks/project-live-00000000-0000-4000-8000-000000000000")
        == "invalid_project_id"
    )
    unused = "/v1/b2b/sessions/jwks/project-test-00000000-0000-4000-8000-00000000ffff"
    assert error_type_of("GET", unused) == "none"  # a client may fetch the keys before its first call
