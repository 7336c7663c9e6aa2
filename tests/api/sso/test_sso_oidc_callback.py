"""The callback of an OpenID provider, and the responses that are refused."""

import base64
import hmac
import json
import threading
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from jwt.warnings import InsecureKeyLengthWarning

from tests.api.openid_provider import OpenIdProvider
from tests.api.sso_visits import SsoVisit, app_query_of, error_type


@pytest.fixture(scope="module")
def openid_provider():
    provider = OpenIdProvider()
    yield provider
    provider.close()


@pytest.fixture
def provider(openid_provider):
    openid_provider.claims, openid_provider.responses, openid_provider.token_requests, openid_provider.refresh_token = (
        {},
        {},
        [],
        "",
    )
    openid_provider.userinfo, openid_provider.expires_in = {"sub": "u-1", "email": "ada@acme.test", "name": "Ada"}, 3600
    return openid_provider


@pytest.fixture
def connection_id(client, acme_id, provider):
    pending = client.sso.oidc.create_connection(acme_id).connection.connection_id
    return client.sso.oidc.update_connection(acme_id, pending, **provider.settings).connection.connection_id


class Flow(SsoVisit):
    """A browser that was redirected to the provider and can return with any query."""

    def __init__(self, mock, provider, connection_id):
        super().__init__(mock)
        self.connection_id, self.provider = connection_id, provider
        self.query = self.begin()

    def begin(self):
        response = self.start(connection_id=self.connection_id)
        assert response.status_code == 302, response.text
        query = {n: v[0] for n, v in parse_qs(urlsplit(response.headers["location"]).query).items()}
        self.provider.claims["nonce"] = query["nonce"]
        return query

    def call_back(self, connection_id="", **query):
        path = f"/v1/b2b/sso/callback/{connection_id or self.connection_id}"
        defaults = {"state": self.query["state"], "code": "c0de", **query}
        return self.http.get(path, params={n: v for n, v in defaults.items() if v is not None})

    def reason(self):
        return self.mock.requests()[-1].because


@pytest.fixture
def flow(mock, provider, connection_id):
    browser = Flow(mock, provider, connection_id)
    yield browser
    browser.http.close()


def test_login_sends_all_parameters(flow, provider, client, mock, connection_id):
    assert flow.query["client_id"] == "client"
    assert flow.query["response_type"] == "code"
    assert flow.query["scope"] == "openid email profile"
    assert flow.query["redirect_uri"] == f"{mock.url}/v1/b2b/sso/callback/{connection_id}"
    login = client.sso.authenticate(app_query_of(flow.call_back())["token"])
    assert (login.member.email_address, login.member.name) == ("ada@acme.test", "Ada")
    (request,) = provider.token_requests
    assert request["authorization"] == "Basic Y2xpZW50OnMzY3JldCUyRiUyQg=="  # client:s3cret%2F%2B
    assert (request["grant_type"], request["code"]) == ("authorization_code", "c0de")
    assert request["redirect_uri"] == flow.query["redirect_uri"]


def test_login_hint_is_sent(flow, connection_id):
    response = flow.start(connection_id=connection_id, login_hint="ada@acme.test")
    assert "login_hint=ada%40acme.test" in response.headers["location"]


