"""``totps``: authenticator apps as a second factor."""

import base64
import io
import string
from collections import Counter
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import segno
from PIL import Image

from tests.api.factors import SECRET, ids, refusal, totp_code, types, with_app, with_phone, wrong_code
from tests.support.concurrency import all_at_once, counted, crowd

BYPASS = (400, "session_enforced_factor_matching_session_required")
REPLAYED, WRONG = (400, "totp_code_already_authenticated"), (401, "unable_to_authenticate_totp")


@pytest.fixture(autouse=True)
def frozen_clock(mock):
    mock.clock.freeze()  # a code must not expire during a test


@pytest.fixture
def register(client, ada):
    def create(**options):
        return client.totps.create(**{**ids(ada), **options})

    return create


@pytest.fixture
def authenticate(client, ada):
    def call(code, **options):
        return client.totps.authenticate(**{**ids(ada), "code": code, **options})

    return call


def png(data_url):
    kind, _, data = data_url.partition(",")
    assert kind == "data:image/png;base64"
    image = Image.open(io.BytesIO(base64.b64decode(data)))
    image.load()
    assert image.format == "PNG"
    return image.convert("1")


# Codes


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037"), (20000000000, "353130")],
)
def test_code_of_the_standard_is_accepted(mock, client, authenticate, given, ada, seconds, code):
    """RFC 6238, appendix B, with six digits."""
    mock.clock.set(datetime.fromtimestamp(seconds, UTC))
    secret = base64.b32encode(b"12345678901234567890").decode()
    client.totps.migrate(**ids(ada), secret=secret, recovery_codes=[])
    session = mock.log_in(ada.member_id, ada.organization_id)
    assert authenticate(code, session_token=session.session_token).member_id == ada.member_id


def test_short_secret_of_another_system_works(mock, client, authenticate, ada):
    mock.clock.set(datetime.fromtimestamp(59, UTC))
    client.totps.migrate(**ids(ada), secret="JBSWY3DPEHPK3PXP", recovery_codes=[])
    session = mock.log_in(ada.member_id, ada.organization_id)
    assert authenticate("996554", session_token=session.session_token).member_id == ada.member_id


# Registration


def test_registration_is_pending_until_the_first_code(register, client, ada, events):
    response = register()
    assert response.totp_registration_id.startswith("member-totp-test-")
    assert len(response.secret) == 32
    assert set(response.secret) <= set(string.ascii_uppercase + "234567")
    assert len(set(response.recovery_codes)) == 10
    assert all(len(code) == 14 for code in response.recovery_codes)
    assert response.member.totp_registration_id == ""  # set by the first code
    assert client.organizations.members.get(**ids(ada)).member.totp_registration_id == ""
    assert events() == [("organization", "create"), ("member", "create")]


def test_qr_code_contains_the_secret(given, client, mock):
    acme = given.organization("Ärger & Söhne: 100%")
    ada = given.member(acme, "ada+x@acme.test")
    response = client.totps.create(**ids(ada))
    uri = (
        f"otpauth://totp/%C3%84rger%20%26%20S%C3%B6hne%3A%20100%25:ada%2Bx%40acme.test?secret={response.secret}"
        "&issuer=%C3%84rger%20%26%20S%C3%B6hne%3A%20100%25"
    )
    parts = urlsplit(uri)
    assert parse_qs(parts.query) == {"secret": [response.secret], "issuer": ["Ärger & Söhne: 100%"]}
    assert unquote(parts.path) == "/Ärger & Söhne: 100%:ada+x@acme.test"
    picture = io.BytesIO()
    segno.make(uri).save(picture, kind="png", scale=5)
    expected = Image.open(picture).convert("1")
    seen = png(response.qr_code)
    assert (seen.size, seen.tobytes()) == (expected.size, expected.tobytes())


def test_first_code_activates_the_registration(register, authenticate, session, mock, events):
    registered = register(session_token=session)
    events()
    response = authenticate(totp_code(mock, registered.secret), session_token=session)
    assert response.member.totp_registration_id == registered.totp_registration_id
    assert (response.member.default_mfa_method, response.member.mfa_enrolled) == ("totp", False)
    assert (response.session_token, types(response)) == (session, ["magic_link", "totp"])
    factor = response.member_session.authentication_factors[1]
    assert factor.delivery_method == "authenticator_app"
    assert factor.authenticator_app_factor.totp_id == registered.totp_registration_id
    assert events() == [("member", "update")]


