"""The official Node SDK: run the flows in ``node/story.test.js`` against a project."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.node_packages import installed

HERE = Path(__file__).parent / "node"
pytestmark = pytest.mark.slow


@pytest.fixture
def node_project(node_cache):
    """A copy of ``node/`` with the packages installed."""
    return installed(HERE, node_cache)


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
