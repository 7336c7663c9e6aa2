"""``sessions.migrate``: exchange a session of the project's previous provider."""

from datetime import timedelta

import pytest

from tests.support import trusted_issuer


@pytest.fixture
def acme(given):
    return given.organization("Acme", mfa_policy="REQUIRED_FOR_ALL")


@pytest.fixture
def set_userinfo(mock):
    """Set the response of the previous provider's UserInfo endpoint."""
    return lambda **claims: mock.configure(zero_downtime_session_migration_url=trusted_issuer.userinfo(**claims))


def test_session_of_the_previous_provider_is_exchanged(client, given, acme, set_userinfo):
    ada = given.member(acme, "ada@acme.test")
    set_userinfo(sub="auth0|1", email="Ada@acme.test")
    login = client.sessions.migrate(
        trusted_issuer.BEARER, "acme", session_duration_minutes=30, session_custom_claims={"plan": "pro"}
    )
    assert (login.member_id, login.member.email_address_verified) == (ada.member_id, True)
    session = login.member_session
    (factor,) = session.authentication_factors
    assert (factor.type.value, factor.delivery_method.value) == ("imported", "imported_auth0")
    assert session.expires_at - session.started_at == timedelta(minutes=30)
    assert session.custom_claims == {"plan": "pro"}
    assert (
        client.sessions.authenticate(login.session_token).member_session.member_session_id == session.member_session_id
    )


@pytest.mark.parametrize("verified", [False, True])
def test_unverified_address_stays_unverified(client, given, acme, set_userinfo, verified):
    given.member(acme, "ada@acme.test", create_member_as_pending=True)
    set_userinfo(email="ada@acme.test", email_verified=verified)
    member = client.sessions.migrate(trusted_issuer.BEARER, acme.organization_id).member
    assert (member.status, member.email_address_verified) == ("active", verified)


def test_no_member_is_provisioned(client, given, acme, set_userinfo, refused):
    set_userinfo(email="ada@acme.test")
    migrate = client.sessions.migrate
    assert refused(migrate, trusted_issuer.BEARER, "acme") == "migrate_from_external_email_does_not_exist"
    given.member(given.organization("Globex"), "ada@acme.test")
    assert refused(migrate, trusted_issuer.BEARER, "acme") == "migrate_from_external_email_does_not_exist"
    assert refused(migrate, trusted_issuer.BEARER, "nowhere") == "organization_not_found"


def test_project_without_a_previous_provider_is_refused(client, acme, refused):
    assert refused(client.sessions.migrate, "x", "acme") == "migrate_from_external_missing_userinfo"


@pytest.mark.parametrize(
    ("path", "token", "because"),
    [
        ("/userinfo/{}", "bad", "status 401"),
        ("/userinfo/{}", trusted_issuer.BEARER, "no e-mail address"),
        ('/userinfo/{"email": "ada"}', trusted_issuer.BEARER, "no e-mail address"),
        ('/userinfo/{"email": 5}', trusted_issuer.BEARER, "no e-mail address"),
        ('/userinfo/["ada@acme.test"]', trusted_issuer.BEARER, "no e-mail address"),
        ("/userinfo/<html>", trusted_issuer.BEARER, "no e-mail address"),
        ("/elsewhere", trusted_issuer.BEARER, "status 404"),
        ("", trusted_issuer.BEARER, ""),
    ],
)
def test_unusable_userinfo_response_is_refused(client, acme, mock, refused, given, path, token, because):
    mock.configure(zero_downtime_session_migration_url=trusted_issuer.url() + path if path else "http://127.0.0.1:1/")
    assert refused(client.sessions.migrate, token, "acme") == "migrate_from_external_unexpected_response"
    assert because in given.because()


def test_locked_member_is_refused(client, given, acme, set_userinfo, set_columns, refused, mock):
    from datetime import UTC, datetime

    ada = given.member(acme, "ada@acme.test")
    set_columns(ada, lock_expires_at=datetime.now(UTC) + timedelta(hours=1))
    set_userinfo(email="ada@acme.test")
    assert refused(client.sessions.migrate, trusted_issuer.BEARER, "acme") == "user_lock_limit_reached"
    mock.clock.advance(hours=2)
    assert client.sessions.migrate(trusted_issuer.BEARER, "acme").member_id == ada.member_id
