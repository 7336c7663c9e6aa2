"""Change the code at random places, one at a time, and see whether a test notices: ``python -m tools.mutation``.

``record`` runs all tests and stores which test executes which line. ``run`` takes a sample of changes. For each one, it
runs the tests that execute the changed line, in a copy of the checkout, until one fails. It prints each change that no
test noticed, and the share of the others. It isn't part of CI: 150 changes take an hour or two.

Lines that only a subprocess executes, such as a server that a test starts from the command line, aren't recorded. Some
changes can't be noticed, because they don't change what the code does. Read each survivor: add a test, remove the code,
or leave it if there can't be a test.
"""

import argparse
import importlib
import json
import os
import pkgutil
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tools.mutants import Mutant, mutants

_ROOT = Path(__file__).parents[1]
_PACKAGE = "mockstytch"
_FIRST = 40  # the tests that are tried first, to stop early
_PART = 500  # the tests of each further run of pytest
_TIMEOUT = 600  # seconds for a run of pytest: a change can make a test wait forever
_PLUGIN = ("-p", "tools.mutation")
_OPTIONS = ("-x", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "--no-header", "--tb=no")

Recorded = dict[str, dict[int, list[str]]]  # the tests that execute each line of each file


class Change(NamedTuple):
    """One change to one file, whose path is relative to the checkout."""

    path: str
    mutant: Mutant


# Inside pytest: this module is also a plugin.


