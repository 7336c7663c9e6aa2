"""Every error that the code can raise is expected by a test."""

import ast
from collections.abc import Iterator
from pathlib import Path

import mockstytch
from mockstytch import errors
from mockstytch.app import endpoints
from mockstytch.errors import Kind
from mockstytch.management import routes as management
from tools import refusals

PACKAGE, TESTS = Path(mockstytch.__file__).parent, Path(__file__).parents[1]
CATALOGUE = PACKAGE / "errors"

# Errors that no test expects, each with its reason.
UNTESTED: dict[str, str] = {}


def trees(folder: Path, without: Path) -> Iterator[ast.Module]:
    for path in sorted(folder.rglob("*.py")):
        if not path.is_relative_to(without):
            yield ast.parse(path.read_text(encoding="utf-8"))


def named_in_code() -> set[str]:
    """Return the error types that the package names, outside the catalogue."""
    found: set[str] = set()
    for tree in trees(PACKAGE, without=CATALOGUE):
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "errors":
                found |= types(getattr(errors, node.attr, None))
    return found


def raised_by_operations() -> set[str]:
    """Return the error types on the page of errors, including those made of the names of search filters."""
    return set().union(*(refusals.of(endpoint) for endpoint in (*endpoints(), *management.endpoints())))


def types(value: object) -> set[str]:
    """Return the error type of a kind, or the error types of a family of kinds."""
    kinds = value.values() if isinstance(value, dict) else [value]
    return {kind.error_type for kind in kinds if isinstance(kind, Kind)}


def texts_in_tests() -> set[str]:
    constants = (node for tree in trees(TESTS, without=TESTS / "tools") for node in ast.walk(tree))
    return {node.value for node in constants if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_error_is_expected_by_a_test():
    assert (named_in_code() | raised_by_operations()) - texts_in_tests() - UNTESTED.keys() == set()


def test_untested_errors_exist_and_are_untested():
    raised = named_in_code() | raised_by_operations()
    assert {name for name in UNTESTED if name in texts_in_tests() or name not in raised} == set()


def test_every_error_of_the_catalogue_is_named_in_code():
    """An error that nothing raises doesn't belong in the catalogue."""
    catalogue = {kind.error_type for kind in errors.catalogue()}
    assert catalogue - named_in_code() == set(refusals.ONLY_FAULTS)


def test_errors_are_found():
    """If the code named errors in another way, the other tests would pass without checking anything."""
    found = named_in_code()
    assert len(found) > 400
    assert {"organization_not_found", "invalid_email", "no_default_login_redirect_url_set"} <= found
