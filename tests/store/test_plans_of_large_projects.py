"""The statements of requests in large organizations search indexes: no statement reads all members."""

import random
import re

import pytest

from mockstytch import MockStytch
from mockstytch.domain.organizations import member_search
from mockstytch.domain.rbac import rbac_policy
from mockstytch.domain.shared.search import Query
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.texts import text_index

SCAN = re.compile(r"SCAN (members|organizations|messages|events|one_time_tokens|member_counts)\b")


@pytest.fixture
def mock(monkeypatch):
    monkeypatch.setattr(member_search, "_LARGE", 1)
    with MockStytch() as handle:
        yield handle


@pytest.fixture
def plans_of(mock, monkeypatch):
    """``plans_of(call)``: SQLite's plan for each statement that a call runs."""
    connection = mock._server.mock._database.connection

    def explain(call):
        found = []
        run = type(connection).run

        def explained(self, shape, values=()):
            plan = self._plans.get(shape, len(values))
            details = self.driver.execute(f"EXPLAIN QUERY PLAN {plan.text}", plan.parameters(values)).fetchall()
            found.append((shape, " | ".join(detail for *_, detail in details)))
            return run(self, shape, values)

        with monkeypatch.context() as patched:
            patched.setattr(type(connection), "run", explained)
            call()
        return found

    return explain


def searches(organization_id):
    values = {
        "member_ids": [f"member-test-{number}" for number in range(50)],
        "member_emails": [f"user-{number}@example.com" for number in range(50)],
        "member_email_fuzzy": "user",
        "member_is_breakglass": True,
        "statuses": ["pending", "invited"],
        "member_mfa_phone_numbers": [f"+1555{number}" for number in range(50)],
        "member_mfa_phone_number_fuzzy": "555",
        "member_password_exists": True,
        "member_totp_exists": True,
        "member_roles": ["editor"],
    }
    assert values.keys() == {*member_search.FILTERS, "member_roles"}, "a new filter needs a value here"
    return {name: {"filter_name": name, "filter_value": value} for name, value in values.items()}


def test_requests_search_indexes(mock, plans_of):
    client = mock.client()
    acme = client.organizations.create("Acme", "acme", email_jit_provisioning="NOT_ALLOWED").organization
    ada = client.organizations.members.create(acme.organization_id, "ada@example.com").member
    server = mock._server.mock
    client.organizations.members.search([acme.organization_id], query=query(searches("")["member_email_fuzzy"]))
    assert server.purge.wait(60)
    organization_id = acme.organization_id
    calls = [
        lambda: client.organizations.get("acme"),
        lambda: client.organizations.members.get(organization_id, email_address="ada@example.com"),
        lambda: client.organizations.members.create(organization_id, "bob@example.com"),
        lambda: client.organizations.members.search([organization_id]),
        lambda: client.organizations.members.search([organization_id], limit=1),
        lambda: client.organizations.search(),
        lambda: client.organizations.search(
            query={
                "operator": "AND",
                "operands": [{"filter_name": "member_emails", "filter_value": ["a@b.c", "c@d.e"]}],
            }
        ),
        lambda: client.magic_links.email.login_or_signup(organization_id, "ada@example.com"),
        lambda: client.magic_links.authenticate(mock.inbox.latest(to="ada@example.com").token),
        lambda: client.magic_links.email.discovery.send("ada@example.com"),
        lambda: client.magic_links.discovery.authenticate(mock.inbox.latest(to="ada@example.com").token),
        lambda: mock.call("GET", "/project"),
        *(
            lambda operand=operand: client.organizations.members.search([organization_id], query=query(operand))
            for operand in searches(organization_id).values()
        ),
    ]
    for call in calls:
        for shape, plan in plans_of(call):
            assert not SCAN.search(plan), (shape, plan)
    assert ada.member_id


def query(operand):
    return {"operator": "AND", "operands": [operand]}


