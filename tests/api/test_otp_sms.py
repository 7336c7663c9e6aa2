"""``otps.sms``: a second factor with codes in text messages."""

from collections import Counter

import pytest

from tests.api.factors import (
    OTHER_PHONE,
    PHONE,
    ids,
    refusal,
    sms_code,
    totp_code,
    types,
    with_app,
    with_phone,
    wrong_code,
)
from tests.support.concurrency import all_at_once, counted, crowd

NOT_FOUND, USED = (404, "otp_code_not_found"), (401, "unable_to_auth_otp_code")
BYPASS = (400, "session_enforced_factor_matching_session_required")


@pytest.fixture
def send(client, ada):
    def call(**options):
        return client.otps.sms.send(**{**ids(ada), **options})

    return call


@pytest.fixture
def authenticate(client, ada):
    def call(code, **options):
        return client.otps.sms.authenticate(**{**ids(ada), "code": code, **options})

    return call


# Sending


def test_number_is_linked_by_sending_and_verified_by_the_code(send, authenticate, session, ada, mock, events):
    linked = send(mfa_phone_number=PHONE, session_token=session).member
    assert (linked.mfa_phone_number, linked.mfa_phone_number_verified, linked.default_mfa_method) == (PHONE, False, "")
    message = mock.inbox.latest(to=PHONE)
    assert (message.channel, message.kind, message.member_id) == ("sms", "sms_otp", ada.member_id)
    assert message.text == f"{message.code} is your code for Acme."
    events()
    answer = authenticate(message.code, session_token=session)
    assert (answer.member.mfa_phone_number_verified, answer.member.default_mfa_method) == (True, "sms_otp")
    assert not answer.member.mfa_enrolled
    assert (answer.session_token, types(answer)) == (session, ["magic_link", "otp"])
    assert events() == [("member", "update")]
    factor = answer.member_session.authentication_factors[1]
    assert (factor.delivery_method, factor.phone_number_factor.phone_number) == ("sms", PHONE)
    assert factor.phone_number_factor.phone_id.startswith("member-phone-number-test-")


def test_member_without_a_second_factor_needs_no_session(send, mock):
    assert send(mfa_phone_number=PHONE).member.mfa_phone_number == PHONE
    assert send().member.mfa_phone_number == PHONE
    assert len(mock.inbox.all(to=PHONE)) == 2


def test_response_has_no_further_steps(http, send, session, ada, mock):
    send(mfa_phone_number=PHONE, session_token=session)
    body = {**ids(ada), "code": sms_code(mock), "session_token": session}
    answer = http.post("/v1/b2b/otps/sms/authenticate", json=body).json()
    assert set(answer) == {
        *("status_code", "request_id", "member_id", "member", "organization", "session_token", "session_jwt"),
        *("member_session", "member_device"),
    }


def test_number_must_be_the_members_or_free(send, given, acme, client):
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
def test_malformed_number_is_refused(send, number, client, ada, mock):
    assert refusal(send, mfa_phone_number=number) == (400, "invalid_phone_number")
    assert client.organizations.members.get(**ids(ada)).member.mfa_phone_number == ""
    assert mock.inbox.all() == []


@pytest.mark.parametrize("number", ["+16135550123", "+18005550123", PHONE])
def test_numbers_of_default_countries_are_accepted(send, number, mock):
    send(mfa_phone_number=number)
    assert sms_code(mock, number)


def test_country_must_be_configured(send, mock, client, ada):
    british = "+447400123456"
    assert refusal(send, mfa_phone_number=british) == (400, "invalid_phone_number_country_code")
    assert client.organizations.members.get(**ids(ada)).member.mfa_phone_number == ""
    mock.configure(sms_country_codes=["GB"])
    assert refusal(send, mfa_phone_number=PHONE) == (400, "invalid_phone_number_country_code")
    assert send(mfa_phone_number=british).member.mfa_phone_number == british
    mock.configure(sms_country_codes=["US"])
    assert refusal(send) == (400, "invalid_phone_number_country_code")


