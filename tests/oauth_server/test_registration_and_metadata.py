"""Client registration and server metadata (RFC 7591, 8414), and requests from other origins."""

import pytest

from tests.contract.oauth import CALLBACK
from tests.oauth_server.requests import POLICY


def register(server, **fields):
    return server.http.post(f"{server.path}/oauth2/register", json={"redirect_uris": [CALLBACK], **fields})


@pytest.mark.parametrize(
    ("method", "client_type"),
    [("none", "third_party_public"), ("client_secret_post", "third_party"), ("", "third_party_public")],
)
def test_client_registers_itself(server, client, mock, method, client_type):
    mock.configure(idp_dynamic_client_registration_access_token_template_content='{"dynamic": true}')
    response = register(server, client_name="Agent", **({"token_endpoint_auth_method": method} if method else {}))
    body = response.json()
    assert response.status_code == 201
    assert ("client_secret" in body) == ("client_secret_expires_at" in body) == (client_type == "third_party")
    app = client.connected_app.clients.get(body["client_id"]).connected_app
    assert (app.client_type, app.client_name, app.redirect_urls) == (client_type, "Agent", [CALLBACK])
    assert app.access_token_template_content == '{"dynamic": true}'


def test_response_has_the_metadata_of_the_client_with_its_defaults(server):
    body = register(server, client_name="Agent").json()
    for key in ("client_id", "request_id"):
        assert body.pop(key)
    assert body == {
        "client_name": "Agent",
        "grant_types": ["authorization_code", "refresh_token"],
        "redirect_uris": [CALLBACK],
        "response_types": ["code"],
        "status_code": 201,
        "token_endpoint_auth_method": "none",
    }


LOOPBACK = ["http://127.0.0.1:51234/cb", "http://localhost:1/cb"]


@pytest.mark.parametrize(
    ("change", "is_same"),
    [
        ({}, True),
        ({"token_endpoint_auth_method": "none"}, True),
        ({"grant_types": ["authorization_code", "refresh_token"]}, True),
        ({"redirect_uris": ["http://127.0.0.1:51235/cb", "http://localhost:2/cb"]}, True),
        ({"redirect_uris": ["http://localhost/cb", "http://127.0.0.1/cb"]}, True),
        ({"redirect_uris": ["http://127.0.0.1:51234/other", "http://localhost:1/cb"]}, False),
        ({"redirect_uris": ["https://acme.test:51234/cb", "http://localhost:1/cb"]}, False),
        ({"redirect_uris": LOOPBACK[:1]}, False),
        ({"client_name": "Other"}, False),
        ({"grant_types": ["authorization_code"]}, False),
        ({"scope": "openid"}, False),
        ({"logo_uri": "https://acme.test/logo.png"}, False),
        ({"software_id": "x"}, False),
        ({"contacts": ["ada@acme.test"]}, False),
        ({"token_endpoint_auth_method": "client_secret_post"}, False),
    ],
)
def test_public_client_with_the_same_metadata_gets_the_same_id(server, change, is_same):
    metadata = {"client_name": "Agent", "redirect_uris": LOOPBACK}
    first = register(server, **metadata).json()
    again = register(server, **metadata | change)
    assert again.status_code == 201
    assert (again.json()["client_id"] == first["client_id"]) == is_same
    assert again.json()["redirect_uris"] == change.get("redirect_uris", LOOPBACK)


def test_confidential_client_gets_a_new_id_and_secret_each_time(server):
    clients = [register(server, token_endpoint_auth_method="client_secret_basic").json() for _ in range(2)]
    assert clients[0]["client_id"] != clients[1]["client_id"]
    assert clients[0]["client_secret"] != clients[1]["client_secret"]


def test_client_registered_again_can_use_its_new_port(server, given, ada):
    first = register(server, redirect_uris=["http://localhost:5001/cb"]).json()
    again = register(server, redirect_uris=["http://localhost:5002/cb"]).json()
    assert again["client_id"] == first["client_id"]
    answer = given.client.idp.oauth.authorize_start(
        client_id=again["client_id"],
        redirect_uri="http://localhost:5002/cb",
        response_type="code",
        scopes=["openid"],
        session_token=ada.session_token,
    )
    assert answer.client.client_id == first["client_id"]


