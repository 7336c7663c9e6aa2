"""``sessions.migrate``: sessions of the provider that the project comes from."""

from datetime import timedelta

import pytest

from tests import outsider


@pytest.fixture
def acme(given):
    return given.organization("Acme", mfa_policy="REQUIRED_FOR_ALL")


@pytest.fixture
def knows(mock):
    """Says what the former provider's UserInfo endpoint answers."""
    return lambda **claims: mock.configure(zero_downtime_session_migration_url=outsider.userinfo(**claims))


def test_who_has_a_session_there_has_one_here(client, given, acme, knows):
    ada = given.member(acme, "ada@acme.test")
    knows(sub="auth0|1", email="Ada@acme.test")
    got = client.sessions.migrate(
        outsider.BEARER, "acme", session_duration_minutes=30, session_custom_claims={"plan": "pro"}
    )
    assert (got.member_id, got.member.email_address_verified) == (ada.member_id, True)
    session = got.member_session
    (factor,) = session.authentication_factors
    assert (factor.type.value, factor.delivery_method.value) == ("imported", "imported_auth0")
    assert session.expires_at - session.started_at == timedelta(minutes=30)
    assert session.custom_claims == {"plan": "pro"}
    assert client.sessions.authenticate(got.session_token).member_session.member_session_id == session.member_session_id


@pytest.mark.parametrize("verified", [False, True])
def test_an_address_that_nobody_vouches_for_is_not_verified_by_it(client, given, acme, knows, verified):
    given.member(acme, "ada@acme.test", create_member_as_pending=True)
    knows(email="ada@acme.test", email_verified=verified)
    member = client.sessions.migrate(outsider.BEARER, acme.organization_id).member
    assert (member.status, member.email_address_verified) == ("active", verified)


def test_nobody_is_made(client, given, acme, knows, refused):
    knows(email="ada@acme.test")
    migrate = client.sessions.migrate
    assert refused(migrate, outsider.BEARER, "acme") == "migrate_from_external_email_does_not_exist"
    given.member(given.organization("Globex"), "ada@acme.test")
    assert refused(migrate, outsider.BEARER, "acme") == "migrate_from_external_email_does_not_exist"
    assert refused(migrate, outsider.BEARER, "nowhere") == "organization_not_found"


def test_a_project_that_comes_from_nowhere(client, acme, refused):
    assert refused(client.sessions.migrate, "x", "acme") == "migrate_from_external_missing_userinfo"


@pytest.mark.parametrize(
    ("path", "token", "because"),
    [
        ("/userinfo/{}", "bad", "status 401"),
        ("/userinfo/{}", outsider.BEARER, "no e-mail address"),
        ('/userinfo/{"email": "nobody"}', outsider.BEARER, "no e-mail address"),
        ('/userinfo/{"email": 5}', outsider.BEARER, "no e-mail address"),
        ('/userinfo/["ada@acme.test"]', outsider.BEARER, "no e-mail address"),
        ("/userinfo/<html>", outsider.BEARER, "no e-mail address"),
        ("/elsewhere", outsider.BEARER, "status 404"),
        ("", outsider.BEARER, ""),
    ],
)
def test_an_answer_that_says_nothing(client, acme, mock, refused, given, path, token, because):
    mock.configure(zero_downtime_session_migration_url=outsider.url() + path if path else "http://127.0.0.1:1/")
    assert refused(client.sessions.migrate, token, "acme") == "migrate_from_external_unexpected_response"
    assert because in given.because()


def test_who_is_locked_waits(client, given, acme, knows, written, refused, mock):
    from datetime import UTC, datetime

    ada = given.member(acme, "ada@acme.test")
    written(ada, lock_expires_at=datetime.now(UTC) + timedelta(hours=1))
    knows(email="ada@acme.test")
    assert refused(client.sessions.migrate, outsider.BEARER, "acme") == "user_lock_limit_reached"
    mock.clock.advance(hours=2)
    assert client.sessions.migrate(outsider.BEARER, "acme").member_id == ada.member_id
