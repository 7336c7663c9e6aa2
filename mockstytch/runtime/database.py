"""The one database connection, used by one transaction at a time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from mockstytch.errors import StytchError
from mockstytch.store.engine import foreign_keys_off, open_database


class Database:
    """A connection and its lock.

    Args:
        where: a file's path, an SQLAlchemy URL, or "" for a database in memory.

    Raises:
        SchemaMismatch: if the database has another schema.
    """

    def __init__(self, where: str) -> None:
        self._lock = threading.RLock()
        self.connection = open_database(where).connect()

    @contextmanager
    def exclusive_transaction(self) -> Iterator[None]:
        """Run one transaction. An error rolls back, except one that ``keeping_writes`` marked.

        Raises:
            RuntimeError: if this thread is already in a transaction.
        """
        with self._lock:
            if self.connection.in_transaction():
                raise RuntimeError("this thread is already in a transaction")
            try:
                yield
            except BaseException as error:
                if isinstance(error, StytchError) and error.keeps_writes:
                    self.connection.commit()
                else:
                    self.connection.rollback()
                raise
            self.connection.commit()

    @contextmanager
    def bulk_delete(self) -> Iterator[None]:
        """Run one transaction without foreign-key checks, which take longer than the deletes."""
        with self._lock, foreign_keys_off(self.connection), self.exclusive_transaction():
            yield

    def close(self) -> None:
        with self._lock:
            self.connection.close()
            self.connection.engine.dispose()
