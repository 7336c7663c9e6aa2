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
