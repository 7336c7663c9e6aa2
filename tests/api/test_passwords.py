"""``passwords.authenticate``, and changing a password by the old one or within a session."""

import hashlib

import pytest

GOOD, BETTER = "violet harbour 83 lantern", "quiet copper 47 meadows"


@pytest.fixture
def acme(given):
    return given.organization()


@pytest.fixture
def moved_in(client):
    """A member who has a password: ``moved_in(acme, "ada@acme.test")``."""

    def migrate(organization, email_address, password=GOOD, **fields):
        hashed = hashlib.md5(password.encode()).hexdigest()
        return client.passwords.migrate(email_address, hashed, "md_5", organization.organization_id, **fields).member

    return migrate


@pytest.fixture
def ada(moved_in, acme):
    return moved_in(acme, "ada@acme.test")


@pytest.fixture
def log_in(client, acme):
    def authenticate(password=GOOD, email_address="ada@acme.test", **options):
        return client.passwords.authenticate(acme.organization_id, email_address, password, **options)

    return authenticate


def kinds(session):
    return [(f.type, f.delivery_method) for f in session.authentication_factors]


# authenticate


def test_log_in(log_in, ada, acme):
    login = log_in()
    assert (login.member_id, login.organization_id) == (ada.member_id, acme.organization_id)
    assert (login.member_authenticated, login.intermediate_session_token) == (True, "")
    assert kinds(login.member_session) == [("password", "knowledge")]
    assert login.session_jwt


def test_the_address_may_be_written_in_any_case(log_in, ada):
    assert log_in(email_address=" ADA@Acme.Test ").member_id == ada.member_id


@pytest.mark.parametrize("password", ["", "wrong", GOOD.upper(), GOOD + " ", "x" * 900_000])
def test_a_wrong_password(log_in, ada, refused, password):
    assert refused(log_in, password) == "unauthorized_credentials"


def test_nobody_of_that_name_or_without_a_password(log_in, given, acme, refused):
    assert refused(log_in) == "member_not_found"
    given.member(acme, "ada@acme.test")
    assert refused(log_in) == "member_password_not_found"


def test_fields_that_can_not_be(why):
    path = "/v1/b2b/passwords/authenticate"
    assert why("POST", path, {"email_address": "a@b.test", "password": "x"}) == "invalid_organization_id"
    assert why("POST", path, {"organization_id": "x", "email_address": "a", "password": "x"}) == "invalid_email"
    body = {"organization_id": "x", "email_address": "a@b.test"}
    assert why("POST", path, body) == "unauthorized_credentials"
    assert why("POST", path, {**body, "password": "x"}) == "organization_not_found"
    assert why("POST", path, {**body, "password": 1}) == "bad_request"


def test_an_organization_that_takes_no_passwords(log_in, ada, acme, client, refused):
    client.organizations.update(
        acme.organization_id, auth_methods="RESTRICTED", allowed_auth_methods=["magic_link", "sso"]
    )
    refusal = "operation_restricted_by_organization_auth_methods"
    assert refused(log_in) == refusal
    assert refused(client.passwords.email.reset_start, acme.organization_id, "ada@acme.test") == refusal
    by_old = client.passwords.existing_password.reset
    assert refused(by_old, "ada@acme.test", GOOD, BETTER, acme.organization_id) == refusal
    client.organizations.members.update(acme.organization_id, ada.member_id, is_breakglass=True)
    assert log_in().member_authenticated


def test_an_unverified_address_needs_more_than_a_password(log_in, ada, given, acme, client, written):
    written(ada, email_address_verified=False)
    first = log_in()
    assert (first.member_authenticated, first.member_session, first.session_token) == (False, None, "")
    assert "magic_link" in first.primary_required.allowed_auth_methods
    assert first.mfa_required is None
    token = given.link_token(acme, "ada@acme.test")
    second = client.magic_links.authenticate(token, intermediate_session_token=first.intermediate_session_token)
    assert second.member_authenticated
    assert kinds(second.member_session) == [("password", "knowledge"), ("magic_link", "email")]
    assert second.member.email_address_verified


def test_a_link_first_and_a_password_then(log_in, ada, given, acme, client, written):
    written(ada, mfa_enrolled=True)
    first = given.login(acme, ada)
    second = log_in(intermediate_session_token=first.intermediate_session_token)
    assert second.intermediate_session_token == first.intermediate_session_token
    assert (second.primary_required, second.mfa_required.member_options) == (None, None)


def test_a_second_factor_is_due(log_in, ada, client, acme, written, mock):
    written(ada, mfa_enrolled=True, mfa_phone_id="phone-number-test-1", mfa_phone_number="+12025550123")
    written(ada, mfa_phone_number_verified=True)
    first = log_in(locale="fr")
    assert first.mfa_required.secondary_auth_initiated == "sms_otp"
    code = mock.inbox.latest(to="+12025550123").code
    done = client.otps.sms.authenticate(
        acme.organization_id, ada.member_id, code, intermediate_session_token=first.intermediate_session_token
    )
    assert [kind for kind, _ in kinds(done.member_session)] == ["password", "otp"]


