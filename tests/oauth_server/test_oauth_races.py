"""Parallel requests with the same code, token or rotation: exactly one succeeds. And tokens after a key rotation."""

from tests.contract.oauth import CALLBACK, CHALLENGE, OPENID, VERIFIER, authorized, login, new_app, tokens
from tests.support.concurrency import Caller, all_at_once

MANY = 12


def successes_in_parallel(mock, path, body):
    """Send the same request in parallel. Return the successful responses; the others must be errors with status 400."""
    responses = all_at_once([Caller(mock) for _ in range(MANY)], path, body)
    assert {status for status, _ in responses} <= {200, 400}
    return [response for status, response in responses if status == 200]


def test_code_works_once_in_parallel_requests(mock, given):
    ada, app = login(given), new_app(given)
    code = authorized(given, app, [*OPENID, "offline_access"], session_token=ada.session_token).authorization_code
    path = f"/v1/public/{mock.project_id}/oauth2/token"
    own = {"client_id": app.client_id, "client_secret": app.client_secret}
    sent = own | {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    assert len(successes_in_parallel(mock, path, sent)) == 1


def test_parallel_refreshes_of_a_public_app_get_one_new_refresh_token(mock, given):
    ada, app = login(given), new_app(given, "third_party_public")
    scopes, options = [*OPENID, "offline_access"], {"session_token": ada.session_token, "code_challenge": CHALLENGE}
    code = authorized(given, app, scopes, **options).authorization_code
    sent = {"client_id": app.client_id, "grant_type": "refresh_token"}
    sent["refresh_token"] = tokens(given, app, code, code_verifier=VERIFIER)["refresh_token"]
    responses = successes_in_parallel(mock, f"/v1/public/{mock.project_id}/oauth2/token", sent)
    assert len(responses) == MANY
    (successor,) = {response["refresh_token"] for response in responses}
    assert len({response["access_token"] for response in responses}) == MANY
    again = successes_in_parallel(
        mock, f"/v1/public/{mock.project_id}/oauth2/token", sent | {"refresh_token": successor}
    )
    assert len(again) == MANY


def test_access_token_is_exchanged_for_one_session(mock, client, given):
    ada, app = login(given), new_app(given, "first_party", full_access_allowed=True)
    code = authorized(given, app, ["full_access"], session_token=ada.session_token).authorization_code
    token = tokens(given, app, code)["access_token"]
    assert len(successes_in_parallel(mock, "/v1/b2b/sessions/exchange_access_token", {"access_token": token})) == 1
    sessions = client.sessions.get(ada.organization_id, ada.member_id).member_sessions
    assert len(sessions) == 2  # the first session and the exchanged one


def test_secret_rotation_starts_once(mock, client, given):
    machine, app = client.m2m.clients.create([]).m2m_client, new_app(given)
    assert len(successes_in_parallel(mock, f"/v1/m2m/clients/{machine.client_id}/secrets/rotate/start", {})) == 1
    assert len(successes_in_parallel(mock, f"/v1/connected_apps/clients/{app.client_id}/secrets/rotate/start", {})) == 1


def test_tokens_stay_valid_after_key_rotation_until_the_key_is_dropped(mock, given):
    ada, app = login(given), new_app(given)
    code = authorized(given, app, OPENID, session_token=ada.session_token).authorization_code
    token = tokens(given, app, code)["access_token"]

    def introspect():
        return given.client.idp.introspect_token_network(token, app.client_id, app.client_secret)

    mock.call("POST", "/keys/rotate")
    assert introspect().subject == ada.member_id
    mock.call("POST", "/keys/rotate", {"drop": "true"})
    assert introspect() is None
