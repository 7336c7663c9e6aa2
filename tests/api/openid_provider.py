"""An OpenID provider whose responses a test can replace. It listens on its own port."""

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import jwt
from jwt.algorithms import RSAAlgorithm

from tests.support.keys import rsa_key

Response = tuple[int, bytes]


class OpenIdProvider:
    """A server with ``/token``, ``/jwks`` and ``/userinfo``.

    Attributes:
        claims: claims of the next ID token, in addition to the defaults. None omits a claim.
        responses: functions that replace the response of a path.
        token_requests: the forms that the token endpoint received, with the Authorization header.
    """

    def __init__(self) -> None:
        self.key, self.kid = rsa_key(), "k1"
        self.claims: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {"sub": "u-1", "email": "ada@acme.test", "name": "Ada"}
        self.expires_in: Any = 3600
        self.refresh_token = ""
        self.responses: dict[str, Callable[[], Response]] = {}
        self.token_requests: list[dict[str, str]] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._send(*provider.respond(self.path))

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(raw).items()}
                provider.token_requests.append(form | {"authorization": self.headers.get("Authorization", "")})
                self._send(*provider.respond(self.path))

            def _send(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def settings(self) -> dict[str, str]:
        """Return the fields of a connection to this provider."""
        return {
            "issuer": self.url,
            "client_id": "client",
            "client_secret": "s3cret/+",
            "authorization_url": f"{self.url}/authorize",
            "token_url": f"{self.url}/token",
            "userinfo_url": f"{self.url}/userinfo",
            "jwks_url": f"{self.url}/jwks",
        }

    def respond(self, path: str) -> Response:
        if path in self.responses:
            return self.responses[path]()
        if path == "/jwks":
            return 200, json.dumps({"keys": [self.jwk()]}).encode()
        if path == "/userinfo":
            return 200, json.dumps(self.userinfo).encode()
        if path == "/token":
            tokens = {"access_token": "at", "id_token": self.id_token(), "expires_in": self.expires_in}
            return 200, json.dumps(tokens | {"refresh_token": self.refresh_token}).encode()
        return 404, b"nothing"

    def jwk(self) -> dict[str, Any]:
        return {**RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True), "kid": self.kid, "use": "sig"}

    def id_token(self, key: Any = None, algorithm: str = "RS256", **header: Any) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": "client", "sub": "u-1", "iat": now, "exp": now + 300, **self.claims}
        claims = {name: value for name, value in claims.items() if value is not None}
        signing_key = None if algorithm == "none" else key or self.key
        return jwt.encode(claims, signing_key, algorithm, headers={"kid": self.kid, **header})
