"""Write the generated parts of the documentation: ``python -m tools.docs``.

A generated part is between ``<!-- generated: NAME -->`` and ``<!-- end: NAME -->``. The rest of a page is written by
hand. ``--check`` writes nothing: it prints one line for each page that is out of date, and then exits with 1.
"""

import inspect
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TypeVar

import msgspec

from mockstytch import api, empty_values, errors
from mockstytch.about.openapi.document import build
from mockstytch.app import create_app, endpoints
from mockstytch.browser import sdk_configuration, sdk_operations
from mockstytch.cli import cli
from mockstytch.console.snippets import CODE, NAMES
from mockstytch.faults.rate_limits import PRODUCTION
from mockstytch.gaps import GAPS
from mockstytch.management import operations as management_operations
from mockstytch.management import routes as management
from mockstytch.parity.sending.operations import known_operations
from mockstytch.seed.schema import seed_schema
from mockstytch.store.records.projects import ProjectSettings
from mockstytch.surfaces.endpoint import Endpoint, SdkCall, endpoints_of
from tools import architecture, coverage, error_tables, fidelity, handle, parity_coverage

ROOT = Path(__file__).parent.parent
T = TypeVar("T")
_BLOCK = re.compile(r"(<!-- generated: ([\w-]+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)
_CONFIDENCE: dict[errors.Confidence, str] = {
    "D": "documented, or recorded from the real API",
    "S": "taken from an official SDK, or the only status left: the documented lists of the others don't have the type",
    "I": "inferred from the type's name and from similar types",
    "M": "only mockstytch has this error",
}


def pages() -> Iterator[Path]:
    """Find the pages with a generated part."""
    yield from (path for path in [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))] if _BLOCK.search(_read(path)))


def render(page: str) -> str:
    """Return a page's text with its generated parts written again.

    Raises:
        KeyError: if the page has a part with an unknown name.
    """
    return _BLOCK.sub(lambda part: f"{part[1]}\n{BLOCKS[part[2]]().strip()}\n\n{part[3]}", page)


def stale() -> list[Path]:
    """Return the pages and files that are out of date."""
    files = [path for path, write in FILES.items() if not path.exists() or _read(path) != write()]
    return [*(path for path in pages() if render(_read(path)) != _read(path)), *files]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


# The parts


def _sdks() -> str:
    """Return the output of ``mockstytch env`` as files."""
    before = {"python": "import os\n\nimport stytch\n\n", "node": 'const stytch = require("stytch");\n\n'}
    languages = {"node": "js", "browser": "js", "dotnet": "csharp"}
    blocks_by_sdk = {sdk: before.get(sdk, "") + lines for sdk, lines in CODE.items() if sdk != "browser"}
    blocks_by_sdk["python"] = _formatted(blocks_by_sdk["python"])
    blocks = [f"```{languages.get(sdk, sdk)}\n{lines}\n```" for sdk, lines in blocks_by_sdk.items()]
    titles = (f"{NAMES.get(sdk, sdk.capitalize())}:" for sdk in blocks_by_sdk)
    return "\n\n".join(f"{title}\n\n{block}" for title, block in zip(titles, blocks, strict=True))


def _formatted(code: str) -> str:
    """Format code in the same way as ``ruff format``, which also checks code in pages."""
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", "block.py", "-"]
    done = subprocess.run(command, cwd=ROOT, input=code, capture_output=True, text=True, check=True)  # noqa: S603 · our own
    return done.stdout.strip()


def _commands() -> str:
    import click

    def commands(group: click.Group, prefix: str) -> Iterator[tuple[str, click.Command]]:
        """Find the commands of a group and of the groups in it, by their full names."""
        with click.Context(group) as ctx:
            for name in group.list_commands(ctx):
                command = group.get_command(ctx, name)
                if isinstance(command, click.Group):
                    yield from commands(command, f"{prefix}{name} ")
                elif command is not None:
                    yield prefix + name, command

    parts = []
    with click.Context(cli) as group:
        for name, command in commands(cli, ""):
            with click.Context(command, parent=group, info_name=name) as ctx:
                usage = " ".join(["mockstytch", name, *command.collect_usage_pieces(ctx)])
            summary = (command.help or "").partition("\n\n")[0].replace("\n", " ")
            rows = [
                (f"`{' '.join(o.opts)}`", f"`{o.envvar}`" if o.envvar else "", (o.help or "").rstrip("."))
                for o in command.params
                if isinstance(o, click.Option)
            ]
            table = _table(("option", "variable", ""), rows)
            parts.append(f"## `mockstytch {name}`\n\n{summary}\n\n```text\n{usage}\n```\n\n{table}")
    return "\n\n".join(parts)


