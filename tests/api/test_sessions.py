"""Sessions: checked, lengthened, told what to carry, listed, ended."""

import pytest


@pytest.fixture
def acme(given):
    return given.organization()


@pytest.fixture
def ada(given, acme):
    return given.member(acme, "ada@acme.test", external_id="ada")


@pytest.fixture
def login(given, acme, ada):
    return given.login(acme, ada)


# Authenticate


@pytest.mark.parametrize("by", ["session_token", "session_jwt"])
def test_a_living_session(login, client, acme, by):
    found = client.sessions.authenticate(**{by: getattr(login, by)})
    assert found.session_token == login.session_token  # it is not replaced
    assert found.member_session.member_session_id == login.member_session.member_session_id
    assert (found.member, found.organization, found.verdict) == (login.member, acme, None)
    session = found.member_session
    assert (session.organization_slug, session.roles, session.custom_claims) == ("acme", ["stytch_member"], {})
    assert session.member_session_id.startswith("member-session-test-")


def test_time_is_not_touched_unasked(login, client, mock):
    mock.clock.advance(minutes=20)
    seen = client.sessions.authenticate(session_token=login.session_token).member_session
    assert seen.expires_at == login.member_session.expires_at
    assert (seen.last_accessed_at - login.member_session.last_accessed_at).total_seconds() >= 1200
    assert seen.started_at == login.member_session.started_at


@pytest.mark.parametrize("minutes", [5, 1440])
def test_time_is_set_where_asked(login, client, mock, minutes):
    mock.clock.freeze()
    session = client.sessions.authenticate(
        session_token=login.session_token, session_duration_minutes=minutes
    ).member_session
    assert (session.expires_at - mock.clock.now()).total_seconds() == minutes * 60


def test_a_session_ends(login, client, mock, refused, given):
    mock.clock.advance(minutes=59)
    assert client.sessions.authenticate(session_token=login.session_token)
    mock.clock.advance(minutes=1)
    assert refused(client.sessions.authenticate, session_token=login.session_token) == "session_not_found"
    assert given.because() == "expired"
    assert refused(client.sessions.authenticate, session_jwt=login.session_jwt) == "session_not_found"


def test_an_expired_jwt_will_do_while_the_session_lives(login, client, mock):
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
def test_no_session(client, refused, arguments, error):
    assert refused(client.sessions.authenticate, **arguments) == error


def test_two_at_once(login, client, refused):
    both = {"session_token": login.session_token, "session_jwt": login.session_jwt}
    assert refused(client.sessions.authenticate, **both) == "too_many_session_arguments"


@pytest.mark.parametrize("minutes", [4, 527041])
def test_times_that_are_none(login, client, refused, minutes):
    refusal = refused(client.sessions.authenticate, session_token=login.session_token, session_duration_minutes=minutes)
    assert refusal == "invalid_session_duration_minutes"


# Custom claims


def test_claims_are_merged_at_the_top(login, client):
    def carrying(claims):
        answer = client.sessions.authenticate(session_token=login.session_token, session_custom_claims=claims)
        return answer.member_session.custom_claims

    assert carrying({"a": 1, "b": {"c": 2, "d": 3}}) == {"a": 1, "b": {"c": 2, "d": 3}}
    assert carrying({"b": {"c": 9}, "a": None, "e": []}) == {"b": {"c": 9}, "e": []}
    assert carrying({}) == {"b": {"c": 9}, "e": []}
    reserved = {"iss": 1, "sub": 1, "aud": 1, "exp": 1, "nbf": 1, "iat": 1, "jti": 1}
    assert carrying(reserved) == {"b": {"c": 9}, "e": []}
    assert carrying(None) == {"b": {"c": 9}, "e": []}


def test_claims_have_limits(login, client, refused):
    def with_claims(claims):
        return client.sessions.authenticate(session_token=login.session_token, session_custom_claims=claims)

    with_claims({"k": "x" * 4000})
    assert refused(with_claims, {"j": "x" * 100}) == "custom_claims_too_large"
    assert refused(with_claims, {"https://stytch.com/session": {}}) == "stytch_claims_in_custom_claims"
    assert with_claims({"k": None, "j": "x" * 4000})


# Authorization


