"""Pytest fixtures for tests of an app that uses Stytch. Nothing heavy is imported before a fixture is used."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import stytch

    from mockstytch.client.handle import MockStytch


@pytest.fixture(scope="session")
def mockstytch_server() -> Iterator[MockStytch]:
    """Start a server, one for each worker. If ``MOCKSTYTCH_URL`` is set, connect to that server instead."""
    from mockstytch.client.handle import MockStytch

    with MockStytch(url=os.environ.get("MOCKSTYTCH_URL")) as mock:
        yield mock


@pytest.fixture
def mockstytch(mockstytch_server: MockStytch) -> Iterator[MockStytch]:
    """Return a new project of the server, just for this test. It is emptied after the test."""
    mock = mockstytch_server.project()
    mock.configure()  # creates the project, so that the test can open its public URLs before it calls the API
    yield mock
    mock.reset()


@pytest.fixture
def stytch_client(mockstytch: MockStytch) -> stytch.B2BClient:
    """Return the official client for the test's project. Skip the test if ``stytch`` isn't installed."""
    pytest.importorskip("stytch", reason="the official SDK is not installed: pip install stytch")
    return mockstytch.client()