def _handle() -> str:
    parts = []
    for name, part in handle.PARTS.items():
        about = (inspect.getdoc(part) or "").partition("\n\n")[0]
        parts.append(f"## `{name}`\n\n{about}\n\n{_table(('call', 'does'), handle.rows(name))}")
    return "\n\n".join(parts)


def _settings() -> str:
    """Return the settings, with their descriptions from the ``Attributes`` section of the class."""
    section = inspect.cleandoc(ProjectSettings.__doc__ or "").partition("Attributes:\n")[2]
    described = dict(re.findall(r"^    (\w+): (.+(?:\n {8}.+)*)", section, re.MULTILINE))
    values = msgspec.to_builtins(ProjectSettings())
    rows = []
    for field in msgspec.structs.fields(ProjectSettings):  # a setting that is an object: its class describes it
        sentence = described.get(field.name) or (inspect.getdoc(field.type) or "").partition("\n\n")[0]
        text = re.sub(r"\s+", " ", sentence).replace("``", "`").replace("None", "`null`").rstrip(".")
        rows.append((_code(field.name), _default(values[field.name]), text[:1].lower() + text[1:]))
    return _table(("setting", "default", "meaning"), rows)


def _default(value: object) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "the same as in a new project in production"
    if isinstance(value, dict) and all(isinstance(part, dict) for part in value.values()):
        return "everything is allowed"
    return _code(json.dumps(value))


def _endpoints() -> str:
    names = sdk_methods()
    parts = []
    for group, members in _grouped(endpoints(), lambda e: e.path):
        rows = [
            (f"`{e.method} {e.path}`", _code(names.get((e.method, shape(e.path)), "")), _needed(e), _elsewhere(e))
            for e in members
        ]
        parts.append(f"### {group}\n\n{_table(('endpoint', 'Python SDK', 'required permission', 'older paths'), rows)}")
    per_field = [e for e in endpoints() if not isinstance(e.permission, str)]
    parts.append("### Permissions by field")
    for e in per_field:
        assert not isinstance(e.permission, str)
        fields = [(_code(field), _code(f"{e.resource}: {action}")) for field, action in e.permission.items()]
        parts.append(f"`{e.method} {e.path}`\n\n{_table(('field of the request', 'required permission'), fields)}")
    count = f"{len(endpoints())} operations are implemented."
    return "\n\n".join([count, *parts])


def _sdk_calls() -> str:
    """Return a table of the browser API's calls for each resource in their paths."""
    calls = [(endpoint, call) for endpoint in [*endpoints_of(api), *sdk_operations.api] for call in endpoint.sdk_calls]
    parts = [f"{len(calls)} calls are implemented."]
    head = ("call, below `/sdk/v1`", "the same as", "session", "setting")
    for group, members in _grouped(calls, lambda found: f"/sdk/v1{found[1].path}", skip=3):
        rows = [(f"`{call.method} {call.path}`", *_about_call(endpoint, call)) for endpoint, call in members]
        parts.append(f"### {group} (browser API)\n\n{_table(head, rows)}")
    return "\n\n".join(parts)


def _about_call(endpoint: Endpoint, call: SdkCall) -> tuple[str, str, str]:
    """Return the operation, the session that it needs, and the setting that turns it off."""
    operation = "" if endpoint.path.startswith("/sdk/") else _code(f"{endpoint.method} {endpoint.path}")
    sessions = {"required": "yes", "token": "yes", "any": "yes, or an intermediate session", "optional": "optional"}
    needs_permissions = sdk_configuration.is_about_others(endpoint, call)
    settings = [call.feature, "basic.enable_member_permissions" if needs_permissions else ""]
    return operation, sessions.get(call.session, ""), "<br>".join(_code(name) for name in settings if name)


