"""Reading what was sent, and waiting for it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from time import monotonic

from mockstytch.mock import Mock
from mockstytch.store.messages import Message
from mockstytch.store.projects import Project

_PATIENCE = 5  # seconds between two looks whether the caller is still there


class Arrivals:
    """Wakes those who wait for a message, from whichever thread it was written."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        mock.subscribers.append(self)

    def __call__(self, project: Project, messages: list[Message]) -> None:
        for loop, event in list(self._waiting):
            loop.call_soon_threadsafe(event.set)

    async def wait(
        self, project: Project, wanted: "Wanted", seconds: float, has_left: Callable[[], Awaitable[bool]]
    ) -> list[Message]:
        """The messages that match, as soon as there is one, and at the latest after ``seconds``; sooner where the
        caller has hung up or the server is about to end."""
        deadline = monotonic() + seconds
        waiter = (asyncio.get_running_loop(), asyncio.Event())
        self._waiting.add(waiter)
        try:
            while not (found := self.read(project, wanted)) and (left := deadline - monotonic()) > 0:
                waiter[1].clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(waiter[1].wait(), min(left, _PATIENCE))
                if self._mock.stopping or await has_left():
                    break
            return found
        finally:
            self._waiting.discard(waiter)

    def read(self, project: Project, wanted: "Wanted") -> list[Message]:
        """The messages that match now, oldest first."""
        columns = Message.table.c
        with self._mock.transaction(project) as ctx:
            query = ctx.store.query(Message)
            for name in ("to", "kind", "channel"):
                if value := getattr(wanted, name):
                    query = query.where(columns[name] == value)
            if wanted.after:
                seen = ctx.store.find(Message, message_id=wanted.after)
                query = query.where(columns.position > (seen.position if seen else -1))
            newest_first = ctx.store.rows(Message, query.order_by(columns.position.desc()).limit(wanted.limit))
            return newest_first[::-1]


class Wanted:
    """Which messages. Addresses are compared in lower case, as they are kept."""

    def __init__(self, to: str = "", kind: str = "", channel: str = "", after: str = "", limit: int = 100) -> None:
        self.to, self.kind, self.channel, self.after, self.limit = to.strip().lower(), kind, channel, after, limit
