"""``mockstytch parity`` on the command line: what it says, refuses and returns."""

import gc
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from mockstytch import MockStytch
from mockstytch.cli import main
from mockstytch.parity import command
from mockstytch.parity.cleaning import PREFIX, find_leftovers
from mockstytch.parity.probe import Probe
from mockstytch.parity.sending.side import Credentials, Side


class Result(NamedTuple):
    """What the command printed and returned."""

    exit_code: int
    output: str


Parity = Callable[..., Result]


@pytest.fixture
def parity(
    mockstytch_server: MockStytch,
    credentials: Credentials,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Parity:
    """Run the command with the credentials of a project on the tests' server."""
    monkeypatch.setenv("STYTCH_PROJECT_ID", credentials.project_id)
    monkeypatch.setenv("STYTCH_SECRET", credentials.secret)

    def run(*arguments: str, url: str = mockstytch_server.url, answer: str = "") -> Result:
        options = ["mockstytch", "parity", "--url", url, "--calls-per-second", "10000", *arguments]
        monkeypatch.setattr(sys, "argv", options)
        monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
        with pytest.raises(SystemExit) as ended:
            main()
        gc.enable()
        printed = capsys.readouterr()
        return Result(int(str(ended.value.code)), printed.out + printed.err)

    return run


def test_it_returns_0_without_a_difference(parity: Parity) -> None:
    result = parity("--only", "organizations.get: by*", "--yes")
    assert result.output.splitlines()[-1] == "3 probes: 3 agree, 0 differ."
    assert result.exit_code == 0


def test_it_returns_1_with_a_difference_and_shows_both_sides(parity: Parity, project: MockStytch) -> None:
    project.faults.add("organizations.get", error_type="session_not_found")
    result = parity("--only", "organizations.get: unknown id", "--yes")
    assert result.output.splitlines()[-6:] == [
        "organizations.get",
        "  organizations.get: unknown id",
        "    error_type at body.error_type",
        "      real:       session_not_found",
        "      mockstytch: organization_not_found",
        "1 probes: 0 agree, 1 differ.",
    ]
    assert result.exit_code == 1


def test_it_says_what_it_will_do_and_asks(parity: Parity) -> None:
    result = parity("--only", "organizations.get: by*", answer="n\n")
    assert "3 probes will send about" in result.output
    assert "create 1 organizations" in result.output
    assert PREFIX in result.output
    assert "Continue? [y/N]: " in result.output
    assert result.output.endswith("mockstytch: Nothing was sent.\n")
    assert result.exit_code == 2


def test_without_a_terminal_it_needs_yes(parity: Parity) -> None:
    result = parity("--only", "organizations.get: by*", answer="")
    assert result.output.endswith("mockstytch: Nothing was sent. Use --yes if there is no terminal.\n")
    assert result.exit_code == 2


def test_nothing_is_sent_before_the_answer(parity: Parity, mockstytch_server: MockStytch) -> None:
    project = mockstytch_server.projects.list()
    parity(answer="n\n")
    assert mockstytch_server.projects.list() == project


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--project-id", "project-live-11111111-1111-4111-8111-111111111111", "These are live credentials."),
        ("--secret", "secret-live-x", "These are live credentials."),
        ("--url", "https://api.stytch.com", "is the live API"),
        ("--url", "https://API.stytch.com./v1", "is the live API"),
        ("--project-id", "acme", "begins with project-test-"),
        ("--report", "report.txt", "must end with .json or .md"),
        ("--has", "nothing", "the settings are"),
        ("--only", "no-such-probe", "No probe matches"),
    ],
)
def test_wrong_arguments_are_refused(option: str, value: str, message: str, parity: Parity) -> None:
    result = parity("--yes", option, value)
    assert message in result.output
    assert result.exit_code == 2


def test_wrong_credentials_end_the_run(parity: Parity, mockstytch_server: MockStytch, credentials: Credentials) -> None:
    parity("--only", "organizations.get: by id", "--yes")
    result = parity("--yes", "--secret", "secret-test-another")
    assert "The API refused the credentials: unauthorized_credentials" in result.output
    assert result.exit_code == 2


def test_a_server_that_cant_be_reached_ends_the_run(parity: Parity, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockstytch.parity.sending.side._MOST_TRIES", 1)
    result = parity("--yes", url="http://127.0.0.1:9")
    assert "The API can't be reached" in result.output
    assert result.exit_code == 2


def test_it_writes_a_report(parity: Parity, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    result = parity("--only", "organizations.get: by id", "--yes", "--report", str(file))
    assert result.output.splitlines()[-1] == f"Written: {file}"
    assert json.loads(file.read_text())["format"] == "mockstytch-parity/1"


def test_it_writes_several_reports(parity: Parity, tmp_path: Path) -> None:
    files = [tmp_path / "report.json", tmp_path / "report.md"]
    options = [option for file in files for option in ("--report", str(file))]
    result = parity("--only", "organizations.get: by id", "--yes", *options)
    assert result.output.splitlines()[-2:] == [f"Written: {file}" for file in files]
    assert [file.stat().st_size > 0 for file in files] == [True, True]


def test_each_name_of_a_report_is_checked_before_the_run(parity: Parity, tmp_path: Path) -> None:
    result = parity("--yes", "--report", "report.txt", "--report", str(tmp_path / "report.md"))
    assert (result.exit_code, "report.txt must end with .json or .md" in result.output) == (2, True)


def test_clean_up_deletes_what_an_earlier_run_left(parity: Parity, target: Side, project: MockStytch) -> None:
    client = project.client()
    client.organizations.create(organization_name="Left", organization_slug=f"{PREFIX}0000-left")
    client.m2m.clients.create(scopes=[], client_name=f"{PREFIX}0000 left")
    client.organizations.create(organization_name="Other", organization_slug="other")
    assert len(find_leftovers(target, PREFIX)) == 2
    assert "Deleted 2 objects of earlier runs." in parity("--clean-up", "--yes").output
    assert [each.organization_slug for each in client.organizations.search().organizations] == ["other"]


def test_clean_up_asks_first(parity: Parity) -> None:
    result = parity("--clean-up", answer="n\n")
    assert "Delete everything in" in result.output
    assert result.output.endswith("mockstytch: Nothing was deleted.\n")
    assert result.exit_code == 2


def test_parity_isnt_imported_by_a_server() -> None:
    code = "import sys, mockstytch.cli.serve, mockstytch.server; sys.exit('mockstytch.parity' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_plan_counts_what_is_created(all_probes: list[Probe]) -> None:
    probes, _ = command.selected(all_probes, "organizations.update: the name", set())
    plan = command.plan(probes)
    assert (plan.probes, plan.organizations, plan.clients) == (1, 1, 0)
