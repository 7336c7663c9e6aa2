"""``sessions``: authenticate, custom claims, authorization checks, list, revoke."""

import pytest


@pytest.fixture
def ada(given, acme):
    return given.member(acme, "ada@acme.test", external_id="ada")


@pytest.fixture
def login(given, acme, ada):
    return given.login(acme, ada)


# Authenticate


@pytest.mark.parametrize("by", ["session_token", "session_jwt"])
def test_active_session_is_returned_unchanged(login, client, acme, by):
    answer = client.sessions.authenticate(**{by: getattr(login, by)})
    assert answer.session_token == login.session_token  # not replaced
    assert answer.member_session.member_session_id == login.member_session.member_session_id
    assert (answer.member, answer.organization, answer.verdict) == (login.member, acme, None)
    session = answer.member_session
    assert (session.organization_slug, session.roles, session.custom_claims) == ("acme", ["stytch_member"], {})
    assert session.member_session_id.startswith("member-session-test-")


def test_expiry_is_unchanged_without_a_duration(login, client, mock):
    mock.clock.advance(minutes=20)
    session = client.sessions.authenticate(session_token=login.session_token).member_session
    assert session.expires_at == login.member_session.expires_at
    assert (session.last_accessed_at - login.member_session.last_accessed_at).total_seconds() >= 1200
    assert session.started_at == login.member_session.started_at


@pytest.mark.parametrize("minutes", [5, 1440])
def test_expiry_is_set_by_a_duration(login, client, mock, minutes):
    mock.clock.freeze()
    session = client.sessions.authenticate(
        session_token=login.session_token, session_duration_minutes=minutes
    ).member_session
    assert (session.expires_at - mock.clock.now()).total_seconds() == minutes * 60


def test_expired_session_is_refused(login, client, mock, refused, given):
    mock.clock.advance(minutes=59)
    assert client.sessions.authenticate(session_token=login.session_token)
    mock.clock.advance(minutes=1)
    assert refused(client.sessions.authenticate, session_token=login.session_token) == "session_not_found"
    assert given.because() == "expired"
    assert refused(client.sessions.authenticate, session_jwt=login.session_jwt) == "session_not_found"


def test_expired_jwt_of_an_active_session_is_accepted(login, client, mock):
    mock.clock.advance(minutes=30)
    fresh = client.sessions.authenticate(session_jwt=login.session_jwt)
    assert fresh.session_jwt != login.session_jwt


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, "no_session_arguments"),
        ({"session_token": "short"}, "invalid_session_token"),
        ({"session_token": "x" * 44}, "session_not_found"),
        ({"session_jwt": "no.jwt"}, "unable_to_parse_session_jwt"),
    ],
    ids=str,
)
def test_invalid_session_argument_is_refused(client, refused, arguments, error):
    assert refused(client.sessions.authenticate, **arguments) == error


def test_two_session_arguments_are_refused(login, client, refused):
    both = {"session_token": login.session_token, "session_jwt": login.session_jwt}
    assert refused(client.sessions.authenticate, **both) == "too_many_session_arguments"


@pytest.mark.parametrize("minutes", [4, 527041])
def test_invalid_duration_is_refused(login, client, refused, minutes):
    refusal = refused(client.sessions.authenticate, session_token=login.session_token, session_duration_minutes=minutes)
    assert refusal == "invalid_session_duration_minutes"


# Custom claims


def test_claims_are_merged_at_the_top_level(login, client):
    def claims_after(claims):
        answer = client.sessions.authenticate(session_token=login.session_token, session_custom_claims=claims)
        return answer.member_session.custom_claims

    assert claims_after({"a": 1, "b": {"c": 2, "d": 3}}) == {"a": 1, "b": {"c": 2, "d": 3}}
    assert claims_after({"b": {"c": 9}, "a": None, "e": []}) == {"b": {"c": 9}, "e": []}
    assert claims_after({}) == {"b": {"c": 9}, "e": []}
    reserved = {"iss": 1, "sub": 1, "aud": 1, "exp": 1, "nbf": 1, "iat": 1, "jti": 1}
    assert claims_after(reserved) == {"b": {"c": 9}, "e": []}
    assert claims_after(None) == {"b": {"c": 9}, "e": []}


def test_claims_over_the_limits_are_refused(login, client, refused):
    def with_claims(claims):
        return client.sessions.authenticate(session_token=login.session_token, session_custom_claims=claims)

    with_claims({"k": "x" * 4000})
    assert refused(with_claims, {"j": "x" * 100}) == "custom_claims_too_large"
    assert refused(with_claims, {"https://stytch.com/session": {}}) == "stytch_claims_in_custom_claims"
    assert with_claims({"k": None, "j": "x" * 4000})


# Authorization


