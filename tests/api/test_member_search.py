"""Member search: filters, pages, errors."""

import base64

import pytest

from mockstytch.store.records.members import Member, ScimLink, SsoLink
from mockstytch.store.records.organizations import GroupRole, Organization, ScimSummary, SsoSummary


@pytest.fixture
def acme(given):
    return given.organization("Acme")


@pytest.fixture
def member_ids(given, acme, client):
    """The ids of four members by name. Newest first: gone (deleted), fay (invited), eve (pending), ada (active)."""
    ada = given.member(acme, "ada@acme.test", external_id="ada", mfa_phone_number="+14155550100", is_breakglass=True)
    eve = given.member(acme, "eve@globex.test", roles=["stytch_admin"], create_member_as_pending=True)
    fay_id = client.magic_links.email.invite(acme.organization_id, "fay@acme.test").member_id
    gone = given.member(acme, "gone@acme.test")
    client.organizations.members.delete(acme.organization_id, gone.member_id)
    return {"ada": ada.member_id, "eve": eve.member_id, "fay": fay_id, "gone": gone.member_id}


@pytest.fixture
def search(client, acme):
    def call(*operands, operator="AND", **options):
        listed = [{"filter_name": name, "filter_value": value} for name, value in operands]
        return client.organizations.members.search(
            [acme.organization_id], query={"operator": operator, "operands": listed}, **options
        )

    return call


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("member_ids", ["ada", "unknown"], "ada"),
        ("member_ids", ["ada"], "ada"),
        ("member_emails", ["ADA@acme.test", "eve@globex.test"], "eve ada"),
        ("member_emails", ["ada@acme.test"], "ada"),
        ("member_email_fuzzy", "@ACME", "fay ada"),
        ("member_email_fuzzy", "%%%", ""),
        ("member_is_breakglass", True, "ada"),
        ("member_is_breakglass", False, "fay eve"),
        ("statuses", ["active"], "ada"),
        ("statuses", ["invited"], "fay"),
        ("statuses", ["PENDING", "active"], "eve ada"),
        ("statuses", ["active", "deleted"], "gone ada"),
        ("member_mfa_phone_numbers", ["+14155550100", "+14155550101"], "ada"),
        ("member_mfa_phone_numbers", ["+14155550100"], "ada"),
        ("member_mfa_phone_number_fuzzy", "5550", "ada"),
        ("member_password_exists", False, "fay eve ada"),
        ("member_password_exists", True, ""),
        ("member_totp_exists", False, "fay eve ada"),
        ("member_totp_exists", True, ""),
        ("member_roles", ["stytch_admin"], "eve"),
        ("member_roles", ["stytch_member"], "fay eve ada"),
        ("member_roles", ["stytch_"], ""),
    ],
)
def test_filter_finds_matching_members(member_ids, search, name, value, expected):
    assert [m.member_id for m in search((name, value)).members] == [member_ids[n] for n in expected.split()]


def test_filters_on_existing_password_and_totp(member_ids, search, set_columns, client):
    ada = client.organizations.members.dangerously_get(member_ids["ada"]).member
    set_columns(ada, member_password_id="member-password-test-1", totp_registration_id="member-totp-test-1")
    for name in ("member_password_exists", "member_totp_exists"):
        assert [m.member_id for m in search((name, True)).members] == [member_ids["ada"]]


def test_mixed_kinds_of_ids_are_refused(member_ids, search, refused):
    ids = [member_ids["ada"], member_ids["eve"], member_ids["gone"]]
    assert [m.member_id for m in search(("member_ids", ids)).members] == [member_ids["eve"], member_ids["ada"]]
    mixed = refused(search, ("member_ids", [member_ids["ada"], "ada"]))
    assert mixed == "member_search_cannot_mix_internal_and_external_member_ids"


def test_role_implied_by_email_domain_is_found(member_ids, search, client, acme):
    assignments = [{"domain": "acme.test", "role_id": "stytch_admin"}]
    client.organizations.update(acme.organization_id, rbac_email_implicit_role_assignments=assignments)
    found = search(("member_roles", ["stytch_admin"])).members
    assert [m.member_id for m in found] == [member_ids["fay"], member_ids["eve"], member_ids["ada"]]


