"""The way back from an OpenID provider: everything that may be wrong with it."""

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
from tests.api.sso_visits import SsoVisit, error_type, landed


@pytest.fixture(scope="module")
def running():
    provider = OpenIdProvider()
    yield provider
    provider.close()


@pytest.fixture
def idp(running):
    running.claims, running.answers, running.asked, running.refresh_token = {}, {}, [], ""
    running.userinfo, running.expires_in = {"sub": "u-1", "email": "ada@acme.test", "name": "Ada"}, 3600
    return running


@pytest.fixture
def acme(given):
    return given.organization(organization_slug="acme").organization_id


@pytest.fixture
def connection_id(client, acme, idp):
    made = client.sso.oidc.create_connection(acme).connection.connection_id
    return client.sso.oidc.update_connection(acme, made, **idp.settings).connection.connection_id


class Flow(SsoVisit):
    """A browser that was sent to the provider, and comes back as a test wants."""

    def __init__(self, mock, idp, connection_id):
        super().__init__(mock)
        self.connection_id, self.idp = connection_id, idp
        self.asked = self.begin()

    def begin(self):
        answer = self.start(connection_id=self.connection_id)
        assert answer.status_code == 302, answer.text
        asked = {n: v[0] for n, v in parse_qs(urlsplit(answer.headers["location"]).query).items()}
        self.idp.claims["nonce"] = asked["nonce"]
        return asked

    def come_back(self, connection_id="", **query):
        path = f"/v1/b2b/sso/callback/{connection_id or self.connection_id}"
        wanted = {"state": self.asked["state"], "code": "c0de", **query}
        return self.http.get(path, params={n: v for n, v in wanted.items() if v is not None})

    def why(self):
        return self.mock.requests()[-1].because


@pytest.fixture
def flow(mock, idp, connection_id):
    browser = Flow(mock, idp, connection_id)
    yield browser
    browser.http.close()


def test_the_way_there_and_back(flow, idp, client, mock, connection_id):
    assert flow.asked["client_id"] == "client"
    assert flow.asked["response_type"] == "code"
    assert flow.asked["scope"] == "openid email profile"
    assert flow.asked["redirect_uri"] == f"{mock.url}/v1/b2b/sso/callback/{connection_id}"
    login = client.sso.authenticate(landed(flow.come_back())["token"])
    assert (login.member.email_address, login.member.name) == ("ada@acme.test", "Ada")
    (asked,) = idp.asked
    assert asked["authorization"] == "Basic Y2xpZW50OnMzY3JldCUyRiUyQg=="  # client:s3cret%2F%2B
    assert (asked["grant_type"], asked["code"]) == ("authorization_code", "c0de")
    assert asked["redirect_uri"] == flow.asked["redirect_uri"]


def test_a_login_hint_goes_along(flow, connection_id):
    answer = flow.start(connection_id=connection_id, login_hint="ada@acme.test")
    assert "login_hint=ada%40acme.test" in answer.headers["location"]


def test_the_secret_goes_where_the_metadata_says(client, acme, idp, mock):
    metadata = {
        "issuer": idp.url,
        "authorization_endpoint": f"{idp.url}/authorize",
        "token_endpoint": f"{idp.url}/token",
        "userinfo_endpoint": "nowhere",
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
    }
    idp.answers["/.well-known/openid-configuration"] = lambda: (200, json.dumps(metadata).encode())
    made = client.sso.oidc.create_connection(acme).connection.connection_id
    half = client.sso.oidc.update_connection(acme, made, issuer=idp.url)
    assert half.warning == "The metadata of the issuer has no usable userinfo_endpoint, jwks_uri."
    client.sso.oidc.update_connection(acme, made, **{n: v for n, v in idp.settings.items() if n != "issuer"})
    flow = Flow(mock, idp, made)
    landed(flow.come_back())
    assert (idp.asked[0]["client_secret"], idp.asked[0]["authorization"]) == ("s3cret/+", "")


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
def test_a_callback_that_was_tampered_with(flow, query, expected):
    assert error_type(flow.come_back(**query)) == expected
    assert flow.mock.requests()[-1].error_type == expected
    landed(flow.come_back())  # nothing was used up by that


