"""Requests to other servers: they are sent outside of a transaction, and every failure is a response."""

import asyncio
import contextlib
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from mockstytch import outbound
from mockstytch.runtime import Mock
from mockstytch.settings import Settings
from mockstytch.store.records.webhooks import Event


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/redirected")
            self.end_headers()
            return
        if self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            with contextlib.suppress(OSError):  # until the client closes the connection
                while not threading.Event().wait(0.02):
                    self.wfile.write(b" ")
            return
        body = {"/long": b"x" * (outbound.MAX_RESPONSE_BYTES + 1), "/garbage": b"\xff{"}.get(
            self.path, b'{"path": "here"}'
        )
        self.send_response(500 if self.path == "/fails" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def other_server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def fetch(url):
    return asyncio.run(outbound.fetch(outbound.get(url)))


def test_responses_are_returned_as_they_are(other_server):
    assert fetch(other_server + "/here").json() == {"path": "here"}
    assert fetch(other_server + "/redirect").json() == {"path": "here"}
    assert (fetch(other_server + "/fails").ok, fetch(other_server + "/fails").status) == (False, 500)
    assert fetch(other_server + "/garbage").json() == {}


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "ftp://127.0.0.1/", "http://[", "http://127.0.0.1:99999/", "", "http://"]
)
def test_impossible_request_is_a_response_with_a_problem(url):
    response = fetch(url)
    assert (response.ok, response.status, response.json(), bool(response.problem)) == (False, 0, {}, True)


def test_too_long_response_is_rejected(other_server):
    assert fetch(other_server + "/long").problem == "the response is too long"


def test_slow_response_is_rejected_after_the_timeout(other_server, monkeypatch):
    monkeypatch.setattr(outbound, "TIMEOUT_SECONDS", 0.3)
    assert fetch(other_server + "/slow") == outbound.OutboundResponse(problem="no response within 0.3 s")


def test_operation_runs_again_after_each_fetch_and_writes_once(other_server):
    mock = Mock(Settings(port=0))
    project = mock.projects.default()
    attempts = []

    def operation(responses):
        with mock.transaction(project, "", responses) as ctx:
            attempts.append(len(responses))
            ctx.emit("member", "create", "x")
            first = ctx.fetch(outbound.get(other_server + "/here")).json()
            return first, ctx.fetch(outbound.get(other_server + "/fails")).status

    assert asyncio.run(mock.run_with_fetches(operation)) == ({"path": "here"}, 500)
    assert attempts == [0, 1, 2]
    with mock.transaction(project) as ctx:
        assert len(ctx.store.all(Event)) == 1
    mock.close()


def test_operation_with_too_many_fetches_is_stopped():
    mock = Mock(Settings(port=0))

    def operation(responses):
        with mock.transaction(mock.projects.default(), "", responses) as ctx:
            ctx.fetch(outbound.get(f"http://127.0.0.1:1/{len(responses)}"))

    with pytest.raises(RuntimeError, match="more than 10 fetches"):
        asyncio.run(mock.run_with_fetches(operation))
    mock.close()


def test_ssl_context_is_created_once_and_outside_of_the_event_loop(other_server, monkeypatch):
    threads = []

    def create_ssl_context(**_):
        threads.append(threading.current_thread())
        return ssl.create_default_context()

    async def fetch_in_parallel():
        return await asyncio.gather(*(outbound.fetch(outbound.get(f"{other_server}/{n}")) for n in range(5)))

    monkeypatch.setattr(httpx, "create_ssl_context", create_ssl_context)
    monkeypatch.setattr(outbound, "_ssl_context", None)
    for _ in range(2):
        assert all(response.ok for response in asyncio.run(fetch_in_parallel()))
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()
