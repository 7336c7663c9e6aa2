"""The type of wire objects, and the format of times."""

from datetime import datetime
from functools import lru_cache
from typing import Any

Wire = dict[str, Any]


@lru_cache(4096)  # an object has the same few times again and again, and formatting one takes 2 µs
def time(moment: datetime) -> str:
    """Return a time in UTC as the API writes it: ``2026-01-01T00:00:00Z``."""
    return moment.isoformat()[:19] + "Z"
