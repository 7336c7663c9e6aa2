"""The compiled schema of each database."""

import re

import pytest

from mockstytch.store.schema import compiled_schema
from tools.schema import FILES


@pytest.mark.parametrize("dialect_name", FILES)
def test_schema_file_equals_the_declared_tables(dialect_name):
    written = FILES[dialect_name].read_text(encoding="utf-8")
    assert written == compiled_schema(dialect_name), "run: python -m tools.schema"


def test_names_of_indexes_are_different_and_short_enough_for_postgresql():
    names = re.findall(r"INDEX (\w+)", compiled_schema("postgresql"))
    assert len(names) == len(set(names)) > 50
    assert max(map(len, names)) <= 63
