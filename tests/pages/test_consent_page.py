"""The consent page in a real browser, as a person uses it: by clicking, without a script."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.contract.oauth import CHALLENGE, VERIFIER, login, new_app, tokens
from tests.hosted.test_provider_page import app as app_url  # noqa: F401  a fixture

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [360, 1200])
def test_somebody_allows_and_denies(browse, mock, given, app_url, width):  # noqa: F811
    who = login(given)
    app = new_app(given, redirect_urls=[app_url], client_name="Reports " + "of things that have long names " * 3)
    query = {
        "client_id": app.client_id,
        "redirect_uri": app_url,
        "response_type": "code",
        "scope": "openid profile full_access",
        "state": "s",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    start = f"{mock.url}/v1/public/{mock.project_id}/oauth2/authorize?{urlencode(query)}"
    page = browse(java_script_enabled=False, viewport={"width": width, "height": 760})
    page.goto(start)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name=who.member.email_address).click()
    page.get_by_text("You can't grant this").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Allow").click()
    page.get_by_text("the app").wait_for()
    back = parse_qs(urlsplit(page.url).query)
    got = tokens(given, app, back["code"][0], code_verifier=VERIFIER, redirect_uri=app_url)
    assert (back["state"], got["scope"]) == (["s"], "openid profile")

    page.goto(start + "&prompt=consent")
    page.get_by_role("button", name=who.member.email_address).click()
    page.get_by_role("button", name="Deny").click()
    page.get_by_text("the app").wait_for()
    assert parse_qs(urlsplit(page.url).query)["error"] == ["access_denied"]
