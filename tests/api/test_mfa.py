"""MFA as a whole: when a second factor is due, and what every way in says then."""

import pytest

from tests.api.factors import (
    OTHER_PHONE,
    PHONE,
    Ways,
    ids,
    other,
    refusal,
    shown,
    texted,
    types,
    with_app,
    with_phone,
)

ADA = "ada@acme.test"
UNMET = (400, "action_available_only_once_primary_authentication_is_met")


@pytest.fixture(autouse=True)
def _frozen(mock):
    mock.clock.freeze()


@pytest.fixture
def enrolled(client, acme, ada, given, mock):
    """Ada with a verified phone, from whom a second factor is asked."""
    with_phone(client, mock, ada, given.login(acme, ada).session_token)
    mock.inbox.clear()
    return client.organizations.members.update(**ids(ada), mfa_enrolled=True).member


WAYS = ("magic_link", "email_otp", "password", "oauth", "discovery", "exchange")


@pytest.fixture
def ways(mock, client, given, http):
    return Ways(mock, client, given, http)


def assert_held(answer, member):
    """The shape of a login that waits for its second factor."""
    assert (answer.member_authenticated, answer.session_token, answer.session_jwt) == (False, "", "")
    assert answer.member_session is answer.primary_required is None
    assert (answer.member_id, answer.member.status) == (member.member_id, "active")
    assert len(answer.intermediate_session_token) == 44
    return answer.mfa_required


# Every way in


@pytest.mark.parametrize("way", WAYS)
def test_a_policy_asks_everybody(ways, client, acme, ada, way):
    client.organizations.update(acme.organization_id, mfa_policy="REQUIRED_FOR_ALL")
    required = assert_held(getattr(ways, way)(ada), ada)
    assert (required.member_options, required.secondary_auth_initiated) == (None, None)


@pytest.mark.parametrize("way", WAYS)
def test_enrolment_asks_one_and_texts_at_once(ways, enrolled, mock, client, way):
    answer = getattr(ways, way)(enrolled)
    required = assert_held(answer, enrolled)
    assert required.member_options.mfa_phone_number == PHONE
    assert required.member_options.totp_registration_id == ""
    assert required.secondary_auth_initiated == "sms_otp"
    (message,) = mock.inbox.all(to=PHONE)
    held = {"intermediate_session_token": answer.intermediate_session_token}
    done = client.otps.sms.authenticate(**ids(enrolled), code=message.code, **held)
    first = {"discovery": "magic_link", "exchange": "magic_link"}.get(way, way)
    assert types(done) == [first, "otp"]
    assert client.sessions.authenticate(session_token=done.session_token).member.member_id == enrolled.member_id


def test_nothing_is_texted_to_a_country_that_was_given_up(ways, enrolled, mock, client, given):
    mock.configure(sms_country_codes=["GB"])
    answer = ways.magic_link(enrolled)
    required = assert_held(answer, enrolled)
    assert required.member_options.mfa_phone_number == PHONE
    assert required.secondary_auth_initiated is None
    assert "sms_country_codes" in given.because()
    assert mock.inbox.all(to=PHONE) == []
    held = {"intermediate_session_token": answer.intermediate_session_token}
    assert refusal(client.otps.sms.send, **ids(enrolled), **held) == (400, "invalid_phone_number_country_code")


@pytest.mark.parametrize("way", ["magic_link", "email_otp", "password", "oauth"])
def test_a_session_that_comes_along_is_stepped_up_and_asked_nothing(ways, enrolled, mock, given, acme, client, way):
    held = given.login(acme, enrolled).intermediate_session_token
    login = client.otps.sms.authenticate(**ids(enrolled), code=texted(mock), intermediate_session_token=held)
    mock.inbox.clear()
    answer = getattr(ways, way)(enrolled, session_token=login.session_token)
    assert (answer.session_token, answer.member_authenticated) == (login.session_token, True)
    assert answer.mfa_required is None
    assert set(types(answer)) == {"magic_link", "otp", way}
    assert mock.inbox.all(to=PHONE) == []


def test_an_account_elsewhere_is_linked_once_the_second_factor_is_there(ways, enrolled, mock, client):
    held = ways.oauth(enrolled)
    assert held.member.oauth_registrations == []
    done = client.otps.sms.authenticate(
        **ids(enrolled), code=texted(mock), intermediate_session_token=held.intermediate_session_token
    )
    (linked,) = done.member.oauth_registrations
    assert linked.provider_type == "Google"
    assert done.member_session.authentication_factors[0].google_oauth_factor.id == linked.member_oauth_registration_id


