"""``mock.requests``"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Unpack

import msgspec

from mockstytch.client.models import LoggedRequest, RequestFilters
from mockstytch.client.request_log import matching, report
from mockstytch.client.request_log.expectations import Expectation
from mockstytch.client.transport import ControlApi, MockError
from mockstytch.nearest import nearest

_ALL = 10_000  # the limit of the log


class Requests:
    """The request log: the latest requests of the project, their responses, and why they were refused.

    Attributes:
        expectations: the errors that the test expects.
    """

    def __init__(self, api: ControlApi, project_id: str) -> None:
        self._api, self._project_id = api, project_id
        self.expectations: list[Expectation] = []

    def __call__(self, limit: int = 100, **filters: Unpack[RequestFilters]) -> list[LoggedRequest]:
        """Return the latest requests that match, newest last. ``because`` is the reason of a refusal.

        Args:
            limit: how many to return, the newest ones.
            filters: ``operation``, ``method``, ``path``, ``status``, ``error_type``, ``surface``: several values are
                separated by commas, and ``*`` is a wildcard. ``after``, the ``request_id`` of the last request that
                you have seen. ``wait``, seconds to wait for a request, at most 60. See the control API.

        Raises:
            MockError: if a value isn't valid, such as an operation that doesn't exist.
        """
        __tracebackhide__ = True  # pytest shows the line of the test instead
        page = self._api.call("GET", "/requests", {"limit": limit, **filters}, timeout=filters.get("wait", 0) + 10)
        return msgspec.convert(page["requests"], list[LoggedRequest])

    def assert_called(self, operation: str, /, times: int | None = None, **fields: Any) -> list[LoggedRequest]:
        """Check that the app called an operation with these fields, and return these requests, newest last.

        Args:
            operation: its name in the official SDK, such as ``magic_links.email.login_or_signup``; ``*`` is a wildcard.
            times: how often; None is at least once.
            fields: fields of the request's path, query or body. The request may have others, also in objects inside.

        Raises:
            AssertionError: if there is no such request, or not as many. The message has what was called instead.
            MockError: if the operation doesn't exist.
        """
        __tracebackhide__ = True
        wanted = matching.as_json(fields)
        called = self(_ALL, operation=operation)
        different = [_differences(request, wanted) for request in called]
        found = [request for request, lines in zip(called, different, strict=True) if not lines]
        if times == len(found) or (times is None and found):
            return found
        name = f"{operation} with {report.fields(wanted)}" if wanted else operation
        if times is not None and found:
            problem = f"{name} was called {report.times(len(found))}, instead of {report.times(times)}"
            raise AssertionError(_with_requests(problem, found))
        if not called:
            raise AssertionError(f"{name} wasn't called{self._called_instead(operation)}")
        nearest_one = min(range(len(called)), key=lambda number: (len(different[number]), -number))
        count = report.times(len(called))
        problem = f"{name} wasn't called. It was called {count} with other fields. The most similar request"
        lines = [f"    {line}" for line in different[nearest_one]]
        raise AssertionError("\n".join([_with_requests(problem, [called[nearest_one]]), *lines]))

    def assert_not_called(self, operation: str, /) -> None:
        """Check that the app didn't call an operation.

        Args:
            operation: its name in the official SDK; ``*`` is a wildcard.

        Raises:
            AssertionError: if it was called. The message has the requests.
            MockError: if the operation doesn't exist.
        """
        __tracebackhide__ = True
        if called := self(_ALL, operation=operation):
            raise AssertionError(_with_requests(f"{operation} was called {report.times(len(called))}", called))

    def expect(self, error_type: str, times: int | None = None) -> None:
        """Expect an error, so that it doesn't fail the test in strict mode. If it never comes, the test fails, too.

        Without strict mode, this has no effect.

        Args:
            error_type: such as ``session_not_found``; ``*`` is a wildcard. For an error without a type, its status,
                such as ``503``.
            times: how often; None is at least once.

        Raises:
            MockError: if the error type doesn't exist.
        """
        __tracebackhide__ = True
        if not error_type.isdigit():
            self(1, error_type=error_type)  # the server refuses an unknown one
        self.expectations.append(Expectation(error_type, times))

    def wait(self, operation: str, seconds: float = 5, after: str = "") -> LoggedRequest:
        """Wait until the app called an operation, and return the newest request. It may have happened before.

        Args:
            operation: its name in the official SDK; ``*`` is a wildcard.
            seconds: how long to wait, at most 60.
            after: the ``request_id`` of a request. Only newer ones are returned.

        Raises:
            MockError: if there is none in time; its ``error_type`` is ``request_not_found``. Also if the operation
                doesn't exist.
        """
        __tracebackhide__ = True
        found = self(1, operation=operation, after=after, wait=seconds)
        if not found:
            problem = f"{operation} wasn't called{' again' if after else ''} in {seconds:g} s"
            raise MockError(problem + self._called_instead(operation), "request_not_found")
        return found[-1]

    def clear(self) -> None:
        """Delete all entries of the log."""
        self._api.call("DELETE", "/requests")

    def _called_instead(self, operation: str) -> str:
        """Return the operations that were called, and the most similar name."""
        called = self(_ALL)
        if not called:
            return f". No request reached the project {self._project_id}: does the app have its credentials and URL?"
        names = [request.operation or f"{request.method} {request.path}" for request in called]
        counts = "\n".join(
            f"  {report.times(count)}: {name}" for name, count in Counter(names).most_common(report.MOST)
        )
        return f". Did you mean {nearest(operation, names)}? These were called:\n{counts}"


def _differences(request: LoggedRequest, wanted: dict[str, Any]) -> Sequence[str]:
    expected = matching.in_query(wanted) if request.method in ("GET", "HEAD") else wanted
    return matching.differences(expected, request.request or {})


def _with_requests(problem: str, requests: Sequence[LoggedRequest]) -> str:
    return "\n".join([f"{problem}:", *report.request_lines(requests, with_reason=False)])
