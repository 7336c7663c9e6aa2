"""Waiting for a message or a delivery."""

import asyncio
import contextlib
from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from mockstytch.runtime import Mock
from mockstytch.store.records.messages import Message
from mockstytch.store.records.projects import Project
from mockstytch.store.records.webhooks import Event
from mockstytch.surfaces.request import HttpRequest

_POLL_SECONDS = 5  # how often a waiting call checks whether its caller is still connected

T = TypeVar("T")


class InboxWaiter:
    """A subscriber that wakes waiting calls when a thread has written something."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self._waiting: set[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def __call__(self, project: Project, messages: list[Message], events: list[Event]) -> None:
        for project_id, loop, changed in list(self._waiting):
            if project_id == project.project_id or self._mock.stopping:
                loop.call_soon_threadsafe(changed.set)

    async def wait(self, request: HttpRequest, seconds: float, find: Callable[[], list[T]]) -> list[T]:
        """Return the result of ``find`` as soon as it isn't empty.

        Args:
            seconds: return after this time at the latest; earlier if the caller disconnects or the server stops.
        """
        deadline = monotonic() + seconds
        changed = asyncio.Event()
        waiting = (request.project.project_id, asyncio.get_running_loop(), changed)
        self._waiting.add(waiting)
        try:
            while True:
                changed.clear()  # before find(), so that a write by another thread during the call isn't missed
                remaining = deadline - monotonic()
                if (found := find()) or remaining <= 0 or self._mock.stopping or await request.is_disconnected():
                    return found
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), min(remaining, _POLL_SECONDS))
        finally:
            self._waiting.discard(waiting)
