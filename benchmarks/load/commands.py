"""The commands ``python -m benchmarks memory`` and ``python -m benchmarks soak``."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import page
from benchmarks.load import memory, soak
from benchmarks.process import stop_after

_MORE_MINUTES = 10  # that a run may take to start and to stop
_LONGEST_MEMORY_MINUTES = 90


def memory_command(arguments: Sequence[str]) -> int:
    """Run the command with these arguments, and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks memory",
        description="Check that memory stays level, in memory and on a file. Exits with 1 if a goal is missed.",
    )
    parser.add_argument(
        "--requests",
        type=_number(int, 100, memory.LAST),
        default=memory.LAST,
        metavar="N",
        help=f"requests to send; the memory is compared with the one after a tenth of them (default: {memory.LAST:,})",
    )
    parser.add_argument("--write", action="store_true", help=f"write the tables to docs/{page.PAGE.name}")
    options = parser.parse_args(arguments)
    stop_after(_LONGEST_MEMORY_MINUTES)
    runs = [memory.measure(database, options.requests // 10, options.requests) for database in ("", "memory.sqlite")]
    _finish(memory.render(runs), "memory" if options.write else None)
    return 0 if all(memory.met(run) for run in runs) else 1


def soak_command(arguments: Sequence[str]) -> int:
    """Run the command with these arguments, and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks soak",
        description="Send mixed load for minutes. Exits with 1 if a goal is missed.",
    )
    minutes, projects = _number(float, 0.05, 24 * 60), _number(int, 1, 1000)
    parser.add_argument("--minutes", type=minutes, default=soak.MINUTES, metavar="N", help="default: %(default)g")
    parser.add_argument("--projects", type=projects, default=soak.PROJECTS, metavar="N", help="default: %(default)s")
    parser.add_argument("--db", default="", metavar="FILE", help="the server's database; without it, it is in memory")
    parser.add_argument("--write", action="store_true", help=f"write the tables to docs/{page.PAGE.name}")
    options = parser.parse_args(arguments)
    stop_after(options.minutes + _MORE_MINUTES)
    run = soak.measure(str(Path(options.db).resolve()) if options.db else "", options.minutes, options.projects)
    _finish(soak.render(run), ("soak --db FILE" if options.db else "soak") if options.write else None)
    return 0 if soak.met(run) else 1


def _finish(text: str, section: str | None) -> None:
    text = f"Measured: {page.machine()}.\n\n{text}"
    print(text)
    if section is not None:
        page.write(text, section)


def _number(kind: Callable[[str], float], least: float, most: float) -> Callable[[str], float]:
    """Return a parser of an option's value."""

    def parse(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{text!r} isn't a number between {least:g} and {most:,}")
        return value

    return parse
