"""Convert the SCIM payloads of Okta and Entra to the standard's form. JSON values in and out.

The conversions follow the documentation of Okta and Entra. Other deviations (``"op": "Replace"``,
``"active": "False"``) are accepted by the SCIM library itself.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Literal, cast

Json = dict[str, Any]

_ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user"
_MANAGER = (f"{_ENTERPRISE}:manager", "manager")


def normalize_resource(payload: Any, is_address: Callable[[str], bool]) -> Any:
    """Return the payload that creates or replaces a user or a group, in the standard's form.

    Args:
        is_address: whether a text is an e-mail address. If ``emails`` is missing, a ``userName`` that is an address
            is used.
    """
    if not isinstance(payload, dict):
        return payload
    result = _normalize_attributes(payload)
    names = {name.lower(): name for name in result}
    user_name = result.get(names.get("username", ""))
    if not result.get(names.get("emails", "")) and isinstance(user_name, str) and is_address(user_name):
        result.pop(names.get("emails", ""), None)
        result["emails"] = [{"value": user_name, "type": "work", "primary": True}]
    return result


def normalize_patch(payload: Any) -> Any:
    """Return the payload of a PATCH in the standard's form.

    A value can have keys that are paths with a filter. Each of them becomes a separate operation.
    """
    if not isinstance(payload, dict):
        return payload
    result = dict(payload)
    for name, operations in payload.items():
        if name.lower() == "operations" and isinstance(operations, list):
            result[name] = [each for operation in operations for each in _normalize_operation(operation)]
    return result


def membership_changes(payload: Any) -> list[tuple[Literal["add", "remove"], list[str]]] | None:
    """Return the operations of a PATCH that only adds and removes members of a group, each with the members' ids.

    Return None for any other PATCH. Directories send these operations often, with up to thousands of members: the
    caller can apply them without reading each member.
    """
    changes = [_membership_change(operation) for operation in operations_of(payload)]
    return [change for change in changes if change] if changes and all(changes) else None


def operations_of(payload: Any) -> list[Any]:
    """Return the operations of a PATCH, or [] if the payload has no list of operations."""
    items = payload.items() if isinstance(payload, dict) else ()
    operations = next((value for name, value in items if name.lower() == "operations"), None)
    return operations if isinstance(operations, list) else []


def total_path_length(payload: Any) -> int:
    """Return the number of characters in all paths of a PATCH."""
    operations = [operation for operation in operations_of(payload) if isinstance(operation, dict)]
    paths = [value for operation in operations for name, value in operation.items() if name.lower() == "path"]
    return sum(len(path) for path in paths if isinstance(path, str))


def count_values(payload: Any) -> int:
    """Return the number of values in all lists of a PATCH."""
    operations = [operation for operation in operations_of(payload) if isinstance(operation, dict)]
    values = [value for operation in operations for name, value in operation.items() if name.lower() == "value"]
    attributes = [inner for value in values for inner in (value.values() if isinstance(value, dict) else [value])]
    return sum(len(attribute) for attribute in attributes if isinstance(attribute, list))


def _membership_change(operation: Any) -> tuple[Literal["add", "remove"], list[str]] | None:
    """Return whether an operation adds or removes members, and their ids. Return None for any other operation."""
    if not isinstance(operation, dict):
        return None
    fields = {name.lower(): value for name, value in operation.items()}
    op, path, value = str(fields.get("op")).lower(), str(fields.get("path")), fields.get("value")
    if op == "remove" and value is None and (match := re.fullmatch(r'members\[value eq "([\w-]+)"\]', path, re.I)):
        return "remove", [match[1]]
    entries = value if isinstance(value, list) else [value]
    ids = [id for entry in entries if isinstance(entry, dict) and isinstance(id := entry.get("value"), str) and id]
    if op not in ("add", "remove") or path.lower() != "members" or not ids or len(ids) < len(entries):
        return None
    return cast(Literal["add", "remove"], op), ids


def _normalize_operation(operation: Any) -> Iterator[Any]:
    if not isinstance(operation, dict):
        yield operation
        return
    names = {name.lower(): name for name in operation}
    path, value = operation.get(names.get("path", "")), operation.get(names.get("value", ""))
    if isinstance(value, dict) and not path:
        filtered = {key: item for key, item in value.items() if "[" in key}
        rest = {key: item for key, item in value.items() if "[" not in key}
        if rest or not filtered:
            yield {**operation, names["value"]: _normalize_attributes(rest)}
        for key, item in filtered.items():
            yield {names["op"]: operation[names["op"]], "path": key, "value": item} if "op" in names else operation
    elif isinstance(path, str) and "value" in names:
        yield {**operation, names["value"]: _normalize_attribute(path, value)}
    else:
        yield operation


def _normalize_attributes(attributes: Json) -> Json:
    return {
        name: _normalize_attributes(value)
        if name.lower() == _ENTERPRISE and isinstance(value, dict)
        else _normalize_attribute(name, value)
        for name, value in attributes.items()
    }


def _normalize_attribute(name: str, value: Any) -> Any:
    """Convert a manager that is a bare id (Entra). Drop ``display`` (Okta) and ``$ref: null`` (Entra) from members."""
    if name.lower() in _MANAGER and isinstance(value, str):
        return {"value": value}
    if name.lower() == "members":
        return [_only_value(entry) for entry in value] if isinstance(value, list) else _only_value(value)
    return value


def _only_value(entry: Any) -> Any:
    return {k: v for k, v in entry.items() if k.lower() == "value"} if isinstance(entry, dict) else entry
