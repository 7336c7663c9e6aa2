"""Requests that are answered without a task get the same bytes as requests that get one."""

import contextlib
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from mockstytch.server import Server
from mockstytch.settings import Settings
from tests.surfaces.both_ways import (
    BODY,
    JWKS,
    ORGANIZATIONS,
    PROJECTS,
    SEND,
    BothWays,
    connect,
    normalized,
    read_responses,
    read_to_end,
    request,
    with_project,
)


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
