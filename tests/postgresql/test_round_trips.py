"""How often a request waits for PostgreSQL: with a database on another machine, this decides how fast it is."""

import pytest

from mockstytch.store.postgresql import connection
from mockstytch.store.records.members import Member
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.sessions import MemberSession
from tests.support.given import Given

pytestmark = pytest.mark.xdist_group("postgresql")  # one worker, because each would start a cluster


@pytest.fixture
def statements(server, monkeypatch):
    """The first words of each statement that the server waited for. A pipeline has one: its last."""
    sent = []
    opened = server._server.mock._database.connection
    execute = opened._execute

    def recorded(statement, parameters=None):
        sent.append(" ".join(statement.split()[:3]))
        return execute(statement, parameters)

    monkeypatch.setattr(opened, "_execute", recorded)
    return sent


@pytest.fixture
def given(server):
    return Given(server, server.client())


@pytest.fixture
def acme(given):
    return given.organization()


def round_trips(statements, call, *arguments, **fields):
    """Return the number of round trips of a request."""
    statements.clear()
    call(*arguments, **fields)
    return len(statements)


def test_authenticating_a_session_takes_four(given, acme, statements):
    token = given.login(acme, given.member(acme)).session_token
    authenticate = given.client.sessions.authenticate
    authenticate(session_token=token)  # the first one finds out that the operation writes
    assert round_trips(statements, authenticate, session_token=token) == 4


def test_reading_takes_four(given, acme, statements):
    assert round_trips(statements, given.client.organizations.get, acme.organization_id) == 4


def test_creating_a_member_takes_six(given, acme, statements):
    given.member(acme)
    create = given.client.organizations.members.create
    assert round_trips(statements, create, acme.organization_id, given.email()) == 6


def test_login_takes_seven(given, acme, statements):
    given.login(acme, given.member(acme))
    token = given.link_token(acme, given.member(acme).email_address)
    assert round_trips(statements, given.client.magic_links.authenticate, token) == 7


def test_discovery_email_takes_four(given, statements):
    given.discovery_token(given.email())
    send = given.client.magic_links.email.discovery.send
    assert round_trips(statements, send, given.email()) == 4


@pytest.fixture
def session_token(given, acme):
    return given.login(acme, given.member(acme)).session_token


def transaction(server):
    return server._server.mock.transaction()


def test_session_is_read_with_its_member_and_organization(server, session_token, statements):
    with transaction(server) as ctx:
        statements.clear()
        session = ctx.store.find_with_references(MemberSession, session_token=session_token)
        member = ctx.store.get(Member, member_id=session.member_id)
        organization = ctx.store.get(Organization, organization_id=session.organization_id)
        assert len(statements) == 1
        assert [session, member, organization] == [
            *(ctx.store.all(record)[0] for record in (MemberSession, Member, Organization))
        ]
        assert ctx.store.find_with_references(MemberSession, session_token="unknown") is None


def test_rows_are_remembered_during_one_transaction(server, session_token, statements):
    for _ in range(2):
        with transaction(server) as ctx:
            statements.clear()
            for _ in range(2):
                ctx.store.find(MemberSession, session_token=session_token)
            assert len(statements) == 1


def stored(server):
    """Return the only session."""
    with transaction(server) as ctx:
        return ctx.store.all(MemberSession)[0]


@pytest.mark.parametrize("has_pipelines", [True, False])
def test_waiting_write_is_seen_and_stored(server, session_token, monkeypatch, has_pipelines):
    monkeypatch.setattr(connection, "_HAS_PIPELINES", has_pipelines)
    with transaction(server) as ctx:
        session = ctx.store.find(MemberSession, session_token=session_token)
        changed = ctx.store.update_with_commit(session, custom_claims={"a": 1})
        assert ctx.store.find(MemberSession, session_token=session_token) == changed
        assert ctx.store.all(MemberSession) == [changed]
        changed = ctx.store.update_with_commit(changed, custom_claims={"a": 2})
    assert stored(server) == changed


def change(ctx, session, value, error=None):
    """Change a session with the commit, and raise the error, if there is one."""
    changed = ctx.store.update_with_commit(session, custom_claims={"a": value})
    if error is not None:
        raise error
    return changed


def test_waiting_write_is_undone_by_an_error(server, session_token):
    with pytest.raises(ZeroDivisionError), transaction(server) as ctx:
        change(ctx, ctx.store.all(MemberSession)[0], 1, ZeroDivisionError())
    assert stored(server).custom_claims == {}


def test_waiting_write_is_undone_with_its_savepoint(server, session_token):
    with transaction(server) as ctx:
        session = change(ctx, ctx.store.all(MemberSession)[0], 1)
        with pytest.raises(ZeroDivisionError), ctx.store._connection.savepoint():
            change(ctx, session, 2, ZeroDivisionError())
    assert stored(server).custom_claims == {"a": 1}


def insert_again(ctx):
    """Insert a row whose key exists, with the commit."""
    ctx.store.insert_with_commit(change(ctx, ctx.store.all(MemberSession)[0], 1))


def test_failed_write_with_the_commit_undoes_everything(server, session_token):
    constraint_error = server._server.mock._database.connection.ConstraintError
    with pytest.raises(constraint_error), transaction(server) as ctx:
        insert_again(ctx)
    assert stored(server).custom_claims == {}
