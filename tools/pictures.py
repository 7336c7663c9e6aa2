"""Make the pictures of the console and the demo app in ``docs/images``. ``tools.moving_picture`` makes ``login.webp``.

``mockstytch demo`` runs with made-up organizations, and Chromium shows its pages. Run ``python -m tools.pictures``.
Ports 4700 and 3000 must be free, because the pictures show them. The pages of the browser SDK need Node.js.
"""

import io
import shutil
import sys
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from mockstytch import MockStytch
from tools.moving_picture import APP, INBOX, PICTURE, demo

_SERVER = "http://localhost:4700"
_ADA = "ada@acme.example"
_MINUTES = 60_000  # milliseconds: npm installs the SDK when its pages are first opened
_SEED: dict[str, Any] = {
    "organizations": [
        {
            "organization_name": "Acme",
            "organization_slug": "acme",
            "members": [
                {"email_address": _ADA, "name": "Ada Example", "roles": ["stytch_admin"]},
                {"email_address": "grace@acme.example", "name": "Grace Sample"},
                {"email_address": "linus@acme.example", "name": "Linus Muster", "mfa_phone_number": "+12025550123"},
            ],
        },
        {
            "organization_name": "Northwind Traders",
            "organization_slug": "northwind",
            "members": [{"email_address": _ADA, "name": "Ada Example"}],
        },
        {
            "organization_name": "Initech",
            "organization_slug": "initech",
            "members": [{"email_address": "radia@initech.example"}],
        },
        {
            "organization_name": "Vault",
            "organization_slug": "vault",
            "members": [{"email_address": _ADA, "name": "Ada Example"}],
        },
    ]
}


def fill(mock: MockStytch) -> None:
    """Create the organizations, and send messages to their members, some minutes apart."""
    mock.seed(_SEED)
    client = mock.client()
    acme = client.organizations.get("acme").organization.organization_id
    connection = mock.identity_provider(acme, "oidc", display_name="Acme's directory")
    assert connection.start_url
    members = client.organizations.members.search([acme]).members
    linus = next(member for member in members if member.mfa_phone_number)
    links, codes = client.magic_links.email, client.otps.email
    back = {"login_redirect_url": f"{APP}/authenticate", "signup_redirect_url": f"{APP}/authenticate"}
    invitation = {"invite_redirect_url": f"{APP}/authenticate"}
    for minutes_ago, send in (
        (10.1, lambda: links.invite("acme", "mary@acme.example", name="Mary Beispiel", **invitation)),
        (8.7, lambda: links.invite("initech", _ADA, **invitation)),
        (7.3, lambda: links.login_or_signup("acme", "grace@acme.example", locale="fr", **back)),
        (4.2, lambda: links.discovery.send("radia@initech.example", discovery_redirect_url=f"{APP}/authenticate")),
        (3.4, lambda: codes.login_or_signup("acme", "grace@acme.example")),
        (1.6, lambda: client.otps.sms.send(acme, linus.member_id)),
        (0, lambda: links.login_or_signup("acme", _ADA, **back)),
    ):
        mock.clock.reset()
        mock.clock.advance(minutes=-minutes_ago)
        send()
    mock.clock.reset()


class Album:
    """Takes the pictures.

    Attributes:
        page: a page of Chromium, with the cookies of one browser.
    """

    def __init__(self, browser: Browser) -> None:
        self.page: Page = browser.new_page(color_scheme="light")

    def resize(self, width: int, height: int) -> None:
        """Change the size of the window, in pixels."""
        self.page.set_viewport_size({"width": width, "height": height})

    def save(self, name: str, *, whole: bool = False) -> None:
        """Write ``docs/images/<name>.png``.

        Args:
            whole: whether to show the whole page, not only what fits in the window.
        """
        file = PICTURE.with_name(f"{name}.png")
        picture = Image.open(io.BytesIO(self.page.screenshot(full_page=whole))).convert("RGB")
        picture.save(file, optimize=True)
        sys.stdout.write(f"{file.name}: {picture.width} x {picture.height}, {file.stat().st_size / 1000:.0f} kB\n")


def take(album: Album, mock: MockStytch) -> None:
    """Open the pages as a visitor does, and take a picture of each."""
    page = album.page
    album.resize(1200, 860)
    page.goto(INBOX)
    page.get_by_role("link", name=_ADA).first.click()
    page.frame_locator("iframe").locator("a").first.wait_for()
    album.save("console")

    album.resize(1200, 800)
    page.goto(f"{APP}/browser/org/acme")
    page.get_by_role("button", name="Continue with email").wait_for(timeout=5 * _MINUTES)
    album.save("demo-browser-login")

    page.goto(str(mock.inbox.latest(to=_ADA).link))
    page.get_by_role("heading", name="Your session").wait_for()
    album.save("demo-dashboard", whole=True)

    client = mock.client()
    acme = client.organizations.get("acme").organization.organization_id
    ada = client.organizations.members.get(acme, email_address=_ADA).member
    login = mock.log_in(ada.member_id, acme)
    tokens = {"stytch_session": login.session_token, "stytch_session_jwt": login.session_jwt}
    page.context.add_cookies([{"name": name, "value": value, "url": APP} for name, value in tokens.items()])
    page.goto(f"{APP}/browser/admin/members")
    page.get_by_text("mary@acme.example").wait_for()
    album.save("demo-browser-admin")


def main() -> int:
    """Take the pictures, and print their sizes."""
    with demo(), sync_playwright() as playwright:
        mock = MockStytch(url=_SERVER)
        fill(mock)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-proxy-server"])
        take(Album(browser), mock)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
