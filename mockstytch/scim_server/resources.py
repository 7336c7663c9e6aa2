"""One kind of SCIM resource: parse the payload of a request, patch a resource, serialize it for the response."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, TypeVar

from scim2_models import Context as Scim
from scim2_models import (
    InvalidPathException,
    InvalidValueException,
    PatchOp,
    Path,
    PayloadTooLargeException,
    ResponseParameters,
    ScimFilter,
)

from mockstytch.domain.shared import emails
from mockstytch.protocols.scim import scim_dialects
from mockstytch.protocols.scim.scim_models import TOLERANT, Group, User
from mockstytch.runtime import Context
from mockstytch.store.queries import RowQuery
from mockstytch.store.record import Record
from mockstytch.store.records.scim import ScimConnection, ScimGroup, ScimUser
from mockstytch.wire import time

# Without these limits, one request could keep the server busy for seconds.
_MAX_PATH_CHARACTERS = 100_000  # the sum of all operations of a PATCH
_MAX_OPERATIONS = 1000
_UNCHECKED_OPERATIONS = 20  # up to this many operations are applied to a resource of any size
_MAX_COMPARISONS = 50_000  # operations times values, because an operation searches all values

Json = dict[str, Any]
Row = TypeVar("Row", ScimUser, ScimGroup)
Model = TypeVar("Model", User, Group)


class ResourceHandler(ABC, Generic[Row, Model]):
    """The resources of one kind, of one connection, in one transaction.

    Attributes:
        name: the resource type. The endpoint is its plural.
        model: the library's class of these resources.
        record: the stored record of a resource.
        base_url: URL of the connection.
    """

    name: ClassVar[str]
    model: ClassVar[Any]
    record: ClassVar[type[Record]]

    def __init__(self, ctx: Context, connection: ScimConnection, base_url: str) -> None:
        self.ctx, self.connection, self.base_url = ctx, connection, base_url

    @abstractmethod
    def find(self, id: str) -> Row:
        """Return the row of a resource.

        Raises:
            NotFoundException: if the connection has no such resource.
        """

    @abstractmethod
    def delete(self, row: Row) -> None:
        """Delete a resource."""

    @abstractmethod
    def query(self) -> RowQuery:
        """Return the query for the connection's rows, without an order."""

    @abstractmethod
    def to_models(self, rows: list[Row]) -> list[Model]:
        """Return the resources of these rows."""

    @abstractmethod
    def _id(self, row: Row) -> str: ...

    @abstractmethod
    def _required_name(self, model: Model) -> str | None:
        """Return the attribute that must not be blank."""

    @abstractmethod
    def _insert(self, model: Model) -> Row: ...

    @abstractmethod
    def _replace(self, row: Row, model: Model) -> Row: ...

    @abstractmethod
    def _update(self, row: Row, model: Model) -> Row: ...

    def create(self, payload: Any) -> Row:
        """Create a resource (POST)."""
        return self._insert(self._parse(payload, Scim.RESOURCE_CREATION_REQUEST))

    def replace(self, row: Row, payload: Any) -> Row:
        """Replace a resource (PUT)."""
        return self._replace(row, self._parse(payload, Scim.RESOURCE_REPLACEMENT_REQUEST))

    def patch(self, row: Row, payload: Any) -> Row:
        """Apply the operations of a PATCH.

        Raises:
            PayloadTooLargeException: if the operations would take too long.
            InvalidPathException: if a path isn't an attribute of the schema.
        """
        normalized = scim_dialects.normalize_patch(payload)
        has_too_many = len(scim_dialects.operations_of(normalized)) > _MAX_OPERATIONS
        if has_too_many or scim_dialects.total_path_length(normalized) > _MAX_PATH_CHARACTERS:
            raise PayloadTooLargeException(detail="The PATCH has too many operations, or its paths are too long")
        patch = PatchOp[self.model].model_validate(  # type: ignore[name-defined]  # a type made at run time
            normalized, scim_ctx=Scim.RESOURCE_PATCH_REQUEST, scim_policy=TOLERANT
        )
        for operation in patch.operations or []:
            self._require_known_path(operation.path)
        (model,) = self.to_models([row])
        present_values = sum(len(value) for value in vars(model).values() if isinstance(value, list))
        operations, values = len(patch.operations or []), present_values + scim_dialects.count_values(normalized)
        if operations > _UNCHECKED_OPERATIONS and operations * values > _MAX_COMPARISONS:
            raise PayloadTooLargeException(detail="The PATCH has too many operations for the number of values")
        patch.patch(model, scim_policy=TOLERANT)
        self._require_name(model)
        return self._update(row, model)

    def serialize(self, row: Row, context: Scim, parameters: ResponseParameters[Any]) -> Json:
        """Return a row as the JSON of a response."""
        (model,) = self.to_models([row])
        return self.dump(model, context, parameters)

    def dump(self, model: Model, context: Scim, parameters: ResponseParameters[Any]) -> Json:
        """Return a resource as the JSON of a response."""
        return model.model_dump(scim_ctx=context, response_parameters=parameters, scim_policy=TOLERANT)

    def parameters(self, query: dict[str, str]) -> ResponseParameters[Any]:
        """Return ``attributes`` and ``excludedAttributes`` of the query parameters."""
        names = {name: query[name] for name in ("attributes", "excludedAttributes") if name in query}
        response_parameters = ResponseParameters[self.model]  # type: ignore[name-defined]  # a type made at run time
        return response_parameters.model_validate(names)

    def in_order(self, query: RowQuery) -> RowQuery:
        """Return the query in the order in which the resources were created."""
        return query.order_by(self.record.table.c.position)

    def run(self, query: RowQuery) -> list[Model]:
        """Return the resources that a query finds."""
        return self.to_models(self.ctx.store.rows(self.record, query))  # type: ignore[arg-type]  # rows of the record

    def candidates(self, scim_filter: ScimFilter[Any]) -> RowQuery:
        """Return a query that finds at least the resources that match the filter."""
        return self.query()

    def location(self, row: Row) -> str:
        """Return the URL of a resource."""
        return f"{self.base_url}/{self.name}s/{self._id(row)}"

    def _meta(self, row: Row) -> Json:
        return {
            "resourceType": self.name,
            "created": time(row.created_at),
            "lastModified": time(row.updated_at),
            "location": self.location(row),
        }

    def _parse(self, payload: Any, context: Scim) -> Model:
        normalized = scim_dialects.normalize_resource(payload, emails.is_address)
        model: Model = self.model.model_validate(normalized, scim_ctx=context, scim_policy=TOLERANT)
        self._require_name(model)
        return model

    def _require_known_path(self, path: Any) -> None:
        """Check the path of an operation. Attributes of unknown schemas are ignored.

        Raises:
            InvalidPathException: if the path isn't an attribute of the schema.
        """
        bound = Path[self.model](path or "")  # type: ignore[name-defined]  # a type made at run time
        is_foreign = str(path).lower().startswith("urn:") and bound.schema not in self.model.get_extension_models()
        if path and bound.model is None and bound.resolve() is None and not is_foreign:
            raise InvalidPathException(path=str(path), detail=f"'{path}' is not an attribute of the schema")

    def _require_name(self, model: Model) -> None:
        """Check that the resource has a name.

        Raises:
            InvalidValueException: if the name is missing or blank.
        """
        if not (self._required_name(model) or "").strip():
            raise InvalidValueException(detail=f"A {self.name} needs a name that is not blank")
