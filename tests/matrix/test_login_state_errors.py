"""Errors that depend on the state of the member, the session or the organization: the same in each way of logging in.

``docs/errors.md`` lists them at each of these operations.
"""

import pytest

from tests.contract.factors import PASSWORD, ids, md5, with_app
from tests.matrix.login_calls import LOGINS, PRIMARY_FACTORS, RECOVERY_CODE, SECOND_FACTORS, WITH_INTERMEDIATE_SESSION
from tests.support import trusted_issuer

ADA, PHONE = "ada@acme.test", "+14155550123"
CLAIMED = "action_not_allowed_email_domain_is_claimed"
JOINABLE = {
    "email_jit_provisioning": "RESTRICTED",
    "email_invites": "ALL_ALLOWED",
    "email_allowed_domains": ["acme.test"],
}


@pytest.fixture
def acme(given):
    return given.organization("Acme", organization_slug="acme", organization_external_id="acme", **JOINABLE)


@pytest.fixture
def ada(given, acme, client):
    """A member with a password, a phone, an authenticator app and a recovery code."""
    client.passwords.migrate(
        ADA, md5(), "md_5", acme.organization_id, mfa_phone_number=PHONE, set_phone_number_verified=True
    )
    return with_app(
        given, client.organizations.members.get(acme.organization_id, email_address=ADA).member, RECOVERY_CODE
    )


# Claimed domains


@pytest.fixture
def pending(given, acme, client, mock):
    """A member that isn't active. The password comes from another organization."""
    mock.configure(cross_org_passwords_enabled=True)
    client.passwords.migrate(ADA, md5(), "md_5", given.organization("Globex").organization_id)
    return given.member(acme, ADA, create_member_as_pending=True, mfa_phone_number=PHONE)


@pytest.fixture
def claim(given):
    return lambda: given.organization("Home", claimed_email_domains=["acme.test"])


@pytest.mark.parametrize("name", [name for name in PRIMARY_FACTORS if name != "sso.authenticate"])
def test_pending_member_of_a_claimed_domain_cannot_log_in(given, acme, pending, claim, refused, name):
    log_in = LOGINS[name](given, acme, pending)
    claim()
    assert refused(log_in) == CLAIMED


def test_pending_member_of_a_claimed_domain_cannot_verify_a_phone(given, acme, pending, claim, refused):
    """The phone is the only second factor that a member can have before it is active."""
    intermediate = given.intermediate_session(ADA)
    log_in = LOGINS["otp_sms.authenticate"](given, acme, pending)
    claim()
    assert refused(log_in, intermediate_session_token=intermediate) == CLAIMED


def test_address_of_a_claimed_domain_is_not_provisioned(acme, claim, client, refused):
    claim()
    assert refused(client.otps.email.login_or_signup, acme.organization_id, ADA) == CLAIMED
    assert refused(client.passwords.email.reset_start, acme.organization_id, ADA) == CLAIMED


def test_session_of_a_pending_member_of_a_claimed_domain_is_not_migrated(given, acme, claim, client, mock, refused):
    given.member(acme, ADA, create_member_as_pending=True)
    claim()
    mock.configure(zero_downtime_session_migration_url=trusted_issuer.userinfo(email=ADA))
    assert refused(client.sessions.migrate, trusted_issuer.BEARER, acme.organization_id) == CLAIMED


# Reserved addresses


@pytest.fixture(params=["retired_member_email", "desired_email_updating_for_different_member"])
def reserved(request, given, acme, client):
    """The error for ``ada@acme.test``: another member had the address, or is changing to it."""
    bob = given.member(acme, "bob@acme.test")
    given.login(acme, bob)
    given.login(acme, given.member(acme, "carol@acme.test"))  # discovery provisions only colleagues of verified members
    members = client.organizations.members
    if request.param == "retired_member_email":
        members.update(**ids(bob), email_address=ADA)
        members.update(**ids(bob), email_address="bob@acme.test")
    else:
        members.start_email_update(**ids(bob), email_address=ADA)
    return request.param


def test_reserved_address_gets_no_mail(acme, client, reserved, refused):
    email = client.magic_links.email
    for send in (email.login_or_signup, email.invite, client.otps.email.login_or_signup):
        assert refused(send, acme.organization_id, ADA) == reserved
    assert refused(client.passwords.email.reset_start, acme.organization_id, ADA) == reserved


def test_reserved_address_gets_no_imported_password(acme, client, reserved, refused):
    assert refused(client.passwords.migrate, ADA, md5(), "md_5", acme.organization_id) == reserved


def test_reserved_address_is_not_provisioned(given, acme, client, mock, reserved, refused):
    exchange = client.discovery.intermediate_sessions.exchange
    assert refused(exchange, given.intermediate_session(ADA), acme.organization_id) == reserved
    somebody = given.member(given.organization("Globex"), ADA)
    for name in ("oauth.authenticate", "sso.authenticate"):
        assert refused(LOGINS[name](given, acme, somebody)) == reserved
    mock.configure(
        trusted_token_profiles=[
            trusted_issuer.profile(can_jit_provision=True, attribute_mapping={"organization_id": "org"})
        ]
    )
    token = trusted_issuer.token(org="acme")
    assert refused(client.sessions.attest, trusted_issuer.PROFILE_ID, token) == reserved


