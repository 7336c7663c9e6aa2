"""``/Users`` and ``/Groups``: the SCIM library's resources made of rows, and rows made of them."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, TypeVar

from scim2_models import Context as Scim
from scim2_models import (
    InvalidFilterException,
    InvalidPathException,
    InvalidValueException,
    NotFoundException,
    PatchOp,
    Path,
    PayloadTooLargeException,
    ResponseParameters,
    ScimFilter,
    SearchRequest,
)
from scim2_models.path import CompareOperator, Comparison
from sqlalchemy import select

from mockstytch.domain.scim import scim_groups, scim_users
from mockstytch.domain.shared import emails
from mockstytch.protocols.scim import scim_dialects
from mockstytch.protocols.scim.scim_models import MAX_RESULTS, TOLERANT, ExtendedUser, Group, User
from mockstytch.runtime import Context
from mockstytch.store.record import Record
from mockstytch.store.records.members import Member
from mockstytch.store.records.scim import ScimConnection, ScimGroup, ScimMembership, ScimUser
from mockstytch.wire import time

# One request must not hold up the server: beyond these it would, for seconds.
_LONGEST_FILTER = 2_000
_LONGEST_PATHS = 100_000
_MOST_OPERATIONS = 1000
_MOST_VALUES = 1000  # of one attribute of a user
_FEW_OPERATIONS = 20  # however large the group
_MOST_STEPS = 50_000  # operations times values: each looks through all

Json = dict[str, Any]
Row = TypeVar("Row", ScimUser, ScimGroup)
Model = TypeVar("Model", User, Group)


class Kind(ABC, Generic[Row, Model]):
    """One kind of resource of one connection, in one transaction."""

    name: ClassVar[str]
    model: ClassVar[Any]
    record: ClassVar[type[Record]]

    def __init__(self, ctx: Context, connection: ScimConnection, base: str) -> None:
        self.ctx, self.connection, self.base = ctx, connection, base

    @property
    def parameters(self) -> type[ResponseParameters[Any]]:
        return ResponseParameters[self.model]  # type: ignore[name-defined]  # made here

    @abstractmethod
    def id_of(self, row: Row) -> str: ...

    @abstractmethod
    def models(self, rows: list[Row]) -> list[Model]:
        """The resources that these rows are."""

    @abstractmethod
    def find(self, id: str) -> Row:
        """
        Raises:
            NotFoundException: there is none.
        """

    @abstractmethod
    def insert(self, wanted: Model) -> Row: ...

    @abstractmethod
    def write(self, row: Row, wanted: Model) -> Row: ...

    @abstractmethod
    def delete(self, row: Row) -> None: ...

    @abstractmethod
    def name_in(self, wanted: Model) -> str | None:
        """What the resource is called: never nothing."""

    def keep(self, row: Row, wanted: Model) -> None:
        """A replacement that says nothing of these things leaves them as they are."""

    def create(self, payload: Any) -> Row:
        return self.insert(self._read(payload, Scim.RESOURCE_CREATION_REQUEST))

    def replace(self, row: Row, payload: Any) -> Row:
        wanted = self._read(payload, Scim.RESOURCE_REPLACEMENT_REQUEST)
        self.keep(row, wanted)
        return self.write(row, wanted)

    def patch(self, row: Row, payload: Any) -> Row:
        asked = scim_dialects.patch(payload)
        many = len(scim_dialects.operations_of(asked)) > _MOST_OPERATIONS
        if many or scim_dialects.path_lengths(asked) > _LONGEST_PATHS:
            raise PayloadTooLargeException(detail="The operations are too many, or their paths too long")
        operations = PatchOp[self.model].model_validate(  # type: ignore[name-defined]  # made here
            asked, scim_ctx=Scim.RESOURCE_PATCH_REQUEST, scim_policy=TOLERANT
        )
        for operation in operations.operations or []:
            self._check_path(operation.path)
        (resource,) = self.models([row])
        own = sum(len(value) for value in vars(resource).values() if isinstance(value, list))
        count, values = len(operations.operations or []), own + scim_dialects.values_in(asked)
        if count > _FEW_OPERATIONS and count * values > _MOST_STEPS:
            raise PayloadTooLargeException(detail="The operations are too many for so many values")
        operations.patch(resource, scim_policy=TOLERANT)
        self._check_name(resource)
        return self.write(row, resource)

    def _check_path(self, path: Any) -> None:
        """Attributes that are unknown are ignored in values, and in paths where they are of a foreign schema."""
        bound = Path[self.model](path or "")  # type: ignore[name-defined]  # made here
        foreign = str(path).lower().startswith("urn:") and bound.schema not in self.model.get_extension_models()
        if path and bound.model is None and bound.resolve() is None and not foreign:
            raise InvalidPathException(path=str(path), detail=f"'{path}' is not an attribute of the schema")

    def shown(self, row: Row, context: Scim, parameters: ResponseParameters[Any]) -> Json:
        (resource,) = self.models([row])
        return self.dumped(resource, context, parameters)

    def dumped(self, resource: Model, context: Scim, parameters: ResponseParameters[Any]) -> Json:
        return resource.model_dump(scim_ctx=context, response_parameters=parameters, scim_policy=TOLERANT)

    def rows(self) -> Any:
        """A select on this connection's, in the order in which they came."""
        columns = self.record.table.c
        mine = self.ctx.store.query(self.record).where(columns.connection_id == self.connection.connection_id)
        return mine.order_by(columns.position)

    def all(self, query: Any) -> list[Model]:
        return self.models(self.ctx.store.rows(self.record, query))  # type: ignore[arg-type]  # its rows, by subclass

    def narrowed(self, wanted: ScimFilter[Any]) -> Any:
        """A select that finds all that a filter may match; what it matches is decided afterwards."""
        return self.rows()

    def location(self, row: Row) -> str:
        return f"{self.base}/{self.name}s/{self.id_of(row)}"

    def meta(self, row: Row) -> Json:
        return {
            "resourceType": self.name,
            "created": time(row.created_at),
            "lastModified": time(row.updated_at),
            "location": self.location(row),
        }

    def _read(self, payload: Any, context: Scim) -> Model:
        given = scim_dialects.resource(payload, emails.is_address)
        read: Model = self.model.model_validate(given, scim_ctx=context, scim_policy=TOLERANT)
        self._check_name(read)
        return read

    def _check_name(self, wanted: Model) -> None:
        if not (self.name_in(wanted) or "").strip():
            raise InvalidValueException(detail=f"A {self.name} needs a name that is not blank")


