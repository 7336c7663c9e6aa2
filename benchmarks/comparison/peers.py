"""The other systems of the comparison: how to start each one, and its requests for each operation."""

import json
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.client import Connection, body_of
from benchmarks.comparison import install
from benchmarks.systems import Hello, Mockstytch, MockstytchFile, Requests, System, address

HERE = Path(__file__).parent


class Cognito(System):
    """An emulator of AWS Cognito. A user pool takes the place of an organization."""

    password = "Passw0rd!bench"

    def prepare(self, users: int) -> None:
        self.users = max(users, 1)
        scope = "bench/20260101/us-east-1/cognito-idp/aws4_request"  # moto reads the region and the service from it
        authorization = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=bench"
        self.connection = Connection(self.port, {"Authorization": authorization})
        self.pool = self.call("CreateUserPool", {"PoolName": "bench"})["UserPool"]["Id"]
        flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
        made = self.call(
            "CreateUserPoolClient", {"UserPoolId": self.pool, "ClientName": "bench", "ExplicitAuthFlows": flows}
        )
        self.client_id = made["UserPoolClient"]["ClientId"]
        requests = self.create()
        for n in range(self.users):
            self.connection.timed(next(requests))
            self.call(
                "AdminSetUserPassword",
                {"UserPoolId": self.pool, "Username": address(n), "Password": self.password, "Permanent": True},
            )

    def target(self, operation: str, body: dict[str, Any]) -> bytes:
        headers = {
            "X-Amz-Target": f"AWSCognitoIdentityProviderService.{operation}",
            "Content-Type": "application/x-amz-json-1.1",
        }
        return self.connection.request("POST", "/", body, headers)

    def call(self, operation: str, body: dict[str, Any]) -> Any:
        _, response = self.connection.timed(self.target(operation, body))
        return json.loads(body_of(response) or b"{}")

    def operations(self) -> dict[str, Callable[[], Requests]]:
        return {name: getattr(self, name) for name in ("create", "get", "search", "login", "jwks")}

    def create(self) -> Requests:
        while True:
            email = address(self.made)
            self.made += 1
            yield self.target(
                "AdminCreateUser",
                {
                    "UserPoolId": self.pool,
                    "Username": email,
                    "MessageAction": "SUPPRESS",
                    "UserAttributes": [{"Name": "email", "Value": email}],
                },
            )

    def get(self) -> Requests:
        while True:
            yield self.target("DescribeUserPool", {"UserPoolId": self.pool})

    def search(self) -> Requests:
        while True:
            for n in range(self.made):
                yield self.target("ListUsers", {"UserPoolId": self.pool, "Filter": f'email = "{address(n)}"'})

    def login(self) -> Requests:
        while True:
            for n in range(self.users):
                credentials = {"USERNAME": address(n), "PASSWORD": self.password}
                yield self.target(
                    "InitiateAuth",
                    {"ClientId": self.client_id, "AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": credentials},
                )

    def jwks(self) -> Requests:
        while True:
            yield self.connection.request("GET", f"/{self.pool}/.well-known/jwks.json")


