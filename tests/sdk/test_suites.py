"""Each official SDK, in its own language: every method that it has, and the story of ``STORY.md``."""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from mockstytch import MockStytch
from mockstytch.console.snippets import CODE
from tests.contract.operations import operations
from tests.sdk import compatibility
from tests.sdk.prepared_calls import prepare
from tests.sdk.suites import HELPERS, HERE, NEWEST, SUITES, Suite
from tests.support.server_process import started

STEPS = {*re.findall(r"^## (\w+)$", (HERE / "STORY.md").read_text(), re.MULTILINE)}


@pytest.fixture(params=[pytest.param(s, marks=pytest.mark.xdist_group(f"sdk {s.folder}")) for s in SUITES], ids=str)
def suite(request: pytest.FixtureRequest) -> Suite:
    return request.param


@pytest.fixture
def folder(suite: Suite, node_cache: Path, record_property: Any) -> Path:
    """The suite with the version of the SDK that the page names, or with the newest one.

    The property is for the summary of the run.
    """
    try:
        folder = suite.prepared(node_cache)
    except pytest.skip.Exception:
        record_property("sdk", suite.name)
        raise
    version = suite.version_in(folder, node_cache)
    record_property("sdk", f"{suite.name} {version}")
    assert NEWEST in os.environ or version == suite.version
    return folder


def test_every_method_of_the_sdk(suite: Suite, folder: Path, node_cache: Path, tmp_path: Path) -> None:
    names = sorted(operations().keys() - suite.missing.keys() - set(suite.absent))
    with started(cwd=tmp_path) as (_, facts):
        server = MockStytch(facts["url"], facts["project_id"], facts["secret"])
        calls = [prepare(server.project, name) for name in names]
        file, methods = tmp_path / "calls.json", tmp_path / "methods"
        file.write_text(json.dumps([call._asdict() for call in calls]))
        variables = {**server.environment, "STYTCH_CALLS": str(file), "STYTCH_METHODS": str(methods)}
        done = suite.run(suite.every_method, folder, node_cache, **variables)
        assert done.returncode == 0, done.stdout
        last = {call.operation: _last_request(server, call.project_id) for call in calls}
    assert last == {name: (name, 200) for name in names}
    listed = suite.run(suite.methods, folder, node_cache).stdout if suite.methods else methods.read_text()
    found = {_plain(name) for name in listed.split()} - HELPERS
    assert found == {_plain(name) for name in operations().keys() - set(suite.absent)}
    compatibility.check_methods(suite, len(names), len(found), node_cache)


def _plain(name: str) -> str:
    """Return the name of a method as all SDKs have it, whatever its case. Go has some twice, for typed claims."""
    return name.replace("_", "").lower().removesuffix("withclaims")


def _last_request(server: MockStytch, project_id: str) -> tuple[str, int]:
    request = server.project(project_id).requests()[-1]
    return request.operation, request.status_code


def test_story(suite: Suite, folder: Path, node_cache: Path, tmp_path: Path) -> None:
    steps, database = tmp_path / "steps", ("--db", str(tmp_path / "mock.sqlite"))
    steps.touch()
    with started(*database) as (_, facts):
        environment = MockStytch(facts["url"], facts["project_id"], facts["secret"]).environment
        variables = {**environment, "STORY_STEPS": str(steps), "STORY_JWT": str(tmp_path / "jwt")}
        done = suite.run(suite.story, folder, node_cache, **variables)
        assert done.returncode == 0, done.stdout
        port = facts["url"].rpartition(":")[2]
    with started(*database, "--port", port):
        done = suite.run(suite.restart, folder, node_cache, **variables)
        assert done.returncode == 0, done.stdout
    passed = steps.read_text().split()
    assert sorted(passed) == sorted(STEPS - suite.missing_steps.keys())
    compatibility.check_steps(suite, len(passed), len(STEPS), node_cache)


@pytest.mark.parametrize("suite", SUITES, ids=str)
def test_documented_code_is_the_code_of_the_suite(suite: Suite) -> None:
    """``mockstytch env`` and the page for each SDK print this code."""
    code = CODE[suite.folder]
    assert _joined(code) in _joined(_sources(suite))
    assert _joined(suite.point) in _joined(code)
    page = (HERE.parents[1] / "docs" / "how-to" / "point-an-sdk.md").read_text()
    assert _joined(code) in _joined(page)


@pytest.mark.parametrize("suite", SUITES, ids=str)
def test_readme_names_the_option_that_the_suite_uses(suite: Suite) -> None:
    readme = (HERE.parents[1] / "README.md").read_text()
    (options,) = re.findall(
        rf"^\| (?:\w+, )*{suite.folder}(?:, \w+)* \| (`.*`)[^|]* \|$", readme, re.MULTILINE | re.IGNORECASE
    )
    name = re.match(r"[\w]+", options.strip("`"))
    assert name
    assert name[0] in suite.point


def _joined(code: str) -> str:
    """Return code without white space and trailing commas, which a formatter may change."""
    return re.sub(r"\s+", "", code).replace(",)", ")")


def _sources(suite: Suite) -> str:
    kinds = (".py", ".js", ".java", ".kt", ".rs", ".go")
    files = (
        path for path in (HERE / suite.folder).rglob("*") if path.suffix in kinds and "node_modules" not in path.parts
    )
    return "\n".join(path.read_text() for path in files)
