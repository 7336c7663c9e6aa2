"""A project's domain: metadata, endpoints and issuer agree, at each of its URLs; at the API's host, too."""

from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import jwt
import pytest
import stytch

from tests.contract.oauth import CALLBACK, authorized, login, new_app, tokens
from tests.oauth_server.requests import OFFLINE, client_fields, code_fields, refresh_fields
from tests.support.given import Given

NAMES = ["oauth-authorization-server", "openid-configuration"]


@pytest.fixture(params=["path", "root", "host"])
def domain(request, mock, own_server):
    """``project, url, client``: a project, its domain, and an HTTP client that reaches the domain."""
    project = own_server if request.param == "root" else mock
    url, headers = {"path": (project.domain, {}), "root": (project.url, {})}.get(request.param, ("", {}))
    if request.param == "host":  # not every resolver knows names below localhost, so only the header has the name
        url = f"http://{project.project_id}.customers.stytch.localhost:{urlsplit(project.url).port}"
        headers = {"host": urlsplit(url).netloc}
    with httpx.Client(trust_env=False, headers=headers) as http:
        yield project, url, http


def call(domain, method, url, **options):
    project, base, http = domain
    assert url.startswith(base)
    reachable = url if base.startswith(project.url) else project.url + url.removeprefix(base)
    return http.request(method, reachable, **options)


def claims_of(token):
    return jwt.decode(token, options={"verify_signature": False})


def granted(domain, scopes=OFFLINE):
    """Return a member's login, an app and its tokens, from the endpoints that the metadata names."""
    project, url, _ = domain
    given = Given(project, project.client())
    who, app = login(given), new_app(given)
    found = call(domain, "GET", f"{url}/.well-known/openid-configuration").json()
    query = {"client_id": app.client_id, "redirect_uri": CALLBACK, "response_type": "code", "scope": " ".join(scopes)}
    page = f"{found['authorization_endpoint']}?{urlencode(query)}"
    answer = call(domain, "POST", page, data={"member_id": who.member_id, "decision": "allow"})
    received = parse_qs(urlsplit(answer.headers["location"]).query)
    assert received["iss"] == [url]
    issued = call(domain, "POST", found["token_endpoint"], data=code_fields(app, received["code"][0])).json()
    return found, who, app, issued


@pytest.mark.parametrize("name", NAMES)
def test_metadata_has_the_domain_as_issuer_and_names_endpoints_below_it(domain, name):
    _, url, _ = domain
    found = call(domain, "GET", f"{url}/.well-known/{name}").json()
    assert found["issuer"] == url
    assert found["jwks_uri"] == f"{url}/.well-known/jwks.json"
    endpoints = {key: value for key, value in found.items() if key.endswith("_endpoint")}
    expected = {
        "authorization_endpoint": "authorize",
        "token_endpoint": "token",
        "registration_endpoint": "register",
        "introspection_endpoint": "introspect",
        "revocation_endpoint": "revoke",
        "userinfo_endpoint": "userinfo",
        "end_session_endpoint": "logout",
    }
    assert endpoints == {key: f"{url}/v1/oauth2/{path}" for key, path in expected.items()}
    assert found["authorization_response_iss_parameter_supported"] is True


def test_tokens_have_the_domain_as_issuer_at_every_endpoint(domain):
    project, url, _ = domain
    found, who, app, issued = granted(domain)
    assert claims_of(issued["access_token"])["iss"] == claims_of(issued["id_token"])["iss"] == url
    refresh_token = refresh_fields(app, issued["refresh_token"])
    refreshed = call(domain, "POST", found["token_endpoint"], data=refresh_token).json()
    assert claims_of(refreshed["access_token"])["iss"] == claims_of(refreshed["id_token"])["iss"] == url
    for token in (issued["access_token"], issued["refresh_token"]):
        sent = client_fields(app, token=token)
        assert call(domain, "POST", found["introspection_endpoint"], data=sent).json()["iss"] == url
    bearer = {"authorization": f"Bearer {issued['access_token']}"}
    assert call(domain, "GET", found["userinfo_endpoint"], headers=bearer).json()["sub"] == who.member_id
    machine = project.client().m2m.clients.create(["read:users"]).m2m_client
    sent = client_fields(machine, grant_type="client_credentials")
    assert claims_of(call(domain, "POST", found["token_endpoint"], data=sent).json()["access_token"])["iss"] == url
    sent = client_fields(app, token=issued["refresh_token"])
    assert call(domain, "POST", found["revocation_endpoint"], data=sent).status_code == 200
    keys = call(domain, "GET", found["jwks_uri"]).json()["keys"]
    assert [key["kid"] for key in keys] == [jwt.get_unverified_header(issued["access_token"])["kid"]]


