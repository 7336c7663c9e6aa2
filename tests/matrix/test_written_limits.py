"""Limits that functions check themselves: the last allowed size, and the first refused one."""

import ast
import re
from pathlib import Path

import pytest

import mockstytch
from tests.matrix.single_use import Setup
from tests.matrix.written_limits import ELSEWHERE, WRITTEN_LIMITS

ROOT = Path(mockstytch.__file__).parent


@pytest.fixture
def prepared(given, mock, client):
    setup = Setup(given, mock, client)
    yield setup
    setup.close()


@pytest.mark.parametrize("limit", WRITTEN_LIMITS, ids=[f"{e.place} {n}" for n, e in enumerate(WRITTEN_LIMITS)])
def test_last_size_is_allowed_and_the_next_one_refused(prepared, limit):
    send = limit.prepare(prepared)
    allowed, refused = send(limit.last), send(limit.first_refused)
    assert (refused, allowed) == (limit.error, limit.allowed)


def test_every_limit_is_tested():
    """A new comparison with a ``_MAX_…`` or ``_MIN_…`` needs a row in ``WRITTEN_LIMITS``."""
    tested = {limit.place for limit in WRITTEN_LIMITS} - {"a pattern"}
    assert not tested & set(ELSEWHERE)
    assert tested | set(ELSEWHERE) == set(comparing_functions())


def comparing_functions():
    for path in ROOT.rglob("*.py"):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                compared = [ast.unparse(node) for node in ast.walk(function) if isinstance(node, ast.Compare)]
                if any(re.search(r"\b_?(MAX|MIN)_", text) for text in compared):
                    yield f"{module}.{function.name}"
