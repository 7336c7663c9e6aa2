"""Complete logins through a load balancer that sends each request to another process than the request before."""

import io

import pytest

import scenarios
from scenarios import _runner
from scenarios._printer import Printer
from tests.api.sso_visits import SsoVisit
from tests.contract import factors, oauth
from tests.oauth_server.requests import OFFLINE

ADA = "ada@acme.test"


@pytest.fixture
def turns(processes):
    """Check at the end that both processes had their share of the requests."""
    before = list(processes.balancer.forwarded)
    yield
    counts = [now - then for now, then in zip(processes.balancer.forwarded, before, strict=True)]
    assert min(counts) > 2
    assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize("connection_type", ["oidc", "saml"])
def test_sso(turns, mock, client, given, connection_type):
    acme = given.organization()
    idp = mock.identity_provider(acme.organization_id, connection_type)
    token = SsoVisit(mock).token(idp.connection_id, ADA, name="Ada Lovelace")
    login = client.sso.authenticate(token)
    assert login.member.email_address == ADA
    assert client.sessions.authenticate(session_jwt=login.session_jwt).member.name == "Ada Lovelace"


def test_oauth_and_discovery(turns, mock, client, given):
    found = client.oauth.discovery.authenticate(factors.oauth_token(given, slug=""))
    created = client.discovery.organizations.create(
        intermediate_session_token=found.intermediate_session_token, organization_name="Acme"
    )
    assert client.sessions.authenticate(session_token=created.session_token).member.email_address == ADA


def test_connected_app(turns, mock, client, given):
    ada, app = oauth.login(given), oauth.new_app(given)
    code = oauth.authorized(given, app, OFFLINE, session_token=ada.session_token).authorization_code
    tokens = oauth.tokens(given, app, code)
    assert client.idp.introspect_token_network(
        tokens["access_token"], client_id=app.client_id, client_secret=app.client_secret
    )


def test_every_scenario(turns, processes):
    """Sign-up, invitations, passwords, codes, SCIM, webhooks, RBAC and more, with the official SDK."""
    names = [name for name in scenarios.SCENARIOS if not name.startswith("demo_app")]
    results = _runner.run_scenarios(names, processes.balancer.url, printer=Printer(io.StringIO()))
    assert results.failed == {}
    assert len(results.passed) > 30
