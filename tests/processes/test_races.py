"""50 requests at the same moment, half of them to each process: one succeeds, and none fails with 5xx."""

import pytest

from tests.api.sso_visits import SsoVisit
from tests.contract import factors, oauth
from tests.oauth_server.requests import OFFLINE, code_fields, refresh_fields
from tests.support.concurrency import CLIENTS, Caller, all_at_once, at_once, counted

ADA = "ada@acme.test"
RECOVERY_CODE = "aaaa-bbbb-cccc"


@pytest.fixture
def acme(given):
    return given.organization(email_jit_provisioning="RESTRICTED", email_allowed_domains=["acme.test"])


@pytest.fixture
def ada(given, acme):
    return given.member(acme, ADA)


@pytest.fixture
def race(crowd):
    """Send a body to a path from all clients. Return the statuses and error types."""

    def call(path, *bodies):
        return counted(all_at_once(crowd(), f"/v1/b2b/{path}", *bodies))

    return call


@pytest.fixture
def tokens_at_once(pair):
    """Send a form to the token endpoint from all clients. Return the statuses and the bodies."""

    def call(fields):
        def post(number):
            url = f"{pair[number % 2].url}/v1/public/{pair[0].project_id}/oauth2/token"
            response = oauth.http().post(url, data=fields)
            return response.status_code, response.json()

        return at_once(CLIENTS, post)

    return call


def one_of(*error):
    return {(200, ""): 1, error: CLIENTS - 1}


def test_magic_link(race, given, acme, ada):
    body = {"magic_links_token": given.link_token(acme, ADA)}
    assert race("magic_links/authenticate", body) == one_of(401, "unable_to_auth_magic_link")


def test_discovery_link(race, given):
    body = {"discovery_magic_links_token": given.discovery_token(ADA)}
    assert race("magic_links/discovery/authenticate", body) == one_of(401, "unable_to_auth_magic_link")


def test_code_by_email(race, given, client, acme, ada):
    client.otps.email.login_or_signup(acme.organization_id, ADA)
    body = {"organization_id": acme.organization_id, "email_address": ADA, "code": factors.code(given, ADA)}
    found = race("otps/email/authenticate", body)
    assert found[200, ""] == 1
    assert {status for status, _ in found} <= {200, 401, 403, 404}


def test_oauth_token(race, given, acme, ada):
    body = {"oauth_token": factors.oauth_token(given, slug=acme.organization_slug)}
    found = race("oauth/authenticate", body)
    assert (found[200, ""], len(found)) == (1, 2)


def test_sso_token(race, given, acme):
    idp = given.mock.identity_provider(acme.organization_id, "oidc")
    body = {"sso_token": SsoVisit(given.mock).token(idp.connection_id, ADA, name="Ada")}
    found = race("sso/authenticate", body)
    assert (found[200, ""], len(found)) == (1, 2)


def test_intermediate_session(race, given, acme):
    given.login(acme, given.member(acme, "bob@acme.test"))
    body = {
        "intermediate_session_token": given.intermediate_session(ADA),
        "organization_id": acme.organization_id,
    }
    assert race("discovery/intermediate_sessions/exchange", body) == one_of(404, "intermediate_session_not_found")


def test_intermediate_session_for_a_new_organization(race, given, client):
    body = {"intermediate_session_token": given.intermediate_session(ADA)}
    assert race("discovery/organizations/create", body) == one_of(404, "intermediate_session_not_found")
    assert len(client.organizations.search().organizations) == 1


def test_password_reset(race, given, acme):
    factors.with_password(given, acme, ADA)
    body = {"password_reset_token": factors.reset_token(given, acme, ADA), "password": factors.NEW_PASSWORD}
    found = race("passwords/email/reset", body)
    assert (found[200, ""], len(found)) == (1, 2)


def test_recovery_code(race, given, client, acme, ada):
    factors.with_app(given, ada, RECOVERY_CODE)
    token = given.login(acme, ada).session_token
    body = {**factors.ids(ada), "recovery_code": RECOVERY_CODE, "session_token": token}
    found = race("recovery_codes/recover", body)
    assert found[200, ""] == 1
    assert {status for status, _ in found} <= {200, 401, 403, 404}


def test_slug(race, client):
    bodies = [{"organization_name": "A", "organization_slug": slug} for slug in ("acme", "ACME")]
    assert race("organizations", *bodies) == one_of(400, "organization_slug_already_used")
    assert len(client.organizations.search().organizations) == 1


def test_address_of_a_member(race, client, acme):
    bodies = [{"email_address": address} for address in (ADA, "Ada@ACME.test")]
    found = race(f"organizations/{acme.organization_id}/members", *bodies)
    assert found == one_of(400, "duplicate_member_email")
    assert client.organizations.metrics(acme.organization_id).member_count == 1


def test_external_id_of_a_member(race, client, acme):
    bodies = [{"email_address": f"ada-{n}@acme.test", "external_id": "ada"} for n in range(CLIENTS)]
    found = race(f"organizations/{acme.organization_id}/members", *bodies)
    assert (found[200, ""], len(found)) == (1, 2)
    assert client.organizations.metrics(acme.organization_id).member_count == 1


def test_new_project(mock, pair):
    """The first secret becomes the project's."""
    fresh = mock.project()
    callers = []
    for number in range(CLIENTS):
        pair[number % 2].project_id = fresh.project_id
        callers.append(Caller(pair[number % 2], f"secret-test-{number // 2 % 2}"))
    responses = all_at_once(callers, "/v1/b2b/organizations/search", {})
    found = counted(responses)
    assert set(found) == {(200, ""), (401, "unauthorized_credentials")}
    assert found[200, ""] in (CLIENTS // 2 - 1, CLIENTS // 2, CLIENTS // 2 + 1)


def test_refresh_token_of_a_public_app(tokens_at_once, given):
    """All get the one token that replaces it: an app can send a request again for ten seconds."""
    ada, app = oauth.login(given), oauth.new_app(given, "third_party_public")
    pkce = {"code_challenge": oauth.CHALLENGE}
    code = oauth.authorized(given, app, OFFLINE, session_token=ada.session_token, **pkce).authorization_code
    token = oauth.tokens(given, app, code, code_verifier=oauth.VERIFIER)["refresh_token"]
    responses = tokens_at_once(refresh_fields(app, token))
    assert [status for status, _ in responses] == [200] * CLIENTS
    assert len({body["refresh_token"] for _, body in responses}) == 1


def test_authorization_code(tokens_at_once, given):
    ada, app = oauth.login(given), oauth.new_app(given)
    code = oauth.authorized(given, app, OFFLINE, session_token=ada.session_token).authorization_code
    responses = tokens_at_once(code_fields(app, code))
    assert sorted(status for status, _ in responses) == [200] + [400] * (CLIENTS - 1)


def test_snapshots_with_the_same_name(pair, given, acme, ada):
    statuses = at_once(20, lambda number: pair[number % 2].snapshots.save("before").name)
    assert statuses == ["before"] * 20
    assert [snapshot.name for snapshot in pair[0].snapshots.list()] == ["before"]
    pair[0].reset()
    pair[1].snapshots.restore("before")
    assert given.client.organizations.members.get(acme.organization_id, member_id=ada.member_id).member


def test_sessions_of_one_member_are_all_kept(race, given, client, acme, ada):
    token = given.login(acme, ada).session_token
    found = race("sessions/authenticate", {"session_token": token, "session_duration_minutes": 60})
    assert found == {(200, ""): CLIENTS}
