"""Conformance with the official management client: operations, request fields and response models."""

import enum
from collections import Counter
from typing import Any, get_args

import msgspec
import pydantic
import pytest

from mockstytch.management.routes import endpoints
from tests.contract.shapes import differences, sorted_keys
from tests.management.operations import operations, plain
from tests.management.stories import STORIES, Workspace

SERVED = {(endpoint.method, endpoint.path): endpoint for endpoint in endpoints()}
OFFICIAL = {(operation.method, operation.path): operation for operation in operations().values()}
PAIRS = [(o, SERVED[o.method, o.path].request) for o in operations().values() if (o.method, o.path) in SERVED]
pairs = pytest.mark.parametrize(("operation", "request_class"), PAIRS, ids=[o.name for o, _ in PAIRS])

# Intended differences, each with the reason.
INTENDED_DIFFERENCES = {
    "EmailTemplate.custom_html_customization is null": "a template has one customization",
}

# Fields that are optional in the client's types but required by an operation.
ADDED = {"projects.get_all": ("limit", "cursor")}  # fields that only this server has
REQUIRED_ANYWAY = {"event_log_streaming.create": {"destination_type"}}


def test_all_client_methods_are_found():
    assert len(operations()) >= 60
    assert {"environments.get_metrics", "redirect_urls.get_all", "sdk.set_b2_b_config"} <= operations().keys()


def test_exactly_the_client_operations_are_served():
    assert SERVED.keys() == OFFICIAL.keys()


def test_no_operation_is_served_twice():
    routes = Counter((endpoint.method, endpoint.path) for endpoint in endpoints())
    assert [route for route, times in routes.items() if times > 1] == []


@pairs
def test_request_fields_match_the_client(operation, request_class):
    assert {field.name for field in _fields(operation, request_class)} == operation.fields.keys()


@pairs
def test_optional_client_field_is_not_required(operation, request_class):
    required = {field.name for field in msgspec.structs.fields(request_class) if field.required}
    optional = {name for name, hint in operation.fields.items() if type(None) in get_args(hint)}
    in_path = {name for name in optional if f"{{{name}}}" in operation.path}
    assert required & optional - in_path - REQUIRED_ANYWAY.get(operation.name, set()) == set()


@pairs
def test_every_enum_value_of_the_client_is_accepted(operation, request_class):
    for field in _fields(operation, request_class):
        words = plain(operation.fields[field.name])
        if isinstance(words, type) and issubclass(words, enum.Enum):
            for word in words:
                if not word.name.startswith("UNKNOWN") and not word.name.endswith("UNSPECIFIED") and word.name != "ALL":
                    msgspec.convert(word.value, field.type)


@pairs
def test_nested_fields_match_the_client(operation, request_class):
    for field in _fields(operation, request_class):
        _compare(operation.fields[field.name], field.type, field.name)


def _fields(operation: Any, request_class: Any) -> list[Any]:
    """Return the fields of a request that the client has, too."""
    added = ADDED.get(operation.name, ())
    return [field for field in msgspec.structs.fields(request_class) if field.name not in added]


def _compare(theirs: Any, ours: Any, at: str) -> None:
    model, struct = _first(theirs, pydantic.BaseModel), _first(ours, msgspec.Struct)
    assert bool(model) == bool(struct), at
    if model and struct:
        fields = {field.name: field.type for field in msgspec.structs.fields(struct)}
        assert fields.keys() == model.model_fields.keys(), at
        for name, field in model.model_fields.items():
            _compare(field.annotation, fields[name], f"{at}.{name}")


def _first(hint: Any, kind: type) -> Any:
    """Return the class of the object in a field or in a list."""
    found = [hint]
    for this in found:
        found += get_args(this)
    return next((f for f in found if isinstance(f, type) and issubclass(f, kind)), None)


def test_each_operation_has_a_story():
    assert STORIES.keys() == operations().keys()


@pytest.mark.parametrize("name", STORIES)
def test_response_matches_the_client_model(admin, slugs, create_environment, wire, name):
    STORIES[name](Workspace(admin, slugs, create_environment))
    operation, response = operations()[name], wire.raw
    assert wire.last.request.method == operation.method
    assert (wire.last.status_code, response["status_code"]) == (200, 200)
    assert {d for d in differences(operation.model, response, operation.model.__name__) if "left out" in d} == set()
    assert [
        d for d in differences(operation.model, response, operation.model.__name__) if d not in INTENDED_DIFFERENCES
    ] == []
    assert sorted_keys(response)
