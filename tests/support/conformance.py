"""Hold every response of the servers in this process against the OpenAPI document."""

from functools import cache
from typing import Any
from urllib.parse import parse_qsl

import jsonschema_rs
import msgspec
import pytest

from mockstytch.about.openapi import operations, scim
from mockstytch.about.openapi.document import build
from mockstytch.app import create_app
from mockstytch.errors import StytchError
from mockstytch.surfaces.dispatch import Dispatch
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import AnyResponse, Route

_DOCUMENT = "urn:openapi"


@cache
def document() -> dict[str, Any]:
    return build(create_app().table.routes)


class Conformance:
    """Compares each response with the document: its status, its media type, and each property of its JSON.

    An object must not have a property that its schema doesn't have. Responses that a fault made are left out. The
    requests of successful calls of the control API are compared, too.

    Attributes:
        responses, requests: the mismatches of the present test.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        original = Dispatch._finish
        self.responses: list[str] = []
        self.requests: list[str] = []

        def finish(
            dispatch: Dispatch, request: HttpRequest, response: AnyResponse, error: StytchError | None = None
        ) -> AnyResponse:
            if not request.fault:
                self._compare(dispatch.route, request, response)
            return original(dispatch, request, response, error)

        monkeypatch.setattr(Dispatch, "_finish", finish)

    def _compare(self, route: Route, request: HttpRequest, response: AnyResponse) -> None:
        path = operations.openapi_path(route.path)
        if route.surface.name == "scim":
            path = scim.template(request.path_params.get("resource", ""))
        operation = document()["paths"].get(path, {}).get(route.method.lower())
        if operation is not None:
            place = f"{route.method} {path}"
            self.responses += _of_response(place, operation, response)
            is_documented = route.surface.name == "control" and "sec-fetch-site" not in request.headers
            if is_documented and response.status_code == 200:  # not one of the console's pages
                self.requests += _of_request(place, operation, request)


def _of_response(place: str, operation: dict[str, Any], response: AnyResponse) -> list[str]:
    status = str(response.status_code)
    key = next((key for key in (status, f"{status[0]}XX") if key in operation["responses"]), "default")
    declared = operation["responses"].get(key)
    if declared is None:
        return [f"{place}: status {status} isn't declared: {_text(response)}"]
    at = pointer(place, "responses", key)
    if reference := declared.get("$ref"):
        at = reference.removeprefix("#/")
        declared = document()["components"]["responses"][at.rpartition("/")[2]]
    content = declared.get("content", {})
    media_type = _media_type(response)
    if not content:
        return []  # a redirect
    if "*/*" in content:
        return []
    if media_type not in content:
        return [f"{place} {status}: {media_type} isn't declared"]
    if "json" not in media_type or "schema" not in content[media_type]:
        return []
    at += f"/content/{media_type.replace('/', '~1')}/schema"
    return errors(f"{place} {status}", at, msgspec.json.decode(response.body))


def _of_request(place: str, operation: dict[str, Any], request: HttpRequest) -> list[str]:
    parameters = [p.get("name") or "project_id" for p in operation.get("parameters", ())]
    query = dict(parse_qsl(request.scope["query_string"].decode("latin-1")))
    found = [f"{place}: the parameter {name} isn't declared" for name in query.keys() - set(parameters)]
    if request.content and "requestBody" not in operation:
        return [*found, f"{place}: the body {request.content[:200]!r} isn't declared"]
    if request.content:
        at = pointer(place, "requestBody", "content", operations.JSON, "schema")
        value = msgspec.json.decode(request.content)
        if isinstance(value, dict):
            value = {name: each for name, each in value.items() if each is not None}  # the same as not sent
        found += errors(f"{place}: the request", at, value)
    return found


def errors(place: str, at: str, value: Any) -> list[str]:
    """Return why a value doesn't conform.

    Args:
        place: the beginning of each message.
        at: where the document has the schema, as a JSON pointer.
    """
    return [
        f"{place}: {'/'.join(str(part) for part in error.instance_path)}: {error.message[:300]}"
        for error in _validator(at).iter_errors(value)
    ]


def _media_type(response: AnyResponse) -> str:
    headers = getattr(response, "raw_headers", None)
    if headers is None:
        return operations.JSON
    return dict(headers).get(b"content-type", b"").decode().partition(";")[0]


def _text(response: AnyResponse) -> str:
    return bytes(response.body)[:200].decode(errors="replace")


def pointer(place: str, *parts: str) -> str:
    """Return a JSON pointer to a part of an operation, whose method and path are in ``place``."""
    method, _, path = place.partition(" ")
    keys = ("paths", path, method.lower(), *parts)
    return "/".join(key.replace("~", "~0").replace("/", "~1") for key in keys)


@cache
def _registry() -> jsonschema_rs.Registry:
    closed = {"paths": _closed(document()["paths"]), "components": _closed(document()["components"])}
    return jsonschema_rs.Registry([(_DOCUMENT, closed)], draft=jsonschema_rs.Draft202012)


@cache
def _validator(at: str) -> Any:
    reference = {"$ref": f"{_DOCUMENT}#/{at.replace('{', '%7B').replace('}', '%7D')}"}
    return jsonschema_rs.Draft202012Validator(reference, registry=_registry())


def _closed(schema: Any, is_part: bool = False) -> Any:
    """Return a schema that forbids properties which it doesn't declare.

    Args:
        is_part: whether it only narrows another schema in an ``allOf``.
    """
    if isinstance(schema, list):
        return [_closed(item, is_part) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {name: _closed(value, name == "allOf") for name, value in schema.items()}
    is_object = schema.get("type") == "object" and isinstance(schema.get("properties"), dict)
    if is_object and "additionalProperties" not in schema and not is_part:
        result["additionalProperties"] = False
    return result
