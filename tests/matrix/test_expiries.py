"""Everything that expires: one second before, at the moment itself, and one second after."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest

import mockstytch
from tests.matrix.expiries import EXPIRIES, NOT_VISIBLE
from tests.matrix.single_use import Setup

ROOT = Path(mockstytch.__file__).parent


@pytest.fixture
def prepared(given, mock, client):
    setup = Setup(given, mock, client)
    yield setup
    setup.close()


@pytest.mark.parametrize("offset", [-1, 0, 1])
@pytest.mark.parametrize("expiry", EXPIRIES, ids=[f"{e.place} {number}" for number, e in enumerate(EXPIRIES)])
def test_result_changes_at_the_expiry(prepared, expiry, offset):
    request = expiry.prepare(prepared)
    prepared.mock.clock.advance(seconds=expiry.seconds + offset)
    assert request() == (expiry.before if offset < 0 else expiry.after)


def test_every_comparison_of_times_is_tested():
    """A new comparison with the time, or call of ``require_unused``, needs a row in ``EXPIRIES``."""
    tested = {expiry.place for expiry in EXPIRIES}
    assert not tested & set(NOT_VISIBLE)
    assert (tested - {"domain.credentials.totp._step_of"}) | set(NOT_VISIBLE) == set(comparing_functions())


def comparing_functions():
    for path in ROOT.rglob("*.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if module == "domain.shared.single_use":  # its callers count
            continue
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef) and any(_compares_times(node) for node in ast.walk(function)):
                yield f"{module}.{function.name}"


def _compares_times(node):
    if isinstance(node, ast.Call):
        return getattr(node.func, "attr", "") == "require_unused"
    if not isinstance(node, ast.Compare) or isinstance(node.ops[0], ast.Eq | ast.NotEq | ast.Is | ast.IsNot | ast.In):
        return False
    names = {getattr(each, "attr", getattr(each, "id", "")) for each in ast.walk(node)}
    return bool(names & {"now", "real_now", "timestamp"})


def test_clock_is_frozen_at_a_whole_second(prepared):
    """JSON Web Tokens have whole seconds, so other moments would make the table inexact."""
    assert prepared.mock.clock.now().microsecond == 0
    prepared.mock.clock.advance(seconds=1)
    assert prepared.mock.clock.now() - prepared.started == timedelta(seconds=1)