def test_a_callback_works_once(flow, idp):
    landed(flow.come_back())
    flow.http.cookies.set("mockstytch_sso_state", flow.asked["state"])
    assert error_type(flow.come_back()) == "unsolicited_oidc_response"
    assert len(idp.asked) == 1


def test_a_callback_in_another_browser(flow, mock, idp, connection_id):
    cookies = dict(flow.http.cookies)
    flow.http.cookies.clear()
    assert error_type(flow.come_back()) == "missing_oidc_csrf_cookie"
    other = Flow(mock, idp, connection_id)
    flow.http.cookies.update(other.http.cookies)
    assert error_type(flow.come_back()) == "oidc_csrf_cookie_mismatch"
    assert cookies["mockstytch_sso_state"] == flow.asked["state"]
    assert idp.asked == []


def test_a_flow_ends_after_an_hour(flow, mock):
    mock.clock.advance(minutes=61)
    assert error_type(flow.come_back()) == "expired_oidc_response"


def test_another_connection_s_response(flow, client, acme, idp, mock):
    other = client.sso.oidc.create_connection(acme).connection.connection_id
    client.sso.oidc.update_connection(acme, other, **idp.settings)
    assert error_type(flow.come_back(other)) == "unsolicited_oidc_response"
    saml = mock.identity_provider(acme, "saml").connection_id
    assert error_type(flow.come_back(saml)) == "missing_saml_response"
    assert error_type(flow.come_back("oidc-connection-test-1")) == "sso_connection_not_found"
    foreign = mock.project()
    organization = foreign.client().organizations.create("Acme").organization.organization_id
    theirs = foreign.identity_provider(organization, "oidc").connection_id
    assert error_type(flow.come_back(theirs)) == "unsolicited_oidc_response"


def test_the_provider_s_refusal_ends_the_flow(flow):
    answer = flow.come_back(error="access_denied")
    assert answer.headers["location"].startswith("/redirect-error?error=access_denied")
    page = flow.http.get(answer.headers["location"])
    assert "returned: access_denied" in page.text
    flow.http.cookies.set("mockstytch_sso_state", flow.asked["state"])
    assert error_type(flow.come_back()) == "unsolicited_oidc_response"


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
def test_an_id_token_that_does_not_fit(flow, idp, claims, expected):
    idp.claims |= claims
    assert error_type(flow.come_back()) == expected


def test_time_is_the_project_s(flow, mock):
    mock.clock.advance(minutes=30)
    assert error_type(flow.come_back()) == "id_token_expired"
    assert "exp is" in flow.why()


def tokens(idp, id_token):
    idp.answers["/token"] = lambda: (200, json.dumps({"access_token": "at", "id_token": id_token}).encode())


def by_hmac(id_token, secret):
    """The same claims, signed by something that everybody knows."""
    head = base64.urlsafe_b64encode(b'{"alg": "HS256", "kid": "k1"}').rstrip(b"=")
    signed = head + b"." + id_token.split(".")[1].encode()
    signature = base64.urlsafe_b64encode(hmac.digest(secret, signed, "sha256")).rstrip(b"=")
    return (signed + b"." + signature).decode()


