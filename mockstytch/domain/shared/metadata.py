"""Merge metadata and custom claims, and limit their size."""

from typing import Any

import msgspec

from mockstytch import errors
from mockstytch.store.record import Record

_MAX_KEYS = 20
_MAX_BYTES = 4096
RESERVED_CLAIMS = {"iss", "sub", "aud", "exp", "nbf", "iat", "jti"}


def merge(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return metadata after an update: keys in ``new`` replace, null deletes, other keys stay.

    Only the top level is merged.

    Raises:
        metadata_too_many_keys: if the merged metadata has more than 20 keys.
        metadata_too_large: if the merged metadata is larger than 4 KB.
    """
    if not new:  # most requests send none
        return old
    result = {key: value for key, value in (old | new).items() if value is not None}
    if len(result) > _MAX_KEYS:
        raise errors.metadata_too_many_keys(because=f"{len(result)} keys")
    if _size(result) > _MAX_BYTES:
        raise errors.metadata_too_large(because=f"{_size(result)} bytes")
    return result


def differing(record: Record, sent: dict[str, Any]) -> dict[str, Any]:
    """Return the values of an update that differ from a record's columns. The others change nothing.

    Metadata differs if merging it changes something. ``""`` is the same as an absent value.
    """
    changes = {}
    for name, value in sent.items():
        present = getattr(record, name)
        if name in ("trusted_metadata", "untrusted_metadata"):
            differs = any(present.get(key) != new for key, new in value.items())
        else:
            differs = value != present and not (value == "" and present is None)
        if differs:
            changes[name] = value
    return changes


def merge_claims(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return custom claims after an update. The names that JWTs reserve are ignored.

    Raises:
        stytch_claims_in_custom_claims: if a claim's name begins with ``https://stytch.com/``.
        custom_claims_too_large: if the merged claims are larger than 4 KB.
    """
    if any(name.startswith("https://stytch.com/") for name in new):
        raise errors.stytch_claims_in_custom_claims()
    merged = old | {name: value for name, value in new.items() if name not in RESERVED_CLAIMS}
    result = {name: value for name, value in merged.items() if value is not None}
    if _size(result) > _MAX_BYTES:
        raise errors.custom_claims_too_large(because=f"{_size(result)} bytes")
    return result


def _size(value: dict[str, Any]) -> int:
    return len(msgspec.json.encode(value))
