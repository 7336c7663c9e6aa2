"""The prebuilt login, as its user sees it: buttons, fields and messages; and what it reports to the app."""

from typing import Any

import msgspec

from mockstytch import MockStytch
from mockstytch.store.records.sdk_config import ALL_ENABLED_B2B


class LoginScreen:
    """The prebuilt login in a page.

    Attributes:
        page: the page of Playwright.
    """

    def __init__(self, app_page: Any, mock: MockStytch, client: Any, page: Any) -> None:
        self.app_page, self.mock, self.client, self.page = app_page, mock, client, page

    def text(self, text: str) -> Any:
        """Return the first visible element with this text, as a locator."""
        return self.page.get_by_text(text).filter(visible=True).first

    def sees(self, *texts: str) -> None:
        """Wait until the screen shows all of these texts."""
        __tracebackhide__ = True
        for text in texts:
            self.text(text).wait_for()

    def shows(self, text: str) -> bool:
        """Return whether the screen shows a text now."""
        return bool(self.text(text).is_visible())

    def button(self, name: str) -> Any:
        return self.page.get_by_role("button", name=name)

    def click(self, *names: str) -> None:
        """Click buttons, one after the other."""
        __tracebackhide__ = True
        for name in names:
            self.button(name).click()

    def fill(self, label: str, value: str) -> None:
        __tracebackhide__ = True
        self.page.get_by_label(label, exact=True).fill(value)

    def submit_email(self, address: str, button: str = "Continue with email") -> None:
        __tracebackhide__ = True
        self.fill("Email", address)
        self.click(button)

    def submit_password(self, address: str, password: str) -> None:
        __tracebackhide__ = True
        self.fill("Email", address)
        self.fill("Password", password)
        self.button("Continue").last.click()

    def enter_code(self, code: str) -> None:
        """Enter a code of six digits. The screen sends it at the last digit."""
        __tracebackhide__ = True
        field = self.page.get_by_label("One-time passcode")
        field.fill("")
        field.fill(code)

    def open_mail(self, address: str, kind: str = "") -> None:
        """Open the link of the newest mail to an address in this page."""
        link = self.mock.inbox.latest(to=address, kind=kind).link
        assert link
        self.app_page.visit(self.page, link)

    def follow_link(self, address: str) -> None:
        """Let the login send a link, and open it in this page."""
        __tracebackhide__ = True
        self.submit_email(address)
        self.sees("Check your email")
        self.open_mail(address)

    @property
    def events(self) -> list[str]:
        """The types of the events that the app got since the page was loaded."""
        return list(self.page.evaluate("() => window.events.map(event => event.type)"))

    @property
    def errors(self) -> list[str]:
        """The types of the errors that the app got since the page was loaded."""
        return list(self.page.evaluate("() => window.errors.map(error => error.error_type ?? error.name)"))

    @property
    def cookies(self) -> dict[str, str]:
        return {cookie["name"]: cookie["value"] for cookie in self.page.context.cookies()}

    def logged_in(self, *errors: str) -> Any:
        """Wait for the end of a login, check that it is real, and return the session as the backend shows it.

        Args:
            errors: the errors that the app got before.
        """
        __tracebackhide__ = True
        self.page.wait_for_function("() => window.events?.at(-1)?.type === 'AUTHENTICATE_FLOW_COMPLETE'")
        self.sees("Success!")
        reported = self.errors
        assert reported == list(errors)
        return self.session()

    def session(self) -> Any:
        """Return the response of the backend to the session in the page's cookies."""
        return self.client.sessions.authenticate(session_token=self.cookies["stytch_session"])


def sdk_config(**changes: Any) -> dict[str, Any]:
    """Return an SDK configuration with everything enabled, but with changes: ``oauth={"pkce_required": True}``."""
    config: dict[str, Any] = msgspec.to_builtins(ALL_ENABLED_B2B)
    return {**config, **{group: {**config[group], **fields} for group, fields in changes.items()}}
