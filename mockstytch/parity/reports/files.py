"""The report as a file: Markdown for people, JSON to contribute. Nothing in them comes from the project."""

import json
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from mockstytch.clock import Clock
from mockstytch.parity.reports.publishing import published, published_path
from mockstytch.parity.responses.comparing import Response
from mockstytch.parity.running import Found, Outcome
from mockstytch.values import Frozen
from mockstytch.version import __version__

FORMAT = "mockstytch-parity/1"
_REAL_HOST = "test.stytch.com"


class ReportedDifference(Frozen):
    """A difference. The values are normalized, and have nothing that comes from the project.

    Attributes:
        call: the number of the call in the probe, from 1.
        path, kind, target, local: as in ``Difference``.
    """

    call: int
    operation: str
    path: str
    kind: str
    target: Any
    local: Any


class ReportedProbe(Frozen):
    """A probe, and what it found.

    Attributes:
        expects: the error that mockstytch returns for the last call; "" for a success.
        fidelity: beginnings of statements in ``docs/fidelity.md``.
    """

    name: str
    area: str
    operation: str
    expects: str
    fidelity: tuple[str, ...]
    differences: tuple[ReportedDifference, ...]


class ReportedError(Frozen):
    """An error that the target returned.

    Attributes:
        url: the ``error_url``.
        probes: the probes that provoked it.
    """

    error_type: str
    status: int
    message: str
    url: str
    probes: tuple[str, ...]


class Report(Frozen):
    """A whole report.

    Attributes:
        version: the version of mockstytch.
        target: the host of the real API; "another server" for any other.
        date: the day of the run.
    """

    format: str
    version: str
    target: str
    date: str
    probes: tuple[ReportedProbe, ...]
    errors: tuple[ReportedError, ...]


def report(outcomes: Iterable[Outcome], url: str) -> Report:
    """Return the report of a run.

    Args:
        url: the target's URL.
    """
    outcomes = list(outcomes)
    is_real = (urlsplit(url).hostname or "") == _REAL_HOST
    return Report(
        format=FORMAT,
        version=__version__,
        target=_REAL_HOST if is_real else "another server",
        date=f"{Clock().now():%Y-%m-%d}",
        probes=tuple(_probe(outcome) for outcome in outcomes),
        errors=tuple(_errors(outcomes)),
    )


def _probe(outcome: Outcome) -> ReportedProbe:
    last = outcome.probe.calls[-1]
    return ReportedProbe(
        name=outcome.probe.name,
        area=outcome.probe.area,
        operation=last.operation or last.request,
        expects=last.expects,
        fidelity=outcome.probe.fidelity,
        differences=tuple(_difference(found) for found in outcome.found),
    )


def _difference(found: Found) -> ReportedDifference:
    difference = found.difference
    return ReportedDifference(
        call=found.call,
        operation=found.operation,
        path=published_path(difference.path),
        kind=difference.kind,
        target=published(difference.target, difference.path),
        local=published(difference.local, difference.path),
    )


def _errors(outcomes: list[Outcome]) -> Iterable[ReportedError]:
    """Return every error of the target, with the probes that provoked it."""
    found: dict[tuple[str, int, str, str], list[str]] = defaultdict(list)
    for outcome in outcomes:
        for response in outcome.target.responses:
            if response.error_type:
                message, url = (_text_of(response, *names) for names in _ERROR_FIELDS)
                found[response.error_type, response.status, message, url].append(outcome.probe.name)
    for (error_type, status, message, url), probes in sorted(found.items()):
        yield ReportedError(
            error_type=error_type, status=status, message=message, url=url, probes=tuple(dict.fromkeys(probes))
        )


_ERROR_FIELDS = (("error_message", "error_description"), ("error_url", "error_uri"))


def _text_of(response: Response, *names: str) -> str:
    """Return the first of these fields of an error, as it can be published."""
    for name in names:
        if isinstance(value := response.body.get(name), str):
            return str(published(value, f"body.{name}"))
    return ""


def write(path: Path, outcomes: Iterable[Outcome], url: str) -> None:
    """Write the report as JSON or as Markdown, as the ending of the path says.

    Raises:
        OSError: if the file can't be written.
    """
    found = report(outcomes, url)
    text = _json(found) if path.suffix == ".json" else markdown(found)
    path.write_text(text, encoding="utf-8")


def _json(found: Report) -> str:
    return msgspec.json.format(msgspec.json.encode(found), indent=1).decode() + "\n"


def markdown(found: Report) -> str:
    """Return the report as Markdown: a table for each operation."""
    groups: dict[str, list[tuple[ReportedProbe, ReportedDifference]]] = defaultdict(list)
    for probe in found.probes:
        for difference in probe.differences:
            groups[difference.operation].append((probe, difference))
    different = sum(1 for probe in found.probes if probe.differences)
    lines = [
        f"# mockstytch {found.version} compared with {found.target}, {found.date}",
        "",
        f"{len(found.probes)} probes: {len(found.probes) - different} agree, {different} differ.",
    ]
    for operation, rows in sorted(groups.items()):
        lines += ["", f"## {operation}", "", "| probe | kind | where | real | mockstytch |", "|---|---|---|---|---|"]
        lines += [_row(probe.name, each.kind, each.path, _cell(each.target), _cell(each.local)) for probe, each in rows]
    return "\n".join([*lines, ""])


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|").replace("\n", " ") for cell in cells) + " |"


def _cell(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"`{text}`"
