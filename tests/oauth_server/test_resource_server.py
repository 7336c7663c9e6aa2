"""A resource server that knows only the project's domain, and a client that knows only the resource server."""

from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from tests.contract.oauth import CHALLENGE, VERIFIER, authorized, login, new_app, tokens
from tests.oauth_server.requests import code_fields, refresh_fields
from tests.support.given import Given
from tests.support.resource_server import resource_server

SCOPES = ["openid", "offline_access"]


@pytest.fixture(params=["path", "root"])
def project(request, mock, own_server):
    """A project, and its domain."""
    return (own_server, own_server.url) if request.param == "root" else (mock, mock.domain)


@pytest.fixture
def resource(project):
    with resource_server(project[1]) as server:
        yield server


@pytest.fixture
def http():
    with httpx.Client(trust_env=False) as client:
        yield client


def call(http, resource, token):
    return http.get(resource.resource, headers={"authorization": f"Bearer {token}"})


def test_client_finds_everything_from_the_resource_and_gets_access(project, resource, http):
    mock, domain = project
    given = Given(mock, mock.client())
    ada = login(given)
    challenge = http.get(resource.resource).headers["www-authenticate"]
    protected = http.get(challenge.partition('resource_metadata="')[2].rstrip('"')).json()
    (issuer,) = protected["authorization_servers"]
    parts = urlsplit(issuer)
    server = http.get(f"{parts.scheme}://{parts.netloc}/.well-known/oauth-authorization-server{parts.path}").json()
    assert server["issuer"] == issuer == domain
    assert http.get(f"{resource.url}/.well-known/oauth-authorization-server").json()["issuer"] == issuer

    metadata = {"client_name": "Agent", "redirect_uris": ["http://127.0.0.1:49152/callback"]}
    registered = http.post(server["registration_endpoint"], json=metadata).json()
    redirect_uri = "http://127.0.0.1:49153/callback"  # the port of the next start
    assert (
        http.post(server["registration_endpoint"], json={**metadata, "redirect_uris": [redirect_uri]}).json()[
            "client_id"
        ]
        == registered["client_id"]
    )

    query = {
        "client_id": registered["client_id"],
        "redirect_uri": redirect_uri,
        "response_type": "code",
        "scope": " ".join(SCOPES),
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "resource": protected["resource"],
    }
    page = f"{server['authorization_endpoint']}?{urlencode(query)}"
    answer = http.post(page, data={"member_id": ada.member_id, "decision": "allow"})
    received = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    assert received["iss"] == issuer

    grant = {"grant_type": "authorization_code", "code": received["code"], "redirect_uri": redirect_uri}
    sent = grant | {"client_id": registered["client_id"], "code_verifier": VERIFIER, "resource": resource.resource}
    issued = http.post(server["token_endpoint"], data=sent).json()
    expected = {"hello": ada.member_id, "client": registered["client_id"]}
    assert call(http, resource, issued["access_token"]).json() == expected
    refresh = {"grant_type": "refresh_token", "refresh_token": issued["refresh_token"]}
    again = http.post(server["token_endpoint"], data=refresh | {"client_id": registered["client_id"]}).json()
    assert call(http, resource, again["access_token"]).json() == expected
    assert resource.problems == []


def test_token_of_another_issuer_audience_or_project_is_refused(project, resource, http):
    mock, domain = project
    given = Given(mock, mock.client())
    ada, app = login(given), new_app(given)

    def code(resources):
        options = {"session_token": ada.session_token, "resources": resources}
        return authorized(given, app, SCOPES, **options).authorization_code

    def from_domain(base, sent):
        return http.post(f"{base}/v1/oauth2/token", data=sent).json()

    issued = from_domain(domain, code_fields(app, code([resource.resource])))
    assert call(http, resource, issued["access_token"]).status_code == 200
    at_api_host = tokens(given, app, code([resource.resource]))
    assert call(http, resource, at_api_host["access_token"]).status_code == 401
    elsewhere = from_domain(domain, code_fields(app, code(["https://other.test/mcp"])))
    assert call(http, resource, elsewhere["access_token"]).status_code == 401
    assert call(http, resource, "x").status_code == 401
    assert call(http, resource, ada.session_jwt).status_code == 401
    other = mock.project()
    others = Given(other, other.client())
    bob, other_app = login(others), new_app(others)
    options = {"session_token": bob.session_token, "resources": [resource.resource]}
    foreign = authorized(others, other_app, SCOPES, **options).authorization_code
    issued_to_other = from_domain(other.domain, code_fields(other_app, foreign))
    assert call(http, resource, issued_to_other["access_token"]).status_code == 401
    assert resource.problems == [
        "InvalidIssuerError",
        "InvalidAudienceError",
        "DecodeError",
        "InvalidIssuerError",
        "InvalidKeyError",
    ]
    again = from_domain(domain, refresh_fields(app, at_api_host["refresh_token"]))
    assert call(http, resource, again["access_token"]).status_code == 200  # the issuer is where the token is issued


def test_expired_token_is_refused(project, resource, http):
    mock, domain = project
    given = Given(mock, mock.client())
    ada, app = login(given), new_app(given, access_token_expiry_minutes=5)
    mock.clock.advance(minutes=-6)  # the resource server has the real time
    options = {"session_token": ada.session_token, "resources": [resource.resource]}
    code = authorized(given, app, SCOPES, **options).authorization_code
    issued = http.post(f"{domain}/v1/oauth2/token", data=code_fields(app, code)).json()
    mock.clock.advance(minutes=6)
    assert call(http, resource, issued["access_token"]).status_code == 401
    assert resource.problems == ["ExpiredSignatureError"]


def test_keys_of_the_domain_follow_a_rotation(project, resource, http):
    mock, domain = project
    given = Given(mock, mock.client())
    ada, app = login(given), new_app(given)
    mock.call("POST", "/keys/rotate")
    options = {"session_token": ada.session_token, "resources": [resource.resource]}
    code = authorized(given, app, SCOPES, **options).authorization_code
    issued = http.post(f"{domain}/v1/oauth2/token", data=code_fields(app, code)).json()
    assert call(http, resource, issued["access_token"]).json()["hello"] == ada.member_id
