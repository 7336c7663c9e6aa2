"""Introspection, revocation and UserInfo (RFC 7662, 7009, 6750; OpenID Connect Core, 5.3)."""

import pytest

from tests.contract.oauth import OPENID, new_app
from tests.oauth_server.requests import OFFLINE, client_fields, code_fields, is_active, refresh_fields


def test_tokens_of_another_client_are_reported_as_inactive(server, given, app, code_for):
    tokens = server.post("token", code_fields(app, code_for(app, OFFLINE))).json()
    other = new_app(given)
    for token in (tokens["access_token"], tokens["refresh_token"], "x", "a.b.c", tokens["id_token"]):
        response = server.post("introspect", client_fields(other, token=token)).json()
        assert set(response) == {"status_code", "request_id", "active"}
        assert response["active"] is False
    introspected = server.post("introspect", client_fields(app, token=tokens["refresh_token"])).json()
    assert (introspected["token_type"], introspected["scope"]) == ("refresh_token", " ".join(OFFLINE))


@pytest.mark.parametrize("name", ["introspect", "revoke"])
def test_introspection_and_revocation_require_client_credentials(server, app, name):
    assert server.error(name, {"token": "x"}) == (400, "invalid_request")
    assert server.error(name, {"token": "x", "client_id": app.client_id}) == (401, "invalid_client")
    assert server.error(name, client_fields(app)) == (400, "invalid_request")


def test_expired_access_token_is_inactive(server, mock, app, code_for):
    token = server.post("token", code_fields(app, code_for(app))).json()["access_token"]
    mock.clock.advance(minutes=60, seconds=1)
    assert not is_active(server, app, token)


def test_revocation_ends_own_tokens_only(server, given, app, code_for):
    tokens = server.post("token", code_fields(app, code_for(app, OFFLINE))).json()
    other = new_app(given)
    assert server.post("revoke", client_fields(app, token="unknown")).status_code == 200
    for token in (tokens["access_token"], tokens["refresh_token"]):
        assert server.post("revoke", client_fields(other, token=token)).status_code == 200
        assert is_active(server, app, token)
    server.post("revoke", client_fields(app, token=tokens["access_token"]))
    assert not is_active(server, app, tokens["access_token"])
    assert is_active(server, app, tokens["refresh_token"])
    again = server.post("token", refresh_fields(app, tokens["refresh_token"])).json()
    server.post("revoke", client_fields(app, token=tokens["refresh_token"], token_type_hint="access_token"))
    assert not is_active(server, app, again["access_token"])
    assert server.error("token", refresh_fields(app, tokens["refresh_token"])) == (400, "invalid_grant")
    assert server.because() == "the token was revoked"


def test_user_info_returns_the_members_claims(server, ada, app, code_for):
    token = server.post("token", code_fields(app, code_for(app, [*OPENID, "phone"]))).json()["access_token"]
    bearer = {"authorization": f"Bearer {token}"}
    for response in (
        server.http.get(f"{server.path}/oauth2/userinfo", headers=bearer),
        server.post("userinfo", headers=bearer),
        server.post("userinfo", {"access_token": token}),
    ):
        body = response.json()
        assert (body["sub"], body["email"], body["email_verified"]) == (ada.member_id, ada.member.email_address, True)
        assert (body["name"], body["phone_number"]) == ("Ada", "")
        assert body["https://stytch.com/organization"]["organization_id"] == ada.organization_id


def test_user_info_without_a_valid_token_is_refused(server, app, code_for):
    token = server.post("token", code_fields(app, code_for(app, ["email"]))).json()["access_token"]
    for bearer, status, error in (
        ({}, 401, "invalid_token"),
        ({"authorization": "Bearer x"}, 401, "invalid_token"),
        ({"authorization": f"Bearer {token}"}, 403, "insufficient_scope"),
    ):
        for method in ("GET", "POST"):
            response = server.http.request(method, f"{server.path}/oauth2/userinfo", headers=bearer)
            assert (response.status_code, response.json()["error"]) == (status, error)
            assert response.headers.get("www-authenticate", "").startswith("Bearer") == (status == 401)
    twice = server.error("userinfo", {"access_token": token}, headers={"authorization": f"Bearer {token}"})
    assert twice == (400, "invalid_request")
