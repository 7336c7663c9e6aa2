"""The only source of time. Each project has a clock of its own: real time plus an offset, or standing still."""

from datetime import UTC, datetime, timedelta
from time import time_ns

import msgspec


class Clock(msgspec.Struct, frozen=True):
    """What time it is in one project.

    Attributes:
        offset_seconds: how far the project's time is ahead of real time (negative: behind).
        frozen_at: the moment at which time stands still, or None while it runs.
    """

    offset_seconds: float = 0.0
    frozen_at: datetime | None = None

    def now(self) -> datetime:
        return self.frozen_at or datetime.now(UTC) + timedelta(seconds=self.offset_seconds)

    def advanced(self, delta: timedelta) -> "Clock":
        """This clock, moved by ``delta``; a frozen one stays frozen, later."""
        if self.frozen_at:
            return Clock(self.offset_seconds + delta.total_seconds(), self.frozen_at + delta)
        return Clock(self.offset_seconds + delta.total_seconds())

    def set_to(self, now: datetime | None, frozen: bool | None) -> "Clock":
        """This clock showing ``now`` (None: what it shows), standing still if ``frozen`` (None: as before)."""
        shown = now or self.now()
        offset = (shown - datetime.now(UTC)).total_seconds() if now or self.frozen_at else self.offset_seconds
        stands = bool(self.frozen_at) if frozen is None else frozen
        return Clock(offset, shown if stands else None)


_last_position = 0


def position() -> int:
    """A number greater than every one before it: the order in which rows came into being, whatever a clock shows."""
    global _last_position
    _last_position = max(_last_position + 1, time_ns())
    return _last_position
