"""``totps``: a second factor by authenticator app."""

import base64
import io
import string
from collections import Counter
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import segno
from PIL import Image

from tests.api.factors import SECRET, ids, other, refusal, shown, types, with_app, with_phone
from tests.support.concurrency import all_at_once, counted, crowd

BYPASS = (400, "session_enforced_factor_matching_session_required")
REPLAYED, WRONG = (400, "totp_code_already_authenticated"), (401, "unable_to_authenticate_totp")


@pytest.fixture(autouse=True)
def _frozen(mock):
    mock.clock.freeze()  # so that no test runs across the end of a code's 30 seconds


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
def register(client, ada):
    def create(**options):
        return client.totps.create(**{**ids(ada), **options})

    return create


@pytest.fixture
def prove(client, ada):
    def authenticate(code, **options):
        return client.totps.authenticate(**{**ids(ada), "code": code, **options})

    return authenticate


def png(data_url):
    kind, _, data = data_url.partition(",")
    assert kind == "data:image/png;base64"
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    image.load()
    assert image.format == "PNG"
    return image.convert("1")


# Registering


def test_a_registration(register, client, ada, events):
    answer = register()
    assert answer.totp_registration_id.startswith("member-totp-test-")
    assert len(answer.secret) == 32
    assert set(answer.secret) <= set(string.ascii_uppercase + "234567")
    assert len(set(answer.recovery_codes)) == 10
    assert all(len(code) == 14 for code in answer.recovery_codes)
    assert answer.member.totp_registration_id == ""  # not before its first code
    assert client.organizations.members.get(**ids(ada)).member.totp_registration_id == ""
    assert events() == [("organization", "create"), ("member", "create")]


def test_the_picture_carries_the_secret(given, client, mock):
    acme = given.organization("Ärger & Söhne: 100%")
    ada = given.member(acme, "ada+x@acme.test")
    answer = client.totps.create(**ids(ada))
    uri = (
        f"otpauth://totp/%C3%84rger%20%26%20S%C3%B6hne%3A%20100%25:ada%2Bx%40acme.test?secret={answer.secret}"
        "&issuer=%C3%84rger%20%26%20S%C3%B6hne%3A%20100%25"
    )
    parts = urlsplit(uri)
    assert parse_qs(parts.query) == {"secret": [answer.secret], "issuer": ["Ärger & Söhne: 100%"]}
    assert unquote(parts.path) == "/Ärger & Söhne: 100%:ada+x@acme.test"
    picture = io.BytesIO()
    segno.make(uri).save(picture, kind="png", scale=5)
    expected = Image.open(picture).convert("1")
    seen = png(answer.qr_code)
    assert (seen.size, seen.tobytes()) == (expected.size, expected.tobytes())


def test_the_first_code_activates_it(register, prove, session, mock, events):
    registered = register(session_token=session)
    before = len(events())
    answer = prove(shown(mock, registered.secret), session_token=session)
    assert answer.member.totp_registration_id == registered.totp_registration_id
    assert (answer.member.default_mfa_method, answer.member.mfa_enrolled) == ("totp", False)
    assert (answer.session_token, types(answer)) == (session, ["magic_link", "totp"])
    factor = answer.member_session.authentication_factors[1]
    assert factor.delivery_method == "authenticator_app"
    assert factor.authenticator_app_factor.totp_id == registered.totp_registration_id
    assert events()[before:] == [("member", "update")]


@pytest.mark.parametrize("minutes", [4, 1441, 0, -1])
def test_how_long_a_registration_can_not_wait(register, minutes):
    assert refusal(register, expiration_minutes=minutes) == (400, "invalid_expiration")


