"""The SSO start URL, and invalid requests to the built-in provider."""

import asyncio

import httpx
import pytest

from mockstytch import Settings, create_app
from mockstytch.settings import DEFAULT_PROJECT_ID, DEFAULT_SECRET
from tests.api.sso_visits import error_type


def test_start_redirects_to_the_provider_and_sets_the_cookie(visit, mock, acme_id):
    provider = mock.identity_provider(acme_id, "saml")
    response = visit.start(connection_id=provider.connection_id)
    body = response.json()
    assert (response.status_code, body["status_code"]) == (302, 302)
    assert body["redirect_url"] == response.headers["location"]
    assert body["redirect_url"].startswith(f"{provider.sso_url}?SAMLRequest=")
    assert "Signature=" in body["redirect_url"]
    cookie = response.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert cookie.endswith("Path=/v1")
    assert "SameSite" not in cookie
    assert visit.http.get(provider.start_url).status_code == 302
    alias = "/v1/b2b/public/sso/start"
    query = {"connection_id": provider.connection_id, "public_token": mock.public_token}
    assert visit.http.get(alias, params=query).status_code == 302


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "missing_sso_connection_locator"),
        ({"connection_id": ""}, "missing_sso_connection_locator"),
        ({"connection_id": "x", "organization_id": "acme"}, "too_many_sso_connection_locators"),
        ({"connection_id": "saml-connection-test-1"}, "sso_connection_not_found"),
        ({"connection_id": "organization-test-1"}, "sso_connection_not_found"),
        ({"organization_id": "nobody"}, "organization_not_found"),
        ({"organization_id": "acme"}, "no_sso_connection_exists_for_organization"),
        ({"public_token": "", "organization_id": "acme"}, "public_token_required"),
        ({"public_token": "x", "organization_id": "acme"}, "invalid_public_token_id"),
        (
            {"public_token": "public-token-test-57a27000-0000-4000-8000-57a27c0de000", "organization_id": "acme"},
            "public_token_not_found",
        ),
    ],
)
def test_start_without_a_valid_connection_is_refused(visit, acme_id, query, expected):
    assert error_type(visit.start(**query)) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"login_redirect_url": "nope"}, "invalid_login_sso_url"),
        ({"signup_redirect_url": "javascript:alert(1)"}, "invalid_signup_sso_url"),
        ({"pkce_code_challenge": "short"}, "invalid_pkce_code_challenge"),
    ],
)
def test_start_with_an_invalid_parameter_is_refused(visit, mock, acme_id, query, expected):
    provider = mock.identity_provider(acme_id, "oidc")
    assert error_type(visit.start(connection_id=provider.connection_id, **query)) == expected


def test_unregistered_redirect_url_is_refused(visit, mock, acme_id):
    provider = mock.identity_provider(acme_id, "oidc")
    mock.configure(redirect_urls="registered")
    assert visit.start(connection_id=provider.connection_id).status_code == 302
    elsewhere = visit.start(connection_id=provider.connection_id, login_redirect_url="http://localhost:3000/other")
    assert error_type(elsewhere) == "no_match_for_provided_sso_url"
    mock.configure(registered_redirect_urls=[])
    assert error_type(visit.start(connection_id=provider.connection_id)) == "no_login_redirect_urls_set"


def test_start_by_organization_uses_its_only_or_default_connection(visit, mock, acme_id, client):
    pending = client.sso.oidc.create_connection(acme_id).connection.connection_id
    assert error_type(visit.start(connection_id=pending)) == "requires_active_sso_connection"
    assert error_type(visit.start(organization_id=acme_id)) == "no_sso_connection_exists_for_organization"
    first = mock.identity_provider(acme_id, "saml")
    assert visit.start(organization_id="acme").headers["location"].startswith(first.sso_url)
    second = mock.identity_provider(acme_id, "oidc")
    assert visit.start(organization_id="acme").headers["location"].startswith(first.sso_url)
    client.organizations.update(acme_id, sso_default_connection_id="")
    assert error_type(visit.start(organization_id=acme_id)) == "indeterminate_sso_connection_for_organization"
    client.organizations.update(acme_id, sso_default_connection_id=second.connection_id)
    assert visit.start(organization_id=acme_id).headers["location"].startswith(second.sso_url)


