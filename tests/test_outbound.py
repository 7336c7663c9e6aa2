"""Outbound requests: sent outside of a transaction. Every failure becomes a response."""

import asyncio
import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mockstytch import outbound
from mockstytch.runtime import Mock
from mockstytch.settings import Settings
from mockstytch.store.records.webhooks import Event


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/target")
            self.end_headers()
            return
        if self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            with contextlib.suppress(OSError):  # until the client disconnects
                while not threading.Event().wait(0.02):
                    self.wfile.write(b" ")
            return
        body = {"/long": b"x" * (outbound.MOST_BYTES + 1), "/garbage": b"\xff{"}.get(self.path, b'{"path": "here"}')
        self.send_response(500 if self.path == "/fails" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server_url():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def fetch(url):
    return asyncio.run(outbound.fetch(outbound.get(url)))


def test_response_is_returned(server_url):
    assert fetch(server_url + "/here").json() == {"path": "here"}
    assert fetch(server_url + "/redirect").json() == {"path": "here"}
    assert (fetch(server_url + "/fails").ok, fetch(server_url + "/fails").status) == (False, 500)
    assert fetch(server_url + "/garbage").json() == {}


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "ftp://127.0.0.1/", "http://[", "http://127.0.0.1:99999/", "", "http://"]
)
def test_invalid_or_unreachable_url_returns_a_problem(url):
    response = fetch(url)
    assert (response.ok, response.status, response.json(), bool(response.problem)) == (False, 0, {}, True)


def test_too_long_response_returns_a_problem(server_url):
    assert fetch(server_url + "/long").problem == "the answer is too long"


def test_slow_response_times_out(server_url, monkeypatch):
    monkeypatch.setattr(outbound, "SECONDS", 0.3)
    assert fetch(server_url + "/slow") == outbound.OutboundResponse(problem="no answer within 0.3 s")


def test_operation_is_repeated_after_each_request_and_writes_once(server_url):
    mock = Mock(Settings(port=0))
    project = mock.projects.default()
    attempts = []

    def operation(responses):
        with mock.transaction(project, "", responses) as ctx:
            attempts.append(len(responses))
            ctx.emit("member", "create", "x")
            first = ctx.fetch(outbound.get(server_url + "/here")).json()
            return first, ctx.fetch(outbound.get(server_url + "/fails")).status

    assert asyncio.run(mock.run_with_fetches(operation)) == ({"path": "here"}, 500)
    assert attempts == [0, 1, 2]
    with mock.transaction(project) as ctx:
        assert len(ctx.store.all(Event)) == 1
    mock.close()


def test_endless_requests_are_stopped():
    mock = Mock(Settings(port=0))

    def operation(responses):
        with mock.transaction(mock.projects.default(), "", responses) as ctx:
            ctx.fetch(outbound.get(f"http://127.0.0.1:1/{len(responses)}"))

    with pytest.raises(RuntimeError, match="without end"):
        asyncio.run(mock.run_with_fetches(operation))
    mock.close()
