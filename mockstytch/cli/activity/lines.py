"""Requests, messages and webhooks as lines: for people, with colours on a terminal, or as JSON."""

import json
import os
import sys
from typing import Any, TextIO

import click

_COLOURS = {2: "green", 3: "cyan", 4: "yellow", 5: "red", 0: "red"}  # by the first digit of the status


def has_colours(stream: TextIO | None = None) -> bool:
    """Return whether to write in colour: to a terminal, unless ``NO_COLOR`` is set (https://no-color.org)."""
    stream = stream or sys.stdout
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def json_line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def request_line(request: dict[str, Any]) -> str:
    """Return a line with the method, the path, the status, and the reason of a refusal.

    Args:
        request: an entry of the request log, as the control API returns it.
    """
    status = request["status_code"]
    colour = _COLOURS.get(status // 100, "white")
    reason = ": ".join(filter(None, (request["error_type"], request["because"])))
    hint = f"(hint: {request['hint']})" if request["hint"] else ""
    parts = (
        click.style(_printable(request["method"]), bold=True),
        _printable(request["path"]),
        click.style(str(status), fg=colour),
        click.style(f"{request['milliseconds']:.1f} ms", dim=True),
        _printable(reason),
        click.style(_printable(hint), fg="cyan") if hint else "",
    )
    return " ".join(filter(None, parts))


def message_line(message: dict[str, Any]) -> str:
    """Return a line with the kind, the recipient, and the link or the code.

    Args:
        message: a message, as the control API returns it.
    """
    kind, channel = message["kind"], message["channel"]
    shown = kind if kind.startswith(channel) else f"{channel} {kind}"
    secret = message["link"] or message["code"] or ""
    return f"{click.style(shown, fg='magenta')} to {_printable(message['to'])}: {_printable(secret)}"


def attempt_line(event_type: str, url: str, attempt: dict[str, Any]) -> str:
    """Return a line with the type of an event, its endpoint, and the result of an attempt to send it."""
    problem = attempt["problem"]
    result = problem or str(attempt["status_code"])
    parts = (
        click.style("webhook", fg="blue"),
        f"{event_type} to {_printable(url)}:",
        click.style(_printable(result), fg="red" if problem else "green"),
        click.style(f"{attempt['milliseconds']:.1f} ms", dim=True),
    )
    return " ".join(parts)


def _printable(text: str) -> str:
    """Return a text in which control characters are escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
