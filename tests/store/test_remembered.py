"""Rows that are remembered: organizations and members, until a statement may change them."""

from collections import Counter

import pytest

from mockstytch import MockStytch
from mockstytch.errors import organization_not_found
from mockstytch.store import remembered
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from tests.support.given import Given


@pytest.fixture
def server():
    with MockStytch() as server:
        yield server


@pytest.fixture
def reads(server, monkeypatch):
    """How often organizations and members were read from the database."""
    counter = Counter()
    connection = server._server.mock._database.connection
    run = connection.run

    def counted(shape, values=()):
        counter[shape[:2]] += 1
        return run(shape, values)

    monkeypatch.setattr(connection, "run", counted)
    return counter


@pytest.fixture
def acme(server):
    return Given(server, server.client()).organization("Acme")


def transaction(server):
    return server._server.mock.transaction()


def found(ctx, acme):
    return ctx.store.find(Organization, organization_id=acme.organization_id)


def test_row_is_read_once(server, acme, reads):
    for _ in range(3):
        assert server.client().organizations.get(acme.organization_id).organization.organization_name == "Acme"
    assert reads["find", "organizations"] <= 1


def test_changed_row_is_read_again(server, acme):
    client = server.client()
    client.organizations.get(acme.organization_id)
    client.organizations.update(acme.organization_id, organization_name="Acme Two")
    assert client.organizations.get(acme.organization_id).organization.organization_name == "Acme Two"


def fail_after_a_change(ctx, acme, error):
    """Rename an organization, read it again, and raise the error."""
    ctx.store.update(found(ctx, acme), organization_name="Other")
    assert found(ctx, acme).organization_name == "Other"
    raise error


@pytest.mark.parametrize("error", [ZeroDivisionError(), organization_not_found()])
def test_rollback_undoes_a_change(server, acme, error):
    with pytest.raises(type(error)), transaction(server) as ctx:
        fail_after_a_change(ctx, acme, error)
    with transaction(server) as ctx:
        assert found(ctx, acme).organization_name == "Acme"


def test_rollback_to_a_savepoint_undoes_a_change(server, acme):
    with transaction(server) as ctx:
        with pytest.raises(ZeroDivisionError), ctx.store._connection.savepoint():
            fail_after_a_change(ctx, acme, ZeroDivisionError())
        assert found(ctx, acme).organization_name == "Acme"


def test_member_is_deleted_with_its_organization(server, acme):
    member = Given(server, server.client()).member(acme)
    with transaction(server) as ctx:
        assert ctx.store.find(Member, member_id=member.member_id)
        ctx.store.delete(found(ctx, acme))
        assert ctx.store.find(Member, member_id=member.member_id) is None


def test_absence_is_not_remembered(server):
    with transaction(server) as ctx:
        assert ctx.store.find(Organization, slug_key="acme") is None
    Given(server, server.client()).organization("Acme", organization_slug="acme")
    with transaction(server) as ctx:
        assert ctx.store.find(Organization, slug_key="acme")


def test_projects_have_their_own_rows(server, acme, refused):
    server.client().organizations.get(acme.organization_id)
    other = server.project().client()
    assert refused(other.organizations.get, acme.organization_id) == "organization_not_found"


def test_reset_and_restored_snapshot_are_seen(server, acme, refused):
    client = server.client()
    client.organizations.get(acme.organization_id)
    server.snapshots.save("before")
    client.organizations.update(acme.organization_id, organization_name="Acme Two")
    client.organizations.get(acme.organization_id)
    server.snapshots.restore("before")
    assert client.organizations.get(acme.organization_id).organization.organization_name == "Acme"
    server.reset()
    assert refused(client.organizations.get, acme.organization_id) == "organization_not_found"


def test_number_of_rows_is_limited(monkeypatch):
    monkeypatch.setattr(remembered, "_MOST_ROWS", 3)
    rows = remembered.Remembered("members")
    for n in range(10):
        rows.of("members")[n, ()] = n
        assert len(rows.of("members")) <= 3
    assert rows.of("organizations") is None


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        ("SELECT * FROM members", ()),
        ("INSERT INTO members (member_id) VALUES (?)", ("members",)),
        ("UPDATE organizations SET position=?", ("organizations",)),
        ("INSERT INTO events (event_id) VALUES (?)", ()),
        ("DELETE FROM projects", remembered.TABLES),
    ],
)
def test_statement_outdates_what_it_may_change(statement, tables):
    assert remembered.outdated_by(statement) == tables
