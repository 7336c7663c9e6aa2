"""The GitHub Action in ``action.yml``. Its steps are run as the runner does: by bash, with files for their results."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from mockstytch import MockStytch
from mockstytch.cli.serve import serve

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
INSTALL, START = ACTION["runs"]["steps"]
pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="the action needs POSIX signals and pipes")]


class Job:
    """A job's folder, with what the steps leave for later ones.

    Attributes:
        folder: the workspace.
        temp: the folder ``RUNNER_TEMP``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.temp = folder / "workspace", folder / "temp"
        self.files = {name: folder / name for name in ("GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH")}
        for path in (self.folder, self.temp):
            path.mkdir()
        for file in self.files.values():
            file.touch()

    def run(self, step: dict[str, Any], **inputs: str) -> subprocess.CompletedProcess[str]:
        """Run a step, with the action's defaults for inputs that aren't given."""
        values = {name: details["default"] for name, details in ACTION["inputs"].items()} | inputs
        expressions = {f"inputs.{name}": value for name, value in values.items()} | {"github.action_path": str(ROOT)}
        environment = {
            name: re.sub(r"\$\{\{ (\S+) \}\}", lambda match: expressions[match[1]], text)
            for name, text in step["env"].items()
        }
        script = self.temp / "step.sh"
        script.write_text(step["run"], encoding="utf-8")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("MOCKSTYTCH")}
        runner = {"RUNNER_TEMP": str(self.temp), **{name: str(file) for name, file in self.files.items()}}
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.folder,
            env={**inherited, **runner, **environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def values(self, name: str) -> dict[str, str]:
        """Return what the steps wrote to ``GITHUB_ENV`` or ``GITHUB_OUTPUT``."""
        lines = self.files[name].read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Job]:
    found = Job(tmp_path)
    yield found
    if pid := found.values("GITHUB_OUTPUT").get("pid"):
        os.kill(int(pid), signal.SIGTERM)


@pytest.fixture
def start(job: Job) -> Callable[..., subprocess.CompletedProcess[str]]:
    """``start(seed="seed.toml")`` runs the second step with the mockstytch that is installed here."""
    programs = job.temp / "mockstytch" / "bin"
    programs.mkdir(parents=True)
    for name in ("mockstytch", "python"):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{Path(sys.executable).parent / name}" "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    return lambda **inputs: job.run(START, **{"port": "0", **inputs})


def test_server_runs_after_the_step_and_its_facts_are_passed_on(job, start):
    done = start()
    assert done.returncode == 0, done.stderr
    variables, outputs = job.values("GITHUB_ENV"), job.values("GITHUB_OUTPUT")
    assert done.stdout == f"mockstytch serves {outputs['url']}\n"
    mock = MockStytch(outputs["url"], outputs["project-id"], outputs["secret"])
    assert variables == {
        "MOCKSTYTCH_URL": mock.url,
        "STYTCH_ENV": mock.url,
        "STYTCH_PROJECT_ID": mock.project_id,
        "STYTCH_SECRET": mock.secret,
        "STYTCH_PUBLIC_TOKEN": mock.public_token,
    }
    mock.client().magic_links.email.discovery.send("ada@acme.example")
    assert mock.inbox.latest().to == "ada@acme.example"
    assert set(outputs) == set(ACTION["outputs"])
    assert outputs["console-url"] == f"{mock.url}/_mock/"
    assert Path(outputs["log"]).exists()


def test_seed_and_options_reach_the_server(job, start):
    seed = job.folder / "seed.toml"
    seed.write_text('[[organizations]]\norganization_name = "Acme"\norganization_slug = "acme"\n', encoding="utf-8")
    assert start(seed="seed.toml", args="--closed --random-seed 1").returncode == 0
    outputs = job.values("GITHUB_OUTPUT")
    mock = MockStytch(outputs["url"])
    assert mock.client().organizations.get("acme").organization.organization_name == "Acme"
    with pytest.raises(Exception, match="unauthorized_credentials"):
        mock.project().client().debug.whoami()


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"seed": "missing.toml"}, "missing.toml can't be read"),
        ({"port": "many"}, "'many' isn't a whole number"),
        ({"args": "--no-such-option"}, "No such option"),
    ],
)
def test_failed_start_fails_the_step_with_the_servers_message(job, start, inputs, message):
    done = start(**inputs)
    assert done.returncode == 1
    assert done.stdout.startswith("::error::mockstytch didn't start: ")
    assert message in done.stdout
    assert job.values("GITHUB_OUTPUT") == job.values("GITHUB_ENV") == {}


def test_action_installs_itself(job):
    done = job.run(INSTALL, python=sys.executable)
    if done.returncode and re.search(r"No matching distribution|Could not fetch URL|name resolution", done.stderr):
        pytest.skip("pip can't reach a package index")
    assert done.returncode == 0, done.stderr
    (path,) = job.files["GITHUB_PATH"].read_text(encoding="utf-8").splitlines()
    assert shutil.which("mockstytch", path=path)
    assert job.run(START, port="0").returncode == 0
    assert MockStytch(job.values("GITHUB_ENV")["STYTCH_ENV"]).call("GET", "/health")["status"] == "ok"


def test_old_python_is_refused(job, tmp_path):
    old = tmp_path / "python"
    old.write_text(
        f'#!/bin/sh\nshift\nexec "{sys.executable}" -c "import sys; sys.version_info = (3, 9); $1"\n', encoding="utf-8"
    )
    old.chmod(0o755)
    done = job.run(INSTALL, python=str(old))
    assert done.returncode == 1
    assert "mockstytch needs Python 3.11 or newer" in done.stderr


def test_steps_contain_no_expressions():
    """An input in a script could run commands: it is passed in a variable instead."""
    for step in ACTION["runs"]["steps"]:
        assert step["shell"] == "bash"
        assert "${{" not in step["run"]
    options = {option.envvar for option in serve.params}
    assert {name for name in START["env"] if name.startswith("MOCKSTYTCH_")} <= options


def test_every_input_and_output_is_described():
    for details in (*ACTION["inputs"].values(), *ACTION["outputs"].values()):
        assert details["description"].endswith(".")
