"""Hints for fields of a request: unknown names, and values that aren't among the few that a field has."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from mockstytch.domain.organizations import member_search, organization_search
from mockstytch.domain.organizations.organization_settings import VALUES
from mockstytch.nearest import similar
from mockstytch.protocols import json_types
from mockstytch.redaction import is_secret, redact_text
from mockstytch.surfaces.endpoint import Request
from mockstytch.surfaces.validation import WITHOUT_EFFECT

_MAX_HINTS = 5
_MAX_LISTED = 12  # values
_MAX_COMPARED = 20  # names
_SECRETS = ("code", "password", "secret", "session_jwt", "session_token", "token")
_VERY_SIMILAR = 0.85


def unknown(model: type[Request], fields: dict[str, Any], *, similar_only: bool, accepted: bool) -> Iterator[str]:
    """Return a hint for each field that a request doesn't have.

    Args:
        similar_only: whether to leave out fields that aren't almost like a known one, because the caller is an SDK that
            adds fields.
        accepted: whether the request was accepted, and the fields ignored.
    """
    if fields.keys() <= _names(model) and not any(isinstance(value, dict | list) for value in fields.values()):
        return  # almost every request
    sent = {name: value for name, value in fields.items() if name not in WITHOUT_EFFECT and not name.startswith("x-")}
    for count, (path, names) in enumerate(json_types.all_unknown(model, sent)):
        if count == _MAX_HINTS:
            return
        left = [name for name in names if name not in sent] if len(path) == 1 else names
        meant = similar(str(path[-1]), left, _VERY_SIMILAR if similar_only else 0.6)
        if similar_only and not meant:
            continue
        name = redact_text(json_types.written(path)[:100])
        effect = " is ignored" if accepted else ""
        yield f"unknown field {name}{effect}: did you mean {meant}?" if meant else f"unknown field {name}{effect}"


@cache
def _names(model: type[Request]) -> frozenset[str]:
    return frozenset(model.__struct_fields__)


def mistyped_secrets(model: type[Request], fields: dict[str, Any]) -> set[str]:
    """Return the unknown fields that have almost the name of a secret. The names beyond a limit aren't compared."""
    names = model.__struct_fields__
    unknown_names = [name for name in fields if name not in names and name not in WITHOUT_EFFECT]
    compared = unknown_names[:_MAX_COMPARED]
    known = (*names, *_SECRETS)
    return {name for name in compared if is_secret(similar(name, known))} | set(unknown_names[_MAX_COMPARED:])


def invalid_values(model: type[Request], fields: dict[str, Any]) -> Iterator[str]:
    """Return a hint for each value that isn't one of its field's values."""
    for path, value, choices in json_types.invalid_choices(model, fields):
        yield _no_value(json_types.written(path), value, choices)
    for name in VALUES.keys() & fields.keys() & set(model.__struct_fields__):
        values = fields[name] if isinstance(fields[name], list) else [fields[name]]
        for value in values[:_MAX_HINTS]:
            if isinstance(value, str) and value and value not in VALUES[name]:
                yield _no_value(name, value, VALUES[name])


def invalid_query(operation: str, fields: dict[str, Any]) -> Iterator[str]:
    """Return a hint for each unknown filter of a search."""
    filters = {
        "organizations.search": [*organization_search.FILTERS],
        "organizations.members.search": [*member_search.FILTERS, "member_roles"],
    }.get(operation)
    query = fields.get("query")
    if filters is None or not isinstance(query, dict):
        return
    operator = query.get("operator")
    if isinstance(operator, str) and operator.upper() not in ("", "AND", "OR"):
        yield _no_value("query.operator", operator, ("AND", "OR"))
    operands = query.get("operands")
    for operand in operands[:_MAX_HINTS] if isinstance(operands, list) else ():
        name = operand.get("filter_name") if isinstance(operand, dict) else None
        if isinstance(name, str) and name and name not in filters:
            yield _no_value("filter_name", name, filters)


def _no_value(name: str, value: str, choices: Iterable[str]) -> str:
    shown = redact_text(value[:50])
    choices = list(choices)
    if meant := similar(value, choices):
        return f"{name} has no value {shown}: did you mean {meant}?"
    more = f", … ({len(choices)} in total)" if len(choices) > _MAX_LISTED else ""
    return f"{name} has no value {shown}. It has {', '.join(choices[:_MAX_LISTED])}{more}"
