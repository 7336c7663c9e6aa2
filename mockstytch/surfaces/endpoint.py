"""Declaring endpoints: a request class and a function with a decorator."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, to_builtins
from msgspec.structs import replace

from mockstytch.runtime import Context
from mockstytch.store.records.projects import Project
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


class SdkCall(msgspec.Struct, frozen=True):
    """How the SDKs of browsers and mobile apps call an operation. What isn't given follows from the endpoint.

    Attributes:
        path: the path without ``/sdk/v1``.
        method: the endpoint's, unless given.
        own: the request fields that have the session's organization or member; others can't be sent. Unless given,
            ``organization_id`` and ``member_id``, if the endpoint's path has them and this path lacks them.
        session: ``required``, to act as the member; ``token``, if the operation itself verifies it; ``optional``;
            ``any``, a session or an intermediate session; ``none``.
        feature: the setting of the SDK configuration that allows the call, such as ``passwords.enabled``.
        empty: whether the response leaves out the operation's result, because a visitor mustn't see the member.
    """

    path: str
    method: str = ""
    own: tuple[str, ...] = ()
    session: Literal["", "required", "token", "optional", "any", "none"] = ""
    feature: str = ""
    empty: bool = False


class Endpoint(msgspec.Struct, frozen=True):
    """One operation, its method and its paths.

    Attributes:
        aliases: older paths, which the API's documentation still shows. The request log notes their use.
        sdk_calls: how browsers and mobile apps call the operation.
        resource: the RBAC resource of the permission.
        permission: the RBAC action that a member must be allowed to do; or such an action for each request field,
            needed only if the field is sent.
        changes: returns the sent fields that differ from the present values, if ``permission`` is a mapping. The other
            fields need no permission.
        public: whether it needs no credentials.
        from_project: returns the response without a transaction if it depends only on the project, else None.
    """

    method: str
    path: str
    operation: Operation
    request: type[Request]
    aliases: tuple[str, ...] = ()
    sdk_calls: tuple[SdkCall, ...] = ()
    resource: str = ""
    permission: str | Mapping[str, str] = ""
    changes: Operation | None = None
    public: bool = False
    from_project: Callable[[Project], Body | None] | None = None

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

    Args:
        resource: the RBAC resource of the permissions.
        sdk_feature: the setting of the SDK configuration that allows the calls of browsers and mobile apps.
    """

    def __init__(self, resource: str = "", sdk_feature: str = "") -> None:
        super().__init__()
        self._resource, self._sdk_feature = resource, sdk_feature

    def _add(
        self,
        method: str,
        path: str,
        *,
        aliases: tuple[str, ...] = (),
        sdk: tuple[str | SdkCall, ...] = (),
        permission: str | Mapping[str, str] = "",
        changes: Operation | None = None,
        public: bool = False,
        from_project: Callable[[Project], Body | None] | None = None,
    ) -> Callable[[F], F]:
        def register(operation: F) -> F:
            request = operation.__annotations__["req"]
            calls = tuple(
                _complete(SdkCall(call) if isinstance(call, str) else call, method, path, request, bool(permission))
                for call in sdk
            )
            calls = tuple(replace(call, feature=call.feature or self._sdk_feature) for call in calls)
            self.append(
                Endpoint(
                    method,
                    path,
                    operation,
                    request,
                    aliases=aliases,
                    sdk_calls=calls,
                    resource=self._resource,
                    permission=permission,
                    changes=changes,
                    public=public,
                    from_project=from_project,
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


def _complete(call: SdkCall, method: str, path: str, request: type[Request], is_restricted: bool) -> SdkCall:
    """Return the call with everything that follows from its endpoint.

    Args:
        is_restricted: whether the endpoint needs a permission.
    """
    own = {
        name for name in ("organization_id", "member_id") if f"{{{name}}}" in path and f"{{{name}}}" not in call.path
    }
    own |= set(call.own)
    if own or is_restricted:
        session = "required"
    else:
        session = "optional" if "session_token" in request.__struct_fields__ else "none"
    return replace(call, method=call.method or method, own=tuple(sorted(own)), session=call.session or session)


def endpoints_of(package: ModuleType) -> list[Endpoint]:
    """Return the endpoints in the ``api`` lists of a package's modules, ordered by the modules' names."""
    from pkgutil import iter_modules

    modules = [import_module(f"{package.__name__}.{info.name}") for info in iter_modules(package.__path__)]
    return [endpoint for module in modules for endpoint in getattr(module, "api", [])]
