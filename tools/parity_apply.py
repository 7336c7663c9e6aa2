"""Turn a report of ``mockstytch parity`` into changes to review: ``python -m tools.parity_apply REPORT.json``.

It prints a diff of the catalogue of errors (``mockstytch/errors/``) and of ``docs/fidelity.md``, and then what has to
be changed by hand. ``--write`` changes the files, too. Run ``make docs`` after that.

An error that the real API returned gets the letter D, with the real status, message and page. A statement whose probe
found no difference gets the confidence ``high``; one whose probe found a difference gets ``differs``.
"""

import argparse
import ast
import difflib
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from mockstytch.parity.reports.files import FORMAT, Report, ReportedError, ReportedProbe
from tools import fidelity

ROOT = Path(__file__).parent.parent
_REAL = "test.stytch.com"
_FAMILIES = {"b2b/api": "b2b", "fraud/api": "fraud", "api": "shared"}
_PAGE = re.compile(r"https://stytch\.com/docs/((?:b2b/|fraud/)?api)/errors/\d+#\w+")
_PLACEHOLDER = re.compile(r"<[^<>]+>|{[\w.]+}")


class _Declaration(NamedTuple):
    """A line of the catalogue: ``name = shared(400, "type", "message", "I")``."""

    path: Path
    line: int
    name: str
    function: str
    status: int
    error_type: str
    message: str
    confidence: str


class Changes(NamedTuple):
    """What a report changes.

    Attributes:
        files: the new content of each file that changes.
        notes: what has to be changed by hand.
    """

    files: dict[Path, str]
    notes: list[str]


