"""``passwords``: log in, change a password, set one within a session, delete one."""

import hashlib

import pytest

GOOD, BETTER = "violet harbour 83 lantern", "quiet copper 47 meadows"


@pytest.fixture
def member_with_password(client):
    """Create a member with a password: ``member_with_password(acme, "ada@acme.test")``."""

    def migrate(organization, email_address, password=GOOD, **fields):
        hashed = hashlib.md5(password.encode()).hexdigest()
        return client.passwords.migrate(email_address, hashed, "md_5", organization.organization_id, **fields).member

    return migrate


@pytest.fixture
def ada(member_with_password, acme):
    return member_with_password(acme, "ada@acme.test")


@pytest.fixture
def log_in(client, acme):
    def authenticate(password=GOOD, email_address="ada@acme.test", **options):
        return client.passwords.authenticate(acme.organization_id, email_address, password, **options)

    return authenticate


def factors_of(session):
    return [(f.type, f.delivery_method) for f in session.authentication_factors]


# authenticate


def test_password_starts_a_session(log_in, ada, acme):
    login = log_in()
    assert (login.member_id, login.organization_id) == (ada.member_id, acme.organization_id)
    assert (login.member_authenticated, login.intermediate_session_token) == (True, "")
    assert factors_of(login.member_session) == [("password", "knowledge")]
    assert login.session_jwt


def test_email_address_is_case_insensitive(log_in, ada):
    assert log_in(email_address=" ADA@Acme.Test ").member_id == ada.member_id


@pytest.mark.parametrize("password", ["", "wrong", GOOD.upper(), GOOD + " ", "x" * 900_000])
def test_wrong_password_is_refused(log_in, ada, refused, password):
    assert refused(log_in, password) == "unauthorized_credentials"


def test_unknown_member_and_member_without_password_are_refused(log_in, given, acme, refused):
    assert refused(log_in) == "member_not_found"
    given.member(acme, "ada@acme.test")
    assert refused(log_in) == "member_password_not_found"


def test_invalid_fields_are_refused(error_type_of):
    path = "/v1/b2b/passwords/authenticate"
    assert error_type_of("POST", path, {"email_address": "a@b.test", "password": "x"}) == "invalid_organization_id"
    assert (
        error_type_of("POST", path, {"organization_id": "x", "email_address": "a", "password": "x"}) == "invalid_email"
    )
    body = {"organization_id": "x", "email_address": "a@b.test"}
    assert error_type_of("POST", path, body) == "unauthorized_credentials"
    assert error_type_of("POST", path, {**body, "password": "x"}) == "organization_not_found"
    assert error_type_of("POST", path, {**body, "password": 1}) == "invalid_argument"


def test_organization_that_does_not_allow_passwords_refuses_them(log_in, ada, acme, client, refused):
    client.organizations.update(
        acme.organization_id, auth_methods="RESTRICTED", allowed_auth_methods=["magic_link", "sso"]
    )
    refusal = "operation_restricted_by_organization_auth_methods"
    assert refused(log_in) == refusal
    assert refused(client.passwords.email.reset_start, acme.organization_id, "ada@acme.test") == refusal
    change = client.passwords.existing_password.reset
    assert refused(change, "ada@acme.test", GOOD, BETTER, acme.organization_id) == refusal
    client.organizations.members.update(acme.organization_id, ada.member_id, is_breakglass=True)
    assert log_in().member_authenticated


def test_unverified_email_address_requires_another_primary_factor(log_in, ada, given, acme, client, set_columns):
    set_columns(ada, email_address_verified=False)
    first = log_in()
    assert (first.member_authenticated, first.member_session, first.session_token) == (False, None, "")
    assert "magic_link" in first.primary_required.allowed_auth_methods
    assert first.mfa_required is None
    token = given.link_token(acme, "ada@acme.test")
    second = client.magic_links.authenticate(token, intermediate_session_token=first.intermediate_session_token)
    assert second.member_authenticated
    assert factors_of(second.member_session) == [("password", "knowledge"), ("magic_link", "email")]
    assert second.member.email_address_verified


def test_password_continues_an_intermediate_session(log_in, ada, given, acme, client, set_columns):
    set_columns(ada, mfa_enrolled=True)
    first = given.login(acme, ada)
    second = log_in(intermediate_session_token=first.intermediate_session_token)
    assert second.intermediate_session_token == first.intermediate_session_token
    assert (second.primary_required, second.mfa_required.member_options) == (None, None)


