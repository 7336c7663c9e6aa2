"""The changes that the search for missing tests makes."""

import ast

import pytest

from tools.mutants import mutants
from tools.mutation import _without_group, sample

CHANGES = {
    "a < b": ["a <= b"],
    "a <= b": ["a < b"],
    "a > b": ["a >= b"],
    "a >= b": ["a > b"],
    "a == b": ["a != b"],
    "a is not b": ["a is b"],
    "a not in b": ["a in b"],
    "a in b": ["a not in b"],
    "a and b and c": ["a or b and c"],
    "a + b": ["a - b"],
    "not a": ["a"],
    "x = 5": ["x = 6"],
    "x = True": ["x = False"],
    "if a:\n    b": ["if (not (a)):\n    b"],
    "b if a else c": ["b if (not (a)) else c"],
    "raise E(a)": ["pass"],
    "call(a)": ["pass"],
    "x = ctx.store.update_if_unchanged(row)": ["x = ctx.store.update(row)"],
    "naïve(ä) or é < b": ["naïve(ä) and é < b", "naïve(ä) or é <= b"],
}


@pytest.mark.parametrize("source", CHANGES)
def test_each_change(source):
    encoded = source.encode()
    assert [mutant.apply(encoded).decode() for mutant in mutants(encoded)] == CHANGES[source]


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring."""',
        "from a import b",
        "x: int",
        "def f(x: Annotated[int, 5]) -> Literal[7]: ...",
        "f'{a + 1}'",
        "a < b < c",
    ],
)
def test_nothing_to_change(source):
    assert mutants(source.encode()) == []


def test_every_change_of_a_real_module_is_valid_python():
    source = (sample.__globals__["_ROOT"] / "mockstytch" / "domain" / "sso" / "sso_flow.py").read_bytes()
    changes = mutants(source)
    assert len(changes) > 50
    for mutant in changes:
        changed = mutant.apply(source)
        assert changed != source
        ast.parse(changed)


def test_sample_takes_tested_lines_only():
    """A line of a function that two tests execute; a line that only the import executes."""
    path = "mockstytch/domain/shared/single_use.py"
    lines = {mutant.line for mutant in mutants((sample.__globals__["_ROOT"] / path).read_bytes())}
    tested = min(lines)
    recorded = {path: {line: (["a", "b"] if line == tested else []) for line in lines}}
    assert [(change.path, change.mutant.line) for change in sample(recorded, 10, 1)] == [(path, tested)]
    everything = {path: {line: ["a"] for line in lines}}
    assert sample(everything, 3, 1) == sample(everything, 3, 1)
    assert sample(everything, 3, 1) != sample(everything, 3, 2)


@pytest.mark.parametrize(
    ("reported", "name"),
    [
        ("tests/a.py::test_a", "tests/a.py::test_a"),
        ("tests/a.py::test_a@browser a", "tests/a.py::test_a"),
        ("tests/a.py::T::test_a[x@y]", "tests/a.py::T::test_a[x@y]"),
        ("tests/a.py::test_a[x@y]@browser a", "tests/a.py::test_a[x@y]"),
    ],
)
def test_group_of_a_worker_is_removed_from_the_name(reported, name):
    assert _without_group(reported) == name
