"""Writes the parts of the documentation that the code knows better: ``python -m tools.docs``.

A page holds them between ``<!-- generated: NAME -->`` and ``<!-- end: NAME -->``; what is around is written by hand.
``--check`` writes nothing, names the pages that are out of date, and exits with 1 if there are any.
"""

import inspect
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import msgspec

from mockstytch import errors
from mockstytch.app import endpoints
from mockstytch.cli import cli
from mockstytch.console.snippets import CODE
from mockstytch.gaps import GAPS
from mockstytch.management import routes as management
from mockstytch.store.records.projects import ProjectSettings
from mockstytch.surfaces.endpoint import Endpoint
from tools import fidelity, handle, refusals

ROOT = Path(__file__).parent.parent
T = TypeVar("T")
_BLOCK = re.compile(r"(<!-- generated: ([\w-]+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)
_CONFIDENCE = {
    "D": "documented, or recorded from the real API",
    "S": "taken from an official SDK",
    "I": "inferred from the type's name and its siblings",
    "M": "this server's own: the real API has no such answer",
}


def pages() -> Iterator[Path]:
    """Every page with a generated part."""
    yield from (path for path in [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))] if _BLOCK.search(_read(path)))


def written(page: str) -> str:
    """A page's text with its generated parts made anew.

    Raises:
        KeyError: a part that nobody writes.
    """
    return _BLOCK.sub(lambda found: f"{found[1]}\n{BLOCKS[found[2]]().strip()}\n\n{found[3]}", page)


def stale() -> list[Path]:
    return [path for path in pages() if written(_read(path)) != _read(path)]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# The parts


def _sdks() -> str:
    """The lines of ``mockstytch env``, as a file would have them."""
    before = {"python": "import os\n\nimport stytch\n\n", "node": 'const stytch = require("stytch");\n\n'}
    languages = {"node": "js", "browser": "js"}
    shown = {sdk: before.get(sdk, "") + lines for sdk, lines in CODE.items() if sdk != "browser"}
    shown["python"] = _formatted(shown["python"])
    blocks = [f"```{languages.get(sdk, sdk)}\n{lines}\n```" for sdk, lines in shown.items()]
    titles = (f"{sdk.capitalize()}:" for sdk in shown)
    return "\n\n".join(f"{title}\n\n{block}" for title, block in zip(titles, blocks, strict=True))


def _formatted(code: str) -> str:
    """As ``ruff format`` wants it, which looks into pages as well."""
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", "block.py", "-"]
    done = subprocess.run(command, cwd=ROOT, input=code, capture_output=True, text=True, check=True)  # noqa: S603 · our own
    return done.stdout.strip()


def _commands() -> str:
    import click

    parts = []
    with click.Context(cli) as group:
        for name in cli.list_commands(group):
            command = cli.get_command(group, name)
            assert command is not None
            with click.Context(command, parent=group, info_name=name) as ctx:
                usage = " ".join(["mockstytch", name, *command.collect_usage_pieces(ctx)])
            said = (command.help or "").partition("\n\n")[0].replace("\n", " ")
            rows = [
                (f"`{' '.join(o.opts)}`", f"`{o.envvar}`" if o.envvar else "", (o.help or "").rstrip("."))
                for o in command.params
                if isinstance(o, click.Option)
            ]
            table = _table(("option", "variable", ""), rows)
            parts.append(f"## `mockstytch {name}`\n\n{said}\n\n```text\n{usage}\n```\n\n{table}")
    return "\n\n".join(parts)


def _handle() -> str:
    parts = []
    for name, part in handle.PARTS.items():
        about = (inspect.getdoc(part) or "").partition("\n\n")[0]
        parts.append(f"## `{name}`\n\n{about}\n\n{_table(('call', 'does'), handle.rows(name))}")
    return "\n\n".join(parts)


