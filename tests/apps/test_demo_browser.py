"""Both ways to log in to the demo app, by hand of a real browser: without JavaScript, on a phone and on a desktop."""

import os
import shutil
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

import demo_app
from mockstytch.server import listening

pytestmark = pytest.mark.browser


@pytest.fixture
def url(mock: Any) -> Iterator[str]:
    """Where the demo app runs, against this test's project."""
    at = listening("127.0.0.1", 0)
    base_url = f"http://127.0.0.1:{at.getsockname()[1]}"
    app = demo_app.create_app(
        demo_app.Settings(
            project_id=mock.project_id,
            secret=mock.secret,
            environment=f"{mock.url}/",
            base_url=base_url,
            public_token=mock.public_token,
        )
    )
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [at]})
    thread.start()
    yield base_url
    server.should_exit = True
    thread.join(5)
    at.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
                args=["--disable-background-networking", "--disable-component-update", "--disable-sync"],
            )
        except sync_api.Error as e:
            pytest.skip(f"no Chromium: {e.message.splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture(params=[(360, 740, "light"), (1200, 800, "dark")], ids=["phone", "desktop"])
def page(request: pytest.FixtureRequest, chromium: Any) -> Iterator[Any]:
    """A page in a browser of its own. Nothing that it loads may be missing, or be what its own policy forbids."""
    width, height, scheme = request.param
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": width, "height": height}, color_scheme=scheme
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    failed: list[str] = []
    page.on("console", lambda message: "Content Security" in message.text and failed.append(message.text))
    page.on(
        "response",
        lambda answer: not answer.ok and not answer.request.is_navigation_request() and failed.append(answer.url),
    )
    yield page
    context.close()
    assert failed == []


def looks_right(page: Any, heading: str) -> None:
    """The page with this heading: nothing scrolls sideways, a thumb hits every control, every field has its label."""
    assert page.locator("h1").inner_text() == heading
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    for control in page.locator("button:visible, input:visible, a.button:visible").all():
        assert control.bounding_box()["height"] >= 40, control.inner_text()
    for control in page.locator("input:visible").all():
        assert page.locator(f"label[for={control.get_attribute('id')}]").is_visible()


def test_discovery_from_the_first_mail_to_the_logout(page, url, mock, given, client):
    client.magic_links.email.invite(given.organization("Northwind Traders").organization_id, "ada@acme.test")
    page.goto(url)
    looks_right(page, "Log in or sign up")
    page.locator("#discovery-form").get_by_label("E-mail address").fill("ada@acme.test")
    page.get_by_role("button", name="Continue with e-mail").click()
    looks_right(page, "Check your e-mail")
    page.goto(mock.inbox.latest(to="ada@acme.test", kind="magic_link.discovery").link)
    looks_right(page, "Choose an organization")
    page.get_by_label("New organization").fill("Acme")
    page.get_by_role("button", name="Create organization").click()
    looks_right(page, "Acme")
    page.locator("#invite-form").get_by_label("E-mail address").fill("grace@acme.test")
    page.get_by_role("button", name="Send invitation").click()
    looks_right(page, "Acme")
    assert "grace@acme.test is invited." in page.get_by_role("status").inner_text()
    page.get_by_role("button", name="Accept invitation to Northwind Traders").click()
    looks_right(page, "Northwind Traders")
    page.locator("#organizations").get_by_role("button", name="Switch to Acme").click()
    looks_right(page, "Acme")
    page.get_by_role("button", name="Log out").click()
    looks_right(page, "Log in or sign up")
    page.goto(f"{url}/dashboard")
    assert page.url == f"{url}/"


def test_login_at_the_organizations_own_page(page, url, mock, given):
    acme = given.organization("Acme", organization_slug="acme")
    given.member(acme, "ada@acme.test", name="Ada Example")
    page.goto(url)
    page.locator("#organization-form input[name=slug]").fill("acme")
    page.get_by_role("button", name="Go to the login page").click()
    assert page.url == f"{url}/org/acme"
    looks_right(page, "Log in to Acme")
    page.get_by_label("E-mail address").fill("ada@acme.test")
    page.get_by_role("button", name="Continue with e-mail").click()
    looks_right(page, "Check your e-mail")
    page.goto(mock.inbox.latest(to="ada@acme.test", kind="magic_link.login").link)
    assert page.url == f"{url}/dashboard"
    looks_right(page, "Acme")
    assert page.locator("#member-name").inner_text() == "Ada Example"


def test_a_used_link(page, url, mock, given):
    acme = given.organization("Acme", organization_slug="acme")
    token = given.link_token(acme, given.member(acme).email_address)
    page.goto(f"{url}/authenticate?stytch_token_type=multi_tenant_magic_links&token={token}")
    page.goto(f"{url}/authenticate?stytch_token_type=multi_tenant_magic_links&token={token}")
    looks_right(page, "This link no longer works")
    assert page.locator("#error-type").inner_text() == "unable_to_auth_magic_link"
    page.get_by_role("link", name="Start again").click()
    looks_right(page, "Log in or sign up")
