"""Rows that are written with the commit, on SQLite. For PostgreSQL, see ``tests/postgresql/test_round_trips.py``."""

import threading

import pytest

from mockstytch import MockStytch
from mockstytch.store import side_thread
from mockstytch.store.connection import Connection
from mockstytch.store.records.members import Member
from mockstytch.store.records.messages import OneTimeToken
from mockstytch.store.records.sessions import MemberSession
from tests.support.given import Given

LONG = 30  # seconds; a test that waits longer has failed


@pytest.fixture(params=["memory", "file"])
def server(request, tmp_path):
    database = str(tmp_path / "mock.sqlite") if request.param == "file" else ""
    with MockStytch(database=database) as server:
        yield server


@pytest.fixture
def given(server):
    return Given(server, server.client())


@pytest.fixture
def acme(given):
    return given.organization("Acme")


@pytest.fixture
def session_token(given, acme):
    return given.login(acme, given.member(acme)).session_token


def transaction(server):
    return server._server.mock.transaction()


def connection_of(server) -> Connection:
    return server._server.mock._database.connection


@pytest.fixture
def statements(server, session_token):
    """The SQL that runs from now on, and the name of its thread."""
    ran = []
    connection_of(server).driver.set_trace_callback(lambda sql: ran.append((sql, threading.current_thread().name)))
    return ran


def stored(server):
    """Return the only session."""
    with transaction(server) as ctx:
        return ctx.store.all(MemberSession)[0]


def change(ctx, session, value):
    return ctx.store.update_with_commit(session, custom_claims={"a": value})


def change_and_fail(ctx, session, value):
    change(ctx, session, value)
    raise ZeroDivisionError


def first_words(statements):
    return [sql.split()[0] for sql, _thread in statements]


def test_write_is_seen_by_the_next_statement(server, session_token):
    with transaction(server) as ctx:
        changed = change(ctx, ctx.store.find(MemberSession, session_token=session_token), 1)
        assert ctx.store.find(MemberSession, session_token=session_token) == changed
        assert ctx.store.all(MemberSession) == [changed]
        changed = change(ctx, changed, 2)
    assert stored(server) == changed


def test_single_write_needs_no_begin_and_commit(server, session_token, statements):
    with transaction(server) as ctx:
        change(ctx, ctx.store.find(MemberSession, session_token=session_token), 1)
        assert "UPDATE" not in first_words(statements)
    assert first_words(statements) == ["UPDATE"]
    assert stored(server).custom_claims == {"a": 1}


def test_several_writes_are_one_transaction(server, session_token, statements):
    with transaction(server) as ctx:
        session = change(ctx, ctx.store.find(MemberSession, session_token=session_token), 1)
        change(ctx, session, 2)
    assert first_words(statements) == ["BEGIN", "UPDATE", "UPDATE", "COMMIT"]


def test_write_is_undone_by_an_error(server, session_token):
    with pytest.raises(ZeroDivisionError), transaction(server) as ctx:
        change_and_fail(ctx, ctx.store.all(MemberSession)[0], 1)
    assert stored(server).custom_claims == {}


def test_write_is_undone_with_its_savepoint(server, session_token):
    with transaction(server) as ctx:
        session = change(ctx, ctx.store.all(MemberSession)[0], 1)
        with pytest.raises(ZeroDivisionError), ctx.store._connection.savepoint():
            change_and_fail(ctx, session, 2)
    assert stored(server).custom_claims == {"a": 1}


def test_conflict_at_the_commit_undoes_everything(server, session_token):
    def insert_again():
        with transaction(server) as ctx:
            ctx.store.insert_with_commit(change(ctx, ctx.store.all(MemberSession)[0], 1))

    with pytest.raises(connection_of(server).ConstraintError):
        insert_again()
    assert stored(server).custom_claims == {}


def two_changes(ctx, session_token):
    session = change(ctx, ctx.store.find(MemberSession, session_token=session_token), 1)
    return change(ctx, session, 2)


def test_writes_run_in_another_thread_meanwhile(server, session_token):
    written = threading.Event()
    connection_of(server).driver.set_trace_callback(lambda _sql: written.set())
    with transaction(server) as ctx:
        two_changes(ctx, session_token)
        assert not written.is_set()
        assert ctx.store.while_writing(lambda: written.wait(LONG)), "nothing was written meanwhile"
    assert stored(server).custom_claims == {"a": 2}


def test_writes_run_after_the_work_if_the_thread_is_busy(server, session_token, statements):
    begun, end = threading.Event(), threading.Event()

    def occupy():
        begun.set()
        end.wait(LONG)

    busy = side_thread._Once(occupy)
    side_thread._queue().put(busy)
    assert begun.wait(LONG)
    try:
        with transaction(server) as ctx:
            two_changes(ctx, session_token)
            assert ctx.store.while_writing(lambda: len(statements)) == 0
            assert first_words(statements) == ["BEGIN", "UPDATE", "UPDATE"]
    finally:
        end.set()
        busy.run()
    assert {thread for _, thread in statements} == {threading.current_thread().name}
    with transaction(server):  # the thread is free again, and must not write a second time
        side_thread.side_by_side(lambda: None, lambda: None)
    assert first_words(statements).count("UPDATE") == 2


def test_single_write_wakes_no_thread(server, session_token, statements):
    with transaction(server) as ctx:
        change(ctx, ctx.store.find(MemberSession, session_token=session_token), 1)
        assert ctx.store.while_writing(lambda: len(statements)) == 0
        assert statements == []
    assert first_words(statements) == ["UPDATE"]


def test_error_of_a_write_in_the_other_thread_is_raised_here(server, session_token):
    def insert_again():
        with transaction(server) as ctx:
            ctx.store.insert_with_commit(change(ctx, ctx.store.all(MemberSession)[0], 1))
            ctx.store.while_writing(lambda: None)

    with pytest.raises(connection_of(server).ConstraintError):
        insert_again()
    assert stored(server).custom_claims == {}


def test_error_of_the_work_undoes_the_writes(server, session_token):
    def change_and_divide():
        with transaction(server) as ctx:
            two_changes(ctx, session_token)
            ctx.store.while_writing(lambda: 1 // 0)

    with pytest.raises(ZeroDivisionError):
        change_and_divide()
    assert stored(server).custom_claims == {}


def test_remembered_row_is_consumed_with_the_commit(server, given, acme, statements):
    sent = given.link_token(acme, given.member(acme).email_address)
    statements.clear()
    with transaction(server) as ctx:
        token = ctx.store.find(OneTimeToken, token=sent)
        assert ctx.store.update_if_unchanged(token, used_at=ctx.now)
        assert "UPDATE" not in first_words(statements)
        assert ctx.store.update_if_unchanged(token, used_at=ctx.now) is None, "it was used twice"


def test_login_writes_meanwhile(server, given, acme, statements):
    member = given.member(acme)
    token = given.link_token(acme, member.email_address)
    statements.clear()
    given.client.magic_links.authenticate(token)
    words = first_words(statements)
    assert words[0] == "BEGIN"
    assert words[-1] == "COMMIT"
    assert "SELECT" not in words, "a row was read again"
    with transaction(server) as ctx:
        assert ctx.store.get(Member, member_id=member.member_id).status == "active"
