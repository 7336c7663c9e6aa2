"""From a session in one organization to a session in another that the person is in."""

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
def proven_by(rows, login):
    """Makes the session one that was begun in another way."""

    def call(*kinds):
        with rows() as ctx:
            session = ctx.store.get(MemberSession, session_token=login.session_token)
            made = [
                Factor(type=t, delivery_method=d, created_at=ctx.now, updated_at=ctx.now, last_authenticated_at=ctx.now)
                for t, d in kinds
            ]
            ctx.store.update(session, authentication_factors=made)

    return call


@pytest.mark.parametrize("by", ["session_token", "session_jwt"])
@pytest.mark.parametrize("status", ["active", "pending", "invited"])
def test_a_member_goes_over(given, client, globex, login, exchange, by, status):
    if status == "invited":
        client.magic_links.email.invite(globex.organization_id, "ada@acme.test")
    else:
        given.member(globex, "ada@acme.test", create_member_as_pending=status == "pending")
    over = exchange(
        globex, **{by: getattr(login, by)}, session_duration_minutes=30, session_custom_claims={"a": 1}, locale="es"
    )
    assert over.member_authenticated
    assert (over.member.status, over.member.email_address_verified) == ("active", True)
    assert over.organization.organization_id == globex.organization_id
    assert over.session_token != login.session_token
    assert over.member_session.custom_claims == {"a": 1}
    assert (over.member_session.expires_at - over.member_session.started_at).total_seconds() == 1800
    factor = over.member_session.authentication_factors[0]
    assert (factor.type.value, factor.email_factor.email_address) == ("magic_link", "ada@acme.test")
    assert factor.email_factor.email_id == given.login(globex, over.member).method_id
    assert factor.email_factor.email_id != login.method_id
    assert client.sessions.authenticate(session_token=login.session_token)  # lives on


def test_joining_by_domain_is_not_possible_here(given, client, globex, exchange, refused):
    client.organizations.update("globex", email_jit_provisioning="RESTRICTED", email_allowed_domains=["acme.test"])
    given.login(globex, given.member(globex, "colleague@acme.test"))
    assert refused(exchange, globex) == "member_not_found"


def test_where_the_person_was_deleted(given, client, globex, exchange, refused):
    gone = given.member(globex, "ada@acme.test")
    client.organizations.members.delete("globex", gone.member_id)
    assert refused(exchange, globex) == "member_not_found"


def test_into_the_same_organization(acme, login, exchange):
    again = exchange(acme)
    assert (again.member_id, again.member_authenticated) == (login.member_id, True)
    assert again.member_session.member_session_id != login.member_session.member_session_id


def test_another_primary_factor_is_wanted(given, client, exchange, refused):
    strict = given.organization("Strict", auth_methods="RESTRICTED", allowed_auth_methods=["sso"])
    given.member(strict, "ada@acme.test")
    half = exchange(strict)
    assert (half.member_authenticated, half.session_token, half.member_session) == (False, "", None)
    assert half.primary_required.allowed_auth_methods == ["sso"]
    listed = client.discovery.organizations.list(half.intermediate_session_token)
    assert listed.organization_id_hint == strict.organization_id


def test_a_second_factor_is_wanted(given, globex, exchange, written, mock):
    ada = given.member(globex, "ada@acme.test", mfa_enrolled=True, mfa_phone_number="+14155550100")
    written(ada, mfa_phone_number_verified=True)
    half = exchange(globex)
    assert not half.member_authenticated
    assert half.mfa_required.secondary_auth_initiated == "sms_otp"
    assert mock.inbox.latest(to="+14155550100", kind="sms_otp").code


def test_a_second_factor_of_here_is_none_there(given, acme, globex, exchange, rows, login):
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
def test_factors_that_say_nothing_elsewhere(given, acme, globex, exchange, proven_by, refused, kind):
    given.member(globex, "ada@acme.test")
    proven_by(kind)
    assert refused(exchange, globex) == "insufficient_factors_for_session_exchange"


def test_an_address_that_nobody_proved(given, client, acme, globex, login, exchange, refused):
    """Else an administrator could name a member after somebody, and enter elsewhere as that person."""
    victim = given.member(globex, "victim@globex.test")
    given.login(globex, victim)
    client.organizations.members.update(acme.organization_id, login.member_id, email_address="victim@globex.test")
    assert refused(exchange, globex) == "insufficient_factors_for_session_exchange"
    here = exchange(acme)  # the new address has to be proven here as well
    assert not here.member_authenticated
    assert "magic_link" in here.primary_required.allowed_auth_methods


def test_a_claimed_domain(given, globex, exchange, refused):
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
def test_no_session(client, acme, refused, arguments, error):
    assert refused(client.sessions.exchange, acme.organization_id, **arguments) == error


def test_no_organization(client, login, refused):
    over = refused(client.sessions.exchange, "nowhere", session_token=login.session_token)
    assert over == "organization_not_found"


# Whose address an identity provider chose: it may choose anybody's


@pytest.fixture
def idp(mock, acme):
    return mock.identity_provider(acme.organization_id, "saml")


@pytest.fixture
def mallory(given, acme):
    return given.member(acme, "mallory@acme.test")


def renamed(client, mock, idp, email_address):
    """Mallory's identity provider calls her by somebody else's address."""
    for address in ("mallory@acme.test", email_address):
        token = SsoVisit(mock).token(idp.connection_id, address, subject="mallory")
        answer = client.sso.authenticate(token)
    assert answer.member.email_address == email_address
    return answer


def test_a_factor_counts_only_for_the_address_that_it_proved(
    client, mock, given, acme, globex, idp, mallory, exchange, refused
):
    victim = given.member(globex, "victim@globex.test")
    given.login(globex, victim)
    before = given.login(acme, mallory)
    renamed(client, mock, idp, "victim@globex.test")
    assert refused(exchange, globex, session_token=before.session_token) == "insufficient_factors_for_session_exchange"


def test_nor_does_an_account_that_proves_none(client, mock, given, acme, globex, idp, mallory, exchange, refused):
    given.login(globex, given.member(globex, "victim@globex.test"))
    before = given.login(acme, mallory)

    def by_github():
        return Visit(mock).token("github", "mallory@acme.test", slug=acme.organization_slug)

    linked = client.oauth.authenticate(by_github(), session_token=before.session_token)
    assert linked.member.oauth_registrations[0].provider_type == "Github"
    renamed(client, mock, idp, "victim@globex.test")
    session = client.oauth.authenticate(by_github())
    assert session.member.email_address == "victim@globex.test"
    assert refused(exchange, globex, session_token=session.session_token) == "insufficient_factors_for_session_exchange"
