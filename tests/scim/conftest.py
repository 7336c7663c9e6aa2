"""Fixtures of the SCIM tests: a connection, its directory, and the members of its users."""

import pytest

from tests.api.conftest import rows, why  # noqa: F401 · fixtures
from tests.contract.stories_of_scim import connected
from tests.scim.directory import Directory


@pytest.fixture
def connection(given):
    """The SCIM connection of a new organization."""
    return connected(given)


@pytest.fixture
def acme(client, connection):
    """The organization of the connection."""
    return client.organizations.get(connection.organization_id).organization


@pytest.fixture
def directory(connection):
    """The directory of the connection."""
    directory = Directory(connection)
    yield directory
    directory.http.close()


@pytest.fixture
def member(client, connection):
    """Return the member of a SCIM user, deleted or not: ``member(user)``."""

    def find(user):
        return client.organizations.members.dangerously_get(user["id"], include_deleted=True).member

    return find
