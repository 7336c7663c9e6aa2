"""``magic_links.authenticate``: tokens, PKCE, and existing sessions."""

import pytest

from tests.api.visits import Visit

VERIFIER = "0" * 32
CHALLENGE = "hODA6vqpWjTCk_J4rFLkXOU3urXnUqAOaVmhOuEDtlo"  # as the official browser SDK's own test computes it


@pytest.mark.parametrize("token", ["", "short", "x" * 43, "x" * 45, "!" * 44])
def test_malformed_token_is_refused(client, refused, token):
    assert refused(client.magic_links.authenticate, token) == "invalid_token"


def test_missing_token_is_refused(error_type_of):
    assert error_type_of("POST", "/v1/b2b/magic_links/authenticate", {}) == "invalid_token"
    assert error_type_of("POST", "/v1/b2b/magic_links/authenticate", {"token": "x" * 44}) == "invalid_token"


def test_unknown_token_is_refused(client, refused):
    assert refused(client.magic_links.authenticate, "x" * 44) == "magic_link_not_found"


def test_token_of_another_project_is_refused(given, acme, ada, mock, refused):
    other = mock.project().client()
    assert refused(other.magic_links.authenticate, given.link_token(acme, "ada@acme.test")) == "magic_link_not_found"


# PKCE


def test_code_verifier_must_match_the_challenge(given, acme, ada, client, refused):
    token = given.link_token(acme, "ada@acme.test", pkce_code_challenge=CHALLENGE)
    authenticate = client.magic_links.authenticate
    assert refused(authenticate, token) == "pkce_expected_code_verifier"
    assert refused(authenticate, token, pkce_code_verifier="1" * 32) == "pkce_mismatch"
    assert refused(authenticate, token, pkce_code_verifier="§" * 32) == "invalid_pkce_code_verifier"
    assert authenticate(token, pkce_code_verifier=VERIFIER).member_authenticated  # no refusal consumed it


def test_verifier_without_a_challenge_is_refused(given, acme, ada, client, refused):
    token = given.link_token(acme, "ada@acme.test")
    error = refused(client.magic_links.authenticate, token, pkce_code_verifier=VERIFIER)
    assert error == "pkce_did_not_expect_code_verifier"
    assert client.magic_links.authenticate(token).member_authenticated


# Lifetime and claims


@pytest.mark.parametrize(("minutes", "expected"), [(None, 60), (5, 5), (527040, 527040)])
def test_session_has_the_requested_lifetime(given, acme, ada, minutes, expected):
    session = given.login(acme, ada, session_duration_minutes=minutes).member_session
    assert (session.expires_at - session.started_at).total_seconds() == expected * 60


@pytest.mark.parametrize("minutes", [4, 527041])
def test_invalid_lifetime_is_refused(given, acme, ada, refused, minutes):
    refusal = refused(given.login, acme, ada, session_duration_minutes=minutes)
    assert refusal == "invalid_session_duration_minutes"


def test_custom_claims_are_added(given, acme, ada):
    login = given.login(acme, ada, session_custom_claims={"plan": "pro", "none": None, "sub": "ignored"})
    assert login.member_session.custom_claims == {"plan": "pro"}


def test_refusal_does_not_consume_the_link(given, acme, ada, client, refused):
    token = given.link_token(acme, "ada@acme.test")
    large = refused(client.magic_links.authenticate, token, session_custom_claims={"k": "x" * 4096})
    assert large == "custom_claims_too_large"
    ours = refused(client.magic_links.authenticate, token, session_custom_claims={"https://stytch.com/x": 1})
    assert ours == "stytch_claims_in_custom_claims"
    unknown = refused(client.magic_links.authenticate, token, session_token="x" * 44)
    assert unknown == "session_not_found"
    assert refused(client.magic_links.authenticate, token, locale="tlh") == "invalid_locale"
    assert client.magic_links.authenticate(token).member_authenticated


# With a session


@pytest.mark.parametrize("by", ["session_token", "session_jwt"])
def test_own_session_is_extended(given, acme, ada, client, mock, by):
    first = given.login(acme, ada, session_custom_claims={"a": 1})
    mock.clock.advance(minutes=30)
    again = given.login(acme, ada, **{by: getattr(first, by)}, session_custom_claims={"b": 2})
    assert (again.session_token, again.member_session.member_session_id) == (
        first.session_token,
        first.member_session.member_session_id,
    )
    assert again.member_session.custom_claims == {"a": 1, "b": 2}
    assert (again.member_session.expires_at - first.member_session.expires_at).total_seconds() == pytest.approx(1800, 5)
    factors = again.member_session.authentication_factors
    assert len(factors) == 1  # the same method, used again
    assert factors[0].last_authenticated_at > first.member_session.authentication_factors[0].last_authenticated_at
    assert factors[0].created_at == first.member_session.authentication_factors[0].created_at


