"""Locks after too many failed attempts."""

import pytest

from tests.api.factors import (
    PASSWORD,
    PHONE,
    ids,
    refusal,
    sms_code,
    totp_code,
    types,
    with_app,
    with_password,
    with_phone,
    wrong_code,
)

ADA = "ada@acme.test"
LOCKED, WRONG = (429, "user_lock_limit_reached"), (404, "otp_code_not_found")


@pytest.fixture(autouse=True)
def _frozen(mock):
    mock.clock.freeze()


@pytest.fixture
def acme(given):
    return given.organization(email_jit_provisioning="RESTRICTED", email_allowed_domains=["acme.test"])


@pytest.fixture
def ada(given, acme, client, mock):
    """Ada, with every factor: e-mail address, password, phone, authenticator app, recovery codes."""
    ada = given.member(acme, ADA)
    with_phone(client, mock, ada, given.login(acme, ada).session_token)
    with_app(client, ada, ("a1b2-c3d4-e5f6",))
    with_password(client, ada)
    return ada


@pytest.fixture
def session(given, acme, ada):
    return {"session_token": given.login(acme, ada).session_token}


@pytest.fixture
def sent(client, acme, mock):
    """Send Ada a login code, and return it."""

    def send():
        client.otps.email.login_or_signup(acme.organization_id, ADA)
        return mock.inbox.latest(to=ADA, kind="email_otp.login").code

    return send


@pytest.fixture
def enter(client, acme):
    def enter(code):
        return client.otps.email.authenticate(acme.organization_id, ADA, code)

    return enter


@pytest.fixture
def member(client, ada):
    return lambda: client.organizations.members.get(**ids(ada)).member


@pytest.fixture
def wrong(client, acme, ada, session, mock, sent, enter):
    """The five kinds of failed attempt, by error type. Each call returns its refusal."""
    code = wrong_code(sent())
    app = next(f"{n:06}" for n in range(10) if f"{n:06}" not in {totp_code(mock, steps=s) for s in (-1, 0, 1)})
    text = wrong_code(sms_code(mock))
    named = {**ids(ada), **session}
    return {
        "otp_code_not_found": lambda: refusal(enter, code),
        "unauthorized_credentials": lambda: refusal(
            client.passwords.authenticate, acme.organization_id, ADA, "wrong-" + PASSWORD
        ),
        "otp_code_not_found by text": lambda: refusal(client.otps.sms.authenticate, **named, code=text),
        "unable_to_authenticate_totp": lambda: refusal(client.totps.authenticate, **named, code=app),
        "unable_to_authenticate_recovery_code": lambda: refusal(
            client.recovery_codes.recover, **named, recovery_code="0000-0000-0000"
        ),
    }


def test_ten_failures_lock_the_member_for_an_hour(sent, enter, member, mock, events):
    code = sent()
    for _ in range(9):
        assert refusal(enter, wrong_code(code)) == WRONG
    assert not member().is_locked
    assert refusal(enter, wrong_code(code)) == WRONG
    locked = member()
    assert locked.is_locked
    assert (locked.lock_expires_at - locked.lock_created_at).total_seconds() == 3600
    assert refusal(enter, code) == LOCKED
    mock.clock.advance(seconds=3599)
    assert refusal(enter, sent()) == LOCKED
    mock.clock.advance(seconds=1)
    freed = member()
    assert (freed.is_locked, freed.lock_created_at, freed.lock_expires_at) == (False, None, None)
    assert enter(sent()).member_authenticated


def test_failures_of_all_methods_count_together(wrong, member):
    for _ in range(2):
        for name, fail in wrong.items():
            assert fail()[1] == name.split()[0]
    assert member().is_locked
    for fail in wrong.values():
        assert fail() == LOCKED


def test_locked_member_is_refused_by_every_method(client, given, mock, acme, ada, session, sent, enter, wrong, member):
    code, link, found = sent(), given.link_token(acme, ADA), given.intermediate_session(ADA)
    client.otps.sms.send(**ids(ada), **session)
    for _ in range(10):
        wrong["unable_to_authenticate_recovery_code"]()
    named = {**ids(ada), **session}
    assert refusal(enter, code) == LOCKED
    assert refusal(client.magic_links.authenticate, link) == LOCKED
    assert refusal(client.passwords.authenticate, acme.organization_id, ADA, PASSWORD) == LOCKED
    assert refusal(client.otps.sms.send, **named) == LOCKED
    assert refusal(client.otps.sms.authenticate, **named, code=sms_code(mock)) == LOCKED
    assert refusal(client.totps.authenticate, **named, code=totp_code(mock)) == LOCKED
    assert refusal(client.recovery_codes.recover, **named, recovery_code="a1b2-c3d4-e5f6") == LOCKED
    exchange = client.discovery.intermediate_sessions.exchange
    assert refusal(exchange, found, acme.organization_id) == LOCKED
    assert refusal(client.sessions.exchange, acme.organization_id, **session) == LOCKED
    assert types(client.sessions.authenticate(**session)) == ["magic_link"]  # the existing session stays active
    mock.clock.advance(minutes=60)
    assert client.magic_links.authenticate(given.link_token(acme, ADA)).member_authenticated
    assert client.recovery_codes.get(**ids(ada)).recovery_codes == ["a1b2-c3d4-e5f6"]