@pytest.mark.parametrize(("locale", "text"), [("es", "es su código para Acme"), ("de-DE", "is your code for Acme")])
def test_message_is_in_the_requested_language(send, mock, locale, text):
    send(mfa_phone_number=PHONE, locale=locale)
    assert text in mock.inbox.latest(to=PHONE).text


def test_unknown_locale_is_refused(send):
    assert refusal(send, mfa_phone_number=PHONE, locale="xx") == (400, "invalid_locale")


def test_member_that_is_not_active_is_refused(send, given, acme):
    pending = given.member(acme, "bob@acme.test", create_member_as_pending=True)
    refused = refusal(send, **ids(pending), mfa_phone_number=PHONE)
    assert refused == (400, "action_available_only_for_active_members")


def test_unknown_member_or_organization_is_refused(send, authenticate, given, ada):
    globex = given.organization("Globex").organization_id
    for call, more in (
        (send, {"mfa_phone_number": PHONE}),
        (authenticate, {"code": "123456", "session_token": "x" * 44}),
    ):
        assert refusal(call, **more, organization_id="organization-test-no") == (404, "organization_not_found")
        assert refusal(call, **more, member_id="member-test-no") == (404, "member_not_found")
        elsewhere = refusal(call, **more, organization_id=globex)
        assert elsewhere == (404, "member_does_not_exist_in_organization")


# Members with a second factor


def test_verified_number_needs_a_session_of_the_member(client, send, mock, ada, session, given, acme):
    with_phone(client, mock, ada, session)
    fresh = given.login(acme, ada).session_token
    assert refusal(send) == BYPASS
    assert send(session_token=fresh).member.mfa_phone_number == PHONE


def test_member_with_an_app_must_use_it_to_add_a_number(client, send, ada, session, mock):
    with_app(client, ada)
    assert refusal(send, mfa_phone_number=PHONE) == BYPASS
    assert refusal(send, mfa_phone_number=PHONE, session_token=session) == BYPASS
    client.totps.authenticate(**ids(ada), code=totp_code(mock), session_token=session)
    assert send(mfa_phone_number=PHONE, session_token=session).member.mfa_phone_number == PHONE


# Codes


def test_code_expires_after_two_minutes(send, authenticate, session, mock):
    mock.clock.freeze()
    send(mfa_phone_number=PHONE)
    code = sms_code(mock)
    mock.clock.advance(minutes=2)
    assert refusal(authenticate, code, session_token=session) == USED
    mock.clock.advance(seconds=-1)
    assert authenticate(code, session_token=session).member.mfa_phone_number_verified


def test_older_code_is_refused(send, authenticate, session, mock):
    send(mfa_phone_number=PHONE)
    old = sms_code(mock)
    send()
    assert refusal(authenticate, old, session_token=session) == USED
    assert authenticate(sms_code(mock), session_token=session).member.mfa_phone_number_verified


def test_code_for_another_member_with_the_same_phone_is_refused(send, authenticate, session, mock, given, client):
    elsewhere = given.member(given.organization("Globex"), "ada@acme.test")
    send(mfa_phone_number=PHONE)
    mine = sms_code(mock)
    send(**ids(elsewhere), mfa_phone_number=PHONE)
    assert refusal(authenticate, sms_code(mock), session_token=session) == NOT_FOUND
    assert authenticate(mine, session_token=session).member.mfa_phone_number_verified


def test_used_code_is_refused(send, authenticate, session, mock):
    send(mfa_phone_number=PHONE)
    assert refusal(authenticate, wrong_code(sms_code(mock)), session_token=session) == NOT_FOUND
    assert authenticate(sms_code(mock), session_token=session).session_token == session
    assert refusal(authenticate, sms_code(mock), session_token=session) == USED


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "123456\n"])
def test_malformed_code_is_refused(authenticate, session, code):
    assert refusal(authenticate, code, session_token=session) == (400, "invalid_code")


def test_code_for_a_deleted_number_is_refused(send, authenticate, session, mock, client, ada):
    send(mfa_phone_number=PHONE)
    code = sms_code(mock)
    client.organizations.members.delete_mfa_phone_number(**ids(ada))
    assert refusal(authenticate, code, session_token=session) == NOT_FOUND
    client.organizations.members.update(**ids(ada), mfa_phone_number=OTHER_PHONE)
    assert refusal(authenticate, code, session_token=session) == NOT_FOUND
    assert not client.organizations.members.get(**ids(ada)).member.mfa_phone_number_verified


