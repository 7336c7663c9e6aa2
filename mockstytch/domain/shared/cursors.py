"""Cursors of paged results: a position, encoded so that clients don't interpret it."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode


def encode(kind: str, position: int) -> str:
    """Return the cursor for the results after a position.

    Args:
        kind: the kind of list. A cursor is valid for lists of its kind only.
    """
    return urlsafe_b64encode(f"{kind}:{position}".encode()).decode()


def decode(kind: str, cursor: str) -> int | None:
    """Return the position in a cursor, or None if it isn't a cursor of this kind."""
    try:
        prefix, _, position = urlsafe_b64decode(cursor.encode()).decode().partition(":")
        if prefix == kind and position.isdecimal() and len(position) < 20 and int(position) < 2**63:
            return int(position)
    except (binascii.Error, ValueError):
        pass
    return None
