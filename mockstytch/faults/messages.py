"""Faults of messages: an e-mail or text message is lost, arrives several times, or arrives later."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from mockstytch.clock import position
from mockstytch.faults.registry import Fault, Faults
from mockstytch.ids import Ids
from mockstytch.store.records.messages import Message


class HeldMessage(NamedTuple):
    """A message that arrives later.

    Attributes:
        due: when it arrives, on the project's clock.
    """

    message: Message
    due: datetime


class Outbox:
    """The messages of one transaction, on their way to the inbox.

    Args:
        note: adds a remark to the request log.

    Attributes:
        held: messages that arrive later, once the transaction is committed.
    """

    def __init__(self, faults: Faults, ids: Ids, project_id: str, now: datetime, note: Callable[[str], None]) -> None:
        self._faults, self._ids, self._project_id, self._now, self._note = faults, ids, project_id, now, note
        self.held: list[HeldMessage] = []

    def arriving(self, message: Message) -> list[Message]:
        """Return what arrives of a message now."""
        fault = self._faults.next(self._project_id, self._now, lambda fault: _is_about(fault, message))
        if fault is None:
            return [message]
        rule = fault.rule
        if rule.lose:
            self._note(f"fault {fault.fault_id}: the message to {message.to} is lost")
            return []
        copies = [message, *(self._copy(message) for _ in range(rule.copies - 1))]
        if rule.copies > 1:
            self._note(f"fault {fault.fault_id}: {rule.copies} messages to {message.to} instead of one")
        if not rule.delay_seconds:
            return copies
        self._note(f"fault {fault.fault_id}: the message to {message.to} arrives {rule.delay_seconds:g} s later")
        due = self._now + timedelta(seconds=rule.delay_seconds)
        self.held += [HeldMessage(copy, due) for copy in copies]
        return []

    def _copy(self, message: Message) -> Message:
        return msgspec.structs.replace(message, message_id=self._ids.new("message"), position=position())


def _is_about(fault: Fault, message: Message) -> bool:
    where = fault.rule.where
    return f"message.{message.channel}" in fault.operations and all(
        getattr(message, name) == value for name, value in where.items()
    )
