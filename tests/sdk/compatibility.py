"""The table of SDKs in ``docs/compatibility.md``.

The tests of the suites check that the table has what they saw. With the variable ``WRITE_COMPATIBILITY``, they write it
there. ``make compatibility`` does that.
"""

import contextlib
import os
import re
from pathlib import Path

from tests.sdk.suites import NEWEST, Suite
from tests.support.node_packages import locked

PAGE = Path(__file__).parents[2] / "docs" / "compatibility.md"
_WRITE = "WRITE_COMPATIBILITY"


def check_methods(suite: Suite, called: int, has: int, cache: Path) -> None:
    """Check that the page has the number of operations that a suite called, and that the SDK has."""
    _check(suite, 2, f"{called} of {has}", cache)


def check_steps(suite: Suite, passed: int, steps: int, cache: Path) -> None:
    """Check that the page has the number of steps of the story that passed."""
    _check(suite, 3, f"{passed} of {steps}", cache)


def _check(suite: Suite, column: int, seen: str, cache: Path) -> None:
    """Compare a cell of the suite's row with what was seen, or write it."""
    if NEWEST in os.environ:
        return  # the page is about the versions that are pinned
    writes = _WRITE in os.environ
    with locked(cache / "compatibility.lock") if writes else contextlib.nullcontext():
        text = PAGE.read_text()
        row = re.search(rf"^\| {re.escape(suite.name)} \|.*$", text, re.MULTILINE)
        assert row, f"{PAGE.name} has no row for {suite.name}"
        cells = row[0].strip("| ").split(" | ")
        expected = [*cells]
        expected[1], expected[column], expected[4] = f"{suite.package} {suite.version}", seen, f"`{suite.point}`"
        if writes:
            PAGE.write_text(text.replace(row[0], f"| {' | '.join(expected)} |"))
        else:
            assert cells == expected, f"run make compatibility: {PAGE.name} differs"