def test_client_secret_is_sent_as_the_metadata_says(client, acme_id, provider, mock):
    metadata = {
        "issuer": provider.url,
        "authorization_endpoint": f"{provider.url}/authorize",
        "token_endpoint": f"{provider.url}/token",
        "userinfo_endpoint": "nowhere",
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
    }
    provider.responses["/.well-known/openid-configuration"] = lambda: (200, json.dumps(metadata).encode())
    connection_id = client.sso.oidc.create_connection(acme_id).connection.connection_id
    pending = client.sso.oidc.update_connection(acme_id, connection_id, issuer=provider.url)
    assert pending.warning == "The metadata of the issuer has no usable userinfo_endpoint, jwks_uri."
    client.sso.oidc.update_connection(
        acme_id, connection_id, **{n: v for n, v in provider.settings.items() if n != "issuer"}
    )
    flow = Flow(mock, provider, connection_id)
    app_query_of(flow.call_back())
    assert (provider.token_requests[0]["client_secret"], provider.token_requests[0]["authorization"]) == (
        "s3cret/+",
        "",
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"state": None}, "missing_oidc_state_param"),
        ({"state": ""}, "missing_oidc_state_param"),
        ({"state": "x" * 44}, "unsolicited_oidc_response"),
        ({"code": None}, "oidc_invalid_callback_request"),
        ({"code": ""}, "oidc_invalid_callback_request"),
    ],
)
def test_invalid_callback_is_refused_and_leaves_the_flow_open(flow, query, expected):
    assert error_type(flow.call_back(**query)) == expected
    assert flow.mock.requests()[-1].error_type == expected
    app_query_of(flow.call_back())  # the flow is still open


def test_second_callback_is_refused(flow, provider):
    app_query_of(flow.call_back())
    flow.http.cookies.set("mockstytch_sso_state", flow.query["state"])
    assert error_type(flow.call_back()) == "unsolicited_oidc_response"
    assert len(provider.token_requests) == 1


def test_callback_in_another_browser_is_refused(flow, mock, provider, connection_id):
    cookies = dict(flow.http.cookies)
    flow.http.cookies.clear()
    assert error_type(flow.call_back()) == "missing_oidc_csrf_cookie"
    other = Flow(mock, provider, connection_id)
    flow.http.cookies.update(other.http.cookies)
    assert error_type(flow.call_back()) == "oidc_csrf_cookie_mismatch"
    assert cookies["mockstytch_sso_state"] == flow.query["state"]
    assert provider.token_requests == []


def test_flow_expires_after_an_hour(flow, mock):
    mock.clock.advance(minutes=61)
    assert error_type(flow.call_back()) == "expired_oidc_response"


def test_callback_of_another_connection_is_refused(flow, client, acme_id, provider, mock):
    other = client.sso.oidc.create_connection(acme_id).connection.connection_id
    client.sso.oidc.update_connection(acme_id, other, **provider.settings)
    assert error_type(flow.call_back(other)) == "unsolicited_oidc_response"
    saml = mock.identity_provider(acme_id, "saml").connection_id
    assert error_type(flow.call_back(saml)) == "missing_saml_response"
    assert error_type(flow.call_back("oidc-connection-test-1")) == "sso_connection_not_found"
    foreign = mock.project()
    organization = foreign.client().organizations.create("Acme", organization_slug="acme").organization.organization_id
    foreign_connection_id = foreign.identity_provider(organization, "oidc").connection_id
    assert error_type(flow.call_back(foreign_connection_id)) == "unsolicited_oidc_response"


def test_error_of_the_provider_finishes_the_flow(flow):
    response = flow.call_back(error="access_denied")
    assert response.headers["location"].startswith("/redirect-error?error=access_denied")
    page = flow.http.get(response.headers["location"])
    assert "returned: access_denied" in page.text
    flow.http.cookies.set("mockstytch_sso_state", flow.query["state"])
    assert error_type(flow.call_back()) == "unsolicited_oidc_response"


