"""MFA with every login method: when a second factor is required, and the responses."""

import pytest

from tests.api.factors import (
    OTHER_PHONE,
    PHONE,
    LoginMethods,
    ids,
    refusal,
    sms_code,
    totp_code,
    types,
    with_app,
    with_phone,
    wrong_code,
)

ADA = "ada@acme.test"
UNMET = (400, "action_available_only_once_primary_authentication_is_met")


@pytest.fixture(autouse=True)
def _frozen(mock):
    mock.clock.freeze()


@pytest.fixture
def enrolled(client, acme, ada, given, mock):
    """Ada, enrolled in MFA with a verified phone."""
    with_phone(client, mock, ada, given.login(acme, ada).session_token)
    mock.inbox.clear()
    return client.organizations.members.update(**ids(ada), mfa_enrolled=True).member


METHODS = ("magic_link", "email_otp", "password", "oauth", "discovery", "exchange")


@pytest.fixture
def login_methods(mock, client, given, http):
    return LoginMethods(mock, client, given, http)


def assert_mfa_required(answer, member):
    """Check the response to a login that requires a second factor, and return its ``mfa_required``."""
    assert (answer.member_authenticated, answer.session_token, answer.session_jwt) == (False, "", "")
    assert answer.member_session is answer.primary_required is None
    assert (answer.member_id, answer.member.status) == (member.member_id, "active")
    assert len(answer.intermediate_session_token) == 44
    return answer.mfa_required


# Login methods


@pytest.mark.parametrize("login_method", METHODS)
def test_policy_requires_mfa_of_all_members(login_methods, client, acme, ada, login_method):
    client.organizations.update(acme.organization_id, mfa_policy="REQUIRED_FOR_ALL")
    required = assert_mfa_required(getattr(login_methods, login_method)(ada), ada)
    assert (required.member_options, required.secondary_auth_initiated) == (None, None)


@pytest.mark.parametrize("login_method", METHODS)
def test_enrolled_member_gets_a_code(login_methods, enrolled, mock, client, login_method):
    answer = getattr(login_methods, login_method)(enrolled)
    required = assert_mfa_required(answer, enrolled)
    assert required.member_options.mfa_phone_number == PHONE
    assert required.member_options.totp_registration_id == ""
    assert required.secondary_auth_initiated == "sms_otp"
    (message,) = mock.inbox.all(to=PHONE)
    intermediate = {"intermediate_session_token": answer.intermediate_session_token}
    done = client.otps.sms.authenticate(**ids(enrolled), code=message.code, **intermediate)
    first = {"discovery": "magic_link", "exchange": "magic_link"}.get(login_method, login_method)
    assert types(done) == [first, "otp"]
    assert client.sessions.authenticate(session_token=done.session_token).member.member_id == enrolled.member_id


def test_no_code_is_sent_to_a_country_that_is_not_configured(login_methods, enrolled, mock, client, given):
    mock.configure(sms_country_codes=["GB"])
    answer = login_methods.magic_link(enrolled)
    required = assert_mfa_required(answer, enrolled)
    assert required.member_options.mfa_phone_number == PHONE
    assert required.secondary_auth_initiated is None
    assert "sms_country_codes" in given.because()
    assert mock.inbox.all(to=PHONE) == []
    intermediate = {"intermediate_session_token": answer.intermediate_session_token}
    assert refusal(client.otps.sms.send, **ids(enrolled), **intermediate) == (400, "invalid_phone_number_country_code")


@pytest.mark.parametrize("login_method", ["magic_link", "email_otp", "password", "oauth"])
def test_session_with_mfa_is_extended_without_a_challenge(
    login_methods, enrolled, mock, given, acme, client, login_method
):
    intermediate = given.login(acme, enrolled).intermediate_session_token
    login = client.otps.sms.authenticate(**ids(enrolled), code=sms_code(mock), intermediate_session_token=intermediate)
    mock.inbox.clear()
    answer = getattr(login_methods, login_method)(enrolled, session_token=login.session_token)
    assert (answer.session_token, answer.member_authenticated) == (login.session_token, True)
    assert answer.mfa_required is None
    assert set(types(answer)) == {"magic_link", "otp", login_method}
    assert mock.inbox.all(to=PHONE) == []


