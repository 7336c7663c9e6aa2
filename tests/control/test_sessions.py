"""``POST /_mock/api/sessions`` and ``mock.log_in``: sessions without a login."""

from datetime import timedelta

import pytest

from mockstytch import MockError
from mockstytch.domain.login.named_factors import NAMES
from tests.api.factors import PHONE, LoginMethods, ids, totp_code, types, with_app, with_password

PROVIDERS = ("google", "microsoft", "github", "slack", "hubspot")


def refused_login(mock, *args, **options):
    with pytest.raises(MockError) as caught:
        mock.log_in(*args, **options)
    return caught.value.error_type


@pytest.fixture
def acme(given):
    return given.organization()


@pytest.fixture
def ada(given, acme):
    return given.member(acme, "ada@acme.test", name="Ada")


@pytest.fixture
def equipped(mock, client, acme, ada):
    """A member who has what every factor needs."""
    mock.identity_provider(acme.organization_id)
    with_password(client, ada)
    client.organizations.members.update(**ids(ada), mfa_phone_number=PHONE)
    return with_app(client, ada)


def test_session_is_a_session_of_the_member(mock, client, acme, ada):
    session = mock.log_in(ada)
    found = client.sessions.authenticate(session_token=session.session_token)
    assert found.member.member_id == ada.member_id
    assert found.organization.organization_id == acme.organization_id
    assert client.sessions.authenticate_jwt_local(session.session_jwt).member_id == ada.member_id
    lifetime = found.member_session.expires_at - found.member_session.started_at
    assert lifetime == timedelta(minutes=60)


def test_answer_over_http_has_four_keys(http, acme, ada):
    body = {
        "organization_id": acme.organization_slug,
        "email_address": " Ada@ACME.test",
        "session_duration_minutes": 90,
    }
    answer = http.post("/_mock/api/sessions", json=body).json()
    assert list(answer) == ["session_token", "session_jwt", "member_session", "cookies"]
    assert answer["member_session"]["member_id"] == ada.member_id
    assert answer["member_session"]["expires_at"] > answer["member_session"]["started_at"]


def test_cookies_are_the_ones_of_the_browser_sdk(mock, client, ada):
    session = mock.log_in(ada, session_duration_minutes=90)
    token, jwt = session.cookies
    assert (token["name"], token["value"]) == ("stytch_session", session.session_token)
    assert (jwt["name"], jwt["value"]) == ("stytch_session_jwt", session.session_jwt)
    expires_at = client.sessions.authenticate(session_token=session.session_token).member_session.expires_at
    assert token["expires"] == jwt["expires"] == int(expires_at.timestamp())


@pytest.mark.parametrize("key", ["member_id", "email_address"])
def test_member_is_named_by_id_or_by_address(mock, acme, ada, key):
    session = mock.log_in(getattr(ada, key), organization_id=acme.organization_id)
    assert session.member_session["member_id"] == ada.member_id


def test_organization_is_required_with_an_address(mock):
    with pytest.raises(TypeError, match="organization_id is required"):
        mock.log_in("ada@acme.test")


@pytest.mark.parametrize("name", ["magic_link", "email_otp", "password", *(f"{p}_oauth" for p in PROVIDERS), "sso"])
def test_primary_factor_is_the_one_of_a_real_login(mock, client, given, http, acme, equipped, name):
    """The same login, through the API, merges into the session: so the factor is equal."""
    session = mock.log_in(equipped, factors=[name])
    [named] = session.member_session["authentication_factors"]
    if name == "sso":
        assert (named["type"], named["delivery_method"]) == ("sso", "sso_saml")
        [link] = client.organizations.members.get(**ids(equipped)).member.sso_registrations
        expected = {"id": link.registration_id, "provider_id": link.connection_id, "external_id": link.external_id}
        assert named["saml_sso_factor"] == expected
        return
    methods, options = LoginMethods(mock, client, given, http), {"session_token": session.session_token}
    if name.endswith("_oauth"):
        answer = methods.oauth(equipped, name.removesuffix("_oauth"), **options)
    else:
        answer = getattr(methods, name)(equipped, **options)
    assert len(answer.member_session.authentication_factors) == 1


