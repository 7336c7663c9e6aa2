"""A server in its own process."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from mockstytch import MockStytch


@contextlib.contextmanager
def serving(file: Path) -> Iterator[tuple[subprocess.Popen[str], MockStytch]]:
    """Start a server on a database file, and kill it at the end."""
    command = [sys.executable, "-m", "mockstytch", "serve", "--json", "--port", "0", "--db", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            address = json.loads(process.stdout.readline())
            yield process, MockStytch(address["url"], address["project_id"], address["secret"])
        finally:
            process.kill()
