"""The project's clock: read it, set it, freeze it, advance it."""

from datetime import datetime, timedelta
from typing import Any

from mockstytch import errors, wire
from mockstytch.clock import Clock
from mockstytch.control.request_parsing import body
from mockstytch.control.surface import route
from mockstytch.runtime import Mock
from mockstytch.store.records.projects import Project
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route
from mockstytch.values import Frozen

_YEARS = range(1900, 9000)  # leaves room for times that are derived from it, such as expiries
_OUT_OF_RANGE = "the time must be between the years 1900 and 8999"


class SetClockBody(Frozen, forbid_unknown_fields=True):
    """The new time, and whether the clock is frozen. None changes nothing."""

    now: datetime | None = None
    frozen: bool | None = None


class AdvanceClockBody(Frozen, forbid_unknown_fields=True):
    """The time by which to advance the clock: the sum of these."""

    seconds: float = 0
    minutes: float = 0
    hours: float = 0
    days: float = 0


def routes(mock: Mock) -> list[Route]:
    async def get_clock(request: HttpRequest) -> Any:
        return _serialize(request.project)

    async def put_clock(request: HttpRequest) -> Any:
        change = body(request, SetClockBody)
        if change.now and change.now.tzinfo is None:
            raise errors.bad_request(because="now needs a time zone, for example 2030-01-01T00:00:00Z")

        def decide(project: Project) -> dict[str, Any]:
            return {"clock": _require_in_range(project.clock.set_to(change.now, change.frozen))}

        try:
            return _serialize(mock.projects.change(request.project, decide))
        except OverflowError:
            raise errors.bad_request(because=_OUT_OF_RANGE) from None

    async def advance_clock(request: HttpRequest) -> Any:
        change = body(request, AdvanceClockBody)

        def decide(project: Project) -> dict[str, Any]:
            delta = timedelta(days=change.days, hours=change.hours, minutes=change.minutes, seconds=change.seconds)
            return {"clock": _require_in_range(project.clock.advanced(delta))}

        try:
            return _serialize(mock.projects.change(request.project, decide))
        except (OverflowError, ValueError):
            raise errors.bad_request(because=_OUT_OF_RANGE) from None

    async def reset_clock(request: HttpRequest) -> Any:
        return _serialize(mock.projects.update(request.project, clock=Clock()))

    return [
        route("GET", "/clock", get_clock),
        route("DELETE", "/clock", reset_clock),
        route("PUT", "/clock", put_clock),
        route("POST", "/clock/advance", advance_clock),
    ]


def is_in_range(clock: Clock) -> bool:
    """Return whether a clock's time leaves room for times that are derived from it."""
    try:
        return clock.now().year in _YEARS
    except (OverflowError, ValueError):
        return False


def _require_in_range(clock: Clock) -> Clock:
    """Return the clock.

    Raises:
        bad_request: if its time is out of range.
    """
    if not is_in_range(clock):
        raise errors.bad_request(because=_OUT_OF_RANGE)
    return clock


def _serialize(project: Project) -> dict[str, Any]:
    clock = project.clock
    return {"now": wire.time(clock.now()), "frozen": bool(clock.frozen_at), "offset_seconds": clock.offset_seconds}
