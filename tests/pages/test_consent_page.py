"""The consent page in a real browser without JavaScript."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.contract.oauth import CHALLENGE, VERIFIER, login, new_app, tokens

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [360, 1200])
def test_member_allows_and_denies_access(browse, mock, given, app_url, width):
    ada = login(given)
    app = new_app(given, redirect_urls=[app_url], client_name="Reports " + "with a very long name " * 4)
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
    page.get_by_role("button", name=ada.member.email_address).click()
    page.get_by_text("You can't grant this").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Allow").click()
    page.get_by_text("the app").wait_for()
    parameters = parse_qs(urlsplit(page.url).query)
    issued = tokens(given, app, parameters["code"][0], code_verifier=VERIFIER, redirect_uri=app_url)
    assert (parameters["state"], issued["scope"]) == (["s"], "openid profile")

    page.goto(start + "&prompt=consent")
    page.get_by_role("button", name=ada.member.email_address).click()
    page.get_by_role("button", name="Deny").click()
    page.get_by_text("the app").wait_for()
    assert parse_qs(urlsplit(page.url).query)["error"] == ["access_denied"]
