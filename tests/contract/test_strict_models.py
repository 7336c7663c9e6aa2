"""Each response can be read by the strictest SDKs.

Those for Java and Rust refuse a response if a required value is missing or null, or if the value of an enumeration is
unknown. The table of their types is made by ``tools/sdk_models.py``.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.contract.operations import find_operation, operations
from tests.contract.stories import STORIES
from tests.support.conformance import document
from tools.docs import shape

TYPES: dict[str, Any] = json.loads(Path(__file__).with_name("sdk_models.json").read_text())
ERROR = {"status_code": int, "request_id": str, "error_type": str, "error_message": str, "error_url": str}
# The client reads these itself.
UNTYPED = {"m2m.token", "idp.introspect_token_network"}

# The document is looser, each with the reason. The stories show that the responses are right.
_APPS = "consumer.connected_apps"
LOOSER = {
    f"{_APPS}.ConnectedAppClient.creation_method may be absent": "one schema for apps with a secret and without one",
    f"{_APPS}.ConnectedAppWithNextClientSecret.client_secret_last_four may be null": "only public apps have null",
    "consumer.fraud_rules.ListResponse.next_cursor may be null": "lists share a schema; here the last is an empty text",
}


def response_type(model: Any) -> str:
    """Return the name in the table of the client's class of a response."""
    return f"{model.__module__.removeprefix('stytch.').replace('.models.', '.')}.{model.__name__}"


def problems(hint: str, value: Any, at: str) -> Iterator[str]:
    """Find what the SDKs wouldn't accept in a value: ``<place> is <value>, not <type>``."""
    if hint.endswith("?"):
        if value is not None:
            yield from problems(hint[:-1], value, at)
    elif hint[0] in "[{":
        kind = list if hint[0] == "[" else dict
        if not isinstance(value, kind):
            yield f"{at} is {value!r}, not {hint}"
            return
        for key, item in enumerate(value) if isinstance(value, list) else value.items():
            yield from problems(hint[1:-1], item, f"{at}[{key}]")
    elif isinstance(fields := TYPES.get(hint), dict):
        if not isinstance(value, dict):
            yield f"{at} is {value!r}, not {hint}"
            return
        for name, inner in fields.items():
            yield from problems(inner, value.get(name), f"{at}.{name}")
    elif not _is_accepted(hint, value):
        yield f"{at} is {value!r}, not {hint}"


def _is_accepted(hint: str, value: Any) -> bool:
    if values := TYPES.get(hint):
        return value in values
    if hint == "time":
        return isinstance(value, str) and value.endswith("Z") and _is_time(value)
    if hint == "integer":
        return type(value) is int and abs(value) < 2**31
    return hint == "any" or isinstance(value, {"text": str, "boolean": bool}[hint])


def _is_time(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("name", STORIES)
def test_every_response_of_a_story_can_be_read(given, wire, name):
    STORIES[name](given)
    called = set()
    for response in wire.responses:
        body = response.json()
        operation, _ = find_operation(response.request.method, urlsplit(response.url).path)
        if response.status_code != 200:
            assert {key: type(body.get(key)) for key in ERROR} == ERROR
        elif operation.name not in UNTYPED:
            assert [*problems(response_type(operation.model), body, operation.name)] == []
        called.add(operation.name)
    assert name in called


@pytest.mark.parametrize("name", sorted(STORIES.keys() - UNTYPED))
def test_openapi_document_is_as_strict(name):
    """Every response in the whole test run is compared with the document, so it holds for those, too."""
    operation = operations()[name]
    (described,) = [item for path, item in document()["paths"].items() if shape(path) == shape(operation.path)]
    schema = described[operation.method.lower()]["responses"]["200"]["content"]["application/json"]["schema"]
    assert {*looser(response_type(operation.model), schema, name)} - LOOSER.keys() == set()


def looser(hint: str, schema: dict[str, Any], at: str) -> list[str]:
    """Find the places where a schema permits a response that the SDKs wouldn't accept.

    If the document describes several forms of a response, only one of them is compared.
    """
    options = [resolved(option) for option in resolved(schema).get("anyOf", [schema])]
    is_null = not hint.endswith("?") and {"type": "null"} in options
    found = [[*_looser(hint.removesuffix("?"), option, at)] for option in options if option != {"type": "null"}]
    return min(found, key=len) + [f"{at} may be null"] * is_null


def _looser(hint: str, schema: dict[str, Any], at: str) -> Iterator[str]:
    if isinstance(fields := TYPES.get(hint), dict) and "properties" in schema:
        for name, inner in fields.items():
            if name in schema["properties"]:
                yield from looser(inner, schema["properties"][name], f"{hint}.{name}")
            if name not in schema.get("required", ()) and not inner.endswith("?"):
                yield f"{hint}.{name} may be absent"
    elif hint[0] == "[" and "items" in schema:
        yield from looser(hint[1:-1], schema["items"], at)


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    found: Any = schema
    while "$ref" in found:
        place = document()
        for part in found["$ref"].removeprefix("#/").split("/"):
            place = place[part]
        found = place
    return found


def test_openapi_document_requires_each_key_of_an_error():
    assert {*document()["components"]["schemas"]["Error"]["required"]} == ERROR.keys()


def test_table_has_the_type_of_every_response():
    assert {name for name, operation in operations().items() if response_type_or_none(operation.model)} == (
        operations().keys() - UNTYPED
    )


def response_type_or_none(model: Any) -> str | None:
    name = getattr(model, "__name__", "") and response_type(model)
    return name if name in TYPES else None


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        ("consumer.sessions.AuthenticationFactorType", "magic"),
        ("consumer.sessions.AuthenticationFactorType", None),
        ("time?", ""),
        ("time", "2026-01-01T00:00:00+00:00"),
        ("time", "yesterdayZ"),
        ("[text]", None),
        ("[text]", [None]),
        ("{any}", []),
        ("text", None),
        ("integer", 1.0),
        ("integer", True),
        ("b2b.mfa.MemberOptions", {"mfa_phone_number": ""}),
        ("b2b.mfa.MemberOptions", []),
    ],
)
def test_check_finds_what_the_sdks_refuse(hint, value):
    assert len([*problems(hint, value, "x")]) == 1


@pytest.mark.parametrize("value", [None, "2026-01-01T00:00:00Z"])
def test_check_accepts_what_the_sdks_accept(value):
    assert [*problems("time?", value, "x")] == []
