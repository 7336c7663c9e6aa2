"""For each endpoint a request that is good, to be spoilt in one place."""

import json
import re
from collections.abc import Iterable
from enum import Enum
from typing import Any, get_origin
from urllib.parse import quote

import httpx
import msgspec
import pydantic

from mockstytch import errors
from mockstytch.app import endpoints
from mockstytch.http.endpoint import Endpoint
from tests.contract.operations import operations, plain
from tests.given import Given

ENDPOINTS = {endpoint.name: endpoint for endpoint in endpoints()}

# What a request needs beside its required fields: one of several, as a rule.
ALSO = {
    "discovery.list": ["intermediate_session_token"],
    "members.get": ["member_id"],
    "members.unlink_retired_email": ["email_address"],
    "members.update": ["name"],
    "organizations.update": ["organization_name"],
    "sessions.authenticate": ["session_token"],
    "sessions.exchange": ["session_token"],
    "sessions.revoke": ["session_token"],
}
_OFFICIAL = {(operation.method, operation.path): operation for operation in operations().values()}
_SEARCH_ERROR = re.compile(r"(organization|member)_search_\w+")
_TYPES = {kind.error_type: kind.status_code for kind in errors.catalogue()}
KEYS = ["status_code", "request_id", "error_type", "error_message", "error_url"]


def wire_type(endpoint: Endpoint, field: str) -> str:
    """What the official client says a field is: string, integer, boolean, array or object."""
    hint = plain(_OFFICIAL[endpoint.method, endpoint.path].fields.get(field, str))
    found = get_origin(hint) or hint
    if issubclass(found, Enum):
        return "string"
    names = {str: "string", int: "integer", bool: "boolean", list: "array", dict: "object"}
    return "object" if issubclass(found, pydantic.BaseModel) else names[found]


def in_path(endpoint: Endpoint) -> set[str]:
    return set(re.findall(r"{(\w+)}", endpoint.path))


def in_body(endpoint: Endpoint) -> list[str]:
    """The fields of a request that the official client sends, and that are not in its path."""
    known = _OFFICIAL[endpoint.method, endpoint.path].fields
    return [f for f in endpoint.request.__struct_fields__ if f in known and f not in in_path(endpoint)]


def required(endpoint: Endpoint) -> list[str]:
    return [f.name for f in msgspec.structs.fields(endpoint.request) if f.required]


class World:
    """Two organizations with a member each, a session, and a project beside them with the same."""

    def __init__(self, given: Given, http: httpx.Client) -> None:
        self.given, self.http = given, http
        self.acme = given.organization("Acme")
        self.globex = given.organization("Globex")
        self.ada = given.member(self.acme, "ada@acme.test")
        self.bob = given.member(self.globex, "bob@globex.test")
        self.login = given.login(self.acme, self.ada)
        self.values = {
            "organization_id": self.acme.organization_id,
            "organization_ids": [self.acme.organization_id],
            "member_id": self.ada.member_id,
            "member_password_id": "member-password-test-11111111-1111-4111-8111-111111111111",
            "email_address": given.email(),
            "organization_name": "Initech",
            "name": "Grace",
            "project_id": given.mock.project_id,
            "session_token": self.login.session_token,
            "session_jwt": self.login.session_jwt,
            "member_session_id": self.login.member_session.member_session_id,
            "intermediate_session_token": given.discovered("grace@globex.test").intermediate_session_token,
            "magic_links_token": given.link_token(self.acme, "ada@acme.test"),
            "discovery_magic_links_token": given.discovery_token("grace@globex.test"),
        }

    def good(self, endpoint: Endpoint, fields: Iterable[str] = ()) -> dict[str, Any]:
        """The fields of a request that this endpoint would take; those in its path among them."""
        wanted = [*required(endpoint), *ALSO.get(endpoint.name, []), *fields]
        return {name: self.values[name] for name in wanted}

    def send(self, endpoint: Endpoint, fields: dict[str, Any], **options: Any) -> httpx.Response:
        """A request with these fields, each where it belongs."""
        path = _filled(endpoint.path, fields)
        rest = {name: value for name, value in fields.items() if name not in in_path(endpoint)}
        if endpoint.method == "GET":
            query = {name: _text(value) for name, value in rest.items()}
            return self.http.request("GET", path, params=query, **options)
        return self.http.request(endpoint.method, path, content=json.dumps(rest).encode(), **options)


def _filled(path: str, fields: dict[str, Any]) -> str:
    return re.sub(r"{(\w+)}", lambda found: quote(str(fields[found[1]]), safe=""), path)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Status and type of an error. It must be one that the API has, in the API's shape, and no fault of the server."""
    body = json.loads(answer.content)
    assert answer.headers["content-type"] == "application/json"
    assert list(body)[:5] == KEYS, body
    assert list(body)[5:] in ([], ["error_details"]), body
    assert 400 <= answer.status_code < 500, body
    assert body["status_code"] == answer.status_code
    assert body["request_id"].startswith("request-id-test-")
    assert body["error_message"]
    error_type = body["error_type"]
    assert body["error_url"].endswith(f"/errors/{answer.status_code}#{error_type}")
    assert error_type in _TYPES or _SEARCH_ERROR.fullmatch(error_type), error_type
    return answer.status_code, error_type


class Findings(list[str]):
    """What is wrong in a walk over many cells; all of it is shown, not the first."""

    def expect_refusal(self, cell: str, answer: httpx.Response) -> str:
        """Note an answer that is no proper error; answers its type, if it has one."""
        try:
            return refusal(answer)[1]
        except (AssertionError, ValueError, KeyError) as e:
            self.append(f"{cell}: {answer.status_code} {str(e).splitlines()[0] if str(e) else ''}")
            return ""
