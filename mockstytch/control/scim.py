"""``POST /_mock/api/scim/push``: act as an organization's directory, over the real SCIM endpoints."""

from functools import partial
from typing import Any, Literal
from urllib.parse import quote

import msgspec

from mockstytch import errors, outbound
from mockstytch.control.request_parsing import body
from mockstytch.control.surface import route
from mockstytch.runtime import Mock
from mockstytch.store.records.scim import ScimConnection
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route
from mockstytch.values import Frozen

Json = dict[str, Any]

_PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MAX_OPERATIONS = 1000
# Each operation requires one field of each tuple.
_REQUIRED_FIELDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "create_user": (("email", "user_name"),),
    "update_user": (("user",),),
    "deactivate_user": (("user",),),
    "delete_user": (("user",),),
    "create_group": (("name",),),
    "add_to_group": (("group",), ("user", "users")),
    "remove_from_group": (("group",), ("user", "users")),
    "delete_group": (("group",),),
}


class ScimOperation(Frozen, forbid_unknown_fields=True):
    """One change in the directory.

    Attributes:
        email: the user's address; also the ``userName``, unless that is given.
        user: the user's SCIM id or ``userName``.
        users: the same for several users.
        group: the group's SCIM id or name.
        attributes: more attributes of the user, by their SCIM names.
    """

    op: Literal[
        "create_user",
        "update_user",
        "deactivate_user",
        "delete_user",
        "create_group",
        "add_to_group",
        "remove_from_group",
        "delete_group",
    ]
    email: str = ""
    user_name: str = ""
    name: str = ""
    given_name: str = ""
    family_name: str = ""
    external_id: str = ""
    active: bool | None = None
    attributes: Json = {}
    user: str = ""
    users: list[str] = []
    group: str = ""


class PushBody(Frozen, forbid_unknown_fields=True):
    """The body of a push: the connection, and the operations in their order."""

    connection_id: str
    operations: list[ScimOperation]


class DirectoryClient:
    """A client of the SCIM server, with the connection's own token. The app can't rotate that token."""

    def __init__(self, mock: Mock, base_url: str, connection: ScimConnection) -> None:
        self._base_url = f"{base_url}/v1/b2b/scim/{connection.connection_id}"
        self._headers = (
            ("Authorization", f"Bearer {connection.own_token}"),
            ("Content-Type", "application/scim+json"),
        )
        self._fetch = partial(mock.transport, own_urls=(base_url,))

    async def call(self, method: str, path: str, body: Any = None) -> Json:
        """Send one SCIM request. Return it with the status and the body of its response."""
        content = b"" if body is None else msgspec.json.encode(body)
        response = await self._fetch(outbound.OutboundRequest(method, self._base_url + path, self._headers, content))
        return {"method": method, "path": path, "status": response.status, "body": response.json()}

    async def run(self, operation: ScimOperation) -> Json:
        """Send the requests of an operation. Return the last one with its response, as ``call`` does."""
        match operation.op:
            case "create_user":
                return await self.call(
                    "POST", "/Users", _user_resource(operation) | {"active": operation.active is not False}
                )
            case "update_user":
                return await self._patch(await self._user_path(operation.user), _user_changes(operation))
            case "deactivate_user":
                return await self._patch(
                    await self._user_path(operation.user), [{"op": "replace", "value": {"active": False}}]
                )
            case "delete_user":
                return await self.call("DELETE", await self._user_path(operation.user))
            case "create_group":
                members = [{"value": await self._id("User", user)} for user in _user_references(operation)]
                group = {"displayName": operation.name, "members": members}
                return await self.call("POST", "/Groups", group | _non_empty(externalId=operation.external_id))
            case "delete_group":
                return await self.call("DELETE", await self._group_path(operation.group))
        ids = [await self._id("User", user) for user in _user_references(operation)]
        return await self._patch(await self._group_path(operation.group), _member_operations(operation.op, ids))

    async def _patch(self, path: str, operations: list[Json]) -> Json:
        return await self.call("PATCH", path, {"schemas": [_PATCH], "Operations": operations})

    async def _user_path(self, reference: str) -> str:
        return f"/Users/{quote(await self._id('User', reference), safe='')}"

    async def _group_path(self, reference: str) -> str:
        return f"/Groups/{quote(await self._id('Group', reference), safe='')}"

    async def _id(self, kind: Literal["User", "Group"], reference: str) -> str:
        """Look the user or group up by name. An unknown name is sent as the id, so the server's 404 is shown."""
        if reference.startswith(("member-test-", "scim-group-test-")):
            return reference
        attribute = "userName" if kind == "User" else "displayName"
        text = msgspec.json.encode(reference).decode()
        response = await self.call("GET", f"/{kind}s?filter={quote(f'{attribute} eq {text}')}")
        resources = response["body"].get("Resources") or [{"id": reference}]
        return str(resources[0]["id"])


