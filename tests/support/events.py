"""The webhook events that a test causes."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest

from mockstytch.errors import StytchError
from mockstytch.outbound import MoreToDo
from mockstytch.runtime import Context, Mock


class Emitted(NamedTuple):
    """One event, with the arguments of ``Context.emit`` and the source."""

    object_type: str
    action: str
    id: str
    entity: dict[str, Any] | None
    source: str


class EventRecorder:
    """Records the events of committed transactions, for all projects of the servers in this process.

    It records calls of ``Context.emit``, so it doesn't depend on a webhook endpoint or on what the server stores.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._committed: dict[str, list[Emitted]] = defaultdict(list)  # by project
        self._pending: dict[int, list[Emitted]] = {}  # by the id of the open transaction's context
        self._emit, self._transaction = Context.emit, Mock.transaction
        monkeypatch.setattr(Context, "emit", lambda ctx, *event: self._record(ctx, *event))
        monkeypatch.setattr(Mock, "transaction", lambda mock, *options, **named: self._run(mock, *options, **named))

    def _record(
        self, ctx: Context, object_type: str, action: str, object_id: str, entity: dict[str, Any] | None = None
    ) -> None:
        self._emit(ctx, object_type, action, object_id, entity)
        self._pending.get(id(ctx), []).append(Emitted(object_type, action, object_id, entity, ctx.source))

    @contextmanager
    def _run(self, mock: Mock, *options: Any, **named: Any) -> Iterator[Context]:
        opened: list[Context] = []
        is_committed = False
        try:
            with self._transaction(mock, *options, **named) as ctx:
                opened.append(ctx)
                self._pending[id(ctx)] = []
                yield ctx
            is_committed = True
        except (StytchError, MoreToDo) as error:
            is_committed = error.keeps_writes
            raise
        finally:
            for ctx in opened:
                emitted = self._pending.pop(id(ctx))
                if is_committed:
                    self._committed[ctx.project.project_id] += emitted

    def take(self, project_id: str) -> list[Emitted]:
        """Return the events of a project since the last call."""
        return self._committed.pop(project_id, [])


def id_of(ctx: Context) -> int:
    return id(ctx)


class Events:
    """The events of the test's project.

    ``events()`` returns those since the last call: ``[("member", "create"), …]``. Call it before the action to forget
    what the set-up emitted, and compare the whole list after it, so that a missing and an extra event are noticed.
    """

    def __init__(self, recorder: EventRecorder, project_id: str) -> None:
        self._recorder, self._project_id = recorder, project_id

    def __call__(self) -> list[tuple[str, str]]:
        return [(event.object_type, event.action) for event in self.take()]

    def take(self) -> list[Emitted]:
        """Return the events since the last call, with their objects."""
        return self._recorder.take(self._project_id)
