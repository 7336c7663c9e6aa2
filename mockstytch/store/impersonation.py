"""Tokens by which somebody of the project's own staff acts as a member."""

from datetime import datetime

from mockstytch.store.members import MemberKey
from mockstytch.store.record import Key, Record, table


@table("impersonation_tokens")
class ImpersonationToken(Record):
    """
    Attributes:
        reason: what the member is impersonated for; "" where nobody said.
    """

    token: Key
    member_id: MemberKey
    impersonator_id: str
    impersonator_email_address: str
    reason: str = ""
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
