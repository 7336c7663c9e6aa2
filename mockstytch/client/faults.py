"""``mock.faults``"""

from __future__ import annotations

import urllib.parse
from collections.abc import Mapping
from typing import Any, Literal, TypedDict, Unpack

from mockstytch.client.transport import ControlApi, MockError


class DelayRange(TypedDict):
    min: float
    max: float


class FaultRule(TypedDict, total=False):
    """What a fault does, to what, and how often. See the control API."""

    path: str
    method: str
    error_type: str
    status_code: int
    body: Any
    delay_ms: float | DelayRange
    connection: Literal["refuse", "reset_before", "reset_after", "truncate"]
    malformed: bool
    lose: bool
    delay_seconds: float
    copies: int
    shuffle: bool
    times: int
    after: int
    probability: float
    for_seconds: float
    where: Mapping[str, Any]


class Fault:
    """A fault of the project. As a context manager, it is removed at the end of the block.

    Attributes:
        rule: the fields with which it was added.
    """

    def __init__(self, api: ControlApi, fields: dict[str, Any]) -> None:
        self._api = api
        self.fault_id = str(fields["fault_id"])
        self.rule = {name: value for name, value in fields.items() if name not in ("fault_id", "hits")}
        self._hits = int(fields["hits"])

    @property
    def hits(self) -> int:
        """How often the fault happened: now, or until it was removed."""
        for fields in self._api.call("GET", "/faults")["faults"]:
            if fields["fault_id"] == self.fault_id:
                self._hits = int(fields["hits"])
        return self._hits

    def remove(self) -> None:
        """Remove the fault. It may be removed already, for example by a reset."""
        try:
            removed = self._api.call("DELETE", f"/faults/{urllib.parse.quote(self.fault_id, safe='')}")
        except MockError as e:
            if e.error_type != "fault_not_found":
                raise
        else:
            self._hits = int(removed["hits"])

    def __enter__(self) -> Fault:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def __repr__(self) -> str:
        return f"Fault({self.fault_id}, {self.rule})"


class Faults:
    """What fails on purpose in the project: requests, messages and webhooks."""

    def __init__(self, api: ControlApi) -> None:
        self._api = api

    def add(self, operation: str = "", **rule: Unpack[FaultRule]) -> Fault:
        """Add a fault. Used in a ``with`` statement, it is removed at the end.

        Args:
            operation: an operation by the SDK's name, ``message.email``, ``message.sms`` or ``webhook``; ``*`` is a
                wildcard.
            rule: ``error_type``, ``delay_ms``, ``connection``, ``times``, …; ``path`` and ``method`` instead of an
                operation. See the control API.

        Raises:
            MockError: if a name or a value isn't valid, or fields contradict each other.
        """
        body = {"operation": operation, **rule} if operation else dict(rule)
        return Fault(self._api, self._api.call("POST", "/faults", body=body))

    def list(self) -> list[Fault]:
        """Return the faults, oldest first."""
        return [Fault(self._api, fields) for fields in self._api.call("GET", "/faults")["faults"]]

    def clear(self) -> None:
        """Remove all faults."""
        self._api.call("DELETE", "/faults")
