"""Run Python files in new processes, without the cost of new interpreters.

A new interpreter that imports the official SDK and the server needs a second of CPU. Python's fork server imports them
once; each process is a fork of it and needs a few milliseconds. On Windows each process is a new interpreter.
"""

import multiprocessing
import os
import runpy
import sys
import warnings
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

PRELOADED = ["pytest", "requests", "stytch", "stytch_management", "httpx", "mockstytch.server", "mockstytch.client"]


class Finished(NamedTuple):
    """A process that has ended, with what it wrote to stdout and stderr."""

    exit_code: int
    output: str


def run_script(path: Path, environment: dict[str, str]) -> Finished:
    """Run a script as ``python -W ignore script.py`` does, in the script's folder."""
    return _run(_script, path, environment)


def run_tests(path: Path, environment: dict[str, str]) -> Finished:
    """Run a file of tests with pytest and mockstytch's fixtures, without any other plugin."""
    return _run(_tests, path, environment | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})


@cache
def _context() -> Any:
    context = multiprocessing.get_context("forkserver" if hasattr(os, "fork") else "spawn")
    if hasattr(context, "set_forkserver_preload"):
        context.set_forkserver_preload(PRELOADED)
    return context


def _run(target: Any, path: Path, environment: dict[str, str], timeout: float = 300) -> Finished:
    output = path.with_suffix(".output")
    process = _context().Process(target=_main, args=(target, path, environment, output))
    process.start()
    process.join(timeout)
    if process.is_alive():
        process.kill()
        process.join()
    return Finished(process.exitcode, output.read_text(encoding="utf-8", errors="replace"))


def _main(target: Any, path: Path, environment: dict[str, str], output: Path) -> None:
    with output.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(path.parent)
    sys.path.insert(0, str(path.parent))
    sys.argv = [str(path)]
    target(path)


def _script(path: Path) -> None:
    warnings.simplefilter("ignore")
    runpy.run_path(str(path), run_name="__main__")


def _tests(path: Path) -> None:
    import pytest

    sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-p", "mockstytch.pytest_plugin", str(path)]))