def test_oauth_account_is_linked_after_the_second_factor(login_methods, enrolled, mock, client):
    login = login_methods.oauth(enrolled)
    assert login.member.oauth_registrations == []
    done = client.otps.sms.authenticate(
        **ids(enrolled), code=sms_code(mock), intermediate_session_token=login.intermediate_session_token
    )
    (linked,) = done.member.oauth_registrations
    assert linked.provider_type == "Google"
    assert done.member_session.authentication_factors[0].google_oauth_factor.id == linked.member_oauth_registration_id


@pytest.mark.parametrize("policy", ["OPTIONAL", "REQUIRED_FOR_ALL"])
def test_unverified_oauth_account_of_an_allowed_tenant_activates_the_member(login_methods, client, given, mock, policy):
    """The organization provisions members of the account's OAuth tenant."""
    tenants = {"oauth_tenant_jit_provisioning": "RESTRICTED", "allowed_oauth_tenants": {"github": ["T1"]}}
    acme = given.organization(mfa_policy=policy, **tenants)
    bob = given.member(acme, "bob@acme.test", create_member_as_pending=True)
    member = login_methods.oauth(bob, "github", ["T1"]).member
    assert (member.status, member.email_address_verified) == ("active", False)
    assert client.organizations.members.get(**ids(bob)).member.status == "active"


def test_created_organization_can_require_mfa_of_its_first_member(given, client, mock):
    intermediate = given.intermediate_session(ADA)
    answer = client.discovery.organizations.create(
        intermediate, organization_name="Acme", mfa_policy="REQUIRED_FOR_ALL"
    )
    assert (answer.intermediate_session_token, answer.member.is_admin) == (intermediate, True)
    assert assert_mfa_required(answer, answer.member).member_options is None
    registered = client.totps.create(**ids(answer.member), intermediate_session_token=intermediate)
    done = client.totps.authenticate(
        **ids(answer.member), code=totp_code(mock, registered.secret), intermediate_session_token=intermediate
    )
    assert (types(done), done.member.mfa_enrolled) == (["magic_link", "totp"], True)


def test_discovery_lists_mfa_and_sends_no_code(enrolled, given, mock, client):
    for found in (
        given.discovered(ADA).discovered_organizations,
        client.discovery.organizations.list(
            intermediate_session_token=given.intermediate_session(ADA)
        ).discovered_organizations,
    ):
        (entry,) = found
        assert (entry.member_authenticated, entry.primary_required) == (False, None)
        assert entry.mfa_required.member_options.mfa_phone_number == PHONE
        assert entry.mfa_required.secondary_auth_initiated is None
    assert mock.inbox.all(to=PHONE) == []


def test_member_with_totp_as_default_gets_no_code(enrolled, client, given, acme, mock):
    with_app(client, enrolled)
    client.organizations.members.update(**ids(enrolled), default_mfa_method="totp")
    required = given.login(acme, enrolled).mfa_required
    assert required.secondary_auth_initiated is None
    assert (required.member_options.mfa_phone_number, bool(required.member_options.totp_registration_id)) == (PHONE, 1)
    assert mock.inbox.all(to=PHONE) == []


def test_message_is_in_the_language_of_the_request(enrolled, given, acme, mock):
    given.login(acme, enrolled, locale="es")
    assert "es su código para" in mock.inbox.latest(to=PHONE).text


# The intermediate session


def test_factors_accumulate_in_one_intermediate_session(login_methods, enrolled, client, mock):
    first = login_methods.magic_link(enrolled)
    intermediate = {"intermediate_session_token": first.intermediate_session_token}
    second = login_methods.password(enrolled, **intermediate)
    assert second.intermediate_session_token == first.intermediate_session_token
    third = login_methods.email_otp(enrolled, **intermediate)
    done = client.otps.sms.authenticate(**ids(enrolled), code=sms_code(mock), **intermediate)
    assert third.intermediate_session_token == first.intermediate_session_token
    assert types(done) == ["magic_link", "password", "email_otp", "otp"]
    assert (
        len(client.sessions.get(**ids(enrolled)).member_sessions) == 2
    )  # this one, and the one in which the phone was linked