def test_deleted_client_gets_a_new_id(server, client):
    first = register(server).json()["client_id"]
    client.connected_app.clients.delete(first)
    assert register(server).json()["client_id"] != first


def test_app_of_the_api_is_not_a_registered_client(server, client):
    app = client.connected_app.clients.create(client_type="third_party_public", redirect_urls=[CALLBACK]).connected_app
    assert register(server).json()["client_id"] != app.client_id


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": ["http://evil.test/"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://acme.test/#x"]}, "invalid_redirect_uri"),
        ({"redirect_uris": "x"}, "invalid_request"),
        ({"grant_types": ["password"]}, "invalid_client_metadata"),
        ({"response_types": ["token"]}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
    ],
)
def test_invalid_client_metadata_is_refused(server, fields, error):
    response = register(server, **fields)
    assert (response.status_code, response.json()["error"]) == (400, error)


def test_registration_can_be_turned_off(server, mock):
    mock.configure(idp_dynamic_client_registration_enabled=False)
    response = register(server)
    assert (response.status_code, response.json()["error"]) == (400, "dynamic_client_registration_not_enabled")
    found = server.http.get(f"{server.path}/.well-known/openid-configuration").json()
    assert "registration_endpoint" not in found


@pytest.mark.parametrize("name", ["oauth-authorization-server", "openid-configuration"])
def test_metadata_names_the_endpoints_and_keys(server, mock, name):
    inserted = server.http.get(f"/.well-known/{name}{server.path}").json()
    appended = server.http.get(f"{server.path}/.well-known/{name}").json()
    assert {**inserted, "request_id": ""} == {**appended, "request_id": ""}
    assert inserted["issuer"] == mock.domain
    for endpoint in ("token", "introspection", "revocation", "userinfo", "registration", "authorization"):
        assert inserted[f"{endpoint}_endpoint"].startswith(inserted["issuer"])
    keys = server.http.get(f"/v1/b2b/sessions/jwks/{mock.project_id}").json()["keys"]
    assert server.http.get(inserted["jwks_uri"]).json()["keys"] == keys


def test_metadata_at_the_root_is_the_default_projects(server, mock):
    found = server.http.get("/.well-known/oauth-authorization-server").json()
    assert found["issuer"] == mock.url
    assert found["token_endpoint"] == f"{mock.url}/v1/oauth2/token"


def test_metadata_lists_the_projects_scopes(server, mock):
    mock.configure(rbac_policy=POLICY)
    found = server.http.get(f"{server.path}/.well-known/openid-configuration").json()
    assert {"openid", "offline_access", "read:documents"} <= set(found["scopes_supported"])


def test_metadata_names_the_apps_consent_page(server, mock):
    mock.configure(idp_authorization_url="https://acme.test/authorize")
    found = server.http.get(f"{server.path}/.well-known/openid-configuration").json()
    assert found["authorization_endpoint"] == "https://acme.test/authorize"


def test_invalid_project_id_is_refused(server):
    for path in ("/v1/public/nonsense/.well-known/jwks.json", "/.well-known/openid-configuration/v1/public/nonsense"):
        response = server.http.get(path)
        assert (response.status_code, response.json()["error"]) == (400, "invalid_project_id")


def test_other_origins_are_allowed(server):
    origin = {"origin": "https://app.test", "access-control-request-method": "POST"}
    for path in ("oauth2/token", "oauth2/register", "oauth2/userinfo", ".well-known/openid-configuration"):
        response = server.http.options(f"{server.path}/{path}", headers=origin)
        assert response.status_code == 204
        assert response.headers["access-control-allow-origin"] == "*"
        assert "authorization" in response.headers["access-control-allow-headers"]
    found = server.http.get(f"{server.path}/.well-known/jwks.json", headers=origin)
    assert found.headers["access-control-allow-origin"] == "*"