@pytest.mark.parametrize(
    ("name", "type_", "method"),
    [
        ("sms_otp", "otp", "sms"),
        ("totp", "totp", "authenticator_app"),
        ("recovery_code", "recovery_codes", "recovery_code"),
    ],
)
def test_second_factor_is_added_to_a_primary_one(mock, client, equipped, name, type_, method):
    session = mock.log_in(equipped, factors=[name, "magic_link"], session_duration_minutes=5)
    found = client.sessions.authenticate(session_token=session.session_token).member_session
    first, second = found.authentication_factors
    assert (first.type.value, second.type.value, second.delivery_method.value) == ("magic_link", type_, method)
    assert found.expires_at - found.started_at == timedelta(minutes=5)


def test_second_factor_counts_for_the_next_step(mock, client, equipped):
    """A member with an app needs a session with a second factor to change it; a real code then adds no other factor."""
    session = mock.log_in(equipped, factors=["magic_link", "totp"])
    answer = client.totps.authenticate(**ids(equipped), code=totp_code(mock), session_token=session.session_token)
    assert types(answer) == ["magic_link", "totp"]


def test_recovery_code_is_used_up(mock, client, equipped):
    before = client.recovery_codes.get(**ids(equipped)).recovery_codes
    mock.log_in(equipped, factors=["magic_link", "recovery_code"])
    assert client.recovery_codes.get(**ids(equipped)).recovery_codes == before[1:]


def test_all_factors_at_once(mock, equipped):
    factors = mock.log_in(equipped, factors=NAMES).member_session["authentication_factors"]
    assert len(factors) == len(NAMES)


def test_second_sso_session_keeps_the_registration(mock, client, equipped):
    mock.log_in(equipped, factors=["sso"])
    [before] = client.organizations.members.get(**ids(equipped)).member.sso_registrations
    mock.log_in(equipped, factors=["sso"])
    assert client.organizations.members.get(**ids(equipped)).member.sso_registrations == [before]


def test_oauth_account_is_linked_once(mock, client, equipped):
    for _ in range(2):
        mock.log_in(equipped, factors=["google_oauth"])
    [link] = client.organizations.members.get(**ids(equipped)).member.oauth_registrations
    assert link.provider_type == "Google"


def test_invited_member_becomes_active_as_at_a_login(mock, client, acme, events):
    client.magic_links.email.invite(acme.organization_id, "bob@acme.test")
    events()
    mock.log_in("bob@acme.test", acme.organization_id)
    bob = client.organizations.members.get(acme.organization_id, email_address="bob@acme.test").member
    assert (bob.status, bob.email_address_verified) == ("active", True)
    assert [event[:2] for event in events()] == [("member", "update")]


def test_session_of_an_active_verified_member_emits_no_event(mock, given, acme, events):
    ada = given.login(acme, given.member(acme)).member
    events()
    mock.log_in(ada)
    assert events() == []


def test_session_ends_on_the_projects_clock(mock, client, ada, refused):
    session = mock.log_in(ada, session_duration_minutes=5)
    mock.clock.advance(minutes=6)
    assert refused(client.sessions.authenticate, session_token=session.session_token) == "session_not_found"


def test_organization_s_policies_do_not_apply(mock, client, acme, ada):
    restricted = {"auth_methods": "RESTRICTED", "allowed_auth_methods": ["sso"], "mfa_policy": "REQUIRED_FOR_ALL"}
    client.organizations.update(acme.organization_id, **restricted)
    assert client.sessions.authenticate(session_token=mock.log_in(ada).session_token)


@pytest.mark.parametrize(
    ("factor", "error_type"),
    [
        ("password", "member_password_not_found"),
        ("sso", "no_sso_connection_exists_for_organization"),
        ("sms_otp", "member_phone_number_not_found"),
        ("totp", "totp_not_found"),
        ("recovery_code", "recovery_codes_not_found"),
    ],
)
def test_factor_that_the_member_lacks_is_refused(mock, client, ada, factor, error_type):
    assert refused_login(mock, ada, factors=["magic_link", factor]) == error_type
    assert client.sessions.get(**ids(ada)).member_sessions == []


