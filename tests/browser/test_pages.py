"""The pages of this package: each of them loads the SDK as it is published."""

import json
from pathlib import Path

import pytest

from tests.browser.sdk import SdkError, call

LOCK = Path(__file__).parent / "node" / "package-lock.json"


@pytest.mark.parametrize("name", ["headless", "login", "react", "admin", "admin_react", "consent"])
def test_page_has_a_client(app_page, name):
    assert call(app_page(name), "session.getSync") is None


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
