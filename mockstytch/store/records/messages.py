"""Sent messages, and the one-time tokens in them."""

from datetime import datetime
from typing import Literal, get_args

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

MessageKind = Literal[
    "magic_link.login",
    "magic_link.signup",
    "magic_link.invite",
    "magic_link.discovery",
    "email_otp.login",
    "email_otp.signup",
    "email_otp.discovery",
    "password_reset",
    "password_reset.discovery",
    "email_update",
    "sms_otp",
]
MESSAGE_KINDS: tuple[MessageKind, ...] = get_args(MessageKind)


@table("one_time_tokens", Index("member_id"), Index("email_address", "kind"))
class OneTimeToken(Record):
    """The secret of a link, or a code, that can be redeemed once.

    Attributes:
        token: the secret of a link; for a code, a generated id.
        code: the code, or "".
        account_key: the account at an OAuth or identity provider that logged in.
        connection_id: the SSO connection that was used.
        landing_url: the app's URL that the link redirects to.
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
    """An e-mail or text message in the inbox.

    Attributes:
        kind: why it was sent: ``magic_link.login``, ``sms_otp``, …
        token_type: the ``stytch_token_type`` of the link.
        redirect_url: the app's URL that the link redirects to.
    """

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
