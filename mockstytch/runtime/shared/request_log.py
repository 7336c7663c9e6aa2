"""The request log as rows, so that each process sees the requests of all.

An entry is written before the response is sent, as a separate transaction: the next request to any process finds it.
Each process keeps a copy of the logs that were read from it, and reads only new entries.
"""

import logging
from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from mockstytch.clock import position
from mockstytch.runtime.database import Database
from mockstytch.runtime.request_log import (
    ALL_BODY_BYTES,
    BODY_BYTES,
    LIMIT,
    TOOLS,
    Exchange,
    RequestLog,
    RequestLogEntry,
)
from mockstytch.store.connection import DatabaseUnavailable
from mockstytch.store.records.shared import SharedRequest, SharedRequestLogState
from mockstytch.store.store import Store

log = logging.getLogger("mockstytch")

_TRIM_INTERVAL = 200  # entries that this process adds to a log between two trims
_LATE_NANOSECONDS = 1_000_000_000  # an entry of another process may appear so much later than its position says
_MOST_COPIES = 50
_ALL_BYTES = 256_000_000  # that this process adds to all logs together


class _StoredEntry(msgspec.Struct, array_like=True):
    """An entry, as it is stored."""

    at: datetime
    method: str
    path: str
    status_code: int
    operation: str
    surface: str
    error_type: str
    because: str
    milliseconds: float
    scheme: str
    query: bytes
    path_params: dict[str, Any]
    headers: list[tuple[bytes, bytes]]
    request: bytes | None
    response: bytes
    response_type: str
    location: str


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_StoredEntry).decode


class _Copy:
    """This process's copy of a log.

    Attributes:
        entries: by request id, oldest first.
        last: the position of the newest entry.
    """

    def __init__(self) -> None:
        self.entries: dict[str, RequestLogEntry] = {}
        self.last = self.size = 0

    def add(self, rows: list[SharedRequest]) -> None:
        """Add the new entries, oldest first. Few rows arrive late."""
        new = [_entry(row) for row in rows if row.request_id not in self.entries]
        if not new:
            return
        is_late = new[0].exchange.number < self.last
        for entry in new:
            self.entries[entry.request_id] = entry
            self.size += entry.exchange.size
        self.last = max(self.last, new[-1].exchange.number)
        if is_late:
            self.entries = {e.request_id: e for e in sorted(self.entries.values(), key=lambda e: e.exchange.number)}
        while len(self.entries) > LIMIT or self.size > BODY_BYTES:
            self.size -= self.entries.pop(next(iter(self.entries))).exchange.size

    def clear(self, up_to: int) -> None:
        """Drop the entries up to a position."""
        if self.entries and next(iter(self.entries.values())).exchange.number <= up_to:
            self.entries = {id: each for id, each in self.entries.items() if each.exchange.number > up_to}
            self.size = sum(each.exchange.size for each in self.entries.values())


class _Written:
    """What this process added to a log: the position and the size of each entry that still counts."""

    def __init__(self) -> None:
        self.entries: deque[tuple[int, int]] = deque(maxlen=LIMIT)
        self.size = self.since_trim = 0


