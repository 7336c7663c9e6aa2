"""Fixtures that run code blocks of the documentation."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mockstytch import Settings
from mockstytch.server import Server
from tests.docs.runner import Runner, free_port


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[Runner]:
    """A runner with a running server, whose default project is empty."""
    with Server(Settings(port=0)) as server:
        yield Runner(tmp_path, server.settings.port)


@pytest.fixture
def alone(tmp_path: Path) -> Runner:
    return Runner(tmp_path, free_port())