@pytest.mark.parametrize("method", ["email_otp", "magic_link", "password", "sms", "totp", "recovery_code"])
def test_success_of_any_method_resets_the_count(
    client, given, mock, acme, ada, session, sent, enter, wrong, member, method
):
    def succeed():
        named = {**ids(ada), **session}
        match method:
            case "email_otp":
                enter(sent())
            case "magic_link":
                given.login(acme, ada)
            case "password":
                client.passwords.authenticate(acme.organization_id, ADA, PASSWORD)
            case "sms":
                client.otps.sms.send(**named)
                client.otps.sms.authenticate(**named, code=sms_code(mock))
            case "totp":
                client.totps.authenticate(**named, code=totp_code(mock))
            case "recovery_code":
                client.recovery_codes.recover(**named, recovery_code="a1b2-c3d4-e5f6")

    for _ in range(9):
        assert wrong["unauthorized_credentials"]()[1] == "unauthorized_credentials"
    succeed()
    for _ in range(9):
        assert wrong["unauthorized_credentials"]()[1] == "unauthorized_credentials"
    assert not member().is_locked
    assert wrong["unauthorized_credentials"]()[1] == "unauthorized_credentials"
    assert member().is_locked


def test_failure_that_is_not_a_guess_does_not_count(client, acme, ada, session, sent, enter, mock, member):
    """A used code, a malformed code, and an unknown session."""
    mock.configure(user_lock={"enabled": True, "threshold": 1, "ttl_seconds": 300})
    named = {**ids(ada), **session}
    code = sent()
    enter(code)
    client.totps.authenticate(**named, code=totp_code(mock))
    client.recovery_codes.recover(**named, recovery_code="a1b2-c3d4-e5f6")
    assert refusal(enter, code) == (401, "unable_to_auth_otp_code")
    assert refusal(client.totps.authenticate, **named, code=totp_code(mock)) == (400, "totp_code_already_authenticated")
    used = refusal(client.recovery_codes.recover, **named, recovery_code="a1b2-c3d4-e5f6")
    assert used == (401, "unable_to_authenticate_recovery_code")
    assert refusal(enter, "12345") == (400, "invalid_code")
    assert refusal(client.totps.authenticate, **named, code="12345") == (400, "invalid_totp_code")
    assert refusal(client.recovery_codes.recover, **named, recovery_code="x") == (400, "invalid_recovery_code")
    unknown = refusal(client.totps.authenticate, **ids(ada), code="123456", session_token="x" * 44)
    assert unknown == (404, "session_not_found")
    assert not member().is_locked
    assert refusal(enter, wrong_code(code)) == WRONG
    assert member().is_locked


def test_lock_affects_one_member(given, acme, ada, sent, enter, client, mock):
    mock.configure(user_lock={"enabled": True, "threshold": 1, "ttl_seconds": 300})
    bob = given.member(acme, "bob@acme.test")
    elsewhere = given.organization("Globex")
    also_ada = given.member(elsewhere, ADA)
    refusal(enter, wrong_code(sent()))
    assert refusal(enter, sent()) == LOCKED
    assert given.login(acme, bob).member_authenticated
    assert given.login(elsewhere, also_ada).member_authenticated


@pytest.mark.parametrize(("threshold", "seconds"), [(1, 300), (3, 604800)])
def test_project_configures_threshold_and_duration(mock, sent, enter, member, threshold, seconds):
    mock.configure(user_lock={"enabled": True, "threshold": threshold, "ttl_seconds": seconds})
    code = sent()
    for _ in range(threshold):
        assert refusal(enter, wrong_code(code)) == WRONG
    assert refusal(enter, code) == LOCKED
    mock.clock.advance(seconds=seconds)
    assert not member().is_locked
    assert refusal(enter, wrong_code(sent())) == WRONG  # the count started again at zero
    assert member().is_locked == (threshold == 1)


def test_project_can_turn_locks_off(mock, sent, enter, member):
    mock.configure(user_lock={"enabled": False})
    code = sent()
    for _ in range(25):
        assert refusal(enter, wrong_code(code)) == WRONG
    assert not member().is_locked
    assert enter(code).member_authenticated


def test_discovery_failures_lock_no_member(client, mock, ada, member):
    client.otps.email.discovery.send(ADA)
    code = mock.inbox.latest(to=ADA).code
    for _ in range(15):
        assert refusal(client.otps.email.discovery.authenticate, ADA, wrong_code(code)) == WRONG
    assert not member().is_locked
    assert client.otps.email.discovery.authenticate(ADA, code).email_address == ADA


def test_pending_member_is_locked(client, given, acme, mock):
    mock.configure(user_lock={"enabled": True, "threshold": 2, "ttl_seconds": 300})
    client.otps.email.login_or_signup(acme.organization_id, "bob@acme.test")
    code = mock.inbox.latest(to="bob@acme.test").code
    authenticate = client.otps.email.authenticate
    for _ in range(2):
        assert refusal(authenticate, acme.organization_id, "bob@acme.test", wrong_code(code)) == WRONG
    assert refusal(authenticate, acme.organization_id, "bob@acme.test", code) == LOCKED
    bob = client.organizations.members.get(acme.organization_id, email_address="bob@acme.test").member
    assert (bob.status, bob.is_locked) == ("pending", True)
    mock.clock.advance(minutes=5)
    assert authenticate(acme.organization_id, "bob@acme.test", code).member.status == "active"


def test_failure_changes_only_the_count(client, given, ada, mock, events, member):
    found, before = given.intermediate_session(ADA), member()
    events()
    mock.clock.advance(seconds=1)
    code = wrong_code(sms_code(mock, PHONE))
    assert refusal(client.otps.sms.authenticate, **ids(ada), code=code, intermediate_session_token=found) == WRONG
    assert (events(), member()) == ([], before)
    assert client.discovery.organizations.list(intermediate_session_token=found).email_address == ADA
