"""A trusted issuer of tokens: a userinfo endpoint, a JWKS, and tokens signed with its keys."""

import json
import threading
import time
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

ISSUER, AUDIENCE = "https://issuer.test", "acme"
PROFILE_ID = "trusted-auth-token-profile-test-11111111-1111-4111-8111-111111111111"
BEARER = "good"
_documents: list[str] = []


@cache
def key(name: str = "one") -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def pem(name: str = "one") -> str:
    public = key(name).public_key()
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def jwk(name: str = "one") -> dict[str, Any]:
    return {**ECAlgorithm.to_jwk(key(name).public_key(), as_dict=True), "kid": name, "alg": "ES256", "use": "sig"}


class Handler(BaseHTTPRequestHandler):
    """Serves ``/userinfo/<JSON>``, which returns the JSON for the bearer token; ``/jwks``, two keys; and documents."""

    def do_GET(self) -> None:
        kind, _, rest = unquote(self.path).removeprefix("/").partition("/")
        status, body = 404, b"{}"
        if kind == "userinfo":
            is_authorized = self.headers.get("Authorization") == f"Bearer {BEARER}"
            status, body = (200, rest.encode()) if is_authorized else (401, b"{}")
        elif kind == "jwks":
            status, body = 200, json.dumps({"keys": [jwk("one"), jwk("two"), {"kty": "odd"}, "odd"]}).encode()
        elif kind == "document":
            status, body = 200, _documents[int(rest)].encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@cache
def url() -> str:
    """Return the server's URL. The first call starts it; it runs until the tests end."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def document(text: str) -> str:
    """Return a URL that returns this text."""
    _documents.append(text)
    return f"{url()}/document/{len(_documents) - 1}"


def userinfo(**claims: Any) -> str:
    """Return the URL of a userinfo endpoint that returns these claims."""
    return f"{url()}/userinfo/{json.dumps(claims)}"


def profile(**changes: Any) -> dict[str, Any]:
    """Return a trusted token profile with a PEM key. Arguments replace the defaults."""
    return {
        "profile_id": PROFILE_ID,
        "audience": AUDIENCE,
        "issuer": ISSUER,
        "public_key_type": "PEM",
        "pem_files": [{"pem_file_id": "pem-file-test-1", "public_key": pem()}],
        **changes,
    }


def token(signed_by: str = "one", kid: str | None = None, **claims: Any) -> str:
    """Return a valid token for Ada. Arguments replace claims; None removes a claim."""
    now = int(time.time())
    defaults = {"iss": ISSUER, "aud": AUDIENCE, "exp": now + 600, "jti": "token-1", "email": "ada@acme.test"}
    claims = {name: value for name, value in {**defaults, **claims}.items() if value is not None}
    return jwt.encode(claims, key(signed_by), "ES256", headers={"kid": kid} if kid else None)
