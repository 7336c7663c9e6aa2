"""A side: a server that probes are sent to. It keeps below the rate limits, and tries refused calls again."""

import threading
import time
from collections.abc import Mapping
from typing import Any

import httpx

from mockstytch.faults.rate_limits import PRODUCTION
from mockstytch.parity.sending.operations import HttpRequest
from mockstytch.values import Frozen

_MOST_TRIES = 6
_LONGEST_WAIT = 30.0  # seconds
_MARGIN = 1.2  # published limits are counted by clocks that aren't ours


_MANAGEMENT = {"https://test.stytch.com": "https://management.stytch.com"}


class Stopped(Exception):
    """The user stopped the run."""


class Unreachable(Exception):
    """No response arrived. The call may have been carried out."""


class Waiting:
    """Waits, until the run is stopped. Tests replace it, so that they don't wait."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def monotonic(self) -> float:
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Wait.

        Raises:
            Stopped: if the run is stopped.
        """
        if self._stopped.wait(seconds):
            raise Stopped

    def stop(self) -> None:
        """End all waits."""
        self._stopped.set()

    def resume(self) -> None:
        """Allow waits again, to delete what was created."""
        self._stopped.clear()

    @property
    def is_stopped(self) -> bool:
        return self._stopped.is_set()


def limit_of(operation: str) -> str:
    """Return the name of the published limit of an operation, or ""."""
    return next((limit.operations[0] for limit in PRODUCTION if operation in limit.operations), "")


class Pace:
    """Keeps calls apart, and keeps the calls of an operation below its published limit.

    Args:
        calls_per_second: the most calls of all operations.
    """

    def __init__(self, calls_per_second: float, waiting: Waiting) -> None:
        self._waiting, self._lock = waiting, threading.Lock()
        self._next: dict[str, float] = {}
        self._every = 1 / calls_per_second

    def wait(self, operation: str) -> None:
        """Wait until a call of the operation may be sent.

        Raises:
            Stopped: if the run is stopped.
        """
        apart = {"": self._every}
        for limit in PRODUCTION:
            if operation in limit.operations:
                apart[limit.operations[0]] = _MARGIN * limit.limit.seconds / limit.limit.requests
        with self._lock:
            now = self._waiting.monotonic()
            at = max([now, *(self._next.get(name, 0.0) for name in apart)])
            self._next |= {name: at + seconds for name, seconds in apart.items()}
        self._waiting.wait(at - now)

    def hold(self, seconds: float) -> None:
        """Let all calls wait, because the server asked for it."""
        with self._lock:
            at = self._waiting.monotonic() + seconds
            self._next[""] = max(self._next.get("", 0.0), at)


class Credentials(Frozen):
    """The credentials of one project.

    Attributes:
        workspace_key: id and secret of a key of the management API, or ("", "").
    """

    project_id: str
    secret: str
    public_token: str = ""
    workspace_key: tuple[str, str] = ("", "")

    def of(self, kind: str) -> tuple[str, str] | None:
        """Return user and password of a call; None sends none."""
        if kind == "none":
            return None
        if kind == "wrong":
            return self.project_id, "secret-test-mockstytch-parity-wrong"
        if kind == "public_token":
            return self.public_token, self.public_token
        return self.workspace_key if kind == "management" else (self.project_id, self.secret)


class Side:
    """One server, with the credentials of one project on it.

    Attributes:
        management_url: the base URL of the management API, which has its own host in production.

    Args:
        client: sends the requests.
        pace: None for a server without rate limits.
    """

    def __init__(
        self, url: str, credentials: Credentials, client: httpx.Client, waiting: Waiting, pace: Pace | None = None
    ) -> None:
        self.url, self.credentials, self.waiting = url.rstrip("/"), credentials, waiting
        self.client, self.pace = client, pace
        self.management_url = _MANAGEMENT.get(self.url, self.url)

    def send(
        self, operation: str, request: HttpRequest, headers: Mapping[str, str], auth: tuple[str, str] | None
    ) -> httpx.Response:
        """Send a request, and return the response. A call that a rate limit refused is sent again.

        Args:
            operation: its name, for the rate limits; "" for a call without one.

        Raises:
            Stopped: if the run is stopped.
            Unreachable: if no response arrived.
        """
        for attempt in range(1, _MOST_TRIES + 1):
            if self.pace:
                self.pace.wait(operation)
            if self.waiting.is_stopped:
                raise Stopped
            try:
                response = self.client.request(
                    request.method,
                    self._base(request.target) + request.target,
                    content=request.content,
                    headers={**request.headers, **headers},
                    auth=auth,
                )
            except (httpx.ConnectError, httpx.ConnectTimeout) as e:  # nothing was sent
                if attempt == _MOST_TRIES:
                    raise Unreachable(str(e) or type(e).__name__) from None
                self.waiting.wait(_seconds(attempt, ""))
                continue
            except httpx.HTTPError as e:
                raise Unreachable(str(e) or type(e).__name__) from None
            if response.status_code != 429 or not self.pace or attempt == _MOST_TRIES or _is_ours(response):
                return response
            seconds = _seconds(attempt, response.headers.get("retry-after", ""))
            self.pace.hold(seconds)
            self.waiting.wait(seconds)
        raise AssertionError("the last try returns or raises")

    def credentials_for(self, request: HttpRequest) -> tuple[str, str] | None:
        """Return the credentials for a request of the project, or of the workspace for the management API."""
        return self.credentials.of("management" if request.target.startswith("/pwa/") else "project")

    def _base(self, target: str) -> str:
        return self.management_url if target.startswith("/pwa/") else self.url

    def json(self, operation: str, request: HttpRequest) -> Any:
        """Send a request, and return the JSON of its response; None if it has none."""
        response = self.send(operation, request, {}, self.credentials_for(request))
        try:
            return response.json()
        except ValueError:
            return None


def _is_ours(response: httpx.Response) -> bool:
    """Return whether a 429 is the probe's subject: a lock of the member, and not a rate limit."""
    return b"user_lock_limit_reached" in response.content


def _seconds(attempt: int, retry_after: str) -> float:
    """Return how long to wait before the next try."""
    if retry_after.isdigit():
        return min(float(retry_after), _LONGEST_WAIT)
    return float(min(2.0 ** (attempt - 1), _LONGEST_WAIT))
