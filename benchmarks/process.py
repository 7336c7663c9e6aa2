"""Server processes: start them, wait until they respond, read their memory, stop them."""

import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import perf_counter, sleep
from typing import NamedTuple

from benchmarks.client import HOST, Connection, RequestFailed

_LONGEST_START = 30
# Write bytecode even if the environment says otherwise. An installed package doesn't compile at each start either.
_BYTECODE = {"PYTHONDONTWRITEBYTECODE": ""}


class Memory(NamedTuple):
    """Memory in MB. PSS divides shared pages among the processes that share them."""

    rss: float
    pss: float


class Process:
    """A running server. It runs in ``home``, a temporary folder.

    ``start_seconds`` is the time from spawning the process to its first 200.

    Raises:
        RequestFailed: if the process ends, or doesn't respond in time.
    """

    def __init__(self, command: Sequence[str], port: int, ready: str, environment: Mapping[str, str]) -> None:
        self.port = port
        self._home = tempfile.TemporaryDirectory(prefix="mockstytch-bench-")
        self.home = Path(self._home.name)
        self._output = (self.home / "output").open("w+b")
        started = perf_counter()
        self._process = subprocess.Popen(
            command,
            cwd=self._home.name,
            env={**os.environ, **environment, **_BYTECODE},
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
            start_new_session=True,  # so that its own child processes are stopped, too
        )
        self.pid = self._process.pid
        try:
            self._wait(ready, started + _LONGEST_START)
        except BaseException:
            self.stop()
            raise
        self.start_seconds = perf_counter() - started

    def _wait(self, ready: str, deadline: float) -> None:
        connection = Connection(self.port)
        request = connection.request("GET", ready)
        while perf_counter() < deadline:
            if self._process.poll() is not None:
                break
            with suppress(OSError, RequestFailed):
                connection.timed(request)
                connection.close()
                return
            connection.close()
            sleep(0.001)
        self._output.seek(0)
        raise RequestFailed(f"The server did not start: {self._output.read()[-300:].decode(errors='replace')}")

    def memory(self) -> Memory | None:
        """Return the memory in use, or None if the system has no ``/proc``."""
        try:
            lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            return None
        kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.endswith("kB")}
        return Memory(kilobytes["Rss"] / 1024, kilobytes["Pss"] / 1024)

    def computing_seconds(self) -> float | None:
        """Return how long the process was on a processor since its start, or None if the system has no ``/proc``."""
        try:
            tasks = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
            return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9
        except (OSError, IndexError):  # a thread that has just ended
            return None

    def stop(self) -> None:
        for how in (signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is not None:
                break
            with suppress(ProcessLookupError):
                os.killpg(self.pid, how)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(3)
        self._output.close()
        self._home.cleanup()

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def stop_after(minutes: float) -> None:
    """End this process after some minutes by a signal, so that it can't run forever. Not on Windows."""
    if hasattr(signal, "alarm"):
        signal.alarm(int(minutes * 60) + 1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