def test_intermediate_session_survives_a_failure_and_expires_after_ten_minutes(enrolled, given, acme, client, mock):
    intermediate = {"intermediate_session_token": given.login(acme, enrolled).intermediate_session_token}
    authenticate = client.otps.sms.authenticate
    assert refusal(authenticate, **ids(enrolled), code=wrong_code(sms_code(mock)), **intermediate) == (
        404,
        "otp_code_not_found",
    )
    mock.clock.advance(minutes=9)
    client.otps.sms.send(**ids(enrolled), **intermediate)
    done = authenticate(**ids(enrolled), code=sms_code(mock), **intermediate)
    client.sessions.revoke(session_token=done.session_token)
    not_found = (404, "intermediate_session_not_found")
    assert refusal(authenticate, **ids(enrolled), code=sms_code(mock), **intermediate) == not_found
    late = {"intermediate_session_token": given.login(acme, enrolled).intermediate_session_token}
    mock.clock.advance(minutes=10)
    assert refusal(authenticate, **ids(enrolled), code=sms_code(mock), **late) == not_found


def test_intermediate_session_of_another_member_is_refused(enrolled, given, acme, client):
    authenticate = client.otps.sms.authenticate
    client.organizations.update(acme.organization_id, mfa_policy="REQUIRED_FOR_ALL")
    bob = given.login(acme, given.member(acme, "bob@acme.test")).intermediate_session_token
    mismatch = (400, "member_session_member_id_mismatch")
    assert refusal(authenticate, **ids(enrolled), code="123456", intermediate_session_token=bob) == mismatch
    bobs = given.intermediate_session("bob@acme.test")
    assert refusal(client.otps.sms.send, **ids(enrolled), intermediate_session_token=bobs) == mismatch


def test_discovery_intermediate_session_is_completed_by_a_second_factor(enrolled, given, client, mock):
    intermediate = {"intermediate_session_token": given.intermediate_session(ADA)}
    client.otps.sms.send(**ids(enrolled), **intermediate)
    done = client.otps.sms.authenticate(**ids(enrolled), code=sms_code(mock), **intermediate)
    assert types(done) == ["magic_link", "otp"]
    factor = done.member_session.authentication_factors[0]
    assert factor.email_factor.email_id.startswith("member-email-test-")
    exchange = client.discovery.intermediate_sessions.exchange
    not_found = refusal(exchange, intermediate["intermediate_session_token"], enrolled.organization_id)
    assert not_found == (404, "intermediate_session_not_found")


def test_second_factor_activates_a_pending_member(given, client, acme, mock):
    bob = given.member(acme, "bob@acme.test", create_member_as_pending=True, mfa_phone_number=PHONE)
    intermediate = given.intermediate_session("bob@acme.test")
    client.otps.sms.send(**ids(bob), intermediate_session_token=intermediate)
    wrong = refusal(
        client.otps.sms.authenticate,
        **ids(bob),
        code=wrong_code(sms_code(mock)),
        intermediate_session_token=intermediate,
    )
    assert wrong == (404, "otp_code_not_found")
    assert client.organizations.members.get(**ids(bob)).member.status == "pending"
    done = client.otps.sms.authenticate(**ids(bob), code=sms_code(mock), intermediate_session_token=intermediate)
    assert (done.member.status, done.member.email_address_verified) == ("active", True)


def test_password_does_not_count_in_another_organization(login_methods, enrolled, given, client):
    """A password is added to an intermediate session of discovery."""
    globex = given.organization("Globex", auth_methods="RESTRICTED", allowed_auth_methods=["password"])
    given.member(globex, ADA)
    intermediate = given.intermediate_session(ADA)
    login_methods.password(enrolled, intermediate_session_token=intermediate)
    answer = client.discovery.intermediate_sessions.exchange(intermediate, globex.organization_id)
    assert not answer.member_authenticated
    assert answer.primary_required.allowed_auth_methods == ["password"]