def _management() -> str:
    rows = [(f"`{e.method} {e.path.removeprefix('/pwa/v3')}`", _code(e.name)) for e in management.endpoints()]
    return f"{len(rows)} operations are implemented.\n\n{_table(('endpoint, below `/pwa/v3`', 'client'), rows)}"


def _needed(e: Endpoint) -> str:
    if e.public:
        return "none; public"
    if isinstance(e.permission, str):
        return _code(f"{e.resource}: {e.permission}") if e.permission else ""
    return "[depends on the fields](#permissions-by-field)"


def _elsewhere(e: Endpoint) -> str:
    return "<br>".join(_code(path) for path in e.aliases)


def _gaps() -> str:
    if not GAPS:
        return "There are no gaps."
    names = sdk_methods()
    parts = [f"{len(GAPS)} operations return 501."]
    for group, members in _grouped(GAPS, lambda gap: gap[1]):
        rows = [(f"`{method} {path}`", _code(names.get((method, shape(path)), ""))) for method, path in members]
        parts.append(f"### {group}\n\n{_table(('endpoint', 'Python SDK'), rows)}")
    return "\n\n".join(parts)


def _gaps_in_short() -> str:
    count = (
        f"{len(endpoints())} API operations and {len(management.endpoints())} management operations are implemented."
    )
    if not GAPS:
        return f"{count}\nThe list is in [docs/endpoints.md](docs/endpoints.md)."
    groups = [f"{group} ({len(list(members))})" for group, members in _grouped(GAPS, lambda gap: gap[1])]
    return (
        f"{count}\n{len(GAPS)} return 501 `not_implemented`: {', '.join(groups)}.\n"
        "The list is in [docs/gaps.md](docs/gaps.md)."
    )


def _errors() -> str:
    return error_tables.render(_sdk_name, _table)


def _sdk_name(endpoint: Endpoint) -> str:
    return sdk_methods().get((endpoint.method, shape(endpoint.path)), "")


def _confidence() -> str:
    count = error_tables.letters(_sdk_name)
    rows = [(letter, meaning, str(count[letter])) for letter, meaning in _CONFIDENCE.items()]
    return _table(("letter", "the status is", "types"), rows)


def _inferred() -> str:
    return _table(("error_type", "status"), fidelity.inferred())


def _empty_values() -> str:
    """Return what empty lists and maps mean: a row for each field and meaning, with the operations."""
    rows: dict[tuple[str, empty_values.Empty], list[str]] = {}
    for endpoint in [*endpoints_of(api), *endpoints_of(management_operations)]:
        for field, _ in empty_values.lists_and_maps(endpoint.request):
            if meaning := empty_values.meaning(endpoint.request, field):
                rows.setdefault((field, meaning), []).append(f"`{endpoint.name}`")
    table = [(f"`{field}`", str(meaning), ", ".join(names)) for (field, meaning), names in sorted(rows.items())]
    return _table(("field", "an empty value is", "operations"), table)


def _fidelity() -> str:
    return _table(("area", *fidelity.LEVELS), fidelity.summary())


def _coverage() -> str:
    calls = [call for endpoint in [*endpoints_of(api), *sdk_operations.api] for call in endpoint.sdk_calls]
    groups = _grouped(calls, lambda call: f"/sdk/v1{call.path}", skip=3)
    resources = {resource: len(members) for resource, members in groups}
    modules = Counter(endpoint.name.partition(".")[0] for endpoint in endpoints())
    head = ("feature", "API operations", "browser calls", *fidelity.LEVELS, "statements")
    return _table(head, coverage.rows(modules, resources, len(management.endpoints())))


def _openapi() -> str:
    """Return the OpenAPI document of a server with the default options. Each operation and component is one line."""
    return _json(build(create_app().table.routes, "http://localhost:4700"), 2)