def test_new_address_is_reserved_until_the_code_is_used(given, acme, client, ada, refused):
    """The backend can give the address to another member in the meantime."""
    given.login(acme, ada)
    client.organizations.members.start_email_update(
        **ids(ada), email_address="ada@new.test", delivery_method="EMAIL_OTP"
    )
    code = given.mock.inbox.latest(to="ada@new.test").code
    client.organizations.members.update(**ids(ada), email_address="ada@new.test")
    client.organizations.members.update(**ids(ada), email_address="ada@other.test", unlink_email=True)
    given.member(acme, "ada@new.test")
    error_type = refused(client.otps.email.authenticate, acme.organization_id, "ada@new.test", code)
    assert error_type == "unable_to_verify_member_email_update"


def test_code_for_a_new_address_of_a_deleted_member_is_refused(given, acme, client, ada, refused):
    given.login(acme, ada)
    client.organizations.members.start_email_update(
        **ids(ada), email_address="ada@new.test", delivery_method="EMAIL_OTP"
    )
    code = given.mock.inbox.latest(to="ada@new.test").code
    client.organizations.members.delete(**ids(ada))
    error_type = refused(client.otps.email.authenticate, acme.organization_id, "ada@new.test", code)
    assert error_type == "member_not_found"


# Sessions


@pytest.mark.parametrize("name", LOGINS)
def test_impersonated_session_gets_no_factor(given, acme, ada, client, mock, refused, name):
    log_in = LOGINS[name](given, acme, ada)
    token = mock.impersonation_token(acme.organization_id, ada.member_id)
    impersonated = client.impersonation.authenticate(token).session_token
    assert refused(log_in, session_token=impersonated) == "session_not_mutable"


@pytest.mark.parametrize("name", SECOND_FACTORS)
@pytest.mark.parametrize(
    ("claims", "error_type"),
    [
        ({"text": "x" * 4096}, "custom_claims_too_large"),
        ({"https://stytch.com/session": {}}, "stytch_claims_in_custom_claims"),
    ],
)
def test_custom_claims_are_validated_with_a_second_factor(given, acme, ada, refused, name, claims, error_type):
    session = given.login(acme, ada).session_token or given.intermediate_session(ADA)
    log_in = LOGINS[name](given, acme, ada)
    assert refused(log_in, session_token=session, session_custom_claims=claims) == error_type


def test_custom_claims_are_validated_at_the_exchange(given, acme, client, refused):
    given.member(acme, ADA)
    intermediate = given.intermediate_session(ADA)
    claims = {"https://stytch.com/session": {}}
    exchange = client.discovery.intermediate_sessions.exchange
    error_type = refused(exchange, intermediate, acme.organization_id, session_custom_claims=claims)
    assert error_type == "stytch_claims_in_custom_claims"


@pytest.mark.parametrize("name", WITH_INTERMEDIATE_SESSION)
def test_intermediate_session_of_another_member_is_refused(given, acme, ada, client, refused, name):
    other = given.intermediate_session("bob@acme.test")
    assert (
        refused(LOGINS[name](given, acme, ada), intermediate_session_token=other) == "member_session_member_id_mismatch"
    )
    globex = given.organization("Globex", mfa_policy="REQUIRED_FOR_ALL")
    elsewhere = given.login(globex, given.member(globex, ADA)).intermediate_session_token
    error_type = refused(LOGINS[name](given, acme, ada), intermediate_session_token=elsewhere)
    assert error_type == "invalid_intermediate_session_token_for_organization"


# Locks


@pytest.fixture
def lock(acme, client, refused):
    """Lock a member by ten wrong passwords."""

    def call(member):
        attempt = {"organization_id": acme.organization_id, "email_address": member.email_address, "password": "wrong"}
        types = [refused(client.passwords.authenticate, **attempt) for _ in range(11)]
        assert types[-1] == "user_lock_limit_reached"

    return call


@pytest.mark.parametrize("name", ["oauth.authenticate", "sso.authenticate", "passwords.email_reset"])
def test_locked_member_cannot_log_in(given, acme, ada, lock, refused, name):
    log_in = LOGINS[name](given, acme, ada)
    lock(ada)
    assert refused(log_in) == "user_lock_limit_reached"


def test_locked_member_cannot_use_a_session_to_change_factors(given, acme, ada, client, mock, lock, refused):
    session_token = given.login(acme, ada).session_token
    lock(ada)
    reset = client.passwords.sessions.reset
    error_type = refused(reset, acme.organization_id, PASSWORD + "!", session_token=session_token)
    assert error_type == "user_lock_limit_reached"
    mock.configure(trusted_token_profiles=[trusted_issuer.profile()])
    error_type = refused(
        client.sessions.attest, trusted_issuer.PROFILE_ID, trusted_issuer.token(), acme.organization_id
    )
    assert error_type == "user_lock_limit_reached"
