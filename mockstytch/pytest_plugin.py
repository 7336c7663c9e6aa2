"""Pytest fixtures for tests of an app that uses Stytch. Nothing heavy is imported before a fixture is used."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import stytch

    from mockstytch.client.handle import MockStytch
    from mockstytch.client.seeding import Seed


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the ini option ``mockstytch_seed``."""
    parser.addini(
        "mockstytch_seed", "Seed file of each test's project; the variable MOCKSTYTCH_SEED comes first.", "string"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark ``mockstytch``."""
    config.addinivalue_line(
        "markers", "mockstytch(seed): the test's project starts with this seed: a mapping, or a file beside the test"
    )


def pytest_sessionstart(session: pytest.Session) -> None:
    """Check the server at ``MOCKSTYTCH_URL`` and the seed file once, instead of failing in each test.

    Raises:
        UsageError: if there is no server, or the file can't be read.
    """
    url, seed = os.environ.get("MOCKSTYTCH_URL"), _seed_file(session.config) or os.environ.get("MOCKSTYTCH_PEOPLE")
    if hasattr(session.config, "workerinput") or not (url or seed):  # pytest-xdist's controller has checked them
        return
    from mockstytch.client.transport import MockError, require_server
    from mockstytch.settings import SettingError

    try:
        if url:
            require_server(url)
        if seed:
            _configured(session.config)
    except (MockError, SettingError) as e:
        raise pytest.UsageError(str(e)) from None


@pytest.fixture(scope="session")
def mockstytch_server(pytestconfig: pytest.Config) -> Iterator[MockStytch]:
    """Start a server, one for each worker. If ``MOCKSTYTCH_URL`` is set, connect to that server instead."""
    from mockstytch.client.handle import MockError, MockStytch
    from mockstytch.settings import SettingError
    from mockstytch.store.engine import DatabaseInUse, SchemaMismatch

    url = os.environ.get("MOCKSTYTCH_URL")
    try:
        # Only ``projects`` of the file belong to the server. Each test's project gets the rest.
        shared = {"projects": _configured(pytestconfig).get("projects", [])}
        mock = MockStytch(url=url, seed=None if url else shared)
    except (MockError, SettingError, DatabaseInUse, SchemaMismatch, OSError) as e:
        pytest.fail(str(e), pytrace=False)
    with mock:
        yield mock


@pytest.fixture
def mockstytch(mockstytch_server: MockStytch, request: pytest.FixtureRequest) -> Iterator[MockStytch]:
    """Return a new project, just for this test, with its seed. It is emptied after the test.

    The mark ``mockstytch`` gives the seed. Without it, the configured seed is used.
    """
    from mockstytch.client.seeding import in_file
    from mockstytch.client.transport import MockError

    mark = request.node.get_closest_marker("mockstytch")
    seed = _marked_seed(mark, request.path.parent) if mark else _seed_file(request.config)
    content: dict[str, Any] = {}
    try:
        content = _content(seed) if mark else _configured(request.config)
        own = {name: value for name, value in content.items() if name != "projects"}
        mock = mockstytch_server.project(seed=own or None)
    except MockError as e:
        pytest.fail(str(in_file(e, seed, content) if content and isinstance(seed, str | Path) else e), pytrace=False)
    mock.configure()  # creates the project, so that the test can open its public URLs before it calls the API
    yield mock
    mock.reset(to="empty")
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


def _marked_seed(mark: pytest.Mark, folder: Path) -> Seed | None:
    """Return the seed of the mark ``mockstytch``.

    Args:
        folder: what a relative path is relative to.
    """
    if mark.args or set(mark.kwargs) != {"seed"}:
        pytest.fail("The mark mockstytch needs one argument: @pytest.mark.mockstytch(seed=…)", pytrace=False)
    seed: Seed | None = mark.kwargs["seed"]
    return folder / seed if isinstance(seed, str | Path) else seed


def _configured(config: pytest.Config) -> dict[str, Any]:
    """Return the content of the configured seed: of the file, and with the people of ``MOCKSTYTCH_PEOPLE``."""
    from mockstytch.client.seeding import configured_seed

    return configured_seed(_seed_file(config)) or {}


def _content(seed: Seed | None) -> dict[str, Any]:
    """Return the content of a seed; an empty one if there is no seed."""
    from mockstytch.client.seeding import read_seed

    return read_seed(seed) if seed else {}
