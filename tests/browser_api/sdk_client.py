"""Requests as Stytch's browser SDK sends them."""

import base64
import json
import re
from typing import Any

import httpx

from mockstytch import MockStytch
from tests.support.errors import Failures, error_of

ORIGIN = "http://localhost:3000"
TELEMETRY = {
    "event_id": "event-id-6139cbcc-4dda-4b1f-b1c0-13c08ec64d72",
    "app_session_id": "app-session-id-6139cbcc-4dda-4b1f-b1c0-13c08ec64d72",
    "persistent_id": "persistent-id-6139cbcc-4dda-4b1f-b1c0-13c08ec64d72",
    "client_sent_at": "2026-01-01T00:00:00.000Z",
    "timezone": "Europe/Berlin",
    "app": {"identifier": "localhost"},
    "sdk": {"identifier": "Stytch.js Javascript SDK", "version": "6.3.0"},
}


class SdkClient:
    """A page with the browser SDK: ``sdk("POST", "/b2b/sessions/authenticate", {}, token=session_token)``."""

    def __init__(self, mock: MockStytch, http: httpx.Client) -> None:
        self.mock, self.http = mock, http

    def __call__(
        self, method: str, path: str, body: dict[str, Any] | None = None, token: str | None = None, **headers: str
    ) -> httpx.Response:
        """Send a request. Keywords are headers: ``origin="https://acme.test"``; "" leaves a header out.

        Args:
            path: the path without ``/sdk/v1``.
            body: the fields of the JSON body, or of the query of a ``GET`` request.
            token: the session token; without one, the password is the public token, as before a login.
        """
        if method == "GET":
            return self.send(method, path, params=body, token=token, **headers)
        content = None if body is None else json.dumps(body).encode()
        return self.send(method, path, content=content, token=token, **headers)

    def send(
        self,
        method: str,
        path: str,
        content: bytes | None = None,
        params: Any = None,
        token: str | None = None,
        **headers: str,
    ) -> httpx.Response:
        """Send a request with a body that needn't be JSON."""
        public_token = self.mock.public_token
        sent = {
            "authorization": basic(public_token, token or public_token),
            "content-type": "application/json",
            "origin": ORIGIN,
            "x-sdk-client": encoded(TELEMETRY),
        }
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in sent.items() if value}
        url = f"{self.mock.url}/sdk/v1{path}"
        return self.http.request(method, url, content=content, params=params, headers=sent)

    @staticmethod
    def credentials(public_token: str, token: str = "") -> str:
        """Return the header Authorization for another public token."""
        return basic(public_token, token or public_token)

    def data(self, method: str, path: str, body: dict[str, Any] | None = None, token: str | None = None) -> Any:
        """Return the result of a call that must succeed."""
        response = self(method, path, body, token)
        assert response.status_code == 200, response.text
        return data_of(response)

    def refused(self, method: str, path: str, body: dict[str, Any] | None = None, token: str | None = None) -> str:
        """Return the type of the error of a call that must fail."""
        response = self(method, path, body, token)
        assert_cors(response)
        return error_of(response)[1]


class BrowserFailures(Failures):
    """Failures that also have to have the headers of the browser API."""

    def expect_error(self, case: str, response: httpx.Response) -> str:
        try:
            assert_cors(response)
        except AssertionError as e:
            self.append(f"{case}: {e}")
        return super().expect_error(case, response)


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def encoded(telemetry: Any) -> str:
    """Return the value of the header X-SDK-Client."""
    return base64.b64encode(json.dumps(telemetry).encode()).decode()


def data_of(response: httpx.Response) -> dict[str, Any]:
    """Return the ``data`` of a successful response, after checking the envelope and the headers."""
    assert_cors(response)
    body = response.json()
    assert list(body) == ["data"], body
    data = body["data"]
    assert data["status_code"] == 200
    assert re.fullmatch(r"request-id-test-[0-9a-f-]{36}", data["request_id"])
    return dict(data)


def assert_cors(response: httpx.Response) -> None:
    """Check that the page may read the response: the origin is named, because credentials are sent."""
    headers = response.headers
    assert headers["vary"] == "Origin"
    origin = response.request.headers.get("origin")
    assert headers.get("access-control-allow-origin") == origin
    assert headers.get("access-control-allow-credentials") == (None if origin is None else "true")
