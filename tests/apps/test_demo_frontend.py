"""The browser pages of the demo app in Chromium, with the published SDK: login, dashboard, logout."""

import pytest

from .frontend import send_link, wait_for_dashboard

pytestmark = pytest.mark.browser


def test_sign_up_creates_an_organization_and_the_session_survives_a_reload(browse, browser_app, mock):
    page = browse()
    page.goto(browser_app)
    page.get_by_role("link", name="Open the browser pages").click()
    send_link(page, "ada@acme.test")
    assert page.locator("#inbox-link").get_attribute("href") == f"{mock.url}/_mock/?to=ada%40acme.test"
    page.goto(mock.inbox.latest(to="ada@acme.test", kind="magic_link.discovery").link)
    page.get_by_role("button", name="Create an organization").click()
    wait_for_dashboard(page, "Acme")
    page.reload()
    wait_for_dashboard(page, "Acme")
    session = page.locator("#session")
    assert session.get_by_text("ada@acme.test").is_visible()
    assert session.get_by_text("stytch_admin").is_visible()
    assert session.get_by_text("e-mail link").is_visible()
    assert '"slug": "acme' in page.locator("#jwt-claims").inner_text()
    page.goto(f"{browser_app}/browser")  # a member who is logged in needs no login
    wait_for_dashboard(page, "Acme")
