"""The start URL: which connection, which landing, what is refused."""

import asyncio

import httpx
import pytest

from mockstytch import Settings, create_app
from mockstytch.settings import DEFAULT_PROJECT_ID, DEFAULT_SECRET
from tests.api.sso_visits import SsoVisit, error_type

APP = "http://localhost:3000/authenticate"


@pytest.fixture
def acme(given):
    return given.organization(organization_slug="acme").organization_id


@pytest.fixture
def visit(mock):
    browser = SsoVisit(mock)
    yield browser
    browser.http.close()


def test_the_start_sends_the_browser_to_the_provider(visit, mock, acme):
    idp = mock.identity_provider(acme, "saml")
    answer = visit.start(connection_id=idp.connection_id)
    body = answer.json()
    assert (answer.status_code, body["status_code"]) == (302, 302)
    assert body["redirect_url"] == answer.headers["location"]
    assert body["redirect_url"].startswith(f"{idp.sso_url}?SAMLRequest=")
    assert "Signature=" in body["redirect_url"]
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert cookie.endswith("Path=/v1")
    assert "SameSite" not in cookie
    assert visit.http.get(idp.start_url).status_code == 302
    alias = "/v1/b2b/public/sso/start"
    query = {"connection_id": idp.connection_id, "public_token": mock.public_token}
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
            {"public_token": "public-token-test-11111111-1111-4111-8111-111111111111", "organization_id": "acme"},
            "public_token_not_found",
        ),
    ],
)
def test_a_start_that_can_not_be(visit, acme, query, expected):
    assert error_type(visit.start(**query)) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"login_redirect_url": "nope"}, "invalid_login_sso_url"),
        ({"signup_redirect_url": "javascript:alert(1)"}, "invalid_signup_sso_url"),
        ({"pkce_code_challenge": "short"}, "invalid_pkce_code_challenge"),
    ],
)
def test_a_start_with_something_wrong(visit, mock, acme, query, expected):
    idp = mock.identity_provider(acme, "oidc")
    assert error_type(visit.start(connection_id=idp.connection_id, **query)) == expected


def test_registered_urls_only(visit, mock, acme):
    idp = mock.identity_provider(acme, "oidc")
    mock.configure(redirect_urls="registered")
    assert visit.start(connection_id=idp.connection_id).status_code == 302
    elsewhere = visit.start(connection_id=idp.connection_id, login_redirect_url="http://localhost:3000/other")
    assert error_type(elsewhere) == "no_match_for_provided_sso_url"
    mock.configure(registered_redirect_urls=[])
    assert error_type(visit.start(connection_id=idp.connection_id)) == "no_login_redirect_urls_set"


def test_an_organization_s_connection(visit, mock, acme, client):
    pending = client.sso.oidc.create_connection(acme).connection.connection_id
    assert error_type(visit.start(connection_id=pending)) == "requires_active_sso_connection"
    assert error_type(visit.start(organization_id=acme)) == "no_sso_connection_exists_for_organization"
    first = mock.identity_provider(acme, "saml")
    assert visit.start(organization_id="acme").headers["location"].startswith(first.sso_url)
    second = mock.identity_provider(acme, "oidc")
    assert error_type(visit.start(organization_id=acme)) == "indeterminate_sso_connection_for_organization"
    client.organizations.update(acme, sso_default_connection_id=second.connection_id)
    assert visit.start(organization_id=acme).headers["location"].startswith(second.sso_url)


def test_a_connection_of_another_project(visit, mock):
    other = mock.project()
    organization = other.client().organizations.create("Acme").organization.organization_id
    theirs = other.identity_provider(organization, "oidc").connection_id
    mock.client().organizations.create("Acme")
    assert error_type(visit.start(connection_id=theirs)) == "sso_connection_not_found"


@pytest.mark.parametrize("path", ["", "/authorize", "/token", "/jwks", "/userinfo", "/metadata", "/sso"])
def test_no_provider_where_there_is_none(http, mock, acme, client, path):
    """A connection that leads elsewhere has none here."""
    made = client.sso.saml.create_connection(acme).connection.connection_id
    for connection_id in (made, "saml-connection-test-1", "x"):
        answer = http.request("POST" if path == "/token" else "GET", f"/_mock/idp/{connection_id}{path}")
        assert answer.status_code == 404, answer.text


