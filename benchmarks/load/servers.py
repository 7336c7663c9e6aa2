"""The processes of a load: the server, and the receiver of its webhooks."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.client import HOST, Connection
from benchmarks.process import Memory, Process, free_port
from benchmarks.systems import Mockstytch


class LoadedServer:
    """A server under load.

    Args:
        database: the name of its file, or "".
    """

    def __init__(self, process: Process, database: str) -> None:
        self.port, self._process = process.port, process
        self._database = process.home / database if database else None

    def memory(self) -> Memory:
        return self._process.memory() or Memory(0, 0)

    def descriptors(self) -> int:
        """Return the number of open files and sockets; 0 if the system has no ``/proc``."""
        folder = Path(f"/proc/{self._process.pid}/fd")
        return len(os.listdir(folder)) if folder.exists() else 0

    def file_mb(self) -> float | None:
        """Return the size of the database with its write-ahead log in MB; None for a database in memory."""
        if self._database is None:
            return None
        files = (self._database.with_name(self._database.name + suffix) for suffix in ("", "-wal"))
        return sum(file.stat().st_size for file in files if file.exists()) / 1e6


@contextmanager
def running_server(database: str) -> Iterator[LoadedServer]:
    """Start a server.

    Args:
        database: the name of a file in the temporary folder of the server; "" for a database in memory.
    """
    system, port = Mockstytch(), free_port()
    command = [*system.command(port), *(["--db", database] if database else [])]
    with Process(command, port, system.ready, system.environment) as process:
        yield LoadedServer(process, database)


class Receiver(NamedTuple):
    """The receiver of webhooks."""

    port: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def count(self) -> int:
        """Return the number of webhooks that arrived."""
        connection = Connection(self.port)
        count = int(connection.call("GET", "/"))
        connection.close()
        return count


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    """Start the receiver of webhooks."""
    port = free_port()
    environment = {"PYTHONPATH": str(Path(__file__).parent.parent.parent)}
    with Process([sys.executable, "-m", "benchmarks.load.receiver", str(port)], port, "/", environment):
        yield Receiver(port)
