"""The file with the SQL of the tables, and the table that says which file a database was created with."""

import hashlib
from pathlib import Path

_TABLE = "CREATE TABLE mockstytch_schema (fingerprint VARCHAR NOT NULL, starts INTEGER NOT NULL)"


class SchemaMismatch(Exception):
    """The database was made by another version of mockstytch or another program, or it can't be used at all."""


class SchemaFile:
    """The statements that create the tables. ``tools.schema`` compiles them: doing so at the start would take 20 ms.

    Attributes:
        fingerprint: is stored in the table ``mockstytch_schema``, so that a mismatch is one clear error.
        statements: the statements, the one for that table included.
    """

    def __init__(self, file: Path) -> None:
        schema = file.read_text(encoding="utf-8")
        self.fingerprint = hashlib.sha256((schema + _TABLE).encode()).hexdigest()[:16]
        row = f"INSERT INTO mockstytch_schema VALUES ('{self.fingerprint}', 0)"  # noqa: S608 · hexadecimal digits
        self.statements = [*schema.split(";\n"), _TABLE, row]
