"""Organization search: filters, pages, errors."""

import pytest


@pytest.fixture
def organizations(given):
    acme = given.organization("Acme West", organization_slug="acme-west", email_allowed_domains=["acme.test"])
    globex = given.organization("Globex", organization_slug="globex", claimed_email_domains=["globex.test"])
    initech = given.organization("Initech", organization_slug="Init_ech")
    given.member(acme, "ada@acme.test")
    given.member(initech, "ada@acme.test")
    given.member(initech, "bob@globex.test")
    gone = given.member(globex, "gone@globex.test")
    given.client.organizations.members.delete(globex.organization_id, gone.member_id)
    return {"acme": acme.organization_id, "globex": globex.organization_id, "initech": initech.organization_id}


@pytest.fixture
def search(client):
    def call(*operands, operator="AND", **options):
        query = {
            "operator": operator,
            "operands": [{"filter_name": name, "filter_value": value} for name, value in operands],
        }
        return client.organizations.search(query=query, **options)

    return call


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("organization_slugs", ["globex", "init_ECH", "none"], "initech globex"),
        ("organization_slug_fuzzy", "ME-W", "acme"),
        ("organization_name_fuzzy", "ACME w", "acme"),
        ("organization_name_fuzzy", "%%%", ""),
        ("member_emails", ["ADA@acme.test"], "initech acme"),
        ("member_emails", ["gone@globex.test"], ""),
        ("member_email_fuzzy", "bob@", "initech"),
        ("allowed_domains", ["Acme.test"], "acme"),
        ("allowed_domain_fuzzy", "acm", "acme"),
        ("claimed_email_domains", ["globex.test"], "globex"),
        ("has_active_sso_connection", True, ""),
        ("has_active_sso_connection", False, "initech globex acme"),
        ("sso_connection_id", "saml-connection-test-1", ""),
    ],
)
def test_filter_finds_matching_organizations(organizations, search, name, value, expected):
    assert [o.organization_id for o in search((name, value)).organizations] == [
        organizations[n] for n in expected.split()
    ]


def test_filter_on_ids_ignores_unknown_ones(organizations, search):
    ids = [organizations["acme"], organizations["initech"], "organization-test-none"]
    assert [o.organization_id for o in search(("organization_ids", ids)).organizations] == [
        organizations["initech"],
        organizations["acme"],
    ]


def test_operator_combines_filters(organizations, search):
    operands = [("member_emails", ["ada@acme.test"]), ("organization_name_fuzzy", "glob")]
    assert search(*operands).results_metadata.total == 0
    assert search(*operands, operator="OR").results_metadata.total == 3
    assert search(*operands, operator="or").results_metadata.total == 3


def test_search_without_filters_returns_all_newest_first(organizations, client, http):
    found = client.organizations.search()
    assert [o.organization_id for o in found.organizations] == [
        organizations["initech"],
        organizations["globex"],
        organizations["acme"],
    ]
    assert (found.results_metadata.total, found.results_metadata.next_cursor) == (3, None)
    for body in ({}, {"query": {}}, {"query": {"operator": "AND", "operands": []}}, {"query": None}):
        assert len(http.post("/v1/b2b/organizations/search", json=body).json()["organizations"]) == 3


def test_results_are_paged(organizations, search, client):
    first = client.organizations.search(limit=2)
    assert [o.organization_id for o in first.organizations] == [organizations["initech"], organizations["globex"]]
    assert first.results_metadata.total == 3
    second = client.organizations.search(limit=2, cursor=first.results_metadata.next_cursor)
    assert [o.organization_id for o in second.organizations] == [organizations["acme"]]
    assert (second.results_metadata.total, second.results_metadata.next_cursor) == (3, None)


def test_full_last_page_has_no_cursor(organizations, client):
    found = client.organizations.search(limit=3)
    assert (len(found.organizations), found.results_metadata.next_cursor) == (3, None)
    first = client.organizations.search(limit=1)
    second = client.organizations.search(limit=2, cursor=first.results_metadata.next_cursor)
    assert (len(second.organizations), second.results_metadata.next_cursor) == (2, None)


