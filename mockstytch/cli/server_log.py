"""The log of ``mockstytch serve`` on stderr: one line for each request and each message."""

import contextlib
import logging
import queue
import sys
import threading
from typing import TYPE_CHECKING

from mockstytch.settings import DEFAULT_PROJECT_ID

if TYPE_CHECKING:
    from mockstytch.runtime import Mock, RequestLogEntry
    from mockstytch.store.records.messages import Message
    from mockstytch.store.records.projects import Project
    from mockstytch.store.records.webhooks import Event

log = logging.getLogger("mockstytch.activity")

_MAX_WAITING = 10_000  # lines


def start(mock: "Mock", *, quiet: bool) -> None:
    """Write the log of this process to stderr.

    Args:
        quiet: write only warnings and errors.
    """
    writer = _Writer()
    mock.on_close.append(writer.stop)
    logging.basicConfig(level=logging.WARNING if quiet else logging.INFO, handlers=[writer])
    if not quiet:
        mock.request_log.subscribers.append(_log_request)
        mock.subscribers.append(_log_messages)


class _Writer(logging.Handler):
    """Writes lines in a thread, so that a slow terminal or a full pipe never delays a response.

    Lines are dropped while too many wait.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        self._lines: queue.Queue[str | None] = queue.Queue(_MAX_WAITING)
        self._thread = threading.Thread(target=self._write, name="mockstytch-log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(record.getMessage() if record.name == log.name else self.format(record))

    def stop(self) -> None:
        """Write the lines that wait, for a second at most.

        Not ``close``: uvicorn configures logging for each listener, and this closes all handlers.
        """
        if self._thread.is_alive() and not self._lines.full():
            self._lines.put_nowait(None)
            self._thread.join(1)

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            lines = [line]
            while not self._lines.empty() and (line := self._lines.get()) is not None:
                lines.append(line)
            try:
                sys.stderr.write("\n".join(lines) + "\n")
                sys.stderr.flush()
            except (OSError, ValueError):  # stderr is closed
                return
            if line is None:
                return


def _log_request(project_id: str, entry: "RequestLogEntry") -> None:
    """Log a request, except reading the console or the control API, and preflights that succeeded.

    An open console reads all the time, and browsers send a preflight before each request.
    """
    is_reading = entry.surface == "console" or (entry.surface == "control" and entry.method in ("GET", "HEAD"))
    if is_reading or (entry.method == "OPTIONS" and entry.status_code < 400):
        return
    reason = ": ".join(filter(None, (entry.error_type, entry.because)))
    parts = (entry.method, entry.path, str(entry.status_code), f"{entry.milliseconds:.1f} ms", reason)
    _log_line(project_id, " ".join(filter(None, parts)))


def _log_messages(project: "Project", messages: "list[Message]", events: "list[Event]") -> None:
    for message in messages:
        kind = message.kind if message.kind.startswith(message.channel) else f"{message.channel} {message.kind}"
        _log_line(project.project_id, f"{kind} to {message.to}: {message.link or message.code}")


def _log_line(project_id: str, text: str) -> None:
    """Log one line. Control characters of a path or an address are escaped."""
    printable = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    log.info(printable if project_id == DEFAULT_PROJECT_ID else f"{printable} [{project_id}]")
