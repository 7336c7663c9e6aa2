"""What a story is told with: the official client on a project of its own, the inbox, the clock, a cast and a voice."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from ._voice import Voice

if TYPE_CHECKING:
    from ._cast import Company, Person
    from ._control import Mail

SEED = 4700
APP_URL = "http://localhost:3000/authenticate"


class StoryFailed(AssertionError):
    """It went otherwise than the story goes."""


class StorySkipped(Exception):
    """It can't be told here; says why."""


@dataclass(frozen=True)
class Landing:
    """Where a link took the browser: the app's redirect URL, and what was added to it."""

    url: str
    token: str
    token_type: str
    slug: str


class Story:
    """One telling of one story, in a project that is new and emptied afterwards.

    Args:
        url: the server, as in ``http://127.0.0.1:4700``.
        seed: decides who appears.
        voice: where it is told; nobody hears it where None.

    Raises:
        ModuleNotFoundError: Faker, httpx or the official client is not installed.
        StoryFailed: the server can't be reached, or lets no new projects in.
    """

    def __init__(self, url: str, seed: int = SEED, voice: Voice | None = None) -> None:
        # here, not above: a list of the stories takes none of the optional packages
        import requests
        import stytch

        from ._cast import Cast
        from ._control import Control

        self.url, self.voice = url.rstrip("/"), voice or Voice(None)
        self.project_id, self.secret = f"project-test-{uuid.uuid4()}", "secret-test-scenarios"
        self.at_step, self.step_text = 0, ""
        self.control = Control(self.url, self.project_id, self.secret)
        self.public_token = self.control.begin()
        session = requests.Session()
        session.trust_env = False
        self.client = stytch.B2BClient(
            self.project_id, self.secret, environment=f"{self.url}/", suppress_warnings=True, sync_session=session
        )
        self.cast = Cast(seed)
        self._session = session

    def __enter__(self) -> Story:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            self.control.reset()
        except StoryFailed:
            if kind is None:
                raise
        finally:
            self.control.close()
            self._session.close()

    # telling

    def step(self, text: str) -> None:
        """What happens next. A failure is reported with the latest step."""
        self.at_step, self.step_text = self.at_step + 1, text
        self.voice.step(self.at_step, text)

    def say(self, text: str) -> None:
        """What came of it."""
        self.voice.detail(text)

    def expect(self, thing: object, **attributes: object) -> None:
        """An object of the client must have these values; says them."""
        for name, wanted in attributes.items():
            got = _value(getattr(thing, name))
            if got != wanted:
                raise StoryFailed(f"{name}: expected {wanted!r}, got {got!r}")
        self.say(", ".join(f"{name}: {_spoken(value)}" for name, value in attributes.items()))

    def equal(self, what: str, got: object, wanted: object) -> None:
        """A value must be this one; says it."""
        if _value(got) != wanted:
            raise StoryFailed(f"{what}: expected {wanted!r}, got {_value(got)!r}")
        self.say(f"{what}: {_spoken(wanted)}")

    def refused(self, error_type: str, call: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        """A call of the client must fail with this error; says it."""
        from stytch.core.response_base import StytchError

        try:
            call(*args, **kwargs)
        except StytchError as e:
            got = f"{e.details.status_code} {e.details.error_type}"
            if e.details.error_type != error_type:
                raise StoryFailed(f"expected the refusal {error_type}, got {got}") from None
            self.say(f"refused: {got}")
        else:
            raise StoryFailed(f"expected the refusal {error_type}, got a success")

    # what people do

    def mail(self, to: Person, kind: str = "") -> Mail:
        """The newest mail to somebody, as soon as it is there."""
        mail = self.control.mail(to.email_address, kind)
        self.say(f'mail to {mail.to}: "{mail.subject}"')
        return mail

    def text(self, number: str) -> str:
        """The code that was texted last to a phone."""
        code = self.control.mail(number, "sms_otp").code
        self.say(f"text message to {number}: {code}")
        return code

    def app_code(self, secret: str) -> str:
        """What an authenticator app shows now."""
        import pyotp

        return pyotp.TOTP(secret).at(self.control.now())

    def by_provider(self, provider: str, person: Person, slug: str = "", **details: Any) -> Landing:
        """Go to an OAuth provider as somebody, for one organization or for discovery, and come back to the app."""
        import httpx

        self.control.next_identity(provider, person.email_address, name=person.name, **details)
        path, query = ("start", {"slug": slug}) if slug else ("discovery/start", {})
        names = ("login", "signup") if slug else ("discovery",)
        query |= {"public_token": self.public_token} | {f"{name}_redirect_url": APP_URL for name in names}
        at = str(httpx.URL(f"{self.url}/v1/b2b/public/oauth/{provider}/{path}", params=query))
        landing = self.browse(at)
        self.say(f"{provider} sends the browser back to {landing.url}")
        return landing

    def by_idp(self, idp: dict[str, Any], person: Person, url: str = "", **details: Any) -> Landing:
        """Log in at an organization's own identity provider as somebody, and come back to the app.

        Args:
            idp: what ``identity_provider`` answered.
            url: where the browser begins, if not at the connection's start.
            details: what else the identity provider says of the person: ``groups``, ``subject``, …
        """
        given = {"name": person.name, "connection_id": idp["connection_id"], **details}
        self.control.next_identity(idp["type"], person.email_address, **given)
        landing = self.browse(url or idp["start_url"])
        self.say(f"the identity provider sends the browser back to {landing.url}")
        return landing

    def browse(self, url: str) -> Landing:
        """Follow redirects, and forms that a page sends by itself, as far as the app's doorstep."""
        at, status = self._browse(url)
        if not at.startswith(APP_URL):
            raise StoryFailed(f"{at}: expected a way on, got {status}")
        return _landing(at)

    def turned_away(self, url: str) -> None:
        """Following a URL must not end at the app; says where it ends."""
        at, status = self._browse(url)
        if at.startswith(APP_URL):
            raise StoryFailed(f"expected to be turned away, and got to {at}")
        self.say(f"the browser ends at {at.removeprefix(self.url).partition('?')[0]}: {status}")

    def _browse(self, url: str) -> tuple[str, int]:
        """Where a browser without scripts ends, and with what status; 0 at the app's doorstep."""
        import httpx

        from ._page import Page

        with httpx.Client(trust_env=False) as browser:
            answer = browser.get(url)
            for _ in range(20):
                forms = Page(answer.text).forms
                if answer.next_request is not None:
                    at = str(answer.next_request.url)
                    if at.startswith(APP_URL):
                        return at, 0
                    answer = browser.get(at)
                elif answer.status_code == 200 and len(forms) == 1:
                    answer = browser.post(forms[0].action, data=forms[0].fields)
                else:
                    break
            return str(answer.url), answer.status_code

    def click(self, mail: Mail) -> Landing:
        """Open the link of a mail, as far as the app's doorstep."""
        landing = self._follow(mail)
        self.say(f"the browser lands on {landing.url}")
        return landing

    def later(self, **by: float) -> None:
        """Move the project's clock: ``minutes=61``."""
        now = self.control.advance(**by)
        passed = " ".join(
            f"{amount:g} {unit.removesuffix('s') if amount == 1 else unit}" for unit, amount in by.items()
        )
        self.say(f"{passed} later it is {now}")

    # what was before: told in a step's own words, so without a word here

    def organization(self, company: Company, **settings: Any) -> Any:
        """A company's organization, made by the app's backend."""
        made = self.client.organizations.create(
            organization_name=company.name, organization_slug=company.slug, **settings
        )
        return made.organization

    def member(self, organization: Any, person: Person, **fields: Any) -> Any:
        """A member of an organization, made by the app's backend."""
        fields = {"name": person.name, **fields}
        return self.client.organizations.members.create(
            organization.organization_id, person.email_address, **fields
        ).member

    def identity_provider(self, organization: Any, kind: str, **details: Any) -> dict[str, Any]:
        """An SSO connection of an organization, ``saml`` or ``oidc``, whose identity provider the server plays."""
        return self.control.identity_provider(organization.organization_id, kind, **details)

    def login(self, organization: Any, person: Person, **options: Any) -> Any:
        """A member logged in by link: the answer of ``magic_links.authenticate``."""
        self.client.magic_links.email.login_or_signup(organization.organization_id, person.email_address)
        landing = self._follow(self.control.mail(person.email_address, "magic_link.login"))
        return self.client.magic_links.authenticate(landing.token, **options)

    def discovered(self, person: Person) -> Any:
        """Somebody whose address is proven: the answer of ``magic_links.discovery.authenticate``."""
        self.client.magic_links.email.discovery.send(person.email_address)
        landing = self._follow(self.control.mail(person.email_address, "magic_link.discovery"))
        return self.client.magic_links.discovery.authenticate(landing.token)

    def _follow(self, mail: Mail) -> Landing:
        import httpx

        answer = httpx.get(mail.link, trust_env=False)
        if answer.status_code != 302:
            raise StoryFailed(f"the link: expected a redirect, got {answer.status_code}")
        return _landing(answer.headers["location"])


def _landing(url: str) -> Landing:
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    return Landing(url, query["token"], query["stytch_token_type"], query.get("slug", ""))


def _value(value: object) -> object:
    """The client has enumerations where the wire has strings."""
    return getattr(value, "value", value)


def _spoken(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value in (None, "") else str(value)
