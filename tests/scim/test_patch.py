"""PATCH: operations that are invalid, and how many are applied."""

import pytest

from tests.scim.directory import PATCH

OPERATIONS = [
    ({"op": "explode", "path": "title", "value": "x"}, "invalidValue"),
    ({"path": "title", "value": "x"}, "invalidValue"),
    ({"op": 5, "path": "title", "value": "x"}, "invalidValue"),
    ({"op": None}, "invalidValue"),
    ({"op": "replace", "path": "[[", "value": "x"}, "invalidPath"),
    ({"op": "replace", "path": "emails[", "value": "x"}, "invalidPath"),
    ({"op": "replace", "path": "nonsense", "value": "x"}, "invalidPath"),
    ({"op": "replace", "path": "name.nonsense", "value": "x"}, "invalidPath"),
    ({"op": "add", "path": "x" * 50_000, "value": "x"}, "invalidPath"),
    ({"op": "add", "path": 5, "value": "x"}, "invalidValue"),
    ({"op": "add", "path": "title"}, "invalidValue"),
    ({"op": "remove"}, "noTarget"),
    ({"op": "remove", "path": "userName"}, "mutability"),
    ({"op": "remove", "path": "emails"}, "mutability"),
    ({"op": "replace", "path": "id", "value": "x"}, "mutability"),
    ({"op": "replace", "path": "meta.created", "value": "2020-01-01T00:00:00Z"}, "mutability"),
    ({"op": "add", "path": "groups", "value": [{"value": "x"}]}, "mutability"),
    ({"op": "replace", "path": "active", "value": "perhaps"}, "invalidValue"),
    ({"op": "replace", "path": "active", "value": {"a": 1}}, "invalidValue"),
    ({"op": "replace", "path": "title", "value": {"a": 1}}, "invalidValue"),
    ({"op": "replace", "path": "emails", "value": "x"}, "invalidValue"),
    ({"op": "replace", "path": "emails", "value": [{"value": "no address"}]}, "invalidValue"),
    ({"op": "replace", "path": "emails", "value": [{"value": "a@b.test", "primary": True}] * 2}, "invalidValue"),
    ({"op": "replace", "path": 'emails[type ne "work"].value', "value": "x@acme.test"}, "noTarget"),
    ({"op": "replace", "value": "x"}, "invalidValue"),
    ({"op": "replace", "value": [1]}, "invalidValue"),
    ("x", "invalidSyntax"),
    (None, "invalidSyntax"),
    ([], "invalidSyntax"),
]


@pytest.mark.parametrize(("operation", "scim_type"), OPERATIONS, ids=lambda value: ascii(value)[:70])
def test_invalid_operation_is_refused_and_changes_nothing(directory, operation, scim_type):
    user = directory.create_user()
    body = {"schemas": [PATCH], "Operations": [operation]}
    status, kind = directory.refused("PATCH", f"/Users/{user['id']}", body)
    assert status == 400
    assert kind in (scim_type, "invalidValue")
    assert directory.call("GET", f"/Users/{user['id']}") == user


def test_refused_operation_undoes_the_others(directory):
    user = directory.create_user()
    operations = [
        {"op": "replace", "path": "title", "value": "Countess"},
        {"op": "replace", "path": "active", "value": "perhaps"},
    ]
    body = {"schemas": [PATCH], "Operations": operations}
    assert directory.refused("PATCH", f"/Users/{user['id']}", body) == (400, "invalidValue")
    assert directory.call("GET", f"/Users/{user['id']}") == user


def test_patch_with_a_thousand_operations_is_applied(directory):
    user = directory.create_user()
    operations = [{"op": "replace", "path": "title", "value": str(n)} for n in range(1000)]
    assert directory.patch(f"/Users/{user['id']}", *operations)["title"] == "999"
