"""Messages that a fault delays, as rows: any process puts them into the inbox when they are due."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import msgspec

from mockstytch.clock import position
from mockstytch.faults.messages import HeldMessage
from mockstytch.runtime.context import Context
from mockstytch.runtime.held_messages import HeldMessages
from mockstytch.store.records.projects import Project
from mockstytch.store.records.shared import SharedHeldMessage
from mockstytch.store.store import Store


class SharedHeldMessages(HeldMessages):
    """The delayed messages of all projects in a database that several processes use.

    The process that delayed a message has a timer for it. If that process ends, another one finds the message when it
    looks after the work that others left.

    Args:
        find: returns a project by its id.
        transaction: opens a transaction of a project.
        rows: opens the rows of a project.
    """

    def __init__(
        self,
        find: Callable[[str], Project | None],
        transaction: Callable[[Project], AbstractContextManager[Context]],
        rows: Callable[[str], AbstractContextManager[Store]],
    ) -> None:
        super().__init__(find, lambda _project, _messages: None)
        self._transaction, self._rows = transaction, rows

    def save(self, store: Store, messages: list[HeldMessage]) -> None:
        for message, due in messages:
            store.insert(SharedHeldMessage(message_id=message.message_id, due=due, message=message))

    def hold(self, project: Project, messages: list[HeldMessage]) -> None:
        self.release(project)

    def may_hold(self, project_id: str) -> bool:
        return True

    def clear(self, project_id: str) -> None:
        super().clear(project_id)
        with self._rows(project_id) as store:
            store.delete_all(SharedHeldMessage)

    def release(self, project: Project) -> None:
        columns = SharedHeldMessage.table.c
        with self._transaction(project) as ctx:
            held = ctx.store.rows(SharedHeldMessage, ctx.store.query(SharedHeldMessage).order_by(columns.due))
            due = [each for each in held if each.due <= ctx.now]
            for each in due:
                ctx.store.delete(each)
                ctx.messages.append(ctx.store.insert(msgspec.structs.replace(each.message, position=position())))
            project, now = ctx.project, ctx.now
        with self._lock:
            self._stop_timer(project.project_id)
            if len(held) > len(due) and not project.clock.frozen_at:
                self._start_timer(project.project_id, (held[len(due)].due - now).total_seconds())