def test_connection_of_another_project_is_not_found(visit, mock):
    other = mock.project()
    organization = other.client().organizations.create("Acme", organization_slug="acme").organization.organization_id
    other_connection_id = other.identity_provider(organization, "oidc").connection_id
    mock.client().organizations.create("Acme", organization_slug="acme")
    assert error_type(visit.start(connection_id=other_connection_id)) == "sso_connection_not_found"


@pytest.mark.parametrize("path", ["", "/authorize", "/token", "/jwks", "/userinfo", "/metadata", "/sso"])
def test_builtin_provider_of_another_connection_is_not_found(http, mock, acme_id, client, path):
    """A connection with another identity provider has none."""
    other = client.sso.saml.create_connection(acme_id).connection.connection_id
    client.sso.saml.update_connection(acme_id, other, idp_entity_id="https://idp.example")
    for connection_id in (other, "saml-connection-test-1", "x"):
        response = http.request("POST" if path == "/token" else "GET", f"/_mock/idp/{connection_id}{path}")
        assert response.status_code == 404, response.text


@pytest.mark.parametrize("path", ["/authorize", "/token", "/jwks", "/userinfo", "/sso"])
def test_new_connection_has_no_provider_yet(http, acme_id, client, path):
    for protocol in (client.sso.saml, client.sso.oidc):
        connection_id = protocol.create_connection(acme_id).connection.connection_id
        response = http.request("POST" if path == "/token" else "GET", f"/_mock/idp/{connection_id}{path}")
        assert (response.status_code, response.json()["error_type"]) == (404, "sso_connection_not_found")


def test_builtin_provider_has_only_the_endpoints_of_its_protocol(http, mock, acme_id):
    saml, oidc = (mock.identity_provider(acme_id, kind) for kind in ("saml", "oidc"))
    for path in ("/.well-known/openid-configuration", "/authorize", "/jwks", "/userinfo"):
        assert http.get(saml.issuer + path).json()["error_type"] == "oidc_connection_not_found"
    assert http.post(saml.issuer + "/token").json()["error_type"] == "oidc_connection_not_found"
    for path in ("/metadata", "/sso"):
        assert http.get(oidc.issuer + path).json()["error_type"] == "saml_connection_not_found"


def test_openid_endpoints_of_the_builtin_provider_refuse_invalid_requests(mock, acme_id, client):
    provider = mock.identity_provider(acme_id, "oidc")
    connection = client.sso.get_connections(acme_id).oidc_connections[0]
    credentials = (connection.client_id, connection.client_secret)
    with httpx.Client(base_url=provider.issuer, trust_env=False) as http:

        def refusal(auth, **form):
            response = http.post("/token", data=form, auth=auth)
            return response.status_code, response.json()["error"]

        assert refusal(("x", "y"), grant_type="authorization_code", code="x") == (401, "invalid_client")
        assert refusal((credentials[0], "wrong"), grant_type="refresh_token") == (401, "invalid_client")
        assert refusal(None) == (401, "invalid_client")
        assert refusal(credentials, grant_type="password") == (400, "unsupported_grant_type")
        assert refusal(credentials, grant_type="refresh_token") == (400, "invalid_grant")
        assert refusal(credentials, grant_type="refresh_token", refresh_token="x") == (400, "invalid_grant")
        assert refusal(credentials, grant_type="authorization_code", code="x") == (400, "invalid_grant")
        malformed = http.post("/token", headers={"Authorization": "Basic !!!"})
        assert (malformed.status_code, malformed.json()["error"]) == (401, "invalid_client")
        valid = {"client_id": credentials[0], "response_type": "code", "redirect_uri": connection.redirect_url}
        path = f"/v1/b2b/sso/callback/{connection.connection_id}"
        other_urls = [
            "https://evil.test/",
            f"https://evil.test{path}",
            f"{mock.url}.evil.test{path}",
            f"{mock.url}@evil.test{path}",
            f"{mock.url}/x{path}",
            f"http://localhost:1{path}",
            f"https://evil.test/?x={path}",
            f"javascript:x//{path}",
            f"http://[::1{path}",
            path,
        ]
        for changes in ({"client_id": "x"}, {"response_type": "token"}, *({"redirect_uri": url} for url in other_urls)):
            assert http.get("/authorize", params=valid | changes).json()["error_type"] == "bad_request"
        mock.next_identity("oidc", "ada@acme.test")
        callback = httpx.URL(http.get("/authorize", params=valid).headers["location"])
        form = {"grant_type": "authorization_code", "code": callback.params["code"]}
        assert refusal(credentials, **form, redirect_uri="https://evil.test/") == (400, "invalid_grant")
        form["redirect_uri"] = connection.redirect_url
        in_form = form | {"client_id": credentials[0], "client_secret": credentials[1]}
        assert http.post("/token", data=in_form).json()["token_type"] == "Bearer"
        assert refusal(credentials, **form) == (400, "invalid_grant")
        mock.next_identity("oidc", "ada@acme.test")
        form["code"] = httpx.URL(http.get("/authorize", params=valid).headers["location"]).params["code"]
        mock.clock.advance(minutes=6)
        assert refusal(credentials, **form) == (400, "invalid_grant")


