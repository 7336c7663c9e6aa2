"""The SCIM protocol as a conformance checker and a generic client see it.

Their modules take a fifth of pytest's collection time in every worker, so they are imported when a test needs them.
"""

import pytest

pytestmark = pytest.mark.xdist_group("scim conformance")  # one worker imports them


@pytest.fixture
def models():
    """The module with the resource types of SCIM."""
    import scim2_models

    return scim2_models


@pytest.fixture
def scim_client(connection):
    import httpx2
    from scim2_client.engines.httpx2 import SyncSCIMClient

    headers = {"Authorization": f"Bearer {connection.bearer_token}"}
    with httpx2.Client(base_url=connection.base_url, headers=headers, trust_env=False) as http:
        yield SyncSCIMClient(http)


@pytest.mark.slow
def test_conformance_checker_reports_no_error(scim_client):
    from scim2_tester import Status, check_server

    results = check_server(scim_client)
    errors = (Status.ERROR, Status.CRITICAL, Status.DEVIATION)
    assert [f"{r.title}: {r.reason}" for r in results if r.status in errors] == []
    assert sum(result.status is Status.SUCCESS for result in results) > 120


def test_generic_client_discovers_and_uses_every_resource(scim_client, client, connection, models):
    scim_client.discover()
    user_model = scim_client.get_resource_model("User")
    group_model = scim_client.get_resource_model("Group")

    user = scim_client.create(
        user_model(
            user_name="ada",
            emails=[{"value": "ada@acme.test", "type": "work", "primary": True}],
            name={"givenName": "Ada", "familyName": "Lovelace"},
        )
    )
    member = client.organizations.members.get(connection.organization_id, user.id).member
    assert (member.name, member.status) == ("Ada Lovelace", "active")

    group = scim_client.create(group_model(display_name="Engines", members=[{"value": user.id}]))
    results = scim_client.query(group_model, query_parameters=models.SearchRequest(filter='displayName eq "engines"'))
    assert [each.id for each in results.resources] == [group.id]

    operation = models.PatchOperation(op="replace", path="title", value="Countess")
    scim_client.modify(user_model, user.id, models.PatchOp[user_model](operations=[operation]))
    assert scim_client.query(user_model, user.id).title == "Countess"

    user.active = False
    scim_client.replace(user)
    assert client.organizations.members.dangerously_get(member.member_id, include_deleted=True).member.status == (
        "deleted"
    )
    scim_client.delete(group_model, group.id)
    scim_client.delete(user_model, user.id)
    assert scim_client.query(user_model).total_results == 0


def test_served_schemas_have_the_attributes_of_the_standard(scim_client, models):
    scim_client.discover()
    ours = {str(schema.id): schema for schema in scim_client.query(models.Schema).resources}
    for theirs in (models.User, models.Group, models.EnterpriseUser):
        schema = ours[str(theirs.__schema__)]
        names = {attribute.name for attribute in schema.attributes}
        assert names == {attribute.name for attribute in theirs.to_schema().attributes}
