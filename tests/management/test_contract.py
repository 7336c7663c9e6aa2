"""What the official management client can do, this server does: operations, fields, shapes. None is missing."""

import enum
from collections import Counter
from typing import Any, get_args

import msgspec
import pydantic
import pytest

from mockstytch.management.routes import endpoints
from tests.contract.shapes import differences, sorted_keys
from tests.management.operations import operations, plain
from tests.management.stories import STORIES, World

SERVED = {(endpoint.method, endpoint.path): endpoint for endpoint in endpoints()}
OFFICIAL = {(operation.method, operation.path): operation for operation in operations().values()}
PAIRS = [(o, SERVED[o.method, o.path].request) for o in operations().values() if (o.method, o.path) in SERVED]
pairs = pytest.mark.parametrize(("operation", "request_class"), PAIRS, ids=[o.name for o, _ in PAIRS])

# Differences that are meant, each with the reason.
MEANT = {
    "EmailTemplate.custom_html_customization is null": "a template has one customization",
}

# Fields that the client's types make optional, and that an operation can't do without.
NEEDED = {"event_log_streaming.create": {"destination_type"}}


def test_the_walk_finds_what_the_client_has():
    assert len(operations()) >= 60
    assert {"environments.get_metrics", "redirect_urls.get_all", "sdk.set_b2_b_config"} <= operations().keys()


def test_each_operation_is_served_and_no_other():
    assert SERVED.keys() == OFFICIAL.keys()


def test_none_is_served_twice():
    doors = Counter((endpoint.method, endpoint.path) for endpoint in endpoints())
    assert [door for door, times in doors.items() if times > 1] == []


@pairs
def test_the_fields_are_the_same(operation, request_class):
    assert {field.name for field in msgspec.structs.fields(request_class)} == operation.fields.keys()


@pairs
def test_what_the_client_may_leave_out_is_not_required(operation, request_class):
    required = {field.name for field in msgspec.structs.fields(request_class) if field.required}
    optional = {name for name, hint in operation.fields.items() if type(None) in get_args(hint)}
    in_path = {name for name in optional if f"{{{name}}}" in operation.path}
    assert required & optional - in_path - NEEDED.get(operation.name, set()) == set()


@pairs
def test_every_word_that_the_client_has_a_name_for_is_taken(operation, request_class):
    for field in msgspec.structs.fields(request_class):
        words = plain(operation.fields[field.name])
        if isinstance(words, type) and issubclass(words, enum.Enum):
            for word in words:
                if not word.name.startswith("UNKNOWN") and not word.name.endswith("UNSPECIFIED") and word.name != "ALL":
                    msgspec.convert(word.value, field.type)


@pairs
def test_nested_objects_have_the_same_fields(operation, request_class):
    for field in msgspec.structs.fields(request_class):
        _compare(operation.fields[field.name], field.type, field.name)


def _compare(theirs: Any, ours: Any, at: str) -> None:
    model, struct = _first(theirs, pydantic.BaseModel), _first(ours, msgspec.Struct)
    assert bool(model) == bool(struct), at
    if model and struct:
        fields = {field.name: field.type for field in msgspec.structs.fields(struct)}
        assert fields.keys() == model.model_fields.keys(), at
        for name, field in model.model_fields.items():
            _compare(field.annotation, fields[name], f"{at}.{name}")


def _first(hint: Any, kind: type) -> Any:
    """The class for an object in a field, also one inside a list."""
    found = [hint]
    for this in found:
        found += get_args(this)
    return next((f for f in found if isinstance(f, type) and issubclass(f, kind)), None)


def test_each_operation_has_a_story():
    assert STORIES.keys() == operations().keys()


@pytest.mark.parametrize("name", STORIES)
def test_the_shape(admin, place, make, wire, name):
    STORIES[name](World(admin, place, make))
    operation, answer = operations()[name], wire.raw
    assert wire.last.request.method == operation.method
    assert (wire.last.status_code, answer["status_code"]) == (200, 200)
    assert {d for d in differences(operation.model, answer, operation.model.__name__) if "left out" in d} == set()
    assert [d for d in differences(operation.model, answer, operation.model.__name__) if d not in MEANT] == []
    assert sorted_keys(answer)
