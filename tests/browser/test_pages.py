"""The pages of this package: each of them loads the SDK as it is published."""

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.browser.sdk import SdkError, call
from tests.contract.oauth import CALLBACK, OPENID, new_app

LOCK = Path(__file__).parent / "node" / "package-lock.json"


@pytest.mark.parametrize("name", ["headless", "login", "react", "admin", "admin_react", "consent"])
def test_page_has_a_client(app_page, name):
    assert call(app_page(name), "session.getSync") is None


def test_react_shows_the_login_or_the_member(app_page, given):
    page = app_page("react", session=given.admin(given.organization("Acme")))
    page.get_by_role("heading", name="Acme").wait_for()
    assert page.get_by_test_id("roles").inner_text() == "stytch_member, stytch_admin"
    page.get_by_role("button", name="Log out").click()
    page.get_by_text("Sign up or log in").wait_for()


def test_consent_page_asks_the_member(app_page, given):
    request = {"client_id": new_app(given).client_id, "redirect_uri": CALLBACK, "response_type": "code"}
    query = urlencode({**request, "scope": " ".join(OPENID), "state": "s"})
    page = app_page("consent", session=given.admin(given.organization("Acme")), query=query)
    page.get_by_text("Reports").first.wait_for()
    page.get_by_role("button", name="Allow").wait_for()


def test_call_that_the_sdk_refuses_raises(app_page):
    with pytest.raises(SdkError, match="organization_id is a required argument") as caught:
        call(app_page("headless"), "oauth.googleOneTap.start", {})
    assert (caught.value.name, caught.value.error_type, caught.value.status_code) == ("StytchSDKUsageError", "", 0)


def test_two_tabs_share_their_cookies(app_page, given):
    login = given.admin(given.organization())  # the SDK deletes the cookies of a session that the server doesn't know
    first = app_page("headless", session=login)
    assert call(app_page("headless", tab_of=first), "session.getTokens")["session_token"] == login.session_token
    assert call(app_page("headless"), "session.getTokens") is None


@pytest.mark.parametrize("url", ["https://js.stytch.com/", "http://192.0.2.1/", "http://[2001:db8::1]/"])
def test_pages_reach_no_other_machine(app_page, url):
    page = app_page("headless")
    with page.expect_event("requestfailed") as failed:
        page.evaluate("url => { fetch(url).catch(() => {}) }", url)
    assert (failed.value.url, failed.value.failure) == (url, "net::ERR_NAME_NOT_RESOLVED")


def test_lock_file_names_no_registry():
    packages = json.loads(LOCK.read_text(encoding="utf-8"))["packages"]
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert all("integrity" in package for name, package in packages.items() if name)
