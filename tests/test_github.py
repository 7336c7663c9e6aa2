"""The files in ``.github``: they parse, and agree with the rest of the repository."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.browser.conftest import ARTIFACTS

ROOT = Path(__file__).parent.parent
GITHUB = ROOT / ".github"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FORMS = sorted(path for path in (GITHUB / "ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")


def load(name: str) -> Any:
    return yaml.safe_load((GITHUB / name).read_text(encoding="utf-8"))


def classified_versions() -> list[str]:
    found = (re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", line) for line in PROJECT["classifiers"])
    return [match[1] for match in found if match]


JOBS = load("workflows/ci.yml")["jobs"]


@pytest.fixture
def job() -> Any:
    """The job that runs all checks."""
    return JOBS["check"]


def test_workflow_runs_the_repositorys_own_checks(job):
    commands = [step["run"] for step in job["steps"] if "run" in step]
    assert commands[-1] == ".ci/run"
    assert (ROOT / ".ci/run").stat().st_mode & 0o111


def test_workflow_runs_on_the_versions_of_the_classifiers(job):
    assert job["strategy"]["matrix"]["python"] == classified_versions()
    assert PROJECT["requires-python"] == f">={classified_versions()[0]}"
    setup = next(step for step in job["steps"] if step.get("uses", "").startswith("actions/setup-python@"))
    assert setup["with"]["python-version"] == "${{ matrix.python }}"


def test_workflow_can_only_read():
    assert load("workflows/ci.yml")["permissions"] == {"contents": "read"}
    assert [name for name, job in JOBS.items() if "permissions" in job] == []


def test_workflow_cancels_outdated_runs_of_a_pull_request():
    workflow = load("workflows/ci.yml")
    assert set(workflow["on"]) == {"push", "pull_request", "workflow_dispatch"}
    assert "github.ref" in workflow["concurrency"]["group"]
    assert "pull_request" in workflow["concurrency"]["cancel-in-progress"]


def test_actions_are_pinned_to_a_major_version():
    actions = {step["uses"] for job in JOBS.values() for step in job["steps"] if "uses" in step}
    assert {action.partition("@")[0] for action in actions} == {
        "actions/checkout",
        "actions/setup-python",
        "actions/setup-node",
        "actions/upload-artifact",
        "./",
    }
    assert [action for action in actions - {"./"} if not re.fullmatch(r"[\w/-]+@v\d+", action)] == []
    assert len(actions) == 5, "an action has the same version everywhere"


def test_jobs_call_files_targets_and_variables_that_exist():
    commands = [step["run"] for job in JOBS.values() for step in job["steps"] if "run" in step]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {target for text in commands for target in re.findall(r"^make ([a-z]+)$", text, re.MULTILINE)}
    assert targets == {"binary", "npm"}
    assert [target for target in targets if f"\n{target}: " not in makefile] == []
    assert "DEV := $(VENV)/.dev-ready" in makefile
    tests = {path for text in commands for path in re.findall(r"pytest (\S+)", text)}
    assert tests == {"tests/test_binary.py", "tests/npm", "tests/test_testcontainers.py"}
    assert [path for path in tests if not (ROOT / path).exists()] == []


def test_job_of_the_action_uses_its_inputs():
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    (use,) = [step for step in JOBS["action"]["steps"] if step.get("uses") == "./"]
    assert set(use["with"]) <= set(action["inputs"])


def test_workflow_keeps_the_artefacts_of_the_browser_tests(job):
    upload = job["steps"][-1]
    assert upload["if"] == "always()"
    assert upload["with"]["path"] == str(ARTIFACTS.relative_to(ROOT))
    assert upload["with"]["include-hidden-files"] is True


def test_dependabot_updates_every_file_with_versions():
    places = {
        (update["package-ecosystem"], folder)
        for update in load("dependabot.yml")["updates"]
        for folder in update.get("directories", [update.get("directory")])
    }
    names = {"npm": "package.json", "gomod": "go.mod", "maven": "pom.xml", "cargo": "Cargo.toml"}
    files = {
        ecosystem: [*ROOT.glob(f"tests/*/*/{name}"), *ROOT.glob(f"tests/apps/quickstarts/*/{name}")]
        for ecosystem, name in names.items()
    }
    files["npm"] += [ROOT / "clients/js/package.json", ROOT / "demo_app/frontend/package.json"]
    packages = {
        (ecosystem, f"/{path.parent.relative_to(ROOT).as_posix()}")
        for ecosystem, paths in files.items()
        for path in paths
    }
    assert {ecosystem for ecosystem, _ in packages} == files.keys()
    assert places == {("pip", "/"), ("docker", "/"), ("github-actions", "/"), *packages}


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_issue_form_is_complete(path):
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert form["name"]
    assert form["description"]
    fields = [field for field in form["body"] if field["type"] != "markdown"]
    assert all(field["attributes"]["label"] for field in fields)
    assert len({field["id"] for field in fields}) == len(fields)
    assert any(field.get("validations", {}).get("required") for field in fields)


def test_there_is_a_form_for_each_kind_of_issue():
    assert [path.stem for path in FORMS] == ["bug", "feature", "real-api"]


@pytest.mark.parametrize("path", sorted(p for p in GITHUB.rglob("*") if p.is_file()), ids=lambda path: path.name)
def test_files_that_are_named_exist(path):
    named = re.findall(
        r"(?<![\w/.])(?:docs/[\w-]+\.md|[A-Z]+\.md|\.ci/\w+|\w+\.(?:toml|txt))\b", path.read_text("utf-8")
    )
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_package_that_is_classified_as_typed_has_types():
    assert "Typing :: Typed" in PROJECT["classifiers"]
    assert (ROOT / "mockstytch/py.typed").exists()


def test_weekly_workflow_runs_the_newest_sdks_and_reports_a_failure():
    workflow = load("workflows/newest-sdks.yml")
    assert set(workflow["on"]) == {"schedule", "workflow_dispatch"}
    assert workflow["permissions"] == {"contents": "read", "issues": "write"}
    (job,) = workflow["jobs"].values()
    run, report = (step for step in job["steps"] if "run" in step)
    assert "make compatibility LATEST=1" in run["run"]
    assert "\ncompatibility: " in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert report["if"] == "failure()"
    assert "gh issue create" in report["run"]
    actions = {step["uses"] for step in job["steps"] if "uses" in step}
    assert actions <= {step["uses"] for job in JOBS.values() for step in job["steps"] if "uses" in step}
