"""The database connection of this process, used by one transaction at a time."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter, sleep
from typing import Any

from mockstytch import clock
from mockstytch.errors import StytchError
from mockstytch.outbound import MoreToDo
from mockstytch.store.connection import Channel, Connection
from mockstytch.store.engine import count_start, foreign_keys_off, open_database
from mockstytch.store.expressions import Shape
from mockstytch.store.store import Store
from mockstytch.store.texts.text_index import UNMERGED_WRITES

PURGE_LOCK = "purge"  # the lock in the place of a project's: one process at a time deletes old rows
_PAUSE_SECONDS = 0.0005
SLICE_SECONDS = 0.004  # the aim for work in slices: a request waits about this long for the database


class Watch:
    """Says whether a project may have changed.

    Attributes:
        has_changes: whether a transaction of the project wrote something, since ``Database.watching``.
    """

    __slots__ = ("has_changes", "project_id")

    def __init__(self, project_id: str) -> None:
        self.project_id, self.has_changes = project_id, False


class _Lock:
    """A re-entrant lock that knows whether other threads wait for it."""

    def __init__(self) -> None:
        self._lock, self._waiting = threading.RLock(), list[None]()
        self.release = self._lock.release

    @property
    def is_awaited(self) -> bool:
        return bool(self._waiting)

    def acquire(self) -> None:
        if not self._lock.acquire(False):
            self._waiting.append(None)  # one call, so that threads can't disturb each other
            try:
                self._lock.acquire()
            finally:
                self._waiting.pop()

    def __enter__(self) -> None:
        self.acquire()

    def __exit__(self, *_error: object) -> None:
        self.release()


def _keeps_writes(error: BaseException) -> bool:
    """Return whether a transaction that ends with this error is committed."""
    return isinstance(error, StytchError | MoreToDo) and error.keeps_writes


class Database:
    """A connection and its lock.

    Args:
        where: a file's path, an SQLAlchemy URL, or "" for a database in memory.

    Attributes:
        is_shared: whether other processes use the database, too.
        starts: how many servers used the database before.
        transactions: how many were begun.
        on_failed_commit: called after a commit that failed, to drop what was read or written before it.
        on_background_work: called after a commit that left rows to be deleted, or texts to be indexed.

    Raises:
        DatabaseInUse: if another server uses the file.
        SchemaMismatch: if the database has another schema.
        SettingError: if the URL isn't valid.
    """

    def __init__(self, where: str) -> None:
        self._lock = _Lock()
        self.connection = open_database(where)
        self.is_shared = self.connection.is_shared
        self.starts = count_start(self.connection)
        self.transactions = 0
        self._watches: list[Watch] = []
        self._watched: list[Watch] = []  # the watches of the transaction's projects
        self.on_failed_commit: list[Callable[[], None]] = []
        self.on_background_work: Callable[[], None] = lambda: None

    def begin(self, project_id: str = "", *, first_lock: str = "", read_only: bool = False) -> None:
        """Begin a transaction. Other threads wait until ``end``, which must be called.

        Args:
            project_id: the project whose rows it writes. On a shared database, other transactions of the project wait.
            first_lock: another project whose rows it writes, too. Its lock is taken first, so that no two transactions
                wait for each other.
            read_only: whether it writes nothing, so that on a shared database no other transaction has to wait.

        Raises:
            DatabaseUnavailable: if the database can't be reached.
            RuntimeError: if this thread is already in a transaction.
        """
        self._lock.acquire()
        self.transactions += 1
        if self._watches:
            self._watched = [watch for watch in self._watches if watch.project_id in (project_id, first_lock)]
        try:
            if self.connection.in_transaction:
                raise RuntimeError("this thread is already in a transaction")
            if self.is_shared:
                self.connection.begin(project_id, first_lock=first_lock, read_only=read_only)
                clock.follow(self.connection.microseconds)
        except BaseException:
            self._lock.release()
            raise

    def end(self, error: BaseException | None) -> bool:
        """Commit. After an error, roll back, unless it ``keeps_writes``. Return whether it was a commit."""
        try:
            if error is None or _keeps_writes(error):
                self._commit()
                return True
            self.connection.rollback()
            return False
        finally:
            self._lock.release()

    @contextmanager
    def exclusive_transaction(
        self, project_id: str = "", *, first_lock: str = "", read_only: bool = False
    ) -> Iterator[None]:
        """Run one transaction: ``begin`` has the arguments, ``end`` says what an error does."""
        self.begin(project_id, first_lock=first_lock, read_only=read_only)
        try:
            yield
        except BaseException as error:
            self.end(error)
            raise
        self.end(None)

    @contextmanager
    def rows(self, project_id: str) -> Iterator[Store]:
        """Open the rows of a project, in the transaction of this thread or in a new one."""
        with self._lock:
            if self.connection.in_transaction:
                yield Store(self.connection, project_id)
                return
            with self.exclusive_transaction(project_id):
                yield Store(self.connection, project_id)

    def run_alone(self, shape: Shape, values: tuple[Any, ...]) -> None:
        """Run one statement as one transaction that takes no project's lock."""
        with self._lock:
            self.connection.run_alone(shape, values)

    def open_channel(self, receive: Callable[[str], None], lost: Callable[[], None]) -> Channel:
        """Open a channel to the other processes: see ``postgresql.channel``."""
        return self.connection.open_channel(receive, lost)

    def _commit(self) -> None:
        # Without a shared database, a transaction has begun only if something was written.
        for watch in self._watched:
            watch.has_changes |= self.connection.in_transaction
        try:
            self.connection.commit()
        except BaseException:
            for drop in self.on_failed_commit:
                drop()
            raise
        connection = self.connection
        if connection.has_old_data or connection.wants_text_index or connection.unmerged_writes >= UNMERGED_WRITES:
            connection.has_old_data = False
            self.on_background_work()

    @contextmanager
    def unchecked_transaction(self, project_id: str) -> Iterator[None]:
        """Run one transaction without foreign-key checks, which take longer than the deletes.

        Args:
            project_id: see ``exclusive_transaction``.
        """
        with self._lock, foreign_keys_off(self.connection), self.exclusive_transaction(project_id):
            yield

    def run_slice(self, steps: Iterator[None], *, pause: float = 0, share: float = 1) -> bool:
        """Run steps in one transaction for some milliseconds, and then leave the database to others.

        Args:
            steps: each ``next`` does a part of the work. One part shouldn't take longer than ``SLICE_SECONDS``.
            pause: how many times as long as the slice to pause after it, also if no thread waits for the database.
            share: the part of the usual time after which the slice ends.

        Returns:
            whether there are more steps.
        """
        begin = perf_counter()
        with self.exclusive_transaction(PURGE_LOCK):
            has_more = any(perf_counter() - begin > SLICE_SECONDS / 2 * share for _ in steps)
        # Without a pause, this thread would take the lock again before one that waits for it.
        shortest = _PAUSE_SECONDS if self._lock.is_awaited else 0
        if has_more and (seconds := max((perf_counter() - begin) * pause, shortest)):
            sleep(seconds)
        return has_more

    @contextmanager
    def watching(self, project_id: str) -> Iterator[Watch]:
        """Watch for changes of a project by this process, until the end of the block."""
        watch = Watch(project_id)
        with self._lock:
            self._watches.append(watch)
        try:
            yield watch
        finally:
            with self._lock:
                self._watches.remove(watch)
                self._watched = []

    @contextmanager
    def outside_of_transactions(self) -> Iterator[Connection]:
        """Use the connection between two transactions."""
        with self._lock:
            yield self.connection

    def close(self) -> None:
        with self._lock:
            self.connection.close()