@pytest.mark.parametrize(("option", "minutes"), [(None, 60), (5, 5), (1440, 1440)])
def test_how_long_a_registration_waits(register, prove, mock, given, acme, ada, option, minutes):
    registered = register(expiration_minutes=option)
    assert refusal(register) == (400, "pending_totp_exists")
    mock.clock.advance(minutes=minutes)
    session = given.login(acme, ada).session_token
    assert refusal(prove, shown(mock, registered.secret), session_token=session) == (401, "expired_totp")
    again = register()
    assert again.secret != registered.secret
    assert refusal(prove, shown(mock, registered.secret), session_token=session) == WRONG
    assert prove(shown(mock, again.secret), session_token=session).member.totp_registration_id


def test_one_app_at_a_time(register, prove, session, mock, client, ada):
    first = register()
    prove(shown(mock, first.secret), session_token=session)
    assert refusal(register, session_token=session) == (400, "active_totp_exists")
    assert refusal(with_app, client, ada) == (400, "active_totp_exists")
    gone = client.organizations.members.delete_totp(**ids(ada)).member
    assert (gone.totp_registration_id, gone.default_mfa_method) == ("", "")
    assert refusal(prove, shown(mock, first.secret, 1), session_token=session) == (404, "totp_not_found")
    second = register()
    assert second.totp_registration_id != first.totp_registration_id
    assert not set(second.recovery_codes) & set(first.recovery_codes)


def test_only_after_showing_the_factor_that_is_there(register, client, mock, ada, session, given, acme):
    with_phone(client, mock, ada, session)
    fresh = given.login(acme, ada).session_token
    assert refusal(register) == BYPASS
    assert refusal(register, session_token=fresh) == BYPASS
    assert register(session_token=session).secret


def test_who_and_where(register, prove, given, acme):
    pending = given.member(acme, "bob@acme.test", create_member_as_pending=True)
    inactive = (400, "action_available_only_for_active_members")
    assert refusal(register, **ids(pending)) == inactive
    assert refusal(with_app, given.client, pending) == inactive
    assert refusal(register, organization_id="organization-test-no") == (404, "organization_not_found")
    assert refusal(register, member_id="member-test-no") == (404, "member_not_found")
    bob = given.login(acme, given.member(acme, "carl@acme.test")).session_token
    mismatch = (400, "member_session_member_id_mismatch")
    assert refusal(register, session_token=bob) == mismatch
    assert refusal(prove, "123456", session_token=bob) == mismatch
    assert refusal(prove, "123456") == (400, "no_session_arguments")
    two = refusal(prove, "123456", session_token=bob, intermediate_session_token="x" * 44)
    assert two == (400, "too_many_session_arguments")


# Codes


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_may_be_off_by_one_step(client, ada, prove, session, mock, steps):
    with_app(client, ada)
    assert "totp" in types(prove(shown(mock, steps=steps), session_token=session))


@pytest.mark.parametrize("steps", [-2, 2])
def test_and_not_by_two(client, ada, prove, session, mock, steps):
    with_app(client, ada)
    assert refusal(prove, shown(mock, steps=steps), session_token=session) == WRONG


def test_no_code_works_twice(client, ada, prove, session, mock):
    with_app(client, ada)
    code, former = shown(mock), shown(mock, steps=-1)
    prove(code, session_token=session)
    assert refusal(prove, code, session_token=session) == REPLAYED
    assert refusal(prove, former, session_token=session) == REPLAYED
    mock.clock.advance(seconds=30)
    assert refusal(prove, code, session_token=session) == REPLAYED
    assert types(prove(shown(mock), session_token=session)) == ["magic_link", "totp"]


def test_a_wrong_code(client, ada, prove, session, mock):
    assert refusal(prove, "123456", session_token=session) == (404, "totp_not_found")
    with_app(client, ada)
    near = {shown(mock, steps=steps) for steps in (-1, 0, 1)}
    wrong = next(code for code in map(other, near) if code not in near)
    assert refusal(prove, wrong, session_token=session) == WRONG
    assert prove(shown(mock), session_token=session)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "123456\n", "aaaa-bbbb"])
def test_what_can_be_no_code(client, ada, prove, session, code):
    with_app(client, ada)
    assert refusal(prove, code, session_token=session) == (400, "invalid_totp_code")