@pytest.fixture
def verdict(client, login, acme):
    def call(resource_id, action, organization_id=None):
        check = {
            "organization_id": organization_id or acme.organization_id,
            "resource_id": resource_id,
            "action": action,
        }
        return client.sessions.authenticate(session_token=login.session_token, authorization_check=check).verdict

    return call


def test_permission_is_granted(verdict):
    answer = verdict("stytch.self", "update.info.name")
    assert (answer.authorized, answer.granting_roles) == (True, ["stytch_member"])
    assert verdict("stytch.self", "update.info.name", "acme").authorized  # by slug


@pytest.mark.parametrize(
    ("resource_id", "action"), [("stytch.member", "create"), ("documents", "read"), ("stytch.organization", "*")]
)
def test_permission_that_no_role_grants_is_refused(verdict, refused, resource_id, action):
    assert refused(verdict, resource_id, action) == "session_authorization_error"


def test_check_for_another_organization_is_refused(verdict, given, refused):
    globex = given.organization("Globex")
    other = refused(verdict, "stytch.self", "update.info.name", globex.organization_id)
    assert other == "session_authorization_tenancy_error"
    assert refused(verdict, "stytch.self", "update.info.name", "nowhere") == "organization_not_found"


def test_empty_check_is_refused(verdict, refused):
    assert refused(verdict, "", "read") == "invalid_permission_resource"
    assert refused(verdict, "documents", "") == "invalid_permission_action"


def test_roles_of_the_project_grant_permissions(verdict, mock, client, acme, ada):
    permission = {"resource_id": "documents", "actions": ["read"]}
    mock.configure(
        rbac_policy={
            "roles": [
                {"role_id": "editor", "permissions": [permission, {**permission, "actions": ["*"]}]},
                {"role_id": "reader", "permissions": [permission]},
            ],
            "resources": [{"resource_id": "documents", "actions": ["read", "write"]}],
        }
    )
    client.organizations.members.update(acme.organization_id, ada.member_id, roles=["reader", "editor"])
    assert verdict("documents", "read").granting_roles == ["editor", "reader"]
    assert verdict("documents", "write").granting_roles == ["editor"]


def test_refused_check_does_not_update_the_session(verdict, login, client, mock, refused):
    mock.clock.advance(minutes=5)
    refused(verdict, "documents", "read")
    session = client.sessions.get(login.organization.organization_id, login.member_id).member_sessions[0]
    assert session.last_accessed_at == login.member_session.last_accessed_at


# List


def test_all_active_sessions_of_a_member_are_listed(given, acme, ada, login, client, mock, refused):
    mock.clock.advance(minutes=30)
    second = given.login(acme, ada)
    listed = [s.member_session_id for s in client.sessions.get("acme", "ada").member_sessions]
    assert listed == [login.member_session.member_session_id, second.member_session.member_session_id]
    mock.clock.advance(minutes=30)
    assert len(client.sessions.get(acme.organization_id, ada.member_id).member_sessions) == 1
    assert refused(client.sessions.get, "acme", "unknown") == "member_not_found"
    assert refused(client.sessions.get, "nowhere", "ada") == "organization_not_found"


# Revoke


@pytest.mark.parametrize("by", ["member_session_id", "session_token", "session_jwt"])
def test_one_session_is_revoked(given, acme, ada, login, client, refused, by):
    second = given.login(acme, ada)
    named = login.member_session.member_session_id if by == "member_session_id" else getattr(login, by)
    client.sessions.revoke(**{by: named})
    assert refused(client.sessions.authenticate, session_token=login.session_token) == "session_not_found"
    assert given.because() == "revoked"
    assert refused(client.sessions.revoke, **{by: named}) == "session_not_found"
    assert client.sessions.authenticate(session_token=second.session_token)
    left = client.sessions.get("acme", "ada").member_sessions
    assert [s.member_session_id for s in left] == [second.member_session.member_session_id]


def test_all_sessions_of_a_member_are_revoked(given, acme, ada, login, client, refused):
    second, other = given.login(acme, ada), given.login(acme, given.member(acme))
    client.sessions.revoke(member_id=ada.member_id)
    for ended in (login, second):
        assert refused(client.sessions.authenticate, session_token=ended.session_token) == "session_not_found"
    assert client.sessions.authenticate(session_token=other.session_token)
    client.sessions.revoke(member_id=ada.member_id)  # also works if the member has no session


def test_invalid_revocation_is_refused(login, ada, client, refused):
    revoke = client.sessions.revoke
    assert refused(revoke) == "no_session_revoke_arguments"
    two = refused(revoke, session_token=login.session_token, member_id=ada.member_id)
    assert two == "too_many_session_revoke_arguments"
    assert refused(revoke, member_id="ada") == "member_not_found"  # an external id isn't accepted
    assert refused(revoke, member_session_id="member-session-test-1") == "session_not_found"
    assert refused(revoke, session_token="short") == "invalid_session_token"
    assert refused(revoke, session_jwt="no.jwt") == "unable_to_parse_session_jwt"
