"""Calls to the control API on behalf of one project."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPException
from typing import Any

# No proxy: the server is on this machine, or at the address that the user gave.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class MockError(Exception):
    """A call that the server refused, or that didn't reach it.

    Attributes:
        error_type: the error's type, such as ``member_not_found``; "" if there was no valid response.
    """

    def __init__(self, message: str, error_type: str = "") -> None:
        super().__init__(message)
        self.error_type = error_type


class ControlApi:
    """The control API of a server, with the credentials of one project.

    Attributes:
        creates_project: whether the next call first creates the project, because reading an unknown project is refused.
    """

    def __init__(self, url: str, project_id: str, secret: str) -> None:
        self._url, self.creates_project = url, False
        self._authorization = "Basic " + base64.b64encode(f"{project_id}:{secret}".encode()).decode()

    def call(
        self, method: str, path: str, query: dict[str, Any] | None = None, body: Any = None, timeout: float = 10
    ) -> Any:
        """Send a request and return the JSON of its response.

        Args:
            path: without ``/_mock/api``.
            query: parameters of the URL. None and "" are left out.
            body: anything that JSON can express; None sends no body.
            timeout: seconds.

        Raises:
            MockError: if the server refuses the request or can't be reached.
        """
        __tracebackhide__ = True  # pytest shows the line of the test instead
        if self.creates_project:
            self.creates_project = False
            if (method, path) != ("PATCH", "/project"):
                self.call("PATCH", "/project", body={})
        parameters = {name: value for name, value in (query or {}).items() if value not in (None, "")}
        url = f"{self._url}/_mock/api{path}?{urllib.parse.urlencode(parameters)}"
        try:
            request = urllib.request.Request(url, method=method, headers={"Authorization": self._authorization})  # noqa: S310 · the user's own server
            if body is not None:
                request.data = json.dumps(body).encode()
                request.add_header("Content-Type", "application/json")
            with _opener.open(request, timeout=timeout) as response:
                content, status_code = response.read(), response.status
        except urllib.error.HTTPError as e:
            with e:
                raise self._error(e.read(), e.code) from None
        except (OSError, HTTPException, ValueError) as e:  # ValueError: not a URL
            raise MockError(f"No mockstytch server at {self._url}: {_reason(e)}. Start one with: mockstytch") from None
        try:
            return json.loads(content)
        except ValueError:
            raise self._error(content, status_code) from None

    def _error(self, body: bytes, status_code: int) -> MockError:
        try:
            error = json.loads(body)
            return MockError(error["error_message"], error["error_type"])
        except (ValueError, KeyError, TypeError):
            return MockError(f"{self._url} isn't a mockstytch server: it returned {status_code} and no mockstytch JSON")


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", error)
    return str(getattr(reason, "strerror", None) or reason or type(error).__name__)


def require_server(url: str) -> None:
    """Check that a mockstytch server runs at the URL in ``MOCKSTYTCH_URL``.

    Raises:
        MockError: if there is none. The message has the reason and the remedy.
    """
    parts = urllib.parse.urlsplit(url.strip())
    try:
        if parts.scheme not in ("http", "https"):
            raise MockError("a URL begins with http:// or https://, such as http://127.0.0.1:4700")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise MockError(f"use the server's base URL, {parts.scheme}://{parts.netloc}")
        health = ControlApi(url.strip().rstrip("/"), "", "").call("GET", "/health", timeout=20)
        if not isinstance(health, dict) or "version" not in health:
            raise MockError("this isn't a mockstytch server")
    except MockError as e:
        advice = "Correct MOCKSTYTCH_URL, or unset it to let the tests start a server"
        raise MockError(f"MOCKSTYTCH_URL={url}: {str(e).removesuffix('.')}. {advice}.") from None