class Users(Kind[ScimUser, User]):
    name, model, record = "User", ExtendedUser, ScimUser

    def id_of(self, row: ScimUser) -> str:
        return row.member_id

    def name_in(self, wanted: User) -> str | None:
        return wanted.user_name

    def models(self, rows: list[ScimUser]) -> list[User]:
        active, groups = self._active(rows), self._groups(rows)
        return [
            self.model.model_validate(
                {
                    **row.attributes,
                    "id": row.member_id,
                    "active": row.member_id in active if "active" in row.attributes else None,
                    "groups": [
                        {"value": g.group_id, "display": g.group_name, "$ref": f"{self.base}/Groups/{g.group_id}"}
                        for g in groups.get(row.member_id, [])
                    ],
                    "meta": self.meta(row),
                },
                scim_policy=TOLERANT,
            )
            for row in rows
        ]

    def _active(self, rows: list[ScimUser]) -> set[str]:
        columns, mine = Member.table.c, ScimUser.table.c
        query = self.ctx.store.query(Member).where(columns.status != "deleted")
        if len(rows) == 1:
            query = query.where(columns.member_id == rows[0].member_id)
        else:
            ids = select(mine.member_id).where(mine.connection_id == self.connection.connection_id)
            query = query.where(columns.member_id.in_(ids))
        return {member.member_id for member in self.ctx.store.rows(Member, query)}

    def _groups(self, rows: list[ScimUser]) -> dict[str, list[ScimGroup]]:
        store = self.ctx.store
        if len(rows) == 1:
            memberships = store.all(ScimMembership, member_id=rows[0].member_id)
        else:
            memberships = store.all(ScimMembership)
        known = {group.group_id: group for group in store.all(ScimGroup, connection_id=self.connection.connection_id)}
        found: dict[str, list[ScimGroup]] = {}
        for membership in memberships:
            if membership.group_id in known:
                found.setdefault(membership.member_id, []).append(known[membership.group_id])
        return found

    def find(self, id: str) -> ScimUser:
        found = self.ctx.store.find(ScimUser, member_id=id, connection_id=self.connection.connection_id)
        if found is None:
            raise NotFoundException(detail=f"There is no user {id}")
        return found

    def create(self, payload: Any) -> ScimUser:
        _check_values(payload)
        return super().create(payload)

    def replace(self, row: ScimUser, payload: Any) -> ScimUser:
        _check_values(payload)
        return super().replace(row, payload)

    def insert(self, wanted: User) -> ScimUser:
        wanted.active = wanted.active is not False
        return scim_users.create(self.ctx, self.connection, _stored(wanted), wanted.active)

    def keep(self, row: ScimUser, wanted: User) -> None:
        if wanted.active is None:  # nobody is locked out, or let in, by what isn't said
            (present,) = self.models([row])
            wanted.active = present.active

    def write(self, row: ScimUser, wanted: User) -> ScimUser:
        return scim_users.change(self.ctx, self.connection, row, _stored(wanted), wanted.active)

    def delete(self, row: ScimUser) -> None:
        scim_users.delete(self.ctx, row)

    def narrowed(self, wanted: ScimFilter[Any]) -> Any:
        """Directories ask for one ``userName``, before anything else and for each user: an index finds it."""
        asked = wanted.ast
        if isinstance(asked, Comparison) and asked.op == CompareOperator.eq and isinstance(asked.value, str):
            bound = ScimFilter[self.model](str(wanted)).resolve(asked.attr_path, strict=False)  # type: ignore[name-defined]  # made here
            if bound is not None and bound.field_name == "user_name" and asked.value.isascii():
                return self.rows().where(ScimUser.table.c.user_name_key == asked.value.lower())
        return self.rows()


