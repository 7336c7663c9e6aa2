"""A server in its own process."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

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


@contextlib.contextmanager
def tls_server(state: Path) -> Iterator[tuple[MockStytch, int]]:
    """Start a server with an https listener, and return its handle and the port of the listener.

    Args:
        state: the folder for the CA.
    """
    environment = {**os.environ, "XDG_STATE_HOME": str(state)}
    with started("--quiet", "--tls-port", "0", env=environment) as (_, facts):
        port = urlsplit(facts["tls_url"]).port
        assert port
        yield MockStytch(facts["url"], facts["project_id"], facts["secret"]), port
