"""The generated part of ``docs/errors.md``: one table for each heading in the catalogue, and a table of contents."""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

from mockstytch import errors
from mockstytch.app import endpoints
from mockstytch.browser import sdk_operations
from mockstytch.management import routes as management
from mockstytch.surfaces.endpoint import Endpoint
from tools import refusals

# The modules of the catalogue, in the order of the page.
AREAS = {
    "organizations": "Organizations",
    "members": "Members",
    "login": "Logins",
    "sessions": "Sessions",
    "rbac": "RBAC",
    "sso": "SSO",
    "scim": "SCIM",
    "oauth_server": "OAuth",
    "fraud": "Fraud",
    "management": "Management API",
    "requests": "All requests",
}
_FILTERS = "S"  # the letter of types that are made of the filters' names
HEAD = ("error_type", "status", "known by", "message", "when", "raised by")
_HEADING = re.compile(r"^# ([A-Z].*?)(?: \(.*\))?$")


def headings() -> dict[str, dict[str, list[str]]]:
    """Return the error types of each area, by the heading above them in the catalogue."""
    found: dict[str, dict[str, list[str]]] = {}
    seen: set[str] = set()
    for module in AREAS:
        path = Path(errors.__file__).with_name(f"{module}.py")
        found[module] = groups = defaultdict(list)
        for heading, name in _declarations(path.read_text(encoding="utf-8")):
            value = getattr(errors, name, None)
            for kind in value.values() if isinstance(value, dict) else [value]:
                if isinstance(kind, errors.Kind) and kind.error_type not in seen:
                    seen.add(kind.error_type)
                    groups[heading].append(kind.error_type)
    return found


def _declarations(text: str) -> list[tuple[str, str]]:
    """Return the variables of a module, each with the heading above it."""
    lines = {number: match[1] for number, line in enumerate(text.splitlines(), 1) if (match := _HEADING.match(line))}
    found = []
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            heading = next((lines[n] for n in sorted(lines, reverse=True) if n < node.lineno), "")
            found.append((heading, node.targets[0].id))
    return found


def operations(sdk_names: Callable[[Endpoint], str]) -> dict[str, list[str]]:
    """Return the operations that raise each error type, by their names on the page."""
    found: dict[str, set[str]] = defaultdict(set)
    for endpoint in [*endpoints(), *sdk_operations.api]:
        for error_type in refusals.of(endpoint):
            found[error_type].add(f"`{sdk_names(endpoint) or f'{endpoint.method} {endpoint.path}'}`")
    for endpoint in management.endpoints():
        for error_type in refusals.of(endpoint):
            found[error_type].add(f"`management.{endpoint.name}`")
    return {error_type: sorted(names) for error_type, names in found.items()}


def letters(sdk_names: Callable[[Endpoint], str]) -> Counter[str]:
    """Return how many types have each letter. Types made of the filters' names count, too."""
    kinds = _kinds()
    made = operations(sdk_names).keys() - kinds.keys()
    return Counter([*(each[0].confidence for each in kinds.values()), *(_FILTERS for _ in made)])


def render(sdk_names: Callable[[Endpoint], str], table: Callable[..., str]) -> str:
    """Return the table of contents and the tables."""
    raised = operations(sdk_names)
    kinds = _kinds()
    areas = headings()
    searches = [name for name in raised if name not in kinds]  # made of the filters' names
    areas["organizations"]["Search"] += searches
    parts, contents = [], []
    for module, groups in areas.items():
        links = [f"[{heading}](#{_anchor(heading)}) ({len(names)})" for heading, names in groups.items()]
        contents.append((AREAS[module], " · ".join(links)))
        for heading, names in groups.items():
            rows = [_row(name, kinds.get(name, []), raised) for name in sorted(names)]
            parts.append(f"## {heading}\n\n{table(HEAD, rows)}")
    count = sum(len(names) for groups in areas.values() for names in groups.values())
    return "\n\n".join([f"{count} types.", table(("area", "errors"), contents), *parts])


def _kinds() -> dict[str, list[errors.Kind]]:
    """Return the declared errors by their type. OAuth has types with two statuses."""
    found: dict[str, list[errors.Kind]] = defaultdict(list)
    for value in vars(errors).values():
        for kind in value.values() if isinstance(value, dict) else [value]:
            if isinstance(kind, errors.Kind) and kind not in found[kind.error_type]:
                found[kind.error_type].append(kind)
    return {name: sorted(kinds, key=lambda kind: kind.status_code) for name, kinds in found.items()}


def _row(name: str, kinds: list[errors.Kind], raised: Mapping[str, list[str]]) -> tuple[str, ...]:
    message = " / ".join(dict.fromkeys(kind.message for kind in kinds))
    return (
        f"`{name}`",
        ", ".join(dict.fromkeys(str(kind.status_code) for kind in kinds)) or "400",
        ", ".join(dict.fromkeys(kind.confidence for kind in kinds)) or _FILTERS,
        message or "The value of a search filter is empty or too short.",
        sentence(refusals.when().get(name, [])),
        ", ".join([*raised.get(name, []), *refusals.places(name)]) or refusals.elsewhere(name),
    )


def sentence(clauses: list[str]) -> str:
    """Return clauses that begin with "if" as one sentence.

    >>> sentence(["if the slug is taken", "if the name is too long"])
    'Returned if the slug is taken, or if the name is too long.'
    """
    texts = [clause.replace("``", "`") for clause in clauses]
    if not texts:
        return ""
    if len(texts) == 1:
        return f"Returned {texts[0]}."
    separator = "; " if len(texts) > 2 or any("," in text or ";" in text for text in texts) else ", "
    return f"Returned {separator.join(texts[:-1])}{separator}or {texts[-1]}."


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
