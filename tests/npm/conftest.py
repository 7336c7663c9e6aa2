"""Fixtures for tests of the npm package."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mockstytch import MockStytch
from tests.support import npm_package


@pytest.fixture(scope="session")
def package(node_cache: Path) -> Path:
    """A copy of ``clients/js`` in which the package is built."""
    return npm_package.built(node_cache)


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the command ``mockstytch`` of this environment, as if it was installed."""
    folder = tmp_path_factory.mktemp("bin")
    command = folder / "mockstytch"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mockstytch "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return folder


@pytest.fixture
def environment(programs: Path) -> dict[str, str]:
    """The variables of a process with ``mockstytch`` on its PATH, and no running server."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MOCKSTYTCH", "STYTCH"))}
    return inherited | {"PATH": os.pathsep.join([str(programs), os.environ["PATH"]]), "NO_PROXY": "*"}


@pytest.fixture
def app(tmp_path: Path, package: Path) -> Callable[..., Path]:
    """``app({"login.test.js": …})`` returns a new project with these files, in which the package is installed."""

    def create(files: dict[str, str], without: tuple[str, ...] = ()) -> Path:
        for name, text in {"package.json": '{"type": "module"}', **files}.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, encoding="utf-8")
        npm_package.link_packages(tmp_path, package / "node_modules", package, without=without)
        return tmp_path

    return create


@pytest.fixture
def running_server(mockstytch_server: MockStytch) -> str:
    """The URL of a running server."""
    return mockstytch_server.url
