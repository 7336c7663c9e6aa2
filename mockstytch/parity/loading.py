"""Reading the files of probes, and checking them. A mistake is a ``ProbeError`` that names the file and the probe."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from mockstytch.errors import catalogue
from mockstytch.nearest import nearest
from mockstytch.parity import references, safety
from mockstytch.parity.probe import Call, Credentials, Probe, Text
from mockstytch.parity.sending.identity_provider import SamlLogin
from mockstytch.parity.sending.operations import known_operations
from mockstytch.parity.settings import NEEDS
from mockstytch.values import Frozen

# Types that are made of the names of search filters, and statuses of responses without a type
_OTHER_ERRORS = ("organization_search_", "member_search_", "user_search_", "status:")
FOLDER = Path(__file__).with_name("probes")


class ProbeError(Exception):
    """A mistake in a file of probes."""


class _Case(Frozen, forbid_unknown_fields=True):
    """One of the probes that differ from each other in a few fields of their last call.

    Attributes:
        fields: the fields that differ. They replace the fields of the call.
        without: names of fields that are left out.
    """

    name: Text
    request: str | None = None
    fields: dict[str, Any] = msgspec.field(default_factory=dict, name="with")
    without: tuple[str, ...] = ()
    expects: str | None = None
    credentials: Credentials | None = None
    as_member: str | None = msgspec.field(default=None, name="as")
    headers: dict[str, str] | None = None
    body: str | None = None
    saml: dict[str, Any] = {}
    needs: tuple[str, ...] = ()
    two_errors: tuple[str, ...] = ()
    ignore: dict[str, str] = {}
    fidelity: tuple[str, ...] = ()


class _Written(Call, forbid_unknown_fields=True):
    """A probe or a fixture as it is written. Its ``operation`` is its last call."""

    name: Text
    calls: tuple[Call, ...] = ()
    cases: tuple[_Case, ...] = ()
    needs: tuple[str, ...] = ()
    two_errors: tuple[str, ...] = ()
    ignore: dict[str, str] = {}
    fidelity: tuple[str, ...] = ()
    clean_up: tuple[Call, ...] = ()


class _File(Frozen, forbid_unknown_fields=True):
    probe: tuple[_Written, ...] = ()
    fixture: Annotated[tuple[_Written, ...], Meta(max_length=20)] = ()


def load(folder: Path = FOLDER) -> list[Probe]:
    """Return all probes and fixtures, ordered by file. Cases are separate probes.

    Raises:
        ProbeError: if a file isn't valid, or a probe can't be sent.
    """
    found = [probe for path in sorted(folder.glob("*.toml")) for probe in read(path)]
    check(found)
    return found


def read(path: Path) -> list[Probe]:
    """Return the probes of one file.

    Raises:
        ProbeError: if the file isn't valid.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        file = msgspec.convert(content, _File)
    except (ValueError, msgspec.ValidationError) as e:
        raise ProbeError(f"{path.name}: {_named(str(e), path)}") from None
    fixtures = [probe for each in file.fixture for probe in _expanded(each, path.stem, is_fixture=True)]
    return [*fixtures, *(probe for each in file.probe for probe in _expanded(each, path.stem))]


def _named(problem: str, path: Path) -> str:
    """Return msgspec's message with the name of the probe: ``$.probe[3].calls[0]`` alone is hard to find."""
    head, _, place = problem.partition(" - at `$.")
    kind, _, rest = place.partition("[")
    try:
        entry = tomllib.loads(path.read_text(encoding="utf-8"))[kind][int(rest.partition("]")[0])]
        return f"{kind} {entry['name']!r}: {head} ({rest.partition(']')[2].lstrip('.').rstrip('`') or kind})"
    except (ValueError, LookupError, TypeError):
        return problem


