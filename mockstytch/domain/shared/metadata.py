"""Metadata and custom claims: merged at the top level, limited in size."""

from typing import Any

import msgspec

from mockstytch import errors

_MAX_KEYS = 20
_MAX_BYTES = 4096
RESERVED_CLAIMS = {"iss", "sub", "aud", "exp", "nbf", "iat", "jti"}


def merge(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Metadata after an update: keys of ``new`` replace, null deletes, what isn't named stays.

    Raises:
        metadata_too_many_keys: more than 20 of them.
        metadata_too_large: more than 4 KB in all.
    """
    result = {key: value for key, value in (old | new).items() if value is not None}
    if len(result) > _MAX_KEYS:
        raise errors.metadata_too_many_keys(because=f"{len(result)} keys")
    if _size(result) > _MAX_BYTES:
        raise errors.metadata_too_large(because=f"{_size(result)} bytes")
    return result


def merge_claims(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Custom claims after an update. The names that JWTs reserve are ignored.

    Raises:
        stytch_claims_in_custom_claims: a name in Stytch's own namespace.
        custom_claims_too_large: more than 4 KB in all.
    """
    if any(name.startswith("https://stytch.com/") for name in new):
        raise errors.stytch_claims_in_custom_claims()
    kept = old | {name: value for name, value in new.items() if name not in RESERVED_CLAIMS}
    result = {name: value for name, value in kept.items() if value is not None}
    if _size(result) > _MAX_BYTES:
        raise errors.custom_claims_too_large(because=f"{_size(result)} bytes")
    return result


def _size(value: dict[str, Any]) -> int:
    return len(msgspec.json.encode(value))
