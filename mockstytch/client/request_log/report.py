"""What happened on the server, as text for the report of a failed test. Its size is bounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from mockstytch.client.models import LoggedRequest, Message
from mockstytch.client.transport import MockError

if TYPE_CHECKING:
    from mockstytch.client.handle import MockStytch

MOST = 20  # requests, and operations
_MOST_READ = 300  # requests
_MOST_MESSAGES = 10
_WIDEST = 500  # characters of a line
_SECONDS = 5
_CHANGES = {"create": "created", "update": "changed", "delete": "deleted"}


def evidence(mock: MockStytch, after: str = "", beginning: int | None = None) -> str:
    """Return the latest requests and messages of a project, and what has changed in it.

    It doesn't raise: if the server can't be reached, the text is the reason.

    Args:
        after: the ``request_id`` of the last request before the test.
        beginning: the ``position`` of the test's beginning; None leaves out the changes.
    """
    try:
        page = mock.call("GET", "/requests", {"limit": _MOST_READ, "after": after}, timeout=_SECONDS)
        requests = msgspec.convert(page["requests"], list[LoggedRequest])
        found = mock.call("GET", "/messages", {"limit": _MOST_MESSAGES}, timeout=_SECONDS)["messages"]
        messages = msgspec.convert(found, list[Message])
        changes = "" if beginning is None else _changes(mock, beginning)
    except MockError as e:
        return str(e)
    except (msgspec.ValidationError, KeyError, TypeError):
        return f"The server at {mock.url} is another version of mockstytch: its request log can't be read."
    if not requests and not messages and not changes:
        return f"No request reached the project {mock.project_id}."
    parts = [_requests(requests, mock.project_id), _last_refusal(requests), _messages(messages), changes]
    return "\n".join(part for part in parts if part)


def request_lines(requests: Sequence[LoggedRequest], with_reason: bool = True) -> list[str]:
    """Return a line for each of the latest requests. Refusals begin with ``!``, and have lines for their reason."""
    shown = requests[-MOST:]
    lines = [f"  … {len(requests) - MOST} earlier ones"] if len(requests) > MOST else []
    for request in shown:
        refused = request.status_code >= 400 or not request.status_code
        status = str(request.status_code) if request.status_code else "no response"
        what = " ".join(filter(None, (request.error_type, f"({request.operation})" if request.operation else "")))
        lines.append(_cut(f"{'!' if refused else ' '} {request.method} {request.path} {status} {what}".rstrip()))
        if with_reason:
            reasons = (("because", request.because), ("hint", request.hint))
            lines += [_cut(f"      {name}: {text}") for name, text in reasons if text]
    return lines


def fields(values: Mapping[str, Any]) -> str:
    """Return fields as the arguments of a call."""
    return _cut(", ".join(f"{name}={value!r}" for name, value in values.items()))


def times(number: int) -> str:
    """Return how often, in words."""
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{number} times")


def _requests(requests: Sequence[LoggedRequest], project_id: str) -> str:
    return "\n".join([f"Requests of {project_id}, newest last:", *request_lines(requests)]) if requests else ""


def _last_refusal(requests: Sequence[LoggedRequest]) -> str:
    refused = [request.curl for request in requests if request.status_code >= 400]
    return f"The last refused request again:\n  {_cut(refused[-1], 4 * _WIDEST)}" if refused else ""


def _messages(messages: Sequence[Message]) -> str:
    lines = []
    for message in messages:
        secret = message.link or message.token or ""
        code = f" code {message.code}" if message.code else ""
        lines.append(_cut(f"  {message.kind} to {message.to}: {secret}{code}".rstrip(": ")))
    return "\n".join(["Messages, newest last:", *lines]) if lines else ""


def _changes(mock: MockStytch, beginning: int) -> str:
    """Return how many objects were created, changed and deleted: organizations, members, connections and so on.

    Each of these writes an event, which is also kept for projects without webhooks.
    """
    events = mock.call("GET", "/export", timeout=_SECONDS)["tables"].get("events", [])
    counts = Counter((e["action"], e["object_type"]) for e in events if e["position"] > beginning)
    parts = []
    for action, name in _CHANGES.items():
        objects = [f"{count} {kind}" for (done, kind), count in sorted(counts.items()) if done == action]
        parts += [f"{name}: {', '.join(objects)}"] if objects else []
    return f"Changes: {'; '.join(parts)}" if parts else ""


def _cut(text: str, limit: int = _WIDEST) -> str:
    """Return a text on one line, without its end if it is too long."""
    line = " ".join(text.splitlines())
    return line if len(line) <= limit else f"{line[:limit]}…"
