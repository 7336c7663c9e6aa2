"""The protocol itself: who may call, what is found, and nonsense of every kind. Never a fault of the server."""

import json
import threading

import httpx
import pytest

from tests.contract.stories_of_scim import connected, named
from tests.scim.directory import PATCH, Directory, refusal

# Tokens


def test_the_token_opens_the_connection_and_nothing_else_does(directory, connection, given, http):
    def answered(authorization):
        headers = {"Authorization": authorization} if authorization else {}
        return httpx.get(f"{connection.base_url}/Users", headers=headers, trust_env=False)

    token = connection.bearer_token
    assert answered(f"Bearer {token}").status_code == 200
    assert answered(f"bearer  {token}").status_code == 200
    other = connected(given)
    for wrong in ("", token, "Bearer", f"Bearer {token[:-1]}", f"Basic {token}"):
        assert refusal(answered(wrong)) == (401, "")
    assert refusal(answered(f"Bearer {other.bearer_token}")) == (401, "")
    assert answered(f"Bearer {token}x").headers["www-authenticate"] == "Bearer"
    assert refusal(http.get(f"{connection.base_url}/Users")) == (401, "")  # the project's own secret


def test_the_discovery_endpoints_want_the_token_too(connection):
    for path in ("ServiceProviderConfig", "Schemas", "ResourceTypes"):
        assert refusal(httpx.get(f"{connection.base_url}/{path}", trust_env=False)) == (401, "")


def test_both_tokens_are_valid_while_rotating(directory, connection, client):
    def opens(token):
        answer = directory.send("GET", "/Users", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code in (200, 401)
        return answer.status_code == 200

    scim, first = client.scim.connection, connection.bearer_token
    dropped = scim.rotate_start(**named(connection)).connection.next_bearer_token
    assert opens(first)
    assert opens(dropped)
    scim.rotate_cancel(**named(connection))
    assert opens(first)
    assert not opens(dropped)
    second = scim.rotate_start(**named(connection)).connection.next_bearer_token
    scim.rotate_complete(**named(connection))
    assert not opens(first)
    assert opens(second)


def test_a_token_expires(directory, connection, mock):
    mock.clock.advance(days=5 * 365 - 1)
    assert directory.send("GET", "/Users").status_code == 200
    mock.clock.advance(days=1)
    assert directory.refused("GET", "/Users") == (401, "")


def test_a_connection_that_does_not_exist(directory, mock):
    unknown = "scim-connection-test-11111111-1111-4111-8111-111111111111"
    answer = directory.send("GET", f"{mock.url}/v1/b2b/scim/{unknown}/Users")
    assert refusal(answer) == (404, "")


def test_users_of_one_connection_are_not_the_others(directory, given):
    mine, other = directory.user(), Directory(connected(given))
    for path in (f"/Users/{mine['id']}", f"/Groups/{directory.group('Engines')['id']}"):
        for method in ("GET", "PUT", "PATCH", "DELETE"):
            assert other.refused(method, path, {"userName": "x"}) == (404, "")
    assert other.call("GET", "/Users")["totalResults"] == 0
    wanted = {"displayName": "Engines", "members": [{"value": mine["id"]}]}
    assert other.refused("POST", "/Groups", wanted) == (400, "invalidValue")


def test_the_request_log_says_what_went_wrong(directory, given):
    directory.refused("GET", "/Users", params={"filter": "userName eq"})
    line = given.mock.requests()[-1]
    assert (line.method, line.status_code, line.error_type) == ("GET", 400, "invalidFilter")
    assert line.path.endswith("/Users")
    assert "column" in line.because


# Discovery


def test_what_the_service_says_of_itself(directory):
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


def test_what_is_not_there(directory):
    for path in ("/Machines", "/Users/x/y", "/users", "/Schemas/x", "/Schemas/x/y", "/ServiceProviderConfig/x"):
        assert directory.refused("GET", path) == (404, "")
    for path in ("/Users/x", "/Groups/x", "/Users/%00", "/Users/%ff", "/Users/..%2fx"):
        assert directory.refused("DELETE", path)[0] == 404


def test_what_is_not_advertised_is_not_implemented(directory):
    assert directory.refused("POST", "/Bulk", {}) == (501, "")
    assert directory.refused("GET", "/Me") == (501, "")


def test_a_wrong_method(directory):
    user = directory.user()
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


def test_the_management_api_keeps_its_paths(http, given, why):
    acme = given.organization()
    base = f"/v1/b2b/scim/{acme.organization_id}"
    assert why("GET", f"{base}/connection") == "no_active_scim_connection"
    assert why("PATCH", f"{base}/connection") == "route_not_found"
    assert why("GET", f"{base}/Users") == "route_not_found"
    assert why("GET", base) == "route_not_found"
    assert why("GET", "/v1/b2b/scim/acme/connection/x/y") == "route_not_found"
    slug = given.organization("Odd", organization_slug="scim-connection-odd")
    assert why("POST", f"/v1/b2b/scim/{slug.organization_slug}/connection") == "none"


# Searching


@pytest.fixture
def people(directory):
    ada = directory.user(title="Countess")
    grace = directory.user("grace@acme.test", name={"givenName": "Grace"}, nickName="Amazing")
    alan = directory.user("alan@acme.test", name={"givenName": "Alan"}, active=False)
    return [ada, grace, alan]


def found(directory, **query):
    return [user["userName"].partition("@")[0] for user in directory.call("GET", "/Users", params=query)["Resources"]]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ('userName eq "ada@acme.test"', ["ada"]),
        ('USERNAME EQ "ADA@acme.test"', ["ada"]),
        ('urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ada@acme.test"', ["ada"]),
        ('userName ne "ada@acme.test"', ["grace", "alan"]),
        ('userName sw "a"', ["ada", "alan"]),
        ('userName co "ce@"', ["grace"]),
        ('userName ew ".test" and active eq true', ["ada", "grace"]),
        ("title pr", ["ada"]),
        ("not (title pr)", ["grace", "alan"]),
        ('name.givenName eq "grace" or title eq "countess"', ["ada", "grace"]),
        ('emails[type eq "work" and value co "alan"]', ["alan"]),
        ('emails eq "alan@acme.test"', ["alan"]),
        ('externalId eq "external-alan@acme.test"', ["alan"]),
        ('externalId eq "EXTERNAL-alan@acme.test"', []),
        ("active eq false", ["alan"]),
        ('meta.created gt "2020-01-01T00:00:00Z"', ["ada", "grace", "alan"]),
        ('meta.lastModified lt "2020-01-01T00:00:00Z"', []),
        ('userName eq "nobody"', []),
        ('userName eq "\\u0000"', []),
        ('userName eq "İ"', []),
        ('userName gt "b"', ["grace"]),
    ],
)
def test_a_filter(directory, people, wanted, names):
    assert found(directory, filter=wanted) == names