def test_own_session_is_shortened_only_on_request(given, acme, ada):
    long = given.login(acme, ada, session_duration_minutes=600)
    same = given.login(acme, ada, session_token=long.session_token)
    assert same.member_session.expires_at == long.member_session.expires_at
    short = given.login(acme, ada, session_token=long.session_token, session_duration_minutes=5)
    assert short.member_session.expires_at < long.member_session.expires_at


def test_own_session_needs_no_second_factor(given, acme, ada, client):
    first = given.login(acme, ada)
    client.organizations.update("acme", mfa_policy="REQUIRED_FOR_ALL")
    assert not given.login(acme, ada).member_authenticated
    assert given.login(acme, ada, session_token=first.session_token).member_authenticated


def test_session_of_another_member_is_ignored(given, acme, ada):
    other = given.login(acme, given.member(acme))
    login = given.login(acme, ada, session_token=other.session_token)
    assert login.session_token != other.session_token
    assert login.member_session.member_id == ada.member_id


def test_two_session_arguments_are_refused(given, acme, ada, refused):
    login = given.login(acme, ada)
    both = {"session_token": login.session_token, "session_jwt": login.session_jwt}
    assert refused(given.login, acme, ada, **both) == "too_many_session_arguments"
    both = {"session_token": login.session_token, "intermediate_session_token": "x" * 44}
    assert refused(given.login, acme, ada, **both) == "too_many_session_arguments"


@pytest.mark.parametrize(
    ("argument", "error"),
    [
        ({"session_token": "short"}, "invalid_session_token"),
        ({"session_jwt": "no.jwt"}, "unable_to_parse_session_jwt"),
        ({"intermediate_session_token": "short"}, "invalid_session_token"),
        ({"intermediate_session_token": "x" * 44}, "intermediate_session_not_found"),
    ],
    ids=str,
)
def test_invalid_session_argument_is_refused(given, acme, ada, refused, argument, error):
    assert refused(given.login, acme, ada, **argument) == error


# With an intermediate session


def test_discovery_intermediate_session_is_completed(given, acme, ada, client, refused):
    intermediate = given.intermediate_session("ada@acme.test")
    login = given.login(acme, ada, intermediate_session_token=intermediate)
    assert (login.member_authenticated, login.intermediate_session_token) == (True, "")
    factors = login.member_session.authentication_factors
    assert [f.email_factor.email_id for f in factors] == [login.method_id]  # one address, verified twice: one factor
    assert refused(client.discovery.organizations.list, intermediate) == "intermediate_session_not_found"
    assert given.because().startswith("used ")


def test_incomplete_intermediate_session_is_returned(given, ada, client):
    client.organizations.update("acme", mfa_policy="REQUIRED_FOR_ALL")
    acme = client.organizations.get("acme").organization
    incomplete = given.login(acme, ada)
    again = given.login(acme, ada, intermediate_session_token=incomplete.intermediate_session_token)
    assert not again.member_authenticated
    assert again.intermediate_session_token == incomplete.intermediate_session_token


def test_intermediate_session_of_another_member_or_organization_is_refused(given, acme, ada, refused):
    bobs = given.intermediate_session("bob@acme.test")
    error = refused(given.login, acme, ada, intermediate_session_token=bobs)
    assert error == "member_session_member_id_mismatch"
    globex = given.organization("Globex", mfa_policy="REQUIRED_FOR_ALL")
    elsewhere = given.login(globex, given.member(globex, "ada@acme.test")).intermediate_session_token
    error = refused(given.login, acme, ada, intermediate_session_token=elsewhere)
    assert error == "invalid_intermediate_session_token_for_organization"


# Older guides


def test_discovery_token_returns_the_discovery_response(given, acme, ada, mock, http):
    token = given.discovery_token("ada@acme.test")
    body = http.post("/v1/b2b/magic_links/authenticate", json={"magic_links_token": token}).json()
    assert body["email_address"] == "ada@acme.test"
    assert len(body["intermediate_session_token"]) == 44
    assert body["discovered_organizations"][0]["organization"]["organization_id"] == acme.organization_id
    assert "magic_links/discovery/authenticate" in given.because()


