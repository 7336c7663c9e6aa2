"""Refresh tokens: extended for confidential apps, replaced for public apps (RFC 6749, 6; RFC 9700, 4.14.2)."""

import jwt
import pytest

from tests.contract.oauth import CHALLENGE, VERIFIER, new_app
from tests.oauth_server.requests import OFFLINE, client_fields, code_fields, is_active, refresh_fields

TYPES = ["first_party", "third_party", "first_party_public", "third_party_public"]
CONFIDENTIAL, PUBLIC = TYPES[:2], TYPES[2:]


@pytest.fixture
def install(server, given, code_for):
    """``install(client_type, scopes)``: a new app and its first tokens."""

    def call(client_type, scopes=OFFLINE, **settings):
        app = new_app(given, client_type, **settings)
        code = code_for(app, scopes, code_challenge=CHALLENGE)
        return app, server.post("token", code_fields(app, code, code_verifier=VERIFIER)).json()

    return call


def refresh(server, app, token, **fields):
    response = server.post("token", refresh_fields(app, token, **fields))
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize("client_type", CONFIDENTIAL)
def test_refresh_token_of_a_confidential_app_stays_the_same(server, install, client_type):
    app, first = install(client_type)
    second = refresh(server, app, first["refresh_token"])
    third = refresh(server, app, first["refresh_token"])
    assert ("refresh_token" in second, "refresh_token" in third) == (False, False)
    assert second["scope"] == " ".join(OFFLINE)
    assert second["id_token"]
    tokens = [first["access_token"], second["access_token"], third["access_token"], first["refresh_token"]]
    assert all(is_active(server, app, token) for token in tokens)
    assert len(set(tokens)) == 4


@pytest.mark.parametrize("client_type", CONFIDENTIAL)
def test_each_use_extends_the_refresh_token_of_a_confidential_app(server, mock, install, client_type):
    app, first = install(client_type)
    for _ in range(3):
        mock.clock.advance(days=89)
        refresh(server, app, first["refresh_token"])
    mock.clock.advance(days=90)
    assert not is_active(server, app, first["refresh_token"])
    assert server.error("token", refresh_fields(app, first["refresh_token"])) == (400, "invalid_grant")
    assert server.because() == "expired"


@pytest.mark.parametrize("client_type", PUBLIC)
def test_refresh_token_of_a_public_app_is_replaced_and_lives_three_months(server, mock, install, client_type):
    app, first = install(client_type)
    mock.clock.advance(days=60)
    second = refresh(server, app, first["refresh_token"])
    assert second["refresh_token"] != first["refresh_token"]
    assert (second["scope"], bool(second["id_token"])) == (" ".join(OFFLINE), True)
    assert not is_active(server, app, first["refresh_token"])
    mock.clock.advance(days=89)
    assert is_active(server, app, second["refresh_token"])
    mock.clock.advance(days=1)
    assert server.error("token", refresh_fields(app, second["refresh_token"])) == (400, "invalid_grant")


@pytest.mark.parametrize("client_type", PUBLIC)
def test_refresh_token_that_is_used_again_later_revokes_all_tokens(server, mock, install, client_type):
    app, first = install(client_type)
    second = refresh(server, app, first["refresh_token"])
    mock.clock.advance(seconds=10)
    assert server.error("token", refresh_fields(app, first["refresh_token"])) == (400, "invalid_grant")
    assert server.because() == "the token was used before: all tokens of the authorization are revoked"
    assert server.error("token", refresh_fields(app, second["refresh_token"])) == (400, "invalid_grant")
    assert not is_active(server, app, second["access_token"])
    assert not is_active(server, app, first["access_token"])


def test_public_app_can_repeat_a_refresh_shortly_after(server, mock, install):
    mock.clock.freeze()
    app, first = install("third_party_public")
    second = refresh(server, app, first["refresh_token"])
    mock.clock.advance(seconds=9)
    again = refresh(server, app, first["refresh_token"], scope="email")
    assert again["refresh_token"] == second["refresh_token"]
    assert (again["scope"], "id_token" in again) == ("email", False)
    assert is_active(server, app, second["access_token"])
    assert is_active(server, app, again["access_token"])


