"""Connected apps, members, and the tokens that apps get for members."""

import base64
import hashlib
from functools import cache
from typing import Any

import httpx

from tests.support.given import Given

CALLBACK = "http://localhost:3000/callback"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
OPENID = ["openid", "profile", "email"]


def new_app(given: Given, client_type: str = "third_party", **settings: Any) -> Any:
    settings = {"client_name": "Reports", "redirect_urls": [CALLBACK], **settings}
    return given.client.connected_app.clients.create(client_type=client_type, **settings).connected_app


def authorized(given: Given, app: Any, scopes: list[str], **options: Any) -> Any:
    """Return the response of ``idp.oauth.authorize`` to a valid request. Options change the request."""
    request = {"redirect_uri": CALLBACK, "response_type": "code", "consent_granted": True, **options}
    return given.client.idp.oauth.authorize(scopes=scopes, client_id=app.client_id, **request)


def login(given: Given, **settings: Any) -> Any:
    """Log in a new member of a new organization."""
    acme = given.organization(**settings)
    return given.login(acme, given.member(acme, name="Ada"))


def installed(given: Given, scopes: list[str] | None = None, **settings: Any) -> tuple[Any, Any]:
    """Return a member's login, and an app to which the member gave consent."""
    who, app = login(given), new_app(given, **settings)
    authorized(given, app, scopes or OPENID, session_token=who.session_token)
    return who, app


@cache
def http() -> httpx.Client:
    """Return one client for all tests, because creating one is slow."""
    return httpx.Client(trust_env=False)


def tokens(given: Given, app: Any, code: str, **fields: Any) -> dict[str, Any]:
    """Exchange an authorization code at the token endpoint, and return the response."""
    sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "client_id": app.client_id}
    secret = getattr(app, "client_secret", None)
    sent |= {"client_secret": secret} if secret else {}
    url = f"{given.mock.url}/v1/public/{given.mock.project_id}/oauth2/token"
    return dict(http().post(url, data=sent | fields).json())
