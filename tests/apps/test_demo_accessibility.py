"""axe-core finds nothing on any page of the demo app. The pages are taken from its routes."""

from typing import Any

import pytest

from demo_app.app import ROUTES

from .frontend import log_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATHS = sorted({route.path for route in ROUTES if "GET" in (getattr(route, "methods", None) or ())})
SERVER_SIDE = [path for path in PATHS if not path.startswith("/browser") and path != "/authenticate"]
IN_THE_BROWSER = [path for path in PATHS if path.startswith("/browser") and "/assets/" not in path]
VALUES = {"slug": "acme", "section": "members"}


@pytest.fixture
def ada(given: Any) -> Any:
    """A member of Acme."""
    return given.member(given.organization("Acme", organization_slug="acme"), "ada@acme.test", roles=["stytch_admin"])


@pytest.fixture
def ada_login(given: Any, ada: Any) -> Any:
    return given.login(given.client.organizations.get("acme").organization, ada)


@pytest.mark.parametrize("is_logged_in", [False, True], ids=["logged out", "logged in"])
@pytest.mark.parametrize("path", SERVER_SIDE)
def test_server_side_page(browse, app_url, mock, ada, violations, path, is_logged_in):
    page = browse()
    if is_logged_in:
        page.goto(f"{app_url}/org/acme")
        page.get_by_label("E-mail address").first.fill("ada@acme.test")
        page.locator("form[action='/org/acme/login'] button").first.click()
        page.goto(mock.inbox.latest(to="ada@acme.test", wait=10).link)
        page.wait_for_url("**/dashboard")
    page.goto(app_url + path.format(**VALUES))
    assert violations(page) == {}


def test_pages_between(browse, app_url, mock, ada, violations):
    """The pages that only a form leads to: a link was sent, a code is entered, a form was refused."""
    page = browse()
    page.goto(f"{app_url}/org/acme")
    page.get_by_label("E-mail address").first.fill("ada@acme.test")
    page.locator("form[action='/org/acme/login'] button").first.click()
    page.get_by_role("heading", name="Check your e-mail").wait_for()
    assert violations(page) == {}
    page.goto(f"{app_url}/authenticate?stytch_token_type=multi_tenant_magic_links&token=wrong")
    assert violations(page) == {}
    page.goto(f"{app_url}/nowhere")
    assert violations(page) == {}


@pytest.mark.parametrize("path", IN_THE_BROWSER)
def test_page_with_the_browser_sdk(browse, browser_app, ada_login, violations, path):
    """What the SDK shows isn't ours."""
    page = browse()
    if path.endswith(("/dashboard", "/member", "/{section}")):
        log_in(page, browser_app, ada_login)
        page.goto(browser_app + path.format(**VALUES))
        page.locator("#content").wait_for()
    else:
        page.goto(browser_app + path.format(**VALUES))
    assert violations(page, without=(".sdk",)) == {}
