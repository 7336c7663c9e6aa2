"""Each official SDK, in its own language: every method that it has, and the story of ``STORY.md``."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from mockstytch import MockStytch
from tests.contract.operations import operations
from tests.sdk import compatibility
from tests.sdk.prepared_calls import prepare
from tests.sdk.suites import FORMS, HERE, SUITES, Suite
from tests.support.server_process import started

STEPS = {*re.findall(r"^## (\w+)$", (HERE / "STORY.md").read_text(), re.MULTILINE)}


@pytest.fixture(params=[pytest.param(s, marks=pytest.mark.xdist_group(f"sdk {s.folder}")) for s in SUITES], ids=str)
def suite(request: pytest.FixtureRequest, record_property: Any) -> Suite:
    record_property("sdk", request.param.name)  # for the summary of the run
    return request.param


def test_every_method_of_the_sdk(suite: Suite, node_cache: Path, tmp_path: Path) -> None:
    folder = suite.prepared(node_cache)
    names = sorted(operations().keys() - FORMS.keys() - suite.missing.keys())
    with started(cwd=tmp_path) as (_, facts):
        server = MockStytch(facts["url"], facts["project_id"], facts["secret"])
        calls = [prepare(server.project, name) for name in names]
        file = tmp_path / "calls.json"
        file.write_text(json.dumps([call._asdict() for call in calls]))
        done = suite.run(suite.every_method, folder, node_cache, STYTCH_ENV=server.url, STYTCH_CALLS=str(file))
        assert done.returncode == 0, done.stdout
        last = {call.operation: _last_request(server, call.project_id) for call in calls}
    assert last == {name: (name, 200) for name in names}
    compatibility.check_methods(suite, len(names), node_cache)


def _last_request(server: MockStytch, project_id: str) -> tuple[str, int]:
    request = server.project(project_id).requests()[-1]
    return request.operation, request.status_code


def test_story(suite: Suite, node_cache: Path, tmp_path: Path) -> None:
    folder = suite.prepared(node_cache)
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
