"""The only source of time. Each project has its own clock: real time plus an offset, or frozen."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from time import time_ns

import msgspec


class Clock(msgspec.Struct, frozen=True):
    """The clock of one project.

    Attributes:
        offset_seconds: the project's time minus real time.
        frozen_at: the time at which the clock was stopped; None while it runs.
    """

    offset_seconds: float = 0.0
    frozen_at: datetime | None = None

    def now(self) -> datetime:
        """Return the current time."""
        if self.frozen_at:
            return self.frozen_at
        now = datetime.now(UTC)
        return now + _offset(self.offset_seconds) if self.offset_seconds else now

    def advanced(self, delta: timedelta) -> "Clock":
        """Return this clock moved by ``delta``. A frozen clock stays frozen."""
        if self.frozen_at:
            return Clock(self.offset_seconds + delta.total_seconds(), self.frozen_at + delta)
        return Clock(self.offset_seconds + delta.total_seconds())

    def set_to(self, now: datetime | None, frozen: bool | None) -> "Clock":
        """Return this clock set to a time, and frozen or running.

        Args:
            now: the time to set, in any time zone; None keeps the current time.
            frozen: whether the clock is stopped; None keeps it as it is.

        Raises:
            OverflowError: if the time isn't in the years 1 to 9999 in UTC.
        """
        time = now.astimezone(UTC) if now else self.now()
        offset = (time - datetime.now(UTC)).total_seconds() if now or self.frozen_at else self.offset_seconds
        is_frozen = bool(self.frozen_at) if frozen is None else frozen
        return Clock(offset, time if is_frozen else None)


@lru_cache(256)  # each request asks for the time of the same few clocks
def _offset(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


_last_position = 0
_ahead = 0  # nanoseconds that the database's clock is ahead of this machine's


def position() -> int:
    """Return a number that is greater than all before it. Rows are ordered by it, whatever a project's clock shows."""
    global _last_position
    _last_position = max(_last_position + 1, time_ns() + _ahead)
    return _last_position


def follow(microseconds: int) -> None:
    """Let ``position`` follow a database's clock, so that rows from several machines have one order.

    Args:
        microseconds: what that clock shows: the microseconds since 1970.
    """
    global _ahead
    _ahead = microseconds * 1000 - time_ns()
