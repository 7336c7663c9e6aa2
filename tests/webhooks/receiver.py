"""A webhook endpoint of an app. It records the requests, and returns the responses that a test sets."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any, NamedTuple

from svix.webhooks import Webhook

from mockstytch import MockStytch
from mockstytch.client.webhooks import WebhookDelivery

# Nothing listens on this port.
CLOSED_PORT_URL = "http://127.0.0.1:1/"


class ReceivedRequest(NamedTuple):
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def payload(self) -> dict[str, Any]:
        return json.loads(self.body)

    def verified(self, secret: str) -> Any:
        """Return the payload after verifying its signature, as Stytch documents it.

        Raises:
            WebhookVerificationError: if the signature is wrong.
        """
        Webhook(secret).verify(self.body, self.headers)
        return self.payload


class Receiver:
    """``with Receiver() as app: mock.webhooks.set(app.url)``

    Attributes:
        requests: the received requests, oldest first.
        answers: responses for the next requests, each a status or a function that handles the request; then 200.
    """

    def __init__(self) -> None:
        self.requests: Queue[ReceivedRequest] = Queue()
        self.answers: list[int | Callable[[BaseHTTPRequestHandler], None]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version, disable_nagle_algorithm = "HTTP/1.1", True

            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                body = self.rfile.read(length)
                if len(body) < length:  # the server was killed while it was sending
                    self.close_connection = True
                    return
                answer = receiver.answers.pop(0) if receiver.answers else 200
                receiver.requests.put(ReceivedRequest(self.path, dict(self.headers.items()), body))
                if callable(answer):
                    answer(self)
                    return
                self.send_response(answer)
                if 300 <= answer < 400:
                    self.send_header("location", receiver.url + "elsewhere")
                self.send_header("content-length", "4")
                self.end_headers()
                self.wfile.write(b"done")

            def log_message(self, *_: Any) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def next(self, seconds: float = 10) -> ReceivedRequest:
        """Return the oldest request that wasn't returned before. Waits up to ten seconds for one."""
        return self.requests.get(timeout=seconds)

    def __enter__(self) -> "Receiver":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def attempted(mock: MockStytch, tries: int = 1, status: str = "", url: str = "") -> WebhookDelivery:
    """Return the newest delivery with this number of attempts. Waits up to ten seconds for one."""
    return mock.webhooks.deliveries(tries=tries, status=status, url=url, wait=10)[-1]
