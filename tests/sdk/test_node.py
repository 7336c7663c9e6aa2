"""The official Node SDK tells its own story, ``node/story.test.js``, in a project of this test's."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "node"
pytestmark = pytest.mark.slow


@pytest.fixture
def node_project(tmp_path_factory):
    """A copy of ``node/`` with its packages, outside of this tree."""
    npm = shutil.which("npm")
    if not (npm and shutil.which("node")):
        pytest.skip("Node.js with npm is not installed")
    place = tmp_path_factory.mktemp("node")
    shutil.copytree(HERE, place, dirs_exist_ok=True)
    options = ["--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline"]
    done = subprocess.run([npm, "install", *options], cwd=place, capture_output=True, text=True)
    if done.returncode:
        assert "CI" not in os.environ, done.stderr
        pytest.skip(f"npm could not install the SDK: {done.stderr.strip().splitlines()[-1]}")
    return place


def test_the_story(node_project, mock):
    told = subprocess.run(
        ["node", "--test", "story.test.js"],
        cwd=node_project,
        env={**os.environ, **mock.environment, "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "# pass 6" in told.stdout
