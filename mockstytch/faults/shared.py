"""Faults and counters of rate limits that are rows, for processes that share a database."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import msgspec

from mockstytch.clock import position
from mockstytch.faults.rate_limits import MAX_COUNTERS, Limit, RateLimits, counted
from mockstytch.faults.registry import Fault, Faults
from mockstytch.faults.rules import CheckedRule, Rule
from mockstytch.ids import Chance
from mockstytch.store.records.projects import Project
from mockstytch.store.records.shared import SharedCounter, SharedFault
from mockstytch.store.store import Store

Rows = Callable[
    [str], AbstractContextManager[Store]
]  # opens a project's rows, in this thread's transaction or a new one

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)  # the end comes from the row
_TRIM_INTERVAL = 1000  # new counters between two trims


class SharedFaults(Faults):
    """The faults of the projects in a database that several processes use.

    A match is counted in a transaction of the project, so that ``times`` holds for all processes together. The row of
    a project says whether it has faults, so that requests of other projects cost nothing.

    Args:
        rows: opens the rows of a project.
    """

    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.active = True
        self._rows = rows

    def may_apply(self, project: Project) -> bool:
        return project.has_faults

    def add(self, project_id: str, fault: Fault) -> None:
        with self._rows(project_id) as store:
            row = SharedFault(
                fault_id=fault.fault_id,
                rule=fault.given,
                operations=sorted(fault.operations),
                ends_at=fault.ends_at,
                seed=str(fault.chance.getrandbits(64)),
                position=position(),
            )
            store.insert(row)
            store.update(store.get(Project), has_faults=True)

    def of(self, project_id: str) -> list[Fault]:
        with self._rows(project_id) as store:
            return [_fault(row) for row in _rows(store)]

    def remove(self, project_id: str, fault_id: str) -> Fault | None:
        with self._rows(project_id) as store:
            found = store.find(SharedFault, fault_id=fault_id)
            if found is None:
                return None
            store.delete(found)
            if not _rows(store):
                store.update(store.get(Project), has_faults=False)
            return _fault(found)

    def clear(self, project_id: str) -> None:
        with self._rows(project_id) as store:
            project = store.find(Project)
            if project is not None and project.has_faults:
                store.delete_all(SharedFault)
                store.update(project, has_faults=False)

    def next(self, project_id: str, now: datetime, matches: Callable[[Fault], bool]) -> Fault | None:
        with self._rows(project_id) as store:
            for row in _rows(store):
                fault = _fault(row)
                if fault.is_over(now) or not matches(fault):
                    continue
                happens = fault.happens()
                store.update(row, matches=fault.matches, hits=fault.hits)
                if happens:
                    return fault
        return None


def _rows(store: Store) -> list[SharedFault]:
    return store.rows(SharedFault, store.query(SharedFault).order_by(SharedFault.table.c.position))


def _fault(row: SharedFault) -> Fault:
    """Return the fault of a row. Its random decisions depend on the seed and on the number of matches before."""
    chance = Chance(f"{row.seed}/{row.matches}")
    checked = CheckedRule(msgspec.convert(row.rule, Rule), row.rule, frozenset(row.operations))
    return Fault(row.fault_id, checked, chance, _EPOCH).resumed(row.ends_at, row.matches, row.hits)


class SharedRateLimits(RateLimits):
    """The counters of the projects in a database that several processes use.

    Args:
        rows: opens the rows of a project.
    """

    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self._rows = rows
        self._created = 0

    def exceeded(self, project_id: str, limit: Limit, fields: dict[str, Any], now: datetime) -> bool:
        key, interval = counted(limit, fields, now)
        name = msgspec.json.encode(key).decode()
        with self._rows(project_id) as store:
            counter = store.find(SharedCounter, counted=name)
            if counter is None:
                self._created += 1
                if self._created % _TRIM_INTERVAL == 0:
                    store.delete_older(SharedCounter, MAX_COUNTERS)
                store.insert(SharedCounter(counted=name, interval=interval, requests=1, position=position()))
                return limit.limit.requests == 0
            count = counter.requests if counter.interval == interval else 0
            store.update(counter, interval=interval, requests=count + 1)
            return count >= limit.limit.requests

    def clear(self, project_id: str) -> None:
        with self._rows(project_id) as store:
            store.delete_all(SharedCounter)
