"""``mock.inbox``"""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from mockstytch.client.models import Message
from mockstytch.client.transport import ControlApi


class Inbox:
    """The e-mails and text messages that the server sent."""

    def __init__(self, api: ControlApi) -> None:
        self._api = api

    def latest(self, to: str = "", kind: str = "", wait: float = 0) -> Message:
        """Return the newest message that matches.

        Args:
            to: the recipient's e-mail address or phone number.
            kind: for example ``magic_link.login``.
            wait: seconds to wait for a message, at most 60.

        Raises:
            MockError: if there is none; its ``error_type`` is ``message_not_found``, and the message says which
                messages there are. Also if ``kind`` isn't valid.
        """
        __tracebackhide__ = True
        query = {"to": to, "kind": kind, "wait": wait}
        return msgspec.convert(self._api.call("GET", "/messages/latest", query, timeout=wait + 10), Message)

    def all(self, to: str = "", kind: str = "", after: str = "", limit: int = 100, wait: float = 0) -> list[Message]:
        """Return the messages that match, newest last.

        Args:
            after: the ``message_id`` of the last message that you have seen.
            limit: how many to return, the newest ones.
        """
        __tracebackhide__ = True
        query = {"to": to, "kind": kind, "after": after, "limit": limit, "wait": wait}
        page = self._api.call("GET", "/messages", query, timeout=wait + 10)
        return msgspec.convert(page["messages"], list[Message])

    def delete(self, message_id: str) -> None:
        """Delete a message. Its token and code stay valid."""
        self._api.call("DELETE", f"/messages/{quote(message_id, safe='')}")

    def clear(self) -> None:
        """Delete all messages. Their tokens and codes stay valid."""
        self._api.call("DELETE", "/messages")
