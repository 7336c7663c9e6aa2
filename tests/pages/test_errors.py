"""Errors of the URLs that browsers open: start URLs and callbacks of OAuth and SSO."""

import pytest

HTML = "text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.mark.parametrize(
    ("path", "error_type"),
    [
        ("/v1/b2b/public/oauth/google/start", "missing_oauth_organization_locator"),
        ("/v1/b2b/oauth/callback/oauth-callback-test-1", "oauth_invalid_callback_request"),
        ("/v1/public/sso/start", "missing_sso_connection_locator"),
    ],
)
def test_browser_gets_a_page_and_other_clients_json(http, mock, path, error_type):
    query = {"public_token": mock.public_token}
    shown = http.get(path, params=query, headers={"Accept": HTML})
    response = http.get(path, params=query)
    assert response.json()["error_type"] == error_type
    assert (shown.status_code, shown.headers["content-type"]) == (response.status_code, "text/html; charset=utf-8")
    assert "There was an error logging you in" in shown.text
    assert error_type in shown.text


def test_page_shows_the_reason(http, mock):
    query = {"public_token": mock.public_token, "connection_id": "saml-connection-test-1"}
    shown = http.get("/v1/public/sso/start", headers={"Accept": HTML}, params=query)
    assert "Reason: no connection saml-connection-test-1" in shown.text


def test_page_escapes_what_comes_from_the_url(http, mock):
    query = {"public_token": mock.public_token, "connection_id": "<script>alert(1)</script>"}
    shown = http.get("/v1/public/sso/start", headers={"Accept": HTML}, params=query)
    assert shown.status_code >= 400
    assert "<script>" not in shown.text