class Moto(Cognito):
    name = "moto, Cognito"
    ready = "/moto-api/"

    def command(self, port: int) -> list[str]:
        return [str(install.moto()), "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]


class CognitoLocal(Cognito):
    name = "cognito-local"
    ready = "/health"
    environment = {"HOST": "127.0.0.1", "PORT": "{port}"}

    def command(self, port: int) -> list[str]:
        return ["node", str(install.node_package("cognito-local") / "lib" / "bin" / "start.js")]


class Emulate(System):
    """The Clerk service of emulate. It allows 5,000 requests per hour and token."""

    name = "emulate, Clerk"
    ready = "/v1/jwks"
    most_requests = 4_500
    environment = {"NODE_OPTIONS": f"--require {json.dumps(str(HERE / 'loopback.cjs'))}"}

    def command(self, port: int) -> list[str]:
        start = install.node_package("emulate") / "dist" / "index.js"
        seed = install.CACHE / "emulate.json"
        seed.write_text(json.dumps({"tokens": {"sk_test_bench": {"login": "admin"}}}))
        return ["node", str(start), "start", "--service", "clerk", "--port", str(port), "--seed", str(seed)]

    def prepare(self, users: int) -> None:
        self.sessions = []
        self.connection = Connection(self.port, {"Authorization": "Bearer sk_test_bench"})
        self.organization = self.connection.call("POST", "/v1/organizations", {"name": "Bench"})["id"]
        self.users = [self.connection.call("POST", "/v1/users", self.person())["id"] for _ in range(max(users, 1))]
        self.sent += 1 + len(self.users)

    def person(self) -> dict[str, list[str]]:
        self.made += 1
        return {"email_address": [address(self.made - 1)]}

    def operations(self) -> dict[str, Callable[[], Requests]]:
        return {name: getattr(self, name) for name in ("create", "get", "search", "login", "session", "jwks")}

    def per_step(self, operation: str) -> int:
        return 2 if operation == "login" else 1

    def create(self) -> Requests:
        while True:
            yield self.connection.request("POST", "/v1/users", self.person())

    def get(self) -> Requests:
        while True:
            yield self.connection.request("GET", f"/v1/organizations/{self.organization}")

    def search(self) -> Requests:
        while True:
            for n in range(self.made):
                yield self.connection.request("GET", f"/v1/users?email_address={address(n)}")

    def login(self) -> Requests:
        while True:
            for user in self.users:
                yield self.connection.request("POST", "/v1/sessions", {"user_id": user})
                yield self.connection.request("POST", f"/v1/sessions/{self.sessions[-1]}/tokens", {})

    def session(self) -> Requests:
        while True:
            for session in list(self.sessions):
                yield self.connection.request("POST", f"/v1/sessions/{session}/tokens", {})

    def jwks(self) -> Requests:
        while True:
            yield self.connection.request("GET", "/v1/jwks")

    def record(self, operation: str, response: bytes) -> None:
        if operation == "login" and (body := json.loads(body_of(response)))["object"] == "session":
            self.sessions.append(body["id"])


class Workos(System):
    """WorkOS Emulate, built from its source by the user. It allows 1,000 requests per minute and API key.

    Requests without a key share one limit: logins, refreshed sessions, the JWKS.
    """

    name = "WorkOS Emulate"
    ready = "/health"
    _KEYS, _REQUESTS_PER_KEY, _STEPS_WITHOUT_KEY, _CODES_PER_USER = 100, 900, 300, 3

    def command(self, port: int) -> list[str]:
        seed = install.CACHE / "workos.json"
        folder = install.workos()
        seed.write_text(json.dumps({"apiKeys": {self._key(n): {"environment": "test"} for n in range(self._KEYS)}}))
        return ["node", str(folder / "dist" / "cli.js"), "--port", str(port), "--json", "--seed", str(seed)]

    @staticmethod
    def _key(n: int) -> str:
        return f"sk_test_bench_{n}"

    def _headers(self) -> dict[str, str]:
        self.with_key += 1
        return {"Authorization": f"Bearer {self._key(self.with_key // self._REQUESTS_PER_KEY % self._KEYS)}"}

    def prepare(self, users: int) -> None:
        self.with_key, self.tokens = 0, deque[str]()
        self.connection = Connection(self.port)
        made = self.connection.call("POST", "/organizations", {"name": "Bench"}, self._headers())
        self.organization = made["id"]
        users, requests = max(users, 1), self.create()
        for _ in range(users):
            self.connection.timed(next(requests))
        self.codes = [self._code(address(n % users)) for n in range(users * self._CODES_PER_USER)]

    def _code(self, email: str) -> dict[str, str]:
        sent = self.connection.call("POST", "/user_management/magic_auth", {"email": email}, self._headers())
        return {"email": email, "code": sent["code"]}

    def operations(self) -> dict[str, Callable[[], Requests]]:
        return {name: getattr(self, name) for name in ("create", "get", "search", "login", "session", "jwks")}

    def most_steps(self, operation: str) -> int:
        return self._STEPS_WITHOUT_KEY if operation in ("login", "session", "jwks") else self.most_requests

    def create(self) -> Requests:
        while True:
            self.made += 1
            body = {"email": address(self.made - 1)}
            yield self.connection.request("POST", "/user_management/users", body, self._headers())

    def get(self) -> Requests:
        while True:
            yield self.connection.request("GET", f"/organizations/{self.organization}", None, self._headers())

    def search(self) -> Requests:
        while True:
            for n in range(self.made):
                path = f"/user_management/users?email={address(n)}"
                yield self.connection.request("GET", path, None, self._headers())

    def login(self) -> Requests:
        for code in self.codes:
            yield self._authenticate({"grant_type": "urn:workos:oauth:grant-type:magic-auth:code", **code})

    def session(self) -> Requests:
        while True:
            yield self._authenticate({"grant_type": "refresh_token", "refresh_token": self.tokens.popleft()})

    def _authenticate(self, body: dict[str, str]) -> bytes:
        return self.connection.request("POST", "/user_management/authenticate", {"client_id": "client_bench", **body})

    def jwks(self) -> Requests:
        while True:
            yield self.connection.request("GET", "/sso/jwks/client_bench")

    def record(self, operation: str, response: bytes) -> None:
        if operation in ("login", "session"):
            self.tokens.append(json.loads(body_of(response))["refresh_token"])


PEERS: tuple[type[System], ...] = (Moto, CognitoLocal, Emulate, Workos)
SYSTEMS: tuple[type[System], ...] = (Hello, Mockstytch, MockstytchFile, *PEERS)
