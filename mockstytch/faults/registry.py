"""``Faults``: the faults of all projects, and the decision which one happens next."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from mockstytch.faults.rules import CheckedRule, DelayRange
from mockstytch.faults.targets import Targets
from mockstytch.ids import Chance
from mockstytch.store.records.projects import Project


class Fault:
    """A rule of a project, with how often it was hit.

    Args:
        now: the time on the project's clock.

    Attributes:
        rule, given, operations: see ``CheckedRule``.
        chance: decides about ``probability``, a range of delays and ``shuffle``.
        hits: how often the fault happened.
        matches: how often something matched it.
        ends_at: when it ends, on the project's clock; None if it doesn't.
    """

    def __init__(self, fault_id: str, checked: CheckedRule, chance: Chance, now: datetime) -> None:
        self.fault_id, self.chance = fault_id, chance
        self.rule, self.given, self.operations = checked
        self.hits = self.matches = 0
        seconds = self.rule.for_seconds
        self.ends_at = None if seconds is None else now + timedelta(seconds=seconds)

    def resumed(self, ends_at: datetime | None, matches: int, hits: int) -> "Fault":
        """Return this fault with the counts that it had in another process."""
        self.ends_at, self.matches, self.hits = ends_at, matches, hits
        return self

    def is_over(self, now: datetime) -> bool:
        is_used_up = self.rule.times is not None and self.hits >= self.rule.times
        return is_used_up or (self.ends_at is not None and now >= self.ends_at)

    def happens(self) -> bool:
        """Count a match, and return whether the fault happens to it."""
        self.matches += 1
        if self.matches <= self.rule.after or self.chance.random() >= self.rule.probability:
            return False
        self.hits += 1
        return True

    def delay_seconds(self) -> float:
        """Return the seconds by which to delay a request."""
        delay = self.rule.delay_ms
        milliseconds = self.chance.uniform(delay.min, delay.max) if isinstance(delay, DelayRange) else delay
        return milliseconds / 1000


class Faults:
    """The faults of a server. Each project has its own. ``SharedFaults`` replaces it if several processes share them.

    Attributes:
        active: whether any project can have a fault. Nothing else is looked at for a request if none can.
        targets: returns the names that a rule can use; ``mockstytch.app`` sets it.
    """

    def __init__(self) -> None:
        self.active = False
        self.targets: Callable[[], Targets] = lambda: Targets((), ())
        self._by_project: dict[str, list[Fault]] = {}
        self._lock = threading.Lock()

    def may_apply(self, project: Project) -> bool:
        """Return whether the project can have a fault."""
        return self.active

    def add(self, project_id: str, fault: Fault) -> None:
        with self._lock:
            self._by_project.setdefault(project_id, []).append(fault)
            self.active = True

    def of(self, project_id: str) -> list[Fault]:
        """Return a project's faults, in the order in which they were added."""
        return list(self._by_project.get(project_id, ()))

    def remove(self, project_id: str, fault_id: str) -> Fault | None:
        """Remove one fault and return it; None if the project doesn't have it."""
        with self._lock:
            before = self._by_project.get(project_id, [])
            self._set(project_id, [fault for fault in before if fault.fault_id != fault_id])
            return next((fault for fault in before if fault.fault_id == fault_id), None)

    def clear(self, project_id: str) -> None:
        """Remove all faults of a project."""
        with self._lock:
            self._set(project_id, [])

    def _set(self, project_id: str, faults: list[Fault]) -> None:
        self._by_project[project_id] = faults
        self._by_project = {id: each for id, each in self._by_project.items() if each}
        self.active = bool(self._by_project)

    def next(self, project_id: str, now: datetime, matches: Callable[[Fault], bool]) -> Fault | None:
        """Return the fault that happens now, or None. The first one that was added wins; others don't count this match.

        Args:
            now: the time on the project's clock.
            matches: whether a fault is about this request, message or webhook.
        """
        if project_id not in self._by_project:
            return None
        with self._lock:
            for fault in self._by_project.get(project_id, ()):
                if not fault.is_over(now) and matches(fault) and fault.happens():
                    return fault
        return None
