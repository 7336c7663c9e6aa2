"""Which operation refuses with which errors, and when: read from the code, not from a list that somebody keeps.

An operation's errors are those that its request's fields say, and those named in the functions that it calls, and in
those that they call, within ``api``, ``domain`` and ``management``. "When" is what the ``Raises:`` of their docstrings
says.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import msgspec

import mockstytch
from mockstytch import errors
from mockstytch.errors import Kind
from mockstytch.surfaces.endpoint import Endpoint
from mockstytch.surfaces.validation import _said_by

_PACKAGE = Path(mockstytch.__file__).parent
_RAISES = re.compile(r"^ *Raises:\n((?: +\S.*\n?)+)", re.MULTILINE)
_ENTRY = re.compile(r"^ *((?:[\w<>…]+)(?:, *[\w<>…]+)*): (.+)$")

_FOLDERS = ("api", "domain", "management", "oauth_server", "protocols")  # where operations and rules are
# rules about what only the control API changes
_OF_SETTINGS = tuple(
    f"domain/{name}.py" for name in ("login/impersonation", "sessions/jwt_templates", "rbac/rbac_policy", "webhooks")
)
_OF_STARTS = re.compile(r"(?:login|signup|provided)_(oauth|sso)_url")
_TABLES = (
    "_VALIDATORS",
    "_IMPORTS",
    "FILTERS",
    "_NEEDED",
    "_URLS",
)  # where functions lie that are called by way of a table

Function = tuple[str, str]  # its module, and its name


def of(endpoint: Endpoint) -> set[str]:
    """The error types that an operation can answer with, beside those that every request can meet."""
    found = set(_of_fields(endpoint.request))
    singular = {"organizations": "organization", "members": "member"}.get(endpoint.name.partition(".")[0], "")
    start = (endpoint.operation.__module__, endpoint.operation.__name__)
    words = {singular}.union(*(_words(function) for function in _reached(start) if function[0] == start[0]))
    for function in _reached(start):
        for name in _named(function):
            found |= _types(getattr(errors, name, None), words)
    # the rule for redirect URLs serves OAuth and SSO as well, whose starts are pages and no operations
    return {name for name in found if not _OF_STARTS.search(name)} | _of_searches(endpoint, singular)


def elsewhere(error_type: str) -> str:
    """Where an error comes from that no operation names itself."""
    if start := _OF_STARTS.search(error_type):
        return "the pages of SSO" if start[1] == "sso" else "the pages of OAuth"
    for place, paths in (
        ("the control API", ("control/*.py", "surfaces/origin.py", *_OF_SETTINGS)),
        ("the pages of SSO", ("pages/sso.py", "pages/builtin_idp.py", "domain/sso/*.py", "protocols/saml/*.py")),
        ("the pages of OAuth", ("pages/*.py", "domain/login/oauth.py")),
        ("every request", ("surfaces/*.py", "runtime/*.py")),
    ):
        texts = [file.read_text(encoding="utf-8") for path in paths for file in _PACKAGE.glob(path)]
        if any(f"errors.{error_type}" in text for text in texts):
            return place
    return ""


@cache
def when() -> dict[str, list[str]]:
    """For each error type what docstrings say about when it is raised, each text once."""
    texts: dict[str, list[str]] = defaultdict(list)
    for module in _modules():
        for node in ast.walk(_tree(module)):
            if isinstance(node, ast.FunctionDef):
                for names, text in _entries(ast.get_docstring(node) or ""):
                    for name in names:
                        if text not in texts[name]:
                            texts[name].append(text)
    return texts


def _entries(docstring: str) -> Iterator[tuple[list[str], str]]:
    """``(["a", "b"], "why")`` for each entry of a docstring's ``Raises:``; an entry may go on in the next line."""
    section = _RAISES.search(docstring + "\n")
    if not section:
        return
    joined: list[str] = []
    for line in section[1].splitlines():
        if joined and not _ENTRY.match(line):
            joined[-1] += " " + line.strip()
        else:
            joined.append(line)
    for line in joined:
        entry = _ENTRY.match(line)
        if entry:
            yield re.split(r", *", entry[1]), entry[2].rstrip(".")