def test_signatures_that_prove_nothing(flow, idp):
    stranger = rsa.generate_private_key(65537, 2048)
    public = json.dumps(RSAAlgorithm.to_jwk(idp.key.public_key(), as_dict=True)).encode()
    head, body, signature = idp.id_token().split(".")
    own = {**RSAAlgorithm.to_jwk(stranger.public_key(), as_dict=True)}
    wrong = {
        "none": idp.id_token(algorithm="none"),
        "HMAC by the client's secret": idp.id_token(key="s3cret/+" * 5, algorithm="HS256"),
        "HMAC by the public key": by_hmac(idp.id_token(), public),
        "a stranger's key": idp.id_token(key=stranger),
        "a stranger's key, brought along": idp.id_token(key=stranger, jwk=own, kid="k2"),
        "a key at another place": idp.id_token(key=stranger, jku="http://127.0.0.1:9/jwks"),
        "an unknown key id": idp.id_token(kid="k9"),
        "no signature": f"{head}.{body}.",
        "a cut-off signature": f"{head}.{body}.{signature[:-8]}",
        "no JWT": "x",
        "five parts": "a.b.c.d.e",
        "nothing": "",
        "no UTF-8": "é.é.é",
        "too long": "x" * 200_000,
    }
    for name, id_token in wrong.items():
        tokens(idp, id_token)
        assert error_type(flow.come_back()) == "oidc_invalid_id_token", name
    tokens(idp, idp.id_token())
    landed(flow.come_back())


def test_keys_that_are_none(flow, idp, uncollected):
    good = idp.jwk()
    wrong = {
        "no JSON": b"<html>",
        "no keys": b"{}",
        "keys of another shape": b'{"keys": {"k1": 1}}',
        "an empty list": b'{"keys": []}',
        "nonsense in the list": b'{"keys": [1, null, "x", [], {}, {"kty": "RSA"}, {"kty": "RSA", "n": 5, "e": []}]}',
        "a symmetric key": b'{"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "k1"}]}',
        "for encryption": json.dumps({"keys": [good | {"use": "enc"}]}).encode(),
        "for another algorithm": json.dumps({"keys": [good | {"alg": "PS256"}]}).encode(),
        "deep": b'{"keys":' + b"[" * 100_000,
        "not UTF-8": b'{"keys": "\xff"}',
    }
    for name, jwks in wrong.items():
        idp.answers["/jwks"] = lambda jwks=jwks: (200, jwks)
        assert error_type(flow.come_back()) == "oidc_invalid_id_token", name
    idp.answers["/jwks"] = lambda: (503, b"")
    assert error_type(flow.come_back()) == "oidc_invalid_id_token"
    assert "503" in flow.why()
    many = {"keys": [{"kty": "RSA", "kid": "x"}, good | {"kid": None}, good]}
    idp.answers["/jwks"] = lambda: (200, json.dumps(many).encode())
    landed(flow.come_back())


def test_a_new_key_is_known_at_once(flow, idp):
    landed(flow.come_back())
    former = idp.key, idp.kid
    try:
        idp.key, idp.kid = rsa.generate_private_key(65537, 2048), "k2"
        flow.asked = flow.begin()
        landed(flow.come_back())
    finally:
        idp.key, idp.kid = former


def test_a_token_endpoint_that_does_not_help(flow, idp):
    wrong = {
        "a refusal": (400, b'{"error": "invalid_grant"}'),
        "a fault": (500, b"oops"),
        "no JSON": (200, b"<html>"),
        "a list": (200, b"[]"),
        "no tokens": (200, b"{}"),
        "no ID token": (200, b'{"access_token": "at"}'),
        "odd tokens": (200, b'{"access_token": 5, "id_token": []}'),
        "too long": (200, b"x" * 1_100_000),
    }
    for name, answer in wrong.items():
        idp.answers["/token"] = lambda answer=answer: answer
        assert error_type(flow.come_back()) == "oidc_auth_code_error", name
    idp.answers["/token"] = lambda: (400, b'{"error": "invalid_grant"}')
    flow.come_back()
    assert "invalid_grant" in flow.why()
    del idp.answers["/token"]
    landed(flow.come_back())


