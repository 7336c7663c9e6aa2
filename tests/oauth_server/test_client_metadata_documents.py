"""Client ID Metadata Documents: the ``client_id`` is the URL of a document with the client's metadata."""

import json
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest

from tests.contract.oauth import CALLBACK, CHALLENGE, VERIFIER


class Documents(ThreadingHTTPServer):
    """A web server of documents.

    Attributes:
        documents: the status, the headers and the body for each path.
        requests: the headers of the requests that were received.
    """

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.documents, self.requests = {}, []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def publish(self, path="/client.json", status=200, headers=None, body=None, **metadata):
        """Publish a document, and return its URL."""
        url = self.url + path
        document = {"client_id": url, "client_name": "Agent", "redirect_uris": [CALLBACK], **metadata}
        document = {name: value for name, value in document.items() if value is not None}
        self.documents[path] = (status, headers or {}, json.dumps(document).encode() if body is None else body)
        return url


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests.append((self.path, dict(self.headers)))
        status, headers, body = self.server.documents.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_): ...


@contextmanager
def _serving(server):
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def documents():
    with _serving(Documents()) as server:
        yield server


@pytest.fixture
def visit(server, mock):
    """``visit(client_id, form, **changes)``: open the authorization endpoint, or submit its form."""

    def call(client_id, form=None, **changes):
        query = {
            "client_id": client_id,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid offline_access",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **changes,
        }
        url = f"{mock.domain}/v1/oauth2/authorize?{urlencode(query)}"
        return server.http.request("POST" if form else "GET", url, data=form)

    return call


def refusal(server, response):
    """Return the status of the error page and the reason in the request log."""
    assert response.headers["content-type"].startswith("text/html")
    return response.status_code, server.because()


def test_client_is_identified_by_the_url_of_its_document(server, mock, visit, documents, ada, client):
    url = documents.publish(logo_uri="https://acme.test/logo.png", scope="openid")
    assert "Agent" in visit(url).text
    answer = visit(url, {"member_id": ada.member_id, "decision": "allow"})
    code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
    sent = {"client_id": url, "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    issued = server.post("token", sent | {"code_verifier": VERIFIER}).json()
    claims = jwt.decode(issued["access_token"], options={"verify_signature": False})
    assert claims["client_id"].startswith("connected-app-test-")
    app = client.connected_app.clients.get(claims["client_id"]).connected_app
    assert (app.client_type, app.client_name, app.redirect_urls) == ("third_party_public", "Agent", [CALLBACK])
    assert app.logo_url == "https://acme.test/logo.png"
    refreshed = server.post("token", {"client_id": url, **_without_id(issued["refresh_token"])}).json()
    assert server.post("introspect", {"client_id": url, "token": refreshed["access_token"]}).json()["active"]
    assert server.post("revoke", {"client_id": url, "token": refreshed["refresh_token"]}).status_code == 200
    assert not server.post("introspect", {"client_id": url, "token": refreshed["access_token"]}).json()["active"]
    assert len(documents.requests) == 1  # the document is cached
    assert documents.requests[0][1]["Accept"] == "application/json"


def _without_id(refresh_token):
    return {"grant_type": "refresh_token", "refresh_token": refresh_token}


def test_api_accepts_the_url_of_a_document(documents, given, ada, refused):
    request = {"redirect_uri": CALLBACK, "response_type": "code", "scopes": ["openid"]}
    request["session_token"] = ada.session_token
    oauth, url = given.client.idp.oauth, documents.publish()
    assert oauth.authorize_start(client_id=url, **request).client.client_name == "Agent"
    answer = oauth.authorize(client_id=url, consent_granted=True, code_challenge=CHALLENGE, **request)
    assert answer.authorization_code
    unknown = {**request, "client_id": documents.url + "/none.json"}
    assert refused(oauth.authorize_start, **unknown) == "connected_app_not_found"
    assert given.because().endswith("the response has the status 404; redirects aren't followed")


def test_document_is_fetched_again_after_some_minutes(mock, visit, documents, client):
    url = documents.publish()
    visit(url)
    documents.publish(client_name="Renamed")
    mock.clock.advance(minutes=4)
    assert "Agent" in visit(url).text
    mock.clock.advance(minutes=1)
    assert "Renamed" in visit(url).text
    assert len(documents.requests) == 2
    assert len(client.connected_app.clients.search().connected_apps) == 1
    mock.clock.advance(minutes=5)
    documents.publish(redirect_uris=["http://evil.test/"])
    assert visit(url).status_code == 404
    (app,) = client.connected_app.clients.search().connected_apps
    assert app.redirect_urls == [CALLBACK]


def test_redirect_uri_must_be_in_the_document(visit, documents):
    assert visit(documents.publish(), redirect_uri="https://evil.test/").status_code == 401


def test_public_client_of_a_document_must_use_pkce(visit, documents):
    answer = visit(documents.publish(), code_challenge="", code_challenge_method="")
    assert "error=invalid_request" in answer.headers["location"]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"client_id": "https://acme.test/client.json"}, "its client_id is another one"),
        ({"client_id": None}, "the document isn't valid client metadata"),
        ({"redirect_uris": []}, "redirect_uris is empty"),
        ({"redirect_uris": None}, "the document isn't valid client metadata"),
        ({"redirect_uris": ["http://evil.test/"]}, "http://evil.test/"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "javascript:alert(1)"),
        ({"client_name": 5}, "the document isn't valid client metadata"),
        ({"token_endpoint_auth_method": "client_secret_basic"}, "the client can't have a secret"),
        ({"token_endpoint_auth_method": "client_secret_jwt"}, "the client can't have a secret"),
        ({"client_secret": "s"}, "the client can't have a secret"),
        ({"grant_types": ["client_credentials"]}, "it needs the grant type authorization_code"),
        ({"response_types": ["token"]}, "it needs the grant type authorization_code"),
        ({"body": b"{"}, "the document isn't valid client metadata"),
        ({"body": b"\xff"}, "the document isn't valid client metadata"),
        ({"body": b"[" * 5000}, "the document isn't valid client metadata"),
        ({"body": b""}, "the document isn't valid client metadata"),
        ({"padding": "x" * 6000}, "the response is too long"),
        ({"status": 404}, "the response has the status 404"),
        ({"status": 201}, "the response has the status 201"),
        ({"status": 302, "headers": {"location": "/other.json"}}, "redirects aren't followed"),
    ],
)
def test_invalid_document_is_refused(server, visit, documents, client, document, reason):
    documents.publish("/other.json")
    status, because = refusal(server, visit(documents.publish(**document)))
    assert status == 404
    assert reason in because
    assert client.connected_app.clients.search().connected_apps == []


