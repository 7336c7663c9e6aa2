"""The demo app in headless Chromium.

Discovery login, an invitation and a login at the organization's own page. Needs playwright and Chromium.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ._errors import ScenarioSkipped
from ._runner import main
from ._scenario import Scenario

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

# stop Chromium's own requests, for example for updates
CHROMIUM_ARGS = ("--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync")


def run(scenario: Scenario) -> None:
    company = scenario.fake.company()
    founder, colleague = scenario.fake.person(works_at=company), scenario.fake.person(works_at=company)

    from ._demo_app import run_demo_app

    with chromium() as browser, run_demo_app(scenario) as app:
        laptop, phone = browser.new_context().new_page(), browser.new_context().new_page()

        scenario.step(f"{founder} enters an e-mail address, and the app sends a link")
        laptop.goto(app)
        laptop.fill("#discovery-form [name=email_address]", founder.email_address)
        laptop.click("#discovery-form button")
        laptop.wait_for_url("**/check-email")

        scenario.step("The link opens the list of organizations")
        laptop.goto(scenario.latest_email(founder, "magic_link.discovery").link)
        scenario.expect_equal("path", laptop.url.removeprefix(app), "/organizations")

        scenario.step(f"{founder} creates {company}")
        laptop.fill("#create-form [name=organization_name]", company.name)
        laptop.click("#create-form button")
        laptop.wait_for_url("**/dashboard")
        scenario.expect_equal("#member-email", laptop.inner_text("#member-email"), founder.email_address)
        scenario.expect_equal("#roles", laptop.inner_text("#roles").split(), ["stytch_member", "stytch_admin"])
        slug = laptop.inner_text("#organization-slug")

        scenario.step(f"{founder} invites {colleague}, who accepts in another browser")
        laptop.fill("#invite-form [name=email_address]", colleague.email_address)
        laptop.click("#invite-form button")
        laptop.wait_for_selector(f"text={colleague.email_address} is invited")
        phone.goto(scenario.latest_email(colleague, "magic_link.invite").link)
        scenario.expect_equal("path", phone.url.removeprefix(app), "/dashboard")
        scenario.expect_equal("#member-email", phone.inner_text("#member-email"), colleague.email_address)

        scenario.step(f"{colleague} logs out, then logs in at the organization's own page")
        phone.click("#logout-form button")
        phone.wait_for_url(f"{app}/")
        phone.fill("#organization-form [name=slug]", slug)
        phone.click("#organization-form button")
        phone.fill("#login-form [name=email_address]", colleague.email_address)
        phone.click("#login-form button")
        phone.wait_for_url("**/check-email")
        link = scenario.latest_email(colleague, "magic_link.login").link
        phone.goto(link)
        scenario.expect_equal("#roles", phone.inner_text("#roles"), "stytch_member")

        scenario.step("Opening the link again shows an error page")
        phone.goto(link)
        scenario.expect_equal("#error-type", phone.inner_text("#error-type"), "unable_to_auth_magic_link")


@contextmanager
def chromium() -> Iterator["Browser"]:
    """Start a headless Chromium: the one in the variable ``CHROMIUM``, one on the PATH, or playwright's own.

    Raises:
        ScenarioSkipped: if Chromium or playwright isn't installed.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        raise ScenarioSkipped("playwright is not installed: pip install playwright") from None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_executable(playwright), args=CHROMIUM_ARGS)
        try:
            yield browser
        finally:
            browser.close()


def _executable(playwright: "Playwright") -> str:
    if named := os.environ.get("CHROMIUM"):
        if not Path(named).exists():
            raise ScenarioSkipped(f"CHROMIUM is set to {named}, which doesn't exist")
        return named
    on_path = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    for candidate in (*on_path, playwright.chromium.executable_path):
        if candidate and Path(candidate).exists():
            return candidate
    raise ScenarioSkipped("Chromium is not installed. Install it, or set CHROMIUM to its path.")


if __name__ == "__main__":
    main(run)