def test_saml_endpoint_of_the_builtin_provider_refuses_invalid_requests(mock, acme_id, visit):
    provider = mock.identity_provider(acme_id, "saml")
    other = mock.identity_provider(acme_id, "saml")
    for query in ({"SAMLRequest": "x"}, {"SAMLRequest": "%%%"}):
        assert error_type(visit.http.get(provider.sso_url, params=query)) == "bad_request"
    to_other = visit.start(connection_id=other.connection_id).headers["location"]
    swapped = to_other.replace(other.connection_id, provider.connection_id, 1)
    assert error_type(visit.http.get(swapped)) == "bad_request"


def test_cookie_over_https_is_secure_and_cross_site():
    async def cookie():
        transport = httpx.ASGITransport(app=create_app(Settings()))
        async with httpx.AsyncClient(transport=transport, base_url="https://localhost") as browser:
            credentials = (DEFAULT_PROJECT_ID, DEFAULT_SECRET)
            created = await browser.post(
                "/v1/b2b/organizations",
                auth=credentials,
                json={"organization_name": "Acme", "organization_slug": "acme"},
            )
            body = {"organization_id": created.json()["organization"]["organization_id"], "type": "saml"}
            provider = (await browser.post("/_mock/api/identity-providers", auth=credentials, json=body)).json()
            assert provider["start_url"].startswith("https://localhost/")
            return (await browser.get(provider["start_url"])).headers["set-cookie"]

    header = asyncio.run(cookie())
    assert "SameSite=none" in header
    assert "Secure" in header


@pytest.mark.parametrize("kind", ["saml", "oidc"])
def test_login_can_start_under_another_name_of_the_server(visit, mock, given, kind):
    """A browser often uses another name than the app's backend, for example in Docker Compose."""
    provider = mock.identity_provider(given.organization().organization_id, kind)
    query = {"public_token": mock.public_token, "connection_id": provider.connection_id}
    name = {"host": "mock.localhost:4700"}
    started = visit.http.get("/v1/public/sso/start", params=query, headers=name).headers["location"]
    mock.next_identity(kind, "ada@acme.test", connection_id=provider.connection_id)
    answer = visit.http.get(started)
    assert answer.status_code in (200, 303)
    assert (
        f"http://mock.localhost:4700/v1/b2b/sso/callback/{provider.connection_id}"
        in answer.text + answer.headers.get("location", "")
    )


@pytest.mark.parametrize("host", ["evil.localhost", "mock.localhost:4701", "evil.mock.localhost:4700"])
@pytest.mark.parametrize("kind", ["saml", "oidc"])
def test_callback_url_of_another_host_is_refused(visit, mock, given, kind, host):
    provider = mock.identity_provider(given.organization().organization_id, kind)
    query = {"public_token": mock.public_token, "connection_id": provider.connection_id}
    evil = {"host": host}  # a request whose state belongs to another login
    started = httpx.URL(
        visit.http.get("/v1/public/sso/start", params=query, headers=evil).headers["location"]
    ).copy_with(host=httpx.URL(mock.url).host, port=httpx.URL(mock.url).port)
    other = httpx.URL(visit.http.get("/v1/public/sso/start", params=query).headers["location"])
    state = "state" if kind == "oidc" else "RelayState"
    answer = visit.http.get(started.copy_set_param(state, other.params[state]))
    assert (answer.status_code, answer.json()["error_type"]) == (400, "bad_request")