@pytest.mark.parametrize(
    "document",
    [
        {"grant_types": ["authorization_code", "urn:ietf:params:oauth:grant-type:device_code"]},
        {"response_types": ["code", "code id_token"]},
        {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://acme.test/jwks"},
        {"contacts": 5, "unknown": {"a": []}},
        {"client_name": None},
    ],
)
def test_other_metadata_is_ignored_and_the_client_is_public(visit, documents, client, document):
    assert visit(documents.publish(**document)).status_code == 200
    (app,) = client.connected_app.clients.search().connected_apps
    assert app.client_type == "third_party_public"


def test_document_of_the_greatest_allowed_length_is_accepted(visit, documents):
    url = documents.publish()
    _, _, body = documents.documents["/client.json"]
    documents.publish(body=body + b" " * (5 * 1024 - len(body)))
    assert visit(url).status_code == 200
    longer = documents.publish("/longer.json")
    _, _, body = documents.documents["/longer.json"]
    documents.publish("/longer.json", body=body + b" " * (5 * 1024 + 1 - len(body)))
    assert visit(longer).status_code == 404


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://acme.test/client.json", "http://acme.test/client.json"),
        ("http://169.254.169.254/latest", "http://169.254.169.254/latest"),
        ("https://acme.test", "the URL needs a path"),
        ("https://acme.test/a/../client.json", "the URL needs a path without dot segments"),
        ("https://acme.test/a/%2e%2E/client.json", "the URL needs a path without dot segments"),
        ("https://acme.test/client.json#x", "has a fragment"),
        ("https://ada:secret@acme.test/client.json", "the URL contains credentials"),
        ("https://acme.test:port/client.json", "isn't a valid URL"),
        ("https:///client.json", "has no host"),
        ("https://acme.test/" + "x" * 2048, "isn't a valid URL"),
        ("https://acme.test/a b", "isn't a valid URL"),
    ],
)
def test_url_that_is_not_allowed_is_not_fetched(server, visit, url, reason):
    status, because = refusal(server, visit(url))
    assert status == 404
    assert reason in because


def test_unreachable_document_is_refused(server, visit):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound, but it doesn't listen
        status, _ = refusal(server, visit(f"http://127.0.0.1:{closed.getsockname()[1]}/client.json"))
    assert status == 404


def test_unknown_document_is_not_fetched_by_the_token_endpoint(server, documents):
    sent = {"client_id": documents.publish(), "grant_type": "authorization_code", "code": "x"}
    assert server.error("token", sent) == (400, "invalid_client")
    for name in ("introspect", "revoke"):
        assert server.error(name, {"client_id": documents.publish(), "token": "x"}) == (401, "invalid_client")
    assert documents.requests == []


def test_other_requests_do_not_wait_for_a_document(mock, server, visit, client):
    """The document's server accepts the connection and doesn't respond until another request was served."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/client.json"
        waiting = threading.Thread(target=lambda: visit(url), daemon=True)
        waiting.start()
        connection, _ = listener.accept()
        assert client.organizations.search().status_code == 200
        assert waiting.is_alive()
        connection.close()
        waiting.join(30)


def test_documents_can_be_turned_off(server, mock, visit, documents):
    found = server.http.get(f"{mock.domain}/.well-known/oauth-authorization-server").json()
    assert found["client_id_metadata_document_supported"] is True
    mock.configure(idp_client_id_metadata_documents_enabled=False)
    status, because = refusal(server, visit(documents.publish()))
    assert (status, documents.requests) == (404, [])
    assert because == "client ID metadata documents are turned off in this project"
    found = server.http.get(f"{mock.domain}/.well-known/oauth-authorization-server").json()
    assert "client_id_metadata_document_supported" not in found


def test_organization_can_exclude_an_app_with_a_document(visit, documents, client, ada):
    url = documents.publish()
    visit(url)
    (app,) = client.connected_app.clients.search().connected_apps
    organization = {"organization_id": ada.organization_id, "third_party_connected_apps_allowed_type": "RESTRICTED"}
    client.organizations.update(**organization, allowed_third_party_connected_apps=[])
    chosen = {"member_id": ada.member_id, "decision": "allow"}
    assert "error=access_denied" in visit(url, chosen).headers["location"]
    client.organizations.update(**organization, allowed_third_party_connected_apps=[app.client_id])
    assert "code=" in visit(url, chosen).headers["location"]


def test_refresh_of_another_app_is_refused(server, documents, visit, ada):
    url = documents.publish()
    answer = visit(url, {"member_id": ada.member_id, "decision": "allow"})
    code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
    sent = {"client_id": url, "grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    token = server.post("token", sent | {"code_verifier": VERIFIER}).json()["refresh_token"]
    other = documents.publish("/other.json")
    visit(other)
    assert server.error("token", {"client_id": other, **_without_id(token)}) == (400, "invalid_grant")
