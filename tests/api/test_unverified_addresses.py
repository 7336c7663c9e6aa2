"""Addresses that a provider doesn't verify: at the first login, at the second one, and in discovery."""

import httpx
import pytest

from tests.api.sso_visits import SsoVisit, error_type
from tests.api.visits import Visit

PROVIDERS = ["google", "microsoft", "github", "slack", "hubspot"]
VERIFYING = ["google", "microsoft"]  # the others don't say whether an address is verified
JOINABLE = {"email_jit_provisioning": "RESTRICTED", "email_allowed_domains": ["acme.test"]}


@pytest.fixture
def acme(given):
    return given.organization("Acme", organization_slug="acme", sso_jit_provisioning="ALL_ALLOWED", **JOINABLE)


@pytest.fixture
def log_in(mock, client, acme):
    """Log in to ``acme`` with an account at a provider."""
    return lambda provider, **identity: client.oauth.authenticate(
        Visit(mock).token(provider, "ada@acme.test", slug="acme", **identity)
    )


def outcome(login):
    return (
        login.member_authenticated,
        bool(login.session_token),
        login.member.status,
        login.member.email_address_verified,
        [link.provider_type for link in login.member.oauth_registrations],
        "magic_link" in login.primary_required.allowed_auth_methods if login.primary_required else None,
    )


STEP_UP = (False, False, "pending", False, [], True)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_second_login_needs_another_factor_too(log_in, provider):
    """The account is stored at the first login, and its unverified address must stay unverified."""
    assert outcome(log_in(provider, email_verified=False)) == STEP_UP
    assert outcome(log_in(provider)) == STEP_UP
    assert outcome(log_in(provider)) == STEP_UP


@pytest.mark.parametrize("provider", PROVIDERS)
def test_later_verification_counts_only_if_the_provider_states_it(log_in, provider):
    log_in(provider, email_verified=False)
    login = log_in(provider, email_verified=True)
    verified = (True, True, "active", True, [provider.capitalize()], None)
    assert outcome(login) == (verified if provider in VERIFYING else STEP_UP)


@pytest.mark.parametrize("provider", VERIFYING)
def test_verified_address_stays_verified(log_in, client, acme, provider):
    first = log_in(provider, email_verified=True)
    client.organizations.members.delete(acme.organization_id, first.member_id)
    assert outcome(log_in(provider)) == (True, True, "active", True, [provider.capitalize()], None)


def test_google_account_with_a_public_mail_address_is_unverified_by_default(mock, client, given, acme):
    """Google verifies only the addresses of its hosted domains."""
    given.member(acme, "ada@gmail.com")
    authenticate = client.oauth.authenticate
    for _ in range(2):
        assert not authenticate(Visit(mock).token("google", "ada@gmail.com", slug="acme")).member_authenticated
    stated = Visit(mock).token("google", "ada@gmail.com", slug="acme", email_verified=True)
    assert authenticate(stated).member_authenticated


@pytest.mark.parametrize("provider", PROVIDERS)
def test_discovery_does_not_verify_the_address_either(mock, client, given, acme, provider):
    given.login(acme, given.member(acme, "bob@acme.test"))  # discovery lists organizations with a verified colleague

    def discover(**identity):
        token = Visit(mock).token(provider, "ada@acme.test", discovery=True, **identity)
        return client.oauth.discovery.authenticate(token)

    for found in (discover(email_verified=False), discover()):
        [entry] = found.discovered_organizations
        assert (entry.member_authenticated, entry.membership.type) == (False, "eligible_to_join_by_email_domain")
        assert "magic_link" in entry.primary_required.allowed_auth_methods
        joined = client.discovery.intermediate_sessions.exchange(found.intermediate_session_token, acme.organization_id)
        assert outcome(joined) == STEP_UP
        client.organizations.members.delete(acme.organization_id, joined.member_id)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_new_organization_has_a_pending_admin(mock, client, provider):
    """An account whose address isn't verified can't become an active member of the organization that it creates."""
    for identity in ({"email_verified": False}, {}):
        found = client.oauth.discovery.authenticate(
            Visit(mock).token(provider, "ada@acme.test", discovery=True, **identity)
        )
        created = client.discovery.organizations.create(found.intermediate_session_token)
        assert outcome(created) == STEP_UP
        assert created.member.is_admin


def test_name_and_tenants_of_an_account_are_kept(mock, client, acme):
    def discover(**identity):
        return client.oauth.discovery.authenticate(
            Visit(mock).token("github", "ada@acme.test", discovery=True, **identity)
        )

    discover(name="Ada", tenant_ids=["1", "2"])
    again = discover()
    assert (again.full_name, again.provider_tenant_ids) == ("Ada", ["1", "2"])
    changed = discover(name="Countess", tenant_ids=["3"])
    assert (changed.full_name, changed.provider_tenant_ids) == ("Countess", ["3"])


# SSO


@pytest.fixture
def sso(mock, acme):
    """Log in at a connection's built-in provider, and return the callback's response."""
    browser = SsoVisit(mock)

    def log_in(kind, connection_id, **identity):
        mock.next_identity(kind, "ada@acme.test", connection_id=connection_id, **identity)
        return browser.login(connection_id)

    yield log_in
    browser.http.close()


def test_unverified_openid_address_is_refused_each_time(sso, mock, acme):
    connection_id = mock.identity_provider(acme.organization_id, "oidc").connection_id
    for _ in range(2):
        refused = sso("oidc", connection_id, email_verified=False)
        assert error_type(refused) == "oidc_response_unverified_email"
    assert sso("oidc", connection_id, email_verified=True).is_redirect
    assert error_type(sso("oidc", connection_id, email_verified=False)) == "oidc_response_unverified_email"


def test_saml_has_no_unverified_addresses(sso, mock, client, acme):
    """A SAML response can't say that an address is unverified."""
    connection_id = mock.identity_provider(acme.organization_id, "saml").connection_id
    token = httpx.URL(sso("saml", connection_id, email_verified=False).headers["location"]).params["token"]
    assert client.sso.authenticate(token).member.email_address_verified
