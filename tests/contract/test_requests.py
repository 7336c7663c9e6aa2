"""What the official client can send, our request classes take: no field is silently ignored."""

import enum
from typing import Any, get_args

import msgspec
import pydantic
import pytest

from mockstytch.app import endpoints
from tests.contract.operations import operations, plain

SERVED = {(endpoint.method, endpoint.path): endpoint for endpoint in endpoints()}
PAIRS = [(o, SERVED[o.method, o.path].request) for o in operations().values() if (o.method, o.path) in SERVED]
pairs = pytest.mark.parametrize(("operation", "request_class"), PAIRS, ids=[o.name for o, _ in PAIRS])

# Fields of the client's that no request class has, each with the reason.
IGNORED = {
    "telemetry_id": "points at a device, which logins here don't look at; the fraud product takes it",
}
# Fields beyond the client's, each with the reason.
MORE = {
    "discovery.organizations.list": (
        "discovery.organizations.create",
        "older guides create organizations by this path: a name or a slug tells",
    ),
}
# … and those that clients of a standard send, which the official one leaves to them.
STANDARD = {
    "m2m.token": {"code", "code_verifier", "redirect_uri", "refresh_token", "resource"},  # RFC 6749, 7636, 8707
}


@pairs
def test_the_fields_are_the_same(operation, request_class):
    sent = operation.fields.keys() - (set() if operation.name.startswith("fraud.") else IGNORED.keys())
    if operation.name in MORE:
        sent |= operations()[MORE[operation.name][0]].fields.keys() - IGNORED.keys()
    sent |= STANDARD.get(operation.name, set())
    assert {field.name for field in msgspec.structs.fields(request_class)} == sent


def test_what_is_ignored_exists():
    fields = {name for operation, _ in PAIRS for name in operation.fields}
    assert IGNORED.keys() <= fields
    assert all(name in operations() and more[0] in operations() for name, more in MORE.items())


@pairs
def test_what_the_client_may_leave_out_is_not_required(operation, request_class):
    required = {field.name for field in msgspec.structs.fields(request_class) if field.required}
    optional = {name for name, hint in operation.fields.items() if type(None) in get_args(hint)}
    assert required & optional == set()


@pairs
def test_every_word_that_the_client_has_a_name_for_is_taken(operation, request_class):
    for field in msgspec.structs.fields(request_class):
        words = plain(operation.fields.get(field.name, Any))
        if isinstance(words, type) and issubclass(words, enum.Enum):
            for word in words:
                msgspec.convert(word.value, field.type)


@pairs
def test_nested_objects_have_the_same_fields(operation, request_class):
    for field in msgspec.structs.fields(request_class):
        theirs, ours = _nested(operation.fields.get(field.name, Any)), _struct(field.type)
        assert bool(theirs) == bool(ours) or field.name not in operation.fields, field.name
        if theirs and ours:
            assert {f.name for f in msgspec.structs.fields(ours)} == theirs.model_fields.keys()


def _nested(hint):
    """The SDK's class for an object in a field, also one inside a list."""
    found = [hint]
    for this in found:
        found += get_args(this)
    return next((f for f in found if isinstance(f, type) and issubclass(f, pydantic.BaseModel)), None)


def _struct(field_type):
    found = [field_type]
    for this in found:
        found += get_args(this)
    return next((f for f in found if isinstance(f, type) and issubclass(f, msgspec.Struct)), None)
