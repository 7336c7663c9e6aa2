"""Texts to the other processes on a database, with LISTEN and NOTIFY, on a separate connection."""

import logging
import selectors
import socket
import threading
from collections.abc import Callable
from typing import Any

import psycopg

log = logging.getLogger("mockstytch")

_NAME = "mockstytch"
_MOST_BYTES = 7000  # in a notification; PostgreSQL allows 8,000
_MOST_WAITING = 10_000  # texts
_PAUSE_SECONDS = 0.5  # between two attempts to connect


class PostgresChannel:
    """Sends and receives in a thread.

    Texts that are sent at the same time are one notification. It isn't part of any transaction: a NOTIFY takes a lock
    of the whole database until its transaction ends.

    Args:
        connect: opens a connection of the driver.
        receive: called with each text that another process sends.
        lost: called after the connection was lost.
    """

    def __init__(
        self, connect: Callable[[], "psycopg.Connection[Any]"], receive: Callable[[str], None], lost: Callable[[], None]
    ) -> None:
        self._connect, self._receive, self._lost = connect, receive, lost
        self._lock = threading.Lock()
        self._waiting: list[str] = []
        self._wakes, self._waker = socket.socketpair()
        self._waker.setblocking(False)
        self._ends = False
        self._pid = 0
        self._thread = threading.Thread(target=self._run, name="mockstytch-channel", daemon=True)
        self._thread.start()

    def send(self, text: str) -> None:
        with self._lock:
            if len(self._waiting) >= _MOST_WAITING:
                return
            self._waiting.append(text)
            is_first = len(self._waiting) == 1
        if is_first:
            self._wake()

    def close(self) -> None:
        self._ends = True
        self._wake()
        self._thread.join(5)

    def _wake(self) -> None:
        try:
            self._waker.send(b"x")
        except OSError:  # the thread is behind, and wakes anyway; or it has ended
            return

    def _run(self) -> None:
        is_first = True
        while not self._ends:
            try:
                with self._connect() as driver:
                    self._pid = driver.info.backend_pid
                    driver.add_notify_handler(self._on_notification)
                    driver.execute(f"LISTEN {_NAME}")
                    if not is_first:
                        self._lost()
                    is_first = False
                    self._serve(driver)
            except (psycopg.Error, OSError) as e:
                if not self._ends:
                    log.debug("notifications: %s", e)
                    with _selector(self._wakes) as selector:
                        selector.select(_PAUSE_SECONDS)
                    self._drop_waiting()
        self._wakes.close()
        self._waker.close()

    def _serve(self, driver: "psycopg.Connection[Any]") -> None:
        with _selector(self._wakes, driver) as selector:
            while not self._ends:
                readable = [key.fileobj for key, _ in selector.select()]
                if self._wakes in readable:
                    self._wakes.recv(4096)
                for payload in _batches(self._take()):
                    driver.execute("SELECT pg_notify(%s, %s)", (_NAME, payload))
                if driver in readable:
                    driver.pgconn.consume_input()
                while notification := driver.pgconn.notifies():
                    self._dispatch(notification.be_pid, notification.extra.decode())

    def _take(self) -> list[str]:
        with self._lock:
            texts, self._waiting = self._waiting, []
        return texts

    def _drop_waiting(self) -> None:
        """Drop what can't be sent, and take the signals of it, so that the next attempt isn't made at once."""
        if self._take():
            self._wakes.recv(4096)

    def _on_notification(self, notification: psycopg.Notify) -> None:
        self._dispatch(notification.pid, notification.payload)

    def _dispatch(self, pid: int, payload: str) -> None:
        if pid != self._pid:
            for text in payload.split("\n"):
                try:
                    self._receive(text)
                except Exception:
                    log.exception("a notification of another process")


def _selector(*sources: Any) -> selectors.BaseSelector:
    """Return a selector that waits for something to read. ``select.select`` takes no descriptors above 1,023."""
    selector = selectors.DefaultSelector()
    for source in sources:
        selector.register(source, selectors.EVENT_READ)
    return selector


def _batches(texts: list[str]) -> list[str]:
    """Return payloads with these texts, each once."""
    batches: list[str] = []
    for text in dict.fromkeys(texts):
        if batches and len(batches[-1]) + len(text) < _MOST_BYTES:
            batches[-1] += f"\n{text}"
        else:
            batches.append(text)
    return batches
