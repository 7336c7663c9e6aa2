"""Standard OAuth clients, unchanged: authlib, and the OAuth client of the MCP SDK."""

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import httpx
import httpx2
import jwt
import pytest
import stytch
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session, OAuthError
from authlib.oidc.core import CodeIDToken
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.shared.auth import OAuthClientMetadata

from tests.contract.oauth import CALLBACK, login, new_app
from tests.support.resource_server import resource_server

SCOPE = "openid profile email offline_access"


@pytest.fixture(scope="module")
def browser():
    """An HTTP client for all tests, because creating one is slow."""
    with httpx.Client(trust_env=False) as browser:
        yield browser


def allow(browser, url, member_id):
    """Give consent as a member does in the browser. Return the URL that the browser is redirected to."""
    assert "Choose a member" in browser.get(url).text
    assert browser.post(url, data={"member_id": member_id}).status_code == 200
    return browser.post(url, data={"member_id": member_id, "decision": "allow"}).headers["location"]


@pytest.fixture
def metadata(mock, browser):
    return browser.get(f"{mock.domain}/.well-known/openid-configuration").json()


@pytest.fixture
def sdk_of_domain(mock):
    """The official client with the project's domain as its base URL. It accepts tokens that the domain issued."""
    return stytch.B2BClient(mock.project_id, mock.secret, environment=mock.domain, suppress_warnings=True)


# authlib


@pytest.mark.parametrize(
    ("client_type", "method"),
    [
        ("third_party", "client_secret_basic"),
        ("third_party", "client_secret_post"),
        ("third_party_public", "none"),
    ],
)
def test_authlib_logs_a_member_in(given, browser, metadata, client_type, method):
    ada, app = login(given), new_app(given, client_type)
    session = OAuth2Session(
        app.client_id,
        app.client_secret,
        token_endpoint_auth_method=method,
        scope=SCOPE,
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
    )
    session.trust_env = False
    verifier, nonce = generate_token(64), generate_token()
    url, state = session.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce, prompt="consent"
    )
    token = session.fetch_token(
        metadata["token_endpoint"],
        authorization_response=allow(browser, url, ada.member_id),
        state=state,
        code_verifier=verifier,
    )
    claims = verified_id_claims(browser, token, metadata, app, nonce)
    assert (claims["sub"], claims["email"]) == (ada.member_id, ada.member.email_address)
    assert session.get(metadata["userinfo_endpoint"]).json()["sub"] == ada.member_id

    refreshed = session.refresh_token(metadata["token_endpoint"])
    is_rotated = refreshed["refresh_token"] != token["refresh_token"]
    assert is_rotated == (client_type == "third_party_public")
    introspected = session.introspect_token(metadata["introspection_endpoint"], token=refreshed["access_token"]).json()
    assert (introspected["active"], introspected["sub"]) == (True, ada.member_id)
    assert session.revoke_token(metadata["revocation_endpoint"], token=refreshed["refresh_token"]).status_code == 200
    with pytest.raises(OAuthError, match="invalid_grant"):
        session.refresh_token(metadata["token_endpoint"], refresh_token=refreshed["refresh_token"])


def verified_id_claims(browser, token, metadata, app, nonce):
    """Return the claims of the ID token, after authlib has verified them."""
    (key,) = jwt.PyJWKSet.from_dict(browser.get(metadata["jwks_uri"]).json()).keys
    decoded = jwt.decode_complete(token["id_token"], key, algorithms=["RS256"], audience=app.client_id)
    options = {"iss": {"values": [metadata["issuer"]]}}
    params = {"nonce": nonce, "client_id": app.client_id, "access_token": token["access_token"]}
    claims = CodeIDToken(decoded["payload"], decoded["header"], options, params)
    claims.validate()
    return claims


