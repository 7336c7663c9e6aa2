"""A receiver of webhooks, which can fail at first."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ._story import Story, StoryFailed


class Received:
    """What arrived and was taken, its signature checked."""

    def __init__(self, failing: int) -> None:
        self._failing = failing
        self._attempts: Counter[str] = Counter()
        self._events: list[dict[str, Any]] = []
        self._arrived = threading.Condition()
        self.secret = ""

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        from standardwebhooks.webhooks import Webhook

        Webhook(self.secret).verify(body, headers)
        event = json.loads(body)
        with self._arrived:
            self._attempts[event["event_id"]] += 1
            if self._attempts[event["event_id"]] <= self._failing:
                return 500
            self._events.append(event)
            self._arrived.notify_all()
        return 204

    def attempts(self, event_id: str) -> int:
        return self._attempts[event_id]

    def wait(self, event_type: str, seconds: float = 10) -> list[dict[str, Any]]:
        """The events of a type, ``scim.member.create``, as soon as there is one.

        Raises:
            StoryFailed: none came in time.
        """

        def found() -> list[dict[str, Any]]:
            return [event for event in self._events if _type(event) == event_type]

        with self._arrived:
            if not self._arrived.wait_for(found, seconds):
                raise StoryFailed(f"expected the webhook {event_type}, got {sorted(map(_type, self._events))}")
            return found()


def _type(event: dict[str, Any]) -> str:
    return f"{event['source']}.{event['object_type']}.{event['action']}".lower()


@contextmanager
def receiver(story: Story, failing: int = 0) -> Iterator[Received]:
    """A server that the project's webhooks go to.

    Args:
        failing: how often it answers 500 to each event before it takes it.
    """
    received = Received(failing)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(received.take(body, {name.lower(): value for name, value in self.headers.items()}))
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        received.secret = story.control.webhook(f"http://127.0.0.1:{server.server_port}/")
        try:
            yield received
        finally:
            story.control.no_webhooks()
            server.shutdown()
