"""The parts of an operation in an OpenAPI document: parameters, bodies, responses, errors."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from mockstytch.about.schemas import Components, Schema

JSON = "application/json"
ERROR = {"$ref": "#/components/schemas/Error"}

_PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")


def path_names(path: str) -> list[str]:
    """Return the names of a path's parameters."""
    return _PARAMETER.findall(path)


def openapi_path(path: str) -> str:
    """Return a path without the kinds of its parameters, which OpenAPI doesn't have."""
    return _PARAMETER.sub(r"{\1}", path)


def path_parameters(path: str, properties: Mapping[str, Schema]) -> list[Schema]:
    """Return the parameters in a path.

    Args:
        properties: the schemas of the request's fields.
    """
    return [_parameter(name, "path", properties.get(name, {"type": "string"}), True) for name in path_names(path)]


def query_parameters(model: Schema, without: Iterable[str] = ()) -> list[Schema]:
    """Return the fields of a request as parameters of the query.

    Args:
        model: the schema of the request class.
        without: names of fields that are elsewhere.
    """
    required = model.get("required", [])
    return [
        _parameter(name, "query", schema, name in required)
        for name, schema in model.get("properties", {}).items()
        if name not in without
    ]


def _parameter(name: str, place: str, schema: Schema, required: bool) -> Schema:
    about = schema.get("description")
    kind = {key: value for key, value in schema.items() if key != "description"}
    described = {"description": about} if about else {}
    return {"name": name, "in": place, **described, **({"required": True} if required else {}), "schema": kind}


def body(schema: Schema, required: bool, media_type: str = JSON) -> Schema:
    """Return the body of a request."""
    return {"content": {media_type: {"schema": schema}}, "required": required}


def response(description: str, schema: Schema, media_type: str = JSON) -> Schema:
    """Return a response with a body."""
    return {"description": description, "content": {media_type: {"schema": schema}}}


def refusals(types: Mapping[str, Iterable[int]], render: Schema = ERROR) -> dict[str, Schema]:
    """Return the responses of errors, by status.

    Args:
        types: the statuses of each ``error_type``.
        render: the schema of an error.
    """
    by_status: dict[int, list[str]] = defaultdict(list)
    for name, statuses in types.items():
        for status in statuses:
            by_status[status].append(name)
    found = {}
    for status, names in sorted(by_status.items()):
        narrowed = {"type": "object", "properties": {"error_type": {"enum": sorted(names)}}}
        listed = ", ".join(f"`{name}`" for name in sorted(names))
        found[str(status)] = response(listed, {"allOf": [render, narrowed]})
    return found


def properties_schema(components: Components, fields: Mapping[str, Any]) -> Schema:
    """Return the schema of an object in a response.

    Args:
        fields: the type of each field. One that can be ``UNSET`` isn't always there.
    """
    optional = {name for name, type_ in fields.items() if msgspec.UnsetType in getattr(type_, "__args__", ())}
    return {
        "type": "object",
        "properties": {name: components.response(type_) for name, type_ in fields.items()},
        "required": [name for name in fields if name not in optional],
    }
