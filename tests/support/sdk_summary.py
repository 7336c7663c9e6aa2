"""The end of a test run: what was tested with each official SDK, and with each quickstart app."""

from collections.abc import Mapping, Sequence
from typing import Any


def lines(stats: Mapping[str, Sequence[Any]]) -> list[str]:
    """Return a line for each SDK whose tests were selected, and one for all quickstart apps.

    Args:
        stats: the reports by their outcome, as pytest's terminal reporter has them. A test of an SDK has the property
            ``sdk``, a test of an app has ``quickstart``.
    """
    found = [f"{sdk}: {described}" for sdk, described in _described(stats, "sdk")]
    apps = [f"{app} {described}" for app, described in _described(stats, "quickstart")]
    return [*found, f"quickstart apps: {', '.join(apps)}"] if apps else found


def _described(stats: Mapping[str, Sequence[Any]], kind: str) -> list[tuple[str, str]]:
    outcomes: dict[str, dict[str, list[Any]]] = {}
    for outcome in ("passed", "failed", "skipped"):
        for report in stats.get(outcome, ()):
            for tested in (value for name, value in getattr(report, "user_properties", ()) if name == kind):
                outcomes.setdefault(tested, {}).setdefault(outcome, []).append(report)
    return [(tested, _describe(outcomes[tested])) for tested in sorted(outcomes)]


def _describe(reports: dict[str, list[Any]]) -> str:
    counts = ", ".join(f"{len(found)} {outcome}" for outcome, found in reports.items())
    reasons = {_reason(report) for report in reports.get("skipped", ())}
    return f"{counts} ({'; '.join(sorted(reasons))})" if reasons else counts


def _reason(report: Any) -> str:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ")