@pytest.mark.parametrize("minutes", [4, 1441, 0, -1])
def test_invalid_registration_lifetime_is_refused(register, minutes):
    assert refusal(register, expiration_minutes=minutes) == (400, "invalid_expiration")


@pytest.mark.parametrize(("option", "minutes"), [(None, 60), (5, 5), (1440, 1440)])
def test_pending_registration_expires(register, authenticate, mock, given, acme, ada, option, minutes):
    registered = register(expiration_minutes=option)
    assert refusal(register) == (400, "pending_totp_exists")
    mock.clock.advance(minutes=minutes)
    session = given.login(acme, ada).session_token
    assert refusal(authenticate, totp_code(mock, registered.secret), session_token=session) == (400, "expired_totp")
    again = register()
    assert again.secret != registered.secret
    assert refusal(authenticate, totp_code(mock, registered.secret), session_token=session) == WRONG
    assert authenticate(totp_code(mock, again.secret), session_token=session).member.totp_registration_id


def test_second_registration_is_refused_until_the_first_is_deleted(register, authenticate, session, mock, client, ada):
    first = register()
    authenticate(totp_code(mock, first.secret), session_token=session)
    assert refusal(register, session_token=session) == (400, "active_totp_exists")
    assert refusal(with_app, client, ada) == (400, "active_totp_exists")
    updated = client.organizations.members.delete_totp(**ids(ada)).member
    assert (updated.totp_registration_id, updated.default_mfa_method) == ("", "")
    assert refusal(authenticate, totp_code(mock, first.secret, 1), session_token=session) == (404, "totp_not_found")
    second = register()
    assert second.totp_registration_id != first.totp_registration_id
    assert not set(second.recovery_codes) & set(first.recovery_codes)


def test_registration_requires_the_existing_second_factor(register, client, mock, ada, session, given, acme):
    with_phone(client, mock, ada, session)
    fresh = given.login(acme, ada).session_token
    assert refusal(register) == BYPASS
    assert refusal(register, session_token=fresh) == BYPASS
    assert register(session_token=session).secret


def test_wrong_member_organization_or_session_is_refused(register, authenticate, given, acme):
    pending = given.member(acme, "bob@acme.test", create_member_as_pending=True)
    inactive = (400, "action_available_only_for_active_members")
    assert refusal(register, **ids(pending)) == inactive
    assert refusal(with_app, given.client, pending) == inactive
    assert refusal(register, organization_id="organization-test-no") == (404, "organization_not_found")
    assert refusal(register, member_id="member-test-no") == (404, "member_not_found")
    bob = given.login(acme, given.member(acme, "carl@acme.test")).session_token
    mismatch = (400, "member_session_member_id_mismatch")
    assert refusal(register, session_token=bob) == mismatch
    assert refusal(authenticate, "123456", session_token=bob) == mismatch
    assert refusal(authenticate, "123456") == (400, "no_session_arguments")
    two = refusal(authenticate, "123456", session_token=bob, intermediate_session_token="x" * 44)
    assert two == (400, "too_many_session_arguments")


# Codes


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_code_of_an_adjacent_time_step_is_accepted(client, ada, authenticate, session, mock, steps):
    with_app(client, ada)
    assert "totp" in types(authenticate(totp_code(mock, steps=steps), session_token=session))


@pytest.mark.parametrize("steps", [-2, 2])
def test_code_two_time_steps_away_is_refused(client, ada, authenticate, session, mock, steps):
    with_app(client, ada)
    assert refusal(authenticate, totp_code(mock, steps=steps), session_token=session) == WRONG


def test_used_code_and_earlier_codes_are_refused(client, ada, authenticate, session, mock):
    with_app(client, ada)
    code, former = totp_code(mock), totp_code(mock, steps=-1)
    authenticate(code, session_token=session)
    assert refusal(authenticate, code, session_token=session) == REPLAYED
    assert refusal(authenticate, former, session_token=session) == REPLAYED
    mock.clock.advance(seconds=30)
    assert refusal(authenticate, code, session_token=session) == REPLAYED
    assert types(authenticate(totp_code(mock), session_token=session)) == ["magic_link", "totp"]


def test_wrong_code_is_refused(client, ada, authenticate, session, mock):
    assert refusal(authenticate, "123456", session_token=session) == (404, "totp_not_found")
    with_app(client, ada)
    near = {totp_code(mock, steps=steps) for steps in (-1, 0, 1)}
    wrong = next(code for code in map(wrong_code, near) if code not in near)
    assert refusal(authenticate, wrong, session_token=session) == WRONG
    assert authenticate(totp_code(mock), session_token=session)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "123456\n", "aaaa-bbbb"])
