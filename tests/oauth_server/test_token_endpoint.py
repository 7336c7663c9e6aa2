"""The token endpoint: authorization codes, PKCE, refresh tokens and client credentials (RFC 6749, 7636, 8707, 9700)."""

import base64
from urllib.parse import urlencode

import pytest

from tests.contract.oauth import CALLBACK, CHALLENGE, VERIFIER, new_app
from tests.oauth_server.requests import OFFLINE, code_fields, is_active, refresh_fields


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"code": ""}, 400, "invalid_request"),
        ({"code": "x" * 44}, 400, "invalid_grant"),
        ({"redirect_uri": ""}, 400, "invalid_request"),
        ({"redirect_uri": CALLBACK + "/"}, 400, "invalid_grant"),
        ({"redirect_uri": "https://evil.test/"}, 400, "invalid_grant"),
        ({"code_verifier": VERIFIER}, 400, "invalid_grant"),  # the authorization request had no challenge
        ({"client_id": ""}, 400, "invalid_request"),
        ({"client_id": "connected-app-test-x"}, 400, "invalid_client"),
        ({"client_secret": ""}, 400, "invalid_client"),
        ({"client_secret": "wrong"}, 400, "invalid_client"),
        ({"grant_type": "implicit"}, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, 400, "unauthorized_client"),
        ({"resource": "nope"}, 400, "invalid_target"),
    ],
)
def test_invalid_code_request_is_refused_and_keeps_the_code(server, app, code_for, change, status, error):
    code = code_for(app)
    assert server.error("token", code_fields(app, code) | change) == (status, error)
    assert server.post("token", code_fields(app, code)).status_code == 200  # the refused requests did not use the code


def test_code_that_is_used_twice_revokes_its_tokens(server, app, code_for):
    code = code_for(app, OFFLINE)
    tokens = server.post("token", code_fields(app, code)).json()
    assert is_active(server, app, tokens["access_token"])
    assert server.error("token", code_fields(app, code)) == (400, "invalid_grant")
    assert server.because() == "the code was used before: its tokens are revoked"
    assert not is_active(server, app, tokens["access_token"])
    assert not is_active(server, app, tokens["refresh_token"])
    assert server.error("token", refresh_fields(app, tokens["refresh_token"])) == (400, "invalid_grant")


def test_code_of_another_client_is_refused(server, given, app, code_for):
    code, other = code_for(app), new_app(given)
    assert server.error("token", code_fields(other, code)) == (400, "invalid_grant")
    assert server.post("token", code_fields(app, code)).status_code == 200


def test_expired_code_is_refused(server, mock, app, code_for):
    code = code_for(app)
    mock.clock.advance(minutes=10, seconds=1)
    assert server.error("token", code_fields(app, code)) == (400, "invalid_grant")
    assert server.because() == "the code has expired"


def test_code_of_a_revoked_app_is_refused(server, client, ada, app, code_for):
    code = code_for(app)
    client.organizations.members.connected_apps.revoke(ada.organization_id, ada.member_id, app.client_id)
    assert server.error("token", code_fields(app, code)) == (400, "invalid_grant")


@pytest.mark.parametrize("client_type", ["third_party", "third_party_public"])
@pytest.mark.parametrize(
    ("verifier", "error"),
    [("", "invalid_grant"), ("w" * 64, "invalid_grant"), (CHALLENGE, "invalid_grant"), (VERIFIER, "none")],
)
def test_code_verifier_must_match_the_challenge(server, given, code_for, client_type, verifier, error):
    app = new_app(given, client_type)
    code = code_for(app, code_challenge=CHALLENGE)
    response = server.post("token", code_fields(app, code, code_verifier=verifier))
    assert response.json().get("error", "none") == error


def test_unauthorized_resource_is_refused(server, app, code_for):
    code = code_for(app, resources=["https://mcp.acme.test/mcp"])
    elsewhere = code_fields(app, code, resource="https://evil.test/mcp")
    assert server.error("token", elsewhere) == (400, "invalid_target")
    assert server.post("token", code_fields(app, code, resource="https://mcp.acme.test/mcp")).status_code == 200


def test_public_client_with_a_secret_is_refused(server, given, code_for):
    app = new_app(given, "third_party_public")
    code = code_for(app, code_challenge=CHALLENGE)
    sent = code_fields(app, code, code_verifier=VERIFIER)
    assert server.error("token", sent | {"client_secret": "x"}) == (400, "invalid_client")
    assert server.post("token", sent).status_code == 200


def test_client_credentials_in_a_header_are_accepted(server, app, code_for):
    header = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    sent = {"grant_type": "authorization_code", "code": code_for(app), "redirect_uri": CALLBACK}
    assert server.post("token", sent, headers={"authorization": f"Basic {header}"}).status_code == 200


@pytest.mark.parametrize(("encoded", "status"), [("", 400), ("connected-app-test-x:y", 401), ("!", 401)])
def test_wrong_credentials_are_401_only_in_a_header(server, app, encoded, status):
    sent = {"grant_type": "client_credentials", "client_id": app.client_id, "client_secret": "wrong"}
    if encoded:
        value = encoded if encoded == "!" else base64.b64encode(encoded.encode()).decode()
        response = server.post(
            "token", {"grant_type": "client_credentials"}, headers={"authorization": f"Basic {value}"}
        )
    else:
        response = server.post("token", sent)
    assert (response.status_code, response.json()["error"]) == (status, "invalid_client")
    assert ("www-authenticate" in response.headers) == (status == 401)


def test_repeated_parameter_is_refused(server, app, code_for):
    body = urlencode([*code_fields(app, code_for(app)).items(), ("code", "x")])
    form = {"content-type": "application/x-www-form-urlencoded"}
    response = server.http.post(f"{server.path}/oauth2/token", content=body, headers=form)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")
