"""Run Python files in new processes, without the cost of new interpreters.

A new interpreter that imports the official SDK and the server needs a second of CPU. Python's fork server imports them
once; each process is a fork of it and needs a few milliseconds. On Windows each process is a new interpreter.
"""

import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

PRELOADED = [
    *("pytest", "requests", "stytch", "stytch_management", "httpx", "mockstytch.server", "mockstytch.client"),
    *("trustme", "mockstytch.cli.run", "mockstytch.takeover.process", "mockstytch.takeover.session"),
]


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


def run_command_line(
    arguments: tuple[str, ...], environment: dict[str, str], folder: Path, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run ``mockstytch`` with these arguments.

    Args:
        folder: for the files with the process's input and output.
    """
    (folder / "stdin").write_text(stdin, encoding="utf-8")
    process = _context().Process(target=_command_line, args=(arguments, environment, folder))
    process.start()
    process.join(300)
    if process.is_alive():
        process.kill()
        process.join()
    output = [(folder / name).read_text(encoding="utf-8", errors="replace") for name in ("stdout", "stderr")]
    return subprocess.CompletedProcess(["mockstytch", *arguments], process.exitcode, *output)


def _command_line(arguments: tuple[str, ...], environment: dict[str, str], folder: Path) -> None:
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        with (folder / name).open("w+b" if number else "rb") as file:
            os.dup2(file.fileno(), number)
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
    sys.argv = ["mockstytch", *arguments]
    from mockstytch.cli import main

    main()


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
