"""Find which operation returns which errors, and when, in the code: ``python -m tools.refusals``.

An operation's errors are the errors of its request's fields, and the errors that its function names, or a function that
it calls (``tools/callgraph.py`` follows the calls). "When" is what the ``Raises:`` sections of their docstrings say.

The command checks that each entry of a ``Raises:`` section is a clause that begins with "if". It prints one line for
each that doesn't, and exits with 1 if there are any. ``--at-most N`` accepts up to N, and prints only their number.
"""

import argparse
import ast
import re
import sys
from collections import defaultdict
from collections.abc import Container, Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo

import mockstytch
from mockstytch import errors
from mockstytch.domain.organizations import member_search, organization_search
from mockstytch.domain.shared.search import Filter
from mockstytch.surfaces.endpoint import Endpoint
from mockstytch.surfaces.fields import FieldError
from tools import impossible
from tools.callgraph import Call, Code, Function

_PACKAGE = Path(mockstytch.__file__).parent
_ROOT = _PACKAGE.parent
_RAISES = re.compile(r"^ *Raises:\n((?: +\S.*\n?)+)", re.MULTILINE)
_CLAUSE = re.compile(r"(?:the|there) [^,;:]*\b(?:is|are|was|has|have|can|must|\w+n't)\b[^,;:]*$")
_ENTRY = re.compile(r"^ *((?:[\w<>…]+)(?:, *[\w<>…]+)*): *(.*)$")

_SEARCHES: dict[str, tuple[str, dict[str, Filter]]] = {
    "organizations.search": ("organization", organization_search.FILTERS),
    # the filter by role depends on the organizations, so each search makes it
    "members.search": ("member", {**member_search.FILTERS, "member_roles": Filter("strings", lambda _: None)}),
}
_NOT_EMPTY = msgspec.Meta(min_length=1)

# Operations, and the rules that they share.
FOLDERS = ("api", "browser", "domain", "management", "oauth_server", "protocols")
CODE = Code(_PACKAGE, FOLDERS, errors, "mockstytch.errors")

# Modules of operations whose surface adds errors, each with the function that reads the fields of a request.
_READ_FIELDS = {"mockstytch.oauth_server.operations": Function("mockstytch.oauth_server.routes", "_read_fields")}

_PUBLIC_TOKENS = "surfaces/public_tokens.py"

# The parts of the server that aren't operations.
_PLACES = (
    ("the control API", ("control/*.py", "control/*/*.py", "seed/*.py", "snapshots/*.py", "surfaces/origin.py")),
    ("the browser API", ("browser/[!s]*.py", "browser/sdk_configuration.py", "browser/surface.py", _PUBLIC_TOKENS)),
    ("the pages of SSO", ("pages/sso.py", "pages/builtin_idp.py", "pages/surface.py", _PUBLIC_TOKENS)),
    ("the pages of OAuth", ("pages/oauth.py", "pages/consent.py", "pages/links.py", _PUBLIC_TOKENS)),
    # not fields.py, origin.py and public_tokens.py
    ("every request", ("surfaces/[!fop]*.py", "surfaces/fallback.py", "surfaces/faults/*.py", "runtime/*.py")),
)
# The rules that only these parts use: settings that only the control API changes, and logins on pages.
_RULES = (
    (
        "the control API",
        (
            "domain/login/impersonation.py",
            "domain/sessions/jwt_templates.py",
            "domain/rbac/rbac_policy.py",
            "domain/webhooks.py",
        ),
    ),
    ("the pages of SSO", ("domain/sso/*.py", "protocols/saml/*.py")),
    ("the pages of OAuth", ("domain/login/oauth.py",)),
    ("the OAuth metadata and consent page", ("domain/oauth_server/authorization.py",)),
)
# Errors of production that nothing here causes, for faults.
ONLY_FAULTS = ("captcha_failed", "too_few_tokens_authenticated")
_OF_STARTS = re.compile(r"(?:login|signup|provided)_(oauth|sso)_url")


class Entry(NamedTuple):
    """One entry of a ``Raises:`` section: the names, and when they are raised."""

    names: tuple[str, ...]
    when: str


def of(endpoint: Endpoint) -> set[str]:
    """Return the error types that an operation can return, without the errors of every request."""
    named = named_by(endpoint)
    return named - {error_type for error_type, _ in impossible.exclusions(endpoint, named)}


