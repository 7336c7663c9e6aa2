"""The SCIM protocol judged by others: a conformance checker, and a client that knows nothing of this server."""

import httpx2
import pytest
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_models import EnterpriseUser, Group, PatchOp, PatchOperation, Schema, SearchRequest, User
from scim2_tester import Status, check_server

WRONG = (Status.ERROR, Status.CRITICAL, Status.DEVIATION)


@pytest.fixture
def scim_client(connection):
    headers = {"Authorization": f"Bearer {connection.bearer_token}"}
    with httpx2.Client(base_url=connection.base_url, headers=headers, trust_env=False) as http:
        yield SyncSCIMClient(http)


@pytest.mark.slow
def test_the_conformance_checker_has_nothing_to_say(scim_client):
    results = check_server(scim_client)
    assert [f"{r.title}: {r.reason}" for r in results if r.status in WRONG] == []
    assert sum(result.status is Status.SUCCESS for result in results) > 120


def test_a_client_that_discovers_what_there_is(scim_client, client, connection):
    scim_client.discover()
    user_model = scim_client.get_resource_model("User")
    group_model = scim_client.get_resource_model("Group")

    made = scim_client.create(
        user_model(
            user_name="ada",
            emails=[{"value": "ada@acme.test", "type": "work", "primary": True}],
            name={"givenName": "Ada", "familyName": "Lovelace"},
        )
    )
    member = client.organizations.members.get(connection.organization_id, made.id).member
    assert (member.name, member.status) == ("Ada Lovelace", "active")

    group = scim_client.create(group_model(display_name="Engines", members=[{"value": made.id}]))
    found = scim_client.query(group_model, query_parameters=SearchRequest(filter='displayName eq "engines"'))
    assert [each.id for each in found.resources] == [group.id]

    operation = PatchOperation(op="replace", path="title", value="Countess")
    scim_client.modify(user_model, made.id, PatchOp[user_model](operations=[operation]))
    assert scim_client.query(user_model, made.id).title == "Countess"

    made.active = False
    scim_client.replace(made)
    assert client.organizations.members.dangerously_get(member.member_id, include_deleted=True).member.status == (
        "deleted"
    )
    scim_client.delete(group_model, group.id)
    scim_client.delete(user_model, made.id)
    assert scim_client.query(user_model).total_results == 0


def test_what_is_served_is_described_by_its_schemas(scim_client):
    scim_client.discover()
    ours = {str(schema.id): schema for schema in scim_client.query(Schema).resources}
    for theirs in (User, Group, EnterpriseUser):
        schema = ours[str(theirs.__schema__)]
        names = {attribute.name for attribute in schema.attributes}
        assert names == {attribute.name for attribute in theirs.to_schema().attributes}
