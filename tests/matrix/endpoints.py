"""The endpoints of the API, and the fields of their requests.

The field types come from the official Python client. For an endpoint that the client doesn't have, they are read
from the endpoint's own request class.
"""

import re
from enum import Enum
from typing import Any, get_origin

import msgspec
import pydantic
from msgspec import inspect

from mockstytch.app import endpoints
from mockstytch.surfaces.endpoint import Endpoint
from tests.contract.operations import operations, plain

# Endpoints for OAuth clients have errors in another format, and separate tests.
ENDPOINTS = {endpoint.name: endpoint for endpoint in endpoints() if "/oauth2/" not in endpoint.path}

# The optional fields that a valid request needs, usually one of several.
EXTRA_FIELDS = {
    "fraud.set_rule": ["visitor_id"],
    "idp.authorize": ["session_token"],
    "idp.start": ["session_token"],
    "otp_sms.authenticate": ["session_token"],
    "otp_sms.send": ["mfa_phone_number"],
    "scim.update": ["display_name"],
    "passwords.require_reset": ["organization_id", "member_id"],
    "passwords.session_reset": ["session_token"],
    "recovery_codes.recover": ["session_token"],
    "totp.authenticate": ["session_token"],
    "discovery.create": ["intermediate_session_token"],
    "discovery.exchange": ["intermediate_session_token"],
    "discovery.list": ["intermediate_session_token"],
    "members.get": ["member_id"],
    "members_emails.unlink_retired_email": ["email_address"],
    "members.update": ["name"],
    "organizations.update": ["organization_name"],
    "sessions.authenticate": ["session_token"],
    "sessions.exchange": ["session_token"],
    "sessions.revoke": ["session_token"],
    "sessions_attest.attest": ["organization_id"],
}
_OPERATIONS = {(operation.method, operation.path): operation for operation in operations().values()}
_JSON_TYPES: dict[type, str] = {
    inspect.StrType: "string",
    inspect.EnumType: "string",
    inspect.LiteralType: "string",
    inspect.DateTimeType: "string",
    inspect.IntType: "integer",
    inspect.BoolType: "boolean",
    inspect.ListType: "array",
    inspect.VarTupleType: "array",
    inspect.DictType: "object",
    inspect.StructType: "object",
}


def json_type(endpoint: Endpoint, field: str) -> str:
    """Return the type of a field: string, integer, boolean, array or object."""
    operation = _OPERATIONS.get((endpoint.method, endpoint.path))
    return _declared_type(endpoint.request, field) if operation is None else _client_type(operation.fields, field)


def _client_type(fields: dict[str, Any], field: str) -> str:
    hint = plain(fields.get(field, str))
    found = get_origin(hint) or hint
    if issubclass(found, Enum):
        return "string"
    names = {str: "string", int: "integer", bool: "boolean", list: "array", dict: "object"}
    return "object" if issubclass(found, pydantic.BaseModel) else names[found]


def _declared_type(request: type[msgspec.Struct], field: str) -> str:
    declared: Any = inspect.type_info(request)
    info = next(f.type for f in declared.fields if f.name == field)
    while isinstance(info, inspect.Metadata | inspect.UnionType):
        if isinstance(info, inspect.Metadata):
            info = info.type
        else:
            info = next(each for each in info.types if type(each) in _JSON_TYPES)
    return _JSON_TYPES[type(info)]


def path_fields(endpoint: Endpoint) -> set[str]:
    return set(re.findall(r"{(\w+)}", endpoint.path))


def body_fields(endpoint: Endpoint) -> list[str]:
    """Return the fields that the official client sends in the body or the query."""
    operation = _OPERATIONS.get((endpoint.method, endpoint.path))
    fields = endpoint.request.__struct_fields__
    known = fields if operation is None else operation.fields
    return [field for field in fields if field in known and field not in path_fields(endpoint)]


def required_fields(endpoint: Endpoint) -> list[str]:
    return [field.name for field in msgspec.structs.fields(endpoint.request) if field.required]