def test_user_info_that_does_not_fit(flow, idp):
    wrong = {
        "no JSON": (200, b"<html>", "oidc_invalid_userinfo"),
        "refused": (401, b"{}", "oidc_invalid_userinfo"),
        "somebody else": (200, b'{"sub": "u-2", "email": "eve@acme.test"}', "oidc_response_subject_mismatch"),
        "nobody": (200, b'{"email": "eve@acme.test"}', "oidc_response_subject_mismatch"),
        "no address": (200, b'{"sub": "u-1"}', "oidc_response_email_missing"),
        "an odd address": (200, b'{"sub": "u-1", "email": ["ada@acme.test"]}', "oidc_response_email_missing"),
        "none that is one": (200, b'{"sub": "u-1", "email": "ada"}', "oidc_response_email_missing"),
        "unverified": (
            200,
            b'{"sub": "u-1", "email": "ada@acme.test", "email_verified": false}',
            "oidc_response_unverified_email",
        ),
    }
    for name, (status, body, expected) in wrong.items():
        idp.answers["/userinfo"] = lambda status=status, body=body: (status, body)
        assert error_type(flow.come_back()) == expected, name


def test_numbers_that_are_none(flow, idp):
    for odd in (10**30, -5, "soon", None, 1e300):
        idp.expires_in = odd
        flow.asked = flow.begin()
        landed(flow.come_back())
    idp.claims |= {"iat": 0, "exp": 10**14}
    flow.asked = flow.begin()
    landed(flow.come_back())


def test_a_name_in_two_parts(flow, idp, client):
    idp.userinfo = {"sub": "u-1", "email": "ada@acme.test", "given_name": "Ada", "family_name": "King", "groups": ["x"]}
    client.sso.oidc.update_connection("acme", flow.connection_id, attribute_mapping={"groups": "groups"})
    assert client.sso.authenticate(landed(flow.come_back())["token"]).member.name == "Ada King"


def test_an_access_token_that_can_not_be_refreshed(flow, idp, client, mock, refused):
    login = client.sso.authenticate(landed(flow.come_back())["token"])
    get = client.organizations.members.oidc_providers
    assert get("acme", login.member_id).registrations[0].access_token == "at"
    mock.clock.advance(hours=2)
    assert refused(get, "acme", login.member_id) == "missing_oidc_refresh_token"


def test_an_answer_by_form(flow):
    answer = flow.http.post(
        f"/v1/b2b/sso/callback/{flow.connection_id}", data={"state": flow.asked["state"], "code": "c0de"}
    )
    assert answer.status_code == 303
    landed(answer)


def test_a_form_that_is_too_large(flow):
    path = f"/v1/b2b/sso/callback/{flow.connection_id}"
    assert flow.http.post(path, data={"state": "x" * 1_100_000}).status_code == 413
    assert flow.http.post(path, content="&".join(f"a{n}=1" for n in range(100))).status_code == 413


@pytest.mark.slow
def test_a_provider_that_does_not_answer(flow, idp, http):
    """It is given up after five seconds, and holds up nobody meanwhile."""
    released = threading.Event()
    idp.answers["/token"] = lambda: (200, b"{}") if released.wait(20) else (500, b"")
    flow.http.timeout = 20
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(flow.come_back()))
    waiting.start()
    while not idp.asked:
        waiting.join(timeout=0.01)
    assert http.get("/_mock/api/health").status_code == 200
    waiting.join(timeout=20)
    released.set()
    assert error_type(answers[0]) == "oidc_auth_code_error"
    assert answers[0].elapsed.total_seconds() < 10


def test_a_key_that_is_too_short(flow, idp):
    """RFC 7518, 3.3 wants 2048 bits. It is refused like any other key, without a warning: those are errors here."""
    former = idp.key
    try:
        idp.key = rsa.generate_private_key(65537, 1024)
        with pytest.warns(InsecureKeyLengthWarning):  # that of the provider
            tokens(idp, idp.id_token())
        assert error_type(flow.come_back()) == "oidc_invalid_id_token"
        assert "1024 bits" in flow.why()
    finally:
        idp.key = former
