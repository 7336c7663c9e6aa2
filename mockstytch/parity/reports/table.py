"""The report of a run: a table on the terminal."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from mockstytch.parity import settings
from mockstytch.parity.running import Outcome

_LONGEST_VALUE = 60  # characters


def lines(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Return the lines of the table: one group for each operation, with the first difference of each probe."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.found:
            groups[outcome.found[0].operation].append(outcome)
    for operation, members in sorted(groups.items()):
        yield operation
        for outcome in members:
            first, more = outcome.found[0].difference, len(outcome.found) - 1
            yield f"  {outcome.probe.name}" + (f"  (+{more} more)" if more else "")
            yield f"    {first.kind} at {first.path or 'the call'}"
            yield f"      real:       {shown(first.target)}"
            yield f"      mockstytch: {shown(first.local)}"


def shown(value: Any) -> str:
    """Return a normalized value as one line."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def summary(outcomes: list[Outcome]) -> str:
    """Return one line: how many probes ran, and in how many the responses differ."""
    different = sum(1 for outcome in outcomes if outcome.found)
    return f"{len(outcomes)} probes: {len(outcomes) - different} agree, {different} differ."


def need(name: str) -> str:
    """Return what a need is and how it is given, for a person who has probes that weren't sent."""
    found = settings.NEEDS[name.removeprefix("without ")]
    if name.startswith("without "):
        return f"a project without {found.description}"
    option = f"{found.option} {name}" if found.option == "--has" else found.option
    return f"{found.description}: {option}" if option else found.description
