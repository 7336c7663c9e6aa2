"""``mock.clock``"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from mockstytch.client.transport import ControlApi


class ProjectClock:
    """The project's clock. Everything that expires follows it."""

    def __init__(self, api: ControlApi) -> None:
        self._api = api

    def now(self) -> datetime:
        """Return the current time."""
        return _current_time(self._api.call("GET", "/clock"))

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> datetime:
        """Move the clock by a duration, and return the new time. Negative values move it back."""
        duration = {"seconds": seconds, "minutes": minutes, "hours": hours, "days": days}
        return _current_time(self._api.call("POST", "/clock/advance", body=duration))

    def set(self, now: datetime) -> datetime:
        """Set the clock, and return the new time. A running clock keeps running from there."""
        return _current_time(self._api.call("PUT", "/clock", body={"now": now.astimezone(UTC).isoformat()}))

    def freeze(self) -> datetime:
        """Stop the clock, and return its time. ``advance`` and ``set`` still move it."""
        return _current_time(self._api.call("PUT", "/clock", body={"frozen": True}))

    def reset(self) -> datetime:
        """Return the clock to real time, and return it."""
        return _current_time(self._api.call("DELETE", "/clock"))

    def unfreeze(self) -> datetime:
        """Resume the clock, and return its time."""
        return _current_time(self._api.call("PUT", "/clock", body={"frozen": False}))


def _current_time(clock: dict[str, Any]) -> datetime:
    return msgspec.convert(clock["now"], datetime)
