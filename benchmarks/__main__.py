"""The command ``python -m benchmarks``. It stops all servers that it started, also when it is interrupted."""

import argparse
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from time import perf_counter
from types import FrameType

from benchmarks import measure, report
from benchmarks.install import Unavailable
from benchmarks.systems import SYSTEMS, Hello, HelloSqlalchemy, Mockstytch, System

_LONGEST_MINUTES = 15


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Compare mockstytch with other servers.")
    parser.add_argument("--full", action="store_true", help="also measure an organization of 100,000 members")
    parser.add_argument("--quick", action="store_true", help="send a few requests, to mockstytch and the baseline only")
    parser.add_argument("--write", action="store_true", help=f"write the tables to docs/{report.PAGE.name}")
    options = parser.parse_args(arguments)
    if options.quick and (options.write or options.full):
        parser.error("--quick can't be combined with --write or --full, because it measures too little.")
    for name in ("SIGTERM", "SIGALRM"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _stop)
    if hasattr(signal, "alarm"):
        signal.alarm(_LONGEST_MINUTES * 60)
    plan = measure.QUICK if options.quick else measure.FULL if options.full else measure.Plan()
    started = perf_counter()
    text = report.render(run(plan, (Hello, Mockstytch) if options.quick else SYSTEMS))
    print(text)
    print(f"Took {perf_counter() - started:.0f} s.")
    if options.write:
        report.write(text)
    return 0


def run(plan: measure.Plan, kinds: Sequence[type[System]]) -> report.Results:
    able, skipped = _available(kinds)
    _progress("measure start and memory")
    starts = measure.starts([HelloSqlalchemy, *(kind for kind in able if kind is not Hello), Hello], plan.starts)
    systems = [kind() for kind in able]
    with ExitStack() as running:
        for system in systems:
            _progress(f"prepare {system.name}")
            running.enter_context(system.start())
            system.prepare(plan.users if isinstance(system, Mockstytch) else plan.users_elsewhere)
        _progress("measure one connection")
        latencies = measure.latencies(systems, plan)
        _progress("measure 16 connections")
        throughput = measure.throughput(systems, plan)
        us = next(system for system in systems if type(system) is Mockstytch)
        _progress("measure the browser API")
        browser_ratio = measure.browser_ratio(us, plan)
    users = {system.name: system.made for system in systems if not isinstance(system, Hello)}
    count = latencies["session"][us.name].count + 1  # one more for the warm-up
    signed = f"{us.name} authenticated {count} sessions and signed a new JWT for {us.signed} of them."
    _progress("measure reset")
    reset_ms = measure.reset(1000) if plan.levels else None
    _progress("measure restore")
    restore_ms = measure.restore(1000) if plan.levels else (None, None)
    _progress("measure organizations of different sizes")
    flatness = measure.flatness(plan.levels)
    return report.Results(
        skipped, starts, latencies, throughput, signed, users, browser_ratio, reset_ms, restore_ms, flatness
    )


def _available(kinds: Sequence[type[System]]) -> tuple[list[type[System]], dict[str, str]]:
    """Return the systems that can be started here, and the reason for each one that can't."""
    able, skipped = [], {}
    for kind in kinds:
        _progress(f"install {kind.name}")
        try:
            kind().command(0)
        except Unavailable as e:
            skipped[kind.name] = str(e)
        else:
            able.append(kind)
    return able, skipped


def _stop(number: int, _frame: FrameType | None) -> None:
    sys.exit(f"stopped by {signal.Signals(number).name}")  # SystemExit leaves the contexts, which stop the servers


def _progress(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
