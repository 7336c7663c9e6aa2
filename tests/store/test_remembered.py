"""Rows that are remembered: organizations, members, sessions and tokens, until a statement may change them."""

from collections import Counter

import pytest

from mockstytch import MockStytch
from mockstytch.domain.shared import emails
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
    """How often each kind of statement ran on each table."""
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


def test_absence_ends_with_an_insertion(server):
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


def test_number_of_rows_is_limited(server, acme, monkeypatch):
    monkeypatch.setattr(remembered, "_MOST_ROWS", 3)
    given = Given(server, server.client())
    for _ in range(10):
        given.member(acme)
        assert len(server._server.mock._database.connection.remembered.of("members")) <= 3


def test_other_tables_are_not_remembered(server):
    assert server._server.mock._database.connection.remembered.of("messages") is None


_WITH_MEMBERS = ("members", "member_sessions", "email_reservations")  # their rows refer to members


@pytest.mark.parametrize(
    ("kind", "statement", "tables"),
    [
        ("find", "SELECT * FROM members", ()),
        ("insert", "INSERT INTO members (member_id) VALUES (?)", ()),  # the store remembers the row
        ("update", "UPDATE organizations SET position=? WHERE organization_id=?", ()),
        ("restore", "INSERT INTO members SELECT * FROM members_copies", _WITH_MEMBERS),
        ("insert copies", "INSERT INTO events (event_id) VALUES (?)", ()),
        ("delete", "DELETE FROM members WHERE member_id=?", _WITH_MEMBERS),
        ("delete", "DELETE FROM organizations", ("organizations", *_WITH_MEMBERS)),
        ("delete", "DELETE FROM one_time_tokens", ("one_time_tokens",)),
        ("delete", "DELETE FROM organization_domains", ()),
    ],
)
def test_statement_outdates_what_it_may_change(kind, statement, tables):
    assert remembered.outdated_by(kind, statement) == tables


@pytest.fixture
def ada(server, acme):
    return Given(server, server.client()).member(acme, "ada@acme.test", external_id="ada")


def member_by(ctx, acme, **where):
    return ctx.store.find(Member, excluding=("status", "deleted"), organization_id=acme.organization_id, **where)


def test_inserted_row_is_not_read(server, acme, ada, reads):
    with transaction(server) as ctx:
        assert ctx.store.find(Member, member_id=ada.member_id)
        assert member_by(ctx, acme, email_address="ada@acme.test").member_id == ada.member_id
        assert member_by(ctx, acme, external_id="ada").member_id == ada.member_id
    assert reads == {}


def test_remembered_row_is_equal_to_the_stored_one(server, acme, ada):
    with transaction(server) as ctx:
        for record in (Organization, Member):
            [stored] = ctx.store.all(record)
            assert ctx.store.find(record, **{name: getattr(stored, name) for name in record.key}) == stored


def test_updated_row_is_not_read(server, acme, ada, reads):
    with transaction(server) as ctx:
        ctx.store.update(ctx.store.get(Member, member_id=ada.member_id), name="Ada")
        reads.clear()
        assert ctx.store.get(Member, member_id=ada.member_id).name == "Ada"
    assert reads == {}


def test_row_is_found_by_its_new_address_only(server, acme, ada):
    with transaction(server) as ctx:
        ctx.store.update(ctx.store.get(Member, member_id=ada.member_id), email_address="lovelace@acme.test")
        assert member_by(ctx, acme, email_address="ada@acme.test") is None
        assert member_by(ctx, acme, email_address="lovelace@acme.test").member_id == ada.member_id
        assert member_by(ctx, acme, external_id="ada").email_address == "lovelace@acme.test"


def test_excluded_row_is_not_found(server, acme, ada):
    with transaction(server) as ctx:
        ctx.store.update(ctx.store.get(Member, member_id=ada.member_id), status="deleted")
        assert member_by(ctx, acme, email_address="ada@acme.test") is None
        ctx.store.update(ctx.store.get(Member, member_id=ada.member_id), status="active")
        assert member_by(ctx, acme, email_address="ada@acme.test").member_id == ada.member_id


def test_updates_of_an_outdated_copy_add_up(server, acme, ada):
    with transaction(server) as ctx:
        outdated = ctx.store.get(Member, member_id=ada.member_id)
        ctx.store.update(outdated, name="Ada")
        ctx.store.update(outdated, mfa_enrolled=True)
        now = ctx.store.get(Member, member_id=ada.member_id)
        assert (now.name, now.mfa_enrolled) == ("Ada", True)
        assert [now] == ctx.store.all(Member)


