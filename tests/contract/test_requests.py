"""The request classes have every field of the official client: none is silently ignored."""

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

# Fields of the client that no request class has, each with the reason.
IGNORED = {
    "telemetry_id": "identifies a device; logins ignore it, the fraud product uses it",
}
# Fields that the client doesn't send to this operation, each with the reason.
MORE = {
    "discovery.organizations.list": (
        "discovery.organizations.create",
        "older guides create organizations with this path, and send a name or a slug",
    ),
}
# Fields that OAuth clients send, but not the official client.
STANDARD: dict[str, set[str]] = {
    "m2m.token": {"code", "code_verifier", "redirect_uri", "refresh_token", "resource"},  # RFC 6749, 7636, 8707
}
# Fields of this server that the installed SDK doesn't know, by operation, for example from a newer SDK.
NEWER: dict[str, set[str]] = {"m2m.token": {"scopes"}}  # the Rust SDK sends it


@pairs
def test_fields_are_the_same(operation, request_class):
    sent = operation.fields.keys() - (set() if operation.name.startswith("fraud.") else IGNORED.keys())
    if operation.name in MORE:
        sent |= operations()[MORE[operation.name][0]].fields.keys() - IGNORED.keys()
    sent |= STANDARD.get(operation.name, set()) | NEWER.get(operation.name, set())
    accepted = {field.name for field in msgspec.structs.fields(request_class)}
    assert accepted - sent == set(), f"the SDK doesn't send these: if that is intended, add them to NEWER in {__file__}"
    assert sent - accepted == set(), f"the SDK sends these: accept them, or add them to IGNORED in {__file__}"


def test_ignored_fields_exist():
    fields = {name for operation, _ in PAIRS for name in operation.fields}
    assert IGNORED.keys() <= fields
    assert all(name in operations() and more[0] in operations() for name, more in MORE.items())


@pairs
def test_field_that_is_optional_in_the_client_is_not_required(operation, request_class):
    required = {field.name for field in msgspec.structs.fields(request_class) if field.required}
    optional = {name for name, hint in operation.fields.items() if type(None) in get_args(hint)}
    # the documentation marks the slug as required
    assert required & optional == ({"organization_slug"} if operation.name == "organizations.create" else set())


@pairs
def test_every_enum_value_of_the_client_is_accepted(operation, request_class):
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
    """Return the SDK's class of an object in a field, also inside a list."""
    found = [hint]
    for this in found:
        found += get_args(this)
    return next((f for f in found if isinstance(f, type) and issubclass(f, pydantic.BaseModel)), None)


def _struct(field_type):
    found = [field_type]
    for this in found:
        found += get_args(this)
    return next((f for f in found if isinstance(f, type) and issubclass(f, msgspec.Struct)), None)