def declarations(folder: Path) -> dict[str, list[_Declaration]]:
    """Return the lines of the catalogue that declare one error, by its type."""
    found: dict[str, list[_Declaration]] = defaultdict(list)
    for path in sorted(folder.glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            match node:
                case ast.Assign(
                    targets=[ast.Name(id=name)],
                    value=ast.Call(
                        func=ast.Name(id=function),
                        args=[
                            ast.Constant(int(status)),
                            ast.Constant(str(error_type)),
                            ast.Constant(str(message)),
                            *rest,
                        ],
                    ),
                ) if function in _FAMILIES.values():
                    letter = str(rest[0].value) if rest and isinstance(rest[0], ast.Constant) else "I"
                    found[error_type].append(
                        _Declaration(path, node.lineno, name, function, status, error_type, message, letter)
                    )
    return found


def changes(report: Report, root: Path = ROOT) -> Changes:
    """Return what a report changes in a checkout."""
    found = Changes({}, [])
    _change_errors(report, root, found)
    _change_fidelity(report, root, found)
    found.notes.extend(_other_differences(report))
    return found


def _change_errors(report: Report, root: Path, found: Changes) -> None:
    known = declarations(root / "mockstytch" / "errors")
    by_type: dict[str, list[ReportedError]] = defaultdict(list)
    for error in report.errors:
        by_type[error.error_type].append(error)
    for error_type, errors in sorted(by_type.items()):
        declared = known.get(error_type, [])
        if len(declared) != 1:
            reason = "isn't in the catalogue as one line" if not declared else "is declared more than once"
            found.notes.append(f"{error_type}: {reason}; real: {_described(errors)}")
        elif len({error.status for error in errors}) > 1:
            found.notes.append(f"{error_type}: it has several statuses; real: {_described(errors)}")
        else:
            _change_error(declared[0], errors, found)


def _described(errors: list[ReportedError]) -> str:
    return "; ".join(f"{error.status} {error.message!r}, {error.url} ({error.probes[0]})" for error in errors)


def _change_error(declared: _Declaration, errors: list[ReportedError], found: Changes) -> None:
    """Correct one line of the catalogue. A message with something of a request in it is left to the reader."""
    messages = {error.message for error in errors}
    message = declared.message
    if len(messages) == 1 and not _PLACEHOLDER.search(next(iter(messages))):
        message = next(iter(messages)) or message
    elif declared.message not in messages:
        found.notes.append(f"{declared.error_type}: compare the messages; real: {_described(errors)}")
    pages = {match[1] for error in errors if (match := _PAGE.fullmatch(error.url))}
    function = _FAMILIES[next(iter(pages))] if len(pages) == 1 else declared.function
    if len(pages) > 1:
        found.notes.append(
            f"{declared.error_type}: its error_url differs between operations; real: {_described(errors)}"
        )
    line = f"{declared.name} = {function}({errors[0].status}, {_quoted(declared.error_type)}, {_quoted(message)}, "
    confidence = declared.confidence if declared.confidence == "M" else "D"
    _replace_line(declared.path, declared.line, f'{line}"{confidence}")', found)
    if function != declared.function:
        found.notes.append(
            f"{declared.error_type}: import {function} in {declared.path.name}, if it isn't imported yet"
        )
    if confidence == "M":
        found.notes.append(f"{declared.error_type}: the real API has it, too; choose its letter")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _replace_line(path: Path, number: int, line: str, found: Changes) -> None:
    lines = found.files.get(path, path.read_text(encoding="utf-8")).split("\n")
    if lines[number - 1] == line:
        return
    lines[number - 1] = line
    found.files[path] = "\n".join(lines)


def _change_fidelity(report: Report, root: Path, found: Changes) -> None:
    path = root / "docs" / "fidelity.md"
    lines = path.read_text(encoding="utf-8").split("\n")
    verdicts: dict[str, list[ReportedProbe]] = defaultdict(list)
    for probe in report.probes:
        for statement in probe.fidelity:
            verdicts[statement].append(probe)
    for statement, probes in sorted(verdicts.items()):
        rows = [number for number, line in enumerate(lines) if line.startswith(f"| {statement}")]
        if len(rows) != 1:
            found.notes.append(f"docs/fidelity.md: {len(rows)} statements begin with {statement!r}")
            continue
        refuted = [probe.name for probe in probes if probe.differences]
        source = f"`mockstytch parity` on {report.date}" + (f": refuted by *{refuted[0]}*" if refuted else "")
        lines[rows[0]] = _with_confidence(lines[rows[0]], "differs" if refuted else "high", source)
    text = "\n".join(lines)
    if text != path.read_text(encoding="utf-8"):
        found.files[path] = text


def _with_confidence(row: str, confidence: str, source: str) -> str:
    """Return a row of the page with another confidence, and one more source."""
    cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
    statement, _, known, code = cells
    kept = [part for part in known.split("; ") if part and not part.startswith("`mockstytch parity` on")]
    return f"| {statement} | {confidence} | {'; '.join([*kept, source])} | {code} |"


def _other_differences(report: Report) -> Iterator[str]:
    """Return the differences that no line of the catalogue shows."""
    covered = {error.error_type for error in report.errors}
    for probe in report.probes:
        for each in probe.differences:
            if each.kind in ("message", "error_url") or (each.path in _OF_ERRORS and probe.expects in covered):
                continue
            yield f"{probe.name}: {each.kind} at {each.path or 'the call'}: real {each.target!r}, ours {each.local!r}"


_OF_ERRORS = ("status", "body.status_code")


def diff(found: Changes, root: Path = ROOT) -> str:
    """Return the changes as a unified diff."""
    parts = list[str]()
    for path, text in sorted(found.files.items()):
        before, name = path.read_text(encoding="utf-8"), path.relative_to(root).as_posix()
        parts += difflib.unified_diff(
            before.splitlines(keepends=True), text.splitlines(keepends=True), f"a/{name}", f"b/{name}", n=1
        )
    return "".join(parts)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.parity_apply", description=__doc__.partition("\n")[0])
    parser.add_argument("report", type=Path)
    parser.add_argument("--write", action="store_true", help="change the files, too")
    options = parser.parse_args(arguments)
    try:
        report = msgspec.json.decode(options.report.read_bytes(), type=Report)
    except (OSError, msgspec.DecodeError) as e:
        sys.stderr.write(f"{options.report} isn't a report of mockstytch parity: {e}\n")
        return 1
    if report.format != FORMAT or report.target != _REAL:
        sys.stderr.write(f"{options.report} is a {report.format} report about {report.target}, not about {_REAL}\n")
        return 1
    found = changes(report)
    sys.stdout.write(diff(found))
    sys.stdout.write("".join(f"by hand: {note}\n" for note in found.notes))
    if options.write:
        for path, text in found.files.items():
            path.write_text(text, encoding="utf-8")
        fidelity.statements(fidelity.PAGE.read_text(encoding="utf-8"))  # raises if a row isn't valid any more
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
