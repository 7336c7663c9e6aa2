"""Bodies that are invalid: each of them is refused with an error of SCIM, never with a server error."""

import pytest

from tests.scim.directory import refusal


def _deep(depth):
    return '{"a":' * depth + "1" + "}" * depth


BODIES = {
    "empty body": "",
    "invalid JSON": "{",
    "string": '"x"',
    "list": "[]",
    "null": "null",
    "number": "5",
    "empty object": "{}",
    "deep objects": _deep(100_000),
    "deep objects in an attribute": '{"userName": "a@b.test", "name": ' + _deep(400) + "}",
    "deep lists": '{"userName": "a@b.test", "emails": ' + "[" * 400 + "]" * 400 + "}",
    "lone surrogate": '{"userName": "\\ud800", "emails": [{"value": "a@b.test"}]}',
    "NUL character": '{"userName": "\\u0000"}',
    "missing address": '{"userName": "ada"}',
    "invalid address": '{"userName": "ada", "emails": [{"value": "ada"}]}',
    "empty address": '{"userName": "ada", "emails": [{"value": ""}]}',
    "missing value": '{"userName": "ada", "emails": [{"type": "work"}]}',
    "name is a list": '{"userName": "a@b.test", "name": []}',
    "name is a string": '{"userName": "a@b.test", "name": "Ada"}',
    "userName is a number": '{"userName": 5}',
    "empty userName": '{"userName": "", "emails": [{"value": "a@b.test"}]}',
    "emails is a string": '{"userName": "x", "emails": "a@b.test"}',
    "emails contains null": '{"userName": "x", "emails": [null]}',
    "schemas is a number": '{"userName": "a@b.test", "schemas": 5}',
    "schemas of a group": '{"userName": "a@b.test", "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"]}',
    "blank names": '{"userName": "  ", "displayName": " ", "emails": [{"value": "a@b.test"}]}',
    "active is another word": '{"userName": "a@b.test", "active": "perhaps"}',
    "certificate is not base64": '{"userName": "a@b.test", "x509Certificates": [{"value": "%"}]}',
}


# These are accepted: unknown attributes and schemas are ignored, and the base64 decoder skips other characters.
HARMLESS = ("deep objects in an attribute", "schemas of a group", "certificate is not base64")


@pytest.mark.parametrize("case", BODIES)
def test_invalid_user_is_refused(directory, case):
    user = directory.create_user()
    for method, path in (("POST", "/Users"), ("PUT", f"/Users/{user['id']}")):
        response = directory.http.request(method, path, content=BODIES[case])
        if response.status_code not in (200, 201):
            status, scim_type = refusal(response)
            assert (status, scim_type) in [(400, "invalidValue"), (400, "invalidSyntax"), (409, "uniqueness")]
        assert case in HARMLESS or response.status_code == 400, response.text


@pytest.mark.parametrize("case", BODIES)
def test_invalid_group_patch_or_search_is_refused(directory, case):
    group = directory.create_group()
    for method, path in (
        ("POST", "/Groups"),
        ("PUT", f"/Groups/{group['id']}"),
        ("PATCH", f"/Groups/{group['id']}"),
        ("POST", "/Groups/.search"),
    ):
        response = directory.http.request(method, path, content=BODIES[case])
        assert response.status_code in (200, 201) or refusal(response)[0] == 400
    assert directory.call("GET", f"/Groups/{group['id']}")["displayName"] == "Engines"
