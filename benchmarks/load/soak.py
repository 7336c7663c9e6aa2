"""``python -m benchmarks soak``: mixed load on many projects for minutes, with faults, resets and moving clocks.

The load has limits: the number of projects, of the rows of each, and of minutes. It runs on the loopback interface.
"""

import threading
from collections.abc import Iterator
from random import Random
from time import monotonic, sleep
from typing import NamedTuple
from uuid import uuid4

from benchmarks.client import Connection
from benchmarks.load.caller import Caller
from benchmarks.load.project import MOST_MEMBERS, MOST_ORGANIZATIONS
from benchmarks.load.recorder import Recorder, Times
from benchmarks.load.servers import LoadedServer, running_receiver, running_server
from benchmarks.load.trouble import TroubledProject
from benchmarks.page import number, progress, table
from benchmarks.process import Memory

PROJECTS = 200
CONNECTIONS = 4
MINUTES = 20.0
INTERVALS = 10
GROWTH_MB, GROWTH_DESCRIPTORS = 40, 20  # from the end of the first interval to the end of the last one
_VERDICTS = {True: "OK", False: "MISSED", None: "—"}
_TIMEOUT = 10.0  # seconds in which a worker ends its last step
_MOST_FAILURES = 1000  # then the load ends, because the server is broken
_WARM_UP = 100  # requests to each project before the first interval: then most of them were reset once
_LONGEST_WARM_UP = 300.0  # seconds
_SETTLED = 10.0  # minutes; in a shorter run, the projects are still being filled


class Sample(NamedTuple):
    """The state at the end of an interval, and the response times in it."""

    minutes: float
    times: Times
    memory: Memory
    descriptors: int
    file_mb: float | None


class Run(NamedTuple):
    """One run.

    Attributes:
        requests: the number of requests, without the deliveries of webhooks.
        server_errors: responses with 5xx that no fault asked for.
        failures: all unexpected responses, and requests without a response.
        deliveries: how many webhooks arrived.
    """

    name: str
    projects: int
    samples: list[Sample]
    requests: int
    server_errors: int
    failures: int
    deliveries: int


def measure(database: str, minutes: float = MINUTES, projects: int = PROJECTS) -> Run:
    """Send the load to a server for some minutes.

    Args:
        database: the path of a file; "" for a database in memory.
    """
    recorder, stopping = Recorder(), threading.Event()
    with running_receiver() as receiver, running_server(database) as server:
        workers = [
            threading.Thread(target=_work, args=(server.port, recorder, stopping, receiver.url, numbers), daemon=True)
            for numbers in (range(n, projects, CONNECTIONS) for n in range(CONNECTIONS))
        ]
        try:
            progress(f"send the load for {minutes:g} minutes")
            for worker in workers:
                worker.start()
            _warm_up(recorder, projects)
            samples = list(_samples(server, recorder, minutes))
        finally:
            stopping.set()
            for worker in workers:
                if worker.ident is not None:  # it was started
                    worker.join(_TIMEOUT)
        deliveries = receiver.count()
    for what in recorder.unexpected[:5]:
        progress(f"unexpected: {what}")
    where = "on a file" if database else "in memory"
    return Run(where, projects, samples, recorder.requests, recorder.server_errors, recorder.failures, deliveries)


def _work(port: int, recorder: Recorder, stopping: threading.Event, receiver_url: str, numbers: range) -> None:
    """Send the load of some projects over one connection, until the run ends."""
    connection, random = Connection(port), Random(numbers.start)
    projects: list[TroubledProject] = []
    try:
        for n in numbers:
            if stopping.is_set():
                return
            projects.append(TroubledProject(Caller(connection, recorder, uuid4()), n, f"{receiver_url}/project-{n}"))
        while projects and not stopping.is_set() and recorder.failures < _MOST_FAILURES:
            random.choice(projects).step()
    except Exception as e:
        recorder.fail(f"the load of project {numbers.start} and others ended: {e!r}")
        raise


def _warm_up(recorder: Recorder, projects: int) -> None:
    """Wait until the projects are as full as they will be."""
    ends = monotonic() + _LONGEST_WARM_UP
    while recorder.requests < _WARM_UP * projects and monotonic() < ends and recorder.failures < _MOST_FAILURES:
        sleep(0.1)
    recorder.interval()


def _samples(server: LoadedServer, recorder: Recorder, minutes: float) -> Iterator[Sample]:
    began = monotonic()
    for n in range(1, INTERVALS + 1):
        sleep(max(0.0, began + n * minutes * 60 / INTERVALS - monotonic()))
        times = recorder.interval()
        sample = Sample(n * minutes / INTERVALS, times, server.memory(), server.descriptors(), server.file_mb())
        progress(f"{sample.minutes:.1f} minutes: {recorder.requests:,} requests, {sample.memory.rss:.0f} MB")
        yield sample


class Goal(NamedTuple):
    what: str
    measured: str
    limit: str
    met: bool | None


def goals(run: Run) -> list[Goal]:
    """Compare a run with its goals. ``met`` is None if the run was too short to tell."""
    first, last = run.samples[0], run.samples[-1]
    megabytes, descriptors = last.memory.rss - first.memory.rss, last.descriptors - first.descriptors
    too_much = False if last.minutes >= _SETTLED else None
    return [
        Goal("5xx that no fault asked for", str(run.server_errors), "0", run.server_errors == 0),
        Goal("other unexpected responses", str(run.failures), "0", run.failures == 0),
        Goal("growth of memory (RSS)", f"{megabytes:+.0f} MB", f"≤ {GROWTH_MB} MB", megabytes <= GROWTH_MB or too_much),
        Goal(
            "growth of the number of descriptors",
            f"{descriptors:+}",
            f"≤ {GROWTH_DESCRIPTORS}",
            descriptors <= GROWTH_DESCRIPTORS or too_much,
        ),
    ]


def render(run: Run) -> str:
    rows = [(goal.what, goal.limit, goal.measured, _VERDICTS[goal.met]) for goal in goals(run)]
    samples = [
        (
            f"{sample.minutes:.3g}",
            f"{sample.times.count:,}",
            number(sample.times.p50),
            number(sample.times.p99),
            f"{sample.memory.rss:.0f} / {sample.memory.pss:.0f}",
            str(sample.descriptors),
            *([] if sample.file_mb is None else [f"{sample.file_mb:.0f}"]),
        )
        for sample in run.samples
    ]
    columns = ["minute", "requests", "p50, ms", "p99, ms", "RSS / PSS, MB", "descriptors"]
    columns += [] if run.samples[0].file_mb is None else ["file, MB"]
    summary = (
        f"{run.samples[-1].minutes:g} minutes {run.name}: {run.requests:,} requests to {run.projects} projects over "
        f"{CONNECTIONS} connections, {run.deliveries:,} webhooks. A project has at most {MOST_ORGANIZATIONS} "
        f"organizations with {MOST_MEMBERS} members each."
    )
    return "\n\n".join(
        [summary, table("Goals", ("goal", "limit", "measured", ""), rows), table("Course", columns, samples)]
    )


def met(run: Run) -> bool:
    return not any(goal.met is False for goal in goals(run))
