"""The settings of the app, and how they are read from environment variables."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from platformdirs import user_cache_path

_STYTCH_URLS = {"test": "https://test.stytch.com", "live": "https://api.stytch.com"}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one app.

    Attributes:
        project_id, secret: the Stytch project's credentials.
        environment: ``test``, ``live`` or the URL of another API. With None, the SDK derives it from the project id.
        base_url: the app's URL for browsers, without a trailing slash.
        session_secret: the key that signs the cookie. A new one logs out all members.
        public_token: the project's public token. Login with Google and single sign-on need it.
        inbox_url: a page that shows the sent e-mails, if there is one.
        browser_api_url: the API's URL for browsers, if it differs from ``environment``.
        cache_dir: the folder for the scripts of the browser pages, which are made once.
        host, port: the address that ``python -m demo_app`` listens on.
    """

    project_id: str
    secret: str = field(repr=False)
    environment: str | None = None
    base_url: str = "http://localhost:3000"
    session_secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    inbox_url: str = ""
    public_token: str = ""
    browser_api_url: str = ""
    cache_dir: Path = field(default_factory=lambda: user_cache_path("mockstytch", appauthor=False) / "demo_app")
    host: str = "127.0.0.1"
    port: int = 3000

    @property
    def api_url(self) -> str:
        """The API's URL for browsers, without a trailing slash."""
        if self.browser_api_url:
            return self.browser_api_url.rstrip("/")
        environment = self.environment or ("live" if self.project_id.startswith("project-live-") else "test")
        return _STYTCH_URLS.get(environment, environment).rstrip("/")

    @property
    def is_stytch(self) -> bool:
        """Whether the API is Stytch's own, and not an emulator's."""
        return self.api_url in _STYTCH_URLS.values()

    @property
    def redirect_url(self) -> str:
        """The redirect URL of links and logins."""
        return f"{self.base_url}/authenticate"

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read the settings from environment variables.

        Raises:
            ValueError: if a variable is missing or invalid. The message is one line that names it.
        """
        missing = [name for name in ("STYTCH_PROJECT_ID", "STYTCH_SECRET") if not environ.get(name)]
        if missing:
            raise ValueError(f"Set {' and '.join(missing)} to the project's credentials.")
        environment = environ.get("STYTCH_ENV") or None
        if environment not in (None, "test", "live") and not environment.startswith(("https://", "http://")):
            raise ValueError(f"STYTCH_ENV={environment!r} isn't valid. Use test, live or a URL.")
        port = environ.get("DEMO_PORT") or "3000"
        if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError(f"DEMO_PORT={port!r} isn't a valid port. Use a number from 1 to 65535.")
        optional = {
            "session_secret": environ.get("DEMO_SESSION_SECRET"),
            "inbox_url": environ.get("DEMO_INBOX_URL"),
            "public_token": environ.get("STYTCH_PUBLIC_TOKEN"),
            "browser_api_url": environ.get("DEMO_API_URL"),
            "host": environ.get("DEMO_HOST"),
        }
        return cls(
            project_id=environ["STYTCH_PROJECT_ID"],
            secret=environ["STYTCH_SECRET"],
            environment=environment,
            base_url=(environ.get("DEMO_BASE_URL") or f"http://localhost:{port}").rstrip("/"),
            port=int(port),
            **{name: value for name, value in optional.items() if value},
        )
