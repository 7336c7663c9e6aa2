"""Requests that are answered without a task get the same bytes as requests that get one."""

import asyncio
import base64
import contextlib
import re
import socket
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import uvicorn
from uvicorn.server import ServerState

from mockstytch.http_protocol import Protocol
from mockstytch.server import Server, open_listener
from mockstytch.settings import Settings
from mockstytch.surfaces.surface import Json

PROJECTS = ("project-test-a0000000-0000-4000-8000-000000000001", "project-test-b0000000-0000-4000-8000-000000000002")
ORGANIZATIONS = "/v1/b2b/organizations"
JWKS = "/v1/b2b/sessions/jwks"
SEND = "/v1/b2b/magic_links/email/discovery/send"
BODY = b'{"email_address": "ada@example.com"}'
HEALTH = "/_mock/api/health"


class BothWays:
    """A server with two ports. On the second one, every request gets a task.

    Each port has its own project, so that the same requests find the same objects.

    Attributes:
        answers: how many requests were answered without a task, by their path; 0 if the app was asked and declined.
    """

    def __init__(self, server):
        listener = open_listener("127.0.0.1", 0)
        self.server, self.answers = server, Counter()
        self.ports = (server.settings.port, listener.getsockname()[1])
        app, respond_now = server.app, server.app.respond_now

        async def with_tasks(scope, receive, send):
            await app(scope, receive, send)

        def counted(scope, content):
            response = respond_now(scope, content)
            self.answers[scope["path"]] += response is not None
            return response

        app.respond_now = counted
        server.add(with_tasks, listener)

    def compare(self, *pieces, half_close=False):
        """Send the same pieces both ways, and return the response, after it was found to be the same."""
        for _, project in self.projects():
            self.server.mock.request_log.clear(project)
        both = [self.exchange(port, pieces, project, half_close) for port, project in self.projects()]
        assert normalized(both[0]) == normalized(both[1])
        logs = [self.log(project) for _, project in self.projects()]
        assert logs[0] == logs[1]
        return both[0]

    def projects(self):
        return zip(self.ports, PROJECTS, strict=True)

    def exchange(self, port, pieces, project, half_close=False):
        """Return everything that the server sends, up to the response of a last request that closes the connection."""
        received = last = b""
        with connect(port) as connection:
            with contextlib.suppress(ConnectionError):
                for n, piece in enumerate(pieces):
                    if n:
                        self.await_arrival()
                    connection.sendall(with_project(piece, project))
                if half_close:
                    connection.shutdown(socket.SHUT_WR)
                    return read_to_end(connection)
                received = read_responses(connection, b"".join(pieces))
            with contextlib.suppress(ConnectionError):
                connection.sendall(request("GET", HEALTH, headers="Connection: close\r\n"))
                last = read_to_end(connection)
        return received + b"| and then |" + last

    def await_arrival(self):
        """Wait until the server has read all data on other connections: it reads in order of arrival."""
        httpx.get(f"http://127.0.0.1:{self.ports[0]}{HEALTH}", trust_env=False)

    def log(self, project):
        names = ("method", "status_code", "operation", "surface", "error_type")
        return [
            {
                **{name: getattr(entry, name) for name in names},
                "path": entry.path.replace(project, "…"),
                "because": normalized(entry.because.encode()),
                "request": entry.exchange.request,
                "response": normalized(entry.exchange.response),
                "response_type": entry.exchange.response_type,
                "scheme": entry.exchange.scheme,
            }
            for entry in self.server.mock.request_log.entries(project)
        ]


def connect(port):
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def request(method, path, body=None, headers="", version="1.1"):
    length = "" if body is None else f"Content-Length: {len(body)}\r\n"
    head = f"{method} {path} HTTP/{version}\r\nHost: localhost\r\nAuthorization: CREDENTIALS\r\n{length}{headers}\r\n"
    return head.encode() + (body or b"")


def with_project(piece, project):
    credentials = base64.b64encode(f"{project}:secret-test-both".encode())
    return piece.replace(b"CREDENTIALS", b"Basic " + credentials).replace(b"PROJECT", project.encode())


def read_to_end(connection):
    received = b""
    while more := connection.recv(1 << 16):
        received += more
    return received


def read_responses(connection, requests):
    """Read as many responses as there are requests, or until the connection ends."""
    received, count = b"", len(re.findall(rb"(?:^|\r\n|\})[A-Z]+ \S+ HTTP/1", requests))
    while count_responses(received, requests.startswith(b"HEAD")) < count:
        more = connection.recv(1 << 16)
        if not more:
            break
        received += more
    return received


def count_responses(received, is_head):
    count = 0
    while b"\r\n\r\n" in received:
        head, _, received = received.partition(b"\r\n\r\n")
        if head.startswith(b"HTTP/1.1 100 "):
            continue
        announced = re.search(rb"(?i)content-length: (\d+)", head)
        length = int(announced[1]) if announced and not is_head else 0
        if len(received) < length:
            break
        count, received = count + 1, received[length:]
    return count