def test_authlib_gets_an_m2m_token(client, sdk_of_domain, metadata):
    machine = client.m2m.clients.create(["read:users", "write:users"]).m2m_client
    session = OAuth2Session(machine.client_id, machine.client_secret, scope="read:users")
    session.trust_env = False
    token = session.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")
    assert sdk_of_domain.m2m.authenticate_token(token["access_token"], required_scopes=["read:users"])
    wrong = OAuth2Session(machine.client_id, "wrong")
    wrong.trust_env = False
    with pytest.raises(OAuthError, match="invalid_client"):
        wrong.fetch_token(metadata["token_endpoint"], grant_type="client_credentials")


# MCP


@pytest.fixture
def mcp_server(mock, sdk_of_domain):
    """A protected MCP server that accepts access tokens of the project."""

    class ProtectedResource(BaseHTTPRequestHandler):
        def do_GET(self):
            base = f"http://127.0.0.1:{self.server.server_port}"
            if self.path == "/.well-known/oauth-protected-resource/mcp":
                return self.respond(200, {"resource": f"{base}/mcp", "authorization_servers": [mock.domain]})
            scheme, _, token = self.headers.get("authorization", "").partition(" ")
            claims = sdk_of_domain.idp.introspect_access_token_local(token) if scheme == "Bearer" else None
            if claims is None or f"{base}/mcp" not in claims.audience:
                challenge = f'Bearer resource_metadata="{base}/.well-known/oauth-protected-resource/mcp"'
                return self.respond(401, {}, ("www-authenticate", challenge))
            return self.respond(200, {"hello": claims.subject})

        def respond(self, status, body, *headers):
            self.send_response(status)
            for name, value in (("content-type", "application/json"), *headers):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_): ...

    with ThreadingHTTPServer(("127.0.0.1", 0), ProtectedResource) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/mcp"
        server.shutdown()


class Storage:
    """The client's storage of its tokens and its registration."""

    def __init__(self):
        self.tokens, self.client = None, None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client_info):
        self.client = client_info


@pytest.mark.parametrize("method", ["none", "client_secret_post", "client_secret_basic"])
def test_mcp_client_registers_and_gets_access(given, client, browser, mcp_server, method):
    ada, storage = login(given), Storage()
    responses, logins = mcp_responses(browser, mcp_server, ada, storage, method)
    assert responses == ({"hello": ada.member_id}, {"hello": ada.member_id})
    assert logins == 1  # the second call used the refresh token
    app = client.connected_app.clients.get(storage.client.client_id).connected_app
    assert (app.client_name, app.client_type) == ("Agent", "third_party_public" if method == "none" else "third_party")


@pytest.mark.parametrize("method", ["none", "client_secret_basic"])
def test_mcp_client_gets_access_to_a_server_that_knows_only_the_domain(mock, given, browser, method):
    ada = login(given)
    with resource_server(mock.domain) as resource:
        (first, second), logins = mcp_responses(browser, resource.resource, ada, Storage(), method)
    assert (first["hello"], second["hello"], logins) == (ada.member_id, ada.member_id, 1)
    assert resource.problems == []


def mcp_responses(browser, mcp_server, ada, storage, method):
    """Call an MCP server twice, the second time after the access token expired. Return responses and logins."""
    redirects = []

    async def give_consent(url):
        redirects.append(await asyncio.to_thread(allow, browser, url, ada.member_id))

    async def callback():
        query = {name: values[0] for name, values in parse_qs(urlsplit(redirects[-1]).query).items()}
        return AuthorizationCodeResult(code=query["code"], state=query["state"], iss=query["iss"])

    provider = OAuthClientProvider(
        server_url=mcp_server,
        client_metadata=OAuthClientMetadata(
            client_name="Agent",
            redirect_uris=[CALLBACK],
            grant_types=["authorization_code", "refresh_token"],
            response_types=["code"],
            token_endpoint_auth_method=method,
        ),
        storage=storage,
        redirect_handler=give_consent,
        callback_handler=callback,
    )

    async def call_twice():
        async with httpx2.AsyncClient(auth=provider, trust_env=False) as mcp_client:
            first = (await mcp_client.get(mcp_server)).json()
            provider.context.token_expiry_time = 1  # as if the token had expired
            return first, (await mcp_client.get(mcp_server)).json()

    return asyncio.run(call_twice()), len(redirects)
