"""``discovery.intermediate_sessions.exchange``: log in to an existing organization."""

import pytest

from mockstytch.store.records.sessions import Factor, IntermediateSession

JOINABLE = {"email_jit_provisioning": "RESTRICTED", "email_allowed_domains": ["acme.test"]}


@pytest.fixture
def exchange(client):
    def call(token, organization, **options):
        return client.discovery.intermediate_sessions.exchange(token, organization.organization_id, **options)

    return call


@pytest.mark.parametrize("status", ["active", "pending", "invited"])
def test_member_of_any_status_logs_in(given, client, exchange, refused, status):
    acme = given.organization()
    if status == "invited":
        member_id = client.magic_links.email.invite(acme.organization_id, "ada@acme.test").member_id
    else:
        member_id = given.member(acme, "ada@acme.test", create_member_as_pending=status == "pending").member_id
    token = given.intermediate_session("ada@acme.test")
    login = exchange(token, acme, session_duration_minutes=30, session_custom_claims={"a": 1})
    assert (login.member_id, login.member_authenticated, login.intermediate_session_token) == (member_id, True, "")
    assert (login.member.status, login.member.email_address_verified) == ("active", True)
    assert (login.primary_required, login.mfa_required, login.organization.organization_id) == (
        None,
        None,
        acme.organization_id,
    )
    session = login.member_session
    assert (session.expires_at - session.started_at).total_seconds() == 1800
    assert session.custom_claims == {"a": 1}
    factor = session.authentication_factors[0]
    assert (factor.type.value, factor.email_factor.email_address) == ("magic_link", "ada@acme.test")
    assert factor.email_factor.email_id
    assert refused(exchange, token, acme) == "intermediate_session_not_found"  # consumed
    assert client.sessions.authenticate(session_jwt=login.session_jwt).member_session.member_id == member_id


def test_member_is_provisioned_by_domain(given, exchange, events):
    acme = given.organization(**JOINABLE)
    given.login(acme, given.member(acme, "bob@acme.test"))
    events()
    login = exchange(given.intermediate_session("ada@acme.test"), acme)
    assert (login.member_authenticated, login.member.status) == (True, "active")
    assert login.member.email_address_verified
    assert (login.member_session.expires_at - login.member_session.started_at).total_seconds() == 3600
    assert events() == [("member", "create")]


@pytest.mark.parametrize("colleague", ["", "bob@acme.test", "bob@globex.test", "deleted"])
def test_joining_by_domain_needs_a_verified_colleague(given, client, exchange, refused, mock, colleague):
    """As for the list: a member with a verified address of the domain must exist."""
    acme = given.organization(email_jit_provisioning="RESTRICTED", email_allowed_domains=["acme.test", "globex.test"])
    if colleague == "bob@acme.test":
        given.member(acme, colleague)  # never verified
    elif colleague:
        bob = given.member(acme, "bob@acme.test" if colleague == "deleted" else colleague)
        given.login(acme, bob)
        if colleague == "deleted":
            client.organizations.members.delete(acme.organization_id, bob.member_id)
    found = given.discovered("ada@acme.test")
    assert found.discovered_organizations == []
    token = found.intermediate_session_token
    assert refused(exchange, token, acme) == "email_jit_provisioning_not_allowed"
    assert "discovery_needs_verified_colleague" in given.because()
    given.link_token(acme, "eve@acme.test")  # the organization's own login needs none
    mock.configure(discovery_needs_verified_colleague=False)
    assert exchange(token, acme).member_authenticated


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({}, "email_jit_provisioning_not_allowed"),
        ({**JOINABLE, "email_allowed_domains": ["globex.test"]}, "invalid_email_for_jit_provisioning"),
    ],
    ids=["closed", "other domains"],
)
def test_address_that_the_organization_does_not_provision_is_refused(given, client, exchange, refused, settings, error):
    acme = given.organization(**settings)
    token = given.intermediate_session("ada@acme.test")
    assert refused(exchange, token, acme) == error
    given.member(acme, "ada@acme.test")
    assert exchange(token, acme).member_authenticated  # the refusal didn't consume it


def test_address_of_a_claimed_domain_is_refused_elsewhere(given, exchange, refused):
    given.organization("Home", claimed_email_domains=["acme.test"])
    other = given.organization("Other", **JOINABLE)
    invited = given.organization("Invited")
    given.member(invited, "ada@acme.test", create_member_as_pending=True)
    token = given.intermediate_session("ada@acme.test")
    assert refused(exchange, token, other) == "action_not_allowed_email_domain_is_claimed"
    assert refused(exchange, token, invited) == "action_not_allowed_email_domain_is_claimed"


