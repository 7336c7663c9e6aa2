"""Many clients that send their requests at the same moment."""

import json
import threading
from base64 import b64encode
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any, TypeVar
from urllib.parse import urlsplit

from mockstytch import MockStytch

T = TypeVar("T")
CLIENTS = 50
DEADLINE = 120.0  # seconds; only a test that hangs takes so long


class Caller:
    """One client with its own open connection."""

    def __init__(self, mock: MockStytch, secret: str = "") -> None:
        url = urlsplit(mock.url)
        self.connection = HTTPConnection(url.hostname or "", url.port, timeout=DEADLINE)
        self.connection.connect()
        credentials = b64encode(f"{mock.project_id}:{secret or mock.secret}".encode()).decode()
        self.headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.connection.request("POST", path, json.dumps(body), self.headers)
        response = self.connection.getresponse()
        return response.status, json.load(response)


def crowd(mock: MockStytch) -> list[Caller]:
    return [Caller(mock) for _ in range(CLIENTS)]


def at_once(number: int, call: Callable[[int], T]) -> list[T]:
    """Run ``call(0)``, ``call(1)``, … in threads that all start at the same moment."""
    gate = threading.Barrier(number)

    def wait_and_call(index: int) -> T:
        gate.wait(DEADLINE)
        return call(index)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(wait_and_call, range(number)))


def all_at_once(callers: list[Caller], path: str, *bodies: dict[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    """Send one of the bodies from each caller, all at the same moment. Return the status and body of each response."""
    responses = at_once(len(callers), lambda number: callers[number].post(path, bodies[number % len(bodies)]))
    for caller in callers:
        caller.connection.close()
    return responses


def counted(responses: list[tuple[int, dict[str, Any]]]) -> Counter[tuple[int, str]]:
    """Count the responses by status and error type."""
    return Counter((status, body.get("error_type", "")) for status, body in responses)