def routes(mock: Mock) -> list[Route]:
    """Return the routes of SCIM in the control API."""

    async def push(request: HttpRequest) -> Json:
        """Send the requests that the directory would send. A refused request doesn't stop the others.

        Raises:
            no_active_scim_connection: if the project has no such connection.
            bad_request: if an operation lacks a required field.
        """
        push_body = _parse_body(request)
        with mock.transaction(request.project) as ctx:
            connection = ctx.store.find(ScimConnection, connection_id=push_body.connection_id)
        if connection is None:
            raise errors.no_active_scim_connection(because=f"no connection {push_body.connection_id}")
        client = DirectoryClient(mock, request.server_url, connection)
        results = [{"op": operation.op, **await client.run(operation)} for operation in push_body.operations]
        return {"results": results}

    return [route("POST", "/scim/push", push)]


def _parse_body(request: HttpRequest) -> PushBody:
    """Return the body of a push.

    Raises:
        bad_request: if there are too many operations, or an operation lacks a required field.
    """
    push_body = body(request, PushBody)
    if len(push_body.operations) > MAX_OPERATIONS:
        raise errors.bad_request(because=f"more than {MAX_OPERATIONS} operations")
    for n, operation in enumerate(push_body.operations):
        for names in _REQUIRED_FIELDS[operation.op]:
            if not any(getattr(operation, name) for name in names):
                raise errors.bad_request(because=f"operation {n}: {operation.op} requires {' or '.join(names)}")
    return push_body


def _user_resource(operation: ScimOperation) -> Json:
    emails = [_work_address(operation.email)] if operation.email else []
    user_name = operation.user_name or operation.email
    return {"userName": user_name, "emails": emails, **_profile(operation), **operation.attributes}


def _work_address(email: str) -> Json:
    return {"value": email, "type": "work", "primary": True}


def _profile(operation: ScimOperation) -> Json:
    name = _non_empty(formatted=operation.name, givenName=operation.given_name, familyName=operation.family_name)
    return _non_empty(name=name, externalId=operation.external_id)


def _user_changes(operation: ScimOperation) -> list[Json]:
    """Return the PATCH operations that change a user, as a directory sends them."""
    value = {**_non_empty(userName=operation.user_name), **_profile(operation), **operation.attributes}
    if operation.email:
        value["emails"] = [_work_address(operation.email)]
        value.setdefault("userName", operation.email)
    if operation.active is not None:
        value["active"] = operation.active
    return [{"op": "replace", "value": value}]


def _member_operations(op: str, ids: list[str]) -> list[Json]:
    """Return the PATCH operations that add users to a group, or remove them."""
    if op == "add_to_group":
        return [{"op": "add", "path": "members", "value": [{"value": id} for id in ids]}]
    return [{"op": "remove", "path": f'members[value eq "{id}"]'} for id in ids]


def _user_references(operation: ScimOperation) -> list[str]:
    return [*operation.users, operation.user] if operation.user else operation.users


def _non_empty(**values: Any) -> Json:
    return {name: value for name, value in values.items() if value}
