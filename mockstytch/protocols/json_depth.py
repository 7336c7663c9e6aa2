"""A limit for nested JSON, so that no text can exhaust Python's stack.

At the end of the stack, a decoder fails with ``RecursionError``, and finalizers that happen to run fail with it.
"""

import re

import msgspec

MAX_DEPTH = 200
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[{\]}]', re.DOTALL)


def checked(text: bytes) -> bytes:
    """Return the text.

    Raises:
        msgspec.DecodeError: if objects and lists are nested more than 200 levels deep.
    """
    if len(text) > MAX_DEPTH and text.count(b"[") + text.count(b"{") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        raise msgspec.DecodeError(f"JSON is nested more than {MAX_DEPTH} levels deep")
    return text


def _depth(text: bytes) -> int:
    """Return how deeply objects and lists are nested. Brackets in strings don't count."""
    depth = deepest = 0
    for token in _TOKEN.finditer(text):
        start = token[0][:1]
        if start in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif start in b"]}":
            depth -= 1
    return deepest