# Sessions


def test_exactly_one_session_argument_is_required(authenticate, send, session, given, client):
    assert refusal(authenticate, "123456") == (400, "no_session_arguments")
    both = refusal(authenticate, "123456", session_token=session, session_jwt="x")
    assert both == (400, "too_many_session_arguments")
    both = refusal(send, mfa_phone_number=PHONE, session_token=session, intermediate_session_token="x" * 44)
    assert both == (400, "too_many_session_arguments")
    assert refusal(authenticate, "123456", session_token="x" * 44) == (404, "session_not_found")
    assert refusal(authenticate, "123456", session_token="short") == (400, "invalid_session_token")
    assert refusal(authenticate, "123456", session_jwt="short") == (400, "unable_to_parse_session_jwt")
    unknown = refusal(authenticate, "123456", intermediate_session_token="x" * 44)
    assert unknown == (404, "intermediate_session_not_found")
    client.sessions.revoke(session_token=session)
    assert refusal(authenticate, "123456", session_token=session) == (404, "session_not_found")


def test_session_of_another_member_is_refused(authenticate, send, given, acme):
    bob = given.login(acme, given.member(acme, "bob@acme.test"))
    mismatch = (400, "member_session_member_id_mismatch")
    assert refusal(send, mfa_phone_number=PHONE, session_token=bob.session_token) == mismatch
    assert refusal(authenticate, "123456", session_jwt=bob.session_jwt) == mismatch
    bobs = given.intermediate_session("bob@acme.test")
    assert refusal(authenticate, "123456", intermediate_session_token=bobs) == mismatch


def test_session_jwt_with_claims_and_lifetime_is_accepted(send, authenticate, acme, ada, given, mock):
    before = given.login(acme, ada)
    send(mfa_phone_number=PHONE)
    wrong = refusal(authenticate, sms_code(mock), session_jwt=before.session_jwt, session_duration_minutes=4)
    assert wrong == (400, "invalid_session_duration_minutes")
    answer = authenticate(
        sms_code(mock), session_jwt=before.session_jwt, session_duration_minutes=120, session_custom_claims={"a": 1}
    )
    life = answer.member_session.expires_at - answer.member_session.last_accessed_at
    assert (answer.session_token, life.total_seconds()) == (before.session_token, 7200)
    assert answer.member_session.custom_claims == {"a": 1}


def test_unknown_enrollment_is_refused(authenticate, session):
    assert refusal(authenticate, "123456", session_token=session, set_mfa_enrollment="maybe") == (400, "bad_request")


# Parallel requests


def test_parallel_requests_complete_one_intermediate_session(mock, client, given, acme, ada, session):
    with_phone(client, mock, ada, session)
    client.organizations.members.update(**ids(ada), mfa_enrolled=True)
    intermediate = given.login(acme, ada).intermediate_session_token
    body = {**ids(ada), "code": sms_code(mock), "intermediate_session_token": intermediate}
    answers = all_at_once(crowd(mock), "/v1/b2b/otps/sms/authenticate", body)
    assert counted(answers) == Counter({(200, ""): 1, (404, "intermediate_session_not_found"): len(answers) - 1})
    assert len(client.sessions.get(**ids(ada)).member_sessions) == 2


def test_parallel_requests_add_a_code_to_one_session(mock, client, send, given, acme, ada):
    send(mfa_phone_number=PHONE)
    sessions = [given.login(acme, ada).session_token for _ in range(5)]
    bodies = [{**ids(ada), "code": sms_code(mock), "session_token": token} for token in sessions]
    answers = all_at_once(crowd(mock), "/v1/b2b/otps/sms/authenticate", *bodies)
    assert counted(answers) == Counter({(200, ""): 1, USED: len(answers) - 1})
    assert sum("otp" in types(client.sessions.authenticate(session_token=token)) for token in sessions) == 1
