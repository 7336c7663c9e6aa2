"""``otps.sms``: a second factor by text message."""

from collections import Counter

import pytest

from tests.api.factors import OTHER_PHONE, PHONE, ids, other, refusal, shown, texted, types, with_app, with_phone
from tests.support.concurrency import all_at_once, counted, crowd

NOT_FOUND, USED = (404, "otp_code_not_found"), (401, "unable_to_auth_otp_code")
BYPASS = (400, "session_enforced_factor_matching_session_required")


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
def send(client, ada):
    def send(**options):
        return client.otps.sms.send(**{**ids(ada), **options})

    return send


@pytest.fixture
def prove(client, ada):
    def authenticate(code, **options):
        return client.otps.sms.authenticate(**{**ids(ada), "code": code, **options})

    return authenticate


# Sending


def test_a_number_is_linked_by_sending_and_verified_by_the_code(send, prove, session, ada, mock, events):
    linked = send(mfa_phone_number=PHONE, session_token=session).member
    assert (linked.mfa_phone_number, linked.mfa_phone_number_verified, linked.default_mfa_method) == (PHONE, False, "")
    message = mock.inbox.latest(to=PHONE)
    assert (message.channel, message.kind, message.member_id) == ("sms", "sms_otp", ada.member_id)
    assert message.text == f"{message.code} is your code for Acme."
    before = len(events())
    answer = prove(message.code, session_token=session)
    assert (answer.member.mfa_phone_number_verified, answer.member.default_mfa_method) == (True, "sms_otp")
    assert not answer.member.mfa_enrolled
    assert (answer.session_token, types(answer)) == (session, ["magic_link", "otp"])
    assert events()[before:] == [("member", "update")]
    factor = answer.member_session.authentication_factors[1]
    assert (factor.delivery_method, factor.phone_number_factor.phone_number) == ("sms", PHONE)
    assert factor.phone_number_factor.phone_id.startswith("member-phone-number-test-")


def test_no_session_is_needed_while_there_is_no_second_factor(send, mock):
    assert send(mfa_phone_number=PHONE).member.mfa_phone_number == PHONE
    assert send().member.mfa_phone_number == PHONE
    assert len(mock.inbox.all(to=PHONE)) == 2


def test_the_answer_of_the_code_has_no_word_about_further_steps(http, send, session, ada, mock):
    send(mfa_phone_number=PHONE, session_token=session)
    body = {**ids(ada), "code": texted(mock), "session_token": session}
    answer = http.post("/v1/b2b/otps/sms/authenticate", json=body).json()
    assert set(answer) == {
        *("status_code", "request_id", "member_id", "member", "organization", "session_token", "session_jwt"),
        *("member_session", "member_device"),
    }


def test_which_number(send, given, acme, client):
    assert refusal(send) == (404, "member_phone_number_not_found")
    send(mfa_phone_number=PHONE)
    assert send(mfa_phone_number=PHONE).member.mfa_phone_number == PHONE
    assert refusal(send, mfa_phone_number=OTHER_PHONE) == (400, "duplicate_member_phone_number_for_member")
    bob = given.member(acme, "bob@acme.test")
    assert refusal(send, **ids(bob), mfa_phone_number=PHONE) == (400, "duplicate_member_phone_number")
    globex = given.organization("Globex")
    elsewhere = given.member(globex, "ada@acme.test")
    assert send(**ids(elsewhere), mfa_phone_number=PHONE).member.mfa_phone_number == PHONE


@pytest.mark.parametrize(
    "number", ["4155550123", "+1415555012", "+1 415 555 0123", "+", "+1\u0664155550123", f"{PHONE}\n"]
)
def test_what_is_no_number(send, number, client, ada, mock):
    assert refusal(send, mfa_phone_number=number) == (400, "invalid_phone_number")
    assert client.organizations.members.get(**ids(ada)).member.mfa_phone_number == ""
    assert mock.inbox.all() == []


@pytest.mark.parametrize("number", ["+16135550123", "+18005550123", PHONE])
def test_numbers_in_the_usual_countries(send, number, mock):
    send(mfa_phone_number=number)
    assert texted(mock, number)