class Recorder:
    """A plugin that measures the lines that each test executes. Threads count, so the tests' server does."""

    def __init__(self, folder: Path) -> None:
        import coverage

        self._coverage = coverage.Coverage(
            data_file=folder / "coverage", data_suffix=True, source=[str(_ROOT / _PACKAGE)], config_file=False
        )
        self._coverage.start()
        package = importlib.import_module(_PACKAGE)
        for module in pkgutil.walk_packages(package.__path__, f"{_PACKAGE}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)  # otherwise the first tests would seem to test what imports do

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._coverage.switch_context(_without_group(nodeid))

    def pytest_sessionfinish(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a worker without tests
            self._coverage.stop()
            self._coverage.save()


class FailureLog:
    """A plugin that appends the names of failed tests to a file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            with self._file.open("a", encoding="utf-8") as file:
                file.write(_without_group(report.nodeid) + "\n")


def pytest_configure(config: Any) -> None:
    """Register the plugins that the process that started pytest asks for."""
    is_worker = hasattr(config, "workerinput")
    if (folder := os.environ.get("MUTATION_RECORD")) and is_worker:
        config.pluginmanager.register(Recorder(Path(folder)))
    if (file := os.environ.get("MUTATION_FAILURES")) and not is_worker:
        config.pluginmanager.register(FailureLog(Path(file)))


def _without_group(nodeid: str) -> str:
    """Return the test's name without the group that pytest-xdist appends: ``…::test_a[x]@browser pages``."""
    return re.sub(r"(?<=\])@[^\]]*$|(::[^\[@]*)@[^\]]*$", r"\1", nodeid)


# Record


def record(target: Path, tests: list[str]) -> None:
    """Run the tests, and write the names of the passed tests of each line to a file."""
    import coverage

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {**os.environ, "MUTATION_RECORD": name, "MUTATION_FAILURES": str(folder / "failures")}
        command = [sys.executable, "-m", "pytest", "-q", "-n", "auto", "--dist", "loadgroup", *_PLUGIN, *tests]
        subprocess.run(command, cwd=_ROOT, env=environment, check=False)
        failed = set(_lines(folder / "failures"))
        data = coverage.CoverageData(str(folder / "combined"))
        for part in folder.glob("coverage.*"):
            other = coverage.CoverageData(str(part))
            other.read()
            data.update(other)
        found = _numbered(data, failed)
    target.write_text(json.dumps(found), encoding="utf-8")


def _numbered(data: Any, failed: set[str]) -> dict[str, Any]:
    """Return the recorded tests with numbers instead of names, and each set of tests once: many lines share theirs."""
    numbers: dict[str, int] = {}
    sets: dict[tuple[int, ...], int] = {}
    files: dict[str, dict[int, int]] = {}
    for path in data.measured_files():
        lines = files.setdefault(str(Path(path).relative_to(_ROOT)), {})
        for line, names in data.contexts_by_lineno(path).items():
            tests = tuple(sorted(numbers.setdefault(name, len(numbers)) for name in {*names} - {""} - failed))
            lines[line] = sets.setdefault(tests, len(sets))
    return {"tests": list(numbers), "sets": list(sets), "files": files}


def load(source: Path) -> Recorded:
    """Read the file that ``record`` wrote."""
    read = json.loads(source.read_text(encoding="utf-8"))
    sets = [[read["tests"][number] for number in numbers] for numbers in read["sets"]]
    return {path: {int(line): sets[number] for line, number in lines.items()} for path, lines in read["files"].items()}


# Run


def sample(recorded: Recorded, count: int, seed: int) -> list[Change]:
    """Choose changes at random, at most one for each line, on lines that a test executes after import."""
    found: dict[tuple[str, int], list[Mutant]] = defaultdict(list)
    for path, lines in sorted(recorded.items()):
        for mutant in mutants((_ROOT / path).read_bytes()):
            if lines.get(mutant.line):
                found[path, mutant.line].append(mutant)
    source = random.Random(seed)
    places = source.sample(sorted(found), min(count, len(found)))
    return [Change(path, source.choice(found[path, line])) for path, line in places]


class Copy:
    """A copy of the checkout in which the tests run."""

    def __init__(self, folder: Path) -> None:
        ignored = shutil.ignore_patterns(".venv", ".git", ".*_cache", "__pycache__", "node_modules")
        self.folder = Path(shutil.copytree(_ROOT, folder / "copy", ignore=ignored))
        self._passed: set[str] = set()  # tests that pass in the copy without a change

    def notices(self, change: Change, tests: list[str]) -> bool:
        """Return whether a test fails, or doesn't end, with this change and passes without it."""
        remaining = list(tests)
        while remaining:
            failed = self._failures_with(change, remaining)
            if failed is None:
                return True
            broken = [test for test in failed if not self._passes_unchanged(test)]
            if len(broken) < len(failed):
                return True
            if not broken:
                return False
            remaining = [test for test in remaining if test not in broken]
        return False

    def _failures_with(self, change: Change, tests: list[str]) -> list[str] | None:
        """Return the first test that fails, if there is one; None if pytest can't run the tests."""
        file = self.folder / change.path
        source = file.read_bytes()
        file.write_bytes(change.mutant.apply(source))
        try:
            for part in _in_parts(tests):
                code, failed = self._run(part)
                if code > 1 and not failed and self._can_collect(part, file, source):
                    return None
                if failed:
                    return failed
            return []
        finally:
            file.write_bytes(source)

    def _can_collect(self, tests: list[str], file: Path, source: bytes) -> bool:
        """Return whether pytest finds the tests without the change. If it doesn't, their names are out of date."""
        file.write_bytes(source)
        code, _ = self._run(tests, "--collect-only")
        if code:
            raise SystemExit("pytest can't find the recorded tests. Record again.")
        return True

    def _passes_unchanged(self, test: str) -> bool:
        if test not in self._passed and self._run([test])[0] == 0:
            self._passed.add(test)
        return test in self._passed

    def _run(self, tests: list[str], *options: str) -> tuple[int, list[str]]:
        """Run tests until one fails. Return pytest's exit code, 2 if it doesn't end, and the failed tests."""
        names, failures = self.folder / "tests-to-run.txt", self.folder / "failures.txt"
        names.write_text("\n".join(tests), encoding="utf-8")
        failures.unlink(missing_ok=True)
        command = [sys.executable, "-B", "-m", "pytest", *_OPTIONS, *_PLUGIN, *options, f"@{names}"]
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "MUTATION_FAILURES": str(failures)}
        running = subprocess.Popen(
            command, cwd=self.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            code = running.wait(_TIMEOUT)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
            code = 2
        return code, _lines(failures)


def _in_parts(tests: list[str]) -> Iterator[list[str]]:
    yield tests[:_FIRST]
    for start in range(_FIRST, len(tests), _PART):
        yield tests[start : start + _PART]


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def run(recorded: Recorded, count: int, seed: int, skip: int) -> int:
    """Try a sample of changes, and return how many no test noticed."""
    changes = sample(recorded, count, seed)[skip:]
    survivors = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder))
        for number, change in enumerate(changes, 1):
            tests = list(recorded[change.path][change.mutant.line])
            random.Random(number).shuffle(tests)
            started = time.monotonic()
            noticed = copy.notices(change, tests)
            survivors += not noticed
            result = "noticed" if noticed else "SURVIVED"
            where = f"{change.path}:{change.mutant.line}"
            print(
                f"{number}/{len(changes)} {result} {where} {change.mutant.kind} -> {change.mutant.new!r} "
                f"({len(tests)} tests, {time.monotonic() - started:.0f} s)",
                flush=True,
            )
    print(f"{len(changes) - survivors} of {len(changes)} noticed")
    return survivors


def main(arguments: list[str] | None = None) -> int:
    """Run the command line, and return the exit code: 1 if a change survived."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutation", description=__doc__.partition("\n")[0])
    parser.add_argument("command", choices=["record", "run"])
    parser.add_argument("tests", nargs="*", help="record these tests only, for example tests/scim")
    parser.add_argument("--file", type=Path, default=_ROOT / ".mutation.json", help="the tests of each line")
    parser.add_argument("--count", type=int, default=150, help="number of changes")
    parser.add_argument("--skip", type=int, default=0, help="leave out the first changes of the sample")
    parser.add_argument("--seed", type=int, default=1, help="choose another sample")
    options = parser.parse_intermixed_args(arguments)
    if options.command == "record":
        record(options.file, options.tests)
        return 0
    return 1 if run(load(options.file), options.count, options.seed, options.skip) else 0


if __name__ == "__main__":
    sys.exit(main())
