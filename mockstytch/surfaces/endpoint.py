"""Declaring endpoints: a request class and a function with a decorator."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, to_builtins

from mockstytch.runtime import Context
from mockstytch.values import Frozen

Body = dict[str, Any]
Operation = Callable[[Context, Any], Body]
F = TypeVar("F", bound=Operation)


class Request(Frozen):
    """Base class of requests. Unknown fields are ignored. Text is converted to a number only in a query string."""

    def changes(self) -> dict[str, Any]:
        """Return the ``Maybe`` fields that the caller sent, as plain values."""
        return {name: to_builtins(v) for name in _maybe_fields(type(self)) if (v := getattr(self, name)) is not UNSET}


@cache
def _maybe_fields(model: type[Request]) -> list[str]:
    """Return the names of a request's ``Maybe`` fields."""
    return [f.name for f in msgspec.structs.fields(model) if f.default is UNSET]


class Endpoint(msgspec.Struct, frozen=True):
    """One operation, its method and its paths.

    Attributes:
        aliases: older paths, which the API's documentation still shows. The request log notes their use.
        sdk_paths: the operation's paths in the browser API.
        resource: the RBAC resource of the permission.
        permission: the RBAC action that a member must be allowed to do; or such an action for each request field,
            needed only if the field is sent.
        changes: returns the sent fields that differ from the present values, if ``permission`` is a mapping. The other
            fields need no permission.
        public: whether it needs no credentials.
    """

    method: str
    path: str
    operation: Operation
    request: type[Request]
    aliases: tuple[str, ...] = ()
    sdk_paths: tuple[str, ...] = ()
    resource: str = ""
    permission: str | Mapping[str, str] = ""
    changes: Operation | None = None
    public: bool = False

    @property
    def is_fraud(self) -> bool:
        """Whether it belongs to the fraud product, which has its own host in production."""
        return self.name.startswith("fraud.")

    @property
    def name(self) -> str:
        """The module and the function: ``members.create``."""
        module = self.operation.__module__.rpartition(".")[2]
        return f"{module}.{self.operation.__name__.rstrip('_')}"


class Endpoints(list[Endpoint]):
    """The endpoints of one module.

    api = Endpoints(resource="stytch.member")

    @api.post("/v1/b2b/organizations/{organization_id}/members", permission="create")
    def create(ctx: Context, req: Create) -> Body: ...
    """

    def __init__(self, resource: str = "") -> None:
        super().__init__()
        self._resource = resource

    def _add(
        self,
        method: str,
        path: str,
        *,
        aliases: tuple[str, ...] = (),
        sdk: tuple[str, ...] = (),
        permission: str | Mapping[str, str] = "",
        changes: Operation | None = None,
        public: bool = False,
    ) -> Callable[[F], F]:
        def register(operation: F) -> F:
            request = operation.__annotations__["req"]
            sdk_paths = tuple("/sdk/v1" + p for p in sdk)
            self.append(
                Endpoint(
                    method, path, operation, request, aliases, sdk_paths, self._resource, permission, changes, public
                )
            )
            return operation

        return register

    def get(self, path: str, **options: Any) -> Callable[[F], F]:
        return self._add("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[F], F]:
        return self._add("POST", path, **options)

    def put(self, path: str, **options: Any) -> Callable[[F], F]:
        return self._add("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Callable[[F], F]:
        return self._add("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Callable[[F], F]:
        return self._add("DELETE", path, **options)


def endpoints_of(package: ModuleType) -> list[Endpoint]:
    """Return the endpoints in the ``api`` lists of a package's modules, ordered by the modules' names."""
    modules = [import_module(f"{package.__name__}.{info.name}") for info in iter_modules(package.__path__)]
    return [endpoint for module in modules for endpoint in getattr(module, "api", [])]
