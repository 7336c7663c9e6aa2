"""One project's connection to the server, with the credentials of its kinds of callers."""

import base64
import json
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from benchmarks.client import Connection, RequestFailed, body_of, status_of
from benchmarks.load.recorder import Recorder


class Caller:
    """Sends requests of one project, and records them.

    Args:
        connection: shared by the projects of one thread.
        project: the UUID of the project.
    """

    def __init__(self, connection: Connection, recorder: Recorder, project: UUID) -> None:
        self._connection, self._recorder = connection, recorder
        self.project_id = f"project-test-{project}"
        self.public_token = f"public-token-test-{project}"
        self._backend = _basic(self.project_id, "secret-test-load")

    def api(self, method: str, path: str, body: Any = None, expect: int = 200) -> Any:
        """Call the backend API or the control API as the project, and return the decoded response."""
        return self.send(method, path, body, {"Authorization": self._backend}, expect)

    def browser(self, method: str, path: str, body: Any, session_token: str = "", expect: int = 200) -> Any:
        """Call the browser API as the browser SDK does, with a session or without one."""
        headers = {
            "Authorization": _basic(self.public_token, session_token or self.public_token),
            "Origin": "http://localhost:3000",
            "X-SDK-Parent-Host": "http://localhost:3000",
        }
        return self.send(method, path, body, headers, expect)

    def form(self, path: str, fields: dict[str, str], expect: int = 200) -> Any:
        """Send a form, as an OAuth client does."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", path, urlencode(fields).encode(), headers, expect)

    def send(self, method: str, path: str, body: Any, headers: dict[str, str], expect: int) -> Any:
        """Send a request, and return the decoded response if it has the expected status, else an empty dict."""
        try:
            seconds, response = self._connection.exchange(self._connection.request(method, path, body, headers))
        except (OSError, RequestFailed) as e:
            self._connection.close()
            self._recorder.fail(f"{method} {path}: {e}")
            return {}
        status = status_of(response)
        what = "" if status == expect else f"{method} {path}: {status}, not {expect}: {body_of(response)[:300]!r}"
        self._recorder.add(seconds, status, (expect,), what)
        return _decoded(response) if status == expect else {}

    def send_into_fault(self, method: str, path: str, body: Any) -> int:
        """Send a request that a fault applies to, and return the status; 0 if the connection broke."""
        self._recorder.add_asked_for()
        try:
            request = self._connection.request(method, path, body, {"Authorization": self._backend})
            return status_of(self._connection.exchange(request)[1])
        except (OSError, RequestFailed):
            self._connection.close()
            return 0

    def fail(self, what: str) -> None:
        """Record an unexpected behaviour."""
        self._recorder.fail(f"{self.project_id}: {what}")


def _basic(name: str, secret: str) -> str:
    return f"Basic {base64.b64encode(f'{name}:{secret}'.encode()).decode()}"


def _decoded(response: bytes) -> Any:
    body = body_of(response)
    return json.loads(body) if body[:1] in (b"{", b"[") else body
