"""Send a copy of each captured e-mail to a real mail server, such as Mailpit."""

import logging
import smtplib
import threading
from queue import SimpleQueue

from mockstytch.settings import parse_address
from mockstytch.store.records.messages import Message
from mockstytch.store.records.projects import Project
from mockstytch.store.records.webhooks import Event
from mockstytch.wire.email_source import build_email

log = logging.getLogger("mockstytch")

_TIMEOUT_SECONDS = 5


class SmtpRelay:
    """A subscriber of ``Mock`` that sends e-mails in its own thread.

    Requests never wait for the mail server. If it can't be reached, a warning is logged and the e-mail is dropped.

    Args:
        address: ``host:port``.

    Raises:
        SettingError: if the address isn't valid.
    """

    def __init__(self, address: str) -> None:
        self._address = parse_address(address)
        self._queue: SimpleQueue[Message | None] = SimpleQueue()

    def start(self) -> None:
        """Start the thread."""
        threading.Thread(target=self._send_queued, name="mockstytch-smtp", daemon=True).start()

    def stop(self) -> None:
        """End the thread when it has sent the queued e-mails. Don't wait for it."""
        self._queue.put(None)

    def __call__(self, project: Project, messages: list[Message], events: list[Event]) -> None:
        for message in messages:
            if message.channel == "email":
                self._queue.put(message)

    def _send_queued(self) -> None:
        while message := self._queue.get():
            try:
                with smtplib.SMTP(*self._address, timeout=_TIMEOUT_SECONDS) as server:
                    server.send_message(build_email(message))
            except (OSError, smtplib.SMTPException) as e:
                log.warning("can't relay the e-mail to %s: %s", message.to, e)