def test_new_organization_does_not_shift_pages(organizations, given, client):
    first = client.organizations.search(limit=2)
    given.organization("Newcomer")
    second = client.organizations.search(limit=2, cursor=first.results_metadata.next_cursor)
    assert [o.organization_id for o in second.organizations] == [organizations["acme"]]


@pytest.mark.parametrize("cursor", ["nonsense", "####", "YmVmb3JlOng=", "ä"])
def test_unknown_cursor_is_refused(client, refused, cursor):
    assert refused(client.organizations.search, cursor=cursor) == "user_search_invalid_cursor"


@pytest.mark.parametrize("limit", [-1, 1001])
def test_limit_out_of_range_is_refused(client, refused, limit):
    assert refused(client.organizations.search, limit=limit) == "user_search_invalid_limit"


def test_smallest_and_largest_limit_are_accepted(client):
    assert client.organizations.search(limit=1000).organizations == []
    assert client.organizations.search(limit=0).organizations == []  # as if none were given


def test_unknown_operator_is_refused(search, refused):
    assert refused(search, operator="XOR") == "user_search_invalid_operator"


@pytest.mark.parametrize(
    ("operand", "error"),
    [
        ({"filter_value": ["a"]}, "organization_search_missing_filter_name"),
        ({"filter_name": "", "filter_value": ["a"]}, "organization_search_missing_filter_name"),
        ({"filter_name": 7, "filter_value": ["a"]}, "organization_search_filter_name_must_be_string"),
        ({"filter_name": "organization_slug", "filter_value": "a"}, "organization_search_filter_name_not_recognized"),
        ({"filter_name": "organization_slugs"}, "organization_search_missing_filter_value"),
        ({"filter_name": "organization_slugs", "filter_value": None}, "organization_search_missing_filter_value"),
        ({"filter_name": "organization_slugs", "filter_value": "a"}, "organization_search_expected_array_of_strings"),
        ({"filter_name": "organization_slugs", "filter_value": [7]}, "organization_search_expected_array_of_strings"),
        ({"filter_name": "organization_name_fuzzy", "filter_value": ["abc"]}, "organization_search_expected_string"),
        ({"filter_name": "sso_connection_id", "filter_value": 7}, "organization_search_expected_string"),
        (
            {"filter_name": "has_active_sso_connection", "filter_value": "true"},
            "organization_search_expected_boolean",
        ),
        ("organization_slugs", "invalid_argument"),
    ],
    ids=str,
)
def test_invalid_operand_is_refused(error_type_of, operand, error):
    assert error_type_of("POST", "/v1/b2b/organizations/search", {"query": {"operands": [operand]}}) == error


@pytest.mark.parametrize(
    ("name", "empty", "error"),
    [
        ("organization_ids", [], "organization_search_missing_organization_ids"),
        ("organization_slugs", [], "organization_search_missing_organization_slugs"),
        ("organization_slug_fuzzy", "", "organization_search_missing_organization_slug_fuzzy"),
        ("organization_name_fuzzy", "", "organization_search_missing_organization_name_fuzzy"),
        ("member_emails", [], "organization_search_missing_member_emails"),
        ("member_email_fuzzy", "", "organization_search_missing_member_email_fuzzy"),
        ("allowed_domains", [], "organization_search_missing_allowed_domains"),
        ("allowed_domain_fuzzy", "", "organization_search_missing_allowed_domain_fuzzy"),
        ("claimed_email_domains", [], "organization_search_missing_claimed_email_domains"),
        ("sso_connection_id", "", "organization_search_missing_sso_connection_id"),
        ("organization_slug_fuzzy", "ab", "organization_search_organization_slug_fuzzy_too_short"),
        ("organization_name_fuzzy", "ab", "organization_search_organization_name_fuzzy_too_short"),
        ("member_email_fuzzy", "ab", "organization_search_member_email_fuzzy_too_short"),
        ("allowed_domain_fuzzy", "ab", "organization_search_allowed_domain_fuzzy_too_short"),
    ],
)
def test_empty_or_short_value_is_refused(search, refused, name, empty, error):
    assert refused(search, (name, empty)) == error
