"""How a story sounds in a terminal, a pipe or a file."""

import os
import re
from typing import TextIO

_GREEN, _RED, _DIM, _BOLD = "32", "31", "2", "1"


class Voice:
    """Tells to a stream: with colours on a terminal that wants them, plain elsewhere; silent where it has none."""

    def __init__(self, out: TextIO | None) -> None:
        self._out = out
        self._colours = out is not None and out.isatty() and not os.environ.get("NO_COLOR")
        self._encoding = getattr(out, "encoding", None) or "utf-8"

    def title(self, text: str) -> None:
        self._line(text, _BOLD)

    def step(self, number: int, text: str) -> None:
        self._line(f"{number:>3}  {text}")

    def detail(self, text: str) -> None:
        self._line(f"       {shortened(text)}", _DIM)

    def told(self, seconds: float) -> None:
        self._line(f"  {self._sign('✓', 'ok')}  {seconds:.2f} s", _GREEN)
        self._line("")

    def failed(self, reason: str) -> None:
        self._line(f"  {self._sign('✗', 'FAILED')}  {shortened(reason)}", _RED)
        self._line("")

    def skipped(self, reason: str) -> None:
        self._line(f"  -  skipped: {reason}", _DIM)
        self._line("")

    def summary(self, text: str) -> None:
        self._line(text, _BOLD)

    def _sign(self, sign: str, plain: str) -> str:
        try:
            sign.encode(self._encoding)
        except UnicodeEncodeError:
            return plain
        return sign

    def _line(self, text: str, colour: str = "") -> None:
        if self._out is None:
            return
        text = text.encode(self._encoding, "replace").decode(self._encoding)
        if self._colours and colour:
            text = f"\x1b[{colour}m{text}\x1b[0m"
        print(text, file=self._out, flush=True)


def shortened(text: str) -> str:
    """Ids, tokens and JWTs by their first characters: enough to tell them apart, and to read the rest."""
    text = re.sub(r"\b([a-z-]+-test-[0-9a-f]{8})-[0-9a-f-]{27}", r"\1...", text)
    text = re.sub(r"\b(eyJ[\w-]{5})[\w-]+\.[\w.-]+", r"\1...", text)
    return re.sub(r"(?<![\w-])([\w-]{8})[\w-]{34,}(=|%3D)?", r"\1...", text)
