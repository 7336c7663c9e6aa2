"""What directories really send, in the standard's words. Plain JSON in and out.

Okta and Entra are followed as their documentation describes them; what they do beyond the standard and the SCIM
library takes anyway (``"op": "Replace"``, ``"active": "False"``) is not repeated here.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]

_ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user"
_MANAGER = (f"{_ENTERPRISE}:manager", "manager")


def resource(payload: Any, is_address: Callable[[str], bool]) -> Any:
    """Return a user or a group that was sent whole, in the standard's form.

    Args:
        is_address: whether a text is an e-mail address. A ``userName`` that is one stands in for missing ``emails``.
    """
    if not isinstance(payload, dict):
        return payload
    result = _values(payload)
    names = {name.lower(): name for name in result}
    user_name = result.get(names.get("username", ""))
    if not result.get(names.get("emails", "")) and isinstance(user_name, str) and is_address(user_name):
        result.pop(names.get("emails", ""), None)
        result["emails"] = [{"value": user_name, "type": "work", "primary": True}]
    return result


def patch(payload: Any) -> Any:
    """The operations of a PATCH. Keys of a value that are paths with a filter become operations of their own."""
    if not isinstance(payload, dict):
        return payload
    result = dict(payload)
    for name, operations in payload.items():
        if name.lower() == "operations" and isinstance(operations, list):
            result[name] = [each for operation in operations for each in _operations(operation)]
    return result


def only_members(payload: Any) -> list[tuple[str, list[str]]] | None:
    """Operations that do nothing but add members to a group, or remove some, each with whom; None for any others.

    That is what directories send all day, also for thousands of members: too many to be looked up one by one.
    """
    found = [_members(operation) for operation in operations_of(payload)]
    return [each for each in found if each] if found and all(found) else None


def _members(operation: Any) -> tuple[str, list[str]] | None:
    if not isinstance(operation, dict):
        return None
    given = {name.lower(): value for name, value in operation.items()}
    op, path, value = str(given.get("op")).lower(), str(given.get("path")), given.get("value")
    if op == "remove" and value is None and (named := re.fullmatch(r'members\[value eq "([\w-]+)"\]', path, re.I)):
        return op, [named[1]]
    entries = value if isinstance(value, list) else [value]
    known = [id for entry in entries if isinstance(entry, dict) and isinstance(id := entry.get("value"), str) and id]
    if op not in ("add", "remove") or path.lower() != "members" or not known or len(known) < len(entries):
        return None
    return op, known


def operations_of(payload: Any) -> list[Any]:
    """The operations of a PATCH; none where there is no list of them."""
    named = payload.items() if isinstance(payload, dict) else ()
    operations = next((value for name, value in named if name.lower() == "operations"), None)
    return operations if isinstance(operations, list) else []


def path_lengths(payload: Any) -> int:
    """How much path there is to parse in a PATCH."""
    named = (item for operation in operations_of(payload) if isinstance(operation, dict) for item in operation.items())
    return sum(len(value) for name, value in named if name.lower() == "path" and isinstance(value, str))


def values_in(payload: Any) -> int:
    """How many values of lists there are in a PATCH."""
    operations = [operation for operation in operations_of(payload) if isinstance(operation, dict)]
    given = [value for operation in operations for name, value in operation.items() if name.lower() == "value"]
    lists = [inner for value in given for inner in (value.values() if isinstance(value, dict) else [value])]
    return sum(len(value) for value in lists if isinstance(value, list))


def _operations(operation: Any) -> Iterator[Any]:
    if not isinstance(operation, dict):
        yield operation
        return
    names = {name.lower(): name for name in operation}
    path, value = operation.get(names.get("path", "")), operation.get(names.get("value", ""))
    if isinstance(value, dict) and not path:
        filtered = {key: item for key, item in value.items() if "[" in key}
        rest = {key: item for key, item in value.items() if "[" not in key}
        if rest or not filtered:
            yield {**operation, names["value"]: _values(rest)}
        for key, item in filtered.items():
            yield {names["op"]: operation[names["op"]], "path": key, "value": item} if "op" in names else operation
    elif isinstance(path, str) and "value" in names:
        yield {**operation, names["value"]: _value(path, value)}
    else:
        yield operation


def _values(given: Json) -> Json:
    return {
        name: _values(value) if name.lower() == _ENTERPRISE and isinstance(value, dict) else _value(name, value)
        for name, value in given.items()
    }


def _value(name: str, value: Any) -> Any:
    """Entra names a manager by a bare id. Of a group's members Okta also tells what they are called, and Entra that it
    has no ``$ref``: who they are is enough."""
    if name.lower() in _MANAGER and isinstance(value, str):
        return {"value": value}
    if name.lower() == "members":
        return [_bare(entry) for entry in value] if isinstance(value, list) else _bare(value)
    return value


def _bare(entry: Any) -> Any:
    return {k: v for k, v in entry.items() if k.lower() == "value"} if isinstance(entry, dict) else entry
