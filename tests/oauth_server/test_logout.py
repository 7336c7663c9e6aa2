"""Logout by an OAuth client (OpenID Connect RP-Initiated Logout)."""

import pytest

from tests.contract.oauth import new_app
from tests.oauth_server.requests import code_fields


@pytest.fixture
def logged_in(server, code_for, given):
    app = new_app(given, post_logout_redirect_urls=["http://localhost:3000/bye"])
    return app, server.post("token", code_fields(app, code_for(app))).json()["id_token"]


def logout(server, **query):
    return server.http.get(f"{server.path}/oauth2/logout", params=query)


def test_logout_ends_the_session_and_redirects_to_the_app(server, client, refused, ada, logged_in):
    _, id_token = logged_in
    response = logout(server, id_token_hint=id_token, post_logout_redirect_uri="http://localhost:3000/bye", state="s")
    assert (response.status_code, response.headers["location"]) == (303, "http://localhost:3000/bye?state=s")
    assert refused(client.sessions.authenticate, ada.session_token) == "session_not_found"
    form = {"id_token_hint": id_token}  # as a page of another site sends it
    assert server.post("logout", form, headers={"origin": "http://localhost:3000"}).status_code == 200


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"id_token_hint": "x"}, 404),
        ({"id_token_hint": ""}, 404),
        ({"client_id": "another"}, 404),
        ({"post_logout_redirect_uri": "https://evil.test/"}, 401),
    ],
)
def test_invalid_logout_is_refused_and_keeps_the_session(server, client, ada, logged_in, change, status):
    response = logout(server, **{"id_token_hint": logged_in[1], **change})
    assert (response.status_code, "location" in response.headers) == (status, False)
    assert client.sessions.authenticate(ada.session_token)
