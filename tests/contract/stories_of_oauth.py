"""The stories of M2M clients, connected apps, and the OAuth authorization server."""

from typing import Any

from tests.contract.story import story
from tests.given import Given


def machine(given: Given) -> Any:
    made = given.client.m2m.clients.create(
        ["read:users"], client_name="Billing", client_description="Bills.", trusted_metadata={"tier": 3}
    )
    return made.m2m_client


@story("m2m.clients.create")
def _(given: Given) -> Any:
    return machine(given)


@story("m2m.clients.get")
def _(given: Given) -> Any:
    return given.client.m2m.clients.get(machine(given).client_id)


@story("m2m.clients.update")
def _(given: Given) -> Any:
    return given.client.m2m.clients.update(machine(given).client_id, status="inactive", scopes=["write:users"])


@story("m2m.clients.delete")
def _(given: Given) -> Any:
    return given.client.m2m.clients.delete(machine(given).client_id)


@story("m2m.clients.search")
def _(given: Given) -> Any:
    """A page that isn't the last, of a client that is rotating its secret."""
    machine(given)
    given.client.m2m.clients.secrets.rotate_start(machine(given).client_id)
    return given.client.m2m.clients.search(limit=1, query={"operator": "OR", "operands": []})


@story("m2m.clients.secrets.rotate_start")
def _(given: Given) -> Any:
    return given.client.m2m.clients.secrets.rotate_start(machine(given).client_id)


@story("m2m.clients.secrets.rotate_cancel")
def _(given: Given) -> Any:
    client_id = machine(given).client_id
    given.client.m2m.clients.secrets.rotate_start(client_id)
    return given.client.m2m.clients.secrets.rotate_cancel(client_id)


@story("m2m.clients.secrets.rotate")
def _(given: Given) -> Any:
    client_id = machine(given).client_id
    given.client.m2m.clients.secrets.rotate_start(client_id)
    return given.client.m2m.clients.secrets.rotate(client_id)


@story("m2m.token")
def _(given: Given) -> Any:
    made = machine(given)
    return given.client.m2m.token(made.client_id, made.client_secret, ["read:users"])
