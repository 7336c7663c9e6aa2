"""Totals of searches for a part of the e-mail address: counted in parts, and then kept by the database."""

import random

import msgspec
import pytest

from mockstytch import MockStytch
from mockstytch.clock import position
from mockstytch.domain.organizations import member_search
from mockstytch.store import queries
from mockstytch.store.records.members import Member
from mockstytch.store.texts import text_totals

DOMAINS = [f"d{number}.example" for number in range(member_search._MOST_DOMAINS + 1)]  # too many for another way


@pytest.fixture
def mock(monkeypatch):
    monkeypatch.setattr(member_search, "_LARGE", 1)
    monkeypatch.setattr(text_totals, "_AT_ONCE", 10)
    with MockStytch() as handle:
        yield handle


@pytest.fixture
def acme(mock):
    """An organization with a member in each domain: ``user-0@d0.example`` and so on."""
    return organization(mock, "acme")


def organization(mock, slug):
    client = mock.client()
    organization_id = client.organizations.create(slug, slug).organization.organization_id
    for number, domain in enumerate(DOMAINS):
        client.organizations.members.create(organization_id, f"user-{number}@{domain}")
    return organization_id


def total(mock, organization_id, text, **more):
    query = {"operator": "AND", "operands": [{"filter_name": "member_email_fuzzy", "filter_value": text}]}
    found = mock.client().organizations.members.search([organization_id], query=query, limit=1, **more)
    return found.results_metadata.total


def transaction(mock):
    return mock._server.mock.transaction(mock._server.mock.projects.find(mock.project_id))


def kept(mock):
    """The rows of the table: pattern, number, and how far the members are counted."""
    statement = "SELECT pattern, members, counted_to FROM text_totals ORDER BY id"
    with transaction(mock) as ctx:
        return ctx.store._connection.driver.execute(statement).fetchall()


@pytest.fixture
def parts(mock, monkeypatch):
    """The parts that were counted: the last address of each, or None for the last part."""
    counted, run = [], mock._server.mock._database.connection.run

    def noted(shape, values=()):
        if shape[0] == "text total is at":
            counted.append(values[1])
        return run(shape, values)

    monkeypatch.setattr(mock._server.mock._database.connection, "run", noted)
    return counted


@pytest.fixture
def statements(mock, monkeypatch):
    """The shapes of the statements that run, and ``("commit",)``."""
    ran, connection = [], mock._server.mock._database.connection
    run, commit = connection.run, connection.commit

    def noted(shape, values=()):
        ran.append(shape)
        return run(shape, values)

    def noted_commit():
        ran.append(("commit",))
        commit()

    monkeypatch.setattr(connection, "run", noted)
    monkeypatch.setattr(connection, "commit", noted_commit)
    return ran


def test_members_are_counted_in_parts_and_once(mock, acme, parts):
    assert total(mock, acme, "USER-") == len(DOMAINS)
    assert len(parts) == len(DOMAINS) // 10 + 1
    assert parts[-1] is None
    assert total(mock, acme, "user-") == len(DOMAINS)
    assert len(parts) == len(DOMAINS) // 10 + 1, "they were counted again"


def test_parts_are_transactions_and_the_page_is_read_twice(mock, acme, statements):
    total(mock, acme, "user-")
    names = {"text total is at": "part", "commit": "commit"}
    names |= {shape: "page" for shape in statements if shape[0] == "select" and "members.position" in str(shape[4])}
    assert [name for shape in statements if (name := names.get(shape, names.get(shape[0])))] == [
        *("page", "part", "commit"),  # the rest of the members is counted before the page is read again
        *("part", "commit") * 2,
        *("part", "page", "commit"),
    ]


def delete_and_fail(ctx, member_id):
    ctx.store.delete(ctx.store.get(Member, member_id=member_id))
    raise ZeroDivisionError


def test_total_follows_every_change_of_members(mock, acme, parts):
    client = mock.client()

    def check(expected):
        assert total(mock, acme, "user-1") == expected

    matching = [f"user-{number}@{domain}" for number, domain in enumerate(DOMAINS) if str(number).startswith("1")]
    check(len(matching))
    counted = len(parts)
    member = client.organizations.members.create(acme, "the-user-1@example.com").member
    check(len(matching) + 1)
    client.organizations.members.create(acme, "else@example.com")
    check(len(matching) + 1)
    client.organizations.members.update(acme, member.member_id, name="Ada")
    check(len(matching) + 1)
    with transaction(mock) as ctx:
        row = ctx.store.get(Member, member_id=member.member_id)
        ctx.store.update(row, email_address="ada@example.com", email_address_verified=True)
    check(len(matching))
    with transaction(mock) as ctx:
        ctx.store.update(ctx.store.get(Member, member_id=member.member_id), email_address="the-user-1@example.com")
    check(len(matching) + 1)
    client.organizations.members.delete(acme, member.member_id)
    check(len(matching))
    client.organizations.members.reactivate(acme, member.member_id)
    check(len(matching) + 1)
    with pytest.raises(ZeroDivisionError), transaction(mock) as ctx:
        delete_and_fail(ctx, member.member_id)
    check(len(matching) + 1)
    assert len(parts) == counted, "they were counted again"


