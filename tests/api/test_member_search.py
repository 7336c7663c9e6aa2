"""Member search: filters, pages, errors."""

import base64

import pytest

from mockstytch.store.records.members import Member, ScimLink, SsoLink
from mockstytch.store.records.organizations import GroupRole, Organization, ScimSummary, SsoSummary


@pytest.fixture
def acme(given):
    return given.organization("Acme")


@pytest.fixture
def people(given, acme, client):
    """By name; newest first: gone, fay, eve, ada."""
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
    ("name", "value", "found"),
    [
        ("member_ids", ["ada", "nobody"], "ada"),
        ("member_emails", ["ADA@acme.test", "eve@globex.test"], "eve ada"),
        ("member_email_fuzzy", "@ACME", "fay ada"),
        ("member_email_fuzzy", "%%%", ""),
        ("member_is_breakglass", True, "ada"),
        ("member_is_breakglass", False, "fay eve"),
        ("statuses", ["invited"], "fay"),
        ("statuses", ["PENDING", "active"], "eve ada"),
        ("statuses", ["active", "deleted"], "gone ada"),
        ("member_mfa_phone_numbers", ["+14155550100", "+14155550101"], "ada"),
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
def test_filters(people, search, name, value, found):
    assert [m.member_id for m in search((name, value)).members] == [people[n] for n in found.split()]


def test_what_is_registered(people, search, written, client):
    ada = client.organizations.members.dangerously_get(people["ada"]).member
    written(ada, member_password_id="member-password-test-1", totp_registration_id="member-totp-test-1")
    for name in ("member_password_exists", "member_totp_exists"):
        assert [m.member_id for m in search((name, True)).members] == [people["ada"]]


def test_internal_ids(people, search, refused):
    ids = [people["ada"], people["eve"], people["gone"]]
    assert [m.member_id for m in search(("member_ids", ids)).members] == [people["eve"], people["ada"]]
    mixed = refused(search, ("member_ids", [people["ada"], "ada"]))
    assert mixed == "member_search_cannot_mix_internal_and_external_member_ids"


def test_roles_that_a_domain_grants(people, search, client, acme):
    assignments = [{"domain": "acme.test", "role_id": "stytch_admin"}]
    client.organizations.update(acme.organization_id, rbac_email_implicit_role_assignments=assignments)
    found = search(("member_roles", ["stytch_admin"])).members
    assert [m.member_id for m in found] == [people["fay"], people["eve"], people["ada"]]


@pytest.fixture
def implied(rows, people):
    """A connection that implies ``stytch_admin``, with or by a group, and a directory with such a group. Ada is known
    to both, in those groups; Fay to both, in others; Eve to another connection that says it is this one."""

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
                member = ctx.store.get(Member, member_id=people[name])
                ctx.store.update(member, roles=[], sso_registrations=[link], scim_registration=directory)

    return connect


@pytest.mark.parametrize(
    ("sso", "found"),
    [
        ({"roles": ["stytch_admin"]}, "fay ada"),
        ({"group_roles": [GroupRole(group="boss", role_id="stytch_admin")]}, "ada"),
        ({"roles": ["stytch_admin"], "active": False}, ""),
        ({"roles": ["stytch_member"]}, ""),
        ({}, "ada"),
    ],
    ids=["connection", "group", "inactive", "other role", "directory"],
)
def test_roles_that_a_connection_implies(people, http, acme, implied, sso, found):
    implied(**sso)
    query = {"operands": [{"filter_name": "member_roles", "filter_value": ["stytch_admin"]}]}
    sent = {"organization_ids": [acme.organization_id], "query": query}
    members = http.post("/v1/b2b/organizations/members/search", json=sent).json()["members"]
    assert [m["member_id"] for m in members] == [people[n] for n in found.split()]
    assert all(m["is_admin"] for m in members)


def test_and_or(people, search):
    operands = [("member_email_fuzzy", "@acme"), ("member_is_breakglass", False)]
    assert [m.member_id for m in search(*operands).members] == [people["fay"]]
    assert search(*operands, operator="OR").results_metadata.total == 3


def test_deleted_ones_show_only_where_they_are_asked_for(people, search):
    operands = [("statuses", ["active"]), ("member_email_fuzzy", "@acme.test")]
    assert people["gone"] not in [m.member_id for m in search(*operands, operator="OR").members]
    operands[0] = ("statuses", ["DELETED"])
    assert people["gone"] in [m.member_id for m in search(*operands, operator="OR").members]


def test_several_organizations(people, given, client, acme):
    globex, empty = given.organization("Globex"), given.organization("Empty")
    bob = given.member(globex, "bob@globex.test")
    given.member(given.organization("Elsewhere"))
    names = [acme.organization_slug, globex.organization_id, empty.organization_id]
    found = client.organizations.members.search(names)
    assert [m.member_id for m in found.members] == [bob.member_id, people["fay"], people["eve"], people["ada"]]
    assert found.organizations.keys() == {acme.organization_id, globex.organization_id}  # those with results
    assert found.organizations[globex.organization_id] == globex
    assert (found.results_metadata.total, found.results_metadata.next_cursor) == (4, None)


def test_pages(people, search):
    first = search(limit=2)
    assert [m.member_id for m in first.members] == [people["fay"], people["eve"]]
    second = search(limit=2, cursor=first.results_metadata.next_cursor)
    assert [m.member_id for m in second.members] == [people["ada"]]
    assert (second.results_metadata.total, second.results_metadata.next_cursor) == (3, None)


def test_the_edges_of_a_page(search, refused):
    too_large = base64.urlsafe_b64encode(b"before:" + b"9" * 19).decode()
    for cursor in ("nonsense", too_large):
        assert refused(search, cursor=cursor) == "user_search_invalid_cursor"
    assert refused(search, limit=1001) == "user_search_invalid_limit"
    assert refused(search, operator="NOR") == "user_search_invalid_operator"


def test_where_to_search(client, refused, why):
    path = "/v1/b2b/organizations/members/search"
    for body in ({}, {"organization_ids": []}, {"organization_ids": None}):
        assert why("POST", path, body) == "member_search_organization_ids_empty"
    assert why("POST", path, {"organization_ids": "acme"}) == "bad_request"
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
def test_operands_that_are_none(why, acme, operand, error):
    body = {"organization_ids": [acme.organization_id], "query": {"operands": [operand]}}
    assert why("POST", "/v1/b2b/organizations/members/search", body) == error