CLAIMS = [
    ({"iss": "https://evil.test"}, "oidc_invalid_id_token"),
    ({"iss": None}, "oidc_invalid_id_token"),
    ({"aud": "another"}, "id_token_incorrect_audience"),
    ({"aud": ["another", "third"]}, "id_token_incorrect_audience"),
    ({"aud": None}, "id_token_incorrect_audience"),
    ({"aud": ["client", "another"], "azp": "another"}, "id_token_incorrect_audience"),
    ({"exp": 1_700_000_000}, "id_token_expired"),
    ({"exp": None}, "id_token_expired"),
    ({"exp": "tomorrow"}, "id_token_expired"),
    ({"exp": True}, "id_token_expired"),
    ({"iat": 4_000_000_000}, "oidc_invalid_id_token"),
    ({"iat": None}, "oidc_invalid_id_token"),
    ({"nbf": 4_000_000_000}, "oidc_invalid_id_token"),
    ({"nonce": "another"}, "id_token_nonce_invalid"),
    ({"nonce": None}, "id_token_nonce_invalid"),
    ({"nonce": 7}, "id_token_nonce_invalid"),
    ({"sub": None}, "oidc_response_subject_missing"),
    ({"sub": ""}, "oidc_response_subject_missing"),
]


@pytest.mark.parametrize(("claims", "expected"), CLAIMS, ids=[f"{c} {e}" for c, e in CLAIMS])
def test_id_token_with_invalid_claims_is_refused(flow, provider, claims, expected):
    provider.claims |= claims
    assert error_type(flow.call_back()) == expected


def test_id_token_expires_by_the_clock_of_the_project(flow, mock):
    mock.clock.advance(minutes=30)
    assert error_type(flow.call_back()) == "id_token_expired"
    assert "exp is" in flow.reason()


def serve_id_token(provider, id_token):
    provider.responses["/token"] = lambda: (200, json.dumps({"access_token": "at", "id_token": id_token}).encode())


def sign_with_hmac(id_token, secret):
    """Return the same claims, signed with a secret that an attacker can know."""
    head = base64.urlsafe_b64encode(b'{"alg": "HS256", "kid": "k1"}').rstrip(b"=")
    signed = head + b"." + id_token.split(".")[1].encode()
    signature = base64.urlsafe_b64encode(hmac.digest(secret, signed, "sha256")).rstrip(b"=")
    return (signed + b"." + signature).decode()


def test_id_token_with_an_invalid_signature_is_refused(flow, provider):
    other_key = rsa.generate_private_key(65537, 2048)
    public = json.dumps(RSAAlgorithm.to_jwk(provider.key.public_key(), as_dict=True)).encode()
    head, body, signature = provider.id_token().split(".")
    header_jwk = {**RSAAlgorithm.to_jwk(other_key.public_key(), as_dict=True)}
    invalid = {
        "none": provider.id_token(algorithm="none"),
        "HMAC by the client's secret": provider.id_token(key="s3cret/+" * 5, algorithm="HS256"),
        "HMAC by the public key": sign_with_hmac(provider.id_token(), public),
        "another key": provider.id_token(key=other_key),
        "another key in the header": provider.id_token(key=other_key, jwk=header_jwk, kid="k2"),
        "another jku in the header": provider.id_token(key=other_key, jku="http://127.0.0.1:9/jwks"),
        "an unknown key id": provider.id_token(kid="k9"),
        "no signature": f"{head}.{body}.",
        "a truncated signature": f"{head}.{body}.{signature[:-8]}",
        "not a JWT": "x",
        "five parts": "a.b.c.d.e",
        "empty": "",
        "not ASCII": "é.é.é",
        "too long": "x" * 200_000,
    }
    for name, id_token in invalid.items():
        serve_id_token(provider, id_token)
        assert error_type(flow.call_back()) == "oidc_invalid_id_token", name
    serve_id_token(provider, provider.id_token())
    app_query_of(flow.call_back())


