"""Print the measurements as tables, and compare them with the goals."""

import os
import platform
import re
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from benchmarks import install
from benchmarks.measure import Latency, Start
from benchmarks.process import Memory
from benchmarks.systems import OPERATIONS, SYSTEMS, Hello, HelloSqlalchemy, Mockstytch

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- measured: python -m benchmarks --write -->", "<!-- /measured -->"
US, FLOOR, BARE = Mockstytch.name, Hello.name, HelloSqlalchemy.name
LOAD = os.getloadavg()[0] if hasattr(os, "getloadavg") else None  # before anything runs
PACKAGES = ("uvicorn", "starlette", "sqlalchemy", "msgspec", "cryptography")


class Results(NamedTuple):
    skipped: dict[str, str]
    starts: dict[str, Start]
    latencies: dict[str, dict[str, Latency]]
    throughput: dict[str, dict[str, float]]
    signed: str
    users: dict[str, int]
    browser_ratio: float
    reset_ms: float | None
    restore_ms: tuple[float | None, float | None]
    flatness: dict[int, dict[str, Latency]]


class Goal(NamedTuple):
    """A limit for a measurement.

    ``measured`` is None if this run didn't measure it. ``floor`` is the p50 of hello in the same rounds.
    """

    what: str
    limit: float
    unit: str
    measured: float | None
    floor: float | None = None

    @property
    def verdict(self) -> str:
        return "—" if self.measured is None else "OK" if self.measured <= self.limit else "MISSED"


def goals(r: Results) -> list[Goal]:
    def latency(what: str, limit: float, name: str) -> Goal:
        found = r.latencies[name]
        return Goal(what, limit, "ms", found[US].p50, found[FLOOR].p50)

    ours = r.starts[US]
    return [
        Goal(f"start, compared with {BARE}", 1.5, "x", ours.ratio),
        latency("create a member", 0.45, "create"),
        latency("sessions.authenticate", 0.8, "session"),
        latency("magic_links.authenticate", 1.0, "login"),
        latency("member search by exact e-mail", 0.6, "search"),
        latency("JWKS", 0.1, "jwks"),
        Goal("sessions.authenticate through the browser API, compared with the backend's", 1.15, "x", r.browser_ratio),
        *(Goal(name, 1.2, "x", growth) for name, growth in _growth(r)),
        Goal("reset of 1,000 members", 10, "ms", r.reset_ms),
        Goal("restore of 1,000 members, after a reset", 15, "ms", r.restore_ms[0]),
        Goal("restore of 1,000 members, after one was added", 15, "ms", r.restore_ms[1]),
        Goal("idle memory (RSS)", 60, "MB", ours.idle.rss if ours.idle else None),
    ]


def _growth(r: Results) -> list[tuple[str, float]]:
    if not r.flatness:
        return []
    least, most = min(r.flatness), max(r.flatness)
    return [
        (f"{name}, {most:,} vs. {least:,} members", r.flatness[most][name].p50 / found.p50)
        for name, found in r.flatness[least].items()
    ]


def machine() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    model = next(iter(re.findall(r"model name\s*: (.+)", _read("/proc/cpuinfo"))), platform.machine())
    busy = "" if LOAD is None else f"; load average before the run {LOAD:.1f}"
    return f"{model}, {os.cpu_count()} cores; {platform.system()}; Python {platform.python_version()}; {packages}{busy}"


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def render(r: Results) -> str:
    parts = [
        f"Machine: {machine()}.",
        f"Other systems: {install.MOTO}, {', '.join(install.NODE_PACKAGES)}." if len(r.starts) > 3 else "",
        *(f"Skipped {name}: {why}." for name, why in r.skipped.items()),
        _goals(r),
        _starts(r),
        _latencies(r),
        r.signed,
        _users(r),
        _throughput(r),
        _flatness(r),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _goals(r: Results) -> str:
    rows = [
        (
            goal.what,
            f"≤ {goal.limit:g} {goal.unit}",
            "not measured" if goal.measured is None else f"{_number(goal.measured)} {goal.unit}",
            f"{goal.measured / goal.floor:.1f}" if goal.measured and goal.floor else "",
            goal.verdict,
        )
        for goal in goals(r)
    ]
    return table("Goals", ("goal", "limit", "measured", "x hello", ""), rows)


def _starts(r: Results) -> str:
    def megabytes(memory: Memory | None) -> str:
        return f"{memory.rss:.0f} / {memory.pss:.0f}" if memory else "—"

    rows = [
        (name, f"{s.seconds * 1000:.0f}", f"{s.ratio:.2f}", megabytes(s.idle), megabytes(s.used))
        for name, s in r.starts.items()
    ]
    columns = ("system", "start, ms", f"x {BARE}", "idle RSS / PSS, MB", "after first use, MB")
    return table("Start and memory", columns, rows)


def _latencies(r: Results) -> str:
    def cells(by_system: dict[str, Latency]) -> dict[str, str]:
        floor = by_system[FLOOR].p50
        return {s: f"{_number(f.p50)} / {_number(f.p95)} ({f.p50 / floor:.1f})" for s, f in by_system.items()}

    found = {operation: cells(by_system) for operation, by_system in r.latencies.items()}
    return _by_operation("One connection: p50 / p95 in ms (p50 x hello)", found)


def _users(r: Results) -> str:
    """Return the number of users that a search looked through in each system."""
    return (
        "Users in each system at the end: " + "; ".join(f"{name}: {count:,}" for name, count in r.users.items()) + "."
    )


def _throughput(r: Results) -> str:
    found = {name: {s: f"{rate:,.0f}" for s, rate in by_system.items()} for name, by_system in r.throughput.items()}
    return _by_operation("16 connections: requests per second", found)


def _by_operation(title: str, found: dict[str, dict[str, str]]) -> str:
    systems = [s.name for s in SYSTEMS if any(s.name in cells for cells in found.values())]
    rows = [(OPERATIONS[name], *(cells.get(s, "—") for s in systems)) for name, cells in found.items()]
    return table(title, ("", *systems), rows)


def _flatness(r: Results) -> str:
    names = list(next(iter(r.flatness.values()), {}))
    rows = [(f"{level:,}", *(_number(by[name].p50) for name in names)) for level, by in r.flatness.items()]
    return table("Members in one organization: p50 in ms", ("members", *names), rows) if rows else ""


def _number(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Format a Markdown table with aligned columns."""
    cells = [columns, *rows]
    widths = [max(len(row[n]) for row in cells) for n in range(len(columns))]
    lines = [
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join([f"**{title}**", "", *lines])


def write(text: str, page: Path = PAGE) -> None:
    """Replace the tables between the page's markers."""
    page_text = page.read_text(encoding="utf-8")
    before, begin, rest = page_text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"{page.name} has no markers for the tables. Add {BEGIN} and {END}.")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")