def test_retired_address_is_refused(given, client, exchange, refused):
    acme = given.organization(**JOINABLE)
    given.login(acme, given.member(acme, "ada@acme.test"))
    bob = given.member(acme, "bob@acme.test")
    client.organizations.members.update(acme.organization_id, bob.member_id, email_address="bob@new.test")
    assert refused(exchange, given.intermediate_session("bob@acme.test"), acme) == "retired_member_email"


def test_invalid_arguments_are_refused(given, client, exchange, refused, error_type_of):
    acme = given.organization()
    path = "/v1/b2b/discovery/intermediate_sessions/exchange"
    assert error_type_of("POST", path, {"organization_id": "acme"}) == "intermediate_session_not_found"
    assert error_type_of("POST", path, {"intermediate_session_token": "x" * 44}) == "invalid_organization_id"
    assert refused(exchange, "x" * 22, acme) == "intermediate_session_not_found"
    assert refused(exchange, "x" * 44, acme) == "intermediate_session_not_found"
    token = given.intermediate_session("ada@acme.test")
    assert refused(client.discovery.intermediate_sessions.exchange, token, "nowhere") == "organization_not_found"
    assert refused(exchange, token, acme, session_duration_minutes=4) == "invalid_session_duration_minutes"
    assert refused(exchange, token, acme, locale="tlh") == "invalid_locale"
    given.member(acme, "ada@acme.test")
    large = refused(exchange, token, acme, session_custom_claims={"k": "x" * 4096})
    assert large == "custom_claims_too_large"
    assert exchange(token, acme).member_authenticated


def test_organization_is_looked_up_before_the_intermediate_session(http):
    path = "/v1/b2b/discovery/intermediate_sessions/exchange"
    for token in ("invalid_session_123", "x" * 44, ""):
        sent = {"intermediate_session_token": token, "organization_id": "nowhere"}
        response = http.post(path, json=sent)
        error = response.json()
        assert (response.status_code, error["error_type"]) == (404, "organization_not_found")
        assert error["error_url"] == "https://stytch.com/docs/api/errors/404#organization_not_found"


# Missing factors


def test_missing_primary_factor_is_returned(given, exchange):
    acme = given.organization(auth_methods="RESTRICTED", allowed_auth_methods=["google_oauth"])
    given.member(acme, "ada@acme.test")
    token = given.intermediate_session("ada@acme.test")
    incomplete = exchange(token, acme)
    assert (incomplete.member_authenticated, incomplete.intermediate_session_token) == (False, token)
    assert (incomplete.session_token, incomplete.session_jwt, incomplete.member_session) == ("", "", None)
    assert incomplete.primary_required.allowed_auth_methods == ["google_oauth"]
    assert incomplete.mfa_required is None


def test_missing_second_factor_is_returned(given, exchange):
    acme = given.organization(mfa_policy="REQUIRED_FOR_ALL")
    given.member(acme, "ada@acme.test")
    token = given.intermediate_session("ada@acme.test")
    incomplete = exchange(token, acme)
    assert (incomplete.member_authenticated, incomplete.intermediate_session_token) == (False, token)
    assert incomplete.primary_required is None
    assert (incomplete.mfa_required.member_options, incomplete.mfa_required.secondary_auth_initiated) == (None, None)


def test_missing_primary_factor_comes_before_mfa(given, exchange):
    acme = given.organization(auth_methods="RESTRICTED", allowed_auth_methods=["sso"], mfa_policy="REQUIRED_FOR_ALL")
    given.member(acme, "ada@acme.test")
    incomplete = exchange(given.intermediate_session("ada@acme.test"), acme)
    assert incomplete.primary_required.allowed_auth_methods == ["sso"]
    assert incomplete.mfa_required is None