def test_sorting(directory, people):
    assert found(directory, sortBy="userName") == ["ada", "alan", "grace"]
    assert found(directory, sortBy="name.givenName", sortOrder="descending") == ["grace", "alan", "ada"]
    assert found(directory, sortBy="title") == ["ada", "grace", "alan"]
    assert found(directory, sortBy="emails", filter='userName sw "a"') == ["ada", "alan"]


def test_pages(directory, people):
    def page(**query):
        answer = directory.call("GET", "/Users", params=query)
        names = [user["userName"].partition("@")[0] for user in answer["Resources"]]
        assert answer["itemsPerPage"] == len(names)
        return answer["totalResults"], answer["startIndex"], names

    assert page() == (3, 1, ["ada", "grace", "alan"])
    assert page(startIndex=2, count=1) == (3, 2, ["grace"])
    assert page(startIndex=-5, count=1) == (3, 1, ["ada"])
    assert page(count=0) == (3, 1, [])
    assert page(count=-1) == (3, 1, [])
    assert page(startIndex=99) == (3, 99, [])
    assert page(startIndex=2**70) == (3, 2**70, [])
    assert page(sortBy="userName", startIndex=2, count=1) == (3, 2, ["alan"])
    assert page(filter='userName sw "a"', count=1) == (2, 1, ["ada"])


def test_attributes(directory, people):
    ada = people[0]
    path = f"/Users/{ada['id']}"
    assert directory.call("GET", path, params={"attributes": "title,name.givenName"}) == {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": ada["id"],
        "title": "Countess",
        "name": {"givenName": "Ada"},
    }
    left = directory.call("GET", path, params={"excludedAttributes": "emails,name,meta"})
    assert not {"emails", "name", "meta"} & left.keys()
    assert {"id", "userName", "title"} <= left.keys()
    for user in directory.call("GET", "/Users", params={"attributes": "userName"})["Resources"]:
        assert user.keys() == {"schemas", "id", "userName"}
    assert directory.refused("GET", path, params={"attributes": "title", "excludedAttributes": "name"})[0] == 400
    patched = directory.call(
        "PATCH",
        f"{path}?attributes=title",
        {"schemas": [PATCH], "Operations": [{"op": "remove", "path": "nickName"}]},
    )
    assert patched.keys() == {"schemas", "id", "title"}


