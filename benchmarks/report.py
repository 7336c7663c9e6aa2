"""The measurements as tables, and against the goals."""

import os
import platform
import re
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from benchmarks import install
from benchmarks.measure import Latency, Start
from benchmarks.systems import EVERYONE, OPERATIONS, Hello, HelloSqlalchemy, Mockstytch

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
BEGIN, END = "<!-- measured: python -m benchmarks --write -->", "<!-- /measured -->"
US, FLOOR, BARE = Mockstytch.name, Hello.name, HelloSqlalchemy.name
PACKAGES = ("uvicorn", "starlette", "sqlalchemy", "msgspec", "cryptography")


class Results(NamedTuple):
    skipped: dict[str, str]
    starts: dict[str, Start]
    latencies: dict[str, dict[str, Latency]]
    throughput: dict[str, dict[str, float]]
    signed: str
    people: dict[str, int]
    reset_ms: float | None
    flatness: dict[int, dict[str, Latency]]


class Goal(NamedTuple):
    """``measured`` is None where this run didn't measure it."""

    what: str
    limit: float
    unit: str
    measured: float | None

    @property
    def verdict(self) -> str:
        return "—" if self.measured is None else "OK" if self.measured <= self.limit else "MISSED"


def goals(r: Results) -> list[Goal]:
    def p50(name: str) -> float | None:
        found = r.latencies.get(name, {}).get(US)
        return found.p50 if found else None

    ours, bare = r.starts.get(US), r.starts.get(BARE)
    return [
        Goal(f"start, against {BARE}", 1.5, "x", ours.seconds / bare.seconds if ours and bare else None),
        Goal("create a member", 0.45, "ms", p50("create")),
        Goal("sessions.authenticate", 0.8, "ms", p50("session")),
        Goal("magic_links.authenticate", 1.0, "ms", p50("login")),
        Goal("member search by exact e-mail", 0.6, "ms", p50("search")),
        Goal("JWKS", 0.1, "ms", p50("jwks")),
        *(Goal(name, 1.2, "x", growth) for name, growth in _growth(r)),
        Goal("reset of 1,000 members", 10, "ms", r.reset_ms),
        Goal("idle memory (RSS)", 60, "MB", ours.idle.rss if ours and ours.idle else None),
    ]


def _growth(r: Results) -> list[tuple[str, float]]:
    if not r.flatness:
        return []
    least, most = min(r.flatness), max(r.flatness)
    return [
        (f"{name}, {most:,} against {least:,} members", r.flatness[most][name].p50 / found.p50)
        for name, found in r.flatness[least].items()
    ]


def machine() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    model = next(iter(re.findall(r"model name\s*: (.+)", _read("/proc/cpuinfo"))), platform.machine())
    return f"{model}, {os.cpu_count()} cores; {platform.system()}; Python {platform.python_version()}; {packages}"


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def render(r: Results) -> str:
    parts = [
        f"Machine: {machine()}.",
        f"Others: {install.MOTO}, {', '.join(install.NODE_PACKAGES)}." if len(r.latencies["create"]) > 1 else "",
        *(f"Skipped: {name}: {why}." for name, why in r.skipped.items()),
        _goals(r),
        _starts(r),
        _latencies(r),
        r.signed,
        _people(r),
        _throughput(r),
        _flatness(r),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _goals(r: Results) -> str:
    floor = r.latencies["hello"][FLOOR].p50
    rows = [
        (
            goal.what,
            f"≤ {goal.limit:g} {goal.unit}",
            "not measured" if goal.measured is None else f"{_number(goal.measured)} {goal.unit}",
            f"{goal.measured / floor:.1f}" if goal.unit == "ms" and goal.measured is not None else "",
            goal.verdict,
        )
        for goal in goals(r)
    ]
    return table("Goals", ("goal", "limit", "measured", "x hello", ""), rows)


def _starts(r: Results) -> str:
    bare = r.starts[BARE].seconds if BARE in r.starts else None

    def megabytes(memory: object) -> str:
        return "—" if memory is None else f"{memory.rss:.0f} / {memory.pss:.0f}"  # type: ignore[attr-defined]

    rows = [
        (
            name,
            f"{s.seconds * 1000:.0f}",
            f"{s.seconds / bare:.2f}" if bare else "—",
            megabytes(s.idle),
            megabytes(s.used),
        )
        for name, s in r.starts.items()
    ]
    columns = ("system", "start, ms", f"x {BARE}", "idle RSS / PSS, MB", "after first use, MB")
    return table("Start and memory", columns, rows)


def _latencies(r: Results) -> str:
    def cell(found: Latency | None) -> str:
        return f"{_number(found.p50)} / {_number(found.p95)} ({found.p50 / floor:.1f})" if found else "—"

    floor = r.latencies["hello"][FLOOR].p50
    return _by_operation(
        "One connection: p50 / p95 in ms (p50 x hello)", {"hello": "hello", **OPERATIONS}, r.latencies, cell
    )


def _people(r: Results) -> str:
    """A search is among so many."""
    return "People in each at the end: " + ", ".join(f"{name} {count:,}" for name, count in r.people.items()) + "."


def _throughput(r: Results) -> str:
    def cell(found: float | None) -> str:
        return f"{found:,.0f}" if found else "—"

    return _by_operation("16 connections: requests a second", OPERATIONS, r.throughput, cell)


def _by_operation(
    title: str, names: dict[str, str], found: dict[str, dict[str, object]], cell: Callable[..., str]
) -> str:
    systems = [s.name for s in EVERYONE if any(s.name in by_system for by_system in found.values())]
    rows = [(names[op], *(cell(by_system.get(s)) for s in systems)) for op, by_system in found.items()]
    return table(title, ("", *systems), rows)


def _flatness(r: Results) -> str:
    names = list(next(iter(r.flatness.values()), {}))
    rows = [(f"{level:,}", *(_number(by[name].p50) for name in names)) for level, by in r.flatness.items()]
    return table("Members in one organization: p50 in ms", ("members", *names), rows) if rows else ""


def _number(value: float) -> str:
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table that is also readable as it stands."""
    cells = [columns, *rows]
    widths = [max(len(row[n]) for row in cells) for n in range(len(columns))]
    lines = [
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join([f"**{title}**", "", *lines])


def write(text: str, page: Path = PAGE) -> None:
    """Put the tables between the page's markers."""
    page_text = page.read_text(encoding="utf-8")
    before, begin, rest = page_text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"{page.name} has no place for the tables: {BEGIN} … {END}")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")
