"""Limits: requests that would keep the server busy for long are refused."""

import json

from tests.scim.directory import refusal


def test_too_large_body_is_refused(directory):
    response = directory.http.post("/Users", content=json.dumps({"userName": "x" * 1_100_000}))
    assert refusal(response) == (413, "")


def test_too_long_filter_and_too_large_patch_are_refused(directory):
    user = directory.create_user()
    long_filter = " and ".join(['userName eq "x"'] * 1000)
    assert directory.refused("POST", "/.search", {"filter": long_filter}) == (400, "invalidFilter")
    operations = [{"op": "replace", "path": "title", "value": "x"}] * 1001
    assert directory.refused("PATCH", f"/Users/{user['id']}", {"Operations": operations}) == (413, "")
    long_path = 'emails[value eq "x"' + ' and value eq "x"' * 10_000 + "]"
    operations = [{"op": "remove", "path": long_path}]
    assert directory.refused("PATCH", f"/Users/{user['id']}", {"Operations": operations}) == (413, "")


def test_too_many_values_of_an_attribute_are_refused(directory):
    user = directory.create_user()
    path = f"/Users/{user['id']}"

    def addresses(count):
        return [{"value": f"ada-{number}@acme.test"} for number in range(count)]

    replacement = {"userName": "ada@acme.test", "emails": addresses(1001)}
    assert directory.refused("PUT", path, replacement) == (413, "")
    assert directory.refused("POST", "/Users", replacement | {"userName": "eve@acme.test"}) == (413, "")
    whole = {"op": "add", "path": "emails", "value": addresses(1001)}
    assert directory.refused("PATCH", path, {"Operations": [whole]}) == (413, "")
    one_by_one = [{"op": "add", "path": "emails", "value": [one]} for one in addresses(999)]
    assert directory.refused("PATCH", path, {"Operations": one_by_one}) == (413, "")
    assert directory.call("GET", path)["emails"] == user["emails"]
    assert len(directory.patch(path, *one_by_one[:100])["emails"]) == 101
