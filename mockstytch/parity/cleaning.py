"""Delete what probes created on the target, also what a run before left behind."""

import threading
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mockstytch.parity.sending import operations
from mockstytch.parity.sending.operations import HttpRequest
from mockstytch.parity.sending.side import Side, Unreachable
from mockstytch.values import Frozen

PREFIX = "mockstytch-parity-"


class Creation(Frozen):
    """An operation that creates something, and how it is deleted.

    Attributes:
        id: where the response has the id.
        delete: the operation that deletes it.
        parameter: the field of the id in that operation.
    """

    id: str
    delete: str
    parameter: str


_ORGANIZATION = Creation(id="organization.organization_id", delete="organizations.delete", parameter="organization_id")
# What is in an organization is deleted with it.
CREATIONS = {
    "organizations.create": _ORGANIZATION,
    "discovery.organizations.create": _ORGANIZATION,
    "m2m.clients.create": Creation(id="m2m_client.client_id", delete="m2m.clients.delete", parameter="client_id"),
    "connected_app.clients.create": Creation(
        id="connected_app.client_id", delete="connected_app.clients.delete", parameter="client_id"
    ),
    "browser.discovery.organizations.create": Creation(
        id="data.organization.organization_id", delete="organizations.delete", parameter="organization_id"
    ),
    "management.projects.create": Creation(
        id="project.project_slug", delete="management.projects.delete", parameter="project_slug"
    ),
    "oauth_server.register": Creation(id="client_id", delete="connected_app.clients.delete", parameter="client_id"),
}
_TRIES = 3  # a deletion is repeated if its response is lost


class _Search(NamedTuple):
    """How leftovers are found.

    Attributes:
        items: the list in the response.
        id: the field of an item's id.
        names: fields of an item that begin with the prefix.
    """

    operation: str
    items: str
    id: str
    names: tuple[str, ...]
    creation: Creation


_SEARCHES = (
    _Search(
        "organizations.search",
        "organizations",
        "organization_id",
        ("organization_slug", "organization_name"),
        _ORGANIZATION,
    ),
    _Search("m2m.clients.search", "m2m_clients", "client_id", ("client_name",), CREATIONS["m2m.clients.create"]),
    _Search(
        "connected_app.clients.search",
        "connected_apps",
        "client_id",
        ("client_name",),
        CREATIONS["connected_app.clients.create"],
    ),
)
_PROJECTS = _Search(
    "management.projects.get_all", "projects", "project_slug", ("name",), CREATIONS["management.projects.create"]
)


class Created(NamedTuple):
    """Something on the target that has to be deleted."""

    operation: str
    parameter: str
    id: str


class Ledger:
    """Everything that was created on the target and isn't deleted yet.

    Attributes:
        is_complete: False if a response was lost, so that something can exist that isn't in the ledger.
    """

    def __init__(self) -> None:
        self._created: dict[Created, None] = {}
        self._lock = threading.Lock()
        self.is_complete = True

    def record(self, operation: str, fields: Mapping[str, Any], body: Any) -> Created | None:
        """Record what a successful call created or deleted, and return what it created."""
        with self._lock:
            for created in list(self._created):
                if created.operation == operation and fields.get(created.parameter) == created.id:
                    del self._created[created]
            if not (creation := CREATIONS.get(operation)):
                return None
            if not (found := _at(body, creation.id)):
                self.is_complete = False
                return None
            new = Created(creation.delete, creation.parameter, found)
            self._created[new] = None
            return new

    def remaining(self) -> list[Created]:
        """Return what isn't deleted yet, the newest first."""
        with self._lock:
            return list(reversed(self._created))


class Leftovers(Exception):
    """Something couldn't be deleted.

    Attributes:
        created: what it is.
    """

    def __init__(self, created: list[Created]) -> None:
        super().__init__(f"{len(created)} objects couldn't be deleted")
        self.created = created


def find_leftovers(target: Side, prefix: str) -> list[Created]:
    """Return what exists on the target with a name that begins with the prefix. Every page of every search is read.

    Raises:
        Unreachable: if the target doesn't respond.
    """
    searches = [*_SEARCHES, *([_PROJECTS] if target.credentials.workspace_key[0] else [])]
    return [each for search in searches for each in _found(target, search, prefix)]


def _found(target: Side, search: _Search, prefix: str) -> Iterator[Created]:
    cursor = ""
    while True:
        fields: dict[str, Any] = {} if search is _PROJECTS else {"limit": 100}
        fields |= {"cursor": cursor} if cursor else {}
        body = target.json(search.operation, _request(search.operation, fields))
        items = _at(body, search.items)
        for item in items if isinstance(items, list) else []:
            is_ours = any(str(_at(item, name) or "").startswith(prefix) for name in search.names)
            if is_ours and (found := _at(item, search.id)):
                yield Created(search.creation.delete, search.creation.parameter, found)
        cursor = _at(body, "results_metadata.next_cursor") or ""
        if not isinstance(cursor, str) or not cursor:
            return


def delete_all(target: Side, created: list[Created]) -> None:
    """Delete things on the target. What is already deleted isn't an error.

    Raises:
        Leftovers: if something couldn't be deleted.
    """
    if remaining := [each for each in created if not delete(target, each)]:
        raise Leftovers(remaining)


def delete(target: Side, created: Created) -> bool:
    """Delete one thing, and return whether it doesn't exist any more."""
    request = _request(created.operation, {created.parameter: created.id})
    for _ in range(_TRIES):
        try:
            response = target.send(created.operation, request, {}, target.credentials_for(request))
        except Unreachable:
            continue
        if response.status_code in (200, 404):
            return True
    return False


def _request(operation: str, fields: dict[str, Any]) -> HttpRequest:
    return operations.build(operations.address_of(operation, ""), fields, None)


def _at(body: Any, path: str) -> Any:
    for step in path.split("."):
        body = body.get(step) if isinstance(body, dict) else None
    return body
