"""The command. Whatever happens, no server outlives it."""

import argparse
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from time import perf_counter
from types import FrameType

from benchmarks import measure, report
from benchmarks.install import Unavailable
from benchmarks.systems import EVERYONE, Hello, HelloSqlalchemy, Mockstytch, System

_LONGEST_MINUTES = 15


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--full", action="store_true", help="organizations of up to 100,000 members")
    parser.add_argument("--quick", action="store_true", help="a few requests, this server and the floor only")
    parser.add_argument("--write", action="store_true", help=f"put the tables into docs/{report.PAGE.name}")
    options = parser.parse_args(arguments)
    if options.quick and (options.write or options.full):
        parser.error("--quick measures too little for that")
    for name in ("SIGTERM", "SIGALRM"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _stop)
    if hasattr(signal, "alarm"):
        signal.alarm(_LONGEST_MINUTES * 60)
    plan = measure.QUICK if options.quick else measure.FULL if options.full else measure.Plan()
    started = perf_counter()
    text = report.render(measured(plan, (Hello, Mockstytch) if options.quick else EVERYONE))
    print(text)
    print(f"Took {perf_counter() - started:.0f} s.")
    if options.write:
        report.write(text)
    return 0


def measured(plan: measure.Plan, kinds: Sequence[type[System]]) -> report.Results:
    able, skipped = _able(kinds)
    _say("start and memory")
    starts = measure.starts([HelloSqlalchemy, *(kind for kind in able if kind is not Hello), Hello], plan.starts)
    systems = [kind() for kind in able]
    with ExitStack() as running:
        for system in systems:
            _say(f"prepare {system.name}")
            running.enter_context(system.start())
            system.prepare(plan.people if isinstance(system, Mockstytch) else plan.people_elsewhere)
        _say("one connection")
        latencies = measure.latencies(systems, plan)
        _say("16 connections")
        throughput = measure.throughput(systems, plan)
    people = {system.name: system.made for system in systems if not isinstance(system, Hello)}
    us = next(system for system in systems if type(system) is Mockstytch)
    count = latencies["session"][us.name].count + 1  # the warm-up
    signed = f"Of {count} sessions that {us.name} authenticated, {us.signed} got a JWT that had to be signed."
    _say("reset")
    reset_ms = measure.reset(1000) if plan.levels else None
    _say("members in one organization")
    flatness = measure.flatness(plan.levels)
    return report.Results(skipped, starts, latencies, throughput, signed, people, reset_ms, flatness)


def _able(kinds: Sequence[type[System]]) -> tuple[list[type[System]], dict[str, str]]:
    """Those that can be started here, and why the others can't."""
    able, skipped = [], {}
    for kind in kinds:
        _say(f"install {kind.name}")
        try:
            kind().command(0)
        except Unavailable as e:
            skipped[kind.name] = str(e)
        else:
            able.append(kind)
    return able, skipped


def _stop(number: int, _frame: FrameType | None) -> None:
    sys.exit(f"stopped by {signal.Signals(number).name}")  # an exception: every server's context ends it


def _say(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