class Groups(Kind[ScimGroup, Group]):
    name, model, record = "Group", Group, ScimGroup

    def id_of(self, row: ScimGroup) -> str:
        return row.group_id

    def name_in(self, wanted: Group) -> str | None:
        return wanted.display_name

    def models(self, rows: list[ScimGroup]) -> list[Group]:
        return [
            self.model.model_validate(
                {
                    "id": row.group_id,
                    "displayName": row.group_name,
                    "externalId": row.external_id or None,
                    "members": [self._member(user) for user in self._users(row)],
                    "meta": self.meta(row),
                },
                scim_policy=TOLERANT,
            )
            for row in rows
        ]

    def _users(self, row: ScimGroup) -> list[ScimUser]:
        mine = select(ScimMembership.table.c.member_id).where(ScimMembership.table.c.group_id == row.group_id)
        columns = ScimUser.table.c
        query = self.ctx.store.query(ScimUser).where(columns.member_id.in_(mine))
        return self.ctx.store.rows(ScimUser, query.order_by(columns.position))

    def _member(self, user: ScimUser) -> Json:
        named = user.attributes.get("displayName") or user.attributes["userName"]
        ref = f"{self.base}/Users/{user.member_id}"
        return {"value": user.member_id, "display": named, "$ref": ref, "type": "User"}

    def find(self, id: str) -> ScimGroup:
        found = self.ctx.store.find(ScimGroup, group_id=id, connection_id=self.connection.connection_id)
        if found is None:
            raise NotFoundException(detail=f"There is no group {id}")
        return found

    def insert(self, wanted: Group) -> ScimGroup:
        name, external_id = str(wanted.display_name), wanted.external_id or ""
        return scim_groups.create(self.ctx, self.connection, name, external_id, _ids(wanted))

    def write(self, row: ScimGroup, wanted: Group) -> ScimGroup:
        name, external_id = str(wanted.display_name), wanted.external_id or ""
        return scim_groups.change(self.ctx, self.connection, row, name, external_id, _ids(wanted))

    def patch(self, row: ScimGroup, payload: Any) -> ScimGroup:
        moves = scim_dialects.only_members(payload)
        if moves is None:
            return super().patch(row, payload)
        left = dict.fromkeys(scim_groups.members_of(self.ctx, row))
        for op, ids in moves:
            for id in ids:
                left.pop(id, None)
            left |= dict.fromkeys(ids if op == "add" else [])
        return scim_groups.change(self.ctx, self.connection, row, row.group_name, row.external_id, list(left))

    def delete(self, row: ScimGroup) -> None:
        scim_groups.delete(self.ctx, self.connection, row)


