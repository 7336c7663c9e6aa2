"""``mockstytch snapshot``, ``export`` and ``import``."""

import json
import os

import pytest

from mockstytch import MockStytch


@pytest.fixture
def cli(run, mock):
    """``cli("snapshot", "list")`` runs a command for the test's project."""
    variables = {
        "MOCKSTYTCH_URL": mock.url,
        "MOCKSTYTCH_PROJECT_ID": mock.project_id,
        "MOCKSTYTCH_SECRET": mock.secret,
    }
    return lambda *args: run(*args, env={**os.environ, **variables})


def output(finished):
    assert (finished.returncode, finished.stderr) == (0, "")
    return finished.stdout


def error(finished, exit_code=1):
    assert (finished.returncode, finished.stdout) == (exit_code, "")
    assert finished.stderr.count("\n") == 1
    return finished.stderr.strip()


def test_snapshot_is_saved_compared_restored_and_deleted(cli, mock, client, given):
    acme = given.organization("Acme")
    assert output(cli("snapshot", "list")) == "no snapshots\n"
    assert output(cli("snapshot", "save", "start")) == ""
    assert output(cli("snapshot", "diff", "start")) == "no changes\n"
    client.organizations.update(acme.organization_id, organization_name="Ümlaut")
    member = given.member(acme, "ada@acme.test")
    lines = output(cli("snapshot", "diff", "start")).splitlines()
    assert f"~ organization  {acme.organization_id}" in lines
    assert '    organization_name: "Acme" → "Ümlaut"' in lines
    assert f"+ member  {member.member_id}" in lines
    changes = json.loads(output(cli("snapshot", "diff", "start", "--json")))
    assert changes["changed"][0]["fields"] == {"organization_name": {"was": "Acme", "is": "Ümlaut"}}
    assert output(cli("snapshot", "restore", "start")) == ""
    assert client.organizations.get(acme.organization_id).organization.organization_name == "Acme"
    mock.reset()
    assert f"- organization  {acme.organization_id}" in output(cli("snapshot", "diff", "start")).splitlines()
    [listed] = json.loads(output(cli("snapshot", "list", "--json")))
    assert (listed["name"], listed["rows"]) == ("start", 2)
    assert "2 rows  start" in output(cli("snapshot", "list"))
    assert json.loads(output(cli("snapshot", "save", "start", "--json")))["rows"] == 0
    assert output(cli("snapshot", "delete", "start", "--json")) == "{}\n"
    assert mock.snapshots.list() == []


def test_wrong_usage_is_one_line(cli, mock):
    mock.configure()
    assert "snapshot save needs a name." in error(cli("snapshot", "save"), 2)
    assert "snapshot list takes no name." in error(cli("snapshot", "list", "x"), 2)
    assert "'keep' is not one of" in error(cli("snapshot", "keep"), 2)
    assert error(cli("snapshot", "restore", "x")).endswith("('x' doesn't exist. The project has no snapshots.)")


def test_unknown_project_is_refused_and_not_created(cli, mockstytch_server):
    unknown = "project-test-99999999-9999-4999-8999-999999999999"
    arguments = ("--project-id", unknown, "--secret", "wrong")
    assert "Project could not be found" in error(cli("snapshot", "save", "x", *arguments))


def test_project_is_exported_and_imported(cli, mock, client, given, tmp_path):
    given.organization("Acme", organization_slug="acme")
    file = tmp_path / "acme.json"
    assert output(cli("export", str(file))) == ""
    assert json.loads(file.read_text(encoding="utf-8")) == mock.export() == json.loads(output(cli("export", "-")))
    mock.reset()
    assert output(cli("import", str(file))) == ""
    assert client.organizations.get("acme").organization
    with MockStytch() as other:
        other.import_(json.loads(file.read_text(encoding="utf-8")))
        assert other.client().organizations.get("acme").organization


def test_file_that_cannot_be_used_is_one_line(cli, mock, tmp_path):
    mock.configure()
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    assert "broken.json isn't valid JSON: " in error(cli("import", str(broken)))
    broken.write_text('{"format": "mockstytch/1"}')
    message = "The document can't be imported. (project_id isn't the id of a project)"
    assert error(cli("import", str(broken))) == f"mockstytch: {message}"
    broken.write_text("[]")
    assert "mockstytch: " in error(cli("import", str(broken)))
    assert "absent.json can't be read: No such file" in error(cli("import", str(tmp_path / "absent.json")))
    assert "can't be written: No such file" in error(cli("export", str(tmp_path / "absent" / "x.json")))
