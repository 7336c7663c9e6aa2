"""A limit for nested JSON, so that no text can exhaust Python's stack.

At the end of the stack, a decoder fails with ``RecursionError``, and finalizers that happen to run fail with it.
"""

import msgspec

MAX_DEPTH = 200
_PART = 1 << 16  # bytes
_CHANGES = bytes.maketrans(b"[{]}", b"\2\2\0\0")  # of the depth, plus one
_OTHERS = bytes(byte for byte in range(256) if byte not in b"[{]}")


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
    depth = deepest = begin = in_string = 0
    while begin < len(text):
        end = begin + _PART
        while text[end - 1 : end] == b"\\":  # don't cut an escape sequence
            end += 1
        pieces = text[begin:end].replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
        outside = b"".join(pieces[in_string::2])
        for change in outside.translate(_CHANGES, _OTHERS):
            depth += change - 1
            deepest = max(deepest, depth)
        in_string ^= (len(pieces) - 1) % 2
        begin = end
    return deepest