def search(kinds: list[Kind[Any, Any]], payload: Any) -> Json:
    """Filtered, sorted, a page of it; over one kind of resource, or over all."""
    models: Any = kinds[0].model if len(kinds) == 1 else kinds[0].model | kinds[1].model
    texts = [value for value in payload.values() if isinstance(value, str)] if isinstance(payload, dict) else []
    if any(len(text) > _LONGEST_FILTER for text in texts):
        raise InvalidFilterException(detail=f"The filter is longer than {_LONGEST_FILTER} characters")
    asked = SearchRequest[models].model_validate(payload, scim_ctx=Scim.SEARCH_REQUEST, scim_policy=TOLERANT)
    start = asked.start_index_0 or 0
    count = min(MAX_RESULTS if asked.count is None else asked.count, MAX_RESULTS)
    if asked.filter is None and asked.sort_by is None and len(kinds) == 1:
        (kind,) = kinds
        total = kind.ctx.store.count(kind.rows().order_by(None))
        page = kind.all(kind.rows().offset(min(start, 2**31)).limit(count))
    else:
        found = [(kind, resource) for kind in kinds for resource in kind.all(_candidates(kind, asked))]
        if asked.filter is not None:
            found = [(kind, resource) for kind, resource in found if asked.filter.match(resource)]
        ordered = asked.sort([resource for _, resource in found])
        total, page = len(ordered), ordered[start : start + count]
    by_model = {kind.model: kind for kind in kinds}
    return {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total,
        "startIndex": start + 1,
        "itemsPerPage": len(page),
        "Resources": [by_model[type(r)].dumped(r, Scim.SEARCH_RESPONSE, asked) for r in page],
    }


def _candidates(kind: Kind[Any, Any], asked: Any) -> Any:
    return kind.rows() if asked.filter is None else kind.narrowed(asked.filter)


def _stored(user: User) -> Json:
    """The resource without what is derived, and without the password, which nobody needs. Of ``active`` it is kept
    whether it is assigned at all: its value is whether the member is one."""
    derived = {"id", "meta", "groups", "password", "schemas"}
    dumped = user.model_dump(scim_ctx=Scim.DEFAULT, scim_policy=TOLERANT)
    kept = {name: value for name, value in dumped.items() if name not in derived}
    _check_values(kept)
    return {**kept, "active": True} if "active" in kept else kept


def _check_values(user: Any) -> None:
    """
    Raises:
        PayloadTooLargeException: an attribute has more values than any directory sends.
    """
    if isinstance(user, dict) and any(isinstance(v, list) and len(v) > _MOST_VALUES for v in user.values()):
        raise PayloadTooLargeException(detail=f"An attribute has more than {_MOST_VALUES} values")


def _ids(group: Group) -> list[str]:
    return list(dict.fromkeys(str(member.value) for member in group.members or [] if member.value))