def test_an_intermediate_session_of_a_password_stays_in_its_organization(
    log_in, ada, client, given, acme, written, refused
):
    written(ada, mfa_enrolled=True)
    token = log_in().intermediate_session_token
    other = given.organization("Other")
    given.member(other, "ada@acme.test")
    exchange = client.discovery.intermediate_sessions.exchange
    assert refused(exchange, token, other.organization_id) == "invalid_intermediate_session_token_for_organization"


def test_ones_own_session_goes_on(log_in, ada, written):
    first = log_in()
    written(ada, mfa_enrolled=True)
    again = log_in(session_token=first.session_token, session_custom_claims={"a": 1})
    assert again.session_token == first.session_token
    assert again.member_session.custom_claims == {"a": 1}


def test_sessions_that_can_not_come_along(log_in, ada, refused):
    login = log_in()
    both = {"session_token": login.session_token, "session_jwt": login.session_jwt}
    assert refused(log_in, **both) == "too_many_session_arguments"
    assert refused(log_in, session_token="x" * 44) == "session_not_found"
    assert refused(log_in, session_duration_minutes=4) == "invalid_session_duration_minutes"
    assert refused(log_in, locale="tlh") == "invalid_locale"
    assert refused(log_in, intermediate_session_token="x" * 44) == "intermediate_session_not_found"


def test_a_breached_password_has_to_be_reset(log_in, moved_in, acme, mock, refused, given):
    moved_in(acme, "ada@acme.test", "password")
    assert refused(log_in, "password") == "member_reset_password"
    assert given.because() == "the password is breached"
    assert refused(log_in, "other") == "unauthorized_credentials"
    mock.configure(password_policy={"check_breach_on_authentication": False})
    assert log_in("password").member_authenticated


def test_a_password_of_the_projects_own_list(log_in, ada, mock, refused):
    mock.configure(password_policy={"breached_passwords": [GOOD]})
    assert refused(log_in) == "member_reset_password"


def test_a_password_that_a_newer_policy_would_not_take(log_in, moved_in, acme, mock, refused):
    moved_in(acme, "ada@acme.test", "abcdxyz1")
    assert log_in("abcdxyz1").member_authenticated
    mock.configure(password_policy={"validate_on_authentication": True})
    assert refused(log_in, "abcdxyz1") == "member_reset_password"


def test_too_many_wrong_ones_lock_the_member(log_in, ada, client, acme, mock, refused):
    mock.configure(user_lock={"threshold": 3, "ttl_seconds": 600})
    for _ in range(3):
        assert refused(log_in, "wrong") == "unauthorized_credentials"
    assert refused(log_in) == "user_lock_limit_reached"
    by_old = client.passwords.existing_password.reset
    assert refused(by_old, "ada@acme.test", GOOD, BETTER, acme.organization_id) == "user_lock_limit_reached"
    mock.clock.advance(minutes=10, seconds=1)
    assert log_in().member_authenticated


def test_a_right_one_sets_the_count_back(log_in, ada, client, acme, mock, refused):
    mock.configure(user_lock={"threshold": 2})
    for _ in range(3):
        refused(log_in, "wrong")
        assert log_in().member_authenticated
    by_old = client.passwords.existing_password.reset
    for _ in range(2):
        assert refused(by_old, "ada@acme.test", "wrong", BETTER, acme.organization_id) == "password_does_not_match"
    assert refused(log_in) == "user_lock_limit_reached"


# existing_password.reset


@pytest.fixture
def change(client, acme):
    def reset(old=GOOD, new=BETTER, **options):
        return client.passwords.existing_password.reset("ada@acme.test", old, new, acme.organization_id, **options)

    return reset


def test_change_by_the_old_one(change, log_in, ada, client, refused):
    before = log_in()
    changed = change(session_duration_minutes=30)
    assert changed.member_authenticated
    assert changed.member.member_password_id not in ("", ada.member_password_id)
    assert refused(client.sessions.authenticate, session_token=before.session_token) == "session_not_found"
    assert client.sessions.authenticate(session_token=changed.session_token).member.member_id == ada.member_id
    assert refused(log_in) == "unauthorized_credentials"
    assert log_in(BETTER).member_authenticated


def test_a_session_of_ones_own_goes_on_without_a_second_factor(change, log_in, ada, client, written, refused):
    mine, other = log_in(), log_in()
    written(ada, mfa_enrolled=True)
    changed = change(session_jwt=mine.session_jwt)
    assert (changed.member_authenticated, changed.session_token) == (True, mine.session_token)
    assert refused(client.sessions.authenticate, session_token=other.session_token) == "session_not_found"
    assert not change(BETTER, GOOD).member_authenticated


def test_a_session_of_somebody_else_is_left_alone(change, ada, given, acme, client):
    bob = given.login(acme, given.member(acme))
    assert change(session_token=bob.session_token).session_token != bob.session_token
    assert client.sessions.authenticate(session_token=bob.session_token).member.member_id == bob.member_id


