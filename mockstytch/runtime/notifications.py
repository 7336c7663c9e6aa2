"""Waking calls that wait in other processes. The only server on a database has nothing to do."""

from collections.abc import Callable
from typing import Literal

from mockstytch.runtime.request_log import RequestLogEntry

Topic = Literal["commits", "requests"]


class Notifications:
    """Wakes the waiting calls of other processes. ``SharedNotifications`` really does so.

    Attributes:
        first_poll_seconds, poll_seconds: after how long a waiting call looks by itself, the first time and later.
        leftovers: called now and then if the database is shared, to take over the work of processes that ended.
        wakers: called with a project's id if another process wrote something, by topic: ``commits``, or ``requests``
            for entries of the request log.
    """

    first_poll_seconds = poll_seconds = 5.0  # also how often a waiting call checks whether its caller is still there

    def __init__(self) -> None:
        self.wakers: dict[Topic, Callable[[str], None]] = {}
        self.leftovers: list[Callable[[], None]] = []

    def expect(self, topic: Topic, project_id: str) -> None:
        """Ask the other processes for notifications about a project. Repeat it after each poll."""

    def on_commit(self, project_id: str) -> None:
        """Wake the calls that wait for something in a project."""

    def on_request(self, project_id: str, _entry: RequestLogEntry) -> None:
        """Wake the calls that wait for an entry of a project's request log."""

    def close(self) -> None:
        """Stop."""
