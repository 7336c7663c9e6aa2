"""Messages in the inbox."""

from mockstytch.store.records.messages import Message
from mockstytch.wire.values import Wire, time


def message(m: Message) -> Wire:
    """Return a message as the control API does. Fields that don't apply are ``null``."""
    return {
        "message_id": m.message_id,
        "channel": m.channel,
        "kind": m.kind,
        "to": m.to,
        "subject": m.subject,
        "text": m.text,
        "html": m.html,
        "link": m.link,
        "token": m.token,
        "token_type": m.token_type,
        "redirect_url": m.redirect_url,
        "code": m.code,
        "organization_id": m.organization_id,
        "member_id": m.member_id,
        "created_at": time(m.created_at),
        "expires_at": time(m.expires_at),
    }
