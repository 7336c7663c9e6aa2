"""The connection to the database with its transaction, and the file with the SQL of the tables."""

import hashlib
import sqlite3
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from mockstytch.store import remembered
from mockstytch.store.expressions import Shape
from mockstytch.store.plans import Plan, plans_for
from mockstytch.store.remembered import Remembered
from mockstytch.store.side_thread import side_by_side

_TABLE = "CREATE TABLE mockstytch_schema (fingerprint VARCHAR NOT NULL, starts INTEGER NOT NULL)"
T = TypeVar("T")


class DatabaseUnavailable(Exception):
    """The database can't be reached at the moment, or it refused a statement that another try can get through.

    Nothing of the transaction is stored, unless the connection was lost during the commit itself.
    """


class SchemaMismatch(Exception):
    """The database was made by another version of mockstytch or another program, or it can't be used at all."""


class WriteRefused(Exception):
    """A statement would write in a transaction that only reads. Run the operation again in one that writes."""


class Cursor(Protocol):
    """The rows that a statement found, and how many it found or wrote."""

    @property
    def rowcount(self) -> int: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Channel(Protocol):
    """Sends texts to all other processes on a database, and receives theirs."""

    def send(self, text: str) -> None:
        """Send a text soon, without waiting. It is lost if the database can't be reached."""

    def close(self) -> None:
        """Stop sending and receiving."""


class Connection(Protocol):
    """A connection to a database. A statement begins a transaction, unless there is one; on SQLite, only if it writes.

    Attributes:
        driver: the driver's connection.
        ConstraintError: the driver's exception for a violated constraint.
        is_shared: whether other processes write to the database, too.
        project_version: changes whenever the row of the project changes for which the transaction was begun; "" if
            only this process changes rows, or if there is no such row.
        microseconds: the clock of a shared database at the beginning of the transaction: microseconds since 1970.
        log_path: the write-ahead log of a SQLite file; "" for other databases.
        has_old_data: whether there are rows to delete in the background.
        has_text_index: whether the tables of ``text_index`` are known to exist.
        unmerged_writes: how many writes of members there were since ``text_index.merge``.
        remembered: rows that were read before.
        totals: see ``Store.remembered_total``.
        wants_text_index: data keys whose members must be indexed in the background.
    """

    driver: Any
    ConstraintError: type[Exception]
    is_shared: bool
    project_version: str
    microseconds: int
    log_path: str
    has_old_data: bool
    has_text_index: bool
    unmerged_writes: int
    remembered: Remembered
    totals: dict[tuple[Any, ...], tuple[int, int]]
    wants_text_index: set[str]

    @property
    @abstractmethod
    def in_transaction(self) -> bool: ...

    @abstractmethod
    def run(self, shape: Shape, values: Sequence[Any] = ()) -> Cursor:
        """Run the statement of a shape with these values, and return the driver's cursor.

        Raises:
            ConstraintError: if the statement violates a constraint. To go on after it, use ``savepoint``.
            DatabaseUnavailable: if the database can't be reached.
            WriteRefused: if the transaction only reads, and the statement would write.
        """

    @abstractmethod
    def begin(self, project_id: str = "", *, first_lock: str = "", read_only: bool = False) -> None:
        """Begin a transaction, unless there is one.

        Args:
            project_id: the project whose other transactions wait for the end of this one; "" for none.
            first_lock: another project, whose lock is taken before.
            read_only: whether to take no lock, and to refuse to write.

        Raises:
            DatabaseUnavailable: if the database can't be reached.
        """

    @abstractmethod
    def lock(self, project_id: str) -> None:
        """Let other transactions of one more project wait for the end of this one."""

    @abstractmethod
    def commit(self) -> None:
        """Commit the transaction, if there is one. If that fails, for example on a full disk, roll it back.

        Raises:
            DatabaseUnavailable: if the database can't be reached.
        """

    @abstractmethod
    def rollback(self) -> None:
        """Undo the transaction, if there is one."""

    @abstractmethod
    def savepoint(self) -> AbstractContextManager[None]:
        """Undo only what is done within this block, if it raises."""

    @abstractmethod
    def run_with_commit(self, shape: Shape, values: Sequence[Any]) -> None:
        """Run a statement that writes one row at the commit, or before the next ``run``.

        Raises:
            WriteRefused: if the transaction only reads.
        """

    def while_writing(self, work: Callable[[], T]) -> T:
        """Do work that doesn't use the database. The statements that wait for the commit may run at the same time."""
        return work()

    def run_alone(self, shape: Shape, values: Sequence[Any] = ()) -> None:
        """Run a statement as one transaction that takes no project's lock.

        Raises:
            DatabaseUnavailable: if the database can't be reached.
        """
        self.run(shape, values)
        self.commit()

    @abstractmethod
    def open_channel(self, receive: Callable[[str], None], lost: Callable[[], None]) -> Channel:
        """Open a channel to the other processes on the database.

        Args:
            receive: called with each text that another process sends.
            lost: called if texts may have been lost.
        """

    @abstractmethod
    def close(self) -> None: ...