def test_numbers_in_further_countries(send, mock, client, ada):
    british = "+447400123456"
    assert refusal(send, mfa_phone_number=british) == (400, "invalid_phone_number_country_code")
    assert client.organizations.members.get(**ids(ada)).member.mfa_phone_number == ""
    mock.configure(sms_country_codes=["GB"])
    assert refusal(send, mfa_phone_number=PHONE) == (400, "invalid_phone_number_country_code")
    assert send(mfa_phone_number=british).member.mfa_phone_number == british
    mock.configure(sms_country_codes=["US"])
    assert refusal(send) == (400, "invalid_phone_number_country_code")


@pytest.mark.parametrize(("locale", "text"), [("es", "es su código para Acme"), ("de-DE", "is your code for Acme")])
def test_languages(send, mock, locale, text):
    send(mfa_phone_number=PHONE, locale=locale)
    assert text in mock.inbox.latest(to=PHONE).text


def test_a_language_that_there_is_not(send):
    assert refusal(send, mfa_phone_number=PHONE, locale="xx") == (400, "invalid_locale")


def test_who_is_not_active_gets_no_number(send, given, acme):
    pending = given.member(acme, "bob@acme.test", create_member_as_pending=True)
    refused = refusal(send, **ids(pending), mfa_phone_number=PHONE)
    assert refused == (400, "action_available_only_for_active_members")


def test_who_and_where(send, prove, given, ada):
    globex = given.organization("Globex").organization_id
    for call, more in ((send, {"mfa_phone_number": PHONE}), (prove, {"code": "123456", "session_token": "x" * 44})):
        assert refusal(call, **more, organization_id="organization-test-no") == (404, "organization_not_found")
        assert refusal(call, **more, member_id="member-test-no") == (404, "member_not_found")
        elsewhere = refusal(call, **more, organization_id=globex)
        assert elsewhere == (404, "member_does_not_exist_in_organization")


# Who has a second factor already


def test_a_verified_number_is_sent_to_with_any_session_of_the_member(client, send, mock, ada, session, given, acme):
    with_phone(client, mock, ada, session)
    fresh = given.login(acme, ada).session_token
    assert refusal(send) == BYPASS
    assert send(session_token=fresh).member.mfa_phone_number == PHONE


def test_a_number_is_added_to_an_app_only_after_showing_the_app(client, send, ada, session, mock):
    with_app(client, ada)
    assert refusal(send, mfa_phone_number=PHONE) == BYPASS
    assert refusal(send, mfa_phone_number=PHONE, session_token=session) == BYPASS
    client.totps.authenticate(**ids(ada), code=shown(mock), session_token=session)
    assert send(mfa_phone_number=PHONE, session_token=session).member.mfa_phone_number == PHONE


# Codes


def test_a_code_lives_two_minutes(send, prove, session, mock):
    mock.clock.freeze()
    send(mfa_phone_number=PHONE)
    code = texted(mock)
    mock.clock.advance(minutes=2)
    assert refusal(prove, code, session_token=session) == USED
    mock.clock.advance(seconds=-1)
    assert prove(code, session_token=session).member.mfa_phone_number_verified


def test_another_code_voids_the_former(send, prove, session, mock):
    send(mfa_phone_number=PHONE)
    old = texted(mock)
    send()
    assert refusal(prove, old, session_token=session) == USED
    assert prove(texted(mock), session_token=session).member.mfa_phone_number_verified


def test_codes_count_for_each_member_even_on_one_phone(send, prove, session, mock, given, client):
    elsewhere = given.member(given.organization("Globex"), "ada@acme.test")
    send(mfa_phone_number=PHONE)
    mine = texted(mock)
    send(**ids(elsewhere), mfa_phone_number=PHONE)
    assert refusal(prove, texted(mock), session_token=session) == NOT_FOUND
    assert prove(mine, session_token=session).member.mfa_phone_number_verified


def test_a_code_works_once(send, prove, session, mock):
    send(mfa_phone_number=PHONE)
    assert refusal(prove, other(texted(mock)), session_token=session) == NOT_FOUND
    assert prove(texted(mock), session_token=session).session_token == session
    assert refusal(prove, texted(mock), session_token=session) == USED


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "123456\n"])
def test_what_can_be_no_code(prove, session, code):
    assert refusal(prove, code, session_token=session) == (400, "invalid_code")


