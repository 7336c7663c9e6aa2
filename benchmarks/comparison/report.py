"""Print the comparison as tables, and compare it with the goals."""

from collections.abc import Callable
from typing import NamedTuple

from benchmarks.comparison import install
from benchmarks.comparison.measure import Latencies, Latency, Start
from benchmarks.comparison.peers import SYSTEMS, Emulate, Workos
from benchmarks.page import machine, number, table
from benchmarks.process import Memory
from benchmarks.systems import OPERATIONS, Hello, HelloSqlalchemy, Mockstytch

US, FLOOR, BARE = Mockstytch.name, Hello.name, HelloSqlalchemy.name
RIVALS = (Emulate.name, Workos.name)  # in each row that both have, mockstytch should be faster
# The p50 at one connection, in multiples of hello's in the same rounds. The time to sign a JWT comes on top.
MULTIPLES = {"get": 1.8, "create": 4.0, "search": 3.5, "session": 3.0, "login": 6.0, "jwks": 1.2, "discovery": 4.0}
_GOAL_NAMES = {
    "get": "get an organization",
    "create": "create a member",
    "search": "search members by exact e-mail",
    "session": "sessions.authenticate, with a new JWT",
    "login": "magic_links.authenticate, with a new JWT",
    "jwks": "JWKS",
    "discovery": "send a discovery e-mail",
}


class Results(NamedTuple):
    skipped: dict[str, str]
    starts: dict[str, Start]
    latencies: Latencies
    throughput: dict[str, dict[str, float]]
    signed: str
    users: dict[str, int]
    browser_ratio: float
    reset_ms: float | None
    restore_ms: tuple[float | None, float | None]
    flatness: dict[int, dict[str, Latency]]


class Goal(NamedTuple):
    """A limit for a measurement.

    Attributes:
        measured: None if this run didn't measure it.
        note: how the measurement was calculated, or "".
    """

    what: str
    limit: float
    unit: str
    measured: float | None
    note: str = ""

    @property
    def verdict(self) -> str:
        return "—" if self.measured is None else "OK" if self.measured <= self.limit else "MISSED"


def goals(r: Results) -> list[Goal]:
    ours = r.starts[US]
    return [
        *(_multiple(r.latencies, name, limit) for name, limit in MULTIPLES.items()),
        Goal(f"start, compared with {BARE}", 1.0, "x", ours.ratio),
        Goal("idle memory (RSS)", 50, "MB", ours.idle.rss if ours.idle else None),
        Goal("sessions.authenticate through the browser API, compared with the backend's", 1.15, "x", r.browser_ratio),
        *(Goal(name, 1.2, "x", growth) for name, growth in _growth(r)),
        Goal("reset of 1,000 members", 5, "ms", r.reset_ms),
        Goal("restore of 1,000 members, after a reset", 15, "ms", r.restore_ms[0]),
        Goal("restore of 1,000 members, after one was added", 15, "ms", r.restore_ms[1]),
    ]


def _multiple(found: Latencies, name: str, limit: float) -> Goal:
    """Return the goal of an operation: its time, without the signing of a JWT, in multiples of hello's."""
    ours, floor = found.times[name][US].p50, found.times[name][FLOOR].p50
    signing = found.signing.get(name)
    if signing is None:
        return Goal(_GOAL_NAMES[name], limit, "x hello", ours / floor, f"{number(ours)} ms / {number(floor)} ms")
    note = f"({number(ours)} ms - {number(signing.p50)} ms of signing) / {number(floor)} ms"
    return Goal(_GOAL_NAMES[name], limit, "x hello + signing", (ours - signing.p50) / floor, note)


def _growth(r: Results) -> list[tuple[str, float]]:
    if not r.flatness:
        return []
    least, most = min(r.flatness), max(r.flatness)
    return [
        (f"{name}, {most:,} vs. {least:,} members", r.flatness[most][name].p50 / found.p50)
        for name, found in r.flatness[least].items()
    ]


def render(r: Results) -> str:
    parts = [
        f"Measured: {machine()}.",
        f"Other systems: {install.versions()}." if len(r.starts) > 3 else "",
        *(f"Not measured: {name}, because {why}." for name, why in r.skipped.items()),
        _goals(r),
        _rivals(r),
        _starts(r),
        _latencies(r),
        _computing(r),
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
            "not measured" if goal.measured is None else number(goal.measured),
            goal.note,
            goal.verdict,
        )
        for goal in goals(r)
    ]
    return table("Goals", ("goal", "limit", "measured", "", "met"), rows)


def _rivals(r: Results) -> str:
    """Return our times in multiples of the other mock servers'. The goal is less than 1 in each row."""
    times = r.latencies.times
    rows: dict[str, Callable[[str], float | None]] = {
        "start": lambda peer: _ratio(r.starts[US].seconds, r.starts[peer].seconds),
        "idle memory (RSS)": lambda peer: _ratio(
            *((i.rss if i else 0.0) for i in (r.starts[US].idle, r.starts[peer].idle))
        ),
        **{OPERATIONS[name]: _compare({s: found.p50 for s, found in times[name].items()}) for name in times},
        **{
            f"{OPERATIONS[name]}, 16 connections": _compare({s: 1 / rate for s, rate in rates.items()})
            for name, rates in r.throughput.items()
        },
    }
    peers = [peer for peer in RIVALS if peer in r.starts]
    cells = [(what, *(_cell(ratio(peer)) for peer in peers)) for what, ratio in rows.items()]
    shown = [row for row in cells if set(row[1:]) != {"—"}]
    return table("Compared with each system (goal: less than 1)", ("", *peers), shown) if peers else ""


def _compare(times: dict[str, float]) -> Callable[[str], float | None]:
    return lambda peer: _ratio(times[US], times[peer]) if peer in times else None


def _ratio(ours: float, theirs: float) -> float | None:
    return ours / theirs if ours and theirs else None


def _cell(ratio: float | None) -> str:
    return "—" if ratio is None else f"{ratio:.2f}" if ratio < 1 else f"{ratio:.2f} MISSED"


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
        return {s: f"{number(f.p50)} / {number(f.p95)} ({f.p50 / floor:.1f})" for s, f in by_system.items()}

    found = {operation: cells(by_system) for operation, by_system in r.latencies.times.items()}
    signing = " and ".join(
        f"{number(found.p50)} ms ({OPERATIONS[name]})" for name, found in r.latencies.signing.items()
    )
    notes = (
        f"Signing a JWT took {signing}. The client needs {number(r.latencies.client)} ms of computing time for each "
        "request, which is part of every figure, hello's included."
    )
    return _by_operation("One connection: p50 / p95 in ms (p50 x hello)", found) + f"\n\n{notes}"


def _computing(r: Results) -> str:
    def cells(by_system: dict[str, Latency]) -> dict[str, str]:
        floor = by_system[FLOOR].computing
        known = {s: found.computing for s, found in by_system.items() if found.computing is not None}
        return {s: f"{number(time)} ({time / floor:.1f})" if floor else number(time) for s, time in known.items()}

    found = {operation: cells(by_system) for operation, by_system in r.latencies.times.items()}
    return (
        _by_operation("One connection: computing time of the server in ms (x hello)", found)
        if any(found.values())
        else ""
    )


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
    rows = [(f"{level:,}", *(number(by[name].p50) for name in names)) for level, by in r.flatness.items()]
    return table("Members in one organization: p50 in ms", ("members", *names), rows) if rows else ""
