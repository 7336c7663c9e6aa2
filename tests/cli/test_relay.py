"""The SMTP relay: a copy of each e-mail goes to a real mail server."""

import socket
import threading
from email import message_from_bytes, policy

import pytest

from mockstytch import MockStytch


def _mail_server(received: list[bytes], done: threading.Event) -> int:
    """Start an SMTP server that accepts one e-mail, and return its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb", buffering=0) as stream:
            stream.write(b"220 ready\r\n")
            for line in stream:
                if line.upper().startswith(b"DATA"):
                    stream.write(b"354 go on\r\n")
                    mail = b""
                    while not mail.endswith(b"\r\n.\r\n"):
                        mail += stream.readline()
                    received.append(mail)
                    stream.write(b"250 accepted\r\n")
                    done.set()
                elif line.upper().startswith(b"QUIT"):
                    stream.write(b"221 bye\r\n")
                    break
                else:
                    stream.write(b"250 fine\r\n")
        listener.close()

    threading.Thread(target=serve, daemon=True).start()
    return int(listener.getsockname()[1])


def test_relayed_email_is_complete():
    received: list[bytes] = []
    done = threading.Event()
    with MockStytch(smtp=f"127.0.0.1:{_mail_server(received, done)}") as mock:
        mock.client().magic_links.email.discovery.send("ada@acme.test", locale="fr")
        assert done.wait(10)
        sent = mock.inbox.latest()
    email = message_from_bytes(received[0], policy=policy.default)
    assert (email["To"], email["Subject"]) == ("ada@acme.test", sent.subject)
    assert sent.link in email.get_body(("plain",)).get_content()
    assert "Continuer" in email.get_body(("html",)).get_content()


def test_unreachable_mail_server_does_not_disturb_requests():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with MockStytch(smtp=f"127.0.0.1:{port}") as mock:
        mock.client().magic_links.email.discovery.send("ada@acme.test")
        assert mock.inbox.latest().to == "ada@acme.test"


def test_wrong_address_is_refused():
    with pytest.raises(ValueError, match="isn't a valid address"):
        MockStytch(smtp="localhost:smtp")