def test_repeated_refresh_is_refused_after_the_new_token_was_used(server, mock, install):
    mock.clock.freeze()
    app, first = install("third_party_public")
    second = refresh(server, app, first["refresh_token"])
    third = refresh(server, app, second["refresh_token"])
    assert server.error("token", refresh_fields(app, first["refresh_token"])) == (400, "invalid_grant")
    assert not is_active(server, app, third["access_token"])


def test_repeated_refresh_of_another_client_is_refused(server, given, install):
    app, first = install("third_party_public")
    refresh(server, app, first["refresh_token"])
    other = new_app(given, "third_party_public")
    assert server.error("token", refresh_fields(other, first["refresh_token"])) == (400, "invalid_grant")
    assert refresh(server, app, first["refresh_token"])


@pytest.mark.parametrize("client_type", TYPES)
def test_refresh_can_request_fewer_scopes_only(server, install, client_type):
    app, first = install(client_type)
    more = refresh_fields(app, first["refresh_token"], scope="openid phone")
    assert server.error("token", more) == (400, "invalid_scope")
    fewer = refresh(server, app, first["refresh_token"], scope="email")
    assert (fewer["scope"], "id_token" in fewer) == ("email", False)
    again = refresh(server, app, fewer.get("refresh_token", first["refresh_token"]))
    assert again["scope"] == " ".join(OFFLINE)


def test_invalid_refresh_token_is_refused(server, given, install):
    app, first = install("third_party")
    assert server.error("token", refresh_fields(app, "")) == (400, "invalid_request")
    assert server.error("token", refresh_fields(app, "x" * 44)) == (400, "invalid_grant")
    assert server.error("token", refresh_fields(app, first["access_token"])) == (400, "invalid_grant")
    assert server.error("token", refresh_fields(new_app(given), first["refresh_token"])) == (400, "invalid_grant")


def test_app_without_offline_access_gets_no_refresh_token(install):
    for client_type in TYPES:
        _, tokens = install(client_type, ["openid"])
        assert "refresh_token" not in tokens


@pytest.mark.parametrize("client_type", TYPES)
def test_revoking_a_refresh_token_ends_only_the_access_tokens_issued_with_it(server, client, ada, install, client_type):
    app, first = install(client_type)
    other_app, other = install(client_type)
    second = refresh(server, app, first["refresh_token"])
    latest = second.get("refresh_token", first["refresh_token"])
    assert server.post("revoke", client_fields(app, token=latest)).status_code == 200
    assert not is_active(server, app, latest)
    assert not is_active(server, app, second["access_token"])
    is_public = client_type.endswith("_public")
    assert is_active(server, app, first["access_token"]) == is_public  # it came with the first refresh token
    error = server.error("token", refresh_fields(app, latest))
    assert error == (400, "invalid_grant")
    assert is_active(server, other_app, other["access_token"])
    installed = client.organizations.connected_apps(ada.organization_id).connected_apps
    assert app.client_id in [each.connected_app_id for each in installed]


def test_refresh_token_whose_successor_was_revoked_is_refused(server, mock, install):
    mock.clock.freeze()
    app, first = install("third_party_public")
    second = refresh(server, app, first["refresh_token"])
    server.post("revoke", client_fields(app, token=second["refresh_token"]))
    assert server.error("token", refresh_fields(app, first["refresh_token"])) == (400, "invalid_grant")


@pytest.mark.parametrize("minutes", [5, 60, 600])
def test_id_token_lives_one_hour(server, given, code_for, minutes):
    app = new_app(given, access_token_expiry_minutes=minutes)
    tokens = server.post("token", code_fields(app, code_for(app))).json()
    claims = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 3600
    assert tokens["expires_in"] == minutes * 60
    assert claims["aud"] == [app.client_id]


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ada", {"given_name": "Ada"}),
        ("Ada King Lovelace", {"given_name": "Ada King", "family_name": "Lovelace"}),
        ("", {}),
    ],
)
def test_profile_claims_contain_the_parts_of_the_name(server, client, given, app, code_for, ada, name, parts):
    client.organizations.members.update(ada.organization_id, ada.member_id, name=name)
    token = server.post("token", code_fields(app, code_for(app))).json()["access_token"]
    claims = server.post("userinfo", headers={"authorization": f"Bearer {token}"}).json()
    found = {key: claims[key] for key in ("given_name", "family_name", "profile_picture", "locale") if key in claims}
    assert (claims["name"], found) == (name, parts)
