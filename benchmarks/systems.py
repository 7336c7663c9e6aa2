"""The systems: how to start each one, and its requests for each operation. Here are the baseline and mockstytch."""

import base64
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

from benchmarks.client import Connection, body_of
from benchmarks.process import Process, free_port

HERE = Path(__file__).parent
Requests = Iterator[bytes]

# The operations, in the order of the tables. The bare application has one response for all of them.
OPERATIONS = {
    "create": "create a member or user",
    "get": "get an organization or user pool",
    "search": "search by exact e-mail",
    "login": "log in: exchange a new credential for a JWT",
    "session": "authenticate a session, with a new JWT",
    "jwks": "JWKS",
    "discovery": "send a discovery e-mail",
    "browser_session": "authenticate a session, as the browser SDK does",
    "browser_search": "find an organization by slug, as the browser SDK does",
}


ORGANIZATION_SLUG = "bench"
TELEMETRY = {
    "event_id": "event-id-00000000-0000-4000-8000-000000000000",
    "app_session_id": "app-session-id-00000000-0000-4000-8000-000000000000",
    "persistent_id": "persistent-id-00000000-0000-4000-8000-000000000000",
    "client_sent_at": "2026-01-01T00:00:00.000Z",
    "timezone": "Europe/Berlin",
    "app": {"identifier": "localhost"},
    "sdk": {"identifier": "Stytch.js Javascript SDK", "version": "@stytch/vanilla-js@6.3.0"},
}


class System:
    """A server to measure.

    ``operations`` returns a stream of requests for each operation. If an operation needs several requests, they follow
    each other in the stream, and ``per_step`` returns their number.
    """

    name: ClassVar[str]
    ready: ClassVar[str] = "/"
    most_requests: ClassVar[int] = 1_000_000
    environment: ClassVar[dict[str, str]] = {}

    def __init__(self) -> None:
        self.process: Process | None = None
        self.sent = self.made = 0

    @property
    def port(self) -> int:
        assert self.process
        return self.process.port

    def command(self, port: int) -> list[str]:
        """Return the command that starts the server.

        Raises:
            Unavailable: if the system can't be installed.
        """
        raise NotImplementedError

    def start(self) -> Process:
        port = free_port()
        environment = {name: value.format(port=port) for name, value in self.environment.items()}
        self.process = Process(self.command(port), port, self.ready, environment)
        return self.process

    def computing_seconds(self) -> float | None:
        """Return the computing time of the server since its start, or None if it isn't known."""
        assert self.process
        return self.process.computing_seconds()

    def prepare(self, users: int) -> None:
        """Create the data that the operations need, with so many users who can log in."""
        self.connection = Connection(self.port)

    def operations(self) -> dict[str, Callable[[], Requests]]:
        return {}

    def per_step(self, operation: str) -> int:
        return 1

    def most_steps(self, operation: str) -> int:
        """Return how often an operation may be measured, because the server limits its requests."""
        return self.most_requests

    def record(self, operation: str, response: bytes) -> None:
        """Read a response of an operation. This isn't timed."""


class Hello(System):
    name = "Starlette hello"

    def command(self, port: int) -> list[str]:
        return [sys.executable, str(HERE / "hello.py"), str(port)]

    def operations(self) -> dict[str, Callable[[], Requests]]:
        request = self.connection.request("GET", "/")

        def hello() -> Requests:
            while True:
                yield request

        return dict.fromkeys(OPERATIONS, hello)


class HelloSqlalchemy(Hello):
    name = "Starlette hello + SQLAlchemy"

    def command(self, port: int) -> list[str]:
        return [*super().command(port), "--sqlalchemy"]