# The index for each filter on something rare: with the wrong one, all members of the organization are read.
@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("member_ids", "sqlite_autoindex_members_1"),
        ("member_emails", "members_organization_id_email_address_unique"),
        ("member_email_fuzzy", "INTEGER PRIMARY KEY"),
        ("member_is_breakglass", "members_organization_id_position_not_is_breakglass"),
        ("statuses", "members_organization_id_status_position_not_status"),
        ("member_mfa_phone_numbers", "members_organization_id_mfa_phone_number_not_mfa_phone_number"),
        ("member_password_exists", "members_organization_id_position_not_member_password_id"),
        ("member_totp_exists", "members_organization_id_position_not_totp_registration_id"),
        ("member_roles", "members_organization_id_position_not_roles"),
    ],
)
def test_rare_members_are_found_with_their_index(mock, plans_of, name, index):
    client = mock.client()
    organization_id = client.organizations.create("Acme", "acme").organization.organization_id
    client.organizations.members.create(organization_id, "ada@example.com")
    operand = searches(organization_id)[name]

    def search():
        client.organizations.members.search([organization_id], query=query(operand))

    search()
    assert mock._server.mock.purge.wait(60)
    [plan] = [plan for shape, plan in plans_of(search) if shape[:3] == ("select", "members", "")]
    assert index in plan


def test_members_are_counted_without_reading_them(mock, plans_of):
    client = mock.client()
    organization_id = client.organizations.create("Acme", "acme").organization.organization_id
    for number in range(3):
        client.organizations.members.create(organization_id, f"user-{number}@example.com")
    counted = plans_of(lambda: client.organizations.members.search([organization_id], limit=1))
    assert [shape[1] for shape, _ in counted if shape[2:3] == ("sum members",)] == ["member_counts"]
    assert not [shape for shape, _ in counted if shape[:3] == ("select", "members", "count")]


def test_kept_numbers_of_members_are_right(mock):
    """After every kind of change: creation, update, deletion, reactivation, deletion of the organization, restore."""
    client, server = mock.client(), mock._server.mock

    def check():
        with server.transaction() as ctx:
            for organization in ctx.store.all(Organization):
                for value in ("active", "pending", "invited", "deleted"):
                    found = ctx.store.count(
                        ctx.store.query(Member).where(
                            Member.table.c.organization_id == organization.organization_id,
                            Member.table.c.status == value,
                        )
                    )
                    counted = member_search.total(
                        ctx, [organization], member_search.search.Query(operands=[status(value)])
                    )
                    assert counted == found, value

    def status(value):
        return {"filter_name": "statuses", "filter_value": [value]}

    acme, globex = (client.organizations.create(n, n).organization.organization_id for n in ("acme", "globex"))
    members = [client.organizations.members.create(acme, f"user-{n}@example.com").member for n in range(4)]
    client.magic_links.email.invite(acme, "new@example.com")
    client.organizations.members.create(globex, "ada@example.com", is_breakglass=True)
    check()
    mock.snapshots.save("start")
    with server.transaction() as ctx:
        ctx.store.update(ctx.store.get(Member, member_id=members[0].member_id), email_address_verified=True)
    client.organizations.members.delete(acme, members[0].member_id)
    client.organizations.members.update(acme, members[1].member_id, is_breakglass=True)
    check()
    client.organizations.members.reactivate(acme, members[0].member_id)
    client.passwords.migrate(
        email_address="user-2@example.com",
        hash="$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
        hash_type="bcrypt",
        organization_id=acme,
    )
    check()
    client.organizations.delete(globex)
    check()
    mock.snapshots.restore("start")
    check()
    document = mock.export()
    mock.reset()
    check()
    mock.import_(document)
    check()
    with server.transaction() as ctx:
        assert member_search.total(ctx, ctx.store.all(Organization), Query()) == 6


