"""Errors of search filters."""

import pytest

from tests.matrix.endpoints import ENDPOINTS
from tests.support.errors import error_of

# The type of each filter's value, and the filter's name in error types if it differs.
FILTERS = {
    "organizations.search": {
        "organization_ids": ("strings", ""),
        "organization_slugs": ("strings", ""),
        "organization_slug_fuzzy": ("fuzzy", ""),
        "organization_name_fuzzy": ("fuzzy", ""),
        "member_emails": ("strings", ""),
        "member_email_fuzzy": ("fuzzy", ""),
        "allowed_domains": ("strings", ""),
        "allowed_domain_fuzzy": ("fuzzy", ""),
        "claimed_email_domains": ("strings", ""),
        "has_active_sso_connection": ("boolean", ""),
        "sso_connection_id": ("string", ""),
    },
    "members.search": {
        "member_ids": ("strings", ""),
        "member_emails": ("strings", ""),
        "member_email_fuzzy": ("fuzzy", ""),
        "member_is_breakglass": ("boolean", "is_breakglass"),
        "statuses": ("strings", ""),
        "member_mfa_phone_numbers": ("strings", "mfa_member_phone_numbers"),
        "member_mfa_phone_number_fuzzy": ("fuzzy", "mfa_member_phone_number_fuzzy"),
        "member_password_exists": ("boolean", "password_exists"),
        "member_roles": ("strings", ""),
    },
}
WRONG_VALUES = {
    "strings": ("expected_array_of_strings", ["x", "", 5, True, {}, [5], [None], ["x", 5], [["x"]]]),
    "fuzzy": ("expected_string", [5, True, [], ["xxx"], {}]),
    "string": ("expected_string", [5, True, [], ["xxx"], {}]),
    "boolean": ("expected_boolean", ["true", "", 0, 1, [], {}]),
}
FINE_VALUES = {"strings": ["xxx"], "fuzzy": "xxx", "string": "xxx", "boolean": True}
filters = pytest.mark.parametrize(
    ("name", "filter_name"), [(name, filter_name) for name, known in FILTERS.items() for filter_name in known]
)


@filters
def test_wrong_filter_value_is_refused(project, name, filter_name):
    def searched(**operand):
        query = {"operands": [{"filter_name": filter_name, **operand}]}
        return project.send(ENDPOINTS[name], {**project.valid_request(ENDPOINTS[name]), "query": query})

    kind, errors_as = FILTERS[name][filter_name]
    searches = name.partition(".")[0].removesuffix("s") + "_search"
    error, values = WRONG_VALUES[kind]
    for value in values:
        assert error_of(searched(filter_value=value)) == (400, f"{searches}_{error}"), value
    for absent in ({}, {"filter_value": None}):
        assert error_of(searched(**absent)) == (400, f"{searches}_missing_filter_value")
    empty = {"strings": [], "fuzzy": "", "string": ""}
    if kind in empty:
        assert error_of(searched(filter_value=empty[kind])) == (400, f"{searches}_missing_{errors_as or filter_name}")
    if kind == "fuzzy":
        assert error_of(searched(filter_value="xx")) == (400, f"{searches}_{filter_name}_too_short")
    fine = ["active"] if filter_name == "statuses" else FINE_VALUES[kind]
    assert searched(filter_value=fine).status_code == 200


@pytest.mark.parametrize("name", FILTERS)
def test_unknown_filter_is_refused(project, name):
    searches = name.partition(".")[0].removesuffix("s") + "_search"
    for filter_name, error in [
        (None, "missing_filter_name"),
        ("", "missing_filter_name"),
        (5, "filter_name_must_be_string"),
        ([], "filter_name_must_be_string"),
        ("organization_slug", "filter_name_not_recognized"),
        ("member_IDS", "filter_name_not_recognized"),
    ]:
        query = {"operands": [{"filter_name": filter_name, "filter_value": ["x"]}]}
        response = project.send(ENDPOINTS[name], {**project.valid_request(ENDPOINTS[name]), "query": query})
        assert error_of(response) == (400, f"{searches}_{error}")
    query = {"operands": [{"filter_value": ["x"]}]}
    response = project.send(ENDPOINTS[name], {**project.valid_request(ENDPOINTS[name]), "query": query})
    assert error_of(response) == (400, f"{searches}_missing_filter_name")


def test_mixed_ids_and_unknown_statuses_are_refused(project):
    endpoint = ENDPOINTS["members.search"]
    for filter_name, value, error_type in [
        ("member_ids", ["member-test-x", "ada-1"], "member_search_cannot_mix_internal_and_external_member_ids"),
        ("statuses", ["active", "asleep"], "search_invalid_status_filter"),
    ]:
        query = {"operands": [{"filter_name": filter_name, "filter_value": value}]}
        response = project.send(endpoint, {**project.valid_request(endpoint), "query": query})
        assert error_of(response) == (400, error_type)
