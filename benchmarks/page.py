"""The page with the measurements: tables, and the sections that a command writes."""

import os
import platform
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"
PACKAGES = ("uvicorn", "starlette", "sqlalchemy", "msgspec", "cryptography")
LOAD = os.getloadavg()[0] if hasattr(os, "getloadavg") else None  # before anything runs


def machine() -> str:
    """Describe this machine, the versions that matter, and the day."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    model = next(iter(re.findall(r"model name\s*: (.+)", _read("/proc/cpuinfo"))), platform.machine())
    busy = "" if LOAD is None else f"; load average before the run {LOAD:.1f}"
    return (
        f"{datetime.now(UTC):%Y-%m-%d}; {model}, {os.cpu_count()} cores; {platform.system()}; "
        f"Python {platform.python_version()}; {packages}{busy}"
    )


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def number(value: float) -> str:
    """Format a measurement with about three digits."""
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Format a Markdown table with aligned columns."""
    cells = [columns, *rows]
    widths = [max(len(row[n]) for row in cells) for n in range(len(columns))]
    lines = [
        "| " + " | ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join([f"**{title}**", "", *lines])


def markers(command: str) -> tuple[str, str]:
    """Return the comments around the section that a command writes, such as ``memory``; "" is the comparison."""
    return f"<!-- measured: python -m {f'benchmarks {command}'.strip()} --write -->", "<!-- /measured -->"


def write(text: str, command: str, page: Path = PAGE) -> None:
    """Replace the section of a command."""
    begin_marker, end_marker = markers(command)
    page_text = page.read_text(encoding="utf-8")
    before, begin, rest = page_text.partition(begin_marker)
    _, end, after = rest.partition(end_marker)
    if not begin or not end:
        sys.exit(f"{page.name} has no markers for the tables. Add {begin_marker} and {end_marker}.")
    page.write_text(f"{before}{begin}\n\n{text.strip()}\n\n{end}{after}", encoding="utf-8")


def progress(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)
