"""The schema that was compiled beforehand."""

from mockstytch.store.engine import compiled_schema
from tools.schema import SCHEMA


def test_it_is_what_the_tables_say():
    assert SCHEMA.read_text(encoding="utf-8") == compiled_schema(), "run: python -m tools.schema"
