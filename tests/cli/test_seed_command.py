"""``mockstytch seed``"""

import json
import os

import pytest

SEED = '[[organizations]]\norganization_name = "Acme"\norganization_slug = "acme"\n'


@pytest.fixture
def cli(run, mock):
    """``cli("seed", "seed.toml")`` runs a command for the test's project."""
    variables = {
        "MOCKSTYTCH_URL": mock.url,
        "MOCKSTYTCH_PROJECT_ID": mock.project_id,
        "MOCKSTYTCH_SECRET": mock.secret,
    }
    return lambda *args: run(*args, env={**os.environ, **variables})


def test_file_is_loaded_into_a_running_server(cli, client, tmp_path):
    file = tmp_path / "seed.toml"
    file.write_text(SEED)
    finished = cli("seed", str(file))
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")
    assert client.organizations.get("acme").organization.organization_name == "Acme"


def test_mistake_is_one_line_with_its_position(cli, tmp_path):
    file = tmp_path / "seed.toml"
    file.write_text(f'{SEED}\n[[organizations.members]]\nemail_address = "ada@acme.test"\nroles = ["absent"]\n')
    for arguments in ((str(file),), (str(file), "--check")):
        finished = cli("seed", *arguments)
        assert (finished.returncode, finished.stdout) == (1, "")
        assert finished.stderr.startswith(f"mockstytch: {file}:7:1: organizations[0].members[0]: [4")
        assert finished.stderr.count("\n") == 1
    file.write_text(f"{SEED}colour = 1\n")
    for arguments in ((str(file),), (str(file), "--check")):
        finished = cli("seed", *arguments)
        assert finished.stderr.startswith(f"mockstytch: {file}:4:1: organizations[0]: unknown field colour")


def test_check_needs_no_server(run, tmp_path):
    file = tmp_path / "seed.yaml"
    file.write_text("organizations:\n- organization_name: Acme\n  members:\n  - email_address: ada@acme.test\n")
    finished = run("seed", "--check", str(file), "--url", "http://127.0.0.1:9")
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, f"{file} is valid.\n", "")
    file.write_text("organizations:\n- organization_name: Acme\n  members:\n  - email_address: ada\n")
    finished = run("seed", "--check", str(file))
    assert finished.stderr.startswith(f"mockstytch: {file}:4:5: organizations[0].members[0]: ")
    assert "invalid_email" in finished.stderr


def test_people_are_generated(cli, client):
    assert cli("seed", "--people", "30", "--organizations", "3", "--random-seed", "5").returncode == 0
    organizations = client.organizations.search().organizations
    assert len(organizations) == 3
    members = client.organizations.members.search([o.organization_id for o in organizations])
    assert members.results_metadata.total == 30


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Give a file, or --people."),
        (("x.toml", "--people", "5"), "Use a file or --people, not both."),
        (("x.toml", "--organizations", "5"), "--organizations and --random-seed need --people."),
        (("--people", "5", "--check"), "--check needs a file."),
        (("--people", "0"), "Invalid value for '--people'"),
    ],
    ids=range(5),
)
def test_wrong_usage_is_one_line(run, arguments, message):
    finished = run("seed", *arguments)
    assert finished.returncode == 2
    assert message in finished.stderr
    assert finished.stderr.count("\n") == 1


def test_file_that_cannot_be_read_is_one_line(run, tmp_path):
    for arguments in ((), ("--check",)):
        finished = run("seed", str(tmp_path / "absent.toml"), *arguments)
        assert finished.returncode == 1
        assert finished.stderr == f"mockstytch: {tmp_path / 'absent.toml'} can't be read: No such file or directory\n"


def test_reset_to_empty(cli, client):
    client.organizations.create("Acme", organization_slug="acme")
    assert cli("reset", "--to", "empty").returncode == 0
    assert client.organizations.search().results_metadata.total == 0
    assert cli("reset", "--to", "nothing").returncode == 2


def test_commands_print_one_line_of_json(cli, mock, tmp_path):
    mock.clock.freeze()
    file, exported = tmp_path / "seed.toml", tmp_path / "export.json"
    file.write_text(SEED)
    outputs = [
        (("seed", str(file), "--json"), {}),
        (("seed", str(file), "--check", "--json"), {}),
        (("export", str(exported), "--json"), None),
        (("import", str(exported), "--json"), {"project_id": mock.project_id}),
        (("clock", "--json"), mock.call("GET", "/clock")),
        (("reset", "--json"), {}),
    ]
    for arguments, expected in outputs:
        finished = cli(*arguments)
        assert (finished.returncode, finished.stderr) == (0, ""), arguments
        assert finished.stdout == ("" if expected is None else json.dumps(expected) + "\n")
    assert exported.read_text().count("\n") == 1
