"""Questions to other servers: asked outside of a transaction, and answered whatever happens."""

import asyncio
import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mockstytch import outbound
from mockstytch.runtime import Mock
from mockstytch.settings import Settings
from mockstytch.store.records.webhooks import Event


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "/there")
            self.end_headers()
            return
        if self.path == "/drips":
            self.send_response(200)
            self.end_headers()
            with contextlib.suppress(OSError):  # until the other side has enough
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
def stranger():
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def put(url):
    return asyncio.run(outbound.fetch(outbound.get(url)))


def test_an_answer_is_taken_as_it_is(stranger):
    assert put(stranger + "/here").json() == {"path": "here"}
    assert put(stranger + "/away").json() == {"path": "here"}
    assert (put(stranger + "/fails").ok, put(stranger + "/fails").status) == (False, 500)
    assert put(stranger + "/garbage").json() == {}


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "ftp://127.0.0.1/", "http://[", "http://127.0.0.1:99999/", "", "http://"]
)
def test_what_can_not_be_asked_is_an_answer_too(url):
    reply = put(url)
    assert (reply.ok, reply.status, reply.json(), bool(reply.problem)) == (False, 0, {}, True)


def test_an_endless_answer_is_cut(stranger):
    assert put(stranger + "/long").problem == "the answer is too long"


def test_an_answer_that_drips_is_not_waited_for(stranger, monkeypatch):
    monkeypatch.setattr(outbound, "SECONDS", 0.3)
    assert put(stranger + "/drips") == outbound.OutboundResponse(problem="no answer within 0.3 s")


def test_an_operation_asks_and_runs_again_and_nothing_is_written_twice(stranger):
    mock = Mock(Settings(port=0))
    project = mock.projects.default()
    tries = []

    def operation(replies):
        with mock.transaction(project, "", replies) as ctx:
            tries.append(len(replies))
            ctx.emit("member", "create", "x")
            first = ctx.fetch(outbound.get(stranger + "/here")).json()
            return first, ctx.fetch(outbound.get(stranger + "/fails")).status

    assert asyncio.run(mock.run_with_fetches(operation)) == ({"path": "here"}, 500)
    assert tries == [0, 1, 2]
    with mock.transaction(project) as ctx:
        assert len(ctx.store.all(Event)) == 1
    mock.close()


def test_an_operation_that_asks_without_end_is_stopped():
    mock = Mock(Settings(port=0))

    def operation(replies):
        with mock.transaction(mock.projects.default(), "", replies) as ctx:
            ctx.fetch(outbound.get(f"http://127.0.0.1:1/{len(replies)}"))

    with pytest.raises(RuntimeError, match="without end"):
        asyncio.run(mock.run_with_fetches(operation))
    mock.close()
