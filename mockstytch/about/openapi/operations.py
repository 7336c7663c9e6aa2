"""The parts of an operation in an OpenAPI document: parameters, bodies, responses, errors."""

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from mockstytch.about.openapi.schemas import Components, Schema

JSON = "application/json"
TEXT = "text/plain"
ERROR = {"$ref": "#/components/schemas/Error"}

_CONTENT_TOO_LARGE = 413  # RFC 9110, 15.5.14. Before Python 3.13, ``HTTPStatus`` has the name of an older RFC
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


def refusal(surface: str, status: int, own: list[str], common: list[str]) -> Schema:
    """Return the response of the errors with a status.

    Args:
        own: the error types that the operation can raise.
        common: the error types of every request of the surface.
    """
    if not own:
        return {"$ref": f"#/components/responses/{component_name(surface)}{status}"}
    return response(phrase(status), narrowed_error({"enum": sorted({*own, *common})}))


def phrase(status: int) -> str:
    """Return the name of a status, the same in each version of Python."""
    return "Content Too Large" if status == _CONTENT_TOO_LARGE else HTTPStatus(status).phrase


def narrowed_error(error_type: Schema) -> Schema:
    """Return the schema of an error with one of some types."""
    return {"allOf": [ERROR, {"type": "object", "properties": {"error_type": error_type}}]}


def component_name(surface: str) -> str:
    """Return a surface's name as the beginning of a component's name: ``OauthServer``."""
    return surface.title().replace("_", "")


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
