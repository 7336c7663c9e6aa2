"""``mock.snapshots``: save states of the project, and return to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import msgspec

from mockstytch.client.models import Diff, Snapshot
from mockstytch.client.transport import ControlApi

_SECONDS = 60  # for large projects
_Snapshots = list[Snapshot]  # in the class, ``list`` is a method


class Snapshots:
    """Saved states of the project: its data, settings, clock and signing keys, without the request log."""

    def __init__(self, api: ControlApi) -> None:
        self._api = api

    def save(self, name: str) -> Snapshot:
        """Save the present state. A snapshot with the same name is replaced.

        Raises:
            MockError: if the name isn't valid.
        """
        return msgspec.convert(self._call("PUT", name), Snapshot)

    def restore(self, name: str) -> None:
        """Return the project to a snapshot.

        Raises:
            MockError: if the snapshot doesn't exist.
        """
        self._call("POST", name, "/restore")

    def diff(self, name: str, object_types: Iterable[str] = ()) -> Diff:
        """Return what was created, changed and deleted since a snapshot, with "…" in place of secrets.

        Args:
            object_types: compare only these types of objects, for example ``["organization", "member"]``.

        Raises:
            MockError: if the snapshot or a type of objects doesn't exist.
        """
        query = {"object_type": ",".join(object_types)}
        return msgspec.convert(self._call("GET", name, "/diff", query), Diff)

    def list(self) -> _Snapshots:
        """Return the snapshots, oldest first."""
        return msgspec.convert(self._api.call("GET", "/snapshots")["snapshots"], _Snapshots)

    def delete(self, name: str) -> None:
        """Delete a snapshot.

        Raises:
            MockError: if the snapshot doesn't exist.
        """
        self._call("DELETE", name)

    def clear(self) -> None:
        """Delete all snapshots of the project."""
        self._api.call("DELETE", "/snapshots")

    def _call(self, method: str, name: str, action: str = "", query: dict[str, Any] | None = None) -> Any:
        return self._api.call(method, f"/snapshots/{quote(name, safe='')}{action}", query, timeout=_SECONDS)