def test_a_recovery_code_is_none(client, ada, prove, session):
    with_app(client, ada, ("a1b2-c3d4-e5f6",))
    swapped = refusal(prove, "a1b2-c3d4-e5f6", session_token=session)
    assert swapped == (400, "recovery_code_used_as_totp_code")


def test_where_apps_are_not_taken(given, client, mock):
    acme = given.organization(mfa_methods="RESTRICTED", allowed_mfa_methods=["sms_otp"])
    ada = given.member(acme, "ada@acme.test")
    restricted = (400, "operation_restricted_by_organization_mfa_methods")
    assert refusal(client.totps.create, **ids(ada)) == restricted
    assert refusal(client.totps.authenticate, **ids(ada), code="123456", session_token="x" * 44) == restricted
    client.organizations.members.update(**ids(ada), is_breakglass=True)
    assert client.totps.create(**ids(ada)).secret


# Moving in


def test_migrating_with_recovery_codes(client, ada, prove, session, mock):
    answer = client.totps.migrate(**ids(ada), secret=SECRET.lower() + "===", recovery_codes=["one", "two", "one"])
    assert answer.recovery_codes == ["one", "two"]
    assert answer.member.totp_registration_id == answer.totp_registration_id
    assert (answer.member.default_mfa_method, answer.member.mfa_enrolled) == ("totp", False)
    assert client.recovery_codes.get(**ids(ada)).recovery_codes == ["one", "two"]
    assert "totp" in types(prove(shown(mock), session_token=session))


def test_migrating_without(client, ada):
    assert len(client.totps.migrate(**ids(ada), secret=SECRET, recovery_codes=[]).recovery_codes) == 10


def test_migrating_after_another_method_leaves_that_the_default(client, ada, session, mock):
    with_phone(client, mock, ada, session)
    assert with_app(client, ada).default_mfa_method == "sms_otp"


@pytest.mark.parametrize("secret", ["", "short", "1" * 32, "A" * 17, "A" * 30, "Ä" * 32, "A" * 32 + "\n"])
def test_what_is_no_secret(client, ada, secret):
    assert refusal(client.totps.migrate, **ids(ada), secret=secret, recovery_codes=[]) == (400, "bad_request")


def test_migrating_into_a_registration(client, ada, register):
    register()
    assert refusal(with_app, client, ada) == (400, "pending_totp_exists")
    empty = refusal(client.totps.migrate, **ids(ada), secret=SECRET, recovery_codes=[""])
    assert empty == (400, "invalid_recovery_code")


# Many at once


def test_a_code_opens_one_session(mock, client, given, acme, ada):
    with_app(client, ada)
    client.organizations.members.update(**ids(ada), mfa_enrolled=True)
    held = given.login(acme, ada).intermediate_session_token
    body = {**ids(ada), "code": shown(mock), "intermediate_session_token": held}
    answers = all_at_once(crowd(mock), "/v1/b2b/totp/authenticate", body)
    assert counted(answers) == Counter({(200, ""): 1, (404, "intermediate_session_not_found"): len(answers) - 1})
    assert len(client.sessions.get(**ids(ada)).member_sessions) == 1


def test_a_code_is_added_to_one_session(mock, client, given, acme, ada):
    with_app(client, ada)
    sessions = [given.login(acme, ada).session_token for _ in range(5)]
    bodies = [{**ids(ada), "code": shown(mock), "session_token": token} for token in sessions]
    answers = all_at_once(crowd(mock), "/v1/b2b/totp/authenticate", *bodies)
    assert counted(answers) == Counter({(200, ""): 1, REPLAYED: len(answers) - 1})
    assert mock.inbox.all(kind="sms_otp") == []


def test_one_registration(mock, ada):
    answers = all_at_once(crowd(mock), "/v1/b2b/totp", ids(ada))
    assert counted(answers) == Counter({(200, ""): 1, (400, "pending_totp_exists"): len(answers) - 1})
