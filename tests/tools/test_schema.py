"""The check that each ``schema.sql`` has the columns of the records."""

import pytest

from tools import schema


@pytest.fixture
def file(tmp_path, monkeypatch):
    files = {"sqlite": tmp_path / "schema.sql", "postgresql": tmp_path / "postgresql.sql"}
    for file in files.values():
        file.write_text("-- old", encoding="utf-8")
    monkeypatch.setattr(schema, "FILES", files)
    monkeypatch.setattr(schema, "STORE", tmp_path)
    return files["sqlite"]


def test_outdated_schema_is_reported_with_the_command_to_run(file, capsys):
    assert schema.main(["--check"]) == 1
    lines = capsys.readouterr().err.splitlines()
    folder = file.parent.name
    assert lines == [
        f"mockstytch/{folder}/{name}.sql is out of date. Run: make docs" for name in ("schema", "postgresql")
    ]
    assert file.read_text(encoding="utf-8") == "-- old"


def test_written_schema_passes_the_check(file, capsys):
    assert schema.main([]) == 0
    assert schema.main(["--check"]) == 0
    assert "CREATE TABLE" in file.read_text(encoding="utf-8")
    assert capsys.readouterr().err == ""


def test_unknown_option_is_refused(file, capsys):
    assert schema.main(["--chekc"]) == 2
    assert "usage" in capsys.readouterr().err
