"""Fixtures of the tests of several server processes on one PostgreSQL database."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from mockstytch import MockStytch
from tests.support import postgresql
from tests.support.concurrency import CLIENTS, Caller
from tests.support.given import Given
from tests.support.postgresql import Cluster
from tests.support.round_robin import RoundRobin, balanced
from tests.support.server_process import started


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run these tests in one worker, because each worker would start its own database and servers."""
    for item in items:
        if "processes" in item.path.parts:
            item.add_marker(pytest.mark.xdist_group("processes"))


class Processes(NamedTuple):
    """Server processes on one database.

    Attributes:
        database: the URL of the database.
        urls: their URLs.
        balancer: sends each request to the process after the one before.
    """

    cluster: Cluster
    database: str
    urls: list[str]
    balancer: RoundRobin


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    if postgresql.programs() is None:
        pytest.skip("PostgreSQL isn't installed")
    cluster = Cluster()
    yield cluster
    cluster.close()


@pytest.fixture(scope="session")
def processes(cluster: Cluster) -> Iterator[Processes]:
    """Two processes."""
    database = cluster.create("processes")
    with contextlib.ExitStack() as stack:
        options = ("--db", database, "--quiet")
        urls = [stack.enter_context(started(*options))[1]["url"] for _ in range(2)]
        yield Processes(cluster, database, urls, stack.enter_context(balanced(urls)))


@pytest.fixture
def mock(processes: Processes) -> MockStytch:
    """A new project. Each request is sent to another process than the request before."""
    mock = MockStytch(processes.balancer.url).project()
    mock.call("PATCH", "/project", {}, {})  # registers it
    return mock


@pytest.fixture
def pair(processes: Processes, mock: MockStytch) -> list[MockStytch]:
    """The project of the test, seen from each process."""
    return [MockStytch(url, mock.project_id, mock.secret) for url in processes.urls]


@pytest.fixture
def client(mock: MockStytch) -> Any:
    return mock.client()


@pytest.fixture
def given(mock: MockStytch, client: Any) -> Given:
    return Given(mock, client)


@pytest.fixture
def crowd(pair: list[MockStytch]) -> Callable[[], list[Caller]]:
    """Return 50 clients, half of them of each process."""
    return lambda: [Caller(pair[number % 2]) for number in range(CLIENTS)]
