"""The demo app in a real browser, headless.

Both flows once more, as somebody in front of a screen would go through them. Takes playwright and a Chromium.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ._story import Story, StorySkipped
from ._tell import main

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

# a browser that keeps to itself: nothing but the app is asked for
QUIET = ("--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync")


def run(story: Story) -> None:
    company = story.cast.company()
    founder, colleague = story.cast.person(works_at=company), story.cast.person(works_at=company)

    from ._demo import demo_app

    with chromium() as browser, demo_app(story) as app:
        laptop, phone = browser.new_context().new_page(), browser.new_context().new_page()

        story.step(f"{founder} opens the app, enters an address, and is asked to look into the inbox")
        laptop.goto(app)
        laptop.fill("#discovery-form [name=email_address]", founder.email_address)
        laptop.click("#discovery-form button")
        laptop.wait_for_url("**/check-email")

        story.step("The link in the mail opens the choice of organizations")
        laptop.goto(story.mail(founder, "magic_link.discovery").link)
        story.equal("lands on", laptop.url.removeprefix(app), "/organizations")

        story.step(f"{founder} creates {company}")
        laptop.fill("#create-form [name=organization_name]", company.name)
        laptop.click("#create-form button")
        laptop.wait_for_url("**/dashboard")
        story.equal("#member-email", laptop.inner_text("#member-email"), founder.email_address)
        story.equal("#roles", laptop.inner_text("#roles").split(), ["stytch_member", "stytch_admin"])
        slug = laptop.inner_text("#organization-slug")

        story.step(f"{founder} invites {colleague}, who accepts in another browser")
        laptop.fill("#invite-form [name=email_address]", colleague.email_address)
        laptop.click("#invite-form button")
        laptop.wait_for_selector(f"text={colleague.email_address} is invited")
        phone.goto(story.mail(colleague, "magic_link.invite").link)
        story.equal("lands on", phone.url.removeprefix(app), "/dashboard")
        story.equal("#member-email", phone.inner_text("#member-email"), colleague.email_address)

        story.step(f"{colleague} logs out, and in again by the organization's own page")
        phone.click("#logout-form button")
        phone.wait_for_url(f"{app}/")
        phone.fill("#organization-form [name=slug]", slug)
        phone.click("#organization-form button")
        phone.fill("#login-form [name=email_address]", colleague.email_address)
        phone.click("#login-form button")
        phone.wait_for_url("**/check-email")
        link = story.mail(colleague, "magic_link.login").link
        phone.goto(link)
        story.equal("#roles", phone.inner_text("#roles"), "stytch_member")

        story.step("The link a second time: the app says what was wrong with it")
        phone.goto(link)
        story.equal("#error-type", phone.inner_text("#error-type"), "unable_to_auth_magic_link")


@contextmanager
def chromium() -> Iterator["Browser"]:
    """A headless Chromium: the one that ``CHROMIUM`` names, one on the PATH, or playwright's own.

    Raises:
        StorySkipped: there is none, or no playwright.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        raise StorySkipped("playwright is not installed: pip install playwright") from None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_executable(playwright), args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


def _executable(playwright: "Playwright") -> str:
    if named := os.environ.get("CHROMIUM"):
        if not Path(named).exists():
            raise StorySkipped(f"CHROMIUM names {named}, which is not there")
        return named
    on_path = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    for candidate in (*on_path, playwright.chromium.executable_path):
        if candidate and Path(candidate).exists():
            return candidate
    raise StorySkipped("there is no Chromium: install one, or name it in the environment as CHROMIUM")


if __name__ == "__main__":
    main(run)