# Primary factors


@pytest.fixture
def outdated_session(client, acme, ada, login_methods, given):
    """An intermediate session of Ada whose primary factor the organization no longer allows."""
    with_app(client, ada, ("a1b2-c3d4-e5f6",))
    client.organizations.update(acme.organization_id, mfa_policy="REQUIRED_FOR_ALL")
    intermediate = given.login(acme, ada).intermediate_session_token
    client.organizations.update(acme.organization_id, auth_methods="RESTRICTED", allowed_auth_methods=["password"])
    return {"intermediate_session_token": intermediate}


def test_second_factor_before_the_primary_factor_is_refused(client, ada, outdated_session, mock, login_methods):
    assert refusal(client.totps.authenticate, **ids(ada), code=totp_code(mock), **outdated_session) == UNMET
    assert refusal(client.otps.sms.authenticate, **ids(ada), code="123456", **outdated_session) == UNMET
    recover = client.recovery_codes.recover
    assert refusal(recover, **ids(ada), recovery_code="a1b2-c3d4-e5f6", **outdated_session) == UNMET
    answer = login_methods.password(ada, **outdated_session)
    assert (answer.primary_required, answer.mfa_required is None) == (None, False)
    done = client.totps.authenticate(
        **ids(ada), code=totp_code(mock), **outdated_session
    )  # the refusals above didn't consume it
    assert types(done) == ["magic_link", "password", "totp"]


def test_missing_primary_factor_comes_before_mfa(client, acme, ada, outdated_session, given):
    intermediate = outdated_session["intermediate_session_token"]
    answer = client.discovery.intermediate_sessions.exchange(intermediate, acme.organization_id)
    assert (answer.primary_required.allowed_auth_methods, answer.mfa_required) == (["password"], None)
    assert answer.intermediate_session_token == intermediate


# Enrollment


def test_first_login_enrolls_the_member(client, given, mock):
    acme = given.organization(
        mfa_policy="REQUIRED_FOR_ALL", email_jit_provisioning="RESTRICTED", email_allowed_domains=["acme.test"]
    )
    client.otps.email.login_or_signup(acme.organization_id, ADA)
    first = client.otps.email.authenticate(acme.organization_id, ADA, mock.inbox.latest(to=ADA).code)
    intermediate = {"intermediate_session_token": first.intermediate_session_token}
    client.otps.sms.send(**ids(first.member), mfa_phone_number=PHONE, **intermediate)
    done = client.otps.sms.authenticate(
        **ids(first.member), code=sms_code(mock), **intermediate, set_mfa_enrollment="unenroll"
    )
    assert types(done) == ["email_otp", "otp"]
    assert done.member.mfa_enrolled  # the policy overrides the request
    assert (done.member.default_mfa_method, done.member.mfa_phone_number_verified) == ("sms_otp", True)


@pytest.mark.parametrize("method", ["sms", "totp"])
def test_optional_policy_lets_the_request_choose_enrollment(client, acme, ada, given, mock, method):
    session = given.login(acme, ada).session_token
    if method == "totp":
        with_app(client, ada)

    def authenticate(**options):
        if method == "totp":
            mock.clock.advance(seconds=30)
            return client.totps.authenticate(**ids(ada), code=totp_code(mock), session_token=session, **options)
        client.otps.sms.send(**ids(ada), mfa_phone_number=PHONE, session_token=session)
        return client.otps.sms.authenticate(**ids(ada), code=sms_code(mock), session_token=session, **options)

    assert not authenticate().member.mfa_enrolled
    assert authenticate(set_mfa_enrollment="enroll").member.mfa_enrolled
    assert authenticate().member.mfa_enrolled
    assert given.login(acme, ada).mfa_required is not None
    assert not authenticate(set_mfa_enrollment="unenroll").member.mfa_enrolled
    assert given.login(acme, ada).member_authenticated


