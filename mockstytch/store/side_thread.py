"""A second thread, for work that runs while this one computes without Python, as for a signature."""

import queue
import threading
from collections.abc import Callable
from functools import cache
from typing import TypeVar

T = TypeVar("T")


class _Once:
    """Work that runs once: in the thread that comes first. The other one waits for its end.

    ``concurrent.futures`` can do the same, but takes 20 µs longer.
    """

    __slots__ = ("_lock", "_work", "error")

    def __init__(self, work: Callable[[], None]) -> None:
        self._lock = threading.Lock()
        self._work: Callable[[], None] | None = work
        self.error: BaseException | None = None

    def run(self) -> None:
        with self._lock:
            work, self._work = self._work, None
            if work is not None:
                try:
                    work()
                except BaseException as e:
                    self.error = e


def side_by_side(work: Callable[[], T], aside: Callable[[], None]) -> T:
    """Run both, and return the result of ``work``, or raise the error of one. They mustn't use the same objects.

    On a busy machine, the second thread might not get a processor in time: then ``aside`` runs after ``work``.

    Args:
        work: what needs no Python for most of its time. Otherwise, both threads would wait for the interpreter.
        aside: runs in a second thread, if it can.
    """
    once = _Once(aside)
    _queue().put(once)
    try:
        return work()
    finally:
        once.run()
        if once.error is not None:
            raise once.error


@cache
def _queue() -> "queue.SimpleQueue[_Once]":
    """Return the queue of the thread, which is started with it."""
    waiting = queue.SimpleQueue[_Once]()

    def run() -> None:
        while True:
            waiting.get().run()

    threading.Thread(target=run, name="mockstytch-side-thread", daemon=True).start()
    return waiting