@pytest.mark.parametrize(
    ("consent", "code", "error"), [(True, 1, None), (False, None, "access_denied")], ids=["granted", "denied"]
)
def test_api_below_the_domain_uses_its_issuer(mock, http, given, consent, code, error):
    ada, app = login(given), new_app(given)
    sent = {
        "client_id": app.client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scopes": ["openid"],
        "consent_granted": consent,
        "session_token": ada.session_token,
    }
    answer = http.post(f"{mock.domain}/v1/b2b/idp/oauth/authorize", json=sent).json()
    query = parse_qs(urlsplit(answer["redirect_uri"]).query)
    assert (query["iss"], query.get("error")) == ([mock.domain], [error] if error else None)
    assert bool(answer["authorization_code"]) == bool(code)
    assert mock.requests()[-1].path == f"/v1/public/{mock.project_id}/v1/b2b/idp/oauth/authorize"


def test_api_host_has_the_issuer_of_sessions(mock, given, client, http):
    ada, app = login(given), new_app(given)
    answer = authorized(given, app, OFFLINE, session_token=ada.session_token)
    issuer = f"stytch.com/{mock.project_id}"
    assert parse_qs(urlsplit(answer.redirect_uri).query)["iss"] == [issuer]
    issued = tokens(given, app, answer.authorization_code)
    assert claims_of(issued["access_token"])["iss"] == claims_of(issued["id_token"])["iss"] == issuer
    for token in (issued["access_token"], issued["refresh_token"]):
        assert client.idp.introspect_token_network(token, app.client_id, app.client_secret).issuer == issuer
    assert client.idp.introspect_access_token_local(issued["access_token"]).subject == ada.member_id
    machine = client.m2m.clients.create(["read:users"]).m2m_client
    token = client.m2m.token(machine.client_id, machine.client_secret).access_token
    assert claims_of(token)["iss"] == issuer


@pytest.mark.parametrize("place", ["path", "root"])
def test_official_client_of_the_domain_accepts_its_tokens(mock, own_server, place):
    project = own_server if place == "root" else mock
    url = project.url if place == "root" else project.domain
    with httpx.Client(trust_env=False) as http:
        _, who, _, issued = granted((project, url, http))
    client = stytch.B2BClient(project.project_id, project.secret, environment=url, suppress_warnings=True)
    assert client.idp.introspect_access_token_local(issued["access_token"]).subject == who.member_id
    elsewhere = stytch.B2BClient(project.project_id, project.secret, environment=f"{url}/x", suppress_warnings=True)
    assert elsewhere.idp.introspect_access_token_local(issued["access_token"]) is None


@pytest.mark.parametrize("host", ["test.stytch.com", "API.stytch.com:443"])
def test_metadata_of_the_api_host_has_the_issuer_of_its_tokens(mock, http, client, given, host):
    """An app that is hard-wired to ``test.stytch.com`` sends this name."""
    http.auth = None
    path = f"/v1/public/{mock.project_id}"
    found = http.get(f"{path}/.well-known/openid-configuration", headers={"host": host}).json()
    assert found["issuer"] == f"stytch.com/{mock.project_id}"
    assert found["token_endpoint"] == f"http://{host}{path}/oauth2/token"
    assert found["jwks_uri"] == f"http://{host}{path}/.well-known/jwks.json"
    machine = client.m2m.clients.create(["read:users"]).m2m_client
    sent = client_fields(machine, grant_type="client_credentials")
    token = http.post(f"{path}/oauth2/token", data=sent, headers={"host": host}).json()["access_token"]
    assert claims_of(token)["iss"] == found["issuer"]
    assert client.m2m.authenticate_token(token)


