"""Every refusal that an operation can give is provoked by a test: none goes by unseen."""

import ast
from collections.abc import Iterator
from pathlib import Path

import mockstytch
from mockstytch import errors
from mockstytch.domain.organizations import member_search, organization_search
from mockstytch.errors import Kind

PACKAGE, TESTS = Path(mockstytch.__file__).parent, Path(__file__).parents[1]
SEARCHES = {
    "organization": organization_search.FILTERS,
    "member": member_search.FILTERS | {"member_roles": member_search.Filter("strings", lambda _: None)},
}

# Refusals that no test provokes, each with its reason.
EXCEPT: dict[str, str] = {}


def trees(folder: Path) -> Iterator[ast.Module]:
    for path in sorted(folder.rglob("*.py")):
        if path != Path(__file__):
            yield ast.parse(path.read_text(encoding="utf-8"))


def raised() -> set[str]:
    """The error types that operations, rules and the edge name."""
    found: set[str] = set()
    for tree in (tree for name in ("api", "domain", "http", "management") for tree in trees(PACKAGE / name)):
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "errors":
                found |= types(getattr(errors, node.attr, None))
    return found | searched()


def types(named: object) -> set[str]:
    """Of one kind, or of a family of kinds."""
    kinds = named.values() if isinstance(named, dict) else [named]
    return {kind.error_type for kind in kinds if isinstance(kind, Kind)}


def searched() -> set[str]:
    """The types that the searches make of their filters' names."""
    found: set[str] = set()
    for what, filters in SEARCHES.items():
        for name, wanted in filters.items():
            if wanted.kind != "boolean":
                found |= types(errors.search_missing(what, wanted.errors_as or name))
            if wanted.kind == "fuzzy":
                found |= types(errors.search_fuzzy_too_short(what, name))
    return found


def provoked() -> set[str]:
    """All that tests speak of."""
    constants = (node for tree in trees(TESTS) for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {constant.value for constant in constants if isinstance(constant.value, str)}


def test_each_refusal_is_provoked():
    assert raised() - provoked() - EXCEPT.keys() == set()


def test_an_exception_that_is_needed_no_more_goes():
    assert {name for name in EXCEPT if name in provoked() or name not in raised()} == set()


def test_this_test_sees_something():
    """It reads the code: were it written otherwise, nothing would be found any more."""
    assert len(raised()) > 100
    assert {"organization_not_found", "invalid_email", "no_default_login_redirect_url_set"} <= raised()