def test_searching_by_post(directory, people):
    group = directory.group("Acme engines")
    wanted = {"filter": 'userName sw "a"', "sortBy": "userName", "attributes": ["userName"], "count": 1}
    answer = directory.call("POST", "/Users/.search", wanted)
    assert (answer["totalResults"], [u["userName"] for u in answer["Resources"]]) == (2, ["ada@acme.test"])
    everything = directory.call("POST", "/.search", {})
    assert everything["totalResults"] == 4
    assert directory.call("GET", "")["totalResults"] == 4
    assert directory.call("GET", directory.connection.base_url)["totalResults"] == 4
    either = {"filter": 'displayName co "engines" or userName sw "grace"'}
    ids = [resource["id"] for resource in directory.call("POST", "/.search", either)["Resources"]]
    assert ids == [people[1]["id"], group["id"]]


# Nonsense

FILTERS = [
    "",
    " ",
    "x",
    "userName",
    "userName eq",
    "userName eq ada",
    'userName eq "ada',
    'userName is "ada"',
    'eq "ada"',
    'userName eq "a" and',
    '(userName eq "a"',
    'userName eq "a")',
    'emails[type eq "work"',
    "emails[]",
    'nonsense eq "a"',
    'name.nonsense eq "a"',
    'userName.value eq "a"',
    "active gt true",
    "active eq 5",
    'meta.created gt "yesterday"',
    'urn:x:y:userName eq "a"',
    "userName eq {}",
    "userName eq [1]",
    "'; DROP TABLE members; --",
    "(" * 5000,
    "not (" * 5000,
    "(" * 2000 + "title pr" + ")" * 2000,
    "\x00",
    "é" * 100,
]


@pytest.mark.parametrize("wanted", FILTERS, ids=lambda wanted: ascii(wanted[:30]))
def test_a_nonsense_filter(directory, wanted):
    directory.user()
    answer = directory.send("GET", "/Users", params={"filter": wanted})
    if answer.status_code != 200:
        assert refusal(answer) in [(400, "invalidFilter"), (400, "invalidValue"), (400, "invalidSyntax")]
    answer = directory.send("POST", "/.search", {"filter": wanted})
    assert answer.status_code == 200 or refusal(answer)[0] == 400


@pytest.mark.parametrize(
    "query",
    [
        {"startIndex": "x"},
        {"count": "1.5"},
        {"count": "x" * 5000},
        {"sortBy": "nonsense"},
        {"sortBy": "["},
        {"sortBy": "name"},
        {"sortOrder": "sideways", "sortBy": "userName"},
        {"attributes": "["},
        {"excludedAttributes": 'emails[type eq "work"]'},
        {"cursor": "é"},
    ],
    ids=str,
)
def test_a_nonsense_query(directory, query):
    directory.user()
    assert directory.refused("GET", "/Users", params=query)[0] == 400


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
def test_a_nonsense_operation(directory, operation, scim_type):
    user = directory.user()
    body = {"schemas": [PATCH], "Operations": [operation]}
    status, kind = directory.refused("PATCH", f"/Users/{user['id']}", body)
    assert status == 400
    assert kind in (scim_type, "invalidValue")
    assert directory.call("GET", f"/Users/{user['id']}") == user


def test_operations_count_together_or_not_at_all(directory):
    user = directory.user()
    operations = [
        {"op": "replace", "path": "title", "value": "Countess"},
        {"op": "replace", "path": "active", "value": "perhaps"},
    ]
    body = {"schemas": [PATCH], "Operations": operations}
    assert directory.refused("PATCH", f"/Users/{user['id']}", body) == (400, "invalidValue")
    assert directory.call("GET", f"/Users/{user['id']}") == user


def _deep(depth):
    return '{"a":' * depth + "1" + "}" * depth


BODIES = {
    "nothing": "",
    "no JSON": "{",
    "a string": '"x"',
    "a list": "[]",
    "null": "null",
    "a number": "5",
    "an empty object": "{}",
    "deep objects": _deep(100_000),
    "deep objects in an attribute": '{"userName": "a@b.test", "name": ' + _deep(400) + "}",
    "deep lists": '{"userName": "a@b.test", "emails": ' + "[" * 400 + "]" * 400 + "}",
    "half a surrogate": '{"userName": "\\ud800", "emails": [{"value": "a@b.test"}]}',
    "a NUL": '{"userName": "\\u0000"}',
    "no address": '{"userName": "ada"}',
    "a wrong address": '{"userName": "ada", "emails": [{"value": "ada"}]}',
    "an empty address": '{"userName": "ada", "emails": [{"value": ""}]}',
    "no value": '{"userName": "ada", "emails": [{"type": "work"}]}',
    "a name that is a list": '{"userName": "a@b.test", "name": []}',
    "a name that is a text": '{"userName": "a@b.test", "name": "Ada"}',
    "a number as a name": '{"userName": 5}',
    "an empty name": '{"userName": "", "emails": [{"value": "a@b.test"}]}',
    "emails that are a text": '{"userName": "x", "emails": "a@b.test"}',
    "emails that hold null": '{"userName": "x", "emails": [null]}',
    "schemas that are wrong": '{"userName": "a@b.test", "schemas": 5}',
    "schemas of a group": '{"userName": "a@b.test", "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"]}',
    "a blank name": '{"userName": "  ", "displayName": " ", "emails": [{"value": "a@b.test"}]}',
    "active that is nothing": '{"userName": "a@b.test", "active": "perhaps"}',
    "a certificate that is none": '{"userName": "a@b.test", "x509Certificates": [{"value": "%"}]}',
}