def _json(value: object, levels: int, indent: str = "") -> str:
    """Return a value as JSON.

    Args:
        levels: the number of levels of objects that are written on several lines.
    """
    if levels < 0 or not isinstance(value, dict) or not value:
        return json.dumps(value, separators=(",", ":"))
    lines = [f"{indent} {json.dumps(name)}: {_json(item, levels - 1, indent + ' ')}" for name, item in value.items()]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}" + ("\n" if not indent else "")


def _rate_limits() -> str:
    rows = []
    for shared in PRODUCTION:
        names = "<br>".join(_code(name) for name in shared.operations)
        limit = f"{shared.limit.requests} in {shared.limit.seconds} s"
        rows.append((names, limit, _code(shared.limit.per) or "project", shared.confidence, shared.source))
    return _table(("operations", "requests", "for each", "known by", "source"), rows)


BLOCKS: dict[str, Callable[[], str]] = {
    "sdks": _sdks,
    "commands": _commands,
    "handle": _handle,
    "settings": _settings,
    "endpoints": _endpoints,
    "sdk-calls": _sdk_calls,
    "management": _management,
    "gaps": _gaps,
    "gaps-in-short": _gaps_in_short,
    "empty-values": _empty_values,
    "errors": _errors,
    "confidence": _confidence,
    "inferred": _inferred,
    "fidelity": _fidelity,
    "coverage": _coverage,
    "rate-limits": _rate_limits,
    "parity": lambda: _table(("", ""), parity_coverage.summary(_sdk_name)),
    "parity-needs": lambda: _table(("needs", "given with", "probes"), parity_coverage.needs()),
    "parity-operations": lambda: _table(
        ("operation", "successful calls", "error types"), parity_coverage.operations(known_operations())
    ),
    "parity-errors": lambda: _table(("reason", "types", "error types without a probe"), parity_coverage.error_types()),
    "packages": architecture.picture,
    "package-table": architecture.table,
}


FILES: dict[Path, Callable[[], str]] = {
    ROOT / "docs" / "seed-schema.json": lambda: json.dumps(seed_schema(), indent=2) + "\n",
    ROOT / "docs" / "openapi.json": _openapi,
}


# What they are made of


@cache
def sdk_methods(client: object = None) -> dict[tuple[str, str], str]:
    """Return the installed SDK's methods, by method and path: ``("POST", "/v1/b2b/organizations")`` →
    ``organizations.create``. The path has ``{}`` for each parameter, because their names differ.

    Args:
        client: a client of the SDK; a ``B2BClient`` by default.
    """
    import stytch

    project_id = "project-test-00000000-0000-4000-8000-000000000000"
    return dict(_methods_of(client or stytch.B2BClient(project_id, "secret", suppress_warnings=True), ()))


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
    """Return a path with ``{}`` for each parameter."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def _grouped(found: Iterable[T], path_of: Callable[[T], str], skip: int = 2) -> Iterator[tuple[str, list[T]]]:
    """Group items by the resource in their path, for example ``sso`` in ``/v1/b2b/sso/saml/{organization_id}``.

    Args:
        skip: the number of parts before ``b2b`` or the resource; the first is empty.
    """

    def resource(item: T) -> str:
        parts = [part for part in path_of(item).split("/")[skip:] if part != "b2b"]
        return parts[0]

    for name, members in groupby(sorted(found, key=lambda item: (resource(item), path_of(item))), resource):
        yield name, list(members)


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def main(arguments: list[str]) -> int:
    outdated = [path.relative_to(ROOT).as_posix() for path in stale()]
    if arguments == ["--check"]:
        for name in outdated:
            sys.stderr.write(f"{name} is out of date. Run: make docs\n")
        return bool(outdated)
    if arguments:
        sys.stderr.write("usage: python -m tools.docs [--check]\n")
        return 2
    for name in outdated:
        path = ROOT / name
        path.write_text(FILES[path]() if path in FILES else render(_read(path)), encoding="utf-8")
    sys.stdout.write(f"Written: {', '.join(outdated)}\n" if outdated else "All pages are up to date.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
