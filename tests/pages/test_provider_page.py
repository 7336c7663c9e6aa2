"""The OAuth provider's login page in a real browser without JavaScript."""

from urllib.parse import parse_qs, urlsplit

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [360, 1200])
def test_user_logs_in_returns_and_declines(browse, mock, client, given, app_url, width):
    given.organization("Acme", email_jit_provisioning="RESTRICTED", email_allowed_domains=["acme.test"])
    start = (
        f"{mock.url}/v1/b2b/public/oauth/google/start?public_token={mock.public_token}&slug=acme"
        f"&login_redirect_url={app_url}&signup_redirect_url={app_url}"
    )
    page = browse(java_script_enabled=False, viewport={"width": width, "height": 760})
    page.goto(start)
    page.get_by_label("E-mail address").fill("ada@acme.test")
    page.get_by_label("Name").fill("Ada")
    page.get_by_role("button", name="Continue").click()
    page.get_by_text("the app").wait_for()
    token = parse_qs(urlsplit(page.url).query)["token"][0]
    assert client.oauth.authenticate(token).member.name == "Ada"

    page.goto(start)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Ada").click()
    page.get_by_text("the app").wait_for()
    token = parse_qs(urlsplit(page.url).query)["token"][0]
    assert client.oauth.authenticate(token).member_authenticated

    page.goto(start)
    page.get_by_role("button", name="Decline").click()
    page.get_by_text("Google returned: access_denied").wait_for()