def named_by(endpoint: Endpoint) -> set[str]:
    """Return the error types that the code of an operation names."""
    module = endpoint.operation.__module__
    paths = [path for name, path in impossible.NOT_RAISING if name == endpoint.name]
    without = {Function(*path.rsplit(".", 1)) for path in paths}
    raised = CODE.raised(Call(Function(module, endpoint.operation.__name__)), without)
    if read_fields := _READ_FIELDS.get(module):
        raised |= CODE.raised(Call(read_fields))
    if endpoint.name in _SEARCHES:
        searched, filters = _SEARCHES[endpoint.name]
        raised -= {kind.error_type for kind in _of_filters(searched)} - set(_of_search(searched, filters))
        raised |= set(_of_search(searched, filters))
    in_path = set(re.findall(r"{(\w+)}", endpoint.path))
    return (
        raised
        | set(_of_fields(endpoint.request, in_path, _own_fields(endpoint)))
        | _of_permission(endpoint)
        | _of_sdk_calls(endpoint)
    )


def places(error_type: str) -> list[str]:
    """Return the parts of the server that name an error themselves, besides the operations."""
    return [place for place, paths in _PLACES if error_type in _named_in(paths)]


def elsewhere(error_type: str) -> str:
    """Return where an error comes from that no operation returns, and no place names itself."""
    if error_type in ONLY_FAULTS:
        return "faults only"
    if start := _OF_STARTS.search(error_type):
        return "the pages of SSO" if start[1] == "sso" else "the pages of OAuth"
    return next((place for place, paths in _RULES if error_type in _named_in(paths)), "")


@cache
def _named_in(paths: tuple[str, ...]) -> set[str]:
    """Return the error types that files name as ``errors.x``."""
    texts = [file.read_text(encoding="utf-8") for path in paths for file in sorted(_PACKAGE.glob(path))]
    names = {name for text in texts for name in re.findall(r"\berrors\.(\w+)\b", text)}
    kinds = [getattr(errors, name, None) for name in sorted(names)]
    return {kind.error_type for kind in kinds if isinstance(kind, errors.Kind)}


# Permissions, fields and searches


def _of_permission(endpoint: Endpoint) -> set[str]:
    """Return the errors of a request for a member who lacks the permission."""
    if not endpoint.permission:
        return set()
    fields = endpoint.request.__struct_fields__
    raised = [errors.session_authorization_error]
    if "organization_id" in fields:
        raised.append(errors.session_authorization_tenancy_error)
    if "trusted_metadata" in fields and not isinstance(endpoint.permission, str):
        raised.append(errors.cannot_update_trusted_metadata)
    return {kind.error_type for kind in raised}


def _own_fields(endpoint: Endpoint) -> tuple[str, ...]:
    """Return the fields that always come from the session, because only SDKs call the operation."""
    return endpoint.sdk_calls[0].own if endpoint.path.startswith("/sdk/") else ()


def _of_sdk_calls(endpoint: Endpoint) -> set[str]:
    """Return the errors of fields that the surface of browsers and mobile apps checks itself."""
    checked = {
        "trusted_metadata": errors.cannot_update_trusted_metadata,
        "session_duration_minutes": errors.invalid_session_duration,
    }
    fields = endpoint.request.__struct_fields__ if endpoint.sdk_calls else ()
    return {kind.error_type for field, kind in checked.items() if field in fields}


def _of_fields(
    model: type[msgspec.Struct], in_path: Container[str] = (), without: Container[str] = ()
) -> Iterator[str]:
    """Find the errors of the fields, except ``without``. A field in the path is always there, and never empty."""
    for field in msgspec.structs.fields(model):
        if field.name in without:
            continue
        parts = _parts(field)
        mark = next((part for part in parts if isinstance(part, FieldError)), None)
        can_fail = any(_limits(part) for part in parts if part != _NOT_EMPTY)
        if field.name not in in_path:
            can_fail = can_fail or field.required or _NOT_EMPTY in parts or (mark is not None and mark.or_type)
        if mark and can_fail:
            yield mark.error.error_type
        for part in (field.type, *get_args(field.type)):
            if isinstance(part, type) and get_origin(part) is None and issubclass(part, msgspec.Struct):
                yield from _of_fields(part)