@pytest.fixture
def connect(rows, member_ids):
    """An SSO connection with the given roles; without any, a SCIM connection with a group that implies an admin role.

    Ada is linked to both, in the groups that imply the role. Fay is linked to both, in other groups. Eve is linked to
    another SSO connection, and an attribute of hers contains the id of this one.
    """

    def connect(**sso):
        with rows() as ctx:
            acme = ctx.store.get(Organization, slug_key="acme")
            summary = SsoSummary(
                connection_id="saml-1", display_name="", identity_provider="okta", **{"active": True, **sso}
            )
            scim = ScimSummary(
                connection_id="scim-1",
                display_name="",
                bearer_token_last_four="",
                group_roles=[GroupRole(group="scim-group-1", role_id="stytch_admin")] if not sso else [],
            )
            ctx.store.update(acme, sso_connections=[summary], scim_connection=scim)
            for name, connection, group in [("ada", "1", "boss"), ("fay", "1", "other"), ("eve", "2", "boss")]:
                link = SsoLink(
                    registration_id="r",
                    connection_id=f"saml-{connection}",
                    external_id="x",
                    groups=[group],
                    sso_attributes={"connection_id": "saml-1"},
                )
                directory = ScimLink(
                    registration_id="r",
                    connection_id="scim-1",
                    group_ids=["scim-group-1" if name == "ada" else "scim-group-2"],
                )
                member = ctx.store.get(Member, member_id=member_ids[name])
                ctx.store.update(member, roles=[], sso_registrations=[link], scim_registration=directory)

    return connect


@pytest.mark.parametrize(
    ("sso", "expected"),
    [
        ({"roles": ["stytch_admin"]}, "fay ada"),
        ({"group_roles": [GroupRole(group="boss", role_id="stytch_admin")]}, "ada"),
        ({"roles": ["stytch_admin"], "active": False}, ""),
        ({"roles": ["stytch_member"]}, ""),
        ({}, "ada"),
    ],
    ids=["connection", "group", "inactive", "other role", "directory"],
)
def test_role_implied_by_connection_is_found(member_ids, http, acme, connect, sso, expected):
    connect(**sso)
    query = {"operands": [{"filter_name": "member_roles", "filter_value": ["stytch_admin"]}]}
    sent = {"organization_ids": [acme.organization_id], "query": query}
    members = http.post("/v1/b2b/organizations/members/search", json=sent).json()["members"]
    assert [m["member_id"] for m in members] == [member_ids[n] for n in expected.split()]
    assert all(m["is_admin"] for m in members)


def test_fuzzy_filter_ignores_the_case_of_all_letters(given, acme, search):
    member = given.member(acme, "jürgen@acme.test")
    found = search(("member_email_fuzzy", "JÜRGEN")).members
    assert [each.member_id for each in found] == [member.member_id]


def test_operator_combines_filters(member_ids, search):
    operands = [("member_email_fuzzy", "@acme"), ("member_is_breakglass", False)]
    assert [m.member_id for m in search(*operands).members] == [member_ids["fay"]]
    assert search(*operands, operator="OR").results_metadata.total == 3


def test_deleted_members_are_found_by_status_only(member_ids, search):
    operands = [("statuses", ["active"]), ("member_email_fuzzy", "@acme.test")]
    assert member_ids["gone"] not in [m.member_id for m in search(*operands, operator="OR").members]
    operands[0] = ("statuses", ["DELETED"])
    assert member_ids["gone"] in [m.member_id for m in search(*operands, operator="OR").members]


def test_search_covers_several_organizations(member_ids, given, client, acme):
    globex, empty = given.organization("Globex"), given.organization("Empty")
    bob = given.member(globex, "bob@globex.test")
    given.member(given.organization("Elsewhere"))
    names = [acme.organization_slug, globex.organization_id, empty.organization_id]
    found = client.organizations.members.search(names)
    assert [m.member_id for m in found.members] == [
        bob.member_id,
        member_ids["fay"],
        member_ids["eve"],
        member_ids["ada"],
    ]
    assert found.organizations.keys() == {
        acme.organization_id,
        globex.organization_id,
    }  # without organizations that have no results
    assert found.organizations[globex.organization_id] == globex
    assert (found.results_metadata.total, found.results_metadata.next_cursor) == (4, None)


