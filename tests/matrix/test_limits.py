"""The limits of request fields: the last allowed value, and the first refused one."""

from collections import defaultdict
from typing import Any, NamedTuple

import pytest
from msgspec import inspect

from tests.matrix.endpoints import ENDPOINTS, body_fields, path_fields
from tests.support.errors import error_of


class Limit(NamedTuple):
    """The greatest length of a text (``least`` is None), or the least and the greatest number."""

    least: int | None
    greatest: int


def limit_of(info: Any) -> Limit | None:
    if isinstance(info, inspect.Metadata):
        return limit_of(info.type)
    if isinstance(info, inspect.UnionType):
        return next((found for each in info.types if (found := limit_of(each))), None)
    if isinstance(info, inspect.StrType) and info.max_length is not None:
        return Limit(None, info.max_length)
    if isinstance(info, inspect.IntType) and info.le is not None:
        return Limit(info.ge, info.le)
    return None


def limits_of(endpoint):
    sent = {*body_fields(endpoint), *path_fields(endpoint)}
    fields: Any = inspect.type_info(endpoint.request)
    found = {field.encode_name: limit_of(field.type) for field in fields.fields if field.encode_name in sent}
    return {name: limit for name, limit in found.items() if limit}


LIMITED = {name: found for name, endpoint in ENDPOINTS.items() if (found := limits_of(endpoint))}


def value(field, limit, size):
    """Return a valid number, or a valid text of this length."""
    if limit.least is not None:
        return size
    if "email" in field:
        labels = "." + "d" * 60
        domain = (labels * 5)[: size - 65 - len(".test")].lstrip(".").ljust(size - 65 - len(".test"), "d") + ".test"
        return f"{'a' * 64}@{domain}"
    return "1" * size


@pytest.mark.parametrize("name", LIMITED)
def test_greatest_value_is_allowed_and_one_more_is_refused(own_project, failures, name):
    """The values that must be refused are sent first, because an allowed one can change the project."""
    endpoint = ENDPOINTS[name]
    valid = own_project.valid_request(endpoint)

    def error_type(field, size):
        response = own_project.send(endpoint, valid | {field: value(field, LIMITED[name][field], size)})
        return "" if response.status_code == 200 else error_of(response)[1]

    errors = {}
    for field, (least, greatest) in LIMITED[name].items():
        errors[field] = error_type(field, greatest + 1)
        if not errors[field]:
            failures.append(f"{field}: {greatest + 1} must be refused")
        if least is not None and error_type(field, least - 1) != errors[field]:
            failures.append(f"{field}: {least - 1} must be refused with {errors[field]}")
    for field, limit in LIMITED[name].items():
        for size in {*limit} - {None}:
            if error_type(field, size) == errors[field]:
                failures.append(f"{field}: {size} must be allowed")


def test_limits_are_these():
    """A limit is read from the code, so its value is compared with this table."""
    found = defaultdict(set)
    for limits in LIMITED.values():
        for field, limit in limits.items():
            found[field].add(limit.greatest if limit.least is None else tuple(limit))
    assert found == {
        "access_token_custom_audience": {2048},
        "access_token_expiry_minutes": {(1, 1440)},
        "access_token_template_content": {16384},
        "client_description": {2048},
        "client_name": {256},
        "client_secret": {512},
        "description": {1000},
        "discovery_expiration_minutes": {(2, 15), (5, 10080)},
        "display_name": {128},
        "email_address": {254},
        "expiration_minutes": {(5, 1440)},
        "expires_in_minutes": {(1, 52704000)},
        "external_organization_id": {128},
        "hash": {4096},
        "id_token_template_content": {16384},
        "invite_expiration_minutes": {(5, 10080)},
        "limit": {(0, 1000), (1, 100)},
        "login_expiration_minutes": {(2, 15), (5, 10080)},
        "organization_id": {128},
        "override_description": {1000},
        "reset_password_expiration_minutes": {(5, 10080)},
        "session_duration_minutes": {(5, 527040)},
        "signup_expiration_minutes": {(2, 15), (5, 10080)},
    }
