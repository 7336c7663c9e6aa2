"""Steps in the browser pages of the demo app, which the tests share."""

from typing import Any

PASSWORD = "plum orbit kettle 47"


def send_link(page: Any, email_address: str) -> None:
    """Ask the prebuilt login for a link. The page must show its first screen."""
    page.get_by_placeholder("example@email.com").fill(email_address)
    page.get_by_role("button", name="Continue with email").click()
    page.get_by_role("button", name="Email me a login link").click()
    page.get_by_text("Check your email").wait_for()


def log_in_with_password(page: Any, email_address: str, password: str = PASSWORD) -> None:
    page.get_by_role("button", name="Use a password instead").click()
    page.get_by_label("Email", exact=True).fill(email_address)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Continue", exact=True).click()


def answer_provider(page: Any, email_address: str, name: str = "") -> None:
    """Log in at the page of the built-in identity provider."""
    page.get_by_label("E-mail address").fill(email_address)
    if name:
        page.get_by_label("Name (optional)").fill(name)
    page.get_by_role("button", name="Continue", exact=True).click()


def wait_for_dashboard(page: Any, organization: str) -> None:
    page.wait_for_url("**/browser/dashboard")
    page.get_by_role("heading", name=organization, exact=True).wait_for()


def log_in(page: Any, app_url: str, login: Any) -> None:
    """Put the session of a login into the browser's cookies, and open the dashboard."""
    tokens = {"stytch_session": login.session_token, "stytch_session_jwt": login.session_jwt}
    page.context.add_cookies([{"name": name, "value": value, "url": app_url} for name, value in tokens.items()])
    page.goto(f"{app_url}/browser/dashboard")
    wait_for_dashboard(page, login.organization.organization_name)


def notice(page: Any, text: str) -> None:
    """Wait for a message about what was done."""
    page.locator("#notice", has_text=text).wait_for()
