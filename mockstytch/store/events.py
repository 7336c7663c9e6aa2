"""What happened, for those who want to be told."""

from datetime import datetime
from typing import Any

from mockstytch.store.record import Indexed, Key, Record, table


@table("events", Indexed("position"))
class Event(Record):
    """One create, update or delete. ``entity`` is the object as the API shows it; a deletion has none."""

    event_id: Key
    position: int
    source: str
    object_type: str
    action: str
    id: str
    entity: dict[str, Any] | None
    created_at: datetime

    @property
    def event_type(self) -> str:
        """``direct.member.create``, as endpoints choose by."""
        return f"{self.source}.{self.object_type}.{self.action}"