def _parts(field: FieldInfo) -> list[object]:
    """Return the types and marks of a field, also those inside ``X | None`` and ``list[X]``."""
    found: list[object] = [field.type]
    for this in found:
        found += [part for part in (*get_args(this), *getattr(this, "__metadata__", ())) if part not in found]
    return found


def _limits(part: object) -> bool:
    """Return whether a value of the right JSON type can be refused."""
    is_enum = isinstance(part, type) and get_origin(part) is None and issubclass(part, Enum)
    return is_enum or isinstance(part, msgspec.Meta) or get_origin(part) is Literal


def _of_search(searched: str, filters: dict[str, Filter]) -> Iterator[str]:
    """The errors of a search that depend on the names and kinds of its filters."""
    expected = {
        "boolean": errors.search_expected_boolean,
        "strings": errors.search_expected_array_of_strings,
        "string": errors.search_expected_string,
        "fuzzy": errors.search_expected_string,
    }
    for name, filter_ in filters.items():
        kind = filter_.kind
        yield expected[kind][searched].error_type
        if kind != "boolean":
            yield errors.search_missing(searched, filter_.errors_as or name).error_type
        if kind == "fuzzy":
            yield errors.search_fuzzy_too_short(searched, name).error_type


def _of_filters(searched: str) -> list[errors.Kind]:
    families = (errors.search_expected_boolean, errors.search_expected_array_of_strings, errors.search_expected_string)
    return [family[searched] for family in families]


# Docstrings


@cache
def when() -> dict[str, list[str]]:
    """Return for each error type the clauses that say when it is raised, each once: "if the token is expired"."""
    clauses: dict[str, list[str]] = defaultdict(list)
    for name in CODE.names():
        for function, node in CODE.module(name).functions.items():
            for entry in entries(ast.get_docstring(node) or ""):
                clause = as_clause(entry.when)
                types = {t for n in entry.names for t in _matching(n, Function(name, function))}
                for error_type in sorted(types) if clause else ():
                    if clause not in clauses[error_type]:
                        clauses[error_type].append(clause)
    return clauses


def entries(docstring: str) -> list[Entry]:
    """Return the entries of a docstring's ``Raises:`` section.

    An entry continues on lines that are indented further, and after a comma between names.
    """
    section = _RAISES.search(docstring + "\n")
    lines = section[1].splitlines() if section else []
    indent = min((len(line) - len(line.lstrip()) for line in lines), default=0)
    joined: list[str] = []
    for line in lines:
        starts = line[indent] != " " and not (joined and joined[-1].endswith(","))
        if starts or not joined:
            joined.append(line.strip())
        else:
            joined[-1] += " " + line.strip()
    found = [match for line in joined if (match := _ENTRY.match(line))]
    return [Entry(tuple(re.split(r", *", match[1])), match[2].rstrip(".")) for match in found]


def as_clause(text: str) -> str:
    """Return the text as a clause that begins with "if", or "" if it isn't one: "see …", "it doesn't"."""
    if text.startswith("if "):
        return text
    return f"if {text}" if _CLAUSE.match(text) else ""


def _matching(name: str, function: Function) -> set[str]:
    """Return the error types of a name. A pattern such as ``no_<type>_url`` matches errors that the function raises."""
    if "<" not in name and "…" not in name:
        return {name}
    pattern = re.compile(re.sub(r"<\w+>|…", r"\\w+", name))
    return {error_type for error_type in CODE.raised(Call(function)) if pattern.fullmatch(error_type)}


def violations() -> list[str]:
    """Return the entries of ``Raises:`` sections that aren't a clause with "if", each with its place."""
    found = []
    for path in sorted(_PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                for entry in entries(ast.get_docstring(node) or ""):
                    if not entry.when.startswith("if "):
                        place = f"{path.relative_to(_ROOT).as_posix()}:{node.lineno}"
                        found.append(f'{place}: "{", ".join(entry.names)}: {entry.when}" must begin with "if"')
    return found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.refusals", description="Check the entries of Raises:.")
    parser.add_argument("--at-most", type=int, default=0, metavar="N", help="accept N entries (default: 0)")
    options = parser.parse_args(arguments)
    found = violations()
    accepted = len(found) <= options.at_most
    for line in found if options.at_most == 0 or not accepted else ():
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(f'{len(found)} entries of "Raises:" to rewrite; at most {options.at_most} accepted\n')
    return 0 if accepted else 1


if __name__ == "__main__":
    sys.exit(main())
