"""Invalid and hostile input to the OAuth endpoints and pages: never a server error, always an OAuth error."""

import json
from urllib.parse import quote

import msgspec
import pytest

from mockstytch.oauth_server import operations
from tests.contract.oauth import CALLBACK, CHALLENGE, login, new_app
from tests.support.payloads import HOSTILE, MALFORMED, SAMPLES

KEYS = ["status_code", "request_id", "error", "error_description", "error_uri"]
EACH = pytest.mark.parametrize("endpoint", operations.api, ids=lambda e: f"{e.method} {e.path.rpartition('/')[2]}")
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def send(mock, http):
    http.auth = None

    def call(endpoint, **options):
        return http.request(endpoint.method, endpoint.path.format(project_id=mock.project_id), **options)

    return call


def check(cell, response):
    """Return the status. The response must be a success or an OAuth error."""
    body = response.json()
    assert body["status_code"] == response.status_code < 500, (cell, body)
    assert response.status_code < 300 or list(body) == KEYS, (cell, body)
    return response.status_code


@EACH
def test_malformed_body_is_refused(send, endpoint, uncollected):
    for cell, body in MALFORMED.items():
        for headers in ({}, FORM, {"content-type": "application/json"}):
            assert check(cell, send(endpoint, content=body, headers=headers)) >= 400


@EACH
def test_hostile_string_causes_no_server_error(send, given, endpoint):
    app = new_app(given)
    valid = {"client_id": app.client_id, "client_secret": app.client_secret, "token": "x", "code": "x"}
    valid |= {"redirect_uri": CALLBACK, "redirect_uris": [CALLBACK], "refresh_token": "x"}
    fields = [f.name for f in msgspec.structs.fields(endpoint.request) if f.name != "project_id"]
    for field in fields:
        for cell, text in HOSTILE.items():
            for grant in ("authorization_code", "refresh_token", "client_credentials"):
                sent = {"grant_type": grant, **{k: v for k, v in valid.items() if k in fields}, field: text}
                check(f"{field}: {cell}", send(endpoint, content=json.dumps(sent).encode()))
            body = "&".join(f"{k}={quote(str(v), safe='', errors='surrogatepass')}" for k, v in sent.items())
            check(f"{field}: {cell}", send(endpoint, content=body.encode(), headers=FORM))


@EACH
def test_wrong_type_causes_no_server_error(send, endpoint):
    for field in (f.name for f in msgspec.structs.fields(endpoint.request) if f.name != "project_id"):
        for value in SAMPLES.values():
            check(field, send(endpoint, content=json.dumps({"redirect_uris": [CALLBACK], field: value}).encode()))


@EACH
@pytest.mark.parametrize(
    "header", ["Basic", "Basic !", "Basic /w==", "Basic bm9jb2xvbg==", "Bearer", "Bearer é", "x y"]
)
def test_invalid_authorization_header_is_refused(send, endpoint, header):
    status = check(header, send(endpoint, json={"token": "x"}, headers={"authorization": header.encode("latin-1")}))
    needs_token = "user_info" in endpoint.name
    assert status == (401 if needs_token or header.startswith("Basic") else 400)


@pytest.mark.parametrize("page", ["authorize", "logout"])
def test_hostile_url_of_a_page_causes_no_server_error(mock, given, http, page):
    ada, app = login(given), new_app(given)
    valid = {
        "client_id": app.client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    for field in (*valid, "scope", "state", "nonce", "prompt", "resource", "login_hint", "id_token_hint", "member_id"):
        for cell, text in HOSTILE.items():
            query = valid | {field: text[:5000]}
            url = f"/v1/public/{mock.project_id}/oauth2/{page}?" + "&".join(
                f"{k}={quote(v, safe='', errors='surrogatepass')}" for k, v in query.items()
            )
            for response in (
                http.get(url),
                http.post(url, data={"member_id": ada.member_id, "decision": "allow"}),
                http.post(url, content=b"\xff=%zz&member_id=%ff", headers=FORM),
            ):
                assert response.status_code < 500, (field, cell, response.text)
                assert response.status_code != 303 or response.headers["location"].startswith(CALLBACK), (field, cell)


@pytest.mark.parametrize("page", ["authorize", "logout"])
def test_invalid_form_is_refused_or_ignored(mock, given, http, page):
    app = new_app(given)
    query = {"client_id": app.client_id, "redirect_uri": CALLBACK, "response_type": "code"}
    path = f"/v1/public/{mock.project_id}/oauth2/{page}"
    for body in (b"x" * 1_100_000, b"a=1&" * 100):
        assert http.post(path, params=query, content=body, headers=FORM).status_code == 413
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x", "text/plain", "\xff".encode("latin-1")):
        response = http.post(path, params=query, content=b"\xff", headers={"content-type": kind})
        assert response.status_code == (200 if page == "authorize" else 404)


def test_invalid_origin_is_refused(mock, given, http):
    query = {"client_id": new_app(given).client_id, "redirect_uri": CALLBACK, "response_type": "code"}
    path = f"/v1/public/{mock.project_id}/oauth2/authorize"
    for origin in ("http://[::1", "null"):
        assert http.post(path, params=query, headers={"origin": origin}).status_code == 403


def test_invalid_credentials_of_the_built_in_provider_are_refused(mock, given, http):
    provider = mock.identity_provider(given.organization().organization_id, "oidc")
    http.auth = None
    for value in ("!!", "é", "/w=="):
        headers = {"authorization": f"Basic {value}".encode("latin-1")}
        response = http.post(f"/_mock/idp/{provider.connection_id}/token", data={"code": "x"}, headers=headers)
        assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
