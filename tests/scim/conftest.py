import pytest

from tests.api.conftest import events, rows, why  # noqa: F401 · fixtures
from tests.contract.stories_of_scim import connected
from tests.scim.directory import Directory


@pytest.fixture
def connection(given):
    return connected(given)


@pytest.fixture
def directory(connection):
    directory = Directory(connection)
    yield directory
    directory.http.close()


@pytest.fixture
def member(client, connection):
    """Return the member of a SCIM user, deleted or not: ``member(user)``."""

    def find(user):
        return client.organizations.members.dangerously_get(user["id"], include_deleted=True).member

    return find
