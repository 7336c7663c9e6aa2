"""The check that ``schema.sql`` has the columns of the records."""

import pytest

from tools import schema


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr(schema, "SCHEMA", tmp_path / "schema.sql")
    return tmp_path / "schema.sql"


def test_outdated_schema_is_reported_with_the_command_to_run(file, capsys):
    file.write_text("-- old", encoding="utf-8")
    assert schema.main(["--check"]) == 1
    assert capsys.readouterr().err == "mockstytch/store/schema.sql is out of date. Run: make docs\n"
    assert file.read_text(encoding="utf-8") == "-- old"


def test_written_schema_passes_the_check(file, capsys):
    assert schema.main([]) == 0
    assert schema.main(["--check"]) == 0
    assert "CREATE TABLE" in file.read_text(encoding="utf-8")
    assert capsys.readouterr().err == ""


def test_unknown_option_is_refused(file, capsys):
    assert schema.main(["--chekc"]) == 2
    assert "usage" in capsys.readouterr().err
