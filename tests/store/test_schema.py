"""``schema.sql``, the compiled schema."""

from mockstytch.store.schema import compiled_schema
from tools.schema import SCHEMA


def test_schema_file_equals_the_declared_tables():
    assert SCHEMA.read_text(encoding="utf-8") == compiled_schema(), "run: python -m tools.schema"