@pytest.mark.parametrize("policy", ["OPTIONAL", "REQUIRED_FOR_ALL"])
def test_an_account_that_vouches_for_no_address_makes_active_all_the_same(ways, client, given, mock, policy):
    """The organization lets everybody of the account's tenant in."""
    tenants = {"oauth_tenant_jit_provisioning": "RESTRICTED", "allowed_oauth_tenants": {"github": ["T1"]}}
    acme = given.organization(mfa_policy=policy, **tenants)
    bob = given.member(acme, "bob@acme.test", create_member_as_pending=True)
    member = ways.oauth(bob, "github", ["T1"]).member
    assert (member.status, member.email_address_verified) == ("active", False)
    assert client.organizations.members.get(**ids(bob)).member.status == "active"


def test_founding_an_organization_that_asks_everybody(given, client, mock):
    held = given.intermediate(ADA)
    answer = client.discovery.organizations.create(held, organization_name="Acme", mfa_policy="REQUIRED_FOR_ALL")
    assert (answer.intermediate_session_token, answer.member.is_admin) == (held, True)
    assert assert_held(answer, answer.member).member_options is None
    registered = client.totps.create(**ids(answer.member), intermediate_session_token=held)
    done = client.totps.authenticate(
        **ids(answer.member), code=shown(mock, registered.secret), intermediate_session_token=held
    )
    assert (types(done), done.member.mfa_enrolled) == (["magic_link", "totp"], True)


def test_discovery_tells_and_texts_nothing(enrolled, given, mock, client):
    for found in (
        given.discovered(ADA).discovered_organizations,
        client.discovery.organizations.list(
            intermediate_session_token=given.intermediate(ADA)
        ).discovered_organizations,
    ):
        (entry,) = found
        assert (entry.member_authenticated, entry.primary_required) == (False, None)
        assert entry.mfa_required.member_options.mfa_phone_number == PHONE
        assert entry.mfa_required.secondary_auth_initiated is None
    assert mock.inbox.all(to=PHONE) == []


def test_who_prefers_the_app_is_not_texted(enrolled, client, given, acme, mock):
    with_app(client, enrolled)
    client.organizations.members.update(**ids(enrolled), default_mfa_method="totp")
    required = given.login(acme, enrolled).mfa_required
    assert required.secondary_auth_initiated is None
    assert (required.member_options.mfa_phone_number, bool(required.member_options.totp_registration_id)) == (PHONE, 1)
    assert mock.inbox.all(to=PHONE) == []


def test_the_text_is_in_the_language_of_the_call(enrolled, given, acme, mock):
    given.login(acme, enrolled, locale="es")
    assert "es su código para" in mock.inbox.latest(to=PHONE).text


# The intermediate session


def test_factors_gather_on_one_intermediate_session(ways, enrolled, client, mock):
    first = ways.magic_link(enrolled)
    held = {"intermediate_session_token": first.intermediate_session_token}
    second = ways.password(enrolled, **held)
    assert second.intermediate_session_token == first.intermediate_session_token
    third = ways.email_otp(enrolled, **held)
    done = client.otps.sms.authenticate(**ids(enrolled), code=texted(mock), **held)
    assert third.intermediate_session_token == first.intermediate_session_token
    assert types(done) == ["magic_link", "password", "email_otp", "otp"]
    assert len(client.sessions.get(**ids(enrolled)).member_sessions) == 2  # and the one in which the phone was linked


def test_it_lives_ten_minutes_and_is_kept_on_failure(enrolled, given, acme, client, mock):
    held = {"intermediate_session_token": given.login(acme, enrolled).intermediate_session_token}
    prove = client.otps.sms.authenticate
    assert refusal(prove, **ids(enrolled), code=other(texted(mock)), **held) == (404, "otp_code_not_found")
    mock.clock.advance(minutes=9)
    client.otps.sms.send(**ids(enrolled), **held)
    done = prove(**ids(enrolled), code=texted(mock), **held)
    client.sessions.revoke(session_token=done.session_token)
    gone = (404, "intermediate_session_not_found")
    assert refusal(prove, **ids(enrolled), code=texted(mock), **held) == gone
    late = {"intermediate_session_token": given.login(acme, enrolled).intermediate_session_token}
    mock.clock.advance(minutes=10)
    assert refusal(prove, **ids(enrolled), code=texted(mock), **late) == gone


def test_one_of_another_member_or_organization(enrolled, given, acme, client):
    prove = client.otps.sms.authenticate
    client.organizations.update(acme.organization_id, mfa_policy="REQUIRED_FOR_ALL")
    bob = given.login(acme, given.member(acme, "bob@acme.test")).intermediate_session_token
    mismatch = (400, "member_session_member_id_mismatch")
    assert refusal(prove, **ids(enrolled), code="123456", intermediate_session_token=bob) == mismatch
    found = given.intermediate("bob@acme.test")
    assert refusal(client.otps.sms.send, **ids(enrolled), intermediate_session_token=found) == mismatch