def test_invalid_jwks_is_refused(flow, provider, uncollected):
    valid_key = provider.jwk()
    invalid = {
        "not JSON": b"<html>",
        "no keys": b"{}",
        "keys that are not a list": b'{"keys": {"k1": 1}}',
        "an empty list": b'{"keys": []}',
        "invalid keys": b'{"keys": [1, null, "x", [], {}, {"kty": "RSA"}, {"kty": "RSA", "n": 5, "e": []}]}',
        "a symmetric key": b'{"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "k1"}]}',
        "for encryption": json.dumps({"keys": [valid_key | {"use": "enc"}]}).encode(),
        "for another algorithm": json.dumps({"keys": [valid_key | {"alg": "PS256"}]}).encode(),
        "deeply nested": b'{"keys":' + b"[" * 100_000,
        "not UTF-8": b'{"keys": "\xff"}',
    }
    for name, jwks in invalid.items():
        provider.responses["/jwks"] = lambda jwks=jwks: (200, jwks)
        assert error_type(flow.call_back()) == "oidc_invalid_id_token", name
    provider.responses["/jwks"] = lambda: (503, b"")
    assert error_type(flow.call_back()) == "oidc_invalid_id_token"
    assert "503" in flow.reason()
    many = {"keys": [{"kty": "RSA", "kid": "x"}, valid_key | {"kid": None}, valid_key]}
    provider.responses["/jwks"] = lambda: (200, json.dumps(many).encode())
    app_query_of(flow.call_back())


def test_rotated_key_is_accepted_at_once(flow, provider):
    app_query_of(flow.call_back())
    original = provider.key, provider.kid
    try:
        provider.key, provider.kid = rsa.generate_private_key(65537, 2048), "k2"
        flow.query = flow.begin()
        app_query_of(flow.call_back())
    finally:
        provider.key, provider.kid = original


def test_error_of_the_token_endpoint_is_refused(flow, provider):
    invalid = {
        "an OAuth error": (400, b'{"error": "invalid_grant"}'),
        "a server error": (500, b"oops"),
        "not JSON": (200, b"<html>"),
        "a list": (200, b"[]"),
        "no tokens": (200, b"{}"),
        "no ID token": (200, b'{"access_token": "at"}'),
        "tokens that are not text": (200, b'{"access_token": 5, "id_token": []}'),
        "too long": (200, b"x" * 1_100_000),
    }
    for name, response in invalid.items():
        provider.responses["/token"] = lambda response=response: response
        assert error_type(flow.call_back()) == "oidc_auth_code_error", name
    provider.responses["/token"] = lambda: (400, b'{"error": "invalid_grant"}')
    flow.call_back()
    assert "invalid_grant" in flow.reason()
    del provider.responses["/token"]
    app_query_of(flow.call_back())


def test_invalid_userinfo_is_refused(flow, provider):
    invalid = {
        "not JSON": (200, b"<html>", "oidc_invalid_userinfo"),
        "refused": (401, b"{}", "oidc_invalid_userinfo"),
        "another subject": (200, b'{"sub": "u-2", "email": "eve@acme.test"}', "oidc_response_subject_mismatch"),
        "no subject": (200, b'{"email": "eve@acme.test"}', "oidc_response_subject_mismatch"),
        "no address": (200, b'{"sub": "u-1"}', "oidc_response_email_missing"),
        "an address that is not text": (
            200,
            b'{"sub": "u-1", "email": ["ada@acme.test"]}',
            "oidc_response_email_missing",
        ),
        "an invalid address": (200, b'{"sub": "u-1", "email": "ada"}', "oidc_response_email_missing"),
    }
    for name, (status, body, expected) in invalid.items():
        provider.responses["/userinfo"] = lambda status=status, body=body: (status, body)
        assert error_type(flow.call_back()) == expected, name


@pytest.mark.parametrize("value", [False, "false"])
@pytest.mark.parametrize("source", ["claims", "userinfo"])
def test_unverified_address_is_refused_at_every_login(flow, provider, client, source, value):
    login = client.sso.authenticate(app_query_of(flow.call_back())["token"])
    assert login.member.email_address_verified
    for _ in range(2):
        flow.query = flow.begin()
        getattr(provider, source)["email_verified"] = value
        assert error_type(flow.call_back()) == "oidc_response_unverified_email"


