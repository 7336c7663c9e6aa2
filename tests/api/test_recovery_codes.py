"""``recovery_codes``: for who lost the phone."""

from collections import Counter

import pytest

from tests.api.factors import ids, refusal, shown, types, with_app, with_phone
from tests.support.concurrency import all_at_once, counted, crowd

CODES = ("a1b2-c3d4-e5f6", "g7h8-i9j0-k1l2")
USED = (401, "unable_to_authenticate_recovery_code")


@pytest.fixture
def acme(given):
    return given.organization()


@pytest.fixture
def ada(given, acme):
    return given.member(acme, "ada@acme.test")


@pytest.fixture
def session(given, acme, ada):
    return given.login(acme, ada).session_token


@pytest.fixture
def recover(client, ada):
    def recover(code, **options):
        return client.recovery_codes.recover(**{**ids(ada), "recovery_code": code, **options})

    return recover


def test_those_of_a_registration(client, ada):
    made = client.totps.create(**ids(ada)).recovery_codes
    answer = client.recovery_codes.get(**ids(ada))
    assert (answer.recovery_codes, answer.member_id) == (made, ada.member_id)


def test_none(client, ada, recover, session, mock):
    none = (404, "recovery_codes_not_found")
    assert refusal(client.recovery_codes.get, **ids(ada)) == none
    assert refusal(recover, CODES[0], session_token=session) == none
    unbacked = (400, "no_active_recovery_code_backed_factor")
    assert refusal(client.recovery_codes.rotate, **ids(ada)) == unbacked
    with_phone(client, mock, ada, session)  # codes come with an app, not with a phone
    assert refusal(client.recovery_codes.rotate, **ids(ada)) == unbacked
    assert refusal(client.recovery_codes.get, **ids(ada)) == none


def test_a_code_stands_in_for_the_app(client, ada, recover, session):
    with_app(client, ada, CODES)
    answer = recover(CODES[0], session_token=session)
    assert (answer.recovery_codes_remaining, answer.session_token) == (1, session)
    assert types(answer) == ["magic_link", "recovery_codes"]
    factor = answer.member_session.authentication_factors[1]
    assert factor.delivery_method == "recovery_code"
    assert factor.recovery_code_factor.totp_recovery_code_id
    assert client.recovery_codes.get(**ids(ada)).recovery_codes == [CODES[1]]


def test_a_code_works_once(client, ada, recover, session):
    with_app(client, ada, CODES)
    assert recover(CODES[0], session_token=session).recovery_codes_remaining == 1
    assert refusal(recover, CODES[0], session_token=session) == USED
    assert recover(CODES[1], session_token=session).recovery_codes_remaining == 0
    assert client.recovery_codes.get(**ids(ada)).recovery_codes == []
    assert refusal(recover, CODES[1], session_token=session) == USED


def test_a_code_completes_a_login(client, ada, recover, given, acme):
    with_app(client, ada, CODES)
    client.organizations.members.update(**ids(ada), mfa_enrolled=True)
    held = given.login(acme, ada).intermediate_session_token
    assert refusal(recover, "none-none-none", intermediate_session_token=held) == USED
    answer = recover(CODES[0], intermediate_session_token=held, session_duration_minutes=5)
    assert types(answer) == ["magic_link", "recovery_codes"]
    assert answer.member.default_mfa_method == "totp"
    again = refusal(recover, CODES[1], intermediate_session_token=held)
    assert again == (404, "intermediate_session_not_found")
    assert client.recovery_codes.get(**ids(ada)).recovery_codes == [CODES[1]]


def test_rotating_replaces_all(client, ada, recover, session):
    with_app(client, ada, CODES)
    recover(CODES[0], session_token=session)
    answer = client.recovery_codes.rotate(**ids(ada))
    assert len(set(answer.recovery_codes) - set(CODES)) == 10
    assert client.recovery_codes.get(**ids(ada)).recovery_codes == answer.recovery_codes
    assert refusal(recover, CODES[1], session_token=session) == USED
    assert recover(answer.recovery_codes[9], session_token=session).recovery_codes_remaining == 9


