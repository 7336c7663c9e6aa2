"""What was sent to people, and the secrets inside it."""

from datetime import datetime
from typing import Literal

from mockstytch.store.record import Index, PrimaryKey, Record, table

TokenKind = Literal[
    "magic_link",
    "discovery",
    "email_update",
    "email_otp",
    "discovery_otp",
    "sms_otp",
    "password_reset",
    "discovery_password_reset",
    "oauth",
    "discovery_oauth",
    "sso",
]


@table("one_time_tokens", Index("member_id"), Index("email_address", "kind"))
class OneTimeToken(Record):
    """A link or a code that was sent once and is redeemed once.

    ``token`` is the secret of a link; a code's row has an id of its own there, and the code in ``code``.
    ``account_key`` is the account at a provider, and ``connection_id`` the SSO connection, that a token stands for.
    """

    token: PrimaryKey
    kind: TokenKind
    organization_id: str | None = None
    member_id: str | None = None
    email_address: str = ""
    code: str = ""
    account_key: str | None = None
    connection_id: str | None = None
    pkce_code_challenge: str = ""
    landing_url: str = ""
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


@table("messages", Index("position"), Index("to", "position"))
class Message(Record):
    """An e-mail or text message, as the person would have received it."""

    message_id: PrimaryKey
    position: int
    channel: Literal["email", "sms"]
    kind: str
    to: str
    subject: str | None = None
    text: str
    html: str | None = None
    link: str | None = None
    token: str | None = None
    token_type: str | None = None
    redirect_url: str | None = None
    code: str | None = None
    organization_id: str | None = None
    member_id: str | None = None
    created_at: datetime
    expires_at: datetime
