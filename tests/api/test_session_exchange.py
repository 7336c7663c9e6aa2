"""``sessions.exchange``: exchange a session for one in another organization of the same address."""

import msgspec
import pytest

from mockstytch.store.records.sessions import Factor, MemberSession
from tests.api.sso_visits import SsoVisit
from tests.api.visits import Visit


@pytest.fixture
def acme(given):
    return given.organization("Acme")


@pytest.fixture
def globex(given):
    return given.organization("Globex")


@pytest.fixture
def login(given, acme):
    return given.login(acme, given.member(acme, "ada@acme.test"))


@pytest.fixture
def exchange(client, login):
    def call(organization, **options):
        options = options or {"session_token": login.session_token}
        return client.sessions.exchange(organization.organization_id, **options)

    return call


@pytest.fixture
def set_factors(rows, login):
    """Replace the session's factors."""

    def call(*kinds):
        with rows() as ctx:
            session = ctx.store.get(MemberSession, session_token=login.session_token)
            factors = [
                Factor(type=t, delivery_method=d, created_at=ctx.now, updated_at=ctx.now, last_authenticated_at=ctx.now)
                for t, d in kinds
            ]
            ctx.store.update(session, authentication_factors=factors)

    return call


@pytest.mark.parametrize("by", ["session_token", "session_jwt"])
@pytest.mark.parametrize("status", ["active", "pending", "invited"])
def test_member_of_any_status_exchanges_a_session(given, client, globex, login, exchange, by, status):
    if status == "invited":
        client.magic_links.email.invite(globex.organization_id, "ada@acme.test")
    else:
        given.member(globex, "ada@acme.test", create_member_as_pending=status == "pending")
    exchanged = exchange(
        globex, **{by: getattr(login, by)}, session_duration_minutes=30, session_custom_claims={"a": 1}, locale="es"
    )
    assert exchanged.member_authenticated
    assert (exchanged.member.status, exchanged.member.email_address_verified) == ("active", True)
    assert exchanged.organization.organization_id == globex.organization_id
    assert exchanged.session_token != login.session_token
    assert exchanged.member_session.custom_claims == {"a": 1}
    assert (exchanged.member_session.expires_at - exchanged.member_session.started_at).total_seconds() == 1800
    factor = exchanged.member_session.authentication_factors[0]
    assert (factor.type.value, factor.email_factor.email_address) == ("magic_link", "ada@acme.test")
    assert factor.email_factor.email_id == given.login(globex, exchanged.member).method_id
    assert factor.email_factor.email_id != login.method_id
    assert client.sessions.authenticate(session_token=login.session_token)  # stays active


def test_no_member_is_provisioned(given, client, globex, exchange, refused):
    client.organizations.update("globex", email_jit_provisioning="RESTRICTED", email_allowed_domains=["acme.test"])
    given.login(globex, given.member(globex, "colleague@acme.test"))
    assert refused(exchange, globex) == "member_not_found"


def test_deleted_member_is_not_found(given, client, globex, exchange, refused):
    gone = given.member(globex, "ada@acme.test")
    client.organizations.members.delete("globex", gone.member_id)
    assert refused(exchange, globex) == "member_not_found"


def test_exchange_within_the_organization_starts_a_new_session(acme, login, exchange):
    again = exchange(acme)
    assert (again.member_id, again.member_authenticated) == (login.member_id, True)
    assert again.member_session.member_session_id != login.member_session.member_session_id


def test_missing_primary_factor_is_returned(given, client, exchange, refused):
    strict = given.organization("Strict", auth_methods="RESTRICTED", allowed_auth_methods=["sso"])
    given.member(strict, "ada@acme.test")
    incomplete = exchange(strict)
    assert (incomplete.member_authenticated, incomplete.session_token, incomplete.member_session) == (False, "", None)
    assert incomplete.primary_required.allowed_auth_methods == ["sso"]
    listed = client.discovery.organizations.list(incomplete.intermediate_session_token)
    assert listed.organization_id_hint == strict.organization_id


def test_missing_second_factor_is_returned(given, globex, exchange, set_columns, mock):
    ada = given.member(globex, "ada@acme.test", mfa_enrolled=True, mfa_phone_number="+14155550100")
    set_columns(ada, mfa_phone_number_verified=True)
    incomplete = exchange(globex)
    assert not incomplete.member_authenticated
    assert incomplete.mfa_required.secondary_auth_initiated == "sms_otp"
    assert mock.inbox.latest(to="+14155550100", kind="sms_otp").code


