"""The exact form of session JWTs and of the keys that verify them."""

import base64
import hashlib
import json
from datetime import datetime

import httpx
import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

SESSION, ORGANIZATION = "https://stytch.com/session", "https://stytch.com/organization"
JWK = ["alg", "e", "key_ops", "kid", "kty", "n", "use", "x5c", "x5tS256"]


def part(token, number):
    """Return the header (0) or the claims (1). They must be compact JSON; the order of their keys is kept."""
    text = token.split(".")[number]
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    assert raw == json.dumps(json.loads(raw), separators=(",", ":"), ensure_ascii=False)
    return json.loads(raw)


@pytest.fixture
def login(given):
    acme = given.organization()
    return given.login(acme, given.member(acme), session_custom_claims={"plan": "pro", "Zone": 1, "iss": "mine"})


def test_header_has_exactly_these_keys(login):
    header = part(login.session_jwt, 0)
    assert list(header) == ["alg", "kid", "typ"]
    assert (header["alg"], header["typ"]) == ("RS256", "JWT")
    assert header["kid"].startswith("jwk-test-")


def test_claims_are_complete_and_sorted(login, mock):
    claims = part(login.session_jwt, 1)
    assert list(claims) == ["Zone", "aud", "exp", ORGANIZATION, SESSION, "iat", "iss", "nbf", "plan", "sub"]
    assert claims["aud"] == [mock.project_id]
    assert claims["iss"] == f"stytch.com/{mock.project_id}"
    assert claims["sub"] == login.member_id
    assert claims["exp"] - claims["iat"] == 300
    assert claims["nbf"] == claims["iat"]
    assert (claims["plan"], claims["Zone"]) == ("pro", 1)


def test_stytch_claims_keep_their_own_order(login):
    claims = part(login.session_jwt, 1)
    assert list(claims[ORGANIZATION].items()) == [
        ("organization_id", login.organization_id),
        ("slug", login.organization.organization_slug),
    ]
    session = claims[SESSION]
    assert list(session) == [
        "id",
        "started_at",
        "last_accessed_at",
        "expires_at",
        "attributes",
        "authentication_factors",
        "roles",
    ]
    assert session["id"] == login.member_session.member_session_id
    assert list(session["attributes"].items()) == [("user_agent", ""), ("ip_address", "")]
    assert session["roles"] == ["stytch_member"]
    assert datetime.fromisoformat(session["expires_at"]) == login.member_session.expires_at
    (factor,) = session["authentication_factors"]
    assert list(factor) == ["type", "delivery_method", "last_authenticated_at", "email_factor"]
    assert list(factor["email_factor"]) == ["email_id", "email_address"]


@pytest.mark.parametrize("moment", ["started_at", "last_accessed_at", "expires_at"])
def test_times_are_whole_seconds_with_a_z(login, moment):
    assert datetime.strptime(part(login.session_jwt, 1)[SESSION][moment], "%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007


def test_jwks_is_complete(mock, login):
    answer = httpx.get(f"{mock.url}/v1/b2b/sessions/jwks/{mock.project_id}").json()  # no credentials
    assert list(answer) == ["keys", "request_id", "status_code"]
    (key,) = answer["keys"]
    assert list(key) == JWK
    assert (key["alg"], key["e"], key["key_ops"], key["kty"], key["use"]) == ("RS256", "AQAB", ["verify"], "RSA", "sig")
    assert key["kid"] == part(login.session_jwt, 0)["kid"]
    jwt.decode(login.session_jwt, jwt.PyJWK(key), algorithms=["RS256"], audience=mock.project_id)


@pytest.mark.parametrize("rotated", [False, True])
def test_certificate_contains_the_key(mock, client, rotated):
    if rotated:
        mock.call("POST", "/keys/rotate")
    key = client.sessions.get_jwks(mock.project_id).keys[0]
    (encoded,) = key.x5c
    certificate = x509.load_der_x509_certificate(base64.b64decode(encoded))
    assert certificate.public_key() == jwt.PyJWK(key.model_dump()).key
    thumbprint = hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest()
    assert key.x5tS256 == base64.urlsafe_b64encode(thumbprint).rstrip(b"=").decode()


def test_old_and_new_tokens_verify_after_a_rotation(mock, client, given, login):
    mock.call("POST", "/keys/rotate")
    fresh = client.sessions.authenticate(session_token=login.session_token).session_jwt
    assert part(fresh, 0)["kid"] != part(login.session_jwt, 0)["kid"]
    for token in (fresh, login.session_jwt):
        assert client.sessions.authenticate_jwt_local(token).member_session_id == login.member_session.member_session_id


def test_official_client_verifies_without_a_request(mock, client, login, wire):
    local = client.sessions.authenticate_jwt_local(login.session_jwt)
    assert local.member_session_id == login.member_session.member_session_id
    assert local.roles == ["stytch_member"]
    assert local.custom_claims == {"plan": "pro", "Zone": 1}
    wire.responses.clear()
    client.sessions.authenticate_jwt(login.session_jwt)
    assert wire.responses == []


def test_forged_token_is_refused(client, login):
    head, claims, signature = login.session_jwt.split(".")
    payload = part(login.session_jwt, 1) | {"sub": "member-test-somebody-else"}
    forged = base64.urlsafe_b64encode(json.dumps(payload).encode()).rstrip(b"=").decode()
    assert client.sessions.authenticate_jwt_local(f"{head}.{forged}.{signature}") is None
    assert client.sessions.authenticate_jwt_local(f"{head}.{claims}.{signature}") is not None