def test_malformed_code_is_refused(client, ada, authenticate, session, code):
    with_app(client, ada)
    assert refusal(authenticate, code, session_token=session) == (400, "invalid_totp_code")


def test_recovery_code_is_refused_as_a_totp_code(client, ada, authenticate, session):
    with_app(client, ada, ("a1b2-c3d4-e5f6",))
    swapped = refusal(authenticate, "a1b2-c3d4-e5f6", session_token=session)
    assert swapped == (400, "recovery_code_used_as_totp_code")


def test_organization_that_does_not_allow_totp_refuses_it(given, client, mock):
    acme = given.organization(mfa_methods="RESTRICTED", allowed_mfa_methods=["sms_otp"])
    ada = given.member(acme, "ada@acme.test")
    restricted = (400, "operation_restricted_by_organization_mfa_methods")
    assert refusal(client.totps.create, **ids(ada)) == restricted
    assert refusal(client.totps.authenticate, **ids(ada), code="123456", session_token="x" * 44) == restricted
    client.organizations.members.update(**ids(ada), is_breakglass=True)
    assert client.totps.create(**ids(ada)).secret


# Import


def test_import_keeps_the_given_recovery_codes(client, ada, authenticate, session, mock):
    response = client.totps.migrate(**ids(ada), secret=SECRET.lower() + "===", recovery_codes=["one", "two", "one"])
    assert response.recovery_codes == ["one", "two"]
    assert response.member.totp_registration_id == response.totp_registration_id
    assert (response.member.default_mfa_method, response.member.mfa_enrolled) == ("totp", False)
    assert client.recovery_codes.get(**ids(ada)).recovery_codes == ["one", "two"]
    assert "totp" in types(authenticate(totp_code(mock), session_token=session))


def test_import_without_recovery_codes_generates_ten(client, ada):
    assert len(client.totps.migrate(**ids(ada), secret=SECRET, recovery_codes=[]).recovery_codes) == 10


def test_import_keeps_the_default_mfa_method(client, ada, session, mock):
    with_phone(client, mock, ada, session)
    assert with_app(client, ada).default_mfa_method == "sms_otp"


@pytest.mark.parametrize("secret", ["", "short", "1" * 32, "A" * 17, "A" * 30, "Ä" * 32, "A" * 32 + "\n"])
def test_invalid_secret_is_refused(client, ada, secret):
    assert refusal(client.totps.migrate, **ids(ada), secret=secret, recovery_codes=[]) == (400, "bad_request")


def test_import_is_refused_while_a_registration_is_pending(client, ada, register):
    register()
    assert refusal(with_app, client, ada) == (400, "pending_totp_exists")
    empty = refusal(client.totps.migrate, **ids(ada), secret=SECRET, recovery_codes=[""])
    assert empty == (400, "invalid_recovery_code")


# Concurrency


def test_concurrent_requests_with_one_code_start_one_session(mock, client, given, acme, ada):
    with_app(client, ada)
    client.organizations.members.update(**ids(ada), mfa_enrolled=True)
    token = given.login(acme, ada).intermediate_session_token
    body = {**ids(ada), "code": totp_code(mock), "intermediate_session_token": token}
    responses = all_at_once(crowd(mock), "/v1/b2b/totp/authenticate", body)
    assert counted(responses) == Counter({(200, ""): 1, (404, "intermediate_session_not_found"): len(responses) - 1})
    assert len(client.sessions.get(**ids(ada)).member_sessions) == 1


def test_concurrent_requests_with_one_code_extend_one_session(mock, client, given, acme, ada):
    with_app(client, ada)
    sessions = [given.login(acme, ada).session_token for _ in range(5)]
    bodies = [{**ids(ada), "code": totp_code(mock), "session_token": token} for token in sessions]
    responses = all_at_once(crowd(mock), "/v1/b2b/totp/authenticate", *bodies)
    assert counted(responses) == Counter({(200, ""): 1, REPLAYED: len(responses) - 1})
    assert mock.inbox.all(kind="sms_otp") == []


def test_concurrent_registrations_create_one(mock, ada):
    responses = all_at_once(crowd(mock), "/v1/b2b/totp", ids(ada))
    assert counted(responses) == Counter({(200, ""): 1, (400, "pending_totp_exists"): len(responses) - 1})