def test_a_code_to_a_number_that_is_gone_proves_nothing(send, prove, session, mock, client, ada):
    send(mfa_phone_number=PHONE)
    code = texted(mock)
    client.organizations.members.delete_mfa_phone_number(**ids(ada))
    assert refusal(prove, code, session_token=session) == NOT_FOUND
    client.organizations.members.update(**ids(ada), mfa_phone_number=OTHER_PHONE)
    assert refusal(prove, code, session_token=session) == NOT_FOUND
    assert not client.organizations.members.get(**ids(ada)).member.mfa_phone_number_verified


# What a code is added to


def test_exactly_one_session_argument(prove, send, session, given, client):
    assert refusal(prove, "123456") == (400, "no_session_arguments")
    both = refusal(prove, "123456", session_token=session, session_jwt="x")
    assert both == (400, "too_many_session_arguments")
    both = refusal(send, mfa_phone_number=PHONE, session_token=session, intermediate_session_token="x" * 44)
    assert both == (400, "too_many_session_arguments")
    assert refusal(prove, "123456", session_token="x" * 44) == (404, "session_not_found")
    assert refusal(prove, "123456", session_token="short") == (400, "invalid_session_token")
    assert refusal(prove, "123456", session_jwt="short") == (400, "unable_to_parse_session_jwt")
    unknown = refusal(prove, "123456", intermediate_session_token="x" * 44)
    assert unknown == (404, "intermediate_session_not_found")
    client.sessions.revoke(session_token=session)
    assert refusal(prove, "123456", session_token=session) == (404, "session_not_found")


def test_a_session_of_somebody_else(prove, send, given, acme):
    bob = given.login(acme, given.member(acme, "bob@acme.test"))
    mismatch = (400, "member_session_member_id_mismatch")
    assert refusal(send, mfa_phone_number=PHONE, session_token=bob.session_token) == mismatch
    assert refusal(prove, "123456", session_jwt=bob.session_jwt) == mismatch
    found = given.intermediate("bob@acme.test")
    assert refusal(prove, "123456", intermediate_session_token=found) == mismatch


def test_by_jwt_with_claims_and_minutes(send, prove, acme, ada, given, mock):
    before = given.login(acme, ada)
    send(mfa_phone_number=PHONE)
    wrong = refusal(prove, texted(mock), session_jwt=before.session_jwt, session_duration_minutes=4)
    assert wrong == (400, "invalid_session_duration_minutes")
    answer = prove(
        texted(mock), session_jwt=before.session_jwt, session_duration_minutes=120, session_custom_claims={"a": 1}
    )
    life = answer.member_session.expires_at - answer.member_session.last_accessed_at
    assert (answer.session_token, life.total_seconds()) == (before.session_token, 7200)
    assert answer.member_session.custom_claims == {"a": 1}


def test_an_enrollment_that_there_is_not(prove, session):
    assert refusal(prove, "123456", session_token=session, set_mfa_enrollment="maybe") == (400, "bad_request")


# Many at once


def test_a_code_opens_one_session(mock, client, given, acme, ada, session):
    with_phone(client, mock, ada, session)
    client.organizations.members.update(**ids(ada), mfa_enrolled=True)
    held = given.login(acme, ada).intermediate_session_token
    body = {**ids(ada), "code": texted(mock), "intermediate_session_token": held}
    answers = all_at_once(crowd(mock), "/v1/b2b/otps/sms/authenticate", body)
    assert counted(answers) == Counter({(200, ""): 1, (404, "intermediate_session_not_found"): len(answers) - 1})
    assert len(client.sessions.get(**ids(ada)).member_sessions) == 2


def test_a_code_is_added_to_one_session(mock, client, send, given, acme, ada):
    send(mfa_phone_number=PHONE)
    sessions = [given.login(acme, ada).session_token for _ in range(5)]
    bodies = [{**ids(ada), "code": texted(mock), "session_token": token} for token in sessions]
    answers = all_at_once(crowd(mock), "/v1/b2b/otps/sms/authenticate", *bodies)
    assert counted(answers) == Counter({(200, ""): 1, USED: len(answers) - 1})
    assert sum("otp" in types(client.sessions.authenticate(session_token=token)) for token in sessions) == 1
