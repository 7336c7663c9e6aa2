"""A login through a third-party OpenID provider."""

import warnings

import httpx
import pytest

from tests.api.sso_visits import SsoVisit, app_query_of

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # from the provider's libraries


@pytest.fixture(scope="module")
def issuer():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # from its libraries
        mock = pytest.importorskip("oidc_provider_mock", reason="pip install oidc-provider-mock")
    ada = mock.User(sub="ada", claims={"email": "ada@acme.test", "name": "Ada Lovelace", "department": "R&D"})
    with mock.run_server_in_thread(user_claims=[ada], require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


def test_login_through_a_third_party_openid_provider(client, given, mock, issuer):
    acme = given.organization(organization_slug="acme").organization_id
    connection_id = client.sso.oidc.create_connection(acme, display_name="Third party").connection.connection_id
    updated = client.sso.oidc.update_connection(
        acme,
        connection_id,
        issuer=issuer,
        client_id="client",
        client_secret="secret",
        attribute_mapping={"dept": "department"},
    )
    assert (updated.connection.status, updated.warning) == ("active", None)
    visit = SsoVisit(mock)
    started = visit.start(connection_id=connection_id).headers["location"]
    assert started.startswith(issuer)
    with httpx.Client(trust_env=False) as http:
        approved = http.post(started, data={"sub": "ada"})
        declined = http.post(visit.start(connection_id=connection_id).headers["location"], data={"action": "deny"})
    assert "state" not in httpx.URL(declined.headers["location"]).params
    assert "error=access_denied" in visit.http.get(declined.headers["location"]).headers["location"]
    response = visit.http.get(approved.headers["location"])
    assert response.is_redirect, mock.requests()[-1].because
    login = client.sso.authenticate(app_query_of(response)["token"])
    assert (login.member.email_address, login.member.name) == ("ada@acme.test", "Ada Lovelace")
    assert login.member.trusted_metadata == {"dept": "R&D"}
    mock.clock.advance(hours=2)
    (registration,) = client.organizations.members.oidc_providers(acme, login.member_id).registrations
    assert registration.access_token_expires_in > 3500