@pytest.mark.parametrize(
    ("columns", "settings", "sent"),
    [
        ({"mfa_phone_number_verified": True}, {}, True),
        ({"mfa_phone_number_verified": True, "default_mfa_method": "sms_otp"}, {}, True),
        ({"mfa_phone_number_verified": True, "default_mfa_method": "totp"}, {}, False),
        ({"mfa_phone_number_verified": False}, {}, True),
        ({"mfa_phone_number_verified": False, "default_mfa_method": "totp"}, {}, False),
        ({"mfa_phone_number_verified": True}, {"mfa_methods": "RESTRICTED", "allowed_mfa_methods": ["totp"]}, False),
        ({"mfa_phone_number_verified": True}, {"mfa_methods": "RESTRICTED", "allowed_mfa_methods": ["sms_otp"]}, True),
    ],
    ids=str,
)
def test_code_is_sent_to_the_phone(given, exchange, mock, set_columns, columns, settings, sent):
    acme = given.organization(**settings)
    ada = given.member(acme, "ada@acme.test", mfa_phone_number="+14155550100", mfa_enrolled=True)
    set_columns(ada, **columns)
    required = exchange(given.intermediate_session("ada@acme.test"), acme, locale="fr").mfa_required
    assert required.member_options.mfa_phone_number == "+14155550100"
    assert required.secondary_auth_initiated == ("sms_otp" if sent else None)
    texts = mock.inbox.all(to="+14155550100")
    assert [(text.channel, text.kind) for text in texts] == [("sms", "sms_otp")] * sent
    if sent:
        assert texts[0].code in texts[0].text
        assert (texts[0].expires_at - texts[0].created_at).total_seconds() == 120


def test_magic_link_login_sends_a_code_to_the_phone(given, mock):
    acme = given.organization()
    ada = given.member(acme, "ada@acme.test", mfa_phone_number="+14155550100", mfa_enrolled=True)
    incomplete = given.login(acme, ada)
    assert (incomplete.member_authenticated, incomplete.mfa_required.secondary_auth_initiated) == (False, "sms_otp")
    assert len(incomplete.intermediate_session_token) == 44
    assert mock.inbox.latest(to="+14155550100").code


def test_member_without_enrollment_needs_no_second_factor(given, exchange):
    acme = given.organization()
    given.member(acme, "ada@acme.test", mfa_phone_number="+14155550100")
    assert exchange(given.intermediate_session("ada@acme.test"), acme).member_authenticated


# One intermediate session, several organizations


def test_incomplete_intermediate_session_can_be_exchanged_elsewhere(given, exchange):
    strict, acme = given.organization("Strict", mfa_policy="REQUIRED_FOR_ALL"), given.organization("Acme")
    given.member(strict, "ada@acme.test")
    given.member(acme, "ada@acme.test")
    token = given.intermediate_session("ada@acme.test")
    assert not exchange(token, strict).member_authenticated
    login = exchange(token, acme)
    assert login.member_authenticated
    factor = login.member_session.authentication_factors[0].email_factor
    assert factor.email_id == given.login(acme, login.member).method_id  # this organization's, not the other's


def test_intermediate_session_of_a_login_can_be_exchanged_elsewhere(given, exchange):
    strict, acme = given.organization("Strict", mfa_policy="REQUIRED_FOR_ALL"), given.organization("Acme")
    incomplete = given.login(strict, given.member(strict, "ada@acme.test"))
    given.member(acme, "ada@acme.test")
    login = exchange(incomplete.intermediate_session_token, acme)
    assert (login.member_authenticated, login.member.organization_id) == (True, acme.organization_id)


def test_intermediate_session_with_only_a_password_is_refused_elsewhere(given, client, exchange, rows, refused):
    strict, acme = given.organization("Strict", mfa_policy="REQUIRED_FOR_ALL"), given.organization("Acme")
    incomplete = given.login(strict, given.member(strict, "ada@acme.test"))
    given.member(acme, "ada@acme.test")
    with rows() as ctx:
        intermediate = ctx.store.get(
            IntermediateSession, intermediate_session_token=incomplete.intermediate_session_token
        )
        password = Factor(
            type="password",
            delivery_method="knowledge",
            created_at=ctx.now,
            updated_at=ctx.now,
            last_authenticated_at=ctx.now,
        )
        ctx.store.update(intermediate, authentication_factors=[password])
    error = refused(exchange, incomplete.intermediate_session_token, acme)
    assert error == "invalid_intermediate_session_token_for_organization"
    listed = client.discovery.organizations.list(incomplete.intermediate_session_token).discovered_organizations
    found = {o.organization.organization_name: o for o in listed}
    assert found["Acme"].primary_required is not None
    assert found["Strict"].primary_required is None
    assert found["Strict"].mfa_required is not None