class SharedRequestLog(RequestLog):
    """The latest requests of each project, of all processes on a database.

    A log is full if it has 10,000 entries, or if a process added 16 MB to it. Then the oldest entries are deleted.
    """

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database
        self._copies: dict[str, _Copy] = {}  # the log that was read last is the last
        self._written: dict[str, _Written] = {}
        self._bytes = 0

    def add(self, project_id: str, entry: RequestLogEntry) -> None:
        key, text, number = _key(project_id, entry.surface in TOOLS), _text(entry), position()
        entry.exchange.number = number
        try:
            self._database.run_alone(("insert", "shared_requests"), (key, entry.request_id, number, text))
            self._limit(key, number, len(text))
        except DatabaseUnavailable as e:
            log.warning("can't write the request log: %s", e)
        for subscriber in self.subscribers:
            subscriber(project_id, entry)

    def entries(self, project_id: str, surfaces: Iterable[str] = ()) -> list[RequestLogEntry]:
        both = [
            entry
            for is_tool in ((False, True) if surfaces else (False,))
            for entry in self._read(_key(project_id, is_tool)).entries.values()
        ]
        if not surfaces:
            return both
        return sorted((entry for entry in both if entry.surface in surfaces), key=lambda entry: entry.exchange.number)

    def dropped(self, project_id: str) -> int:
        with self._database.exclusive_transaction(read_only=True):
            state = self._store(_key(project_id, is_tool=False)).find(SharedRequestLogState)
        return state.dropped if state else 0

    def count(self, project_id: str) -> int:
        with self._database.exclusive_transaction(read_only=True):
            store = self._store(_key(project_id, is_tool=False))
            return store.count(store.query(SharedRequest))

    def used_at(self, project_id: str) -> datetime | None:
        with self._database.exclusive_transaction(read_only=True):
            store = self._store(_key(project_id, is_tool=False))
            newest = store.query(SharedRequest).order_by(SharedRequest.table.c.position.desc()).limit(1)
            state = store.find(SharedRequestLogState)
            used = max([state.cleared if state else 0, *(row.position for row in store.rows(SharedRequest, newest))])
        return datetime.fromtimestamp(used // 10**9, UTC) if used else None

    def forget(self, project_id: str) -> None:
        for key in (_key(project_id, is_tool) for is_tool in (False, True)):
            with self._database.exclusive_transaction(key):
                self._store(key).delete_all(SharedRequest)
                self._store(key).delete_all(SharedRequestLogState)
            with self._lock:
                self._copies.pop(key, None)

    def clear(self, project_id: str) -> None:
        for key in (_key(project_id, is_tool) for is_tool in (False, True)):
            with self._database.exclusive_transaction(key):
                store = self._store(key)
                store.delete_all(SharedRequest)
                store.delete_all(SharedRequestLogState)
                store.insert(SharedRequestLogState(cleared=position()))

    def _read(self, key: str) -> _Copy:
        """Return this process's copy of a log, with everything that was added to it since."""
        with self._lock:
            copy = self._copies.pop(key, None) or _Copy()
            self._copies[key] = copy
            while len(self._copies) > _MOST_COPIES or sum(each.size for each in self._copies.values()) > ALL_BODY_BYTES:
                if next(iter(self._copies)) == key:
                    break
                del self._copies[next(iter(self._copies))]
            columns = SharedRequest.table.c
            with self._database.exclusive_transaction(read_only=True):
                store = self._store(key)
                state = store.find(SharedRequestLogState) or SharedRequestLogState()
                since = max(state.cleared, copy.last - _LATE_NANOSECONDS)
                query = store.query(SharedRequest).where(columns.position > since).order_by(columns.position.desc())
                rows = store.rows(SharedRequest, query.limit(LIMIT))
            copy.clear(state.cleared)
            copy.add(rows[::-1])
            return copy

    def _limit(self, key: str, number: int, size: int) -> None:
        """Count an entry, and delete the oldest ones of a log that is full."""
        with self._lock:
            written = self._written.setdefault(key, _Written())
            written.entries.append((number, size))
            written.size += size
            self._bytes += size
            written.since_trim += 1
            if written.since_trim >= _TRIM_INTERVAL or written.size > BODY_BYTES:
                self._trim(key, written, BODY_BYTES)
            if self._bytes > _ALL_BYTES:
                oldest = next(iter(self._written))
                self._trim(oldest, self._written.pop(oldest), 0)

    def _trim(self, key: str, written: _Written, most_bytes: int) -> None:
        last = 0
        while written.entries and written.size > most_bytes:
            last, size = written.entries.popleft()
            written.size -= size
            self._bytes -= size
        written.since_trim = 0
        with self._database.exclusive_transaction(key):
            store = self._store(key)
            dropped = store.delete_older(SharedRequest, LIMIT) + store.delete_up_to(SharedRequest, last)
            if dropped:
                state = store.find(SharedRequestLogState) or store.insert(SharedRequestLogState())
                store.update(state, dropped=state.dropped + dropped)

    def _store(self, key: str) -> Store:
        return Store(self._database.connection, key)


def _key(project_id: str, is_tool: bool) -> str:
    """Return the ``project_id`` of the rows of a log. Requests of tools have their own, so that they don't fill it."""
    return f"{project_id} tools" if is_tool else project_id


def _text(entry: RequestLogEntry) -> str:
    exchange = entry.exchange
    stored = _StoredEntry(
        at=entry.at,
        method=entry.method,
        path=entry.path,
        status_code=entry.status_code,
        operation=entry.operation,
        surface=entry.surface,
        error_type=entry.error_type,
        because=entry.because,
        milliseconds=entry.milliseconds,
        scheme=exchange.scheme,
        query=exchange.query,
        path_params=exchange.path_params,
        headers=list(exchange.headers.items()),
        request=exchange.request,
        response=exchange.response,
        response_type=exchange.response_type,
        location=exchange.location,
    )
    return _encode(stored).decode()


def _entry(row: SharedRequest) -> RequestLogEntry:
    stored = _decode(row.entry)
    exchange = Exchange(
        scheme=stored.scheme,
        query=stored.query,
        path_params=stored.path_params,
        headers=dict(stored.headers),
        request=stored.request,
        response=stored.response,
        response_type=stored.response_type,
        location=stored.location,
        number=row.position,
    )
    return RequestLogEntry(
        request_id=row.request_id,
        at=stored.at,
        method=stored.method,
        path=stored.path,
        status_code=stored.status_code,
        operation=stored.operation,
        surface=stored.surface,
        error_type=stored.error_type,
        because=stored.because,
        milliseconds=stored.milliseconds,
        exchange=exchange,
    )
