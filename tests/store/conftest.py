"""The kinds of databases."""

from collections.abc import Iterator

import pytest

from mockstytch.store.connection import Connection
from mockstytch.store.engine import open_database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql"))])
def connection(request: pytest.FixtureRequest) -> Iterator[Connection]:
    """A connection to an empty database, of each kind."""
    location = ""
    if request.param == "postgresql":
        cluster = request.getfixturevalue("postgres")
        cluster.execute("DROP DATABASE IF EXISTS store")
        location = cluster.create("store")
    opened = open_database(location)
    yield opened
    opened.close()