_WORTH_A_THREAD = 2  # statements; a single one takes as long as waking the thread
_WRITES_OF_MEMBERS = {("insert", "members"), ("update", "members")}


class SqliteConnection(Connection):
    """The only connection to a SQLite database."""

    ConstraintError = sqlite3.IntegrityError
    is_shared = False
    project_version = ""
    microseconds = 0

    def __init__(self, driver: sqlite3.Connection, log_path: str = "") -> None:
        self.driver: sqlite3.Connection = driver
        self.log_path = log_path
        self._plans = plans_for("sqlite")
        # One cursor for all statements that return no rows: making one takes longer than running BEGIN.
        self._execute, self._read = driver.cursor().execute, driver.execute
        self.has_old_data = False
        self.has_text_index = bool(driver.execute("SELECT 1 FROM sqlite_master WHERE name = 'text_indexes'").fetchone())
        self.unmerged_writes = 0
        self.wants_text_index: set[str] = set()
        self.remembered = Remembered(*remembered.TABLES, rare=remembered.RARE_TABLES)
        self.totals: dict[tuple[Any, ...], tuple[int, int]] = {}
        self._waiting: list[tuple[Plan, Sequence[Any]]] = []

    @property
    def in_transaction(self) -> bool:
        return self.driver.in_transaction or bool(self._waiting)

    def run(self, shape: Shape, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        if self._waiting:
            self._run_waiting()
        plan = self._plans.get(shape, len(values))
        # No other connection can write between two statements, so only writing needs a transaction.
        if plan.only_reads:
            return self._read(plan.text, plan.parameters(values))
        if not self.driver.in_transaction:
            self._execute("BEGIN")
        cursor = self._execute(plan.text, plan.parameters(values))
        if plan.outdates and cursor.rowcount:
            self.remembered.forget(plan.outdates)
        if self.has_text_index and shape[:2] in _WRITES_OF_MEMBERS:
            self.unmerged_writes += 1
        return cursor

    def run_with_commit(self, shape: Shape, values: Sequence[Any]) -> None:
        self._waiting.append((self._plans.get(shape, len(values)), values))
        if self.has_text_index and shape[:2] in _WRITES_OF_MEMBERS:
            self.unmerged_writes += 1

    def while_writing(self, work: Callable[[], T]) -> T:
        return work() if len(self._waiting) < _WORTH_A_THREAD else side_by_side(work, self._run_waiting)

    def _run_waiting(self, *, alone: bool = False) -> None:
        """Run the statements that wait for the commit.

        Args:
            alone: whether the transaction ends after them. SQLite commits a single statement by itself.
        """
        waiting, self._waiting = self._waiting, []
        if not self.driver.in_transaction and not (alone and len(waiting) == 1):
            self._execute("BEGIN")
        for plan, values in waiting:
            self._execute(plan.text, plan.parameters(values))

    def begin(self, project_id: str = "", *, first_lock: str = "", read_only: bool = False) -> None:
        if self._waiting:
            self._run_waiting()
        if not self.driver.in_transaction:
            self._execute("BEGIN")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        self.begin()
        self._execute("SAVEPOINT block")
        try:
            yield
        except BaseException:
            self._waiting.clear()  # they are from this block
            self._execute("ROLLBACK TO block")
            self.remembered.forget()
            raise
        finally:
            self._execute("RELEASE block")

    def lock(self, project_id: str) -> None:
        """Do nothing: there is one transaction at a time."""

    def commit(self) -> None:
        try:
            if self._waiting:
                self._run_waiting(alone=True)
            if self.driver.in_transaction:
                self._execute("COMMIT")
        except BaseException:
            self.rollback()
            raise

    def rollback(self) -> None:
        self._waiting.clear()
        self.remembered.forget()
        if self.driver.in_transaction:  # SQLite ends it by itself after some errors
            self._execute("ROLLBACK")

    def open_channel(self, receive: Callable[[str], None], lost: Callable[[], None]) -> Channel:
        raise NotImplementedError("no other process uses the database")

    def close(self) -> None:
        self.driver.close()


class SchemaFile:
    """The statements that create the tables. ``tools.schema`` compiles them: doing so at the start would take 20 ms.

    Args:
        later: the statements that create more tables when they are needed first.

    Attributes:
        fingerprint: is stored in the table ``mockstytch_schema``, so that a mismatch is one clear error.
        statements: the statements, the one for that table included.
    """

    def __init__(self, file: Path, later: Iterable[str] = ()) -> None:
        schema = file.read_text(encoding="utf-8")
        self.fingerprint = hashlib.sha256("".join([schema, _TABLE, *later]).encode()).hexdigest()[:16]
        row = f"INSERT INTO mockstytch_schema VALUES ('{self.fingerprint}', 0)"  # noqa: S608 · hexadecimal digits
        self.statements = [*schema.split(";\n"), _TABLE, row]