def _expanded(written: _Written, area: str, *, is_fixture: bool = False) -> Iterator[Probe]:
    """Return the probe, or one probe for each case."""
    shared = {name: getattr(written, name) for name in ("needs", "ignore", "fidelity", "clean_up", "two_errors")}
    own = {name: getattr(written, name) for name in Call.__struct_fields__}
    last = (Call(**own),) if written.operation or written.request else ()
    calls = (*written.calls, *last)
    if not written.cases:
        yield Probe(name=written.name, area=area, calls=calls, is_fixture=is_fixture, **shared)
        return
    for case in written.cases:
        yield Probe(
            name=f"{written.name}: {case.name}",
            area=area,
            calls=(*calls[:-1], *(_changed(call, case) for call in calls[-1:])),
            needs=(*written.needs, *case.needs),
            two_errors=case.two_errors or written.two_errors,
            ignore=written.ignore | case.ignore,
            fidelity=(*written.fidelity, *case.fidelity),
            clean_up=written.clean_up,
            is_fixture=is_fixture,
        )


def _changed(call: Call, case: _Case) -> Call:
    """Return a call with what a case changes."""
    fields = {name: value for name, value in (call.fields | case.fields).items() if name not in case.without}
    given = {name: value for name in ("request", "expects", "credentials", "as_member", "headers", "body")
             if (value := getattr(case, name)) is not None}  # fmt: skip
    if case.body is not None:
        fields = {}
    return msgspec.structs.replace(call, fields=fields, saml=call.saml | case.saml, **given)


def check(probes: Iterable[Probe]) -> None:
    """Check that every probe can be sent, and is safe.

    Raises:
        ProbeError: if a probe isn't valid. The message names it.
    """
    probes = list(probes)
    names = Counter(probe.name for probe in probes)
    saved = {probe.name: frozenset(_saved(probe)) for probe in probes if probe.is_fixture}
    for probe in probes:
        problem = f"{names[probe.name]} probes have this name" if names[probe.name] > 1 else _problem(probe, saved)
        if problem:
            kind = "fixture" if probe.is_fixture else "probe"
            raise ProbeError(f"{probe.area}.toml: {kind} {probe.name!r}: {problem}")


def _saved(probe: Probe) -> Iterator[str]:
    return (name for call in probe.calls for name in call.save)


def _problem(probe: Probe, fixtures: Mapping[str, frozenset[str]]) -> str:
    """Return what is wrong with a probe, or ""."""
    if not probe.calls:
        return "it has no calls"
    if probe.is_fixture and not probe.name.isidentifier():
        return "the name of a fixture is used in references, so it must be one word"
    if unknown := {need.removeprefix("without ") for need in probe.needs} - NEEDS.keys():
        return f"needs = {sorted(unknown)}; the known needs are {', '.join(NEEDS)}"
    known = set[str]()
    for call in (*probe.calls, *probe.clean_up):
        problem = _problem_of_call(call) or references.problem(call, known, fixtures) or safety.problem(call)
        if problem:
            return f"{call.operation or call.request}: {problem}"
        known |= call.save.keys()
    return ""


@cache
def _error_types() -> frozenset[str]:
    return frozenset(kind.error_type for kind in catalogue())


def _problem_of_call(call: Call) -> str:
    """Return what is wrong with a call, or ""."""
    if bool(call.operation) == bool(call.request):
        return "a call has an operation or a request, and not both"
    if call.operation and call.operation not in known_operations():
        return f"no such operation. Did you mean {nearest(call.operation, known_operations())}?"
    if call.request and not call.request.partition(" ")[2].startswith("/"):
        return "a request is a method and a path, such as: GET /v1/b2b/sessions"
    if call.expects and call.expects not in _error_types() and not call.expects.startswith(_OTHER_ERRORS):
        return f"expects = {call.expects!r}: no such error. Did you mean {nearest(call.expects, _error_types())}?"
    if call.body is not None and (call.fields or call.saml):
        return "a call has a body or fields (with, saml), and not both"
    try:
        _ = msgspec.convert(call.saml, SamlLogin) if call.saml else None
    except msgspec.ValidationError as e:
        return f"saml: {e}"
    return ""
