"""The connection to the database, and its transaction."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from mockstytch.store.expressions import Shape
from mockstytch.store.plans import plans_for


class Connection:
    """A connection to a SQLite database. A statement begins a transaction, unless there is one.

    Attributes:
        driver: the driver's connection.
        ConstraintError: the driver's exception for a violated constraint.
        has_old_data: whether there are rows to delete in the background.
        has_text_index: whether the tables of ``text_index`` are known to exist.
        totals: see ``Store.remembered_total``.
        wants_text_index: data keys whose members are to be indexed in the background.
    """

    ConstraintError = sqlite3.IntegrityError

    def __init__(self, driver: sqlite3.Connection) -> None:
        self.driver = driver
        self._plans = plans_for("sqlite")
        self._execute = driver.execute
        self.has_old_data = self.has_text_index = False
        self.wants_text_index: set[str] = set()
        self.totals: dict[tuple[Any, ...], tuple[int, int]] = {}

    @property
    def in_transaction(self) -> bool:
        return self.driver.in_transaction

    def run(self, shape: Shape, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run the statement of a shape with these values.

        Raises:
            ConstraintError: if the statement violates a constraint. The transaction goes on.
        """
        if not self.driver.in_transaction:
            self._execute("BEGIN")
        plan = self._plans.get(shape, len(values))
        return self._execute(plan.text, plan.parameters(values))

    def begin(self) -> None:
        """Begin a transaction, unless there is one."""
        if not self.driver.in_transaction:
            self._execute("BEGIN")

    def commit(self) -> None:
        """Commit the transaction, if there is one. If that fails, for example on a full disk, roll it back."""
        if self.driver.in_transaction:
            try:
                self._execute("COMMIT")
            except BaseException:
                self.rollback()
                raise

    def rollback(self) -> None:
        """Undo the transaction, if there is one. SQLite ends it by itself after some errors."""
        if self.driver.in_transaction:
            self._execute("ROLLBACK")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo only what is done within this block, if it raises."""
        self.begin()
        self._execute("SAVEPOINT block")
        try:
            yield
        except BaseException:
            self._execute("ROLLBACK TO block")
            raise
        finally:
            self._execute("RELEASE block")

    def close(self) -> None:
        self.driver.close()
