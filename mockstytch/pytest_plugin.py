"""Pytest fixtures for tests of an app that uses Stytch. Nothing heavy is imported before a fixture is used."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import stytch

    from mockstytch.client.handle import MockStytch


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the ini option ``mockstytch_seed``."""
    parser.addini(
        "mockstytch_seed", "Seed file of each test's project; the variable MOCKSTYTCH_SEED comes first.", "string"
    )


def pytest_sessionstart(session: pytest.Session) -> None:
    """Check the server at ``MOCKSTYTCH_URL`` and the seed file once, instead of failing in each test.

    Raises:
        UsageError: if there is no server, or the file can't be read.
    """
    url, seed = os.environ.get("MOCKSTYTCH_URL"), _seed_file(session.config)
    if hasattr(session.config, "workerinput") or not (url or seed):  # pytest-xdist's controller has checked them
        return
    from mockstytch.client.seeding import read_seed
    from mockstytch.client.transport import MockError, require_server

    try:
        if url:
            require_server(url)
        if seed:
            read_seed(seed)
    except MockError as e:
        raise pytest.UsageError(str(e)) from None


@pytest.fixture(scope="session")
def mockstytch_server(pytestconfig: pytest.Config) -> Iterator[MockStytch]:
    """Start a server, one for each worker. If ``MOCKSTYTCH_URL`` is set, connect to that server instead."""
    from mockstytch.client.handle import MockError, MockStytch

    url = os.environ.get("MOCKSTYTCH_URL")
    try:
        mock = MockStytch(url=url, seed=None if url else _seed_file(pytestconfig))
    except MockError as e:
        pytest.fail(str(e), pytrace=False)
    with mock:
        yield mock


@pytest.fixture
def mockstytch(mockstytch_server: MockStytch, pytestconfig: pytest.Config) -> Iterator[MockStytch]:
    """Return a new project, just for this test, with the configured seed. It is emptied after the test."""
    from mockstytch.client.handle import MockError
    from mockstytch.client.seeding import read_seed

    seed = _seed_file(pytestconfig)
    try:
        # ``projects`` of the file belong to the server, and not to each test
        sections = {name: value for name, value in read_seed(seed).items() if name != "projects"} if seed else None
        mock = mockstytch_server.project(seed=sections or None)
    except MockError as e:
        pytest.fail(f"{seed}: {e}", pytrace=False)
    mock.configure()  # creates the project, so that the test can open its public URLs before it calls the API
    yield mock
    mock.reset(seed=False)
    mock.snapshots.clear()


@pytest.fixture
def stytch_client(mockstytch: MockStytch) -> stytch.B2BClient:
    """Return the official client for the test's project. Without the package ``stytch`` the test has an error."""
    try:
        return mockstytch.client()
    except ModuleNotFoundError as e:
        pytest.fail(str(e), pytrace=False)


def _seed_file(config: pytest.Config) -> Path | None:
    """Return the seed file: from ``MOCKSTYTCH_SEED``, or from the ini file, relative to that file."""
    if from_environment := os.environ.get("MOCKSTYTCH_SEED"):
        return Path(from_environment)
    from_ini = str(config.getini("mockstytch_seed") or "")
    return (config.inipath.parent if config.inipath else config.rootpath) / from_ini if from_ini else None
