"""What a load observed: response times, statuses, and responses that it didn't expect."""

from collections import Counter
from statistics import median
from threading import Lock
from typing import NamedTuple

_MOST_UNEXPECTED = 20  # that are kept with their text; all are counted


class Times(NamedTuple):
    """The response times of an interval, in milliseconds."""

    count: int
    p50: float
    p99: float


class Recorder:
    """Counts requests. Several threads may use it.

    Attributes:
        requests: the number of requests.
        statuses: the number of responses with each status, except responses that a fault asked for.
        unexpected: descriptions of the first responses that weren't expected.
        failures: the number of unexpected responses, and of requests without a response.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._seconds: list[float] = []
        self.requests = self.failures = 0
        self.statuses: Counter[int] = Counter()
        self.unexpected: list[str] = []

    def add(self, seconds: float, status: int, expected: tuple[int, ...], what: str) -> None:
        """Count a response.

        Args:
            what: describes the request and its response, if the status isn't expected.
        """
        with self._lock:
            self.requests += 1
            self.statuses[status] += 1
            self._seconds.append(seconds)
        if status not in expected:
            self.fail(what)

    def add_asked_for(self) -> None:
        """Count a request that a fault made fail. Its time doesn't count."""
        with self._lock:
            self.requests += 1

    def fail(self, what: str) -> None:
        with self._lock:
            self.failures += 1
            if len(self.unexpected) < _MOST_UNEXPECTED:
                self.unexpected.append(what)

    @property
    def server_errors(self) -> int:
        """The number of responses with a status of 500 or higher that no fault asked for."""
        return sum(count for status, count in self.statuses.items() if status >= 500)

    def interval(self) -> Times:
        """Return the response times since the last call of this method."""
        with self._lock:
            seconds, self._seconds = self._seconds, []
        if not seconds:
            return Times(0, 0.0, 0.0)
        seconds.sort()
        return Times(len(seconds), median(seconds) * 1000, seconds[int(len(seconds) * 0.99)] * 1000)
