"""Fixtures for the apps of the how-to pages."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from mockstytch import MockStytch
from mockstytch.settings import DEFAULT_PROJECT_ID
from tests.howto.app_files import App, running
from tests.support import node_packages


@pytest.fixture(scope="session")
def howto_packages(node_cache: Path) -> Path:
    """The folder with the packages that the apps import."""
    return node_packages.installed(Path(__file__).parent / "node", node_cache)


@pytest.fixture
def app(tmp_path: Path, howto_packages: Path, mock: MockStytch) -> Iterator[App]:
    """An empty app. What is written there uses the test's project."""
    port = str(urlsplit(mock.url).port)
    public_token = DEFAULT_PROJECT_ID.replace("project-", "public-token-", 1)
    replacements = {"localhost:4700": f"localhost:{port}", public_token: mock.public_token}
    with running(App(tmp_path, howto_packages, replacements)) as found:
        yield found
