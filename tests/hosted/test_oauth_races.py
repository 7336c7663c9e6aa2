"""What works once works once, however many try at the same moment; and keys that change in between."""

from tests.contract.oauth import CALLBACK, OPENID, authorized, login, new_app, tokens
from tests.support.concurrency import Caller, all_at_once

MANY = 12


def at_once(mock, path, body):
    """How many of them got in; the others got an error of their own."""
    answers = all_at_once([Caller(mock) for _ in range(MANY)], path, body)
    assert {status for status, _ in answers} <= {200, 400}
    return [answer for status, answer in answers if status == 200]


def test_a_code_and_a_refresh_token_work_once(mock, given):
    who, app = login(given), new_app(given)
    code = authorized(given, app, [*OPENID, "offline_access"], session_token=who.session_token).authorization_code
    path = f"/v1/public/{mock.project_id}/oauth2/token"
    own = {"client_id": app.client_id, "client_secret": app.client_secret}
    sent = own | {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    assert len(at_once(mock, path, sent)) == 1
    code = authorized(given, app, [*OPENID, "offline_access"], session_token=who.session_token).authorization_code
    refresh_token = tokens(given, app, code)["refresh_token"]
    assert len(at_once(mock, path, own | {"grant_type": "refresh_token", "refresh_token": refresh_token})) == 1


def test_an_access_token_becomes_one_session(mock, client, given):
    who, app = login(given), new_app(given, "first_party", full_access_allowed=True)
    code = authorized(given, app, ["full_access"], session_token=who.session_token).authorization_code
    token = tokens(given, app, code)["access_token"]
    assert len(at_once(mock, "/v1/b2b/sessions/exchange_access_token", {"access_token": token})) == 1
    assert len(client.sessions.get(who.organization_id, who.member_id).member_sessions) == 2  # and the one before


def test_a_rotation_starts_once(mock, client, given):
    machine, app = client.m2m.clients.create([]).m2m_client, new_app(given)
    assert len(at_once(mock, f"/v1/m2m/clients/{machine.client_id}/secrets/rotate/start", {})) == 1
    assert len(at_once(mock, f"/v1/connected_apps/clients/{app.client_id}/secrets/rotate/start", {})) == 1


def test_tokens_outlive_the_key_that_signed_them_as_long_as_it_is_shown(mock, given):
    who, app = login(given), new_app(given)
    code = authorized(given, app, OPENID, session_token=who.session_token).authorization_code
    token = tokens(given, app, code)["access_token"]

    def told():
        return given.client.idp.introspect_token_network(token, app.client_id, app.client_secret)

    mock.call("POST", "/keys/rotate")
    assert told().subject == who.member_id
    mock.call("POST", "/keys/rotate", {"drop": "true"})
    assert told() is None
