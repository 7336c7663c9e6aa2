"""The tools that every scenario gets: the official client on a new project, the inbox, the clock and test data."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from ._errors import ScenarioFailed
from ._printer import Printer, format_value

if TYPE_CHECKING:
    from ._control import Message
    from ._fake_data import Company, Person

DEFAULT_SEED = 4700
APP_URL = "http://localhost:3000/authenticate"


@dataclass(frozen=True)
class Redirect:
    """A redirect back to the app, with the parameters of its query."""

    url: str
    token: str
    token_type: str
    slug: str


class Scenario:
    """One run of one scenario, in a new project that is emptied at the end.

    Args:
        url: the server, such as ``http://127.0.0.1:4700``.
        seed: the seed for generated names.
        printer: where steps and results are printed. The default prints nothing.

    Raises:
        ModuleNotFoundError: if Faker, httpx or the official client isn't installed.
        ScenarioFailed: if the server can't be reached, or doesn't allow new projects.
    """

    def __init__(self, url: str, seed: int = DEFAULT_SEED, printer: Printer | None = None) -> None:
        # These need optional packages. Imported here, so that listing the scenarios works without them.
        import requests
        import stytch

        from ._control import ControlApi
        from ._fake_data import FakeData
        from ._http import http_client

        self.url, self.printer = url.rstrip("/"), printer or Printer(None)
        self.project_id, self.secret = f"project-test-{uuid.uuid4()}", "secret-test-scenarios"
        self.step_number, self.step_text = 0, ""
        self.control = ControlApi(self.url, self.project_id, self.secret)
        self.public_token = self.control.create_project()
        self._session = requests.Session()
        self._session.trust_env = False
        self.client = stytch.B2BClient(
            self.project_id, self.secret, environment=f"{self.url}/", suppress_warnings=True, sync_session=self._session
        )
        self.http = http_client()  # for requests that the official client can't send
        self.fake = FakeData(seed)

    def __enter__(self) -> Scenario:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            self.control.reset()
        except ScenarioFailed:
            if kind is None:
                raise
        finally:
            self.control.close()
            self.http.close()
            self._session.close()

    # Steps and expectations

    def step(self, text: str) -> None:
        """Begin a step. A failure is reported with the latest step."""
        self.step_number, self.step_text = self.step_number + 1, text
        self.printer.step(self.step_number, text)

    def log(self, text: str) -> None:
        """Print a result of the current step."""
        self.printer.detail(text)

    def expect(self, thing: object, **attributes: object) -> None:
        """Check attributes of an object, and print them."""
        for name, expected in attributes.items():
            actual = _plain_value(getattr(thing, name))
            if actual != expected:
                raise ScenarioFailed(f"{name}: expected {expected!r}, got {actual!r}")
        self.log(", ".join(f"{name}: {format_value(value)}" for name, value in attributes.items()))

    def expect_equal(self, name: str, actual: object, expected: object) -> None:
        """Check a value, and print it."""
        if _plain_value(actual) != expected:
            raise ScenarioFailed(f"{name}: expected {expected!r}, got {_plain_value(actual)!r}")
        self.log(f"{name}: {format_value(expected)}")

    def expect_error(self, error_type: str, call: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """Check that a call of the client fails with this error, and print it."""
        from stytch.core.response_base import StytchError

        try:
            call(*args, **kwargs)
        except StytchError as e:
            actual = f"{e.details.status_code} {e.details.error_type}"
            if e.details.error_type != error_type:
                raise ScenarioFailed(f"expected the error {error_type}, got {actual}") from None
            self.log(f"refused: {actual}")
        else:
            raise ScenarioFailed(f"expected the error {error_type}, but the call succeeded")

    # Messages and time

    def latest_email(self, to: Person, kind: str = "") -> Message:
        """Return the newest e-mail to a person. Waits for one to arrive."""
        email = self.control.latest_message(to.email_address, kind)
        self.log(f'e-mail to {email.to}: "{email.subject}"')
        return email

    def latest_sms_code(self, number: str) -> str:
        """Return the code in the newest text message to a phone number."""
        code = self.control.latest_message(number, "sms_otp").code
        self.log(f"text message to {number}: {code}")
        return code

    def totp_code(self, secret: str) -> str:
        """Return the current code of an authenticator app."""
        import pyotp

        return pyotp.TOTP(secret).at(self.control.now())

    def advance_clock(self, **by: float) -> None:
        """Move the project's clock, such as ``minutes=61``."""
        now = self.control.advance_clock(**by)
        passed = " ".join(
            f"{amount:g} {unit.removesuffix('s') if amount == 1 else unit}" for unit, amount in by.items()
        )
        self.log(f"{passed} later: {now}")

    # The browser

    def click_link(self, email: Message) -> Redirect:
        """Open the link in an e-mail. Returns the redirect to the app."""
        redirect = self._open_link(email)
        self.log(f"the browser is redirected to {redirect.url}")
        return redirect

    def oauth_login(self, provider: str, person: Person, slug: str = "", **details: Any) -> Redirect:
        """Log in at an OAuth provider. Returns the redirect to the app.

        Args:
            slug: the organization to log in to, or "" for discovery.
            details: more about the identity at the provider.
        """
        self.control.next_identity(provider, person.email_address, name=person.name, **details)
        query = {"public_token": self.public_token}
        if slug:
            path = "start"
            query |= {"slug": slug, "login_redirect_url": APP_URL, "signup_redirect_url": APP_URL}
        else:
            path = "discovery/start"
            query |= {"discovery_redirect_url": APP_URL}
        redirect = self.browse_to_app(f"{self.url}/v1/b2b/public/oauth/{provider}/{path}?{urlencode(query)}")
        self.log(f"{provider} redirects the browser to {redirect.url}")
        return redirect

    def sso_login(self, provider: dict[str, Any], person: Person, url: str = "", **details: Any) -> Redirect:
        """Log in at an organization's identity provider. Returns the redirect to the app.

        Args:
            provider: the return value of ``create_identity_provider``.
            url: where the browser starts, if not at the connection's start URL.
            details: more about the identity at the provider: ``groups``, ``subject``, …
        """
        details = {"name": person.name, "connection_id": provider["connection_id"], **details}
        self.control.next_identity(provider["type"], person.email_address, **details)
        redirect = self.browse_to_app(url or provider["start_url"])
        self.log(f"the identity provider redirects the browser to {redirect.url}")
        return redirect

    def browse_to_app(self, url: str) -> Redirect:
        """Open a URL, and follow redirects and forms. Returns the redirect to the app."""
        from ._http_browser import follow_until

        last_url, status = follow_until(url, APP_URL)
        if not last_url.startswith(APP_URL):
            raise ScenarioFailed(f"{last_url}: expected a redirect to the app, got {status}")
        return _parse_redirect(last_url)

    def expect_no_redirect(self, url: str) -> None:
        """Check that opening a URL doesn't lead to the app, and print where it ends."""
        from ._http_browser import follow_until

        last_url, status = follow_until(url, APP_URL)
        if last_url.startswith(APP_URL):
            raise ScenarioFailed(f"expected no redirect to the app, got {last_url}")
        self.log(f"the browser stops at {last_url.removeprefix(self.url).partition('?')[0]}: {status}")

    # Setup. These print nothing, because the scenario's own step describes them.

    def create_organization(self, company: Company, **settings: Any) -> Any:
        created = self.client.organizations.create(
            organization_name=company.name, organization_slug=company.slug, **settings
        )
        return created.organization

    def create_member(self, organization: Any, person: Person, **fields: Any) -> Any:
        fields = {"name": person.name, **fields}
        return self.client.organizations.members.create(
            organization.organization_id, person.email_address, **fields
        ).member

    def create_identity_provider(self, organization: Any, kind: str, **details: Any) -> dict[str, Any]:
        """Create an SSO connection with the built-in identity provider.

        Args:
            kind: ``saml`` or ``oidc``.
        """
        return self.control.create_identity_provider(organization.organization_id, kind, **details)

    def log_in(self, organization: Any, person: Person, **options: Any) -> Any:
        """Log a member in by e-mail link. Returns the response of ``magic_links.authenticate``."""
        self.client.magic_links.email.login_or_signup(organization.organization_id, person.email_address)
        redirect = self._open_link(self.control.latest_message(person.email_address, "magic_link.login"))
        return self.client.magic_links.authenticate(redirect.token, **options)

    def discover(self, person: Person) -> Any:
        """Verify an address by e-mail link. Returns the response of ``magic_links.discovery.authenticate``."""
        self.client.magic_links.email.discovery.send(person.email_address)
        redirect = self._open_link(self.control.latest_message(person.email_address, "magic_link.discovery"))
        return self.client.magic_links.discovery.authenticate(redirect.token)

    def _open_link(self, email: Message) -> Redirect:
        response = self.http.get(email.link)
        if response.status_code != 302:
            raise ScenarioFailed(f"the link: expected a redirect, got {response.status_code}")
        return _parse_redirect(response.headers["location"])


def _parse_redirect(url: str) -> Redirect:
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    return Redirect(url, query["token"], query["stytch_token_type"], query.get("slug", ""))


def _plain_value(value: object) -> object:
    """Return the string of an enum member: the client has enums where the API has strings."""
    return getattr(value, "value", value)