def test_total_of_many_is_counted_once_until_a_member_changes(mock, plans_of):
    client, server = mock.client(), mock._server.mock
    acme, globex = (client.organizations.create(n, n).organization.organization_id for n in ("acme", "globex"))
    members = [client.organizations.members.create(acme, f"user-{n}@example.com").member for n in range(4)]
    totals = []

    def search(organization_id=acme):
        text = {"filter_name": "member_email_fuzzy", "filter_value": "user"}
        statuses = {"filter_name": "statuses", "filter_value": ["active", "pending", "invited"]}
        both = {"operator": "AND", "operands": [text, statuses]}
        found = client.organizations.members.search([organization_id], query=both, limit=1)
        totals.append(found.results_metadata.total)

    search()
    assert server.purge.wait(60)
    search()  # with the index of texts

    def counts():
        return sum(shape[:3] == ("select", "members", "count") for shape, _ in plans_of(search))

    assert (counts(), totals[-1]) == (0, 4)
    client.organizations.members.create(globex, "user-5@example.com")
    assert (counts(), totals[-1]) == (0, 4)
    client.organizations.members.create(acme, "user-5@example.com")
    assert (counts(), totals[-1]) == (1, 5)
    client.organizations.members.delete(acme, members[0].member_id)
    assert (counts(), totals[-1]) == (1, 4)
    with server.transaction() as ctx:
        ctx.store.update(ctx.store.get(Member, member_id=members[1].member_id), email_address="other@example.com")
    assert (counts(), totals[-1]) == (1, 3)
    client.organizations.members.update(acme, members[2].member_id, name="Ada")
    assert (counts(), totals[-1]) == (0, 3)
    mock.reset()


def test_frequent_text_is_counted_and_found_with_indexes(mock, plans_of, monkeypatch):
    client = mock.client()
    acme = client.organizations.create("Acme", "acme").organization.organization_id
    for number in range(6):
        client.organizations.members.create(acme, f"user-{number}@example.com")
    monkeypatch.setattr(text_index, "_MOST", 2)
    operand, cursor = {"filter_name": "member_email_fuzzy", "filter_value": "user"}, None

    def search():
        nonlocal cursor
        found = client.organizations.members.search([acme], query=query(operand), limit=1, cursor=cursor)
        cursor = found.results_metadata.next_cursor

    search()
    assert mock._server.mock.purge.wait(60)
    plans = dict(plans_of(search))
    [older] = [plan for shape, plan in plans.items() if "newest text candidate" in str(shape)]
    assert "SEARCH older USING COVERING INDEX members_organization_id_position_status_index" in older
    assert older.startswith("SEARCH members USING INTEGER PRIMARY KEY (rowid=?) | LIST SUBQUERY")
    cursor = None
    operand["filter_value"] = "ser-"
    plans = dict(plans_of(search))
    assert (
        "members_organization_id_email_address_unique (project_id=? AND organization_id=? AND email_address>?)"
        in (plans["compare texts",])
    )
    [newest] = [plan for shape, plan in plans.items() if "newest text candidate" in str(shape)]
    assert newest.startswith("SEARCH members USING INTEGER PRIMARY KEY (rowid=?) | LIST SUBQUERY")


def test_only_the_returned_rows_are_read_when_many_are_searched(mock, plans_of):
    client = mock.client()
    organization_id = client.organizations.create("Acme", "acme").organization.organization_id
    ids = [client.organizations.members.create(organization_id, f"user-{n}@example.com").member for n in range(4)]
    newest_first = [member.member_id for member in reversed(ids)]
    operand = {"filter_name": "member_emails", "filter_value": [f"user-{number}@example.com" for number in range(150)]}
    found, cursor = [], None

    def search():
        nonlocal cursor
        page = client.organizations.members.search([organization_id], query=query(operand), limit=3, cursor=cursor)
        found.append(([member.member_id for member in page.members], page.results_metadata.total))
        cursor = page.results_metadata.next_cursor

    [plan] = [plan for shape, plan in plans_of(search) if shape[0] == "select late"]
    assert plan.startswith("SEARCH members USING INTEGER PRIMARY KEY (rowid=?) | LIST SUBQUERY")
    search()
    assert found == [(newest_first[:3], 4), (newest_first[3:], 4)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("member_emails", ["ada@example.com"]),
        ("member_email_fuzzy", "ada"),
        ("allowed_domains", ["example.com"]),
        ("claimed_email_domains", ["example.com"]),
        ("has_active_sso_connection", True),
        ("sso_connection_id", "saml-connection-test-1"),
    ],
)
def test_organizations_are_found_by_a_subquery_that_runs_once(mock, plans_of, name, value):
    operand = {"filter_name": name, "filter_value": value}
    plans = plans_of(lambda: mock.client().organizations.search(query=query(operand)))
    [plan] = [plan for shape, plan in plans if shape[:2] == ("select", "organizations")]
    assert plan.startswith("SEARCH organizations USING INDEX sqlite_autoindex_organizations_1")
    assert "CORRELATED" not in plan