def test_results_are_paged(member_ids, search):
    first = search(limit=2)
    assert [m.member_id for m in first.members] == [member_ids["fay"], member_ids["eve"]]
    second = search(limit=2, cursor=first.results_metadata.next_cursor)
    assert [m.member_id for m in second.members] == [member_ids["ada"]]
    assert (second.results_metadata.total, second.results_metadata.next_cursor) == (3, None)


def test_invalid_cursor_limit_or_operator_is_refused(search, refused):
    positions = (b"9" * 19, b"0" * 20 + b"9" * 20, b"0" * 5000)
    for cursor in ("nonsense", *(base64.urlsafe_b64encode(b"before:" + position).decode() for position in positions)):
        assert refused(search, cursor=cursor) == "user_search_invalid_cursor"
    assert refused(search, limit=1001) == "user_search_invalid_limit"
    assert refused(search, operator="NOR") == "user_search_invalid_operator"


def test_missing_or_unknown_organization_is_refused(client, refused, error_type_of):
    path = "/v1/b2b/organizations/members/search"
    for body in ({}, {"organization_ids": []}, {"organization_ids": None}):
        assert error_type_of("POST", path, body) == "member_search_organization_ids_empty"
    assert error_type_of("POST", path, {"organization_ids": "acme"}) == "invalid_argument"
    assert refused(client.organizations.members.search, ["nowhere"]) == "organization_not_found"


@pytest.mark.parametrize(
    ("operand", "error"),
    [
        ({"filter_value": ["a"]}, "member_search_missing_filter_name"),
        ({"filter_name": ["a"], "filter_value": "a"}, "member_search_filter_name_must_be_string"),
        ({"filter_name": "member_email", "filter_value": "a"}, "member_search_filter_name_not_recognized"),
        ({"filter_name": "member_emails"}, "member_search_missing_filter_value"),
        ({"filter_name": "member_emails", "filter_value": "a"}, "member_search_expected_array_of_strings"),
        ({"filter_name": "member_email_fuzzy", "filter_value": 7}, "member_search_expected_string"),
        ({"filter_name": "member_is_breakglass", "filter_value": 1}, "member_search_expected_boolean"),
        ({"filter_name": "statuses", "filter_value": ["asleep"]}, "search_invalid_status_filter"),
        ({"filter_name": "member_ids", "filter_value": []}, "member_search_missing_member_ids"),
        ({"filter_name": "member_emails", "filter_value": []}, "member_search_missing_member_emails"),
        ({"filter_name": "member_email_fuzzy", "filter_value": ""}, "member_search_missing_member_email_fuzzy"),
        ({"filter_name": "statuses", "filter_value": []}, "member_search_missing_statuses"),
        ({"filter_name": "member_roles", "filter_value": []}, "member_search_missing_member_roles"),
        (
            {"filter_name": "member_mfa_phone_numbers", "filter_value": []},
            "member_search_missing_mfa_member_phone_numbers",
        ),
        (
            {"filter_name": "member_mfa_phone_number_fuzzy", "filter_value": ""},
            "member_search_missing_mfa_member_phone_number_fuzzy",
        ),
        ({"filter_name": "member_email_fuzzy", "filter_value": "ab"}, "member_search_member_email_fuzzy_too_short"),
        (
            {"filter_name": "member_mfa_phone_number_fuzzy", "filter_value": "01"},
            "member_search_member_mfa_phone_number_fuzzy_too_short",
        ),
    ],
    ids=str,
)
def test_invalid_operand_is_refused(error_type_of, acme, operand, error):
    body = {"organization_ids": [acme.organization_id], "query": {"operands": [operand]}}
    assert error_type_of("POST", "/v1/b2b/organizations/members/search", body) == error


def test_extreme_filter_values_find_nothing_or_are_refused(client, given, refused):
    """SQLite limits the length of a pattern, the depth of an expression and the number of parameters."""
    acme = given.organization()
    given.member(acme)

    def search(name, value):
        query = {"operator": "OR", "operands": [{"filter_name": name, "filter_value": value}]}
        return client.organizations.members.search([acme.organization_id], query=query)

    many = [f"value-{number}" for number in range(10_000)]
    assert search("member_email_fuzzy", "a" * 900_000).members == []
    assert search("member_email_fuzzy", "%" * 60_000).members == []
    for name in ("member_roles", "member_emails"):
        assert search(name, many).members == []
        assert refused(search, name, [*many, "one more"]) == "bad_request"