def _of_fields(model: type[msgspec.Struct]) -> Iterator[str]:
    for field in msgspec.structs.fields(model):
        said = _said_by(field)
        if said:
            yield said.error.error_type
        for part in (field.type, *getattr(field.type, "__args__", ())):
            if isinstance(part, type) and issubclass(part, msgspec.Struct):
                yield from _of_fields(part)


def _of_searches(endpoint: Endpoint, searched: str) -> set[str]:
    """The types that a search makes of its filters' names."""
    found: set[str] = set()
    if searched and endpoint.operation.__name__ == "search_":
        module = import_module(f"mockstytch.domain.organizations.{searched}_search")
        for name, wanted in module.FILTERS.items():
            if wanted.kind != "boolean":
                found.add(errors.search_missing(searched, wanted.errors_as or name).error_type)
            if wanted.kind == "fuzzy":
                found.add(errors.search_fuzzy_too_short(searched, name).error_type)
    return found


def _types(named: object, words: set[str]) -> set[str]:
    """Of one kind, or of those of a family that the function's words choose."""
    if isinstance(named, dict):
        return {kind.error_type for key, kind in named.items() if key in words or not words & named.keys()}
    return {named.error_type} if isinstance(named, Kind) else set()


@cache
def _modules() -> list[str]:
    files = [path for folder in _FOLDERS for path in sorted((_PACKAGE / folder).rglob("*.py"))]
    names = [".".join(path.relative_to(_PACKAGE).with_suffix("").parts) for path in files if path.stem != "__init__"]
    return [f"mockstytch.{name}" for name in names]


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(_PACKAGE.joinpath(*module.split(".")[1:]).with_suffix(".py").read_text(encoding="utf-8"))


@cache
def _functions(module: str) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in _tree(module).body if isinstance(node, ast.FunctionDef)}


@cache
def _imports(module: str) -> dict[str, str]:
    """The names under which a module knows others of ours."""
    found = {}
    for node in _tree(module).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mockstytch"):
            found.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
    return found


def _reached(start: Function) -> set[Function]:
    """A function, all that it calls, and so on."""
    seen: set[Function] = set()
    waiting = [start]
    while waiting:
        function = waiting.pop()
        if function not in seen:
            seen.add(function)
            waiting += _called(function)
    return seen


@cache
def _called(function: Function) -> list[Function]:
    """The functions of ours that a function names, be it to call them or to hand them over."""
    module, name = function
    found: list[Function] = []
    for node in ast.walk(_functions(module)[name]):
        if isinstance(node, ast.Name) and node.id in _functions(module):
            found.append((module, node.id))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            other = _imports(module).get(node.value.id)
            if other in _modules() and node.attr in _functions(other):
                found.append((other, node.attr))
        elif isinstance(node, ast.Name) and node.id in _TABLES:
            found += [(module, check) for check in _functions(module) if check in ast.dump(_table(module, node.id))]
    return found


def _table(module: str, name: str) -> ast.AST:
    for node in _tree(module).body:
        targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return node
    raise KeyError(name)


@cache
def _named(function: Function) -> set[str]:
    """The errors that a function names; those of the tables that it uses as well."""
    module, name = function
    nodes: list[ast.AST] = [_functions(module)[name]]
    nodes += [
        _table(module, node.id) for node in ast.walk(nodes[0]) if isinstance(node, ast.Name) and node.id in _TABLES
    ]
    return {
        node.attr
        for root in nodes
        for node in ast.walk(root)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "errors"
    }


@cache
def _words(function: Function) -> frozenset[str]:
    module, name = function
    nodes = ast.walk(_functions(module)[name])
    return frozenset(n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))
