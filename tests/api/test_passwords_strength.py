"""``passwords.strength_check``: what a good password is, and what a check may cost."""

import time

import pytest
from stytch.b2b.models.passwords import LudsFeedback, ZxcvbnFeedback

GOOD, WEAK = "violet harbour 83 lantern", "abcdxyz1"


@pytest.fixture
def check(client):
    return client.passwords.strength_check


def test_a_good_one(check):
    answer = check(GOOD)
    assert (answer.valid_password, answer.score, answer.breached_password) == (True, 4, False)
    assert (answer.strength_policy, answer.breach_detection_on_create) == ("zxcvbn", True)
    assert answer.luds_feedback is None
    assert answer.zxcvbn_feedback == ZxcvbnFeedback(warning="", suggestions=[])


def test_a_weak_one(check):
    answer = check(WEAK)
    assert (answer.valid_password, answer.breached_password) == (False, False)
    assert answer.score < 3
    assert answer.zxcvbn_feedback.suggestions


def test_none_at_all(check, why):
    assert (check("").valid_password, check("").score) == (False, 0)
    assert why("POST", "/v1/b2b/passwords/strength_check", {}) == "bad_request"
    assert why("POST", "/v1/b2b/passwords/strength_check", {"password": 12345678}) == "bad_request"


def test_ones_own_address_is_no_password(check, refused):
    assert check("kryszmacker").score > check("kryszmacker", "kryszmacker@acme.test").score
    assert refused(check, GOOD, "nobody") == "invalid_email"


def test_a_breach_counts_only_with_an_address(check, mock):
    mock.configure(password_policy={"breached_passwords": [GOOD]})
    alone, addressed = check(GOOD), check(GOOD, "ada@acme.test")
    assert (alone.breached_password, alone.valid_password) == (True, True)
    assert (addressed.breached_password, addressed.valid_password) == (True, False)


def test_without_breach_detection(check, mock):
    mock.configure(password_policy={"check_breach_on_creation": False, "breached_passwords": [GOOD]})
    answer = check(GOOD, "ada@acme.test")
    assert (answer.breached_password, answer.valid_password) == (False, True)
    assert answer.breach_detection_on_create is False


@pytest.mark.parametrize("password", ["password", "PassWord", "123456", "qwerty", "letmein"])
def test_passwords_of_real_breaches(check, password):
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
def test_luds(check, mock, password, has, complexity, characters, valid):
    mock.configure(password_policy={"validation_policy": "LUDS"})
    answer = check(password)
    assert (answer.strength_policy, answer.valid_password, answer.zxcvbn_feedback) == ("luds", valid, None)
    assert answer.luds_feedback == LudsFeedback(
        has_lower_case="l" in has,
        has_upper_case="u" in has,
        has_digit="d" in has,
        has_symbol="s" in has,
        missing_complexity=complexity,
        missing_characters=characters,
    )


def test_what_luds_asks_for_can_be_set(check, mock):
    policy = {"validation_policy": "LUDS", "luds_min_password_length": 12, "luds_min_password_complexity": 1}
    mock.configure(password_policy=policy)
    assert not check("qxjvwzkpmtr").valid_password
    assert check("qxjvwzkpmtrb").valid_password


def test_luds_says_what_may_be_set(given, client, mock, refused):
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
    "not a letter in it": "🐎" * 80_000,
}


@pytest.mark.parametrize("policy", ["ZXCVBN", "LUDS"])
@pytest.mark.parametrize("name", LONG)
def test_no_password_keeps_the_server(check, mock, name, policy):
    mock.configure(password_policy={"validation_policy": policy})
    check("x")  # who comes first waits for the library to load
    started = time.process_time()  # the server runs in this process
    assert 0 <= check(LONG[name], "ada@acme.test").score <= 4
    assert time.process_time() - started < 2  # far less, on a machine that does nothing else


def test_more_than_a_megabyte(why):
    assert why("POST", "/v1/b2b/passwords/strength_check", {"password": "a" * 1_000_001}) == "bad_request"


def test_a_long_password_can_be_set_and_logs_in(given, client, refused):
    acme, long = given.organization(), "violet harbour 83 lantern " * 30_000
    login = given.login(acme, given.member(acme, "ada@acme.test"))
    client.passwords.sessions.reset(acme.organization_id, long, session_token=login.session_token)
    assert client.passwords.authenticate(acme.organization_id, "ada@acme.test", long).member_authenticated
    wrong = refused(client.passwords.authenticate, acme.organization_id, "ada@acme.test", long[:-1])
    assert wrong == "unauthorized_credentials"


def test_half_a_character_is_none(http):
    raw = b'{"password": "\\ud800 violet harbour 83 lantern"}'
    answer = http.post("/v1/b2b/passwords/strength_check", content=raw)
    assert answer.json()["error_type"] == "bad_request"
