"""Skipped tests.

On a developer's machine, a test is skipped if a tool that it needs isn't installed. CI has all tools, so there a
skipped test is a failure.
"""

import re
from typing import TypeVar

import pytest

# Reasons that are accepted in CI, as regular expressions, each with an explanation.
ALLOWED = {
    r"POSIX signals": "Windows doesn't have them",
    r"checks a limit of the server's memory": "with PostgreSQL the request log and other state are in tables",
    r"npm (can't|could not) install": "the package registry can't be reached from every CI machine",
    r"(cargo|go|javac|mvn|php|ruby) is not installed": "CI machines may lack compilers of other languages",
    r"(cargo|go|javac|mvn|npm|ruby) can't prepare the suite": "not every CI machine reaches their packages",
    r"private hosts files aren't possible here": "they need Linux, and a user who may create namespaces",
    r"the program would call the real service": "tests never call it; a machine without a network runs this test",
    r"no Docker engine": "most CI machines have none; the workflow on GitHub builds the image and runs the test",
    r"pip can't reach a package index": "the package index can't be reached from every CI machine",
}

R = TypeVar("R", pytest.TestReport, pytest.CollectReport)


def failed_in_ci(report: R) -> R:
    """Turn the report of a skipped test or module into a failure, unless its reason is allowed.

    Tests that are expected to fail stay as they are.
    """
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    is_allowed = hasattr(report, "wasxfail") or any(re.search(pattern, reason) for pattern in ALLOWED)
    if report.skipped and not is_allowed:
        report.longrepr = f"In CI no test may be skipped: {reason}. Install it, or add the reason to {__name__}."
        report.outcome = "failed"
    return report
