"""The log of ``mockstytch serve`` on stderr: one line for each request, each message and each attempt of a webhook.

On a terminal the lines are for people, in colour. Everywhere else each line is JSON.
"""

import contextlib
import logging
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, TextIO

import click

from mockstytch.cli.activity import lines
from mockstytch.settings import DEFAULT_PROJECT_ID

if TYPE_CHECKING:
    from mockstytch.runtime import Mock, RequestLogEntry
    from mockstytch.store.records.messages import Message
    from mockstytch.store.records.projects import Project
    from mockstytch.store.records.webhooks import Attempt, Delivery, Event

_MAX_WAITING = 10_000  # lines


def start(mock: "Mock", *, quiet: bool) -> None:
    """Write the log of this process to stderr.

    Args:
        quiet: write only warnings and errors.
    """
    writer = _Writer(sys.stderr)
    mock.on_close.append(writer.stop)
    logging.basicConfig(level=logging.WARNING if quiet else logging.INFO, handlers=[writer])
    if not quiet:
        activity = _Activity(mock, writer)
        mock.request_log.subscribers.append(activity.log_request)
        mock.subscribers.append(activity.log_messages)
        mock.attempt_subscribers.append(activity.log_attempt)


@contextlib.contextmanager
def warnings() -> Iterator[None]:
    """Write warnings and errors of this process to stderr, without a server."""
    writer = _Writer(sys.stderr)
    logging.basicConfig(level=logging.WARNING, handlers=[writer], force=True)
    try:
        yield
    finally:
        writer.stop()


class _Writer(logging.Handler):
    """Writes lines in a thread, so that a slow terminal or a full pipe never delays a response.

    Lines are dropped while too many wait.

    Attributes:
        as_json: whether each line is JSON, because the stream isn't a terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        self.as_json, self._has_colours, self._stream = not stream.isatty(), lines.has_colours(stream), stream
        self._lines: queue.Queue[Callable[[], str] | None] = queue.Queue(_MAX_WAITING)
        self._thread = threading.Thread(target=self._write, name="mockstytch-log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        text = self.format(record)
        if self.as_json:
            text = text.partition(" ")[2]
            text = lines.json_line({"type": "log", "level": record.levelname, "message": text})
        self.put(lambda: text)

    def put(self, line: Callable[[], str]) -> None:
        """Write a line.

        Args:
            line: returns the line. It is called in the thread, so that no request waits for it.
        """
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(line)

    def stop(self) -> None:
        """Write the lines that wait, for a second at most.

        Not ``close``: uvicorn configures logging for each listener, and this closes all handlers.
        """
        if self._thread.is_alive() and not self._lines.full():
            self._lines.put_nowait(None)
            self._thread.join(1)

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            texts = [line()]
            while not self._lines.empty() and (line := self._lines.get()) is not None:
                texts.append(line())
            text = "\n".join(texts)
            try:
                self._stream.write((text if self._has_colours else click.unstyle(text)) + "\n")
                self._stream.flush()
            except (OSError, ValueError):  # stderr is closed
                return
            if line is None:
                return


class _Activity:
    """Logs what happens in the projects of a server."""

    def __init__(self, mock: "Mock", writer: _Writer) -> None:
        self._mock, self._writer = mock, writer

    def log_request(self, project_id: str, entry: "RequestLogEntry") -> None:
        """Log a request, except reading the console or the control API, and preflights that succeeded.

        An open console reads all the time, and browsers send a preflight before each request.
        """
        is_reading = entry.surface == "console" or (entry.surface == "control" and entry.method in ("GET", "HEAD"))
        if is_reading or (entry.method == "OPTIONS" and entry.status_code < 400):
            return

        def describe() -> dict[str, Any]:
            return self._mock.request_log.describe(project_id, entry, bodies=False)

        self._log(project_id, "request", describe, lines.request_line)

    def log_messages(self, project: "Project", messages: "list[Message]", events: "list[Event]") -> None:
        for message in messages:
            self._log(project.project_id, "message", partial(_describe_message, message), lines.message_line)

    def log_attempt(self, project: "Project", delivery: "Delivery", attempt: "Attempt") -> None:
        from mockstytch import wire  # imported late: a server that starts doesn't need it

        described = {
            "event_id": delivery.event_id,
            "event_type": delivery.event_type,
            "url": delivery.url,
            "status": delivery.status,
            "at": wire.time(attempt.at),
            "status_code": attempt.status_code,
            "problem": attempt.problem,
            "milliseconds": attempt.milliseconds,
        }
        self._log(project.project_id, "webhook", lambda: described, _attempt_line)

    def _log(
        self,
        project_id: str,
        kind: str,
        describe: Callable[[], dict[str, Any]],
        line: Callable[[dict[str, Any]], str],
    ) -> None:
        if self._writer.as_json:
            self._writer.put(lambda: lines.json_line({"type": kind, "project_id": project_id, **describe()}))
        elif project_id == DEFAULT_PROJECT_ID:
            self._writer.put(lambda: line(describe()))
        else:
            self._writer.put(lambda: f"{line(describe())} [{project_id}]")


def _describe_message(message: "Message") -> dict[str, Any]:
    """Return a message without its text, which would be a long line."""
    from mockstytch import wire

    described = wire.message(message)
    return {name: value for name, value in described.items() if name not in ("html", "text")}


def _attempt_line(described: dict[str, Any]) -> str:
    return lines.attempt_line(described["event_type"], described["url"], described)
