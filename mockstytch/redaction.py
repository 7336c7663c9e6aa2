"""Replace secrets by "…": passwords, tokens, codes and keys, found by the names of their fields."""

import re
from typing import Any

REDACTED = "…"

_SECRET = re.compile(r"(.*_)?(code|hash|jwt|password|private_key|salt|secret|token|verifier)s?", re.IGNORECASE)
_HARMLESS = {"country_codes", "sms_country_codes", "whatsapp_country_codes"}
# An app's own data, in which a name such as "code" can mean anything.
_OF_THE_APP = {"custom_claims", "trusted_metadata", "untrusted_metadata"}


def is_secret(name: str) -> bool:
    """Return whether the text of a field with this name is a secret."""
    return name not in _HARMLESS and _SECRET.fullmatch(name) is not None


def redact(value: Any, name: str = "") -> Any:
    """Return a JSON value with "…" in place of its secrets. An empty text stays empty.

    Args:
        name: the name of the value's field.
    """
    if isinstance(value, dict):
        return value if name in _OF_THE_APP else {key: redact(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact(item, name) for item in value]
    return REDACTED if isinstance(value, str) and value and is_secret(name) else value
