"""A thread that takes over the work of processes that ended: webhooks to deliver, delayed messages."""

import logging
import threading
from collections.abc import Callable

from mockstytch.store.connection import DatabaseUnavailable

log = logging.getLogger("mockstytch")

INTERVAL_SECONDS = 10.0


class Leftovers:
    """Calls functions now and then.

    Args:
        functions: a list that can become longer.
    """

    def __init__(self, functions: list[Callable[[], None]]) -> None:
        self._functions = functions
        self._end = threading.Event()
        threading.Thread(target=self._run, name="mockstytch-leftovers", daemon=True).start()

    def close(self) -> None:
        """Stop. A function that runs now isn't waited for."""
        self._end.set()

    def _run(self) -> None:
        while not self._end.wait(INTERVAL_SECONDS):
            for function in self._functions:
                try:
                    function()
                except DatabaseUnavailable as e:
                    log.warning("can't look after the work of other processes: %s", e)
                except Exception:
                    if not self._end.is_set():  # otherwise the database is closed
                        log.exception("looking after the work of other processes")
