"""The command ``python -m benchmarks``: the comparison."""

import argparse
from collections.abc import Sequence
from contextlib import ExitStack
from time import perf_counter

from benchmarks import page
from benchmarks.comparison import measure, report
from benchmarks.comparison.install import Unavailable
from benchmarks.comparison.peers import SYSTEMS
from benchmarks.page import progress
from benchmarks.process import stop_after
from benchmarks.systems import Hello, HelloSqlalchemy, Mockstytch, System

_LONGEST_MINUTES = 30


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Compare mockstytch with other servers.",
        epilog="Other benchmarks: python -m benchmarks memory, python -m benchmarks soak; each has --help.",
    )
    parser.add_argument("--full", action="store_true", help="also measure an organization of 100,000 members")
    parser.add_argument("--quick", action="store_true", help="send a few requests, to mockstytch and the baseline only")
    parser.add_argument("--write", action="store_true", help=f"write the tables to docs/{page.PAGE.name}")
    options = parser.parse_args(arguments)
    if options.quick and (options.write or options.full):
        parser.error("--quick can't be combined with --write or --full, because it measures too little.")
    stop_after(_LONGEST_MINUTES)
    plan = measure.QUICK if options.quick else measure.FULL if options.full else measure.Plan()
    started = perf_counter()
    text = report.render(run(plan, (Hello, Mockstytch) if options.quick else SYSTEMS))
    print(text)
    print(f"Took {perf_counter() - started:.0f} s.")
    if options.write:
        page.write(text, "")
    return 0


def run(plan: measure.Plan, kinds: Sequence[type[System]]) -> report.Results:
    able, skipped = _available(kinds)
    progress("measure start and memory")
    starts = measure.starts([HelloSqlalchemy, *(kind for kind in able if kind is not Hello), Hello], plan.starts)
    systems = [kind() for kind in able]
    with ExitStack() as running:
        for system in systems:
            progress(f"prepare {system.name}")
            running.enter_context(system.start())
            system.prepare(plan.users if isinstance(system, Mockstytch) else plan.users_elsewhere)
        progress("measure one connection")
        latencies = measure.latencies(systems, plan)
        progress("measure 16 connections")
        throughput = measure.throughput(systems, plan)
        us = next(system for system in systems if type(system) is Mockstytch)
        progress("measure the browser API")
        browser_ratio = measure.browser_ratio(us, plan)
    users = {system.name: system.made for system in systems if not isinstance(system, Hello)}
    count = latencies.times["session"][us.name].count + 1  # one more for the warm-up
    signed = f"{us.name} authenticated {count} sessions and signed a new JWT for {us.signed} of them."
    progress("measure reset")
    reset_ms = measure.reset(1000) if plan.levels else None
    progress("measure restore")
    restore_ms = measure.restore(1000) if plan.levels else (None, None)
    progress("measure organizations of different sizes")
    flatness = measure.flatness(plan.levels)
    return report.Results(
        skipped, starts, latencies, throughput, signed, users, browser_ratio, reset_ms, restore_ms, flatness
    )


def _available(kinds: Sequence[type[System]]) -> tuple[list[type[System]], dict[str, str]]:
    """Return the systems that can be started here, and the reason for each one that can't."""
    able, skipped = [], {}
    for kind in kinds:
        progress(f"install {kind.name}")
        try:
            kind().command(0)
        except Unavailable as e:
            skipped[kind.name] = str(e)
        else:
            able.append(kind)
    return able, skipped
