"""A receiver of webhooks that can fail at first."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ._errors import ScenarioFailed
from ._scenario import Scenario


class WebhookReceiver:
    """The accepted events. Each signature is verified.

    Args:
        failures: how many deliveries of each event get status 500 before one is accepted.
    """

    def __init__(self, failures: int) -> None:
        self._failures = failures
        self._attempts: Counter[str] = Counter()
        self._events: list[dict[str, Any]] = []
        self._changed = threading.Condition()
        self.secret = ""

    def receive(self, body: bytes, headers: dict[str, str]) -> int:
        """Handle one delivery. Returns the response's status."""
        from standardwebhooks.webhooks import Webhook

        Webhook(self.secret).verify(body, headers)
        event = json.loads(body)
        with self._changed:
            self._attempts[event["event_id"]] += 1
            if self._attempts[event["event_id"]] <= self._failures:
                return 500
            self._events.append(event)
            self._changed.notify_all()
        return 204

    def attempts(self, event_id: str) -> int:
        return self._attempts[event_id]

    def wait(self, event_type: str, seconds: float = 10) -> list[dict[str, Any]]:
        """Wait for an event of a type such as ``scim.member.create``, and return all events of that type.

        Raises:
            ScenarioFailed: if there is none after ``seconds``.
        """

        def matching() -> list[dict[str, Any]]:
            return [event for event in self._events if _type(event) == event_type]

        with self._changed:
            if not self._changed.wait_for(matching, seconds):
                raise ScenarioFailed(f"expected the webhook {event_type}, got {sorted(map(_type, self._events))}")
            return matching()


def _type(event: dict[str, Any]) -> str:
    return f"{event['source']}.{event['object_type']}.{event['action']}".lower()


@contextmanager
def webhook_receiver(scenario: Scenario, failures: int = 0) -> Iterator[WebhookReceiver]:
    """Run a server, and send the project's webhooks to it."""
    receiver = WebhookReceiver(failures)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(receiver.receive(body, {name.lower(): value for name, value in self.headers.items()}))
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        receiver.secret = scenario.control.set_webhook(f"http://127.0.0.1:{server.server_port}/")
        try:
            yield receiver
        finally:
            scenario.control.remove_webhooks()
            server.shutdown()
