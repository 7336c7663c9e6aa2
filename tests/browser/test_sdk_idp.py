"""``idp`` of the browser SDK: what a consent page of the app's own calls."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.sdk import call, refusal
from tests.contract.oauth import CALLBACK, OPENID, new_app, tokens

LOGOUT = "http://localhost:3000/goodbye"


@pytest.fixture
def app(given):
    """A connected app of another company."""
    return new_app(given, post_logout_redirect_urls=[LOGOUT])


@pytest.fixture
def request_of_app(app):
    return {"client_id": app.client_id, "redirect_uri": CALLBACK, "response_type": "code", "scopes": OPENID}


def test_member_consents_to_an_app(ada_page, given, app, request_of_app):
    page = ada_page
    started = call(page, "idp.oauthAuthorizeStart", request_of_app)
    assert (started["client"]["client_name"], started["consent_required"]) == ("Reports", True)
    assert [scope["scope"] for scope in started["scope_results"] if scope["is_grantable"]] == OPENID
    done = call(page, "idp.oauthAuthorizeSubmit", {**request_of_app, "consent_granted": True, "state": "s"})
    query = parse_qs(urlsplit(done["redirect_uri"]).query)
    assert (query["state"], query["code"]) == (["s"], [done["authorization_code"]])
    id_token = tokens(given, app, done["authorization_code"])["id_token"]
    where = {"client_id": app.client_id, "post_logout_redirect_uri": LOGOUT, "state": "s"}
    logout = call(page, "idp.oauthLogoutStart", {**where, "id_token_hint": id_token})
    assert logout["redirect_uri"] == f"{LOGOUT}?state=s"
    elsewhere = {**where, "post_logout_redirect_uri": "https://elsewhere.test"}
    refused = refusal(page, "idp.oauthLogoutStart", elsewhere)
    assert refused == "connected_app_supplied_redirect_url_not_found_in_client"


def test_invalid_request_is_refused(app_page, ada_page, request_of_app):
    elsewhere = {**request_of_app, "redirect_uri": "https://elsewhere.test"}
    submitted = {**request_of_app, "consent_granted": True}
    visitor = app_page("headless")
    assert refusal(visitor, "idp.oauthAuthorizeStart", request_of_app) == "user_unauthenticated"
    assert refusal(visitor, "idp.oauthAuthorizeSubmit", submitted) == "user_unauthenticated"
    refused = refusal(ada_page, "idp.oauthAuthorizeStart", elsewhere)
    assert refused == "connected_app_supplied_redirect_url_not_found_in_client"
