"""Paths and methods: what is found, what is refused, and what the discovery endpoints return."""

from tests.contract.stories_of_scim import connected
from tests.scim.directory import Directory, refusal


def test_unknown_connection_is_not_found(directory, mock):
    unknown = "scim-connection-test-11111111-1111-4111-8111-111111111111"
    response = directory.send("GET", f"{mock.url}/v1/b2b/scim/{unknown}/Users")
    assert refusal(response) == (404, "")


def test_resources_of_another_connection_are_not_found(directory, given):
    user, other = directory.create_user(), Directory(connected(given))
    for path in (f"/Users/{user['id']}", f"/Groups/{directory.create_group('Engines')['id']}"):
        for method in ("GET", "PUT", "PATCH", "DELETE"):
            assert other.refused(method, path, {"userName": "x"}) == (404, "")
    assert other.call("GET", "/Users")["totalResults"] == 0
    body = {"displayName": "Engines", "members": [{"value": user["id"]}]}
    assert other.refused("POST", "/Groups", body) == (400, "invalidValue")


def test_request_log_has_the_reason_of_a_refusal(directory, given):
    directory.refused("GET", "/Users", params={"filter": "userName eq"})
    line = given.mock.requests()[-1]
    assert (line.method, line.status_code, line.error_type) == ("GET", 400, "invalidFilter")
    assert line.path.endswith("/Users")
    assert "column" in line.because


def test_discovery_endpoints_describe_the_service(directory):
    config = directory.call("GET", "/ServiceProviderConfig")
    supported = {name for name, value in config.items() if isinstance(value, dict) and value.get("supported")}
    assert supported == {"patch", "filter", "sort"}
    assert config["filter"]["maxResults"] == 1000
    assert [t["id"] for t in directory.call("GET", "/ResourceTypes")["Resources"]] == ["User", "Group"]
    assert directory.call("GET", "/ResourceTypes/User")["endpoint"] == "/Users"
    assert len(directory.call("GET", "/Schemas")["Resources"]) == 3
    urn = "urn:ietf:params:scim:schemas:core:2.0:User"
    assert directory.call("GET", f"/Schemas/{urn}")["id"] == urn
    for path in ("/ServiceProviderConfig", "/Schemas", "/ResourceTypes"):
        assert directory.refused("GET", path, params={"filter": 'id eq "x"'}) == (403, "")
        assert directory.refused("POST", path, {}) == (405, "")


def test_encoded_slash_is_part_of_the_id(directory):
    response = directory.send("GET", "/Users/a%2Fb")
    assert response.json()["detail"] == "There is no user a/b"


def test_unknown_path_or_id_is_not_found(directory):
    for path in ("/Machines", "/Users/x/y", "/users", "/Schemas/x", "/Schemas/x/y", "/ServiceProviderConfig/x"):
        assert directory.refused("GET", path) == (404, "")
    for path in ("/Users/x", "/Groups/x", "/Users/%00", "/Users/%ff", "/Users/..%2fx"):
        assert directory.refused("DELETE", path)[0] == 404


def test_bulk_and_me_are_not_implemented(directory):
    assert directory.refused("POST", "/Bulk", {}) == (501, "")
    assert directory.refused("GET", "/Me") == (501, "")


def test_wrong_method_is_refused(directory):
    user = directory.create_user()
    for method, path in [
        ("PUT", "/Users"),
        ("DELETE", "/Groups"),
        ("PATCH", "/Users"),
        ("POST", f"/Users/{user['id']}"),
        ("GET", "/.search"),
        ("GET", "/Users/.search"),
    ]:
        assert directory.refused(method, path, {}) == (405, "")
    assert directory.send("PUT", "/Users", {}).headers["allow"] == "GET, POST"


def test_paths_of_the_connections_api_are_not_scim(http, given, why):
    acme = given.organization()
    base = f"/v1/b2b/scim/{acme.organization_id}"
    assert why("GET", f"{base}/connection") == "no_active_scim_connection"
    assert why("PATCH", f"{base}/connection") == "route_not_found"
    assert why("GET", f"{base}/Users") == "route_not_found"
    assert why("GET", base) == "route_not_found"
    assert why("GET", "/v1/b2b/scim/acme/connection/x/y") == "route_not_found"
    slug = given.organization("Odd", organization_slug="scim-connection-odd")
    assert why("POST", f"/v1/b2b/scim/{slug.organization_slug}/connection") == "none"