def test_a_discovery_session_enters_and_steps_up_in_one_call(enrolled, given, client, mock):
    held = {"intermediate_session_token": given.intermediate(ADA)}
    client.otps.sms.send(**ids(enrolled), **held)
    done = client.otps.sms.authenticate(**ids(enrolled), code=texted(mock), **held)
    assert types(done) == ["magic_link", "otp"]
    factor = done.member_session.authentication_factors[0]
    assert factor.email_factor.email_id.startswith("member-email-test-")
    exchange = client.discovery.intermediate_sessions.exchange
    gone = refusal(exchange, held["intermediate_session_token"], enrolled.organization_id)
    assert gone == (404, "intermediate_session_not_found")


def test_and_accepts_an_invitation_on_the_way(given, client, acme, mock):
    bob = given.member(acme, "bob@acme.test", create_member_as_pending=True, mfa_phone_number=PHONE)
    held = given.intermediate("bob@acme.test")
    client.otps.sms.send(**ids(bob), intermediate_session_token=held)
    wrong = refusal(client.otps.sms.authenticate, **ids(bob), code=other(texted(mock)), intermediate_session_token=held)
    assert wrong == (404, "otp_code_not_found")
    assert client.organizations.members.get(**ids(bob)).member.status == "pending"
    done = client.otps.sms.authenticate(**ids(bob), code=texted(mock), intermediate_session_token=held)
    assert (done.member.status, done.member.email_address_verified) == ("active", True)


def test_what_counts_in_one_organization_only_does_not_leave_it(ways, enrolled, given, client):
    """A password joins an intermediate session of discovery: it opens no other organization."""
    globex = given.organization("Globex", auth_methods="RESTRICTED", allowed_auth_methods=["password"])
    given.member(globex, ADA)
    held = given.intermediate(ADA)
    ways.password(enrolled, intermediate_session_token=held)
    answer = client.discovery.intermediate_sessions.exchange(held, globex.organization_id)
    assert not answer.member_authenticated
    assert answer.primary_required.allowed_auth_methods == ["password"]


# The first factor comes first


@pytest.fixture
def halfway(client, acme, ada, ways, given):
    """Ada has proven what the organization takes no more, and a second factor is due."""
    with_app(client, ada, ("a1b2-c3d4-e5f6",))
    client.organizations.update(acme.organization_id, mfa_policy="REQUIRED_FOR_ALL")
    held = given.login(acme, ada).intermediate_session_token
    client.organizations.update(acme.organization_id, auth_methods="RESTRICTED", allowed_auth_methods=["password"])
    return {"intermediate_session_token": held}


def test_a_second_factor_before_the_first(client, ada, halfway, mock, ways):
    assert refusal(client.totps.authenticate, **ids(ada), code=shown(mock), **halfway) == UNMET
    assert refusal(client.otps.sms.authenticate, **ids(ada), code="123456", **halfway) == UNMET
    recover = client.recovery_codes.recover
    assert refusal(recover, **ids(ada), recovery_code="a1b2-c3d4-e5f6", **halfway) == UNMET
    answer = ways.password(ada, **halfway)
    assert (answer.primary_required, answer.mfa_required is None) == (None, False)
    done = client.totps.authenticate(**ids(ada), code=shown(mock), **halfway)  # which was not used up above
    assert types(done) == ["magic_link", "password", "totp"]


def test_the_first_factor_is_asked_for_first(client, acme, ada, halfway, given):
    held = halfway["intermediate_session_token"]
    answer = client.discovery.intermediate_sessions.exchange(held, acme.organization_id)
    assert (answer.primary_required.allowed_auth_methods, answer.mfa_required) == (["password"], None)
    assert answer.intermediate_session_token == held


# Enrolment


def test_enrolling_while_logging_in_for_the_first_time(client, given, mock):
    acme = given.organization(
        mfa_policy="REQUIRED_FOR_ALL", email_jit_provisioning="RESTRICTED", email_allowed_domains=["acme.test"]
    )
    client.otps.email.login_or_signup(acme.organization_id, ADA)
    first = client.otps.email.authenticate(acme.organization_id, ADA, mock.inbox.latest(to=ADA).code)
    held = {"intermediate_session_token": first.intermediate_session_token}
    client.otps.sms.send(**ids(first.member), mfa_phone_number=PHONE, **held)
    done = client.otps.sms.authenticate(**ids(first.member), code=texted(mock), **held, set_mfa_enrollment="unenroll")
    assert types(done) == ["email_otp", "otp"]
    assert done.member.mfa_enrolled  # the policy leaves no choice
    assert (done.member.default_mfa_method, done.member.mfa_phone_number_verified) == ("sms_otp", True)


