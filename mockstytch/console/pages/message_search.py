"""The search of the inbox: ``to:ada subject:"log in" kind:magic_link after:2026-01-31 code``.

Words without a name are searched for everywhere. All parts must match.
"""

import re
from datetime import UTC, datetime

from mockstytch import errors
from mockstytch.store import queries
from mockstytch.store.queries import Condition
from mockstytch.store.records.messages import Message

NAMES = ("to", "subject", "kind", "after", "before")
_PART = re.compile(r'(?:(\w+):)?(?:"([^"]*)"|(\S+))')
_MAX_PARTS = 20
_column = Message.table.c


def conditions(text: str) -> list[Condition]:
    """Return the conditions of a search.

    Raises:
        bad_request: if a time isn't valid, or the search has more than 20 parts.
    """
    parts = _PART.findall(text)
    if len(parts) > _MAX_PARTS:
        raise errors.bad_request(because=f"the search has more than {_MAX_PARTS} parts")
    return [_condition(name, quoted or word) for name, quoted, word in parts]


def _condition(name: str, value: str) -> Condition:
    if name in ("to", "subject"):
        return queries.contains(_column[name], value, ignore_case=True)
    if name == "kind":
        return _column.kind.startswith(value.lower())
    if name == "after":
        return _column.created_at >= _time(value)
    if name == "before":
        return _column.created_at < _time(value)
    word = f"{name}:{value}" if name else value  # the text has a colon
    searched = (_column.to, _column.subject, _column.text, _column.kind)
    return queries.any_of(queries.contains(column, word, ignore_case=True) for column in searched)


def _time(text: str) -> datetime:
    """Return a time such as ``2026-01-31`` or ``2026-01-31T12:00``, in UTC unless it has a time zone."""
    try:
        time = datetime.fromisoformat(text)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise errors.bad_request(because=f"{text[:40]!r} isn't a time. Example: 2026-01-31T12:00") from None
