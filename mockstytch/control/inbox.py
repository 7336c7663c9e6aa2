"""Reading what was sent, and waiting for it."""

import asyncio
import contextlib
from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from starlette.requests import Request

from mockstytch.runtime import Mock
from mockstytch.store.records.messages import Message
from mockstytch.store.records.projects import Project
from mockstytch.store.records.webhooks import Event

_PATIENCE = 5  # seconds between two looks whether the caller is still there

T = TypeVar("T")


class InboxWaiter:
    """Wakes those who wait for a message or a delivery, from whichever thread it was written."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self._waiting: set[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = set()
        mock.subscribers.append(self)

    def __call__(self, project: Project, messages: list[Message], events: list[Event]) -> None:
        for project_id, loop, news in list(self._waiting):
            if project_id == project.project_id or self._mock.stopping:
                loop.call_soon_threadsafe(news.set)

    async def wait(self, project: Project, look: Callable[[], list[T]], seconds: float, caller: Request) -> list[T]:
        """What ``look`` finds, as soon as that is something, and at the latest after ``seconds``; sooner where the
        caller has hung up or the server is about to end."""
        deadline = monotonic() + seconds
        news = asyncio.Event()
        waiter = (project.project_id, asyncio.get_running_loop(), news)
        self._waiting.add(waiter)
        try:
            while True:
                news.clear()  # before the look: what another thread writes during it is news
                left = deadline - monotonic()
                if (found := look()) or left <= 0 or self._mock.stopping or await caller.is_disconnected():
                    return found
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), min(left, _PATIENCE))
        finally:
            self._waiting.discard(waiter)


class MessageFilter:
    """Which messages. Addresses are compared in lower case, as they are kept."""

    def __init__(self, to: str = "", kind: str = "", channel: str = "", after: str = "", limit: int = 100) -> None:
        self.to, self.kind, self.channel, self.after, self.limit = to.strip().lower(), kind, channel, after, limit


def read(mock: Mock, project: Project, wanted: MessageFilter) -> list[Message]:
    """The messages that match now, oldest first."""
    columns = Message.table.c
    with mock.transaction(project) as ctx:
        query = ctx.store.query(Message)
        for name in ("to", "kind", "channel"):
            if value := getattr(wanted, name):
                query = query.where(columns[name] == value)
        if wanted.after:
            seen = ctx.store.find(Message, message_id=wanted.after)
            query = query.where(columns.position > (seen.position if seen else -1))
        newest_first = ctx.store.rows(Message, query.order_by(columns.position.desc()).limit(wanted.limit))
        return newest_first[::-1]