def _settings() -> str:
    """From the ``Attributes`` of the class, which is where a setting is described."""
    said = inspect.cleandoc(ProjectSettings.__doc__ or "").partition("Attributes:\n")[2]
    described = dict(re.findall(r"^    (\w+): (.+(?:\n {8}.+)*)", said, re.MULTILINE))
    values = msgspec.to_builtins(ProjectSettings())
    rows = []
    for field in msgspec.structs.fields(ProjectSettings):  # one that is an object is described by its own class
        sentence = described.get(field.name) or (inspect.getdoc(field.type) or "").partition("\n\n")[0]
        text = re.sub(r"\s+", " ", sentence).replace("``", "`").replace("None", "`null`").rstrip(".")
        rows.append((_code(field.name), _default(values[field.name]), text[:1].lower() + text[1:]))
    return _table(("setting", "default", "is"), rows)


def _default(value: object) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "as a new project of the real service has"
    if isinstance(value, dict) and all(isinstance(part, dict) for part in value.values()):
        return "everything on"
    return _code(json.dumps(value))


def _endpoints() -> str:
    names = sdk_methods()
    parts = []
    for group, members in _grouped(endpoints(), lambda e: e.path):
        rows = [
            (f"`{e.method} {e.path}`", _code(names.get((e.method, shape(e.path)), "")), _needed(e), _elsewhere(e))
            for e in members
        ]
        parts.append(f"### {group}\n\n{_table(('endpoint', 'Python SDK', 'a member needs', 'older paths'), rows)}")
    per_field = [e for e in endpoints() if not isinstance(e.permission, str)]
    parts.append("### Permissions, field by field")
    for e in per_field:
        assert not isinstance(e.permission, str)
        fields = [(_code(field), _code(f"{e.resource}: {action}")) for field, action in e.permission.items()]
        parts.append(f"`{e.method} {e.path}`\n\n{_table(('a request with', 'needs'), fields)}")
    count = f"{len(endpoints())} operations are served."
    return "\n\n".join([count, *parts])


def _management() -> str:
    rows = [(f"`{e.method} {e.path.removeprefix('/pwa/v3')}`", _code(e.name)) for e in management.endpoints()]
    return f"{len(rows)} operations are served.\n\n{_table(('endpoint, below `/pwa/v3`', 'client'), rows)}"


def _needed(e: Endpoint) -> str:
    if e.public:
        return "no credentials at all"
    if isinstance(e.permission, str):
        return _code(f"{e.resource}: {e.permission}") if e.permission else ""
    return "[field by field](#permissions-field-by-field)"


def _elsewhere(e: Endpoint) -> str:
    return "<br>".join(_code(path) for path in e.aliases)


def _gaps() -> str:
    if not GAPS:
        return "The ledger is empty."
    names = sdk_methods()
    parts = [f"{len(GAPS)} operations answer 501."]
    for group, members in _grouped(GAPS, lambda gap: gap[1]):
        rows = [(f"`{method} {path}`", _code(names.get((method, shape(path)), ""))) for method, path in members]
        parts.append(f"### {group}\n\n{_table(('endpoint', 'Python SDK'), rows)}")
    return "\n\n".join(parts)


def _gaps_in_short() -> str:
    served, owed = len(endpoints()), len(GAPS)
    if not owed:
        return (
            f"Every operation of the official SDK is served. With those that other clients call it is {served}, and\n"
            f"{len(management.endpoints())} of the management API: [docs/endpoints.md](docs/endpoints.md)."
        )
    groups = [f"{group} ({len(list(members))})" for group, members in _grouped(GAPS, lambda gap: gap[1])]
    said = f": {', '.join(groups)}" if groups else ""
    return (
        f"Of the server API, {served} operations are served; {owed} answer 501 `not_implemented` for now{said}.\n"
        "The whole list is in [docs/gaps.md](docs/gaps.md)."
    )