@pytest.mark.parametrize("method", ["sms", "totp"])
def test_under_an_optional_policy_the_call_decides(client, acme, ada, given, mock, method):
    session = given.login(acme, ada).session_token
    if method == "totp":
        with_app(client, ada)

    def prove(**options):
        if method == "totp":
            mock.clock.advance(seconds=30)
            return client.totps.authenticate(**ids(ada), code=shown(mock), session_token=session, **options)
        client.otps.sms.send(**ids(ada), mfa_phone_number=PHONE, session_token=session)
        return client.otps.sms.authenticate(**ids(ada), code=texted(mock), session_token=session, **options)

    assert not prove().member.mfa_enrolled
    assert prove(set_mfa_enrollment="enroll").member.mfa_enrolled
    assert prove().member.mfa_enrolled
    assert given.login(acme, ada).mfa_required is not None
    assert not prove(set_mfa_enrollment="unenroll").member.mfa_enrolled
    assert given.login(acme, ada).member_authenticated


def test_the_default_is_the_first_method_until_told_otherwise(client, acme, ada, given, mock):
    session = {"session_token": given.login(acme, ada).session_token}
    assert with_phone(client, mock, ada, session["session_token"]).default_mfa_method == "sms_otp"
    registered = client.totps.create(**ids(ada), **session)
    prove = client.totps.authenticate
    answer = prove(**ids(ada), code=shown(mock, registered.secret), **session)
    assert answer.member.default_mfa_method == "sms_otp"
    answer = prove(**ids(ada), code=shown(mock, registered.secret, 1), **session, set_default_mfa=True)
    assert answer.member.default_mfa_method == "totp"


def test_methods_that_the_organization_does_not_take(client, enrolled, acme, given, mock):
    client.organizations.update(acme.organization_id, mfa_methods="RESTRICTED", allowed_mfa_methods=["totp"])
    login = given.login(acme, enrolled)
    assert login.mfa_required.secondary_auth_initiated is None
    held = {"intermediate_session_token": login.intermediate_session_token}
    restricted = (400, "operation_restricted_by_organization_mfa_methods")
    assert refusal(client.otps.sms.send, **ids(enrolled), **held) == restricted
    assert refusal(client.otps.sms.authenticate, **ids(enrolled), code="123456", **held) == restricted
    client.organizations.members.update(**ids(enrolled), is_breakglass=True)
    assert given.login(acme, enrolled).mfa_required.secondary_auth_initiated == "sms_otp"  # still asked, any method
    done = client.otps.sms.authenticate(**ids(enrolled), code=texted(mock), **held)
    assert types(done) == ["magic_link", "otp"]


# Sessions that are there


def test_an_organization_that_begins_to_ask(client, acme, ada, given):
    session = given.login(acme, ada).session_token
    client.organizations.update(acme.organization_id, mfa_policy="REQUIRED_FOR_ALL")
    assert client.sessions.authenticate(session_token=session).member.member_id == ada.member_id
    assert_held(given.login(acme, ada), ada)
    client.organizations.update(acme.organization_id, mfa_policy="OPTIONAL")
    assert given.login(acme, ada).member_authenticated


def test_a_phone_that_goes(client, acme, enrolled, given):
    (session,) = client.sessions.get(**ids(enrolled)).member_sessions
    gone = client.organizations.members.delete_mfa_phone_number(**ids(enrolled)).member
    assert (gone.mfa_phone_number, gone.mfa_enrolled, gone.default_mfa_method) == ("", True, "")
    assert client.sessions.get(**ids(enrolled)).member_sessions[0].member_session_id == session.member_session_id
    login = given.login(acme, enrolled)
    assert assert_held(login, enrolled).member_options is None
    held = {"intermediate_session_token": login.intermediate_session_token}
    linked = client.otps.sms.send(**ids(enrolled), mfa_phone_number=OTHER_PHONE, **held)
    assert (linked.member.mfa_phone_number, linked.member.mfa_phone_number_verified) == (OTHER_PHONE, False)


def test_an_app_that_goes(client, acme, ada, given, mock):
    session = given.login(acme, ada).session_token
    with_app(client, ada)
    client.totps.authenticate(**ids(ada), code=shown(mock), session_token=session, set_mfa_enrollment="enroll")
    client.organizations.members.delete_totp(**ids(ada))
    assert types(client.sessions.authenticate(session_token=session)) == ["magic_link", "totp"]
    assert assert_held(given.login(acme, ada), ada).member_options is None


def test_in_another_organization_it_is_asked_for_anew(enrolled, client, given, acme, mock):
    held = given.login(acme, enrolled).intermediate_session_token
    login = client.otps.sms.authenticate(**ids(enrolled), code=texted(mock), intermediate_session_token=held)
    globex = given.organization("Globex", mfa_policy="REQUIRED_FOR_ALL")
    there = given.member(globex, ADA)
    answer = client.sessions.exchange(globex.organization_id, session_token=login.session_token)
    assert assert_held(answer, there).member_options is None