# Attributes that nobody knows are ignored, and so are schemas; what base64 skips is skipped.
HARMLESS = ("deep objects in an attribute", "schemas of a group", "a certificate that is none")


@pytest.mark.parametrize("cell", BODIES)
def test_a_nonsense_user(directory, cell):
    user = directory.user()
    for method, path in (("POST", "/Users"), ("PUT", f"/Users/{user['id']}")):
        answer = directory.http.request(method, path, content=BODIES[cell])
        if answer.status_code not in (200, 201):
            status, scim_type = refusal(answer)
            assert (status, scim_type) in [(400, "invalidValue"), (400, "invalidSyntax"), (409, "uniqueness")]
        assert cell in HARMLESS or answer.status_code == 400, answer.text


@pytest.mark.parametrize("cell", BODIES)
def test_a_nonsense_group_patch_and_search(directory, cell):
    group = directory.group()
    for method, path in (
        ("POST", "/Groups"),
        ("PUT", f"/Groups/{group['id']}"),
        ("PATCH", f"/Groups/{group['id']}"),
        ("POST", "/Groups/.search"),
    ):
        answer = directory.http.request(method, path, content=BODIES[cell])
        assert answer.status_code in (200, 201) or refusal(answer)[0] == 400
    assert directory.call("GET", f"/Groups/{group['id']}")["displayName"] == "Engines"


def test_a_body_that_is_too_large(directory):
    answer = directory.http.post("/Users", content=json.dumps({"userName": "x" * 1_100_000}))
    assert refusal(answer) == (413, "")


def test_requests_that_would_hold_up_the_server(directory):
    user = directory.user()
    long_filter = " and ".join(['userName eq "x"'] * 1000)
    assert directory.refused("POST", "/.search", {"filter": long_filter}) == (400, "invalidFilter")
    many = [{"op": "replace", "path": "title", "value": "x"}] * 1001
    assert directory.refused("PATCH", f"/Users/{user['id']}", {"Operations": many}) == (413, "")
    long_path = 'emails[value eq "x"' + ' and value eq "x"' * 10_000 + "]"
    one = [{"op": "remove", "path": long_path}]
    assert directory.refused("PATCH", f"/Users/{user['id']}", {"Operations": one}) == (413, "")


def test_values_that_would_hold_up_the_server(directory):
    user = directory.user()
    path = f"/Users/{user['id']}"

    def addresses(count):
        return [{"value": f"ada-{number}@acme.test"} for number in range(count)]

    many = {"userName": "ada@acme.test", "emails": addresses(1001)}
    assert directory.refused("PUT", path, many) == (413, "")
    assert directory.refused("POST", "/Users", many | {"userName": "eve@acme.test"}) == (413, "")
    whole = {"op": "add", "path": "emails", "value": addresses(1001)}
    assert directory.refused("PATCH", path, {"Operations": [whole]}) == (413, "")
    each = [{"op": "add", "path": "emails", "value": [one]} for one in addresses(999)]
    assert directory.refused("PATCH", path, {"Operations": each}) == (413, "")
    assert directory.call("GET", path)["emails"] == user["emails"]
    assert len(directory.patch(path, *each[:100])["emails"]) == 101


def test_a_thousand_operations(directory):
    user = directory.user()
    operations = [{"op": "replace", "path": "title", "value": str(n)} for n in range(1000)]
    assert directory.patch(f"/Users/{user['id']}", *operations)["title"] == "999"


def test_two_at_once_make_one_user(directory, connection):
    """A directory that sends a user twice at the same time gets it once."""
    statuses = []

    def create():
        one = Directory(connection)
        statuses.append(one.send("POST", "/Users", {"userName": "ada@acme.test"}).status_code)
        one.http.close()

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(statuses) == [201, 409, 409, 409]
