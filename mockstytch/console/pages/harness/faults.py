"""Faults: the list, and a form that adds one."""

from typing import Any, NamedTuple

from starlette.responses import Response

from mockstytch import errors
from mockstytch.console.page import PageRequest
from mockstytch.faults.rules import MESSAGES, WEBHOOK

_CONNECTIONS = {
    "refuse": "closes the connection without a response",
    "reset_before": "resets the connection before the operation",
    "reset_after": "carries the operation out, then resets the connection",
    "truncate": "carries the operation out, and sends half of the response",
}
_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_PREFILLED = ("operation", "error_type", "delay_ms", "connection", "lose", "copies", "times")


class _Preset(NamedTuple):
    """Values for the form."""

    label: str
    fields: dict[str, str]


_NEXT = {"operation": "*", "times": "1"}
_PRESETS = {
    "rate-limit": _Preset("Rate limit", {**_NEXT, "error_type": "too_many_requests"}),
    "server-error": _Preset("Error 500", {**_NEXT, "error_type": "internal_server_error"}),
    "slow": _Preset("Slow answer", {**_NEXT, "delay_ms": "2000"}),
    "reset": _Preset("Connection reset", {**_NEXT, "connection": "reset_before"}),
    "lost-response": _Preset("Lost response", {**_NEXT, "connection": "reset_after"}),
    "lost-email": _Preset("Lost e-mail", {"operation": "message.email", "times": "1", "lose": "on"}),
    "webhook-twice": _Preset("Webhook twice", {"operation": WEBHOOK, "copies": "2"}),
}


async def faults(page: PageRequest) -> Response:
    listed = [_in_words(fault) for fault in (await page.call("GET /faults"))["faults"]]
    preset = _PRESETS.get(page.search("preset"), _Preset("", {}))
    return page.render(
        "faults.html",
        faults=listed,
        presets={name: each.label for name, each in _PRESETS.items()},
        chosen=page.search("preset"),
        prefill={**dict.fromkeys(_PREFILLED, ""), **preset.fields},
        operations=["*", *page.mock.faults.targets().operations, *MESSAGES, WEBHOOK],
        error_types=[kind.error_type for kind in errors.catalogue()],
        methods=_METHODS,
        connections=_CONNECTIONS,
    )


def _in_words(fault: dict[str, Any]) -> dict[str, Any]:
    times = fault.get("times")
    return {
        "fault_id": fault["fault_id"],
        "what": _target(fault),
        "does": _effect(fault),
        "often": _frequency(fault),
        "hits": fault["hits"],
        "used_up": times is not None and fault["hits"] >= times,
    }


def _target(fault: dict[str, Any]) -> str:
    method = fault.get("method", "")
    where = ", ".join(f"{name} = {value}" for name, value in fault.get("where", {}).items())
    target = fault.get("operation") or f"{method} {fault.get('path', '')}".strip()
    return f"{target} where {where}" if where else target


def _effect(fault: dict[str, Any]) -> str:
    """Say in words what a fault does."""
    parts = []
    if delay := fault.get("delay_ms"):
        milliseconds = f"{delay['min']:g} to {delay['max']:g}" if isinstance(delay, dict) else f"{delay:g}"
        parts.append(f"waits {milliseconds} ms")
    if fault.get("error_type"):
        status = f" with status {fault['status_code']}" if fault.get("status_code") else ""
        parts.append(f"returns {fault['error_type']}{status}")
    elif fault.get("status_code"):
        parts.append(f"returns status {fault['status_code']}" + (" and a body" if "body" in fault else ""))
    if fault.get("malformed"):
        parts.append("returns a body that isn't JSON")
    if fault.get("connection"):
        parts.append(_CONNECTIONS[fault["connection"]])
    if fault.get("lose"):
        parts.append("is lost")
    if fault.get("copies"):
        parts.append(f"arrives {fault['copies']} times")
    if fault.get("delay_seconds"):
        parts.append(f"arrives {fault['delay_seconds']:g} s later")
    if fault.get("shuffle"):
        parts.append("arrives in random order")
    return ", ".join(parts)


def _frequency(fault: dict[str, Any]) -> str:
    """Say in words how often a fault happens."""
    times, parts = fault.get("times"), []
    parts.append("always" if times is None else "once" if times == 1 else f"{times} times")
    if fault.get("after"):
        parts.append(f"after {fault['after']} matches")
    if fault.get("probability", 1) != 1:
        parts.append(f"in {fault['probability']:.0%} of matches")
    if fault.get("for_seconds"):
        parts.append(f"for {fault['for_seconds']:g} s")
    return ", ".join(parts)
