"""``python -m benchmarks memory``: whether a server's memory stays level under mixed load."""

from collections.abc import Sequence
from time import perf_counter
from typing import NamedTuple
from uuid import uuid4

from benchmarks.client import Connection
from benchmarks.load.caller import Caller
from benchmarks.load.project import LoadedProject
from benchmarks.load.recorder import Recorder
from benchmarks.load.servers import running_receiver, running_server
from benchmarks.page import progress, table
from benchmarks.process import Memory

PROJECTS = 10
FIRST, LAST = 30_000, 300_000  # requests
GOAL_MB = 40


class Sample(NamedTuple):
    """The state of the server after so many requests."""

    requests: int
    memory: Memory
    file_mb: float | None


class Run(NamedTuple):
    """One run. ``samples`` begins at the first number of requests and ends at the last one."""

    name: str
    samples: list[Sample]
    requests_per_second: float
    failures: int

    @property
    def growth(self) -> float:
        return self.samples[-1].memory.rss - self.samples[0].memory.rss


def measure(database: str, first: int = FIRST, last: int = LAST) -> Run:
    """Send the load to a server, and read its memory on the way.

    Args:
        database: the name of a file, in the temporary folder of the server; "" for a database in memory.
        first: the number of requests after which the memory is read first, and again each time so many were sent.
        last: the number of requests to send.
    """
    recorder, samples = Recorder(), []
    with running_receiver() as receiver, running_server(database) as server:
        connection = Connection(server.port)
        projects = [
            LoadedProject(Caller(connection, recorder, uuid4()), n, f"{receiver.url}/project-{n}")
            for n in range(PROJECTS)
        ]
        began = perf_counter()
        while recorder.requests < last:
            for project in projects:
                project.step()
            if recorder.requests >= first * (len(samples) + 1):
                samples.append(Sample(recorder.requests, server.memory(), server.file_mb()))
                progress(f"{recorder.requests:,} requests: {samples[-1].memory.rss:.0f} MB")
        seconds = perf_counter() - began
        for what in recorder.unexpected[:5]:
            progress(f"unexpected: {what}")
    return Run("on a file" if database else "in memory", samples, recorder.requests / seconds, recorder.failures)


def render(runs: Sequence[Run]) -> str:
    rows = [
        (
            run.name,
            *(f"{sample.memory.rss:.0f} / {sample.memory.pss:.0f}" for sample in (run.samples[0], run.samples[-1])),
            f"{run.growth:+.0f} MB",
            f"≤ {GOAL_MB} MB",
            "OK" if run.growth <= GOAL_MB else "MISSED",
        )
        for run in runs
    ]
    first, last = (f"after {runs[0].samples[n].requests:,} requests, MB" for n in (0, -1))
    goal = table("Memory, RSS / PSS", ("database", first, last, "difference", "goal", ""), rows)
    names = [f"{sample.requests:,}" for sample in runs[0].samples]
    steps = [
        (run.name, *(f"{sample.memory.rss:.0f}" for sample in run.samples[: len(names)]))
        for run in runs
        if len(run.samples) >= len(names)
    ]
    speed = "; ".join(
        f"{run.name}: {run.requests_per_second:,.0f} requests per second, {run.failures} unexpected responses"
        + ("" if run.samples[-1].file_mb is None else f", file of {run.samples[-1].file_mb:.0f} MB at the end")
        for run in runs
    )
    return "\n\n".join([goal, table("RSS in MB after so many requests", ("database", *names), steps), f"{speed}."])


def met(run: Run) -> bool:
    return run.growth <= GOAL_MB and not run.failures
