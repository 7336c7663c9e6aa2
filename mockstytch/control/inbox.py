"""The inbox: list messages, wait for one, delete all."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from mockstytch import errors, wire
from mockstytch.control.request_parsing import choice, number, wait
from mockstytch.control.surface import route
from mockstytch.runtime import Mock, RequestLogEntry
from mockstytch.runtime.notifications import Topic
from mockstytch.store.records.messages import MESSAGE_KINDS, Message
from mockstytch.store.records.projects import Project
from mockstytch.store.records.webhooks import Event
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route
from mockstytch.values import Frozen

_MAX_LISTED = 5  # lines of the inbox's summary
T = TypeVar("T")


class Waiter:
    """Wakes waiting calls. What it subscribes to decides what they wait for: commits, or entries of the request log.

    Args:
        topic: what they wait for in other processes.
    """

    def __init__(self, mock: Mock, topic: Topic) -> None:
        self._mock, self._topic = mock, topic
        mock.notifications.wakers[topic] = self._wake
        self._waiting: set[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def on_commit(self, project: Project, messages: list[Message], events: list[Event]) -> None:
        """Wake the calls of a project in which something was written."""
        if self._waiting:  # for almost every commit, there are none
            self._wake(project.project_id)

    def on_request(self, project_id: str, _entry: RequestLogEntry) -> None:
        """Wake the calls of a project whose request log has a new entry."""
        if self._waiting:  # for almost every request, there are none
            self._wake(project_id)

    def on_stop(self, project: Project, messages: list[Message], events: list[Event]) -> None:
        """Wake all calls if the server is about to end."""
        if self._mock.stopping:
            self._wake("")

    def _wake(self, project_id: str) -> None:
        for waiting_project_id, loop, changed in list(self._waiting):
            if waiting_project_id == project_id or self._mock.stopping:
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
        notifications = self._mock.notifications
        poll_seconds = notifications.first_poll_seconds
        try:
            while True:
                await self._mock.until_free()
                changed.clear()  # before find(), so that a write by another thread during the call isn't missed
                remaining = deadline - monotonic()
                if (found := find()) or remaining <= 0 or self._mock.stopping or await request.is_disconnected():
                    return found
                notifications.expect(self._topic, request.project.project_id)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), min(remaining, poll_seconds))
                poll_seconds = notifications.poll_seconds
        finally:
            self._waiting.discard(waiting)


class MessageFilter(Frozen):
    """The messages to return. An empty value doesn't filter.

    Attributes:
        after: a message id; only newer messages are returned.
        limit: the maximum number of messages; the newest are returned.
    """

    to: str = ""
    kind: str = ""
    channel: str = ""
    after: str = ""
    limit: int = 100


def routes(mock: Mock, waiter: Waiter) -> list[Route]:
    async def find_or_wait(request: HttpRequest, message_filter: MessageFilter) -> list[Message]:
        return await waiter.wait(request, wait(request), lambda: find_messages(mock, request.project, message_filter))

    async def list_messages(request: HttpRequest) -> Any:
        messages = await find_or_wait(request, _filter(request, number(request, "limit", 100, 1, 10_000)))
        last = messages[-1].message_id if messages else request.query_params.get("after")
        return {"messages": [wire.message(m) for m in messages], "next_after": last}

    async def get_latest(request: HttpRequest) -> Any:
        """Return the newest matching message.

        Raises:
            message_not_found: if no message matches, and none arrives within ``wait`` seconds.
        """
        message_filter = _filter(request, limit=1)
        messages = await find_or_wait(request, message_filter)
        if not messages:
            raise errors.message_not_found(because=_nothing_found(mock, request, message_filter))
        return wire.message(messages[-1])

    async def delete(request: HttpRequest) -> Any:
        """Delete a message. Its token and code stay valid.

        Raises:
            message_not_found: if the inbox doesn't have the message.
        """
        with mock.transaction(request.project) as ctx:
            message = ctx.store.find(Message, message_id=request.path_params["message_id"])
            if message is None:
                raise errors.message_not_found(because="the inbox has no message with this id")
            ctx.store.delete(message)
        return {}

    async def delete_all(request: HttpRequest) -> Any:
        with mock.transaction(request.project) as ctx:
            ctx.store.delete_all(Message)
        return {}

    return [
        route("GET", "/messages", list_messages),
        route("GET", "/messages/latest", get_latest),
        route("DELETE", "/messages/{message_id}", delete),
        route("DELETE", "/messages", delete_all),
    ]


def _filter(request: HttpRequest, limit: int) -> MessageFilter:
    query = request.query_params
    return MessageFilter(
        to=query.get("to", "").strip().lower(),  # addresses are stored in lower case
        kind=choice(request, "kind", MESSAGE_KINDS),
        channel=choice(request, "channel", ("email", "sms")),
        after=query.get("after", ""),
        limit=limit,
    )


def _nothing_found(mock: Mock, request: HttpRequest, message_filter: MessageFilter) -> str:
    """Return what was searched for, how long, and which messages the inbox has, grouped by kind and recipient."""
    names = [name for name in ("to", "kind", "channel", "after") if getattr(message_filter, name)]
    parts = [", ".join(f"{name}={getattr(message_filter, name)}" for name in names)] if names else []
    if seconds := wait(request):
        parts.append(f"waited {seconds:g} s")
    with mock.transaction(request.project) as ctx:
        messages = ctx.store.rows(Message, ctx.store.query(Message).order_by(Message.table.c.position.desc()))
    groups = Counter((message.kind, message.to) for message in messages)  # the newest first
    shown = list(groups.items())[:_MAX_LISTED]
    listed = [f"{count} {kind} to {to}" for (kind, to), count in shown]
    if more := len(messages) - sum(count for _, count in shown):
        listed.append(f"{more} more")
    return "; ".join([*parts, f"the inbox has {', '.join(listed)}" if listed else "the inbox is empty"])


def find_messages(mock: Mock, project: Project, message_filter: MessageFilter) -> list[Message]:
    """Return the messages that match now, oldest first."""
    columns = Message.table.c
    with mock.transaction(project) as ctx:
        query = ctx.store.query(Message)
        for name in ("to", "kind", "channel"):
            if value := getattr(message_filter, name):
                query = query.where(columns[name] == value)
        if message_filter.after:
            cursor = ctx.store.find(Message, message_id=message_filter.after)
            query = query.where(columns.position > (cursor.position if cursor else -1))
        newest_first = ctx.store.rows(Message, query.order_by(columns.position.desc()).limit(message_filter.limit))
        return newest_first[::-1]
