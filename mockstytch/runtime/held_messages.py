"""Messages that a fault delays: kept in memory until the project's clock reaches the time at which they arrive.

Processes that share a database keep them there: see ``shared.held_messages``.
"""

import threading
from collections.abc import Callable

import msgspec

from mockstytch.clock import position
from mockstytch.faults.messages import HeldMessage
from mockstytch.store.records.messages import Message
from mockstytch.store.records.projects import Project
from mockstytch.store.records.webhooks import Event
from mockstytch.store.store import Store

_MIN_SECONDS = 0.01


class HeldMessages:
    """The delayed messages of all projects.

    It is a subscriber of ``Mock``: without messages and events, the project's clock may have moved. While the clock
    runs, a timer waits for the next message.

    Args:
        find: returns a project by its id.
        deliver: puts messages into a project's inbox.
    """

    def __init__(
        self, find: Callable[[str], Project | None], deliver: Callable[[Project, list[Message]], None]
    ) -> None:
        self._find, self._deliver = find, deliver
        self._held: dict[str, list[HeldMessage]] = {}
        self._timers: dict[str, threading.Timer] = {}
        self._lock = threading.Lock()

    def save(self, store: Store, messages: list[HeldMessage]) -> None:
        """Write what a transaction delays. Nothing to do if it is kept in memory."""

    def hold(self, project: Project, messages: list[HeldMessage]) -> None:
        """Keep what a transaction delayed, after its commit."""
        with self._lock:
            self._held.setdefault(project.project_id, []).extend(messages)
        self.release(project)

    def may_hold(self, project_id: str) -> bool:
        """Return whether a project can have delayed messages."""
        return project_id in self._held

    def __call__(self, project: Project, messages: list[Message], events: list[Event]) -> None:
        if not messages and not events and self.may_hold(project.project_id):
            self.release(project)

    def clear(self, project_id: str) -> None:
        """Drop the delayed messages of a project."""
        with self._lock:
            self._held.pop(project_id, None)
            self._stop_timer(project_id)

    def close(self) -> None:
        """Stop waiting."""
        with self._lock:
            for project_id in list(self._timers):
                self._stop_timer(project_id)

    def release(self, project: Project) -> None:
        """Deliver what is due, and wait for the rest."""
        project_id, now = project.project_id, project.clock.now()
        with self._lock:
            held = sorted(self._held.pop(project_id, []), key=lambda message: message.due)
            due = [each.message for each in held if each.due <= now]
            rest = held[len(due) :]
            self._stop_timer(project_id)
            if rest:
                self._held[project_id] = rest
                if not project.clock.frozen_at:
                    self._start_timer(project_id, (rest[0].due - now).total_seconds())
        if due:
            self._deliver(project, [msgspec.structs.replace(message, position=position()) for message in due])

    def _start_timer(self, project_id: str, seconds: float) -> None:
        timer = threading.Timer(max(min(seconds, threading.TIMEOUT_MAX), _MIN_SECONDS), self._wake, (project_id,))
        timer.daemon = True
        self._timers[project_id] = timer
        timer.start()

    def _stop_timer(self, project_id: str) -> None:
        if timer := self._timers.pop(project_id, None):
            timer.cancel()

    def _wake(self, project_id: str) -> None:
        project = self._find(project_id)
        if project is not None:
            self.release(project)