@pytest.fixture
def may(client, login, acme):
    def call(resource_id, action, organization_id=None):
        check = {
            "organization_id": organization_id or acme.organization_id,
            "resource_id": resource_id,
            "action": action,
        }
        return client.sessions.authenticate(session_token=login.session_token, authorization_check=check).verdict

    return call


def test_a_verdict(may):
    verdict = may("stytch.self", "update.info.name")
    assert (verdict.authorized, verdict.granting_roles) == (True, ["stytch_member"])
    assert may("stytch.self", "update.info.name", "acme").authorized  # by slug


@pytest.mark.parametrize(
    ("resource_id", "action"), [("stytch.member", "create"), ("documents", "read"), ("stytch.organization", "*")]
)
def test_what_no_role_grants(may, refused, resource_id, action):
    assert refused(may, resource_id, action) == "session_authorization_error"


def test_another_organization(may, given, refused):
    globex = given.organization("Globex")
    other = refused(may, "stytch.self", "update.info.name", globex.organization_id)
    assert other == "session_authorization_tenancy_error"
    assert refused(may, "stytch.self", "update.info.name", "nowhere") == "organization_not_found"


def test_a_check_of_nothing(may, refused):
    assert refused(may, "", "read") == "invalid_permission_resource"
    assert refused(may, "documents", "") == "invalid_permission_action"


def test_roles_of_the_project(may, mock, client, acme, ada):
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
    assert may("documents", "read").granting_roles == ["editor", "reader"]
    assert may("documents", "write").granting_roles == ["editor"]


def test_a_refused_check_touches_nothing(may, login, client, mock, refused):
    mock.clock.advance(minutes=5)
    refused(may, "documents", "read")
    seen = client.sessions.get(login.organization.organization_id, login.member_id).member_sessions[0]
    assert seen.last_accessed_at == login.member_session.last_accessed_at


# List


def test_a_member_has_several(given, acme, ada, login, client, mock, refused):
    mock.clock.advance(minutes=30)
    second = given.login(acme, ada)
    listed = [s.member_session_id for s in client.sessions.get("acme", "ada").member_sessions]
    assert listed == [login.member_session.member_session_id, second.member_session.member_session_id]
    mock.clock.advance(minutes=30)
    assert len(client.sessions.get(acme.organization_id, ada.member_id).member_sessions) == 1
    assert refused(client.sessions.get, "acme", "nobody") == "member_not_found"
    assert refused(client.sessions.get, "nowhere", "ada") == "organization_not_found"


# Revoke


@pytest.mark.parametrize("by", ["member_session_id", "session_token", "session_jwt"])
def test_one_ends(given, acme, ada, login, client, refused, by):
    second = given.login(acme, ada)
    named = login.member_session.member_session_id if by == "member_session_id" else getattr(login, by)
    client.sessions.revoke(**{by: named})
    assert refused(client.sessions.authenticate, session_token=login.session_token) == "session_not_found"
    assert given.because() == "revoked"
    assert refused(client.sessions.revoke, **{by: named}) == "session_not_found"
    assert client.sessions.authenticate(session_token=second.session_token)
    left = client.sessions.get("acme", "ada").member_sessions
    assert [s.member_session_id for s in left] == [second.member_session.member_session_id]


def test_all_of_a_member_end(given, acme, ada, login, client, refused):
    second, other = given.login(acme, ada), given.login(acme, given.member(acme))
    client.sessions.revoke(member_id=ada.member_id)
    for ended in (login, second):
        assert refused(client.sessions.authenticate, session_token=ended.session_token) == "session_not_found"
    assert client.sessions.authenticate(session_token=other.session_token)
    client.sessions.revoke(member_id=ada.member_id)  # nothing is left to end, and that is fine


def test_what_can_not_be_revoked(login, ada, client, refused):
    revoke = client.sessions.revoke
    assert refused(revoke) == "no_session_revoke_arguments"
    two = refused(revoke, session_token=login.session_token, member_id=ada.member_id)
    assert two == "too_many_session_revoke_arguments"
    assert refused(revoke, member_id="ada") == "member_not_found"  # an external id says nothing here
    assert refused(revoke, member_session_id="member-session-test-1") == "session_not_found"
    assert refused(revoke, session_token="short") == "invalid_session_token"
    assert refused(revoke, session_jwt="no.jwt") == "unable_to_parse_session_jwt"
