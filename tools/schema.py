"""Write the tables' SQL from the records, for SQLite and for PostgreSQL: ``python -m tools.schema``.

``--check`` writes nothing: it prints one line for each file that is out of date, and exits with 1.
"""

import sys
from pathlib import Path

import mockstytch
from mockstytch.store.schema import compiled_schema

STORE = Path(mockstytch.__file__).parent / "store"
FILES = {"sqlite": STORE / "schema.sql", "postgresql": STORE / "postgresql" / "schema.sql"}


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m tools.schema [--check]\n")
        return 2
    outdated = False
    for dialect_name, file in FILES.items():
        schema = compiled_schema(dialect_name)
        if not arguments:
            file.write_text(schema, encoding="utf-8")
        elif not file.exists() or file.read_text(encoding="utf-8") != schema:
            outdated = True
            sys.stderr.write(f"mockstytch/{file.relative_to(STORE.parent).as_posix()} is out of date. Run: make docs\n")
    return int(outdated)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
