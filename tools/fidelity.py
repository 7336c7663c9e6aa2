"""The generated parts of ``docs/fidelity.md`` and ``docs/fidelity-errors.md``.

``docs/fidelity.md`` has one section for each area, with a table of statements and how certain each of them is.
"""

import re
from collections import Counter
from pathlib import Path

from mockstytch import errors

PAGE = Path(__file__).parent.parent / "docs" / "fidelity.md"
LEVELS = ("high", "medium", "low", "differs")
_HEAD = "| what mockstytch does | confidence | source | code |"


def statements(text: str) -> dict[str, list[list[str]]]:
    """Return the rows of each area's table.

    Raises:
        ValueError: if a row doesn't have four cells, or its confidence isn't one of the levels.
    """
    areas = {}
    for section in text.split("\n## ")[1:]:
        title, _, rest = section.partition("\n")
        _, head, table = rest.partition(_HEAD + "\n")
        if head:
            rows = table.partition("\n\n")[0].splitlines()[1:]
            areas[title] = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]
    for row in (row for rows in areas.values() for row in rows):
        if len(row) != len(_HEAD.split(" | ")) or row[1] not in LEVELS:
            raise ValueError(f"docs/fidelity.md: the row needs a statement, one of {LEVELS}, a source and code: {row}")
    return areas


def summary() -> list[tuple[str, ...]]:
    """Return the number of statements by area and confidence, with a row of totals."""
    areas = statements(PAGE.read_text(encoding="utf-8"))
    total: Counter[str] = Counter()
    lines = []
    for title, rows in areas.items():
        count = Counter(row[1] for row in rows)
        total += count
        anchor = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        lines.append((f"[{title}](#{anchor})", *(str(count[level] or "") for level in LEVELS)))
    return [*lines, ("**all**", *(f"**{total[level]}**" for level in LEVELS))]


def inferred() -> list[tuple[str, str]]:
    """Return the error types whose HTTP status is inferred, with the status."""
    return [(f"`{kind.error_type}`", str(kind.status_code)) for kind in errors.catalogue() if kind.confidence == "I"]
