"""What the app is told from outside."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one app.

    Attributes:
        project_id, secret: the Stytch project's credentials.
        environment: ``test``, ``live`` or the URL of another API; None lets the SDK tell by the project id.
        base_url: how browsers reach this app, without a slash at the end.
        session_secret: signs the cookie; a new one logs everybody out of the app.
        public_token: what browsers show on their way to an OAuth provider; without it there is no such way.
        inbox_url: a page that shows the mails that were sent, where there is one.
        browser_api_url: how browsers reach the API, where that is another address than the app's own way there.
        host, port: where ``python -m demo_app`` listens.
    """

    project_id: str
    secret: str = field(repr=False)
    environment: str | None = None
    base_url: str = "http://localhost:3000"
    session_secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    inbox_url: str = ""
    public_token: str = ""
    browser_api_url: str = ""
    host: str = "127.0.0.1"
    port: int = 3000

    @property
    def api_url(self) -> str:
        """Where browsers reach the API, without a slash at the end."""
        if self.browser_api_url:
            return self.browser_api_url.rstrip("/")
        named = self.environment or ("live" if self.project_id.startswith("project-live-") else "test")
        return {"test": "https://test.stytch.com", "live": "https://api.stytch.com"}.get(named, named).rstrip("/")

    @property
    def redirect_url(self) -> str:
        """Where the link in a mail ends."""
        return f"{self.base_url}/authenticate"

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """
        Raises:
            ValueError: a variable is missing or can't be read; the message is one line that names it.
        """
        missing = [name for name in ("STYTCH_PROJECT_ID", "STYTCH_SECRET") if not environ.get(name)]
        if missing:
            raise ValueError(f"{' and '.join(missing)} must be set: the project's credentials.")
        environment = environ.get("STYTCH_ENV") or None
        if environment not in (None, "test", "live") and not environment.startswith(("https://", "http://")):
            raise ValueError(f"STYTCH_ENV={environment!r} must be test, live or a URL.")
        port = environ.get("DEMO_PORT") or "3000"
        if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError(f"DEMO_PORT={port!r} must be a port, from 1 to 65535.")
        given = {
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
            **{name: value for name, value in given.items() if value},
        )
