"""Fixtures for tests of an app that logs people in through Stytch. Nothing heavy is imported until one is used."""

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
    """A running server, one for each worker; the one at ``MOCKSTYTCH_URL``, where that is set."""
    from mockstytch.client.handle import MockStytch

    with MockStytch(url=os.environ.get("MOCKSTYTCH_URL")) as mock:
        yield mock


@pytest.fixture
def mockstytch(mockstytch_server: MockStytch) -> Iterator[MockStytch]:
    """A project of this test's own on that server: new, and emptied afterwards."""
    mock = mockstytch_server.project()
    yield mock
    mock.reset()


@pytest.fixture
def stytch_client(mockstytch: MockStytch) -> stytch.B2BClient:
    """The official client for that project."""
    pytest.importorskip("stytch", reason="the official SDK is not installed: pip install stytch")
    return mockstytch.client()
