"""Waking calls that wait in other processes, with PostgreSQL's LISTEN and NOTIFY.

Sending a notification takes a lock of the whole database. So a commit sends one only if a call waits for it: a waiting
call asks for notifications about its project, again and again while it waits. A lost notification costs a second: then
the call looks by itself.
"""

from collections.abc import Callable
from time import monotonic

from mockstytch.runtime.notifications import Notifications, Topic
from mockstytch.runtime.request_log import RequestLogEntry
from mockstytch.store.connection import Channel

_ASKED_SECONDS = 10.0  # how long a request for notifications holds
_ASK_AGAIN_SECONDS = 3.0
_MOST_ASKED = 10_000


class SharedNotifications(Notifications):
    """Wakes the waiting calls of other processes.

    Args:
        open_channel: opens the channel. It gets a function to call with each text that arrives, and one to call
            when texts may have been lost.
    """

    first_poll_seconds = 0.1  # the other processes may have written something before they got the request
    poll_seconds = 1.0

    def __init__(self, open_channel: Callable[[Callable[[str], None], Callable[[], None]], Channel]) -> None:
        super().__init__()
        self._asked: dict[str, float] = {}  # by others: until when
        self._own: dict[str, float] = {}  # by this process: when
        self._channel = open_channel(self._receive, self._wake_all)

    def expect(self, topic: Topic, project_id: str) -> None:
        name, now = f"{topic} {project_id}", monotonic()
        if now - self._own.get(name, 0.0) > _ASK_AGAIN_SECONDS:
            _forget(self._own, now - _ASK_AGAIN_SECONDS)
            self._own[name] = now
            self._channel.send(f"ask {name}")

    def on_commit(self, project_id: str) -> None:
        if self._asked:
            self._tell("commits", project_id)

    def on_request(self, project_id: str, _entry: RequestLogEntry) -> None:
        if self._asked:
            self._tell("requests", project_id)

    def close(self) -> None:
        self._channel.close()

    def _tell(self, topic: Topic, project_id: str) -> None:
        name = f"{topic} {project_id}"
        if self._asked.get(name, 0.0) > monotonic():
            self._channel.send(f"wake {name}")

    def _receive(self, text: str) -> None:
        verb, topic, project_id = text.split(" ", 2)
        if verb == "ask":
            now = monotonic()
            _forget(self._asked, now)
            self._asked[f"{topic} {project_id}"] = now + _ASKED_SECONDS
        else:
            self._wake(topic, project_id)

    def _wake(self, topic: str, project_id: str) -> None:
        for own, waker in list(self.wakers.items()):
            if own == topic:
                waker(project_id)

    def _wake_all(self) -> None:
        """Let all waiting calls look, and ask for notifications again: the connection was lost for a while."""
        names, self._own = list(self._own), {}
        for name in names:
            self._wake(*name.split(" ", 1))


def _forget(times: dict[str, float], before: float) -> None:
    """Drop the times that are over, if there are many."""
    if len(times) >= _MOST_ASKED:
        for name in [name for name, time in times.items() if time < before]:
            del times[name]
