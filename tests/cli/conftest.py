"""Fixtures that run the command line in a new process."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest


@pytest.fixture
def run() -> Callable[..., subprocess.CompletedProcess[str]]:
    """``run("inbox", "--wait", "5")`` returns the finished process."""

    def call(*args: str, **options: Any) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "mockstytch", *args]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)

    return call


@pytest.fixture
def started() -> list[subprocess.Popen[str]]:
    """The processes that ``serve`` started."""
    return []


@pytest.fixture
def serve(started: list[subprocess.Popen[str]]) -> Iterator[Callable[..., dict[str, Any]]]:
    """``serve("--db", path)`` starts a server and returns the output of ``--json``. The server ends after the test."""

    def call(*args: str, **options: Any) -> dict[str, Any]:
        command = [sys.executable, "-m", "mockstytch", "serve", "--port", "0", "--json", *args]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
        started.append(process)
        line = process.stdout.readline()
        assert line, process.stderr.read()
        facts: dict[str, Any] = json.loads(line)
        return facts

    yield call
    for process in started:
        process.terminate()
        process.communicate(timeout=10)
