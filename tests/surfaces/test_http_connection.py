"""One connection of the HTTP protocol, without a socket."""

import asyncio
import re

import uvicorn
from uvicorn.server import ServerState

from mockstytch.http_protocol import Protocol
from mockstytch.surfaces.surface import Json
from tests.surfaces.both_ways import request


class Transport:
    def __init__(self):
        self.written, self.closing = b"", False

    def write(self, data):
        self.written += data

    def is_closing(self):
        return self.closing

    def close(self):
        self.closing = True

    def get_extra_info(self, _name):
        return None

    def pause_reading(self):
        pass

    def resume_reading(self):
        pass


class App:
    """Answers at once, or in its task if ``waits``."""

    waits = False

    def respond_now(self, scope, content):
        return None if self.waits else Json(200, b"now:" + scope["path"].encode() + content)

    async def __call__(self, scope, receive, send):
        await receive()
        await Json(200, b"task:" + scope["path"].encode())(scope, receive, send)


def on_a_connection(test):
    """Run a coroutine function with a protocol, its transport and its app."""

    async def run():
        app, transport = App(), Transport()
        config = uvicorn.Config(app, http=Protocol, access_log=False, log_config=None, ws="none")
        config.load()
        protocol = Protocol(config=config, server_state=ServerState(), app_state={})
        protocol.connection_made(transport)
        try:
            await test(protocol, transport, app)
        finally:
            protocol._unset_keepalive_if_required()

    asyncio.run(run())


def bodies(transport):
    return re.findall(rb"(?:now|task):[/a-z]+", transport.written)


def test_no_task_is_started():
    async def test(protocol, transport, app):
        protocol.data_received(request("GET", "/a"))
        assert (
            transport.written == b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 6\r\n\r\nnow:/a"
        )
        assert not protocol.tasks
        assert protocol.server_state.total_requests == 1
        assert protocol.timeout_keep_alive_task is not None

    on_a_connection(test)


def test_responses_of_one_step_are_written_at_its_end():
    async def test(protocol, transport, app):
        other = Protocol(config=protocol.config, server_state=protocol.server_state, app_state={})
        other.connection_made(Transport())
        for each in (protocol, other):
            each.data_received(request("GET", "/a"))
            assert each.cycle.response_complete
            assert each.transport.written == b""
        await asyncio.sleep(0)
        assert bodies(protocol.transport) == bodies(other.transport) == [b"now:/a"]
        other._unset_keepalive_if_required()

    on_a_connection(test)


def test_response_is_written_before_its_connection_closes():
    async def test(protocol, transport, app):
        protocol.connections.add("another client")
        protocol.data_received(request("GET", "/a"))
        protocol.shutdown()
        assert bodies(transport) == [b"now:/a"]
        assert transport.closing

    on_a_connection(test)


def test_client_that_does_not_read_has_to_wait():
    async def test(protocol, transport, app):
        protocol.pause_writing()
        protocol.data_received(request("GET", "/a"))
        await asyncio.sleep(0)
        assert (transport.written, len(protocol.tasks)) == (b"", 1)
        protocol.resume_writing()
        await asyncio.gather(*protocol.tasks)
        assert bodies(transport) == [b"task:/a"]

    on_a_connection(test)


def test_pipelined_request_waits_for_the_one_before():
    async def test(protocol, transport, app):
        app.waits = True
        protocol.data_received(request("GET", "/a"))
        app.waits = False
        protocol.data_received(request("GET", "/b") + request("GET", "/c"))
        while protocol.tasks:  # each response starts the next task
            await asyncio.wait(protocol.tasks)
        assert bodies(transport) == [b"task:/a", b"task:/b", b"task:/c"]
        protocol.data_received(request("GET", "/d"))
        assert bodies(transport)[3:] == [b"now:/d"]

    on_a_connection(test)


def test_request_is_counted_by_a_shutdown():
    async def test(protocol, transport, app):
        protocol.data_received(request("POST", "/a", b"{}")[:-1])
        protocol.shutdown()
        assert len(protocol.tasks) == 1
        assert not transport.closing
        protocol.data_received(b"}")
        await asyncio.gather(*protocol.tasks)
        assert bodies(transport) == [b"task:/a"]
        assert b"connection: close" in transport.written
        assert transport.closing

    on_a_connection(test)


def test_shutdown_closes_an_idle_connection():
    async def test(protocol, transport, app):
        protocol.data_received(request("GET", "/a"))
        protocol.shutdown()
        assert transport.closing

    on_a_connection(test)


def test_header_that_would_split_the_response_is_refused(monkeypatch):
    async def test(protocol, transport, app):
        app.respond_now = lambda *_: None
        split = Json(200, b"{}", [(b"x", b"a\r\nb: c")])
        protocol._respond_now = lambda *_: split
        protocol.data_received(request("GET", "/a"))
        await asyncio.gather(*protocol.tasks)
        assert transport.written.startswith(b"HTTP/1.1 500 ")
        assert b"b: c" not in transport.written

    on_a_connection(test)
