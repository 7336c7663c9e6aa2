"""Where the computing time of a request goes: ``python -m benchmarks profile``.

The application is called in this process, without a socket. A timer interrupts it, and each time the innermost frame of
the package says which part of the code runs. What a library does counts for the part that called it.
"""

import argparse
import asyncio
import json
import signal
import time
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from types import FrameType
from typing import Any, NamedTuple

from benchmarks import page
from benchmarks.client import Connection
from benchmarks.systems import OPERATIONS, Mockstytch

_PACKAGE = str(Path(__file__).parent.parent / "mockstytch") + "/"
_INTERVAL = 0.0005  # seconds between two samples

# The parts, by the beginning of a module's path. The first match counts.
PARTS = {
    "keys.py": "signing",
    "store/connection.py": "SQLite",
    "store/": "rows",
    "runtime/request_log.py": "request log",
    "surfaces/logging/": "request log",
    "runtime/": "transaction",
    "surfaces/validation.py": "fields",
    "surfaces/fields.py": "fields",
    "empty_values.py": "fields",
    "protocols/json": "fields",
    "wire/": "JSON objects",
    "domain/roles.py": "JSON objects",
    "domain/shared/messages.py": "e-mail",
    "domain/shared/email_templates.py": "e-mail",
    "ids.py": "ids, time",
    "clock.py": "ids, time",
    "domain/": "rules",
    "api/": "rules",
    "": "routes, dispatch",
}


class Profile(NamedTuple):
    """The computing time of one operation.

    Attributes:
        microseconds: the median.
        parts: how often each part was running.
        functions: how often each function of the package was running.
    """

    microseconds: float
    parts: Counter[str]
    functions: Counter[str]


class _InProcess:
    """Calls the application as ``Connection`` calls a server, and measures its computing time."""

    def __init__(self, app: Any, connection: Connection) -> None:
        self._app, self.request = app, connection.request

    def timed(self, request: bytes) -> tuple[float, bytes]:
        """Return the computing time in seconds, and the response. It counts only the application."""
        head, _, body = request.partition(b"\r\n\r\n")
        first, *lines = head.split(b"\r\n")
        method, target, _ = first.split(b" ")
        path, _, query = target.partition(b"?")
        scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "root_path": ""}
        scope |= {"server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1), "state": {}, "query_string": query}
        scope |= {"method": method.decode(), "path": path.decode(), "raw_path": path}
        headers = [(name.lower(), value) for name, value in (line.split(b": ", 1) for line in lines)]
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body}

        async def send(message: Any) -> None:
            sent.append(message)

        call = self._app({**scope, "headers": headers}, receive, send)
        started = time.thread_time()
        try:
            _call(call)
        finally:
            seconds = time.thread_time() - started
        if sent[0]["status"] != 200:
            raise RuntimeError(f"{method.decode()} {path.decode()}: {sent}")
        return seconds, b"HTTP/1.1 200 OK\r\n\r\n" + sent[1]["body"]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        return json.loads(self.timed(self.request(method, path, body))[1].partition(b"\r\n\r\n")[2])


def _call(coroutine: Any) -> None:
    """Run a request to its end. It never waits, because it gets its body at once."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise RuntimeError("the request waits")


class _System(Mockstytch):
    port = 80  # only in the Host header

    def __init__(self) -> None:
        from mockstytch.app import create_app

        super().__init__()
        self._app = create_app()

    def project(self) -> Any:
        return _InProcess(self._app, super().project())


def measure(times: int) -> dict[str, Profile]:
    """Return the profile of each operation, from so many requests."""
    asyncio._set_running_loop(asyncio.new_event_loop())  # no request waits, so the loop needn't run
    system, samples = _System(), list[str]()
    system.prepare(times + 1)

    def sample(_number: int, frame: FrameType | None) -> None:
        own, is_request = "", False
        while frame is not None and not is_request:
            file = frame.f_code.co_filename
            is_request = frame.f_code is _call.__code__
            if not own and file.startswith(_PACKAGE):
                own = f"{file.removeprefix(_PACKAGE)} {frame.f_code.co_qualname}"
            frame = frame.f_back
        if own and is_request:
            samples.append(own)

    signal.signal(signal.SIGALRM, sample)
    found = {}
    for name in OPERATIONS:
        samples.clear()
        requests, taken = system.operations()[name](), []
        first = next(requests)  # loads modules
        system.record(name, system.connection.timed(first)[1])
        signal.setitimer(signal.ITIMER_REAL, _INTERVAL, _INTERVAL)
        for request in islice(requests, times):
            seconds, response = system.connection.timed(request)
            system.record(name, response)
            taken.append(seconds)
        signal.setitimer(signal.ITIMER_REAL, 0)
        parts = Counter(_part(function) for function in samples)
        found[name] = Profile(median(taken) * 1e6, parts, Counter(samples))
    return found


def _part(function: str) -> str:
    return next(part for prefix, part in PARTS.items() if function.startswith(prefix))


def render(profiles: dict[str, Profile], functions: int) -> str:
    """Return a table with the microseconds of each part, and the busiest functions of each operation."""
    parts = list(dict.fromkeys(PARTS.values()))
    rows = []
    for name, profile in profiles.items():
        each = profile.microseconds / max(profile.parts.total(), 1)
        rows.append(
            [OPERATIONS[name], f"{profile.microseconds:.0f}", *(f"{profile.parts[part] * each:.0f}" for part in parts)]
        )
    text = page.table("Computing time in µs, without the HTTP server", ["", "all", *parts], rows)
    for name, profile in profiles.items() if functions else ():
        busiest = [
            [function, f"{100 * count / profile.functions.total():.0f} %"]
            for function, count in profile.functions.most_common(functions)
        ]
        text += "\n\n" + page.table(f"{OPERATIONS[name]}: busiest functions", ["function", "share"], busiest)
    return text


def command(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks profile", description="Show where computing time goes.")
    parser.add_argument("--requests", type=int, default=2000, help="how many of each operation (2000)")
    parser.add_argument("--functions", type=int, default=0, help="also print so many functions of each operation")
    parser.add_argument("--write", action="store_true", help=f"write the table to docs/{page.PAGE.name}")
    options = parser.parse_args(arguments)
    text = render(measure(options.requests), options.functions)
    print(text)
    if options.write:
        page.write(f"Machine: {page.machine()}.\n\n{text}", "profile")
    return 0
