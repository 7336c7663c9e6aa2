"""A server with two ports, to compare the bytes of responses with and without a task."""

import base64
import contextlib
import re
import socket
from collections import Counter

import httpx

from mockstytch.server import open_listener

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
