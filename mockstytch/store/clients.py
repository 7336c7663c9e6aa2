"""OAuth clients: machines that act on their own, and connected apps that act for members."""

from datetime import datetime
from typing import Any, Literal

from mockstytch.store.record import Indexed, Key, Record, table


@table("m2m_clients", Indexed("position"))
class M2MClient(Record):
    """A machine. Of its secrets only hashes are kept; the next one is there while it is being rotated."""

    client_id: Key
    client_name: str = ""
    client_description: str = ""
    status: Literal["active", "inactive"] = "active"
    scopes: list[str] = []
    secret_hash: str
    client_secret_last_four: str
    next_secret_hash: str | None = None
    next_client_secret_last_four: str | None = None
    trusted_metadata: dict[str, Any] = {}
    created_at: datetime
    position: int
