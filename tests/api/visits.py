"""OAuth logins as a browser makes them, with an HTTP client instead of a browser."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from mockstytch import MockStytch

APP = "http://localhost:3000/authenticate"


class Visit:
    """A browser: it keeps cookies, and follows redirects within this server."""

    def __init__(self, mock: MockStytch) -> None:
        self.mock = mock
        self.http = httpx.Client(base_url=mock.url, trust_env=False)

    def start(self, provider: str = "google", discovery: bool = False, **query: Any) -> httpx.Response:
        """Request the start URL, with the project's public token unless another one is given."""
        path = f"/v1/b2b/public/oauth/{provider}{'/discovery' if discovery else ''}/start"
        return self.http.get(path, params={"public_token": self.mock.public_token, **query})

    def go(self, answer: httpx.Response) -> httpx.Response:
        """Follow redirects within this server, and return the last response."""
        while answer.is_redirect and urlsplit(answer.headers["location"]).port != 3000:
            answer = self.http.get(answer.headers["location"])
        return answer

    def landing(self, provider: str = "google", discovery: bool = False, **query: Any) -> dict[str, str]:
        """Return the query of the redirect to the app."""
        answer = self.go(self.start(provider, discovery, **query))
        assert answer.is_redirect, answer.text
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}

    def token(self, provider: str, email: str, *, discovery: bool = False, slug: str = "", **identity: Any) -> str:
        """Log in with a provider's account, and return the one-time token."""
        self.mock.next_identity(provider, email, **identity)
        where = {} if discovery else {"slug": slug}
        return self.landing(provider, discovery, **where)["token"]