def test_enrolled_member_must_complete_mfa(log_in, ada, client, acme, set_columns, mock):
    set_columns(ada, mfa_enrolled=True, mfa_phone_id="phone-number-test-1", mfa_phone_number="+12025550123")
    set_columns(ada, mfa_phone_number_verified=True)
    first = log_in(locale="fr")
    assert first.mfa_required.secondary_auth_initiated == "sms_otp"
    code = mock.inbox.latest(to="+12025550123").code
    done = client.otps.sms.authenticate(
        acme.organization_id, ada.member_id, code, intermediate_session_token=first.intermediate_session_token
    )
    assert [kind for kind, _ in factors_of(done.member_session)] == ["password", "otp"]


def test_intermediate_session_of_a_password_is_refused_in_another_organization(
    log_in, ada, client, given, acme, set_columns, refused
):
    set_columns(ada, mfa_enrolled=True)
    token = log_in().intermediate_session_token
    other = given.organization("Other")
    given.member(other, "ada@acme.test")
    exchange = client.discovery.intermediate_sessions.exchange
    assert refused(exchange, token, other.organization_id) == "invalid_intermediate_session_token_for_organization"


def test_login_with_own_session_extends_it(log_in, ada, set_columns):
    first = log_in()
    set_columns(ada, mfa_enrolled=True)
    again = log_in(session_token=first.session_token, session_custom_claims={"a": 1})
    assert again.session_token == first.session_token
    assert again.member_session.custom_claims == {"a": 1}


def test_invalid_session_arguments_are_refused(log_in, ada, refused):
    login = log_in()
    both = {"session_token": login.session_token, "session_jwt": login.session_jwt}
    assert refused(log_in, **both) == "too_many_session_arguments"
    assert refused(log_in, session_token="x" * 44) == "session_not_found"
    assert refused(log_in, session_duration_minutes=4) == "invalid_session_duration_minutes"
    assert refused(log_in, locale="tlh") == "invalid_locale"
    assert refused(log_in, intermediate_session_token="x" * 44) == "intermediate_session_not_found"


def test_breached_password_must_be_reset(log_in, member_with_password, acme, mock, refused, given):
    member_with_password(acme, "ada@acme.test", "password")
    assert refused(log_in, "password") == "member_reset_password"
    assert given.because() == "the password is breached"
    assert refused(log_in, "other") == "unauthorized_credentials"
    mock.configure(password_policy={"check_breach_on_authentication": False})
    assert log_in("password").member_authenticated


def test_password_on_the_breach_list_of_the_project_must_be_reset(log_in, ada, mock, refused):
    mock.configure(password_policy={"breached_passwords": [GOOD]})
    assert refused(log_in) == "member_reset_password"


def test_password_too_weak_for_a_new_policy_must_be_reset(log_in, member_with_password, acme, mock, refused):
    member_with_password(acme, "ada@acme.test", "abcdxyz1")
    assert log_in("abcdxyz1").member_authenticated
    mock.configure(password_policy={"validate_on_authentication": True})
    assert refused(log_in, "abcdxyz1") == "member_reset_password"


def test_too_many_wrong_passwords_lock_the_member(log_in, ada, client, acme, mock, refused):
    mock.configure(user_lock={"threshold": 3, "ttl_seconds": 600})
    for _ in range(3):
        assert refused(log_in, "wrong") == "unauthorized_credentials"
    assert refused(log_in) == "user_lock_limit_reached"
    change = client.passwords.existing_password.reset
    assert refused(change, "ada@acme.test", GOOD, BETTER, acme.organization_id) == "user_lock_limit_reached"
    mock.clock.advance(minutes=10, seconds=1)
    assert log_in().member_authenticated


def test_correct_password_resets_the_failed_attempts(log_in, ada, client, acme, mock, refused):
    mock.configure(user_lock={"threshold": 2})
    for _ in range(3):
        refused(log_in, "wrong")
        assert log_in().member_authenticated
    change = client.passwords.existing_password.reset
    for _ in range(2):
        assert refused(change, "ada@acme.test", "wrong", BETTER, acme.organization_id) == "password_does_not_match"
    assert refused(log_in) == "user_lock_limit_reached"


# existing_password.reset


@pytest.fixture
def change(client, acme):
    def reset(old=GOOD, new=BETTER, **options):
        return client.passwords.existing_password.reset("ada@acme.test", old, new, acme.organization_id, **options)

    return reset


