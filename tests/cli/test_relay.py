"""A copy of each e-mail to a real mail server."""

import socket
import threading
from email import message_from_bytes, policy

from mockstytch import MockStytch
from mockstytch.smtp_relay import Relay


def _mail_server(received: list[bytes], done: threading.Event) -> int:
    """An SMTP server that takes one mail."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, connection.makefile("rwb", buffering=0) as stream:
            stream.write(b"220 ready\r\n")
            for line in stream:
                if line.upper().startswith(b"DATA"):
                    stream.write(b"354 go on\r\n")
                    mail = b""
                    while not mail.endswith(b"\r\n.\r\n"):
                        mail += stream.readline()
                    received.append(mail)
                    stream.write(b"250 taken\r\n")
                    done.set()
                elif line.upper().startswith(b"QUIT"):
                    stream.write(b"221 bye\r\n")
                    break
                else:
                    stream.write(b"250 fine\r\n")
        listening.close()

    threading.Thread(target=serve, daemon=True).start()
    return int(listening.getsockname()[1])


def test_each_mail_is_relayed_as_a_person_would_get_it():
    received: list[bytes] = []
    done = threading.Event()
    relay = Relay(f"127.0.0.1:{_mail_server(received, done)}")
    with MockStytch() as mock:
        mock._server.mock.subscribers.append(relay)
        mock.client().magic_links.email.discovery.send("ada@acme.test", locale="fr")
        assert done.wait(10)
        sent = mock.inbox.latest()
    mail = message_from_bytes(received[0], policy=policy.default)
    assert (mail["To"], mail["Subject"]) == ("ada@acme.test", sent.subject)
    assert sent.link in mail.get_body(("plain",)).get_content()
    assert "Continuer" in mail.get_body(("html",)).get_content()


def test_an_absent_mail_server_disturbs_nobody(caplog):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with MockStytch() as mock:
        mock._server.mock.subscribers.append(Relay(f"127.0.0.1:{port}"))
        mock.client().magic_links.email.discovery.send("ada@acme.test")
        assert mock.inbox.latest().to == "ada@acme.test"
