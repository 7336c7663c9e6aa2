"""A request as a command for the shell."""

import shlex
from base64 import b64decode
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from mockstytch.evidence.bodies import MAX_SIZE, is_form
from mockstytch.redaction import REDACTED, redact_text
from mockstytch.runtime.request_log import Exchange, RequestLogEntry

_LARGE = "@body.json"  # instead of a body that is too large


def command(project_id: str, entry: RequestLogEntry, query: dict[str, Any], body: Any) -> str:
    """Return a command that sends the request again.

    It takes the project's credentials from ``MOCKSTYTCH_PROJECT_ID`` and ``MOCKSTYTCH_SECRET``. Other secrets are
    "…", and have to be replaced.

    Args:
        query, body: the query's fields and the body, without secrets.
    """
    exchange = entry.exchange
    url = exchange.url + quote(redact_text(entry.path), safe="/:@!$&'()*+,;=~").replace(quote(REDACTED), REDACTED)
    if query:
        url += "?" + _encode(query)
    words = ["curl"]
    if entry.method != "GET":
        words.append("--head" if entry.method == "HEAD" else f"--request {shlex.quote(entry.method)}")
    words += [shlex.quote(url), *_credentials(project_id, entry.surface, exchange.headers)]
    if entry.surface == "browser" and (origin := exchange.headers.get(b"origin")):
        words.append(f"--header {shlex.quote('Origin: ' + origin.decode('latin-1'))}")
    if body is not None:
        words += _body(exchange, body)
    return " ".join(words)


def _encode(fields: dict[str, Any]) -> str:
    return urlencode(fields, safe="/:@").replace(quote(REDACTED), REDACTED)


def _credentials(project_id: str, surface: str, headers: dict[bytes, bytes]) -> list[str]:
    words = []
    scheme, _, value = headers.get(b"authorization", b"").partition(b" ")
    if scheme.lower() == b"basic":
        words.append(f"--user {_user(project_id, surface, value)}")
    elif scheme:
        name = scheme.decode("latin-1") if scheme.lower() == b"bearer" else ""
        words.append(f"--header {shlex.quote(f'Authorization: {name} {REDACTED}'.replace('  ', ' '))}")
    for header in (b"x-stytch-member-session", b"x-stytch-member-sessionjwt"):
        if headers.get(header):
            words.append(f"--header {shlex.quote(f'{header.decode()}: {REDACTED}')}")
    return words


def _user(project_id: str, surface: str, value: bytes) -> str:
    """Return user and password. Only the project's own id and public tokens are written as they are."""
    try:
        user, _, password = b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return f'"{REDACTED}:{REDACTED}"'
    if surface == "management":
        return '"$STYTCH_WORKSPACE_KEY_ID:$STYTCH_WORKSPACE_KEY_SECRET"'
    if user == project_id:
        return '"$MOCKSTYTCH_PROJECT_ID:$MOCKSTYTCH_SECRET"'
    if user.startswith("public-token-"):
        return shlex.quote(f"{user}:{user if password == user else REDACTED}")
    return shlex.quote(f"{user if user.startswith('project-') else REDACTED}:{REDACTED}")


def _body(exchange: Exchange, body: Any) -> list[str]:
    if is_form(exchange) and isinstance(body, dict):
        text = _encode(body)
    else:
        text = body if isinstance(body, str) else msgspec.json.encode(body).decode()
        text = _LARGE if isinstance(body, str) and body.startswith("[") else text
    shown = _LARGE if len(text) > MAX_SIZE else text
    media_type = exchange.headers.get(b"content-type", b"").decode("latin-1") or "application/json"
    return [f"--header {shlex.quote('Content-Type: ' + media_type)}", f"--data {shlex.quote(shown)}"]
