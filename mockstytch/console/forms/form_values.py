"""The types of a form's fields: how a text becomes a JSON value."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec

from mockstytch import errors, seed_file
from mockstytch.protocols import json_depth


def convert(name: str, kind: str, text: str) -> Any:
    """Return the JSON value of a field.

    Args:
        kind: the field's type: a key of ``_TYPES``.

    Raises:
        bad_request: if the text doesn't contain the type.
        invalid_seed: if it is a seed that isn't valid TOML, YAML or JSON.
    """
    try:
        return _TYPES[kind](text)
    except seed_file.SeedError as e:
        raise errors.invalid_seed(because=str(e)) from None
    except (ValueError, msgspec.DecodeError):
        raise errors.bad_request(because=f"{name} isn't valid {_TYPE_NAMES.get(kind, 'text')}") from None
    except KeyError:
        raise errors.bad_request(because=f"there is no type {kind[:20]}") from None


def nested(values: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return fields as one object. ``a.b`` is a part of the object a; ``a.0.b`` to the first item of the list a.

    Raises:
        bad_request: if a name is both a value and an object.
    """
    result: dict[str, Any] = {}
    for name, value in values:
        *parents, last = name.split(".")
        inner: Any = result
        for n, parent in enumerate(parents):
            if parent == "0":
                inner = inner[0] if isinstance(inner, list) else None
            elif isinstance(inner, dict):
                inner = inner.setdefault(parent, [{}] if [*parents, ""][n + 1] == "0" else {})
        if not isinstance(inner, dict):
            raise errors.bad_request(because=f"{name.partition('.')[0][:50]} is both a value and an object")
        inner[last] = value
    return result


def lines(text: str) -> list[str]:
    """Return the items of a list: one on each line, or separated by commas."""
    return [item.strip() for item in text.replace(",", "\n").split("\n") if item.strip()]


def _json(text: str) -> Any:
    return msgspec.json.decode(json_depth.checked(text.encode() or b"null"))


def _range(text: str) -> Any:
    """Return a number, or both ends of ``100-300``."""
    least, _, most = text.partition("-")
    return {"min": float(least), "max": float(most)} if most else float(text)


def _pairs(text: str) -> list[tuple[str, str]]:
    """Return what is on both sides of the ``=`` of each line.

    Raises:
        ValueError: if a line has no ``=``.
    """
    pairs = []
    for line in filter(str.strip, text.split("\n")):
        left, sign, right = line.partition("=")
        if not sign:
            raise ValueError(line)
        pairs.append((left.strip(), right.strip()))
    return pairs


def _permissions(text: str) -> list[dict[str, Any]]:
    """Return permissions from lines that each have a resource, a tab and an action."""
    granted: dict[str, list[str]] = {}
    for line in filter(str.strip, text.split("\n")):
        resource_id, _, action = line.partition("\t")
        granted.setdefault(resource_id, []).append(action)
    return [{"resource_id": resource_id, "actions": actions} for resource_id, actions in granted.items()]


def _url_types(text: str) -> list[dict[str, Any]]:
    """Return types of a redirect URL from lines such as ``LOGIN`` or ``LOGIN default``."""
    words = [line.split() for line in text.split("\n") if line.strip()]
    return [{"type": type_, "is_default": rest == ["default"]} for type_, *rest in words]


_TYPES: dict[str, Callable[[str], Any]] = {
    "": str,
    "list": lines,
    "list_or_null": lambda text: lines(text) or None,
    "bool": lambda text: text in ("on", "true"),
    "int": int,
    "float": float,
    "json": _json,
    "range": _range,
    "seed": seed_file.read_text,
    "time": lambda text: f"{datetime.fromisoformat(text):%Y-%m-%dT%H:%M:%S}Z",
    "map": lambda text: dict(_pairs(text)),
    "roles": lambda text: [{"role_id": role_id} for role_id in lines(text)],
    "group_roles": lambda text: [{"group": group, "role_id": role_id} for group, role_id in _pairs(text)],
    "scim_group_roles": lambda text: [{"group_id": group, "role_id": role_id} for group, role_id in _pairs(text)],
    "permissions": _permissions,
    "url_types": _url_types,
}
_TYPE_NAMES = {
    "int": "whole number",
    "float": "number",
    "json": "JSON",
    "range": "number or range",
    "time": "time",
    "map": "list of lines with an = sign",
    "group_roles": "list of lines with an = sign",
    "scim_group_roles": "list of lines with an = sign",
}