def test_issuer_can_be_chosen_for_all_places(mock, given, http):
    mock.configure(idp_issuer="https://login.acme.test")
    ada, app = login(given), new_app(given)
    answer = authorized(given, app, OFFLINE, session_token=ada.session_token)
    assert parse_qs(urlsplit(answer.redirect_uri).query)["iss"] == ["https://login.acme.test"]
    issued = tokens(given, app, answer.authorization_code)
    found = http.get(f"{mock.domain}/.well-known/openid-configuration").json()
    assert claims_of(issued["access_token"])["iss"] == found["issuer"] == "https://login.acme.test"
    assert found["token_endpoint"] == f"{mock.domain}/v1/oauth2/token"


def test_domain_of_another_project_is_not_the_callers(mock, given, http):
    ada, app = login(given), new_app(given)
    sent = {
        "client_id": app.client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scopes": ["openid"],
        "consent_granted": True,
        "session_token": ada.session_token,
    }
    path = f"/v1/public/{mock.project().project_id}/v1/b2b/idp/oauth/authorize"
    query = parse_qs(urlsplit(http.post(path, json=sent).json()["redirect_uri"]).query)
    assert query["iss"] == [f"stytch.com/{mock.project_id}"]


@pytest.mark.parametrize("name", [*NAMES, "jwks.json"])
def test_malformed_domain_is_refused(http, mock, name):
    http.auth = None
    for response in (
        http.get(f"/v1/public/nonsense/.well-known/{name}"),
        http.get(f"/.well-known/{name}/v1/public/nonsense"),
        http.get(f"/.well-known/{name}", headers={"host": "project-test-x.customers.stytch.localhost"}),
    ):
        assert (response.status_code, response.json()["error"]) == (400, "invalid_project_id")


def test_unknown_path_below_the_domain_is_not_found(http, mock):
    for path in ("/v1/oauth2/nothing", "/v1/nothing", "/.well-known/nothing"):
        response = http.get(mock.domain + path)
        assert (response.status_code, response.json()["error_type"]) == (404, "route_not_found")


@pytest.mark.parametrize("name", NAMES)
def test_project_without_a_consent_page_has_no_metadata(http, mock, given, name):
    mock.configure(idp_built_in_consent_page=False)
    response = http.get(f"{mock.domain}/.well-known/{name}")
    assert (response.status_code, response.json()["error"]) == (
        400,
        "authorization_endpoint_not_configured_for_project",
    )
    app = new_app(given)
    query = urlencode({"client_id": app.client_id, "redirect_uri": CALLBACK, "response_type": "code"})
    assert http.get(f"{mock.domain}/v1/oauth2/authorize?{query}").status_code == 400
    mock.configure(idp_authorization_url="https://acme.test/authorize")
    found = http.get(f"{mock.domain}/.well-known/{name}").json()
    assert found["authorization_endpoint"] == "https://acme.test/authorize"
    assert found["authorization_response_iss_parameter_supported"] is True
    assert http.get(f"{mock.domain}/v1/oauth2/authorize?{query}").headers["location"].startswith("https://acme.test/")


def test_other_origins_can_call_the_domain(http, mock):
    origin = {"origin": "https://app.test", "access-control-request-method": "POST"}
    for path in ("v1/oauth2/token", "v1/oauth2/register", "v1/oauth2/userinfo", ".well-known/jwks.json"):
        response = http.options(f"{mock.domain}/{path}", headers=origin)
        assert (response.status_code, response.headers["access-control-allow-origin"]) == (204, "*")
