"""Rate limits: the limits that Stytch documents, and the counting of requests.

Stytch's limits are counted for a field of the request in fixed intervals, which don't slide. Most of its numbers aren't
published. Only published numbers are in ``PRODUCTION``; https://stytch.com/docs/resources/platform/rate-limits has the
rules.
"""

import threading
from datetime import datetime
from typing import Any, NamedTuple

from mockstytch.errors import Confidence
from mockstytch.store.records.projects import RateLimit
from mockstytch.values import Frozen

MAX_COUNTERS = 10_000  # for each project; older ones are dropped with their interval


class Limit(Frozen):
    """A limit that operations share.

    Attributes:
        confidence: how well it is known, with the letters of the catalogue of errors.
        source: the page or package that documents it.
    """

    operations: tuple[str, ...]
    limit: RateLimit
    confidence: Confidence
    source: str


PRODUCTION = (
    Limit(
        operations=(
            "magic_links.email.login_or_signup",
            "magic_links.email.invite",
            "magic_links.email.discovery.send",  # inferred: the page names the other two
        ),
        limit=RateLimit(requests=1, seconds=1, per="email_address"),
        confidence="D",
        source="stytch.com/docs/b2b/resources/platform/rate-limits",
    ),
    Limit(
        operations=("organizations.search",),
        limit=RateLimit(requests=100, seconds=60),
        confidence="D",
        source="the Python SDK; a newer page of the documentation says 100 a second",
    ),
    Limit(
        operations=("organizations.members.search",),
        limit=RateLimit(requests=100, seconds=60),
        confidence="D",
        source="the Python SDK; a newer page of the documentation says 100 a second",
    ),
    Limit(
        operations=("passwords.migrate",),
        limit=RateLimit(requests=100, seconds=1),
        confidence="D",
        source="the Python SDK",
    ),
)


class _Key(NamedTuple):
    """What a counter counts: the calls of operations with one value of a field."""

    operations: tuple[str, ...]
    value: str


class _Counter(NamedTuple):
    """The number of requests in an interval. Intervals are numbered since 1970."""

    interval: int
    requests: int


class RateLimits:
    """The counters of all projects. They are kept in memory, as the faults are."""

    def __init__(self) -> None:
        self._counters: dict[str, dict[_Key, _Counter]] = {}
        self._lock = threading.Lock()

    def exceeded(self, project_id: str, limit: Limit, fields: dict[str, Any], now: datetime) -> bool:
        """Count a request, and return whether it is over the limit.

        Args:
            fields: the fields of the request.
            now: the time on the project's clock.
        """
        key, interval = counted(limit, fields, now)
        with self._lock:
            counters = self._counters.setdefault(project_id, {})
            count = counters[key].requests if key in counters and counters[key].interval == interval else 0
            if key not in counters and len(counters) >= MAX_COUNTERS:
                del counters[next(iter(counters))]
            counters[key] = _Counter(interval, count + 1)
            return count >= limit.limit.requests

    def clear(self, project_id: str) -> None:
        with self._lock:
            self._counters.pop(project_id, None)


def counted(limit: Limit, fields: dict[str, Any], now: datetime) -> tuple[_Key, int]:
    """Return what a request counts for, and the number of the interval."""
    rate = limit.limit
    value = fields.get(rate.per) if rate.per else None
    key = _Key(limit.operations, value.lower() if isinstance(value, str) else repr(value))
    return key, int(now.timestamp() // rate.seconds)


def limits_of(setting: str | dict[str, RateLimit] | None, operation: str) -> list[Limit]:
    """Return the limits of an operation.

    Args:
        setting: the project's setting ``rate_limits``.
    """
    if setting is None:
        return []
    if isinstance(setting, str):
        return [limit for limit in PRODUCTION if operation in limit.operations]
    rate = setting.get(operation)
    return (
        [Limit(operations=(operation,), limit=rate, confidence="M", source="the setting rate_limits")] if rate else []
    )
