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
_MAX_OPERATIONS = 1000
# The fields that each operation requires: one of each tuple.
_NEEDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "create_user": (("email", "user_name"),),
    "update_user": (("user",),),
    "deactivate_user": (("user",),),
    "delete_user": (("user",),),
    "create_group": (("name",),),
    "add_to_group": (("group",), ("user", "users")),
    "remove_from_group": (("group",), ("user", "users")),
    "delete_group": (("group",),),
}


class Operation(Frozen, forbid_unknown_fields=True):
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
    connection_id: str
    operations: list[Operation]


class Calls:
    """The SCIM calls that one push makes, in order."""

    def __init__(self, mock: Mock, base_url: str, connection: ScimConnection) -> None:
        self._base = f"{base_url}/v1/b2b/scim/{connection.connection_id}"
        self._headers = (
            ("Authorization", f"Bearer {connection.own_token}"),
            ("Content-Type", "application/scim+json"),
        )
        self._put = partial(outbound.fetch, app=mock.app, own_urls=(base_url,))

    async def call(self, method: str, path: str, body: Any = None) -> Json:
        content = b"" if body is None else msgspec.json.encode(body)
        reply = await self._put(outbound.OutboundRequest(method, self._base + path, self._headers, content))
        return {"method": method, "path": path, "status": reply.status, "body": reply.json()}

    async def run(self, o: Operation) -> Json:
        match o.op:
            case "create_user":
                return await self.call("POST", "/Users", _user(o) | {"active": o.active is not False})
            case "update_user":
                return await self._patch(await self._user(o.user), _changes(o))
            case "deactivate_user":
                return await self._patch(await self._user(o.user), [{"op": "replace", "value": {"active": False}}])
            case "delete_user":
                return await self.call("DELETE", await self._user(o.user))
            case "create_group":
                members = [{"value": await self._id("User", user)} for user in _users(o)]
                named = {"displayName": o.name, "members": members}
                return await self.call("POST", "/Groups", {**named, **_non_empty(externalId=o.external_id)})
            case "delete_group":
                return await self.call("DELETE", await self._group(o.group))
        ids = [await self._id("User", user) for user in _users(o)]
        return await self._patch(await self._group(o.group), _member_operations(o.op, ids))

    async def _patch(self, path: str, operations: list[Json]) -> Json:
        return await self.call("PATCH", path, {"schemas": [_PATCH], "Operations": operations})

    async def _user(self, reference: str) -> str:
        return f"/Users/{quote(await self._id('User', reference), safe='')}"

    async def _group(self, reference: str) -> str:
        return f"/Groups/{quote(await self._id('Group', reference), safe='')}"

    async def _id(self, kind: Literal["User", "Group"], reference: str) -> str:
        """Look the user or group up by name. An unknown name is sent as the id, so the server's 404 is shown."""
        if reference.startswith(("member-test-", "scim-group-test-")):
            return reference
        attribute = "userName" if kind == "User" else "displayName"
        text = msgspec.json.encode(reference).decode()
        found = await self.call("GET", f"/{kind}s?filter={quote(f'{attribute} eq {text}')}")
        resources = found["body"].get("Resources") or [{"id": reference}]
        return str(resources[0]["id"])


def routes(mock: Mock) -> list[Route]:
    async def push(request: HttpRequest) -> Json:
        """Make the calls that the directory would make. A refused call doesn't stop the others.

        Raises:
            no_active_scim_connection: if the project has no such connection.
            bad_request: if an operation lacks a required field.
        """
        wanted = _push_body(request)
        with mock.transaction(request.project) as ctx:
            connection = ctx.store.find(ScimConnection, connection_id=wanted.connection_id)
        if connection is None:
            raise errors.no_active_scim_connection(because=f"no connection {wanted.connection_id}")
        calls = Calls(mock, request.server_url, connection)
        return {"results": [{"op": o.op, **await calls.run(o)} for o in wanted.operations]}

    return [route("POST", "/scim/push", push)]


def _push_body(request: HttpRequest) -> PushBody:
    wanted = body(request, PushBody)
    if len(wanted.operations) > _MAX_OPERATIONS:
        raise errors.bad_request(because=f"more than {_MAX_OPERATIONS} operations")
    for n, o in enumerate(wanted.operations):
        for needed in _NEEDS[o.op]:
            if not any(getattr(o, name) for name in needed):
                raise errors.bad_request(because=f"operation {n}: {o.op} needs {' or '.join(needed)}")
    return wanted


def _user(o: Operation) -> Json:
    emails = [{"value": o.email, "type": "work", "primary": True}] if o.email else []
    return {"userName": o.user_name or o.email, "emails": emails, **_profile(o), **o.attributes}


def _profile(o: Operation) -> Json:
    name = _non_empty(formatted=o.name, givenName=o.given_name, familyName=o.family_name)
    return _non_empty(name=name, externalId=o.external_id)


def _changes(o: Operation) -> list[Json]:
    """The PATCH operations that change a user, as a directory sends them."""
    value = {**_non_empty(userName=o.user_name), **_profile(o), **o.attributes}
    if o.email:
        value["emails"] = [{"value": o.email, "type": "work", "primary": True}]
        value.setdefault("userName", o.email)
    if o.active is not None:
        value["active"] = o.active
    return [{"op": "replace", "value": value}]


def _member_operations(op: str, ids: list[str]) -> list[Json]:
    if op == "add_to_group":
        return [{"op": "add", "path": "members", "value": [{"value": id} for id in ids]}]
    return [{"op": "remove", "path": f'members[value eq "{id}"]'} for id in ids]


def _users(o: Operation) -> list[str]:
    return [*o.users, o.user] if o.user else o.users


def _non_empty(**values: Any) -> Json:
    return {name: value for name, value in values.items() if value}