def test_what_is_no_code(client, ada, recover, session, mock):
    with_app(client, ada, CODES)
    assert refusal(recover, shown(mock), session_token=session) == (400, "totp_code_used_as_recovery_code")
    for code in ("", "a1b2", CODES[0].upper(), CODES[0] + "\n", CODES[0].replace("-", "")):
        assert refusal(recover, code, session_token=session) == (400, "invalid_recovery_code")
    assert client.recovery_codes.get(**ids(ada)).recovery_codes == list(CODES)


def test_codes_of_another_make(client, ada, recover, session):
    """Taken over from elsewhere, they may look like anything."""
    with_app(client, ada, ("123456", "Tiger Lily"))
    assert recover("123456", session_token=session).recovery_codes_remaining == 1
    assert recover("Tiger Lily", session_token=session).recovery_codes_remaining == 0


def test_a_code_of_somebody_else(client, given, acme, ada, recover, session):
    bob = given.member(acme, "bob@acme.test")
    with_app(client, bob, CODES)
    with_app(client, ada, ("m3n4-o5p6-q7r8",))
    assert refusal(recover, CODES[0], session_token=session) == USED
    assert client.recovery_codes.get(**ids(bob)).recovery_codes == list(CODES)


def test_an_app_that_was_never_shown_stands_for_nothing(client, ada, recover, session, mock):
    registered = client.totps.create(**ids(ada))
    code = registered.recovery_codes[0]
    unbacked = refusal(recover, code, session_token=session)
    assert unbacked == (400, "no_active_recovery_code_backed_factor")
    assert refusal(client.recovery_codes.rotate, **ids(ada)) == unbacked
    mock.clock.freeze()
    client.totps.authenticate(**ids(ada), code=shown(mock, registered.secret), session_token=session)
    assert recover(code, session_token=session).recovery_codes_remaining == 9


def test_they_go_with_the_app(client, ada, recover, session):
    with_app(client, ada, CODES)
    client.organizations.members.delete_totp(**ids(ada))
    assert refusal(recover, CODES[0], session_token=session) == (404, "recovery_codes_not_found")


def test_where_apps_are_not_taken_any_more(client, ada, acme, recover, session):
    """The codes still work: they are the way back in."""
    with_app(client, ada, CODES)
    client.organizations.update(acme.organization_id, mfa_methods="RESTRICTED", allowed_mfa_methods=["sms_otp"])
    assert recover(CODES[0], session_token=session).recovery_codes_remaining == 1


def test_what_comes_along(client, given, acme, ada, recover, session):
    with_app(client, ada, CODES)
    assert refusal(recover, CODES[0]) == (400, "no_session_arguments")
    two = refusal(recover, CODES[0], session_token=session, session_jwt="x")
    assert two == (400, "too_many_session_arguments")
    bob = given.login(acme, given.member(acme, "bob@acme.test")).session_token
    assert refusal(recover, CODES[0], session_token=bob) == (400, "member_session_member_id_mismatch")
    assert refusal(recover, CODES[0], session_token="x" * 44) == (404, "session_not_found")
    for call in (client.recovery_codes.get, client.recovery_codes.rotate):
        assert refusal(call, acme.organization_id, "member-test-no") == (404, "member_not_found")
        assert refusal(call, "organization-test-no", ada.member_id) == (404, "organization_not_found")
    assert client.recovery_codes.get(**ids(ada)).recovery_codes == list(CODES)


@pytest.mark.parametrize("by", ["intermediate session", "session"])
def test_a_code_is_used_once_by_many(mock, client, given, acme, ada, by):
    with_app(client, ada, CODES)
    client.organizations.members.update(**ids(ada), mfa_enrolled=by == "intermediate session")
    login = given.login(acme, ada)
    name = "intermediate_session_token" if by == "intermediate session" else "session_token"
    body = {**ids(ada), "recovery_code": CODES[0], name: getattr(login, name)}
    answers = all_at_once(crowd(mock), "/v1/b2b/recovery_codes/recover", body)
    late = (404, "intermediate_session_not_found") if by == "intermediate session" else USED
    assert counted(answers) == Counter({(200, ""): 1, late: len(answers) - 1})
    assert len(client.sessions.get(**ids(ada)).member_sessions) == 1
    assert client.recovery_codes.get(**ids(ada)).recovery_codes == [CODES[1]]