def insert(mock, organization_id, *addresses):
    with transaction(mock) as ctx:
        row = ctx.store.all(Member, organization_id=organization_id)[0]
        for address in addresses:
            ids = {"member_id": ctx.ids.new("member"), "position": position()}
            ctx.store.insert(msgspec.structs.replace(row, **ids, email_address=address))


def test_changes_between_the_parts_are_counted_once(mock, acme):
    """A change of a counted member changes the total. A member in a later part is counted in that part."""
    text = "100%_\\"  # what means something else to LIKE
    insert(mock, acme, f"a{text}", f"z{text}", "a100", "z100%x\\")
    with transaction(mock) as ctx:
        part = ctx.store.member_texts.count(acme, queries.pattern(text))
    assert part == (1, False)
    insert(mock, acme, f"b{text}", f"y{text}")
    with transaction(mock) as ctx:
        for member in ctx.store.all(Member, email_address=f"z{text}"):
            ctx.store.update(member, email_address=f"c{text}")
    assert total(mock, acme, text) == 4


@pytest.mark.parametrize("seed", range(3))
def test_totals_are_right_after_random_changes(mock, acme, seed):
    client, rng = mock.client(), random.Random(seed)
    members = list(client.organizations.members.search([acme], limit=1000).members)
    texts = ["user-1", "ser-2", "@d1", "d2.ex", "exam"]
    for number in range(30):
        action = rng.choice(["create", "delete", "address", "search"])
        member = rng.choice(members)
        if action == "create":
            created = client.organizations.members.create(acme, f"user-{number}-{seed}@{rng.choice(DOMAINS)}")
            members.append(created.member)
        elif action == "delete":
            members.remove(member)
            client.organizations.members.delete(acme, member.member_id)
        elif action == "address":
            with transaction(mock) as ctx:
                row = ctx.store.get(Member, member_id=member.member_id)
                ctx.store.update(row, email_address=f"exam-{number}@{rng.choice(DOMAINS)}")
        else:
            total(mock, acme, rng.choice(texts))
    with transaction(mock) as ctx:
        addresses = [m.email_address for m in ctx.store.all(Member) if m.status != "deleted"]
    for text in texts:
        assert total(mock, acme, text) == sum(text in address for address in addresses), text


def test_organizations_and_projects_have_their_own_totals(mock, acme):
    globex = organization(mock, "globex")
    mock.client().organizations.members.create(globex, "user-99@example.com")
    assert (total(mock, acme, "user-"), total(mock, globex, "user-")) == (len(DOMAINS), len(DOMAINS) + 1)
    with MockStytch() as other:
        assert total(other, organization(other, "acme"), "user-") == len(DOMAINS)


def test_total_after_snapshots_and_resets(mock, acme):
    assert total(mock, acme, "user-") == len(DOMAINS)
    mock.snapshots.save("start")
    mock.client().organizations.members.create(acme, "user-99@example.com")
    assert total(mock, acme, "user-") == len(DOMAINS) + 1
    mock.snapshots.restore("start")
    assert total(mock, acme, "user-") == len(DOMAINS)
    mock.reset()
    assert total(mock, organization(mock, "acme"), "user-") == len(DOMAINS)
    assert mock._server.mock.purge.wait(60)
    assert len(kept(mock)) == 1, "totals of deleted rows are left"


def test_only_the_latest_totals_are_kept(mock, acme, monkeypatch):
    monkeypatch.setattr(text_totals, "_KEPT", 2)
    globex = organization(mock, "globex")
    for text in ("user-", "example", "ser-1"):
        total(mock, acme, text)
    total(mock, globex, "user-")
    assert [pattern for pattern, *_ in kept(mock)] == ["%example%", "%ser-1%", "%user-%"]


def test_other_searches_keep_no_total(mock, acme):
    operands = [{"filter_name": "member_email_fuzzy", "filter_value": "user-"}]
    operands.append({"filter_name": "statuses", "filter_value": ["active", "invited"]})
    search = mock.client().organizations.members.search
    found = search([acme], query={"operator": "AND", "operands": operands}, limit=1)
    assert found.results_metadata.total == len(DOMAINS)
    found = search([acme, organization(mock, "globex")], query={"operator": "AND", "operands": operands[:1]}, limit=1)
    assert found.results_metadata.total == 2 * len(DOMAINS)
    with transaction(mock) as ctx:
        assert not text_totals._exists(ctx.store._connection)