DISCOVERY = "its kind is discovery: use POST /v1/b2b/magic_links/discovery/authenticate"


def test_sdk_cannot_use_a_discovery_token_here(given, ada, client, refused):
    token = given.discovery_token("ada@acme.test")
    assert refused(client.magic_links.authenticate, token) == "magic_link_not_found"
    assert given.because() == DISCOVERY
    assert client.magic_links.discovery.authenticate(token).email_address == "ada@acme.test"  # still valid


@pytest.mark.parametrize(
    ("user_agent", "status"),
    [
        *((f"Stytch {sdk}", 404) for sdk in ("Python v15.3.0", "Node v14.2.0", "Go v18.1.0", "Ruby v11.1.0")),
        *((sdk, 404) for sdk in ("Stytch Java v11.3.0", "Stytch PHP SDK v3.0.0", "stytch-rust 10.3.0")),
        *((sdk, 404) for sdk in ("stytch-dotnet/1.0.0",)),
        *((other, 200) for other in ("curl/8.5.0", "Stytcher/1", "my app (Stytch Python)", "")),
    ],
)
def test_user_agent_decides_what_a_discovery_token_gets(given, ada, http, user_agent, status):
    sent = {"magic_links_token": given.discovery_token("ada@acme.test")}
    answer = http.post("/v1/b2b/magic_links/authenticate", json=sent, headers={"user-agent": user_agent})
    assert answer.status_code == status


def test_login_link_is_refused_by_discovery(given, acme, ada, client, refused):
    token = given.link_token(acme, "ada@acme.test")
    assert refused(client.magic_links.discovery.authenticate, token) == "magic_link_not_found"
    assert given.because() == "its kind is magic_link: use POST /v1/b2b/magic_links/authenticate"
    assert client.magic_links.authenticate(token).member_authenticated


def test_reason_names_the_endpoint_of_every_kind_of_token(given, acme, ada, client, mock, refused):
    address, organization_id = "ada@acme.test", acme.organization_id
    wrong = {
        "magic_links.authenticate": client.magic_links.authenticate,
        "magic_links.discovery.authenticate": client.magic_links.discovery.authenticate,
        "oauth.authenticate": client.oauth.authenticate,
        "oauth.discovery.authenticate": client.oauth.discovery.authenticate,
        "sso.authenticate": client.sso.authenticate,
        "passwords.email.reset": lambda token: client.passwords.email.reset(token, "correct horse battery 7"),
    }
    client.passwords.email.reset_start(organization_id, address)
    reset_token = given.token(address, "password_reset")
    visit = Visit(mock)
    found = {
        "magic_links/authenticate": given.link_token(acme, address),
        "magic_links/discovery/authenticate": given.discovery_token(address),
        "passwords/email/reset": reset_token,
        "oauth/authenticate": visit.token("google", address, slug="acme"),
        "oauth/discovery/authenticate": visit.token("google", address, discovery=True),
    }
    for endpoint, token in found.items():
        for name, method in wrong.items():
            if name.replace(".", "/") != endpoint:
                assert refused(method, token).endswith(("_not_found", "unable_to_auth_password_reset_token")), name
                assert given.because().endswith(f": use POST /v1/b2b/{endpoint}")


def test_reason_names_the_endpoint_of_a_code(given, acme, ada, client, mock, refused):
    client.otps.email.discovery.send("ada@acme.test")
    discovery = mock.inbox.latest(to="ada@acme.test").code
    wrong = refused(client.otps.email.authenticate, acme.organization_id, "ada@acme.test", discovery)
    assert wrong == "otp_code_not_found"
    assert "its kind is discovery_otp: use POST /v1/b2b/otps/email/discovery/authenticate" in given.because()
    assert client.otps.email.discovery.authenticate("ada@acme.test", discovery).email_address == "ada@acme.test"
    client.otps.email.login_or_signup(acme.organization_id, "ada@acme.test")
    login = mock.inbox.latest(to="ada@acme.test").code
    assert refused(client.otps.email.discovery.authenticate, "ada@acme.test", login) == "otp_code_not_found"
    assert "its kind is email_otp: use POST /v1/b2b/otps/email/authenticate" in given.because()
    assert client.otps.email.authenticate(acme.organization_id, "ada@acme.test", login).member_authenticated
