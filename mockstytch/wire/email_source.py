"""A captured message as an e-mail, for mail servers and as a file."""

from email.message import EmailMessage

from mockstytch.store.records.messages import Message

_SENDER = "no-reply@mockstytch.localhost"


def build_email(message: Message) -> EmailMessage:
    """Return a captured message as an e-mail."""
    email = EmailMessage()
    email["From"], email["To"], email["Subject"] = _SENDER, message.to, message.subject or ""
    email["Date"], email["Message-ID"] = message.created_at, f"<{message.message_id}@mockstytch.localhost>"
    email.set_content(message.text)
    if message.html:
        email.add_alternative(message.html, subtype="html")
        email.set_boundary(message.message_id)  # the same each time
    return email