@pytest.mark.parametrize("value", [True, "true", None])
def test_address_that_is_not_stated_as_unverified_is_accepted(flow, provider, client, value):
    provider.userinfo["email_verified"] = value
    assert client.sso.authenticate(app_query_of(flow.call_back())["token"]).member.email_address_verified


def test_unusual_numbers_are_accepted(flow, provider):
    for number in (10**30, -5, "soon", None, 1e300):
        provider.expires_in = number
        flow.query = flow.begin()
        app_query_of(flow.call_back())
    provider.claims |= {"iat": 0, "exp": 10**14}
    flow.query = flow.begin()
    app_query_of(flow.call_back())


def test_name_is_joined_from_given_and_family_name(flow, provider, client):
    provider.userinfo = {
        "sub": "u-1",
        "email": "ada@acme.test",
        "given_name": "Ada",
        "family_name": "King",
        "groups": ["x"],
    }
    client.sso.oidc.update_connection("acme", flow.connection_id, attribute_mapping={"groups": "groups"})
    assert client.sso.authenticate(app_query_of(flow.call_back())["token"]).member.name == "Ada King"


def test_expired_access_token_without_refresh_token_is_refused(flow, provider, client, mock, refused):
    login = client.sso.authenticate(app_query_of(flow.call_back())["token"])
    get = client.organizations.members.oidc_providers
    assert get("acme", login.member_id).registrations[0].access_token == "at"
    mock.clock.advance(hours=2)
    assert refused(get, "acme", login.member_id) == "missing_oidc_refresh_token"


def test_refresh_token_is_replaced_if_the_provider_sends_a_new_one(flow, provider, client, mock):
    provider.refresh_token = "first"
    login = client.sso.authenticate(app_query_of(flow.call_back())["token"])

    def refresh_token():
        mock.clock.advance(hours=2)
        found = client.organizations.members.oidc_providers("acme", login.member_id, include_refresh_token=True)
        return found.registrations[0].refresh_token

    assert refresh_token() == "first"
    provider.refresh_token = "second"
    assert refresh_token() == "second"
    provider.refresh_token = ""
    assert refresh_token() == "second"


def test_callback_by_post_is_accepted(flow):
    response = flow.http.post(
        f"/v1/b2b/sso/callback/{flow.connection_id}", data={"state": flow.query["state"], "code": "c0de"}
    )
    assert response.status_code == 303
    app_query_of(response)


def test_too_large_form_is_refused(flow):
    path = f"/v1/b2b/sso/callback/{flow.connection_id}"
    assert flow.http.post(path, data={"state": "x" * 1_100_000}).status_code == 413
    assert flow.http.post(path, content="&".join(f"a{n}=1" for n in range(100))).status_code == 413


@pytest.mark.slow
def test_unresponsive_provider_times_out_without_blocking_the_server(flow, provider, http):
    """The request fails after five seconds. Other requests are answered meanwhile."""
    released = threading.Event()
    provider.responses["/token"] = lambda: (200, b"{}") if released.wait(20) else (500, b"")
    flow.http.timeout = 20
    responses = []
    thread = threading.Thread(target=lambda: responses.append(flow.call_back()))
    thread.start()
    while not provider.token_requests:
        thread.join(timeout=0.01)
    assert http.get("/_mock/api/health").status_code == 200
    thread.join(timeout=20)
    released.set()
    assert error_type(responses[0]) == "oidc_auth_code_error"
    assert responses[0].elapsed.total_seconds() < 10


def test_too_short_key_is_refused(flow, provider):
    """RFC 7518, section 3.3, requires 2048 bits. The server must not emit a warning, which is an error in tests."""
    original = provider.key
    try:
        provider.key = rsa.generate_private_key(65537, 1024)
        with pytest.warns(InsecureKeyLengthWarning):  # from the provider in this test
            serve_id_token(provider, provider.id_token())
        assert error_type(flow.call_back()) == "oidc_invalid_id_token"
        assert "1024 bits" in flow.reason()
    finally:
        provider.key = original