def _errors() -> str:
    operations: dict[str, list[str]] = defaultdict(list)
    for prefix, served in (("", endpoints()), ("management.", management.endpoints())):
        for endpoint in sorted(served, key=lambda e: e.name):
            for error_type in refusals.of(endpoint):
                operations[error_type].append(f"`{prefix}{endpoint.name}`")
    known = {kind.error_type: kind for kind in errors.catalogue()}
    searched = {name for name in operations if name not in known}
    rows = []
    for name in sorted(known.keys() | searched):
        kind = known.get(name)
        texts = [text for text in refusals.when().get(name, []) if not text.startswith(("see ", "as "))]
        message = kind.message if kind else "A search filter's value is empty, or too short."
        rows.append(
            (
                _code(name),
                str(kind.status_code) if kind else "400",
                kind.confidence if kind else "S",
                message + (f" *{'; '.join(texts)}*" if texts else ""),
                ", ".join(operations[name]) or refusals.elsewhere(name),
            )
        )
    return f"{len(rows)} types.\n\n{_table(('error_type', 'status', 'known by', 'message, *when*', 'raised by'), rows)}"


def _confidence() -> str:
    kinds = errors.catalogue()
    count = Counter(kind.confidence for kind in kinds)
    rows = [(letter, meaning, str(count[letter])) for letter, meaning in _CONFIDENCE.items()]  # type: ignore[index]
    return _table(("letter", "the status is", "types"), rows)


def _inferred() -> str:
    return _table(("error_type", "status"), fidelity.inferred())


def _fidelity() -> str:
    return _table(("area", *fidelity.LEVELS), fidelity.summary())


BLOCKS: dict[str, Callable[[], str]] = {
    "sdks": _sdks,
    "commands": _commands,
    "handle": _handle,
    "settings": _settings,
    "endpoints": _endpoints,
    "management": _management,
    "gaps": _gaps,
    "gaps-in-short": _gaps_in_short,
    "errors": _errors,
    "confidence": _confidence,
    "inferred": _inferred,
    "fidelity": _fidelity,
}


# What they are made of


def sdk_methods() -> dict[tuple[str, str], str]:
    """The installed SDK's methods by the endpoint that each calls: ``("POST", "/v1/b2b/organizations")`` →
    ``organizations.create``. Parameters in a path are ``{}``: names differ."""
    import stytch

    client = stytch.B2BClient("project-test-00000000-0000-4000-8000-000000000000", "secret", suppress_warnings=True)
    return dict(_methods_of(client, ()))


def _methods_of(api: object, prefix: tuple[str, ...]) -> Iterator[tuple[tuple[str, str], str]]:
    for name, part in vars(api).items():
        if not name.startswith("_") and type(part).__module__.startswith(("stytch.b2b.api", "stytch.consumer.api")):
            yield from _methods_of(part, (*prefix, name))
    for name, function in inspect.getmembers(type(api), inspect.isfunction) if prefix else ():
        source = inspect.getsource(function)
        url = re.search(r'url_for\(\s*f?"([^"]+)"', source)
        verb = re.search(r"sync_client\.(get|post|put|delete)", source)
        if url and verb and not name.startswith("_") and not name.endswith("_async"):
            yield (verb[1].upper(), shape(url[1])), ".".join((*prefix, name))


def shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


def _grouped(found: Iterable[T], path_of: Callable[[T], str]) -> Iterator[tuple[str, list[T]]]:
    """By resource: ``sso`` of ``/v1/b2b/sso/saml/{organization_id}``."""

    def resource(item: T) -> str:
        parts = [part for part in path_of(item).split("/")[2:] if part != "b2b"]
        return parts[0]

    for name, members in groupby(sorted(found, key=lambda item: (resource(item), path_of(item))), resource):
        yield name, list(members)


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def main(arguments: list[str]) -> int:
    outdated = stale()
    names = ", ".join(path.relative_to(ROOT).as_posix() for path in outdated)
    if arguments == ["--check"]:
        if outdated:
            sys.stderr.write(f"out of date: {names}. Run: make docs\n")
        return bool(outdated)
    if arguments:
        sys.stderr.write("usage: python -m tools.docs [--check]\n")
        return 2
    for path in outdated:
        path.write_text(written(_read(path)), encoding="utf-8")
    sys.stdout.write(f"written: {names or 'nothing, all is up to date'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
