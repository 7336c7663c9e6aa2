"""Suggestions for mistyped names."""

from collections.abc import Iterable


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the name that is most similar to a mistyped one."""
    from difflib import SequenceMatcher  # imported by the first mistake

    return max(names, key=lambda known: SequenceMatcher(None, name.lower(), known.lower()).ratio())
