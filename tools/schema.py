"""Writes ``mockstytch/store/schema.sql`` anew: ``python -m tools.schema``. A test says when that is needed."""

from pathlib import Path

import mockstytch
from mockstytch.store.engine import compiled_schema

SCHEMA = Path(mockstytch.__file__).parent / "store" / "schema.sql"

if __name__ == "__main__":
    SCHEMA.write_text(compiled_schema(), encoding="utf-8")