def test_second_factor_does_not_count_in_another_organization(given, acme, globex, exchange, rows, login):
    given.member(globex, "ada@acme.test", mfa_enrolled=True)
    with rows() as ctx:
        session = ctx.store.get(MemberSession, session_token=login.session_token)
        code = msgspec.structs.replace(
            session.authentication_factors[0], type="otp", delivery_method="sms", detail={}, proves_email=""
        )
        ctx.store.update(session, authentication_factors=[*session.authentication_factors, code])
    assert exchange(globex).mfa_required is not None
    assert [f.type.value for f in exchange(acme).member_session.authentication_factors] == ["magic_link", "otp"]


@pytest.mark.parametrize("kind", [("password", "knowledge"), ("sso", "sso_saml"), ("impersonated", "impersonation")])
def test_factors_bound_to_an_organization_are_insufficient(given, acme, globex, exchange, set_factors, refused, kind):
    given.member(globex, "ada@acme.test")
    set_factors(kind)
    assert refused(exchange, globex) == "insufficient_factors_for_session_exchange"


def test_unverified_address_is_insufficient(given, client, acme, globex, login, exchange, refused):
    """Otherwise an administrator could give a member any address, and log in elsewhere as its owner."""
    victim = given.member(globex, "victim@globex.test")
    given.login(globex, victim)
    client.organizations.members.update(acme.organization_id, login.member_id, email_address="victim@globex.test")
    assert refused(exchange, globex) == "insufficient_factors_for_session_exchange"
    again = exchange(acme)  # the new address must be verified in this organization too
    assert not again.member_authenticated
    assert "magic_link" in again.primary_required.allowed_auth_methods


def test_claimed_domain_is_refused(given, globex, exchange, refused):
    given.member(globex, "ada@acme.test", create_member_as_pending=True)
    given.organization("Home", claimed_email_domains=["acme.test"])
    assert refused(exchange, globex) == "action_not_allowed_email_domain_is_claimed"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({}, "no_session_arguments"),
        ({"session_token": "short"}, "invalid_session_token"),
        ({"session_token": "x" * 44}, "session_not_found"),
        ({"session_jwt": "no.jwt"}, "unable_to_parse_session_jwt"),
        ({"session_token": "x" * 44, "session_jwt": "no.jwt"}, "too_many_session_arguments"),
        ({"session_duration_minutes": 4}, "invalid_session_duration_minutes"),
        ({"locale": "tlh"}, "invalid_locale"),
    ],
    ids=str,
)
def test_invalid_arguments_are_refused(client, acme, refused, arguments, error):
    assert refused(client.sessions.exchange, acme.organization_id, **arguments) == error


def test_unknown_organization_is_refused(client, login, refused):
    error = refused(client.sessions.exchange, "nowhere", session_token=login.session_token)
    assert error == "organization_not_found"


# An identity provider can give its members any address


@pytest.fixture
def identity_provider(mock, acme):
    return mock.identity_provider(acme.organization_id, "saml")


@pytest.fixture
def mallory(given, acme):
    return given.member(acme, "mallory@acme.test")


def login_with_address(client, mock, identity_provider, email_address):
    """Log in as Mallory after her identity provider has changed her address."""
    for address in ("mallory@acme.test", email_address):
        token = SsoVisit(mock).token(identity_provider.connection_id, address, subject="mallory")
        answer = client.sso.authenticate(token)
    assert answer.member.email_address == email_address
    return answer


def test_factor_counts_only_for_the_address_that_it_verified(
    client, mock, given, acme, globex, identity_provider, mallory, exchange, refused
):
    victim = given.member(globex, "victim@globex.test")
    given.login(globex, victim)
    before = given.login(acme, mallory)
    login_with_address(client, mock, identity_provider, "victim@globex.test")
    assert refused(exchange, globex, session_token=before.session_token) == "insufficient_factors_for_session_exchange"


def test_unverified_oauth_account_does_not_count_for_an_address_from_sso(
    client, mock, given, acme, globex, identity_provider, mallory, exchange, refused
):
    given.login(globex, given.member(globex, "victim@globex.test"))
    before = given.login(acme, mallory)

    def github_token():
        return Visit(mock).token("github", "mallory@acme.test", slug=acme.organization_slug)

    linked = client.oauth.authenticate(github_token(), session_token=before.session_token)
    assert linked.member.oauth_registrations[0].provider_type == "Github"
    login_with_address(client, mock, identity_provider, "victim@globex.test")
    session = client.oauth.authenticate(github_token())
    assert session.member.email_address == "victim@globex.test"
    assert refused(exchange, globex, session_token=session.session_token) == "insufficient_factors_for_session_exchange"
