"""The OAuth endpoints and pages, fed with nonsense: no fault of the server, and a proper answer every time."""

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


def check(cell, answer):
    """Success, or an OAuth error."""
    body = answer.json()
    assert body["status_code"] == answer.status_code < 500, (cell, body)
    assert answer.status_code < 300 or list(body) == KEYS, (cell, body)
    return answer.status_code


@EACH
def test_a_malformed_body(send, endpoint, uncollected):
    for cell, body in MALFORMED.items():
        for headers in ({}, FORM, {"content-type": "application/json"}):
            assert check(cell, send(endpoint, content=body, headers=headers)) >= 400


@EACH
def test_a_hostile_string(send, given, endpoint):
    app = new_app(given)
    known = {"client_id": app.client_id, "client_secret": app.client_secret, "token": "x", "code": "x"}
    known |= {"redirect_uri": CALLBACK, "redirect_uris": [CALLBACK], "refresh_token": "x"}
    fields = [f.name for f in msgspec.structs.fields(endpoint.request) if f.name != "project_id"]
    for field in fields:
        for cell, text in HOSTILE.items():
            for grant in ("authorization_code", "refresh_token", "client_credentials"):
                sent = {"grant_type": grant, **{k: v for k, v in known.items() if k in fields}, field: text}
                check(f"{field}: {cell}", send(endpoint, content=json.dumps(sent).encode()))
            body = "&".join(f"{k}={quote(str(v), safe='', errors='surrogatepass')}" for k, v in sent.items())
            check(f"{field}: {cell}", send(endpoint, content=body.encode(), headers=FORM))


@EACH
def test_a_wrong_type(send, endpoint):
    for field in (f.name for f in msgspec.structs.fields(endpoint.request) if f.name != "project_id"):
        for value in SAMPLES.values():
            check(field, send(endpoint, content=json.dumps({"redirect_uris": [CALLBACK], field: value}).encode()))


@EACH
@pytest.mark.parametrize(
    "header", ["Basic", "Basic !", "Basic /w==", "Basic bm9jb2xvbg==", "Bearer", "Bearer é", "x y"]
)
def test_a_header_that_is_none(send, endpoint, header):
    status = check(header, send(endpoint, json={"token": "x"}, headers={"authorization": header.encode("latin-1")}))
    assert status in (400, 401)


@pytest.mark.parametrize("page", ["authorize", "logout"])
def test_a_page_with_nonsense_in_its_url(mock, given, http, page):
    who, app = login(given), new_app(given)
    good = {
        "client_id": app.client_id,
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    for field in (*good, "scope", "state", "nonce", "prompt", "resource", "login_hint", "id_token_hint", "member_id"):
        for cell, text in HOSTILE.items():
            query = good | {field: text[:5000]}
            url = f"/v1/public/{mock.project_id}/oauth2/{page}?" + "&".join(
                f"{k}={quote(v, safe='', errors='surrogatepass')}" for k, v in query.items()
            )
            for answer in (
                http.get(url),
                http.post(url, data={"member_id": who.member_id, "decision": "allow"}),
                http.post(url, content=b"\xff=%zz&member_id=%ff", headers=FORM),
            ):
                assert answer.status_code < 500, (field, cell, answer.text)
                assert answer.status_code != 303 or answer.headers["location"].startswith(CALLBACK), (field, cell)


@pytest.mark.parametrize("page", ["authorize", "logout"])
def test_a_form_that_is_none(mock, given, http, page):
    app = new_app(given)
    query = {"client_id": app.client_id, "redirect_uri": CALLBACK, "response_type": "code"}
    path = f"/v1/public/{mock.project_id}/oauth2/{page}"
    for body in (b"x" * 1_100_000, b"a=1&" * 100):
        assert http.post(path, params=query, content=body, headers=FORM).status_code == 413
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x", "text/plain", "\xff".encode("latin-1")):
        answer = http.post(path, params=query, content=b"\xff", headers={"content-type": kind})
        assert answer.status_code == (200 if page == "authorize" else 404)


def test_an_origin_that_is_none(mock, given, http):
    query = {"client_id": new_app(given).client_id, "redirect_uri": CALLBACK, "response_type": "code"}
    path = f"/v1/public/{mock.project_id}/oauth2/authorize"
    for origin in ("http://[::1", "null"):
        assert http.post(path, params=query, headers={"origin": origin}).status_code == 403


def test_credentials_of_the_built_in_provider_that_are_none(mock, given, http):
    idp = mock.identity_provider(given.organization().organization_id, "oidc")
    http.auth = None
    for value in ("!!", "é", "/w=="):
        headers = {"authorization": f"Basic {value}".encode("latin-1")}
        answer = http.post(f"/_mock/idp/{idp.connection_id}/token", data={"code": "x"}, headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
