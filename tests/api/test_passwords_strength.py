"""``passwords.strength_check``: the password policy, and the cost of a check."""

import time

import pytest
from stytch.b2b.models.passwords import LudsFeedback, ZxcvbnFeedback

from mockstytch.api.passwords import StrengthCheck, strength_check

GOOD, WEAK = "violet harbour 83 lantern", "abcdxyz1"


@pytest.fixture
def check(client):
    return client.passwords.strength_check


def test_strong_password_is_valid(check):
    response = check(GOOD)
    assert (response.valid_password, response.score, response.breached_password) == (True, 4, False)
    assert (response.strength_policy, response.breach_detection_on_create) == ("zxcvbn", True)
    assert response.luds_feedback is None
    assert response.zxcvbn_feedback == ZxcvbnFeedback(warning="", suggestions=[])


def test_weak_password_gets_suggestions(check):
    response = check(WEAK)
    assert (response.valid_password, response.breached_password) == (False, False)
    assert response.score < 3
    assert response.zxcvbn_feedback.suggestions


def test_missing_password_is_refused(check, error_type_of):
    assert (check("").valid_password, check("").score) == (False, 0)
    assert error_type_of("POST", "/v1/b2b/passwords/strength_check", {}) == "bad_request"
    assert error_type_of("POST", "/v1/b2b/passwords/strength_check", {"password": 12345678}) == "invalid_argument"


def test_password_in_the_email_address_scores_lower(check, refused):
    assert check("kryszmacker").score > check("kryszmacker", "kryszmacker@acme.test").score
    assert refused(check, GOOD, "not-an-address") == "invalid_email"


def test_breached_password_is_invalid_only_with_an_email_address(check, mock):
    mock.configure(password_policy={"breached_passwords": [GOOD]})
    alone, addressed = check(GOOD), check(GOOD, "ada@acme.test")
    assert (alone.breached_password, alone.valid_password) == (True, True)
    assert (addressed.breached_password, addressed.valid_password) == (True, False)


def test_breach_detection_can_be_turned_off(check, mock):
    mock.configure(password_policy={"check_breach_on_creation": False, "breached_passwords": [GOOD]})
    response = check(GOOD, "ada@acme.test")
    assert (response.breached_password, response.valid_password) == (False, True)
    assert response.breach_detection_on_create is False


@pytest.mark.parametrize("password", ["password", "PassWord", "123456", "qwerty", "letmein"])
def test_common_passwords_are_breached(check, password):
    assert check(password).breached_password


@pytest.mark.parametrize(
    ("password", "has", "complexity", "characters", "valid"),
    [
        ("", "", 3, 8, False),
        ("abcdefgh", "l", 2, 0, False),
        ("abcdEFGH", "lu", 1, 0, False),
        ("abcdEFG1", "lud", 0, 0, True),
        ("abEF1!", "luds", 0, 2, False),
        ("🐎🐎🐎 x1 y2", "lds", 0, 0, True),
        ("ÄÖÜäöü12", "ds", 1, 0, False),
    ],
)
def test_luds_counts_missing_classes_and_characters(check, mock, password, has, complexity, characters, valid):
    mock.configure(password_policy={"validation_policy": "LUDS"})
    response = check(password)
    assert (response.strength_policy, response.valid_password, response.zxcvbn_feedback) == ("luds", valid, None)
    assert response.luds_feedback == LudsFeedback(
        has_lower_case="l" in has,
        has_upper_case="u" in has,
        has_digit="d" in has,
        has_symbol="s" in has,
        missing_complexity=complexity,
        missing_characters=characters,
    )


def test_luds_policy_is_configurable(check, mock):
    policy = {"validation_policy": "LUDS", "luds_min_password_length": 12, "luds_min_password_complexity": 1}
    mock.configure(password_policy=policy)
    assert not check("qxjvwzkpmtr").valid_password
    assert check("qxjvwzkpmtrb").valid_password


def test_luds_policy_applies_to_new_passwords(given, client, mock, refused):
    mock.configure(password_policy={"validation_policy": "LUDS"})
    acme = given.organization()
    login = given.login(acme, given.member(acme))
    reset = client.passwords.sessions.reset
    assert refused(reset, acme.organization_id, "qxjvwzkp", session_token=login.session_token) == "weak_password"
    assert reset(acme.organization_id, "qxJvwzk1", session_token=login.session_token).member.member_password_id


LONG = {
    "a megabyte of one letter": "a" * 900_000,
    "a megabyte of symbols": "4@8({[<369&#!i|1/0$5+7%2z" * 36_000,
    "substitutions without end": "4@8({[<369&#!i|1/|0$5+7%2/" * 3,
    "digits": "1234567890" * 50,
    "emoji only": "🐎" * 80_000,
}


def computing_time(call):
    """CPU seconds of this thread, which don't depend on what else the machine is doing."""
    started = time.thread_time()
    call()
    return time.thread_time() - started


def count_to_ten_million():
    """A reference computation. It takes about 0.25 s on a fast machine."""
    for _ in range(10_000_000):
        pass


@pytest.mark.parametrize("policy", ["ZXCVBN", "LUDS"])
@pytest.mark.parametrize("name", LONG)
def test_long_password_does_not_block_the_server(check, mock, rows, name, policy):
    mock.configure(password_policy={"validation_policy": policy})
    assert 0 <= check(LONG[name], "ada@acme.test").score <= 4
    request = StrengthCheck(password=LONG[name], email_address="ada@acme.test")
    with rows() as ctx:
        cost = computing_time(lambda: strength_check(ctx, request))
    assert cost < 8 * computing_time(count_to_ten_million)


def test_password_over_a_megabyte_is_refused(error_type_of):
    assert error_type_of("POST", "/v1/b2b/passwords/strength_check", {"password": "a" * 1_000_001}) == "bad_request"


def test_long_password_is_compared_in_full(given, client, refused):
    acme, long = given.organization(), "violet harbour 83 lantern " * 30_000
    login = given.login(acme, given.member(acme, "ada@acme.test"))
    client.passwords.sessions.reset(acme.organization_id, long, session_token=login.session_token)
    assert client.passwords.authenticate(acme.organization_id, "ada@acme.test", long).member_authenticated
    wrong = refused(client.passwords.authenticate, acme.organization_id, "ada@acme.test", long[:-1])
    assert wrong == "unauthorized_credentials"


def test_lone_surrogate_is_refused(http):
    raw = b'{"password": "\\ud800 violet harbour 83 lantern"}'
    response = http.post("/v1/b2b/passwords/strength_check", content=raw)
    assert response.json()["error_type"] == "bad_request"