def test_sso_with_several_connections_and_no_default_is_refused(mock, client, acme, ada):
    connections = [mock.identity_provider(acme.organization_id).connection_id for _ in range(3)]
    client.sso.delete_connection(acme.organization_id, connections[0])
    assert refused_login(mock, ada, factors=["sso"]) == "indeterminate_sso_connection_for_organization"


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("google", "google_oauth"),
        ("magic_links", "magic_link"),
        ("sms_opt", "sms_otp"),
        ("recovery_codes", "recovery_code"),
    ],
)
def test_unknown_factor_is_refused_with_the_nearest_name(mock, ada, name, suggestion):
    with pytest.raises(MockError, match=f"Did you mean {suggestion}?") as caught:
        mock.log_in(ada, factors=["magic_link", name])
    assert caught.value.error_type == "bad_request"


@pytest.mark.parametrize("factors", [[], ["totp"], [""]])
def test_session_without_a_primary_factor_is_refused(mock, equipped, factors):
    assert refused_login(mock, equipped, factors=factors) == "bad_request"


@pytest.mark.parametrize("minutes", [-1, 0, 4, 527041, 10**9])
def test_wrong_duration_is_refused(mock, ada, minutes):
    assert refused_login(mock, ada, session_duration_minutes=minutes) == "invalid_session_duration_minutes"


def test_longest_duration_is_accepted(mock, ada):
    assert mock.log_in(ada, session_duration_minutes=527040)


def test_unknown_organization_and_member_are_refused(mock, client, given, acme, ada):
    other = given.organization("Other")
    assert refused_login(mock, ada.member_id, "nowhere") == "organization_not_found"
    assert refused_login(mock, ada.member_id, "//") == "invalid_organization_id"
    assert refused_login(mock, ada.member_id, other.organization_id) == "member_does_not_exist_in_organization"
    assert refused_login(mock, "nobody", acme.organization_id) == "member_not_found"
    assert refused_login(mock, "nobody@acme.test", acme.organization_id) == "member_not_found"
    assert refused_login(mock, "no @ address", acme.organization_id) == "invalid_email"
    client.organizations.members.delete(**ids(ada))
    assert refused_login(mock, ada) == "member_not_found"
    assert refused_login(mock, ada.email_address, acme.organization_id) == "member_not_found"


def test_locked_member_is_refused(mock, client, ada, refused):
    mock.configure(user_lock={"threshold": 1})
    with_password(client, ada)
    refused(client.passwords.authenticate, ada.organization_id, ada.email_address, "wrong password 17")
    assert refused_login(mock, ada) == "user_lock_limit_reached"


def test_pending_member_of_a_claimed_domain_is_refused(mock, client, given, acme):
    client.magic_links.email.invite(acme.organization_id, "bob@claimed.test")
    given.organization("Owner", claimed_email_domains=["claimed.test"])
    assert refused_login(mock, "bob@claimed.test", acme.organization_id) == "action_not_allowed_email_domain_is_claimed"


@pytest.mark.parametrize(
    ("body", "error_type"),
    [
        ({}, "bad_request"),
        ({"organization_id": "acme"}, "invalid_member_get_fields"),
        ({"organization_id": "acme", "member_id": "m", "email_address": "a@b.test"}, "invalid_member_get_fields"),
        ({"organization_id": "acme", "member_id": 3}, "bad_request"),
        ({"organization_id": "acme", "member_id": "m", "factors": "totp"}, "bad_request"),
        ({"organization_id": "acme", "member_id": "m", "factors": [None]}, "bad_request"),
        ({"organization_id": "acme", "member_id": "m", "session_duration_minutes": "60"}, "bad_request"),
        ({"organization_id": "acme", "member_id": "m", "minutes": 60}, "bad_request"),
    ],
)
def test_malformed_body_is_refused(http, acme, body, error_type):
    response = http.post("/_mock/api/sessions", json=body)
    assert (response.status_code, response.json()["error_type"]) == (400, error_type)