def test_first_method_is_the_default_until_changed(client, acme, ada, given, mock):
    session = {"session_token": given.login(acme, ada).session_token}
    assert with_phone(client, mock, ada, session["session_token"]).default_mfa_method == "sms_otp"
    registered = client.totps.create(**ids(ada), **session)
    authenticate = client.totps.authenticate
    answer = authenticate(**ids(ada), code=totp_code(mock, registered.secret), **session)
    assert answer.member.default_mfa_method == "sms_otp"
    answer = authenticate(**ids(ada), code=totp_code(mock, registered.secret, 1), **session, set_default_mfa=True)
    assert answer.member.default_mfa_method == "totp"


def test_disallowed_method_is_refused(client, enrolled, acme, given, mock):
    client.organizations.update(acme.organization_id, mfa_methods="RESTRICTED", allowed_mfa_methods=["totp"])
    login = given.login(acme, enrolled)
    assert login.mfa_required.secondary_auth_initiated is None
    intermediate = {"intermediate_session_token": login.intermediate_session_token}
    restricted = (400, "operation_restricted_by_organization_mfa_methods")
    assert refusal(client.otps.sms.send, **ids(enrolled), **intermediate) == restricted
    assert refusal(client.otps.sms.authenticate, **ids(enrolled), code="123456", **intermediate) == restricted
    client.organizations.members.update(**ids(enrolled), is_breakglass=True)
    required = given.login(acme, enrolled).mfa_required  # still required, with any method
    assert required.secondary_auth_initiated == "sms_otp"
    done = client.otps.sms.authenticate(**ids(enrolled), code=sms_code(mock), **intermediate)
    assert types(done) == ["magic_link", "otp"]


# Existing sessions and factors


def test_existing_session_survives_a_new_policy(client, acme, ada, given):
    session = given.login(acme, ada).session_token
    client.organizations.update(acme.organization_id, mfa_policy="REQUIRED_FOR_ALL")
    assert client.sessions.authenticate(session_token=session).member.member_id == ada.member_id
    assert_mfa_required(given.login(acme, ada), ada)
    client.organizations.update(acme.organization_id, mfa_policy="OPTIONAL")
    assert given.login(acme, ada).member_authenticated


def test_deleted_phone_has_to_be_replaced_at_the_next_login(client, acme, enrolled, given):
    (session,) = client.sessions.get(**ids(enrolled)).member_sessions
    updated = client.organizations.members.delete_mfa_phone_number(**ids(enrolled)).member
    assert (updated.mfa_phone_number, updated.mfa_enrolled, updated.default_mfa_method) == ("", True, "")
    assert client.sessions.get(**ids(enrolled)).member_sessions[0].member_session_id == session.member_session_id
    login = given.login(acme, enrolled)
    assert assert_mfa_required(login, enrolled).member_options is None
    intermediate = {"intermediate_session_token": login.intermediate_session_token}
    linked = client.otps.sms.send(**ids(enrolled), mfa_phone_number=OTHER_PHONE, **intermediate)
    assert (linked.member.mfa_phone_number, linked.member.mfa_phone_number_verified) == (OTHER_PHONE, False)


def test_deleted_app_leaves_existing_sessions_unchanged(client, acme, ada, given, mock):
    session = given.login(acme, ada).session_token
    with_app(client, ada)
    client.totps.authenticate(**ids(ada), code=totp_code(mock), session_token=session, set_mfa_enrollment="enroll")
    client.organizations.members.delete_totp(**ids(ada))
    assert types(client.sessions.authenticate(session_token=session)) == ["magic_link", "totp"]
    assert assert_mfa_required(given.login(acme, ada), ada).member_options is None


def test_another_organization_requires_its_own_second_factor(enrolled, client, given, acme, mock):
    intermediate = given.login(acme, enrolled).intermediate_session_token
    login = client.otps.sms.authenticate(**ids(enrolled), code=sms_code(mock), intermediate_session_token=intermediate)
    globex = given.organization("Globex", mfa_policy="REQUIRED_FOR_ALL")
    there = given.member(globex, ADA)
    answer = client.sessions.exchange(globex.organization_id, session_token=login.session_token)
    assert assert_mfa_required(answer, there).member_options is None
