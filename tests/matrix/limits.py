"""A limit that a function checks itself."""

from collections.abc import Callable
from typing import NamedTuple

from tests.matrix.single_use import Setup

Send = Callable[[int], str]


class WrittenLimit(NamedTuple):
    """One limit.

    Attributes:
        place: the function that checks it.
        prepare: returns the request, which takes the size and returns the error; "" for a success.
        last: the last allowed size: the greatest one, or the smallest one if ``first_refused`` is smaller.
        first_refused: the first size that is refused.
        error: the error of the refusal.
        allowed: the result of the last allowed size; "" for a success.
    """

    place: str
    prepare: Callable[[Setup], Send]
    last: int
    first_refused: int
    error: str
    allowed: str = ""


def at_most(place: str, prepare: Callable[[Setup], Send], greatest: int, error: str, allowed: str = "") -> WrittenLimit:
    return WrittenLimit(place, prepare, greatest, greatest + 1, error, allowed)
