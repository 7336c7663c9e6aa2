"""Compare the fields of a request with the fields that a test names."""

import json
import reprlib
from collections.abc import Mapping
from typing import Any

import msgspec

_HIDDEN = "…"  # what the log has in place of a secret


def as_json(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields as a request has them: enum members and times in their form in JSON.

    Raises:
        TypeError: if a value has no form in JSON.
    """
    plain: dict[str, Any] = msgspec.to_builtins(fields)
    return plain


def differences(expected: Any, actual: Any, place: str = "") -> list[str]:
    """Return the fields that differ. The actual value may have more fields, at any depth.

    Args:
        place: the name of the value, such as ``members[0].roles``.
    """
    if actual == _HIDDEN and isinstance(expected, str):
        return [f"{place}: the log doesn't keep secrets, so it can't be compared with {reprlib.repr(expected)}"]
    if isinstance(expected, dict) and isinstance(actual, dict):
        found = []
        for name, value in expected.items():
            inner = f"{place}.{name}" if place else name
            if name in actual:
                found += differences(value, actual[name], inner)
            else:
                found.append(f"{inner}: missing, instead of {_shown(value)}")
        return found
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        pairs = zip(expected, actual, strict=True)
        return [line for n, (one, other) in enumerate(pairs) for line in differences(one, other, f"{place}[{n}]")]
    if expected == actual and isinstance(expected, bool) == isinstance(actual, bool):
        return []
    return [f"{place or 'the request'}: {_shown(actual)} instead of {_shown(expected)}"]


def in_query(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields as a query string has them: numbers and true as text."""
    return {n: json.dumps(value) if isinstance(value, int | float) else value for n, value in fields.items()}


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}…"
