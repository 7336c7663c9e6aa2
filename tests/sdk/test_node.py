"""The official Node SDK: run the flows in ``node/story.test.js`` against a project."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "node"
pytestmark = pytest.mark.slow


@pytest.fixture
def node_project(tmp_path_factory):
    """A copy of ``node/`` in a temporary folder, with the packages installed."""
    npm = shutil.which("npm")
    if not (npm and shutil.which("node")):
        pytest.skip("Node.js with npm is not installed")
    folder = tmp_path_factory.mktemp("node")
    shutil.copytree(HERE, folder, dirs_exist_ok=True)
    options = ["--no-audit", "--no-fund", "--no-package-lock", "--prefer-offline"]
    install = subprocess.run([npm, "install", *options], cwd=folder, capture_output=True, text=True)
    if install.returncode:
        assert "CI" not in os.environ, install.stderr
        pytest.skip(f"npm can't install the SDK: {install.stderr.strip().splitlines()[-1]}")
    return folder


def test_node_sdk_completes_all_flows(node_project, mock):
    node = subprocess.run(
        ["node", "--test", "story.test.js"],
        cwd=node_project,
        env={**os.environ, **mock.environment, "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert node.returncode == 0, node.stdout + node.stderr
    assert "# pass 6" in node.stdout
