"""The inbox: list messages, wait for one, delete all."""

from typing import Any

from mockstytch import errors, wire
from mockstytch.control.request_parsing import number, wait
from mockstytch.control.surface import route
from mockstytch.control.waiter import InboxWaiter
from mockstytch.runtime import Mock
from mockstytch.store.records.messages import Message
from mockstytch.store.records.projects import Project
from mockstytch.surfaces.request import HttpRequest
from mockstytch.surfaces.surface import Route
from mockstytch.values import Frozen


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


def routes(mock: Mock, waiter: InboxWaiter) -> list[Route]:
    async def find_or_wait(request: HttpRequest, limit: int | None = None) -> list[Message]:
        query = request.query_params
        message_filter = MessageFilter(
            to=query.get("to", "").strip().lower(),  # addresses are stored in lower case
            kind=query.get("kind", ""),
            channel=query.get("channel", ""),
            after=query.get("after", ""),
            limit=limit or number(request, "limit", 100, 1, 10_000),
        )
        return await waiter.wait(request, wait(request), lambda: find_messages(mock, request.project, message_filter))

    async def list_messages(request: HttpRequest) -> Any:
        messages = await find_or_wait(request)
        last = messages[-1].message_id if messages else request.query_params.get("after")
        return {"messages": [wire.message(m) for m in messages], "next_after": last}

    async def get_latest(request: HttpRequest) -> Any:
        """Return the newest matching message.

        Raises:
            message_not_found: if there is no matching message, and none arrives within ``wait`` seconds.
        """
        messages = await find_or_wait(request, limit=1)
        if not messages:
            raise errors.message_not_found()
        return wire.message(messages[-1])

    async def delete_all(request: HttpRequest) -> Any:
        with mock.transaction(request.project) as ctx:
            ctx.store.delete_all(Message)
        return {}

    return [
        route("GET", "/messages", list_messages),
        route("GET", "/messages/latest", get_latest),
        route("DELETE", "/messages", delete_all),
    ]


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
