"""Write ``mockstytch/store/schema.sql`` from the records: ``python -m tools.schema``.

``--check`` writes nothing: it prints one line if the file is out of date, and exits with 1.
"""

import sys
from pathlib import Path

import mockstytch
from mockstytch.store.schema import compiled_schema

SCHEMA = Path(mockstytch.__file__).parent / "store" / "schema.sql"


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m tools.schema [--check]\n")
        return 2
    schema = compiled_schema()
    if arguments:
        outdated = SCHEMA.read_text(encoding="utf-8") != schema
        if outdated:
            sys.stderr.write("mockstytch/store/schema.sql is out of date. Run: make docs\n")
        return int(outdated)
    SCHEMA.write_text(schema, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
