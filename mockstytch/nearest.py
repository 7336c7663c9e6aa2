"""Suggestions for mistyped names."""

from collections.abc import Iterable

_RATHER_SIMILAR = 0.45  # finds a name of which only the beginning was typed, but none for nonsense


def nearest(name: str, names: Iterable[str]) -> str:
    """Return the name that is most similar to a mistyped one."""
    from difflib import SequenceMatcher  # imported by the first mistake

    return max(names, key=lambda known: SequenceMatcher(None, name.lower(), known.lower()).ratio())


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return `` Did you mean NAME?`` with the most similar name, or "" if none is similar enough."""
    found = similar(name, names, at_least=_RATHER_SIMILAR)
    return f" Did you mean {found}?" if found else ""


def similar(name: str, names: Iterable[str], at_least: float = 0.6) -> str:
    """Return the most similar name, or "" if none is similar enough.

    Args:
        at_least: how similar it must be, between 0 and 1.
    """
    from difflib import get_close_matches

    spellings = {known.lower(): known for known in names}
    found = get_close_matches(name.lower()[:200], spellings, n=1, cutoff=at_least)
    return spellings[found[0]] if found else ""
