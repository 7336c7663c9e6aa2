"""Seed and reset: create data from a seed, generate people, and return the project to its start."""

import re
from typing import NamedTuple

from starlette.responses import Response

from mockstytch import errors
from mockstytch.console.page import PageRequest
from mockstytch.seed_file import MOST_PEOPLE, PastedSeed, SeedError, locate, read_text

_PLACE = re.compile(r"(\w+(?:\[\d+\]|\.\w+)*): (.*)", re.DOTALL)
_LINES_AROUND = 2


class _Line(NamedTuple):
    """A line of a seed.

    Attributes:
        is_wrong: whether the mistake is in it.
    """

    number: int
    text: str
    is_wrong: bool


async def seed(page: PageRequest) -> Response:
    return page.render("seed.html", lines=_lines(page), most_people=MOST_PEOPLE)


def _lines(page: PageRequest) -> list[_Line]:
    """Return the lines around the mistake in the seed that was sent, if it was refused."""
    if page.error is None or page.form is None or page.error.kind is not errors.invalid_seed:
        return []
    text = page.form.typed.get("*:seed", "")
    lines = text.splitlines()
    wrong = min(_position(text, page.error.because), len(lines))  # something can be missing after the last line
    around = range(max(1, wrong - _LINES_AROUND), min(wrong + _LINES_AROUND, len(lines)) + 1)
    return [_Line(number, lines[number - 1], number == wrong) for number in around] if wrong else []


def _position(text: str, because: str) -> int:
    """Return the number of the line with the mistake; 0 if it isn't known."""
    try:
        read_text(text)
    except SeedError as e:
        return e.position[0] if e.position else 0
    match = _PLACE.match(because)
    found = SeedError(match[2], match[1]) if match else SeedError(because)
    position = locate(found, PastedSeed(text)).position
    return position[0] if position and text else 0
