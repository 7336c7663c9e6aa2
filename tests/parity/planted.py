"""A target that differs: responses of a real server are changed on their way."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx


class Plain(NamedTuple):
    """A response that can be changed."""

    request: httpx.Request
    status: int
    headers: dict[str, str]
    body: Any


Change = Callable[[Plain], Plain]


class Planted(httpx.BaseTransport):
    """Sends requests to the server, and changes its JSON responses."""

    def __init__(self, change: Change) -> None:
        self._change, self._inner = change, httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        response.read()
        try:
            body = json.loads(response.content)
        except ValueError:
            return response
        headers = {name: value for name, value in response.headers.items() if name != "content-length"}
        changed = self._change(Plain(request, response.status_code, headers, body))
        return httpx.Response(changed.status, headers=changed.headers, content=json.dumps(changed.body))
