"""Concurrent SSO and SCIM requests: exactly one succeeds, and nothing is written in part."""

import contextlib
import sqlite3
import threading
from collections import Counter

import httpx
import pytest

from tests.api.openid_provider import OpenIdProvider
from tests.api.sso_visits import SsoVisit, form
from tests.contract.stories_of_scim import connected
from tests.scim.directory import Directory
from tests.support.concurrency import DEADLINE, Caller, all_at_once, at_once, counted
from tests.support.server_process import serving
from tests.webhooks.receiver import Receiver

MANY = 20


def together(call):
    return at_once(MANY, call)


@pytest.fixture
def visit(mock):
    browser = SsoVisit(mock)
    yield browser
    browser.http.close()


@pytest.fixture
def acme(given):
    return given.organization().organization_id


def outcomes(responses):
    return Counter("logged in" if response.is_redirect else response.json()["error_type"] for response in responses)


def test_saml_response_is_accepted_once(visit, mock, acme):
    idp = mock.identity_provider(acme, "saml")
    mock.next_identity("saml", "ada@acme.test")
    target, fields = form(visit.provider_response(idp.connection_id))
    cookies = dict(visit.http.cookies)
    responses = together(lambda _: httpx.post(target, data=fields, cookies=cookies, trust_env=False))
    assert outcomes(responses) == {"logged in": 1, "duplicate_saml_response": MANY - 1}


def test_unsolicited_saml_response_is_accepted_once(visit, mock, acme):
    idp = mock.identity_provider(acme, "saml")
    mock.next_identity("saml", "ada@acme.test")
    target, fields = form(visit.http.get(idp.sso_url))
    assert outcomes(together(lambda _: httpx.post(target, data=fields, trust_env=False))) == {
        "logged in": 1,
        "duplicate_saml_response": MANY - 1,
    }


def test_oidc_callback_is_accepted_once(visit, client, acme):
    """All requests call the provider before the first one marks the flow as finished."""
    provider = OpenIdProvider()
    try:
        made = client.sso.oidc.create_connection(acme).connection.connection_id
        client.sso.oidc.update_connection(acme, made, **provider.settings)
        authorize_url = httpx.URL(visit.start(connection_id=made).headers["location"])
        provider.claims = {"nonce": authorize_url.params["nonce"]}
        query, cookies = {"state": authorize_url.params["state"], "code": "c"}, dict(visit.http.cookies)
        url = f"{visit.mock.url}/v1/b2b/sso/callback/{made}"
        responses = together(lambda _: httpx.get(url, params=query, cookies=cookies, trust_env=False))
    finally:
        provider.close()
    assert outcomes(responses) == {"logged in": 1, "unsolicited_oidc_response": MANY - 1}


def test_sso_token_starts_one_session(visit, mock, client, acme):
    idp = mock.identity_provider(acme, "saml")
    client.organizations.update(acme, sso_jit_provisioning="ALL_ALLOWED")
    token = visit.token(idp.connection_id, "ada@acme.test")
    responses = all_at_once([Caller(mock) for _ in range(MANY)], "/v1/b2b/sso/authenticate", {"sso_token": token})
    assert counted(responses) == {(200, ""): 1, (404, "sso_token_not_found"): MANY - 1}
    (ada,) = client.organizations.members.search([acme]).members
    assert len(client.sessions.get(acme, ada.member_id).member_sessions) == 1


def test_scim_user_is_created_once(client, given):
    connection = connected(given)
    directory = Directory(connection)
    statuses = together(lambda _: directory.send("POST", "/Users", {"userName": "ada@acme.test"}).status_code)
    assert Counter(statuses) == {201: 1, 409: MANY - 1}
    (ada,) = client.organizations.members.search([connection.organization_id]).members
    assert directory.call("GET", "/Users")["Resources"][0]["id"] == ada.member_id
    directory.http.close()


def test_scim_token_rotation_completes_once(mock, client, given):
    connection = connected(given)
    named = {"organization_id": connection.organization_id, "connection_id": connection.connection_id}
    token = client.scim.connection.rotate_start(**named).connection.next_bearer_token
    path = "/v1/b2b/scim/{organization_id}/connection/{connection_id}/rotate/complete".format(**named)
    responses = all_at_once([Caller(mock) for _ in range(MANY)], path, {})
    assert counted(responses) == {(200, ""): 1, (400, "scim_connection_not_rotating_token"): MANY - 1}
    directory = Directory(connection, token)
    assert directory.call("GET", "/Users")["totalResults"] == 0
    directory.http.close()


# Servers in their own process, with a database file.


def test_connections_keys_and_apps_survive_a_restart(tmp_path):
    with serving(tmp_path / "mock.sqlite") as (_, mock):
        client = mock.client()
        acme = client.organizations.create(
            "Acme", organization_slug="acme", sso_jit_provisioning="ALL_ALLOWED"
        ).organization.organization_id
        idps = [mock.identity_provider(acme, kind) for kind in ("saml", "oidc")]
        for idp in idps:
            mock.rotate_identity_provider_keys(idp.connection_id)
        app = client.connected_app.clients.create(client_type="third_party", client_name="App").connected_app
        jwks = httpx.get(f"{idps[1].issuer}/jwks", trust_env=False).json()
    with serving(tmp_path / "mock.sqlite") as (_, mock):
        client = mock.client()
        assert httpx.get(f"{mock.url}/_mock/idp/{idps[1].connection_id}/jwks", trust_env=False).json() == jwks
        assert client.connected_app.clients.get(app.client_id).connected_app.client_name == "App"
        found = client.sso.get_connections(acme)
        assert [c.connection_id for c in (*found.saml_connections, *found.oidc_connections)] == [
            idp.connection_id for idp in idps
        ]


def test_crash_during_scim_pushes_loses_no_acknowledged_user(tmp_path):
    """Acknowledged users have their events, and the webhooks are delivered after the restart."""
    file = tmp_path / "mock.sqlite"
    acknowledged = []
    with Receiver() as app:
        with serving(file) as (process, mock):
            client = mock.client()
            mock.webhooks.set(app.url)
            acme = client.organizations.create("Acme", organization_slug="acme").organization.organization_id
            connection = client.scim.connection.create(acme).connection
            written_enough = threading.Event()

            def push(writer):
                directory = Directory(connection)
                with contextlib.suppress(httpx.HTTPError):  # the server is killed
                    for number in range(10_000):
                        response = directory.send("POST", "/Users", {"userName": f"p-{writer}-{number}@acme.test"})
                        assert response.status_code == 201
                        acknowledged.append(response.json()["id"])
                        if len(acknowledged) >= 50:
                            written_enough.set()
                directory.http.close()

            writers = [threading.Thread(target=push, args=(writer,)) for writer in range(3)]
            for writer in writers:
                writer.start()
            assert written_enough.wait(DEADLINE)
            process.kill()
            for writer in writers:
                writer.join(DEADLINE)
        with contextlib.closing(sqlite3.connect(file)) as database:
            members, users, events = (
                {row[0] for row in database.execute(query)}
                for query in (
                    "SELECT member_id FROM members",
                    "SELECT member_id FROM scim_users",
                    "SELECT id FROM events WHERE object_type = 'member' AND action = 'create'",
                )
            )
        assert members == users == events >= set(acknowledged)
        with serving(file):
            delivered = set()
            while not delivered >= members:
                payload = app.next().payload
                delivered |= {payload["id"]} if payload["object_type"] == "member" else set()