def test_what_a_provider_has_not(http, mock, acme):
    saml, oidc = (mock.identity_provider(acme, kind) for kind in ("saml", "oidc"))
    for path in ("/.well-known/openid-configuration", "/authorize", "/jwks", "/userinfo"):
        assert http.get(saml.issuer + path).json()["error_type"] == "oidc_connection_not_found"
    assert http.post(saml.issuer + "/token").json()["error_type"] == "oidc_connection_not_found"
    for path in ("/metadata", "/sso"):
        assert http.get(oidc.issuer + path).json()["error_type"] == "saml_connection_not_found"


def test_the_provider_s_openid_endpoints_refuse(mock, acme, client):
    idp = mock.identity_provider(acme, "oidc")
    connection = client.sso.get_connections(acme).oidc_connections[0]
    own = (connection.client_id, connection.client_secret)
    with httpx.Client(base_url=idp.issuer, trust_env=False) as http:

        def refusal(auth, **form):
            answer = http.post("/token", data=form, auth=auth)
            return answer.status_code, answer.json()["error"]

        assert refusal(("x", "y"), grant_type="authorization_code", code="x") == (401, "invalid_client")
        assert refusal((own[0], "wrong"), grant_type="refresh_token") == (401, "invalid_client")
        assert refusal(None) == (401, "invalid_client")
        assert refusal(own, grant_type="password") == (400, "unsupported_grant_type")
        assert refusal(own, grant_type="refresh_token") == (400, "invalid_grant")
        assert refusal(own, grant_type="refresh_token", refresh_token="x") == (400, "invalid_grant")
        assert refusal(own, grant_type="authorization_code", code="x") == (400, "invalid_grant")
        broken = http.post("/token", headers={"Authorization": "Basic !!!"})
        assert (broken.status_code, broken.json()["error"]) == (401, "invalid_client")
        good = {"client_id": own[0], "response_type": "code", "redirect_uri": connection.redirect_url}
        path = f"/v1/b2b/sso/callback/{connection.connection_id}"
        places = [
            "https://evil.test/",
            f"https://evil.test/?x={path}",
            f"javascript:x//{path}",
            f"http://[::1{path}",
            path,
        ]
        for spoilt in ({"client_id": "x"}, {"response_type": "token"}, *({"redirect_uri": place} for place in places)):
            assert http.get("/authorize", params=good | spoilt).json()["error_type"] == "bad_request"
        mock.next_identity("oidc", "ada@acme.test")
        back = httpx.URL(http.get("/authorize", params=good).headers["location"])
        form = {"grant_type": "authorization_code", "code": back.params["code"]}
        assert refusal(own, **form, redirect_uri="https://evil.test/") == (400, "invalid_grant")
        form["redirect_uri"] = connection.redirect_url
        in_form = form | {"client_id": own[0], "client_secret": own[1]}
        assert http.post("/token", data=in_form).json()["token_type"] == "Bearer"
        assert refusal(own, **form) == (400, "invalid_grant")
        mock.next_identity("oidc", "ada@acme.test")
        form["code"] = httpx.URL(http.get("/authorize", params=good).headers["location"]).params["code"]
        mock.clock.advance(minutes=6)
        assert refusal(own, **form) == (400, "invalid_grant")


def test_the_provider_s_saml_endpoint_refuses(mock, acme, visit):
    idp = mock.identity_provider(acme, "saml")
    other = mock.identity_provider(acme, "saml")
    for query in ({"SAMLRequest": "x"}, {"SAMLRequest": "%%%"}):
        assert error_type(visit.http.get(idp.sso_url, params=query)) == "bad_request"
    to_other = visit.start(connection_id=other.connection_id).headers["location"]
    swapped = to_other.replace(other.connection_id, idp.connection_id, 1)
    assert error_type(visit.http.get(swapped)) == "bad_request"


def test_over_https_the_cookie_comes_along_with_a_provider_s_form():
    async def cookie():
        transport = httpx.ASGITransport(app=create_app(Settings()))
        async with httpx.AsyncClient(transport=transport, base_url="https://localhost") as browser:
            own = (DEFAULT_PROJECT_ID, DEFAULT_SECRET)
            made = await browser.post("/v1/b2b/organizations", auth=own, json={"organization_name": "Acme"})
            wanted = {"organization_id": made.json()["organization"]["organization_id"], "type": "saml"}
            idp = (await browser.post("/_mock/api/identity-providers", auth=own, json=wanted)).json()
            assert idp["start_url"].startswith("https://localhost/")
            return (await browser.get(idp["start_url"])).headers["set-cookie"]

    shown = asyncio.run(cookie())
    assert "SameSite=none" in shown
    assert "Secure" in shown