def normalized(received):
    received = re.sub(rb"(?<=-test-)[0-9a-f-]+", b"(id)", received)
    return re.sub(rb"\d{4}-\d\d-\d\dT[0-9:.]+Z|(?<=date: )[^\r]+", b"(time)", received)


@pytest.fixture(scope="module")
def server():
    server = Server(Settings(port=0))
    server.both_ways = BothWays(server)
    with server:
        for port, project in server.both_ways.projects():
            server.both_ways.exchange(port, [request("POST", SEND, BODY)], project)  # creates the project
        yield server


@pytest.fixture
def both_ways(server):
    server.both_ways.answers.clear()
    yield server.both_ways
    for project in PROJECTS:
        server.mock.faults.clear(project)


LARGE = b'{"organization_name": "' + b"x" * 1_000_001 + b'"}'
ANSWERED = {  # without a task
    "get": (request("GET", f"{ORGANIZATIONS}/nowhere"),),
    "post": (request("POST", SEND, BODY),),
    "body after its head": (request("POST", SEND, BODY)[: -len(BODY)], BODY),
    "body in pieces": (request("POST", SEND, BODY)[:-9], BODY[-9:-4], BODY[-4:]),
    "head in pieces": (b"GET /v1/b2b/organi", request("GET", f"{ORGANIZATIONS}/nowhere")[18:]),
    "empty body": (request("POST", ORGANIZATIONS, b""),),
    "body of a GET": (request("GET", f"{ORGANIZATIONS}/nowhere", b"{}"),),
    "bad JSON": (request("POST", ORGANIZATIONS, b"{"),),
    "missing field": (request("POST", ORGANIZATIONS, b"{}"),),
    "wrong type": (request("POST", ORGANIZATIONS, b'{"organization_name": 1}'),),
    "keys": (request("GET", f"{JWKS}/PROJECT"),),
    "keys of a malformed project": (request("GET", f"{JWKS}/nothing"),),
    "slashes": (request("GET", f"//v1/b2b/organizations/{'%2F'}x"),),
    "query": (request("GET", f"{ORGANIZATIONS}/nowhere/member?email_address=a+b@example.com"),),
    "unknown host": (request("GET", f"{JWKS}/PROJECT").replace(b"localhost", b"rebound.example"),),
    "Connection: keep-alive": (request("GET", f"{JWKS}/PROJECT", headers="Connection: keep-alive\r\n"),),
    "browser": (request("POST", "/sdk/v1/b2b/organizations/search", b"{}", "Origin: http://localhost:3000\r\n"),),
    "token endpoint": (request("POST", "/v1/public/PROJECT/v1/oauth2/token", b"grant_type=nothing"),),
    "two, one after the other": (request("GET", f"{JWKS}/PROJECT"), request("GET", f"{ORGANIZATIONS}/nowhere")),
}
UNUSUAL = {  # these get a task
    "unknown path": (request("GET", "/v1/nowhere"),),
    "Consumer API": (request("GET", "/v1/users/u"),),
    "gap": (request("POST", "/v1/b2b/sessions/exchange_access_tokens", b"{}"),),
    "wrong method": (request("DELETE", ORGANIZATIONS),),
    "preflight": (request("OPTIONS", "/sdk/v1/b2b/organizations/search"),),
    "HEAD": (request("HEAD", f"{JWKS}/PROJECT"),),
    "Connection: close": (request("GET", f"{JWKS}/PROJECT", headers="Connection: close\r\n"),),
    "HTTP/1.0": (request("GET", f"{JWKS}/PROJECT", version="1.0"),),
    "HTTP/1.0 with keep-alive": (
        request("GET", f"{JWKS}/PROJECT", headers="Connection: keep-alive\r\n", version="1.0"),
    ),
    "chunked": (
        request("POST", SEND, headers="Transfer-Encoding: chunked\r\n") + b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY),
    ),
    "expect": (request("POST", SEND, BODY, "Expect: 100-continue\r\n")[: -len(BODY)], BODY),
    "expect, with the body": (request("POST", SEND, BODY, "Expect: 100-continue\r\n"),),
    "large": (request("POST", ORGANIZATIONS, b'{"organization_name": "' + b"x" * 20_000 + b'"}'),),
    "long announcement": (request("POST", SEND, headers=f"Content-Length: {len(BODY):08}\r\n") + BODY,),
    "proxy": (request("GET", f"{JWKS}/PROJECT", headers="X-Forwarded-Proto: https\r\nX-Forwarded-For: 10.0.0.1\r\n"),),
    "page": (request("GET", "/_mock/no-page"),),
}


@pytest.mark.parametrize("name", ANSWERED)
def test_response_without_a_task_is_the_same(both_ways, name):
    pieces = ANSWERED[name]
    assert both_ways.compare(*pieces).count(b"HTTP/1.1 ") >= 2, "and the connection stays open"
    if not both_ways.server.mock.is_shared:
        assert both_ways.answers.total() == (2 if name.startswith("two") else 1)


@pytest.mark.parametrize("name", UNUSUAL)
def test_unusual_request_gets_a_task(both_ways, name):
    both_ways.compare(*UNUSUAL[name])
    assert both_ways.answers.total() == 0


