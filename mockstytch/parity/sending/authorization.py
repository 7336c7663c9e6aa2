"""How a call authenticates, on each surface."""

import base64
import json
from typing import Any, NamedTuple

from mockstytch.parity.sending.operations import Address
from mockstytch.parity.sending.side import Credentials

# The browser SDK sends these headers. The real API refuses calls without them.
_ORIGIN = "http://localhost:3000"
_TELEMETRY: dict[str, Any] = {
    "event_id": "event-id-6139cbcc-4dda-4b1f-b1c0-13c08ec64d72",
    "app_session_id": "app-session-id-6139cbcc-4dda-4b1f-b1c0-13c08ec64d72",
    "persistent_id": "persistent-id-6139cbcc-4dda-4b1f-b1c0-13c08ec64d72",
    "client_sent_at": "2026-01-01T00:00:00.000Z",
    "timezone": "UTC",
    "app": {"identifier": "localhost"},
    "sdk": {"identifier": "Stytch.js Javascript SDK", "version": "6.3.0"},
}
_BROWSER = {
    "Origin": _ORIGIN,
    "X-SDK-Client": base64.b64encode(json.dumps(_TELEMETRY).encode()).decode(),
}


class Authorization(NamedTuple):
    """The headers and the Basic credentials of a request; None sends no credentials."""

    headers: dict[str, str]
    basic: tuple[str, str] | None


def authorize(address: Address, credentials: Credentials, kind: str, session: str) -> Authorization:
    """Return how a call authenticates.

    Args:
        kind: as in ``Call.credentials``.
        session: the session token or session JWT of the member that calls; "" if the project calls.
    """
    if address.surface == "browser":
        return Authorization(_BROWSER, _browser_credentials(credentials, kind, session))
    headers = {}
    if session:
        is_jwt = session.startswith("eyJ")
        headers = {"X-Stytch-Member-SessionJWT" if is_jwt else "X-Stytch-Member-Session": session}
    if kind == "project" and address.surface == "public":
        return Authorization(headers, None)
    if kind == "project" and address.surface == "management":
        kind = "management"
    return Authorization(headers, credentials.of(kind))


def _browser_credentials(credentials: Credentials, kind: str, session: str) -> tuple[str, str] | None:
    if kind in ("none", "wrong", "management"):
        wrong = "public-token-test-00000000-0000-4000-8000-00000000dead"
        return None if kind == "none" else (wrong, wrong)
    return credentials.public_token, session or credentials.public_token