def test_members_with_a_deleted_role_are_found_with_their_index(mock, plans_of):
    acme = mock.client().organizations.create("Acme", "acme").organization.organization_id

    def remove():
        with mock._server.mock.transaction() as ctx:
            rbac_policy.remove_roles(ctx, ctx.store.get(Organization, organization_id=acme), {"editor"})

    [plan] = [plan for shape, plan in plans_of(remove) if shape[:2] == ("select", "members")]
    assert "members_organization_id_position_not_roles" in plan


@pytest.mark.parametrize("text", ["example", "@example.com", "mple.co"])
def test_text_in_every_domain_is_counted_without_reading_members(mock, plans_of, text):
    client = mock.client()
    organization_id = client.organizations.create("Acme", "acme").organization.organization_id
    for address in ("ada@example.com", "bob@sub-example.com", "cem@example.com", "dan@example.com"):
        client.organizations.members.create(organization_id, address)
    operand, totals = {"filter_name": "member_email_fuzzy", "filter_value": text.upper()}, []

    def search():
        found = client.organizations.members.search([organization_id], query=query(operand), limit=1)
        totals.append(found.results_metadata.total)

    plans = plans_of(search)
    assert not [shape for shape, _ in plans if shape[:3] == ("select", "members", "count")] or text == "@example.com"
    domains = [plan for shape, plan in plans if shape[:5:4] == ("select", (("members.email_domain", "asc"),))]
    assert len(domains) == 3  # two domains, and the end
    assert all("members_organization_id_email_domain_index" in plan for plan in domains)
    assert totals == [3 if text == "@example.com" else 4]


def test_totals_by_domain_are_right(mock):
    client, rng = mock.client(), random.Random(1)
    acme = client.organizations.create("Acme", "acme").organization.organization_id
    domains = ["example.com", "example.org", "sub.example.com", "other.net", "exam.ple"]
    addresses = [f"{name}{number}@{rng.choice(domains)}" for number, name in enumerate(["ada", "exam", "other.n"] * 12)]
    members = {address: client.organizations.members.create(acme, address).member for address in addresses}
    deleted = set(addresses[::7])
    for address in deleted:
        client.organizations.members.delete(acme, members[address].member_id)
    passes = {"statuses": ["active", "deleted"]}, {"statuses": ["pending"]}, {"member_is_breakglass": False}, {}
    for text in ("exam", "example", "@exam", ".com", "other", "net", "ada1", "n3@", "m.p", "xyz", "EXAMPLE.C"):
        for more in passes:
            operands = [{"filter_name": "member_email_fuzzy", "filter_value": text}]
            operands += [{"filter_name": name, "filter_value": value} for name, value in more.items()]
            found = client.organizations.members.search(
                [acme], query={"operator": "AND", "operands": operands}, limit=1
            )
            every = {*addresses} if "deleted" in more.get("statuses", []) else {*addresses} - deleted
            right = 0 if more.get("statuses") == ["pending"] else sum(text.lower() in address for address in every)
            assert found.results_metadata.total == right, (text, more)
