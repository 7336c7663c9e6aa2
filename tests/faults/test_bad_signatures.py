"""JWTs that are signed with a key that the JWKS doesn't have."""

import pytest
from jwt.exceptions import PyJWKClientError

from mockstytch import MockError


def test_jwt_cannot_be_verified(mock, given, refused):
    acme = given.organization()
    ada = given.member(acme)
    before = given.login(acme, ada)
    kid = mock.call("POST", "/keys/rotate", body={"bad_signatures": True})["kid"]
    client = mock.client()
    bad = given.login(acme, ada)
    assert kid not in [key.kid for key in client.sessions.get_jwks(mock.project_id).keys]
    with pytest.raises(PyJWKClientError, match="Unable to find a signing key"):
        client.sessions.authenticate_jwt_local(bad.session_jwt)
    assert refused(client.sessions.authenticate, session_jwt=bad.session_jwt) == "unable_to_parse_session_jwt"
    assert client.sessions.authenticate_jwt_local(before.session_jwt)
    assert client.sessions.authenticate(session_token=bad.session_token).status_code == 200


def test_next_rotation_ends_it(mock, given):
    acme = given.organization()
    ada = given.member(acme)
    mock.call("POST", "/keys/rotate", body={"bad_signatures": True})
    kid = mock.call("POST", "/keys/rotate")["kid"]
    client = mock.client()
    assert client.sessions.get_jwks(mock.project_id).keys[0].kid == kid
    assert client.sessions.authenticate_jwt_local(given.login(acme, ada).session_jwt)


def test_reset_ends_it(mock, given):
    mock.call("POST", "/keys/rotate", body={"bad_signatures": True})
    mock.reset()
    acme = given.organization()
    login = given.login(acme, given.member(acme))
    assert mock.client().sessions.authenticate_jwt_local(login.session_jwt)


@pytest.mark.parametrize("body", [{"bad_signature": True}, {"bad_signatures": "yes"}, []])
def test_invalid_body_is_refused(mock, body):
    with pytest.raises(MockError) as refused:
        mock.call("POST", "/keys/rotate", body=body)
    assert refused.value.error_type == "bad_request"
