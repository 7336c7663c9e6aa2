"""A protected MCP server as the vendor's templates and FastMCP make it: it knows its own URL and STYTCH_DOMAIN."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import jwt
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

_WELL_KNOWN = "/.well-known/oauth-protected-resource"


class ResourceServer:
    """The server as an ASGI application.

    Args:
        stytch_domain: the base URL of the authorization server.
    """

    def __init__(self, stytch_domain: str) -> None:
        self.domain, self.url = stytch_domain, ""
        self.problems: list[str] = []  # why tokens were refused
        self.app = Starlette(
            routes=[
                Route(f"{_WELL_KNOWN}/mcp", self.resource_metadata),
                Route(_WELL_KNOWN, self.resource_metadata),
                Route("/.well-known/oauth-authorization-server", self.server_metadata),
                Route("/mcp", self.mcp, methods=["GET", "POST"]),
            ]
        )

    @property
    def resource(self) -> str:
        return f"{self.url}/mcp"

    def resource_metadata(self, _request: Request) -> Response:
        return JSONResponse({"resource": self.resource, "authorization_servers": [self.domain]})

    def server_metadata(self, _request: Request) -> Response:
        """Forward the metadata, for clients that look for it here."""
        return JSONResponse(self._get("/.well-known/oauth-authorization-server"))

    def mcp(self, request: Request) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            claims = self._verified(token) if scheme.lower() == "bearer" else None
        except jwt.PyJWTError as e:
            self.problems.append(type(e).__name__)
            claims = None
        if claims is None:
            challenge = f'Bearer resource_metadata="{self.url}{_WELL_KNOWN}/mcp"'
            return JSONResponse({}, 401, {"www-authenticate": challenge})
        return JSONResponse({"hello": claims["sub"], "client": claims["client_id"]})

    def _verified(self, token: str) -> dict[str, Any]:
        keys = jwt.PyJWKSet.from_dict(self._get("/.well-known/jwks.json")).keys
        kid = jwt.get_unverified_header(token).get("kid")
        key = next((key for key in keys if key.key_id == kid), None)
        if key is None:
            raise jwt.InvalidKeyError
        required = {"require": ["exp", "iat", "iss", "aud", "sub"]}
        options = {"audience": self.resource, "issuer": self.domain, "options": required}
        return dict(jwt.decode(token, key, algorithms=["RS256"], **options))

    def _get(self, path: str) -> dict[str, Any]:
        response = httpx.get(self.domain + path, trust_env=False)
        assert response.status_code == 200, response.text
        return dict(response.json())


@contextmanager
def resource_server(stytch_domain: str) -> Iterator[ResourceServer]:
    """Run the server."""
    resource = ResourceServer(stytch_domain)
    server = uvicorn.Server(uvicorn.Config(resource.app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started:
        assert thread.is_alive(), "the resource server ended"
        assert time.monotonic() < deadline, "the resource server didn't start"
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    resource.url = f"http://127.0.0.1:{port}"
    yield resource
    server.should_exit = True
    thread.join(10)
