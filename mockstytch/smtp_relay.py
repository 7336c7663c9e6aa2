"""A copy of each e-mail to a real mail server, for those who look at mail in Mailpit or the like."""

import logging
import smtplib
import threading
from email.message import EmailMessage
from queue import Queue

from mockstytch.store.records.messages import Message
from mockstytch.store.records.projects import Project
from mockstytch.store.records.webhooks import Event

log = logging.getLogger("mockstytch")

_SENDER = "no-reply@mockstytch.localhost"
_SECONDS = 5


class Relay:
    """Sends in a thread of its own: a slow or absent mail server delays nobody, and is only reported.

    Args:
        address: ``host:port``; port 25 where none is given.

    Raises:
        ValueError: the port is none.
    """

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":") if ":" in address else (address, "", "25")
        if not host or not port.isdecimal():
            raise ValueError(f"--smtp takes host:port, not {address!r}")
        self._address = host, int(port)
        self._queue: Queue[Message] = Queue()
        threading.Thread(target=self._work, name="mockstytch-smtp", daemon=True).start()

    def __call__(self, project: Project, messages: list[Message], events: list[Event]) -> None:
        for message in messages:
            if message.channel == "email":
                self._queue.put(message)

    def _work(self) -> None:
        while True:
            message = self._queue.get()
            try:
                with smtplib.SMTP(*self._address, timeout=_SECONDS) as server:
                    server.send_message(as_email(message))
            except (OSError, smtplib.SMTPException) as e:
                log.warning("the mail to %s could not be relayed: %s", message.to, e)


def as_email(message: Message) -> EmailMessage:
    """A captured message as RFC 5322 has it."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = _SENDER, message.to, message.subject or ""
    mail["Date"], mail["Message-ID"] = message.created_at, f"<{message.message_id}@mockstytch.localhost>"
    mail.set_content(message.text)
    if message.html:
        mail.add_alternative(message.html, subtype="html")
    return mail
