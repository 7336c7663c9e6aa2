"""``recovery_codes``: a second factor for members without their device."""

from collections import Counter

import pytest

from tests.api.factors import ids, refusal, totp_code, types, with_app, with_phone
from tests.support.concurrency import all_at_once, counted, crowd

CODES = ("a1b2-c3d4-e5f6", "g7h8-i9j0-k1l2")
USED = (401, "unable_to_authenticate_recovery_code")


@pytest.fixture
def recover(client, ada):
    def recover(code, **options):
        return client.recovery_codes.recover(**{**ids(ada), "recovery_code": code, **options})

    return recover


def test_registration_creates_recovery_codes(client, ada):
    made = client.totps.create(**ids(ada)).recovery_codes
    response = client.recovery_codes.get(**ids(ada))
    assert (response.recovery_codes, response.member_id) == (made, ada.member_id)


def test_member_without_authenticator_app_has_no_codes(client, ada, recover, session, mock):
    not_found = (404, "recovery_codes_not_found")
    assert refusal(client.recovery_codes.get, **ids(ada)) == not_found
    assert refusal(recover, CODES[0], session_token=session) == not_found
    unbacked = (400, "no_active_recovery_code_backed_factor")
    assert refusal(client.recovery_codes.rotate, **ids(ada)) == unbacked
    with_phone(client, mock, ada, session)  # only an authenticator app has recovery codes
    assert refusal(client.recovery_codes.rotate, **ids(ada)) == unbacked
    assert refusal(client.recovery_codes.get, **ids(ada)) == not_found


def test_code_is_accepted_as_second_factor(client, ada, recover, session):
    with_app(client, ada, CODES)
    response = recover(CODES[0], session_token=session)
    assert (response.recovery_codes_remaining, response.session_token) == (1, session)
    assert types(response) == ["magic_link", "recovery_codes"]
    factor = response.member_session.authentication_factors[1]
    assert factor.delivery_method == "recovery_code"
    assert factor.recovery_code_factor.totp_recovery_code_id
    assert client.recovery_codes.get(**ids(ada)).recovery_codes == [CODES[1]]


def test_used_code_is_refused(client, ada, recover, session):
    with_app(client, ada, CODES)
    assert recover(CODES[0], session_token=session).recovery_codes_remaining == 1
    assert refusal(recover, CODES[0], session_token=session) == USED
    assert recover(CODES[1], session_token=session).recovery_codes_remaining == 0
    assert client.recovery_codes.get(**ids(ada)).recovery_codes == []
    assert refusal(recover, CODES[1], session_token=session) == USED


def test_code_completes_a_login(client, ada, recover, given, acme):
    with_app(client, ada, CODES)
    client.organizations.members.update(**ids(ada), mfa_enrolled=True)
    token = given.login(acme, ada).intermediate_session_token
    assert refusal(recover, "none-none-none", intermediate_session_token=token) == USED
    response = recover(CODES[0], intermediate_session_token=token, session_duration_minutes=5)
    assert types(response) == ["magic_link", "recovery_codes"]
    assert response.member.default_mfa_method == "totp"
    again = refusal(recover, CODES[1], intermediate_session_token=token)
    assert again == (404, "intermediate_session_not_found")
    assert client.recovery_codes.get(**ids(ada)).recovery_codes == [CODES[1]]


def test_rotation_replaces_all_codes(client, ada, recover, session):
    with_app(client, ada, CODES)
    recover(CODES[0], session_token=session)
    response = client.recovery_codes.rotate(**ids(ada))
    assert len(set(response.recovery_codes) - set(CODES)) == 10
    assert client.recovery_codes.get(**ids(ada)).recovery_codes == response.recovery_codes
    assert refusal(recover, CODES[1], session_token=session) == USED
    assert recover(response.recovery_codes[9], session_token=session).recovery_codes_remaining == 9


def test_malformed_code_is_refused(client, ada, recover, session, mock):
    with_app(client, ada, CODES)
    assert refusal(recover, totp_code(mock), session_token=session) == (400, "totp_code_used_as_recovery_code")
    for code in ("", "a1b2", CODES[0].upper(), CODES[0] + "\n", CODES[0].replace("-", "")):
        assert refusal(recover, code, session_token=session) == (400, "invalid_recovery_code")
    assert client.recovery_codes.get(**ids(ada)).recovery_codes == list(CODES)


def test_imported_codes_of_any_format_are_accepted(client, ada, recover, session):
    """Codes from another system can have any format."""
    with_app(client, ada, ("123456", "Tiger Lily"))
    assert recover("123456", session_token=session).recovery_codes_remaining == 1
    assert recover("Tiger Lily", session_token=session).recovery_codes_remaining == 0


def test_code_of_another_member_is_refused(client, given, acme, ada, recover, session):
    bob = given.member(acme, "bob@acme.test")
    with_app(client, bob, CODES)
    with_app(client, ada, ("m3n4-o5p6-q7r8",))
    assert refusal(recover, CODES[0], session_token=session) == USED
    assert client.recovery_codes.get(**ids(bob)).recovery_codes == list(CODES)


def test_codes_work_only_after_the_registration_is_completed(client, ada, recover, session, mock):
    registered = client.totps.create(**ids(ada))
    code = registered.recovery_codes[0]
    unbacked = refusal(recover, code, session_token=session)
    assert unbacked == (400, "no_active_recovery_code_backed_factor")
    assert refusal(client.recovery_codes.rotate, **ids(ada)) == unbacked
    mock.clock.freeze()
    client.totps.authenticate(**ids(ada), code=totp_code(mock, registered.secret), session_token=session)
    assert recover(code, session_token=session).recovery_codes_remaining == 9


def test_deleting_the_app_deletes_its_codes(client, ada, recover, session):
    with_app(client, ada, CODES)
    client.organizations.members.delete_totp(**ids(ada))
    assert refusal(recover, CODES[0], session_token=session) == (404, "recovery_codes_not_found")


def test_codes_work_although_totp_is_no_longer_allowed(client, ada, acme, recover, session):
    """Recovery codes are the way back in for a member who has no other second factor."""
    with_app(client, ada, CODES)
    client.organizations.update(acme.organization_id, mfa_methods="RESTRICTED", allowed_mfa_methods=["sms_otp"])
    assert recover(CODES[0], session_token=session).recovery_codes_remaining == 1


def test_wrong_session_member_or_organization_is_refused(client, given, acme, ada, recover, session):
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
def test_concurrent_requests_use_a_code_once(mock, client, given, acme, ada, by):
    with_app(client, ada, CODES)
    client.organizations.members.update(**ids(ada), mfa_enrolled=by == "intermediate session")
    login = given.login(acme, ada)
    name = "intermediate_session_token" if by == "intermediate session" else "session_token"
    body = {**ids(ada), "recovery_code": CODES[0], name: getattr(login, name)}
    responses = all_at_once(crowd(mock), "/v1/b2b/recovery_codes/recover", body)
    late = (404, "intermediate_session_not_found") if by == "intermediate session" else USED
    assert counted(responses) == Counter({(200, ""): 1, late: len(responses) - 1})
    assert len(client.sessions.get(**ids(ada)).member_sessions) == 1
    assert client.recovery_codes.get(**ids(ada)).recovery_codes == [CODES[1]]