def test_change_revokes_other_sessions_and_the_old_password(change, log_in, ada, client, refused):
    before = log_in()
    changed = change(session_duration_minutes=30)
    assert changed.member_authenticated
    assert changed.member.member_password_id not in ("", ada.member_password_id)
    assert refused(client.sessions.authenticate, session_token=before.session_token) == "session_not_found"
    assert client.sessions.authenticate(session_token=changed.session_token).member.member_id == ada.member_id
    assert refused(log_in) == "unauthorized_credentials"
    assert log_in(BETTER).member_authenticated


def test_change_with_own_session_extends_it_without_mfa(change, log_in, ada, client, set_columns, refused):
    mine, other = log_in(), log_in()
    set_columns(ada, mfa_enrolled=True)
    changed = change(session_jwt=mine.session_jwt)
    assert (changed.member_authenticated, changed.session_token) == (True, mine.session_token)
    assert refused(client.sessions.authenticate, session_token=other.session_token) == "session_not_found"
    assert not change(BETTER, GOOD).member_authenticated


def test_change_does_not_affect_sessions_of_other_members(change, ada, given, acme, client):
    bob = given.login(acme, given.member(acme))
    assert change(session_token=bob.session_token).session_token != bob.session_token
    assert client.sessions.authenticate(session_token=bob.session_token).member.member_id == bob.member_id


def test_refused_change_has_no_effect(change, log_in, ada, refused):
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


def test_change_without_member_or_password_is_refused(change, given, acme, refused):
    assert refused(change) == "member_not_found"
    given.member(acme, "ada@acme.test")
    assert refused(change) == "member_password_not_found"


# session.reset


@pytest.fixture
def bob(given, acme):
    """The login of a member without a password, by magic link."""
    return given.login(acme, given.member(acme, "bob@acme.test"))


@pytest.mark.parametrize("by", ["session_token", "session_jwt"])
def test_session_reset_sets_a_first_password(bob, given, acme, client, log_in, refused, by):
    other = given.login(acme, bob.member)
    reset = client.passwords.sessions.reset(acme.organization_id, GOOD, **{by: getattr(bob, by)})
    assert reset.session_token == bob.session_token
    assert reset.member.member_password_id
    assert sorted(factors_of(reset.member_session)) == [("magic_link", "email"), ("password", "knowledge")]
    assert client.sessions.authenticate(session_token=bob.session_token).session_token == bob.session_token
    assert refused(client.sessions.authenticate, session_token=other.session_token) == "session_not_found"
    assert log_in(email_address="bob@acme.test").member_authenticated


def test_session_reset_requires_a_factor_of_the_last_five_minutes(bob, acme, client, mock, refused):
    reset = client.passwords.sessions.reset
    mock.clock.advance(minutes=4, seconds=50)
    assert reset(acme.organization_id, GOOD, session_token=bob.session_token).member_authenticated
    mock.clock.advance(minutes=5, seconds=1)
    refusal = refused(reset, acme.organization_id, BETTER, session_token=bob.session_token)
    assert refusal == "session_too_old_to_reset_password"
    client.passwords.authenticate(
        acme.organization_id, "bob@acme.test", GOOD, session_token=bob.session_token
    )  # a recent factor
    assert reset(acme.organization_id, BETTER, session_token=bob.session_token).member_authenticated


def test_session_reset_refuses_invalid_sessions_and_passwords(bob, acme, given, client, refused):
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


def test_deleted_password_is_refused(log_in, ada, acme, given, client, refused):
    delete = client.organizations.members.delete_password
    other = given.organization("Other")
    assert refused(delete, other.organization_id, ada.member_password_id) == "member_password_not_found"
    assert refused(delete, acme.organization_id, "member-password-test-x") == "member_password_not_found"
    before = log_in()
    assert delete(acme.organization_id, ada.member_password_id).member.member_password_id == ""
    assert client.sessions.authenticate(session_token=before.session_token).member.member_id == ada.member_id
    assert refused(log_in) == "member_password_not_found"
    assert refused(delete, acme.organization_id, ada.member_password_id) == "member_password_not_found"


def test_changing_the_email_address_deletes_the_password(log_in, ada, acme, client, refused):
    client.organizations.members.update(acme.organization_id, ada.member_id, email_address="countess@acme.test")
    assert refused(log_in, email_address="countess@acme.test") == "member_password_not_found"


def test_reactivated_member_keeps_the_password(log_in, ada, acme, client, refused):
    client.organizations.members.delete(acme.organization_id, ada.member_id)
    assert refused(log_in) == "member_not_found"
    client.organizations.members.reactivate(acme.organization_id, ada.member_id)
    assert log_in().member_authenticated
