"""Stories of SCIM connections."""

from typing import Any

from tests.contract.story import story
from tests.support.given import Given


def connected(given: Given, **fields: Any) -> Any:
    """Create a connection of a new organization. Returns it with its bearer token."""
    acme = given.organization()
    return given.client.scim.connection.create(acme.organization_id, **fields).connection


def named(connection: Any) -> dict[str, str]:
    return {"organization_id": connection.organization_id, "connection_id": connection.connection_id}


@story("scim.connection.create")
def _(given: Given) -> Any:
    return given.client.scim.connection.create(given.organization().organization_id, "Okta", "okta")


@story("scim.connection.get")
def _(given: Given) -> Any:
    return given.client.scim.connection.get(connected(given, identity_provider="microsoft-entra").organization_id)


@story("scim.connection.update")
def _(given: Given) -> Any:
    return given.client.scim.connection.update(**named(connected(given)), display_name="Okta")


@story("scim.connection.delete")
def _(given: Given) -> Any:
    return given.client.scim.connection.delete(**named(connected(given)))


@story("scim.connection.get_groups")
def _(given: Given) -> Any:
    return given.client.scim.connection.get_groups(**named(connected(given)))


@story("scim.connection.rotate_start")
def _(given: Given) -> Any:
    return given.client.scim.connection.rotate_start(**named(connected(given)))


@story("scim.connection.rotate_complete")
def _(given: Given) -> Any:
    connection = connected(given)
    given.client.scim.connection.rotate_start(**named(connection))
    return given.client.scim.connection.rotate_complete(**named(connection))


@story("scim.connection.rotate_cancel")
def _(given: Given) -> Any:
    connection = connected(given)
    given.client.scim.connection.rotate_start(**named(connection))
    return given.client.scim.connection.rotate_cancel(**named(connection))
