"""Delete what probes created on the target, also what a run before left behind."""

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

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
    "oauth_server.register": Creation(id="client_id", delete="connected_app.clients.delete", parameter="client_id"),
}
# How leftovers are found: the operation, the list in its response, the id and the name of an item
_SEARCHES = (
    ("organizations.search", "organizations", "organization_id", "organization_slug", _ORGANIZATION),
    ("m2m.clients.search", "m2m_clients", "client_id", "client_name", CREATIONS["m2m.clients.create"]),
    (
        "connected_app.clients.search",
        "connected_apps",
        "client_id",
        "client_name",
        CREATIONS["connected_app.clients.create"],
    ),
)
Send = Callable[[str, dict[str, Any]], Any]


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

    def record(self, operation: str, fields: Mapping[str, Any], body: Any) -> None:
        """Record what a successful call created or deleted."""
        with self._lock:
            if creation := CREATIONS.get(operation):
                if found := _at(body, creation.id):
                    self._created[Created(creation.delete, creation.parameter, found)] = None
                else:
                    self.is_complete = False
            for created in list(self._created):
                if created.operation == operation and fields.get(created.parameter) == created.id:
                    del self._created[created]

    def remaining(self) -> list[Created]:
        """Return what isn't deleted yet, the newest first."""
        with self._lock:
            return list(reversed(self._created))


def leftovers(send: Send, prefix: str) -> Iterator[Created]:
    """Find what has a name with the prefix. Every page of every search is read.

    Args:
        send: sends an operation with its fields, and returns the JSON of the response.
    """
    for operation, key, id_field, name_field, creation in _SEARCHES:
        cursor = ""
        while True:
            fields: dict[str, Any] = {"limit": 100} | ({"cursor": cursor} if cursor else {})
            body = send(operation, fields)
            for item in _at(body, key) or []:
                if str(item.get(name_field) or "").startswith(prefix):
                    yield Created(creation.delete, creation.parameter, item[id_field])
            cursor = _at(body, "results_metadata.next_cursor") or ""
            if not cursor:
                break


def _at(body: Any, path: str) -> Any:
    for step in path.split("."):
        body = body.get(step) if isinstance(body, dict) else None
    return body
