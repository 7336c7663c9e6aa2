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

_YEARS = range(1900, 9000)  # so that every time derived from it can be written
_OUT_OF_RANGE = "the time must be between the years 1900 and 8999"


class SetClockBody(Frozen, forbid_unknown_fields=True):
    now: datetime | None = None
    frozen: bool | None = None


class AdvanceClockBody(Frozen, forbid_unknown_fields=True):
    seconds: float = 0
    minutes: float = 0
    hours: float = 0
    days: float = 0


def routes(mock: Mock) -> list[Route]:
    async def get_clock(request: HttpRequest) -> Any:
        return _clock(request.project)

    async def put_clock(request: HttpRequest) -> Any:
        wanted = body(request, SetClockBody)
        if wanted.now and wanted.now.tzinfo is None:
            raise errors.bad_request(because="now needs a time zone, as in 2030-01-01T00:00:00Z")
        clock = _require_in_range(request.project.clock.set_to(wanted.now, wanted.frozen))
        return _clock(mock.projects.update(request.project, clock=clock))

    async def advance_clock(request: HttpRequest) -> Any:
        by = body(request, AdvanceClockBody)
        try:
            delta = timedelta(days=by.days, hours=by.hours, minutes=by.minutes, seconds=by.seconds)
            clock = _require_in_range(request.project.clock.advanced(delta))
        except (OverflowError, ValueError):
            raise errors.bad_request(because=_OUT_OF_RANGE) from None
        return _clock(mock.projects.update(request.project, clock=clock))

    return [
        route("GET", "/clock", get_clock),
        route("PUT", "/clock", put_clock),
        route("POST", "/clock/advance", advance_clock),
    ]


def _require_in_range(clock: Clock) -> Clock:
    if clock.now().year not in _YEARS:
        raise errors.bad_request(because=_OUT_OF_RANGE)
    return clock


def _clock(project: Project) -> dict[str, Any]:
    clock = project.clock
    return {"now": wire.time(clock.now()), "frozen": bool(clock.frozen_at), "offset_seconds": clock.offset_seconds}
