"""The connection to a PostgreSQL database, which other processes use, too.

Transactions are READ COMMITTED. Each takes an advisory lock for its project, so that the requests of a project run one
after another, as they do on SQLite, in all processes together; requests of different projects run in parallel.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from typing import Any, NoReturn

import psycopg
from psycopg.adapt import Loader
from psycopg.sql import quote
from psycopg.types.numeric import Int8Dumper

from mockstytch.store.connection import Connection, DatabaseUnavailable, WriteRefused
from mockstytch.store.expressions import Shape
from mockstytch.store.plans import Plan, plans_for
from mockstytch.store.postgresql import texts
from mockstytch.store.postgresql.channel import PostgresChannel
from mockstytch.store.remembered import TABLES, Remembered

_MAX_PARAMETERS = 65_535  # in one statement, by PostgreSQL's protocol
_READS = {
    *("select", "select late", "find", "find with references", "older", "newest of each", "project of"),
    "values in all projects",
    *("data key", "copies used", "count up to", "differing", "copies", "last key", "tables with rows", "old data"),
    "projects with",
}
# The timeouts end transactions of a process that hangs, so that others don't wait for its locks without end.
_SETTINGS = (
    "-c TimeZone=UTC -c DateStyle=ISO -c jit=off -c standard_conforming_strings=on"
    " -c lock_timeout=15s -c idle_in_transaction_session_timeout=30s"
)
_MICROSECONDS = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
# Errors that another try can get through: a lost connection, a full disk, a lock that wasn't released in time.
_TEMPORARY = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.ReadOnlySqlTransaction)
# Classes of error codes after which another connection is needed: connection, transaction state, intervention.
_LOST, _LOST_CLASSES = "08000", ("08", "25", "57")
_HAS_PIPELINES = psycopg.Pipeline.is_supported()  # libpq 14 and newer
_ALIVE = psycopg.pq.ConnStatus.OK
_FAILED = psycopg.pq.TransactionStatus.INERROR


class PostgresConnection(Connection):
    """A connection to a PostgreSQL database. If it is lost, the next transaction opens another one.

    Args:
        connect: opens a connection of the driver.
    """

    ConstraintError = psycopg.IntegrityError
    is_shared = True
    log_path = ""

    def __init__(self, connect: Callable[[], "psycopg.Connection[Any]"]) -> None:
        self._connect = connect
        self.driver: psycopg.Connection[Any] = connect()
        self._plans = plans_for("postgresql")
        self._is_open = self._is_read_only = self._is_ended = False
        self.project_version, self.microseconds = "", 0
        self.has_old_data = self.has_text_index = False
        self.remembered = Remembered(*TABLES)  # during one transaction: other processes write, too
        self._waiting: list[tuple[str, Sequence[Any]]] = []
        self.unmerged_writes = 0
        self.totals: dict[tuple[Any, ...], tuple[int, int]] = {}
        self.wants_text_index: set[str] = set()

    @property
    def in_transaction(self) -> bool:
        return self._is_open

    def run(self, shape: Shape, values: Sequence[Any] = ()) -> Any:
        plan, parameters = self._prepare(shape, values)
        cursor = self._execute(plan.text, parameters)
        if plan.outdates:
            self.remembered.forget(plan.outdates)
        return cursor

    def run_with_commit(self, shape: Shape, values: Sequence[Any]) -> None:
        plan, parameters = self._prepare(shape, values)
        self._waiting.append((plan.text, parameters))

    def _prepare(self, shape: Shape, values: Sequence[Any]) -> tuple[Plan, Sequence[Any]]:
        """Begin a transaction, unless there is one. Return the plan of a statement, and its parameters.

        Raises:
            WriteRefused: if the transaction only reads, and the statement would write.
        """
        if not self._is_open:
            self.begin()
        if self._is_read_only and shape[0] not in _READS:
            raise WriteRefused(shape[0])
        plan = self._plans.get(shape, len(values))
        return plan, texts.to_database(plan.parameters(values))

    def run_alone(self, shape: Shape, values: Sequence[Any] = ()) -> None:
        if self.driver.closed:
            self._reconnect()
        plan = self._plans.get(shape, len(values))
        self._execute(plan.text, texts.to_database(plan.parameters(values)))

    def open_channel(self, receive: Callable[[str], None], lost: Callable[[], None]) -> PostgresChannel:
        return PostgresChannel(self._connect, receive, lost)

    def begin(self, project_id: str = "", *, first_lock: str = "", read_only: bool = False) -> None:
        if self._is_open:
            return
        was_closed = self.driver.closed
        if was_closed:
            self._reconnect()
        self._is_open, self._is_read_only = True, read_only
        self.remembered.forget()
        try:
            try:
                self._begin(project_id, first_lock)
            except DatabaseUnavailable:
                if was_closed or not self.driver.closed:
                    raise
                self._reconnect()  # it was lost while no transaction used it, for example by a restart of PostgreSQL
                self._begin(project_id, first_lock)
        except BaseException:
            self.rollback()
            raise

    def _begin(self, project_id: str, first_lock: str) -> None:
        """Begin the transaction in one round trip.

        Each statement sees what was committed before it began. So one statement waits for the lock, and another one
        reads the version of the project's row and the time.
        """
        if self._is_read_only:
            statements = ["BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"]
        else:
            locks = [name for name in dict.fromkeys((first_lock, project_id)) if name]
            statements = ["BEGIN", *(f"SELECT pg_advisory_xact_lock({_lock_key(name)})" for name in locks)]
        row = f"FROM (SELECT) one LEFT JOIN projects ON project_id = {quote(project_id)}"
        statements.append(f"SELECT projects.xmin::text, {_MICROSECONDS} {row}")
        cursor = self._execute("; ".join(statements))
        while cursor.nextset():
            pass
        found_version, self.microseconds = cursor.fetchone()
        self.project_version = found_version or ""

    def lock(self, project_id: str) -> None:
        if not self._is_read_only:
            self.remembered.forget()  # its rows may have changed until now
            self._execute(f"SELECT pg_advisory_xact_lock({_lock_key(project_id)})")

    def commit(self) -> None:
        if not self._is_open:
            return
        failed = self.driver.info.transaction_status == _FAILED
        if failed:  # COMMIT would succeed, and undo everything
            self.rollback()
            raise psycopg.errors.InFailedSqlTransaction("a statement of the transaction failed")
        try:
            self._execute("COMMIT")
        except BaseException:
            self.rollback()
            raise
        self._is_open = False

    def rollback(self) -> None:
        if not self._is_open:
            return
        self._is_open = False
        self._waiting.clear()
        try:
            self.driver.execute("ROLLBACK")
        except psycopg.Error:  # the connection is lost; with it, PostgreSQL undoes the transaction
            self.driver.close()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        self.begin()
        self._execute("SAVEPOINT block")
        try:
            yield
        except BaseException:
            self._waiting.clear()  # from this block: the statement that began it ran those before
            if self.driver.info.status == _ALIVE:
                self._execute("ROLLBACK TO block; RELEASE block")
            self.remembered.forget()
            raise
        self._execute("RELEASE block")

    def close(self) -> None:
        self._is_ended = True
        self.driver.close()

    def _execute(self, statement: str, parameters: Sequence[Any] | None = None) -> Any:
        try:
            if self._waiting:
                waiting, self._waiting = self._waiting, []
                is_simple = len(parameters or ()) <= _MAX_PARAMETERS
                with self.driver.pipeline() if _HAS_PIPELINES else nullcontext():  # one round trip for all
                    for each in waiting:
                        self.driver.execute(*each)
                    if is_simple:
                        return self.driver.execute(statement, parameters)
            if parameters is not None and len(parameters) > _MAX_PARAMETERS:
                cursor: Any = psycopg.ClientCursor(self.driver)  # it writes the values into the statement
            else:
                cursor = self.driver.cursor()
            return cursor.execute(statement, parameters)
        except _TEMPORARY as e:
            self._raise_unavailable(e)

    def _reconnect(self) -> None:
        if self._is_ended:
            raise DatabaseUnavailable("the server has ended")
        try:
            self.driver = self._connect()
        except psycopg.Error as e:
            self._raise_unavailable(e)

    def _raise_unavailable(self, error: psycopg.Error) -> NoReturn:
        if (error.sqlstate or _LOST)[:2] in _LOST_CLASSES:
            self.driver.close()  # PostgreSQL closed it, or will: the next transaction opens another one
        raise DatabaseUnavailable(f"the database can't be used: {reason(error)}") from error


def connect(conninfo: str, **parameters: Any) -> "psycopg.Connection[Any]":
    """Open a connection of the driver.

    Raises:
        psycopg.Error: if that fails.
    """
    options = " ".join(filter(None, [_SETTINGS, str(parameters.pop("options", ""))]))
    driver: psycopg.Connection[Any] = psycopg.connect(
        conninfo, autocommit=True, row_factory=_row_factory, options=options, **parameters
    )
    driver.prepare_threshold, driver.prepared_max = 2, 1000
    driver.adapters.register_dumper(int, Int8Dumper)  # otherwise each size of numbers would be a prepared statement
    driver.adapters.register_loader("timestamptz", _TimeLoader)
    return driver


class _TimeLoader(Loader):
    """Returns a time as the text that SQLite has for it: without the offset, which is +00."""

    def load(self, data: Any) -> str:
        return bytes(data)[:-3].decode()


def reason(error: psycopg.Error) -> str:
    """Return what an error's message says, on one line and without a full stop."""
    text = error.diag.message_primary or str(error).strip()
    _, is_fatal, fatal = text.partition("FATAL: ")
    lines = (fatal if is_fatal else text).strip().splitlines() or [type(error).__name__]
    return lines[0].removeprefix("connection failed: ").strip().rstrip(".")


@lru_cache(maxsize=10_000)
def _lock_key(project_id: str) -> int:
    return int.from_bytes(hashlib.sha256(project_id.encode()).digest()[:8], signed=True)


def _row_factory(_cursor: Any) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    return texts.from_database
