"""A server in its own process."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mockstytch import MockStytch


@contextlib.contextmanager
def started(*options: str, **process_options: Any) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """Start ``mockstytch serve`` with options, and kill it at the end. The value is the output of ``--json``."""
    command = [sys.executable, "-m", "mockstytch", "serve", "--json", "--port", "0", *options]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes, **process_options) as process:
        try:
            assert process.stdout
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


@contextlib.contextmanager
def serving(file: Path) -> Iterator[tuple[subprocess.Popen[str], MockStytch]]:
    """Start a server on a database file, and kill it at the end."""
    with started("--db", str(file)) as (process, facts):
        yield process, MockStytch(facts["url"], facts["project_id"], facts["secret"])
