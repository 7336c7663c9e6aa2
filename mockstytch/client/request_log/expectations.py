"""Strict mode: errors that a test doesn't expect, and expected ones that never came."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mockstytch.client.models import LoggedRequest
from mockstytch.client.request_log import report


class Expectation(NamedTuple):
    """An error that a test expects.

    Attributes:
        error_type: ``*`` is a wildcard. A number is the status of an error without a type.
        times: how often; None is at least once.
    """

    error_type: str
    times: int | None = None

    def matches(self, request: LoggedRequest) -> bool:
        pattern = re.escape(self.error_type).replace(r"\*", ".*")
        return re.fullmatch(pattern, _name(request)) is not None


def problem(requests: Sequence[LoggedRequest], expectations: Iterable[Expectation]) -> str:
    """Return why a test fails in strict mode; "" if it doesn't.

    Args:
        requests: the requests of the test.
        expectations: the errors that it expects. Errors that its own faults cause are always expected.
    """
    errors = [request for request in requests if request.status_code >= 400 and not _is_from_fault(request)]
    expectations = list(expectations)
    paragraphs = []
    if unexpected := [request for request in errors if not any(e.matches(request) for e in expectations)]:
        names = list(dict.fromkeys(_name(request) for request in unexpected))
        what = (
            "an error that the test doesn't expect" if len(unexpected) == 1 else "errors that the test doesn't expect"
        )
        allowed = " and ".join(f'mockstytch.requests.expect("{name}")' for name in names[:3])
        lines = "\n".join(report.request_lines(unexpected))
        paragraphs.append(f"mockstytch: the server returned {what}:\n{lines}\nTo expect this, call {allowed}.")
    for expectation in expectations:
        count = sum(expectation.matches(request) for request in errors)
        if count == 0 and expectation.times != 0:
            paragraphs.append(
                f"mockstytch: the test expects {expectation.error_type}, but the server never returned it."
            )
        elif expectation.times is not None and expectation.times != count:
            lines = "\n".join(report.request_lines([request for request in errors if expectation.matches(request)]))
            paragraphs.append(
                f"mockstytch: the test expects {expectation.error_type} {report.times(expectation.times)}, "
                f"and the server returned it {report.times(count)}:\n{lines}"
            )
    return "\n".join(paragraphs)


def _name(request: LoggedRequest) -> str:
    return request.error_type or str(request.status_code)


def _is_from_fault(request: LoggedRequest) -> bool:
    """Return whether a fault made the error. After a delay, the error is the operation's own."""
    first = request.because.partition("; ")[0]
    return first.startswith("fault ") and not first.rpartition(": ")[2].startswith("delayed by ")