def test_refused_update_leaves_the_row(server, acme, ada):
    with transaction(server) as ctx:
        outdated = ctx.store.get(Member, member_id=ada.member_id)
        ctx.store.update(outdated, name="Ada")
        assert ctx.store.update_if_unchanged(outdated, name="Grace") is None
        assert ctx.store.get(Member, member_id=ada.member_id).name == "Ada"


def test_unsuccessful_delete_leaves_the_rows(server, acme, ada, reads):
    with transaction(server) as ctx:
        ctx.store.delete_all(Member, member_id="member-test-unknown")
        reads.clear()
        assert ctx.store.find(Member, member_id=ada.member_id)
    assert reads == {}


def test_session_is_not_read_after_a_login(server, acme, reads):
    client = server.client()
    given = Given(server, client)
    token = given.login(acme, given.member(acme)).session_token
    reads.clear()
    assert client.sessions.authenticate(session_token=token).session_token == token
    assert {shape for shape in reads if shape[0] == "find"} == set()


def test_revoked_session_is_refused_afterwards(server, acme, refused):
    client = server.client()
    given = Given(server, client)
    token = given.login(acme, given.member(acme)).session_token
    client.sessions.authenticate(session_token=token)
    client.sessions.revoke(session_token=token)
    assert refused(client.sessions.authenticate, session_token=token) == "session_not_found"


def test_absent_row_is_looked_for_once(server, acme, reads):
    with transaction(server) as ctx:
        for _ in range(3):
            assert member_by(ctx, acme, email_address="grace@acme.test") is None
    assert reads["find", "members"] == 1


def test_absence_ends_with_an_update(server, acme, ada):
    with transaction(server) as ctx:
        assert member_by(ctx, acme, email_address="grace@acme.test") is None
        ctx.store.update(ctx.store.get(Member, member_id=ada.member_id), email_address="grace@acme.test")
        assert member_by(ctx, acme, email_address="grace@acme.test").member_id == ada.member_id


def test_absence_is_forgotten_if_no_row_is_remembered():
    known = remembered.Remembered("members")
    lookup, values = (("member_id",), None), ("key", "ada")
    known.of("members").read("key", lookup, values, None)
    assert known.of("members").is_absent(lookup, values)
    known.forget(("members",))
    assert not known.of("members").is_absent(lookup, values)


def test_reservations_are_not_looked_for_in_a_project_without_any(server, acme, reads):
    for name in ("ada", "bob", "eve"):
        server.client().organizations.members.create(acme.organization_id, f"{name}@acme.test")
    assert reads["find", "email_reservations"] == 2  # for the first address, and for any


def test_reservation_is_found_after_the_project_had_none(server, acme, refused):
    members = server.client().organizations.members
    ada = members.create(acme.organization_id, "ada@acme.test").member
    server.snapshots.save("without a reservation")
    members.update(acme.organization_id, ada.member_id, email_address="ada@new.test")
    assert refused(members.create, acme.organization_id, "ada@acme.test") == "retired_member_email"
    server.snapshots.save("with a reservation")
    server.snapshots.restore("without a reservation")
    assert refused(members.create, acme.organization_id, "ada@acme.test") == "duplicate_member_email"
    assert members.create(acme.organization_id, "bob@acme.test").member.email_address == "bob@acme.test"
    server.snapshots.restore("with a reservation")
    assert refused(members.create, acme.organization_id, "ada@acme.test") == "retired_member_email"


def test_reservation_that_was_undone_is_not_found(server, acme):
    ada = Given(server, server.client()).member(acme, "ada@acme.test")

    def is_reserved(ctx):
        return emails.find_reservation(ctx, found(ctx, acme), "bob@acme.test") is not None

    def reserve_and_fail(ctx):
        emails.reserve(ctx, ctx.store.get(Member, member_id=ada.member_id), "bob@acme.test", "retired")
        assert is_reserved(ctx)
        raise ZeroDivisionError

    with transaction(server) as ctx:
        assert not is_reserved(ctx)
        with pytest.raises(ZeroDivisionError), ctx.store._connection.savepoint():
            reserve_and_fail(ctx)
        assert not is_reserved(ctx)
