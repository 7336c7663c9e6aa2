"""Fixtures: a database, and a server on it."""

import itertools
from collections.abc import Callable, Iterator

import pytest

from mockstytch import MockStytch
from tests.support.postgresql import Cluster

_NUMBERS = itertools.count()


@pytest.fixture
def database(postgres: Cluster) -> str:
    """The name of a new database."""
    name = f"new_{next(_NUMBERS)}"
    postgres.create(name)
    return name


@pytest.fixture
def start(postgres: Cluster, database: str) -> Iterator[Callable[..., MockStytch]]:
    """``start()`` starts a server on the database. More calls start more servers on it."""
    servers = []

    def call(query: str = "") -> MockStytch:
        servers.append(MockStytch(database=postgres.url(database) + query, port=0))
        return servers[-1]

    yield call
    for server in servers:
        server.close()


@pytest.fixture
def server(start: Callable[..., MockStytch]) -> MockStytch:
    return start()
