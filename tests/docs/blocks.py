"""The pages of the documentation, and their code blocks."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.howto import app_files

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(ROOT.glob("docs/**/*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def blocks(*languages: str) -> list[Block]:
    found = []
    for path in PAGES:
        for match in BLOCK.finditer(text := read(path)):
            line = text.count("\n", 0, match.start()) + 1
            found.append(Block(path.relative_to(ROOT).as_posix(), line, match[1], match[2]))
    return [block for block in found if not languages or block.language in languages]


def complete(*languages: str) -> list[Block]:
    """Return the blocks that aren't parts of a file."""
    return [block for block in blocks(*languages) if not app_files.source_of(block.text)]


def of(*languages: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("block", complete(*languages), ids=str)
