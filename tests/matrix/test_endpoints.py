"""The matrix works for an endpoint that the official client doesn't have."""

from typing import Annotated, Any

import pytest
from msgspec import Meta

from mockstytch import errors
from mockstytch.surfaces.endpoint import Endpoint, Request
from mockstytch.surfaces.fields import UNSET, FieldError, Locale, Maybe
from tests.matrix.endpoints import body_fields, json_type, path_fields, required_fields


class NewRequest(Request):
    organization_id: str
    name: Annotated[str, Meta(min_length=1), FieldError(errors.invalid_organization_name)]
    locale: Locale = Locale.EN
    limit: Maybe[int] = UNSET
    enabled: bool | None = None
    domains: Maybe[list[str]] = UNSET
    metadata: dict[str, Any] = {}


NEW = Endpoint("POST", "/v1/b2b/organizations/{organization_id}/new", lambda ctx, req: {}, NewRequest)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("name", "string"),
        ("locale", "string"),
        ("limit", "integer"),
        ("enabled", "boolean"),
        ("domains", "array"),
        ("metadata", "object"),
    ],
)
def test_field_types_are_read_from_the_request_class(field, expected):
    assert json_type(NEW, field) == expected


def test_fields_are_read_from_the_request_class():
    assert path_fields(NEW) == {"organization_id"}
    assert body_fields(NEW) == ["name", "locale", "limit", "enabled", "domains", "metadata"]
    assert required_fields(NEW) == ["organization_id", "name"]
