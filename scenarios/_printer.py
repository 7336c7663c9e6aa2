"""Terminal output of the scenarios."""

import os
import re
from typing import TextIO

_GREEN, _RED, _DIM, _BOLD = "32", "31", "2", "1"


class Printer:
    """A writer of titles, steps and results.

    Args:
        out: where to write; nothing is written if it is None. Colors are used on a terminal, unless ``NO_COLOR`` is
            set.
    """

    def __init__(self, out: TextIO | None) -> None:
        self._out = out
        self._colors = out is not None and out.isatty() and not os.environ.get("NO_COLOR")
        self._encoding = getattr(out, "encoding", None) or "utf-8"

    def title(self, text: str) -> None:
        self._line(text, _BOLD)

    def step(self, number: int, text: str) -> None:
        self._line(f"{number:>3}  {text}")

    def detail(self, text: str) -> None:
        self._line(f"       {shorten(text)}", _DIM)

    def passed(self, seconds: float) -> None:
        self._line(f"  {self._symbol('✓', 'ok')}  {seconds:.2f} s", _GREEN)
        self._line("")

    def failed(self, reason: str) -> None:
        self._line(f"  {self._symbol('✗', 'FAILED')}  {shorten(reason)}", _RED)
        self._line("")

    def skipped(self, reason: str) -> None:
        self._line(f"  -  skipped: {reason}", _DIM)
        self._line("")

    def summary(self, text: str) -> None:
        self._line(text, _BOLD)

    def _symbol(self, symbol: str, fallback: str) -> str:
        """Return the symbol, or the fallback if the output's encoding doesn't have it."""
        try:
            symbol.encode(self._encoding)
        except UnicodeEncodeError:
            return fallback
        return symbol

    def _line(self, text: str, color: str = "") -> None:
        if self._out is None:
            return
        text = text.encode(self._encoding, "replace").decode(self._encoding)
        if self._colors and color:
            text = f"\x1b[{color}m{text}\x1b[0m"
        print(text, file=self._out, flush=True)


def format_value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value in (None, "") else str(value)


def shorten(text: str) -> str:
    """Cut ids, tokens and JWTs to their first characters, so that the rest of the line stays readable."""
    text = re.sub(r"\b([a-z-]+-test-[0-9a-f]{8})-[0-9a-f-]{27}", r"\1...", text)
    text = re.sub(r"\b(eyJ[\w-]{5})[\w-]+\.[\w.-]+", r"\1...", text)
    return re.sub(r"(?<![\w-])([\w-]{8})[\w-]{34,}(=|%3D)?", r"\1...", text)
