"""Work on the database beside the requests, in a thread, in slices: old rows are deleted, and texts are indexed."""

import logging
import threading
from collections.abc import Callable, Iterator
from time import perf_counter

from mockstytch.clock import position
from mockstytch.runtime.database import PURGE_LOCK, SLICE_SECONDS, Database
from mockstytch.store.copying import old_data
from mockstytch.store.engine import checkpoint, release_pages, sync_log
from mockstytch.store.texts import text_index, text_totals
from mockstytch.store.texts.text_index import UNMERGED_WRITES

log = logging.getLogger("mockstytch")

_DELAY_SECONDS = 0.02  # resets of tests follow each other: their rows are deleted together
_FIRST_ROWS, _MOST_ROWS = 64, 5_000
_BUSY_PAUSE = 4  # times as long as the work before it, while others use the database
_SMALLEST_SHARE = 1 / 2  # a slice is at least this part of the usual one


class Purge:
    """The thread. It starts when it is first needed, and runs until ``close``.

    A data key that a reset, an import or a deletion left behind is in the table ``old_data`` until its rows are
    deleted, so the work goes on after a restart.

    Attributes:
        before_slice: called before each slice, for tests.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._wanted, self._stopping, self._idle = threading.Event(), threading.Event(), threading.Event()
        self._idle.set()
        self._seen_transactions, self._share = 0, 1.0
        self.before_slice: Callable[[], None] = lambda: None

    def wake(self) -> None:
        """Look for rows to delete. Call it after the commit that left them behind."""
        if self._stopping.is_set():
            return
        self._idle.clear()
        self._wanted.set()
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="mockstytch-purge", daemon=True)
                    self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait until everything is deleted. Return whether it is."""
        return self._idle.wait(seconds)

    def close(self) -> None:
        """End after the present slice. The next server on the database deletes the rest."""
        self._stopping.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._stopping.wait(_DELAY_SECONDS)
            self._wanted.clear()
            if self._stopping.is_set():
                return
            try:
                self._purge()
                self._index()
            except Exception:  # a full disk, for example; the next reset tries again
                log.exception("can't delete old rows or index texts")
            if not self._wanted.is_set():
                self._idle.set()

    def _index(self) -> None:
        """Build the indexes of texts that searches need."""
        connection = self._database.connection
        with self._database.exclusive_transaction():
            keys = {*connection.wants_text_index, *text_index.unfinished(connection)}
            connection.wants_text_index.clear()
            has_unmerged = connection.unmerged_writes >= UNMERGED_WRITES
            if has_unmerged:
                connection.unmerged_writes = 0
        for key in keys:
            steps = text_index.build(connection, key)
            while self._slice(steps):
                pass
        if has_unmerged:
            steps = text_index.merge(connection)
            while self._database.run_slice(steps, pause=1) and not self._stopping.is_set():
                pass

    def _purge(self) -> None:
        connection, deleted = self._database.connection, False
        while not self._stopping.is_set():
            with self._database.exclusive_transaction(PURGE_LOCK):
                keys = old_data.due(connection, position())
                tables = old_data.tables_with_rows(connection, keys) if keys else []
            if not keys:
                break
            steps = self._delete(keys, tables)
            while self._slice(steps):
                deleted = True
        if deleted:
            self._shrink()

    def _delete(self, keys: list[str], tables: list[str]) -> Iterator[None]:
        """Delete all rows of some data keys. Each step is one statement, which takes about as long as a slice."""
        connection = self._database.connection
        for table in tables:
            for key in keys:
                rows, deleted = _FIRST_ROWS, _FIRST_ROWS
                while deleted == rows:
                    begin = perf_counter()
                    deleted = old_data.delete(connection, table, key, rows)
                    if deleted == rows:
                        faster = SLICE_SECONDS / 2 * self._share / max(perf_counter() - begin, 1e-6)
                        rows = deleted = max(_FIRST_ROWS, min(_MOST_ROWS, int(rows * min(2, faster))))
                    yield
        for key in keys:
            yield from text_index.forget(connection, key)
            text_totals.forget(connection, key)
            old_data.forget(connection, key)

    def _slice(self, steps: Iterator[None]) -> bool:
        """Run steps in one transaction. Return whether there are more."""
        self._make_room()
        has_more = self._database.run_slice(steps, pause=self._pause(), share=self._share)
        return has_more and not self._stopping.is_set()

    def _pause(self) -> float:
        """Return how many times as long as its work this thread pauses: longer if others use the database."""
        seen, self._seen_transactions = self._seen_transactions, self._database.transactions
        return _BUSY_PAUSE if self._seen_transactions - seen > 1 else 1  # one was the last slice

    def _shrink(self) -> None:
        """Return the free pages of a file to the system, if they are much of it."""
        pages = _FIRST_ROWS
        while not self._stopping.is_set():
            self._make_room()
            with self._database.outside_of_transactions() as connection:
                begin = perf_counter()
                has_more = release_pages(connection, pages)
                taken = perf_counter() - begin
            if not has_more:
                break
            pages = max(_FIRST_ROWS, min(_MOST_ROWS, int(pages * SLICE_SECONDS / taken)))
            self._stopping.wait(taken)

    def _make_room(self) -> None:
        """Empty the write-ahead log, so that the next transaction isn't the one that has to.

        If that takes long, because the disk is slow, the next slice is shorter, and writes less.
        """
        self.before_slice()
        sync_log(self._database.connection)
        with self._database.outside_of_transactions() as connection:
            begin = perf_counter()
            checkpoint(connection)
            taken = perf_counter() - begin
        self._share = max(_SMALLEST_SHARE, self._share / 2) if taken > 2 * SLICE_SECONDS else min(1, self._share * 2)
        self._stopping.wait(taken)