class Mockstytch(System):
    name = "mockstytch"
    ready = "/_mock/api/health"
    environment = {"PYTHONPATH": str(HERE.parent)}  # this checkout, even if another version is installed

    def command(self, port: int) -> list[str]:
        return [sys.executable, "-m", "mockstytch", "serve", "--port", str(port), "--json", "--quiet"]

    def project(self) -> Connection:
        """Return a connection with the credentials of a new, empty project."""
        self.project_id, secret = f"project-test-{uuid4()}", "secret-test-bench"
        credentials = base64.b64encode(f"{self.project_id}:{secret}".encode()).decode()
        return Connection(self.port, {"Authorization": f"Basic {credentials}"})

    def prepare(self, users: int) -> None:
        self.connection, self.sessions, self.jwts = self.project(), [], {}
        self.organization = organization(self.connection)
        requests = self.create()
        for _ in range(users):
            self.connection.timed(next(requests))
        for n in range(users):
            self.connection.call(
                "POST", "/v1/b2b/magic_links/email/login_or_signup", {**self.where(), "email_address": address(n)}
            )
        found = self.connection.call("GET", f"/_mock/api/messages?limit={max(users, 1)}")
        self.tokens = [message["token"] for message in found["messages"]]

    def where(self) -> dict[str, str]:
        return {"organization_id": self.organization}

    def operations(self) -> dict[str, Callable[[], Requests]]:
        return {name: getattr(self, name) for name in OPERATIONS}

    def create(self) -> Requests:
        while True:
            self.made += 1
            yield create_member(self.connection, self.organization, address(self.made - 1))

    def get(self) -> Requests:
        while True:
            yield self.connection.request("GET", f"/v1/b2b/organizations/{self.organization}")

    def search(self) -> Requests:
        while True:
            for n in range(self.made):
                yield search_member(self.connection, self.organization, address(n))

    def login(self) -> Requests:
        for token in self.tokens:
            yield self.connection.request("POST", "/v1/b2b/magic_links/authenticate", {"magic_links_token": token})

    def session(self) -> Requests:
        # JWTs of the same second can come from a cache, so move the clock by two seconds
        self.connection.call("POST", "/_mock/api/clock/advance", {"seconds": 2})
        for token in self.sessions:
            yield self.connection.request("POST", "/v1/b2b/sessions/authenticate", {"session_token": token})

    def browser_session(self) -> Requests:
        self.connection.call("POST", "/_mock/api/clock/advance", {"seconds": 2})
        for token in self.sessions:
            yield self.browser_request("/sdk/v1/b2b/sessions/authenticate", {}, token)

    def browser_search(self) -> Requests:
        while True:
            body = {"organization_slug": ORGANIZATION_SLUG}
            yield self.browser_request("/sdk/v1/b2b/organizations/search", body)

    def browser_request(self, path: str, body: dict[str, Any], session_token: str = "") -> bytes:
        """Build a request with the headers of the browser SDK.

        Args:
            session_token: "" before a login.
        """
        public_token = self.project_id.replace("project-", "public-token-", 1)
        credentials = base64.b64encode(f"{public_token}:{session_token or public_token}".encode()).decode()
        headers = {
            "Authorization": f"Basic {credentials}",
            "Origin": "http://localhost:3000",
            "X-SDK-Client": base64.b64encode(json.dumps(TELEMETRY).encode()).decode(),
            "X-SDK-Parent-Host": "http://localhost:3000",
        }
        return Connection(self.port, headers).request("POST", path, body)

    def jwks(self) -> Requests:
        while True:
            yield self.connection.request("GET", f"/v1/b2b/sessions/jwks/{self.project_id}")

    def discovery(self) -> Requests:
        n = 0
        while True:
            body = {"email_address": f"user-{n}@example.com"}
            yield self.connection.request("POST", "/v1/b2b/magic_links/email/discovery/send", body)
            n += 1

    def record(self, operation: str, response: bytes) -> None:
        if operation in ("login", "session"):
            body = json.loads(body_of(response))
            if operation == "login":
                self.sessions.append(body["session_token"])
            self.jwts.setdefault(body["session_jwt"], operation)

    @property
    def signed(self) -> int:
        """The number of new JWTs among the responses of ``session``."""
        return sum(operation == "session" for operation in self.jwts.values())


class MockstytchFile(Mockstytch):
    name = "mockstytch, file"

    def command(self, port: int) -> list[str]:
        return [*super().command(port), "--db", "bench.sqlite"]  # in the temporary folder of the process


def address(n: int) -> str:
    return f"person-{n}@example.com"


def organization(connection: Connection) -> str:
    made = connection.call(
        "POST", "/v1/b2b/organizations", {"organization_name": "Bench", "organization_slug": ORGANIZATION_SLUG}
    )
    found: str = made["organization"]["organization_id"]
    return found


def create_member(connection: Connection, organization: str, email_address: str) -> bytes:
    body = {"email_address": email_address}
    return connection.request("POST", f"/v1/b2b/organizations/{organization}/members", body)


def search_member(connection: Connection, organization: str, email_address: str) -> bytes:
    operand = {"filter_name": "member_emails", "filter_value": [email_address]}
    body = {"organization_ids": [organization], "query": {"operator": "AND", "operands": [operand]}}
    return connection.request("POST", "/v1/b2b/organizations/members/search", body)
