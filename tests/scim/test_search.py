"""Search: filters, order, pages and the selection of attributes."""

import pytest

from tests.scim.directory import PATCH, refusal


@pytest.fixture
def users(directory):
    """Ada, Grace and Alan, who is inactive."""
    ada = directory.create_user(title="Countess")
    grace = directory.create_user("grace@acme.test", name={"givenName": "Grace"}, nickName="Amazing")
    alan = directory.create_user("alan@acme.test", name={"givenName": "Alan"}, active=False)
    return [ada, grace, alan]


def find(directory, **query):
    """Return the names of the users in the response, without their domain."""
    return [user["userName"].partition("@")[0] for user in directory.call("GET", "/Users", params=query)["Resources"]]


@pytest.mark.parametrize(
    ("scim_filter", "names"),
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
        ('userName eq "unknown"', []),
        ('userName eq "\\u0000"', []),
        ('userName eq "İ"', []),
        ('userName gt "b"', ["grace"]),
    ],
)
def test_filter_finds_matching_users(directory, users, scim_filter, names):
    assert find(directory, filter=scim_filter) == names


def test_users_are_sorted(directory, users):
    assert find(directory, sortBy="userName") == ["ada", "alan", "grace"]
    assert find(directory, sortBy="name.givenName", sortOrder="descending") == ["grace", "alan", "ada"]
    assert find(directory, sortBy="title") == ["ada", "grace", "alan"]
    assert find(directory, sortBy="emails", filter='userName sw "a"') == ["ada", "alan"]


def test_results_are_returned_in_pages(directory, users):
    def page(**query):
        response = directory.call("GET", "/Users", params=query)
        names = [user["userName"].partition("@")[0] for user in response["Resources"]]
        assert response["itemsPerPage"] == len(names)
        return response["totalResults"], response["startIndex"], names

    assert page() == (3, 1, ["ada", "grace", "alan"])
    assert page(startIndex=2, count=1) == (3, 2, ["grace"])
    assert page(startIndex=-5, count=1) == (3, 1, ["ada"])
    assert page(count=0) == (3, 1, [])
    assert page(count=-1) == (3, 1, [])
    assert page(startIndex=99) == (3, 99, [])
    assert page(startIndex=2**70) == (3, 2**70, [])
    assert page(sortBy="userName", startIndex=2, count=1) == (3, 2, ["alan"])
    assert page(filter='userName sw "a"', count=1) == (2, 1, ["ada"])


def test_responses_contain_the_selected_attributes(directory, users):
    ada = users[0]
    path = f"/Users/{ada['id']}"
    assert directory.call("GET", path, params={"attributes": "title,name.givenName"}) == {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": ada["id"],
        "title": "Countess",
        "name": {"givenName": "Ada"},
    }
    remaining = directory.call("GET", path, params={"excludedAttributes": "emails,name,meta"})
    assert not {"emails", "name", "meta"} & remaining.keys()
    assert {"id", "userName", "title"} <= remaining.keys()
    for user in directory.call("GET", "/Users", params={"attributes": "userName"})["Resources"]:
        assert user.keys() == {"schemas", "id", "userName"}
    assert directory.refused("GET", path, params={"attributes": "title", "excludedAttributes": "name"})[0] == 400
    patched = directory.call(
        "PATCH",
        f"{path}?attributes=title",
        {"schemas": [PATCH], "Operations": [{"op": "remove", "path": "nickName"}]},
    )
    assert patched.keys() == {"schemas", "id", "title"}


def test_search_by_post_finds_users_and_groups(directory, users):
    group = directory.create_group("Acme engines")
    body = {"filter": 'userName sw "a"', "sortBy": "userName", "attributes": ["userName"], "count": 1}
    response = directory.call("POST", "/Users/.search", body)
    assert (response["totalResults"], [u["userName"] for u in response["Resources"]]) == (2, ["ada@acme.test"])
    everything = directory.call("POST", "/.search", {})
    assert everything["totalResults"] == 4
    assert directory.call("GET", "")["totalResults"] == 4
    assert directory.call("GET", directory.connection.base_url)["totalResults"] == 4
    either = {"filter": 'displayName co "engines" or userName sw "grace"'}
    ids = [resource["id"] for resource in directory.call("POST", "/.search", either)["Resources"]]
    assert ids == [users[1]["id"], group["id"]]


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


@pytest.mark.parametrize("scim_filter", FILTERS, ids=lambda scim_filter: ascii(scim_filter[:30]))
def test_invalid_filter_is_refused_or_matches_nothing(directory, scim_filter):
    directory.create_user()
    response = directory.send("GET", "/Users", params={"filter": scim_filter})
    if response.status_code != 200:
        assert refusal(response) in [(400, "invalidFilter"), (400, "invalidValue"), (400, "invalidSyntax")]
    response = directory.send("POST", "/.search", {"filter": scim_filter})
    assert response.status_code == 200 or refusal(response)[0] == 400


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
def test_invalid_query_parameter_is_refused(directory, query):
    directory.create_user()
    assert directory.refused("GET", "/Users", params=query)[0] == 400
