"""Bodies of requests and responses: decoded, without secrets, and not larger than a limit."""

from typing import Any
from urllib.parse import parse_qsl

import msgspec

from mockstytch.protocols import json_depth
from mockstytch.redaction import redact, redact_text, redact_unparsed
from mockstytch.runtime.request_log import Exchange

MAX_SIZE = 16_000  # characters of a body, roughly
_MAX_UNPARSED = 64_000  # characters of a text that isn't JSON, before secrets are replaced
_CUT = "[cut]"
_FORM = b"application/x-www-form-urlencoded"
DROPPED = "[dropped: the log keeps only the newest bodies]"


class NotJson(str):
    """The text of a body that isn't JSON and isn't a form."""


def sent_query(exchange: Exchange) -> dict[str, Any]:
    """Return the parameters of the query string. They may have secrets."""
    return dict(parse_qsl(exchange.query.decode("latin-1"), keep_blank_values=True)) if exchange.query else {}


def sent_body(exchange: Exchange) -> Any:
    """Return the body of a request, which may have secrets; None if it has none, or it isn't kept."""
    content = exchange.request
    if not content:
        return None
    if is_form(exchange):
        return dict(parse_qsl(content.decode("latin-1"), keep_blank_values=True))
    return _decoded(content)


def is_form(exchange: Exchange) -> bool:
    """Return whether the body of a request is a form. JSON isn't, even with the media type of a form."""
    is_json = (exchange.request or b"").lstrip().startswith((b"{", b"["))
    return not is_json and exchange.headers.get(b"content-type", b"").lower().startswith(_FORM)


def missing(exchange: Exchange) -> str:
    """Return why the body of a request isn't kept, or ""."""
    if exchange.dropped:
        return DROPPED
    return "[not read: too large]" if exchange.request is None else ""


def response_body(exchange: Exchange, status_code: int) -> Any:
    """Return the body of a response; None if it has none. A text in brackets describes a body that isn't kept.

    A redirect without a body has its ``location`` instead.
    """
    if exchange.dropped:
        return DROPPED
    if exchange.response:
        return clean(_decoded(exchange.response))
    if exchange.location and 300 <= status_code < 400:
        return {"location": redact_text(exchange.location)}
    return f"[{exchange.response_type}]" if exchange.response_type else None


def clean(value: Any) -> Any:
    """Return a body without secrets."""
    if isinstance(value, NotJson):
        return redact_unparsed(value[:_MAX_UNPARSED]) + (_CUT if len(value) > _MAX_UNPARSED else "")
    return _without_secret_texts(redact(value))


def _without_secret_texts(value: Any) -> Any:
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, dict):
        return {redact_text(key): _without_secret_texts(item) for key, item in value.items()}
    return [_without_secret_texts(item) for item in value] if isinstance(value, list) else value


def _decoded(content: bytes) -> Any:
    try:
        return msgspec.json.decode(json_depth.checked(content))
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    try:
        return NotJson(content.decode())
    except UnicodeDecodeError:
        return f"[not text, {len(content):,} bytes]"


def shorten(value: Any, size: int = MAX_SIZE) -> Any:
    """Return a JSON value, without what goes beyond a size. ``[cut]`` or ``[20 more]`` is in the place of the rest.

    Args:
        size: the number of characters to keep, roughly.
    """
    return _shortened(value, size)[0]


def _shortened(value: Any, size: int) -> tuple[Any, int]:
    """Return the value, and its own size. A field gets at most half of the rest, so that others stay visible."""
    if isinstance(value, str):
        return (value, len(value) + 2) if len(value) <= size else (value[: max(size, 0)] + _CUT, size)
    if isinstance(value, dict):
        fields: dict[str, Any] = {}
        used = 2
        for key, item in value.items():
            if used + len(key) >= size:
                fields[f"[{len(value) - len(fields)} more]"] = _CUT
                break
            fields[key], length = _shortened(item, (size - used - len(key)) // 2 if _is_large(item) else size - used)
            used += len(key) + 4 + length
        return fields, used
    if isinstance(value, list):
        items: list[Any] = []
        used = 2
        for item in value:
            if used >= size:
                items.append(f"[{len(value) - len(items)} more]")
                break
            short, length = _shortened(item, size - used)
            items.append(short)
            used += length + 1
        return items, used
    return value, 8


def _is_large(value: Any) -> bool:
    return isinstance(value, dict | list | str)