@pytest.mark.parametrize("name", ["post", "body in pieces", "chunked", "expect"])
def test_client_may_close_its_side(both_ways, name):
    assert b"HTTP/1.1 200 OK" in both_ways.compare(*{**ANSWERED, **UNUSUAL}[name], half_close=True)


def test_offer_of_another_protocol_is_ignored(both_ways):
    """Java's HTTP client offers HTTP/2 with each request."""
    offer = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA\r\n"
    assert both_ways.compare(request("POST", SEND, BODY, offer)).startswith(b"HTTP/1.1 200 ")


def test_announcement_of_a_large_body_is_refused_at_once(both_ways):
    response = both_ways.compare(request("POST", ORGANIZATIONS, LARGE)[:500], half_close=True)
    assert response.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("name", ["post", "chunked"])
def test_incomplete_request_is_not_executed(both_ways, name):
    piece = {**ANSWERED, **UNUSUAL}[name][0][:-6]
    assert both_ways.compare(piece, half_close=True) == b""


@pytest.mark.parametrize(
    "piece",
    [b"GARBAGE\r\n\r\n", request("GET", f"{JWKS}/PROJECT") + b"\0garbage\r\n\r\n", b"GET / HTTP/1.1\r\nA\0: b\r\n\r\n"],
)
def test_malformed_request_closes_the_connection(both_ways, piece):
    assert b"connection: close" in both_ways.compare(piece, half_close=True)
    assert both_ways.answers.total() == 0


@pytest.mark.parametrize("first", ["keys", "post", "HEAD", "unknown path", "chunked"])
@pytest.mark.parametrize("second", ["get", "page", "post"])
def test_pipelined_requests_are_answered_in_order(both_ways, first, second):
    requests = {**ANSWERED, **UNUSUAL}
    pipelined = requests[first][0] + requests[second][0] + requests["keys"][0]
    both_ways.compare(pipelined)
    both_ways.compare(pipelined[:-30], pipelined[-30:])
    both_ways.compare(pipelined[:100], pipelined[100:])


@pytest.mark.parametrize(
    "rule",
    [
        {"error_type": "too_many_requests"},
        {"status_code": 503, "body": "away"},
        {"malformed": True},
        {"delay_ms": 1},
        {"connection": "refuse"},
        {"connection": "reset_before"},
        {"connection": "reset_after"},
        {"connection": "truncate"},
    ],
)
def test_faults_apply(both_ways, rule):
    url = both_ways.server.url
    for _, project in both_ways.projects():
        fault = {"operation": "magic_links.email.discovery.send", "times": 1, **rule}
        added = httpx.post(f"{url}/_mock/api/faults", json=fault, params={"project_id": project}, trust_env=False)
        assert added.status_code == 200, added.text
    both_ways.compare(*ANSWERED["post"])
    assert both_ways.answers.total() == 0
    assert b"HTTP/1.1 200 OK" in both_ways.compare(*ANSWERED["post"])


def test_exception_outside_of_the_operation_is_handled_by_uvicorn(both_ways, monkeypatch):
    table = both_ways.server.app.table
    find = table.find

    def fail(method, path):
        if path == "/broken":
            raise LookupError(path)
        return find(method, path)

    monkeypatch.setattr(table, "find", fail)
    assert both_ways.compare(request("GET", "/broken")).startswith(b"HTTP/1.1 500 Internal Server Error")


def test_exception_in_an_operation_is_the_apis_error(both_ways, monkeypatch):
    monkeypatch.setattr("mockstytch.runtime.context.Context.send", lambda *_: 1 / 0)
    assert b'"error_type":"internal_server_error"' in both_ways.compare(request("POST", SEND, BODY))


def test_connections_are_independent(both_ways):
    def send(n):
        project = PROJECTS[0]
        with connect(both_ways.ports[0]) as connection:
            for m in range(5):
                name = f"parallel-{n}-{m}"
                body = f'{{"organization_name": "Parallel", "organization_slug": "{name}"}}'
                piece = request("POST", ORGANIZATIONS, body.encode())
                connection.sendall(with_project(piece, project))
                received = read_responses(connection, piece)
                assert f'"organization_slug":"{name}"'.encode() in received
        return 5

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(send, range(16))) == 80
    if not both_ways.server.mock.is_shared:
        assert both_ways.answers[ORGANIZATIONS] == 80


def test_incomplete_request_is_answered_when_the_server_ends():
    server = Server(Settings(port=0))
    both_ways = BothWays(server)
    incomplete = request("POST", SEND, BODY)[:-5]
    with server, contextlib.ExitStack() as stack:
        connections = [stack.enter_context(connect(port)) for port in both_ways.ports]
        for connection, project in zip(connections, PROJECTS, strict=True):
            connection.sendall(with_project(incomplete, project))
        both_ways.await_arrival()
        server._listener.should_exit = True
        server._thread.join()
        with_task, without = (normalized(read_to_end(connection)) for connection in connections)
    assert with_task == without


# One connection, without a socket


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
        while protocol.tasks:
            await asyncio.gather(*protocol.tasks)
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
