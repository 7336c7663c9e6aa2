"""``scim`` of the browser SDK: the organization's SCIM connection."""

from tests.browser.sdk import call, refusal

FORBIDDEN = "session_authorization_error"
NO_CONNECTION = "scim-connection-test-00000000-0000-4000-8000-000000000001"


def test_connection_is_created_changed_and_deleted(admin_page, mock):
    page = admin_page
    made = call(page, "scim.createConnection", {"display_name": "Okta", "identity_provider": "okta"})["connection"]
    connection_id = made["connection_id"]
    assert len(made["bearer_token"]) == 48
    changed = {"connection_id": connection_id, "display_name": "Staff"}
    assert call(page, "scim.updateConnection", changed)["connection"]["display_name"] == "Staff"
    assert call(page, "scim.getConnection")["connection"]["display_name"] == "Staff"
    mock.scim_push(connection_id, [{"op": "create_group", "name": "Engineers"}])
    (group,) = call(page, "scim.getConnectionGroups", {"limit": 10})["scim_groups"]
    assert group["group_name"] == "Engineers"
    assert call(page, "scim.rotateStart", connection_id)["connection"]["next_bearer_token"]
    assert call(page, "scim.rotateCancel", connection_id)["connection"]["connection_id"] == connection_id
    call(page, "scim.rotateStart", connection_id)
    assert call(page, "scim.rotateComplete", connection_id)["connection"]["connection_id"] == connection_id
    assert refusal(page, "scim.rotateComplete", connection_id) == "scim_connection_not_rotating_token"
    assert call(page, "scim.deleteConnection", connection_id)["connection_id"] == connection_id
    assert refusal(page, "scim.deleteConnection", NO_CONNECTION) == "no_active_scim_connection"


def test_connection_needs_permissions(ada_page, client, acme):
    page = ada_page
    connection_id = client.scim.connection.create(acme.organization_id).connection.connection_id
    assert refusal(page, "scim.createConnection", {}) == FORBIDDEN
    assert refusal(page, "scim.updateConnection", {"connection_id": connection_id, "display_name": "Eve"}) == FORBIDDEN
    assert refusal(page, "scim.getConnection") == FORBIDDEN
    assert refusal(page, "scim.getConnectionGroups", {}) == FORBIDDEN
    assert refusal(page, "scim.rotateStart", connection_id) == FORBIDDEN
    assert refusal(page, "scim.rotateCancel", connection_id) == FORBIDDEN
    assert refusal(page, "scim.rotateComplete", connection_id) == FORBIDDEN
    assert refusal(page, "scim.deleteConnection", connection_id) == FORBIDDEN
