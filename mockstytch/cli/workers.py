"""``mockstytch serve --workers N``: several processes that serve on the same sockets.

The first process opens the sockets, prepares the database, and starts the others. It replaces one that dies, and ends
all of them when it is asked to stop. It serves nothing itself.
"""

import contextlib
import logging
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from multiprocessing import connection
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from mockstytch.cli.activity import server_log

if TYPE_CHECKING:
    from mockstytch.server import Listeners, Server
    from mockstytch.settings import Settings

log = logging.getLogger("mockstytch")

_STOP_SECONDS = 10.0  # from a signal until the processes are killed
_PAUSE_SECONDS = 1.0  # between two starts in the place of a process that didn't get ready


class _Worker(NamedTuple):
    """A process that serves.

    Attributes:
        reports: where it says that it is ready.
    """

    process: Any
    reports: Any


class WorkersFailed(click.ClickException):
    """A process ended before it was ready."""


def run_workers(server: "Server", count: int, on_ready: Callable[[], None], *, quiet: bool) -> None:
    """Serve in several processes until this one is asked to stop.

    Args:
        server: listens, and has prepared the database. It is closed, except for its sockets.
        on_ready: called when all processes are ready.
        quiet: log only warnings and errors.

    Raises:
        WorkersFailed: if a process ends before it is ready at the start.
    """
    settings, listeners = server.settings, server.listeners
    server.mock.close()
    with server_log.warnings(), _signals() as stopped:
        _Supervisor(settings, listeners, quiet=quiet).run(count, on_ready, stopped)


@contextlib.contextmanager
def _signals() -> Iterator[socket.socket]:
    """Catch the signals that end the server. The value is a socket that can be read as soon as one arrived."""
    reading, writing = socket.socketpair()
    writing.setblocking(False)
    before = signal.set_wakeup_fd(writing.fileno())
    handlers = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield reading
    finally:
        signal.set_wakeup_fd(before)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        reading.close()
        writing.close()


class _Supervisor:
    """Starts the processes, and replaces one that dies."""

    def __init__(self, settings: "Settings", listeners: "Listeners", *, quiet: bool) -> None:
        self._settings, self._listeners, self._quiet = settings, listeners, quiet
        self._context = multiprocessing.get_context("spawn")  # a fork would copy locks that other threads hold
        self._workers: list[_Worker] = []
        self._not_before = 0.0  # the next start

    def run(self, count: int, on_ready: Callable[[], None], stopped: socket.socket) -> None:
        try:
            for _ in range(count):
                self._start()
            if not self._wait_until_ready(stopped):
                return
            on_ready()
            self._replace_until(stopped, count)
        finally:
            self._stop()

    def _start(self) -> None:
        reports, own_end = self._context.Pipe(duplex=False)
        arguments = (self._settings, self._listeners, own_end, self._quiet)
        process = self._context.Process(target=_work, args=arguments, name="mockstytch-worker")
        process.start()
        own_end.close()
        self._workers.append(_Worker(process, reports))
        self._not_before = monotonic() + _PAUSE_SECONDS

    def _wait_until_ready(self, stopped: socket.socket) -> bool:
        """Return whether all processes are ready; False if a signal arrived before.

        Raises:
            WorkersFailed: if one ended.
        """
        waiting = [worker.reports for worker in self._workers]
        while waiting:
            found = connection.wait([*waiting, stopped])
            if stopped in found:
                return False
            for reports in [reports for reports in waiting if reports in found]:
                try:
                    reports.recv()
                except EOFError:
                    raise WorkersFailed("a process ended before it was ready; its messages are above.") from None
                waiting.remove(reports)
        return True

    def _replace_until(self, stopped: socket.socket, count: int) -> None:
        while True:
            missing = len(self._workers) < count
            seconds = max(self._not_before - monotonic(), 0) if missing else None
            found = connection.wait([*(worker.process.sentinel for worker in self._workers), stopped], seconds)
            if stopped in found:
                return
            for worker in [worker for worker in self._workers if worker.process.sentinel in found]:
                self._workers.remove(worker)
                worker.process.join()
                code = worker.process.exitcode
                log.warning("process %s ended with exit code %s; starting another one", worker.process.pid, code)
                worker.reports.close()
            if len(self._workers) < count and monotonic() >= self._not_before:
                self._start()

    def _stop(self) -> None:
        """Ask the processes to stop, and kill a process that doesn't."""
        for worker in self._workers:
            worker.process.terminate()
        deadline = monotonic() + _STOP_SECONDS
        for worker in self._workers:
            worker.process.join(max(deadline - monotonic(), 0))
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()


def _work(settings: "Settings", listeners: "Listeners", reports: Any, quiet: bool) -> None:
    """Serve until this process gets a signal or the first process has ended."""
    from mockstytch.server import Server, start_collector

    server = Server(settings, listeners)
    server_log.start(server.mock, quiet=quiet)
    threading.Thread(target=_stop_with_parent, name="mockstytch-parent", daemon=True).start()
    start_collector(server)
    server.serve(lambda: reports.send(os.getpid()))
    server.mock.close()


def _stop_with_parent() -> None:
    """Ask this process to stop when the process that started it has ended, even if that was killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        signal.raise_signal(signal.SIGTERM)