def test_what_changes_nothing(change, log_in, ada, refused):
    before = log_in()
    assert refused(change, "wrong") == "password_does_not_match"
    assert refused(change, "") == "unauthorized_credentials"
    assert refused(change, new="abcdxyz1") == "weak_password"
    assert refused(change, new="") == "weak_password"
    assert refused(change, new="password") == "breached_password"
    both = {"session_token": before.session_token, "session_jwt": before.session_jwt}
    assert refused(change, **both) == "too_many_session_arguments"
    assert refused(change, session_token="x" * 44) == "session_not_found"
    assert log_in(session_token=before.session_token).session_token == before.session_token


def test_nothing_to_change(change, given, acme, refused):
    assert refused(change) == "member_not_found"
    given.member(acme, "ada@acme.test")
    assert refused(change) == "member_password_not_found"


# session.reset


@pytest.fixture
def bob(given, acme):
    """Somebody without a password, logged in by link."""
    return given.login(acme, given.member(acme, "bob@acme.test"))


@pytest.mark.parametrize("by", ["session_token", "session_jwt"])
def test_a_first_password_within_a_session(bob, given, acme, client, log_in, refused, by):
    other = given.login(acme, bob.member)
    reset = client.passwords.sessions.reset(acme.organization_id, GOOD, **{by: getattr(bob, by)})
    assert reset.session_token == bob.session_token
    assert reset.member.member_password_id
    assert sorted(kinds(reset.member_session)) == [("magic_link", "email"), ("password", "knowledge")]
    assert client.sessions.authenticate(session_token=bob.session_token).session_token == bob.session_token
    assert refused(client.sessions.authenticate, session_token=other.session_token) == "session_not_found"
    assert log_in(email_address="bob@acme.test").member_authenticated


def test_a_session_is_fresh_for_five_minutes(bob, acme, client, mock, refused):
    reset = client.passwords.sessions.reset
    mock.clock.advance(minutes=4, seconds=50)
    assert reset(acme.organization_id, GOOD, session_token=bob.session_token).member_authenticated
    mock.clock.advance(minutes=5, seconds=1)
    refusal = refused(reset, acme.organization_id, BETTER, session_token=bob.session_token)
    assert refusal == "session_too_old_to_reset_password"
    client.passwords.authenticate(
        acme.organization_id, "bob@acme.test", GOOD, session_token=bob.session_token
    )  # fresh again
    assert reset(acme.organization_id, BETTER, session_token=bob.session_token).member_authenticated


def test_sessions_that_set_no_password(bob, acme, given, client, refused):
    reset, mine = client.passwords.sessions.reset, {"session_token": bob.session_token}
    assert refused(reset, acme.organization_id, GOOD) == "no_session_arguments"
    both = refused(reset, acme.organization_id, GOOD, **mine, session_jwt=bob.session_jwt)
    assert both == "too_many_session_arguments"
    assert refused(reset, acme.organization_id, GOOD, session_token="x" * 44) == "session_not_found"
    assert refused(reset, acme.organization_id, GOOD, session_token="x") == "invalid_session_token"
    assert refused(reset, acme.organization_id, GOOD, session_jwt="x") == "unable_to_parse_session_jwt"
    assert refused(reset, given.organization("B").organization_id, GOOD, **mine) == "session_not_found"
    assert refused(reset, "organization-test-x", GOOD, **mine) == "organization_not_found"
    assert refused(reset, acme.organization_id, "abcdxyz1", **mine) == "weak_password"
    assert refused(reset, acme.organization_id, "password", **mine) == "breached_password"
    client.organizations.update(acme.organization_id, auth_methods="RESTRICTED", allowed_auth_methods=["magic_link"])
    refusal = refused(reset, acme.organization_id, GOOD, **mine)
    assert refusal == "operation_restricted_by_organization_auth_methods"


# members.delete_password


def test_delete_a_password(log_in, ada, acme, given, client, refused):
    delete = client.organizations.members.delete_password
    other = given.organization("Other")
    assert refused(delete, other.organization_id, ada.member_password_id) == "member_password_not_found"
    assert refused(delete, acme.organization_id, "member-password-test-x") == "member_password_not_found"
    before = log_in()
    assert delete(acme.organization_id, ada.member_password_id).member.member_password_id == ""
    assert client.sessions.authenticate(session_token=before.session_token).member.member_id == ada.member_id
    assert refused(log_in) == "member_password_not_found"
    assert refused(delete, acme.organization_id, ada.member_password_id) == "member_password_not_found"


def test_a_new_address_has_no_password(log_in, ada, acme, client, refused):
    client.organizations.members.update(acme.organization_id, ada.member_id, email_address="countess@acme.test")
    assert refused(log_in, email_address="countess@acme.test") == "member_password_not_found"


def test_a_reactivated_member_has_its_password(log_in, ada, acme, client, refused):
    client.organizations.members.delete(acme.organization_id, ada.member_id)
    assert refused(log_in) == "member_not_found"
    client.organizations.members.reactivate(acme.organization_id, ada.member_id)
    assert log_in().member_authenticated
