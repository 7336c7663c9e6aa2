"""Emptying projects: other requests go on, the rows are deleted later, in slices, and the file shrinks."""

import os
import threading

import httpx
import pytest

from mockstytch import MockStytch
from mockstytch.runtime import purge as purging
from mockstytch.runtime.purge import Purge
from mockstytch.store.copying import old_data
from mockstytch.store.record import RECORDS
from mockstytch.store.records.messages import Message
from mockstytch.store.records.organizations import Organization
from mockstytch.store.records.projects import Project
from mockstytch.store.records.scim import ScimConnection
from mockstytch.store.records.snapshots import OldData
from mockstytch.store.schema import tables_in


def counts(server, project_id):
    """How many rows each table has of a project."""
    with server.transaction() as ctx:
        store, found = ctx.store.for_project(project_id), {}
        for name, record in RECORDS.items():
            if record.table.shared:
                continue
            where = (store._owner(record),)
            [found[name]] = rows(server, f"SELECT count(*) FROM {name} WHERE project_id = ?", where)[0]
        return found


def rows(server, statement, parameters=()):
    return server._database.connection.driver.execute(statement, parameters).fetchall()


def all_rows(server):
    """How many rows each table has, whichever project or snapshot they belong to."""
    found = {name: rows(server, f"SELECT count(*) FROM {name}")[0][0] for name in map(str, tables_in("sqlite"))}
    return {name: count for name, count in found.items() if count}


def send(ctx, number, text=""):
    message = Message(
        message_id=f"message-{number}",
        position=number,
        channel="email",
        kind="magic_link.login",
        to="ada@acme.test",
        text=text,
        created_at=ctx.now,
        expires_at=ctx.now,
    )
    ctx.store.insert(message)


def fill(mock):
    client = mock.client()
    acme = client.organizations.create("Acme", "acme").organization.organization_id
    client.organizations.members.create(acme, "ada@acme.test")
    client.magic_links.email.login_or_signup(acme, "ada@acme.test")
    mock.webhooks.set("http://127.0.0.1:9/")
    client.organizations.create("Globex", "globex")


@pytest.mark.parametrize("location", ["", "mock.sqlite"])
def test_reset_leaves_other_projects_alone(tmp_path, location):
    with MockStytch(database=location and str(tmp_path / location)) as default:
        ids = [f"project-test-{digit * 8}-0000-4000-8000-000000000000" for digit in "18f"]
        before, mock, after = (default.project(project_id) for project_id in ids)
        for each in (before, mock, after):
            fill(each)
        server = default._server.mock
        others = [counts(server, p.project_id) for p in (before, after)]
        mock.reset()
        assert server.purge.wait(30)
        own = counts(server, mock.project_id)
        assert {name: n for name, n in own.items() if n} == {"projects": 1}
        assert [counts(server, p.project_id) for p in (before, after)] == others
        before.reset()
        after.reset()
        assert server.purge.wait(30)
        assert {name: n for name, n in counts(server, after.project_id).items() if n} == {"projects": 1}
        fill(mock)
        assert mock.client().organizations.search().results_metadata.total == 2


def test_reset_returns_before_the_rows_are_deleted(monkeypatch):
    begun, go_on = threading.Event(), threading.Event()
    with MockStytch() as mock:
        server = mock._server.mock
        fill(mock)
        mock.snapshots.save("start")
        with server.transaction() as ctx:
            old_key = ctx.store.data_key

        def wait():
            begun.set()
            assert go_on.wait(30)

        server.purge.before_slice = wait
        mock.reset()
        assert begun.wait(30)
        assert mock.client().organizations.search().results_metadata.total == 0
        assert mock.call("GET", "/health")["status"] == "ok"
        assert rows(server, "SELECT project_id FROM organizations GROUP BY 1") == [(old_key,)]
        mock.snapshots.restore("start")
        go_on.set()
        assert server.purge.wait(30)
        assert rows(server, "SELECT count(*) FROM organizations WHERE project_id = ?", (old_key,)) == [(0,)]
        assert mock.client().organizations.search().results_metadata.total == 2


def test_rows_that_wait_for_deletion_belong_to_no_project(monkeypatch):
    monkeypatch.setattr(Purge, "wake", lambda _purge: None)
    with MockStytch() as mock:
        server = mock._server.mock
        acme = mock.client().organizations.create("Acme", "acme").organization.organization_id
        connection = mock.client().scim.connection.create(acme, display_name="Okta").connection
        mock.webhooks.set("http://127.0.0.1:9/")
        mock.client().organizations.create("Globex", "globex")
        assert server.projects.find_by(ScimConnection, connection_id=connection.connection_id)
        assert server.projects.awaiting_delivery()
        mock.reset()
        assert server.projects.find_by(ScimConnection, connection_id=connection.connection_id) is None
        assert server.projects.awaiting_delivery() == []
        with server.transaction() as ctx:
            assert ctx.store.values_of_all_projects(Organization, "organization_id") == []
            assert len(ctx.store.values_of_all_projects(OldData, "data_key")) == 1


def test_deletion_is_in_slices_with_requests_between_them(monkeypatch):
    with MockStytch() as mock:
        server, deleted, totals = mock._server.mock, [], []
        with server.transaction() as ctx:
            for number in range(1000):
                send(ctx, number)
        monkeypatch.setattr(purging, "_FIRST_ROWS", 50)
        monkeypatch.setattr(purging, "_MOST_ROWS", 50)
        monkeypatch.setattr("mockstytch.runtime.database.SLICE_SECONDS", 0)
        original = old_data.delete

        def delete(*args):
            deleted.append(original(*args))
            return deleted[-1]

        monkeypatch.setattr(old_data, "delete", delete)
        server.purge.before_slice = lambda: totals.append(mock.client().organizations.search().results_metadata.total)
        mock.reset()
        assert server.purge.wait(60)
        assert deleted == [50] * 20 + [0]
        assert len(totals) >= 20
        assert all_rows(server) == {"projects": 1}


def test_deletion_goes_on_after_a_restart(tmp_path, monkeypatch):
    file = str(tmp_path / "mock.sqlite")
    with monkeypatch.context() as patched:
        patched.setattr(Purge, "wake", lambda _purge: None)
        with MockStytch(database=file) as mock:
            fill(mock)
            mock.snapshots.save("start")
            mock.reset()
            mock.snapshots.clear()
            assert all_rows(mock._server.mock).keys() >= {"organizations", "organizations_copies", "members_copies"}
    with MockStytch(database=file) as mock:
        assert mock._server.mock.purge.wait(30)
        assert all_rows(mock._server.mock) == {"projects": 1}


def test_many_small_resets_are_deleted_together(monkeypatch):
    with MockStytch() as mock:
        server, asked = mock._server.mock, []
        handles = [mock.project() for _ in range(12)]
        for handle in handles:
            handle.client().organizations.create("Acme", "acme")
        original = old_data.tables_with_rows
        monkeypatch.setattr(old_data, "tables_with_rows", lambda *args: asked.append(args) or original(*args))
        monkeypatch.setattr(purging, "_DELAY_SECONDS", 0.5)
        for handle in handles:
            handle.reset()
        assert server.purge.wait(30)
        assert len(asked) < len(handles)
        assert all_rows(server).keys() == {"projects"}


def test_a_request_with_a_project_read_before_a_reset_writes_to_the_present_one():
    with MockStytch() as mock:
        server = mock._server.mock
        before = server.projects.default()
        mock.reset()
        with server.transaction(before) as ctx:
            send(ctx, 1)
        assert mock.inbox.latest().message_id == "message-1"


def test_close_ends_the_deletion_after_the_present_slice(tmp_path, monkeypatch):
    monkeypatch.setattr(purging, "_FIRST_ROWS", 10)
    monkeypatch.setattr(purging, "_MOST_ROWS", 10)
    monkeypatch.setattr("mockstytch.runtime.database.SLICE_SECONDS", 0)
    file, begun = str(tmp_path / "mock.sqlite"), threading.Event()
    with MockStytch(database=file) as mock:
        server = mock._server.mock
        with server.transaction() as ctx:
            for number in range(1000):
                send(ctx, number)

        def stop():
            begun.set()
            server.purge._stopping.wait(30)

        server.purge.before_slice = stop
        mock.reset()
        assert begun.wait(30)
    with MockStytch(database=file) as mock:
        assert mock._server.mock.purge.wait(60)
        assert all_rows(mock._server.mock) == {"projects": 1}


def test_deleted_project_leaves_only_its_row():
    with MockStytch() as mock:
        server, other = mock._server.mock, mock.project()
        fill(other)
        other.snapshots.save("start")
        httpx.delete(f"{mock.url}/pwa/v3/projects/{other.project_id}", auth=("key", "secret"), trust_env=False)
        assert server.purge.wait(30)
        assert all_rows(server).keys() == {"projects"}
        with server.transaction() as ctx:
            assert ctx.store.for_project(other.project_id).get(Project).deleted


def test_file_shrinks(tmp_path):
    file = tmp_path / "mock.sqlite"
    with MockStytch(database=str(file)) as mock:
        server = mock._server.mock
        with server.transaction() as ctx:
            for number in range(6000):
                send(ctx, number, "x" * 2000)
        server._database.connection.driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        large = file.stat().st_size
        mock.reset()
        assert server.purge.wait(60)
        assert file.stat().st_size < large / 3
        assert mock.client().organizations.create("Acme", "acme").status_code == 200


def test_write_ahead_log_is_emptied_between_the_slices(tmp_path, monkeypatch):
    monkeypatch.setattr(purging, "_FIRST_ROWS", 50)
    monkeypatch.setattr(purging, "_MOST_ROWS", 50)
    monkeypatch.setattr("mockstytch.runtime.database.SLICE_SECONDS", 0)
    file = tmp_path / "mock.sqlite"
    with MockStytch(database=str(file)) as mock:
        server = mock._server.mock
        with server.transaction() as ctx:
            for number in range(3000):
                send(ctx, number, "x" * 2000)
        server._database.connection.driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        monkeypatch.setattr(server.purge, "_shrink", lambda: None)
        mock.reset()
        assert server.purge.wait(60)
        assert all_rows(server) == {"projects": 1}
        assert 0 < file.with_name("mock.sqlite-wal").stat().st_size < 1_500_000  # without this, it has 1,000 pages


@pytest.mark.parametrize("table", ["members", "events", "messages", "organizations", "scim_users"])
def test_rows_are_deleted_in_the_order_in_which_they_are_in_the_file(table):
    with MockStytch() as mock, mock._server.mock.transaction() as ctx:
        driver = ctx.store._connection.driver
        plan = ctx.store._connection._plans.get(("delete slice", table), 2)
        found = str(driver.execute(f"EXPLAIN QUERY PLAN {plan.text}", plan.parameters(("key", 64))).fetchall())
        assert f"SEARCH {table} USING INTEGER PRIMARY KEY (rowid=?)" in found
        assert "_position_" in found
        assert "TEMP B-TREE" not in found


def test_failed_deletion_is_tried_again(monkeypatch, caplog):
    with MockStytch() as mock:
        server = mock._server.mock
        fill(mock)

        def fail(*_args):
            raise RuntimeError("planted")

        with monkeypatch.context() as patched:
            patched.setattr(old_data, "delete", fail)
            mock.reset()
            assert server.purge.wait(30)
        assert "can't delete old rows" in caplog.text
        assert all_rows(server).keys() > {"projects"}
        mock.reset()
        assert server.purge.wait(30)
        assert all_rows(server) == {"projects": 1}


def test_failed_reset_lets_other_requests_go_on(monkeypatch):
    with MockStytch() as mock:

        def fail(_project):
            raise RuntimeError("planted")

        monkeypatch.setattr(mock._server.mock.projects, "reset", fail)
        response = httpx.post(f"{mock.url}/_mock/api/reset", trust_env=False)
        assert response.status_code == 500
        assert mock.client().organizations.create("Acme", "acme").status_code == 200


def test_resets_at_once_wait_for_each_other():
    with MockStytch() as mock:
        handles = [mock.project() for _ in range(8)]
        for handle in handles:
            handle.client().organizations.create("Acme", "acme")
        threads = [threading.Thread(target=handle.reset) for handle in handles]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert [h.client().organizations.search().results_metadata.total for h in handles] == [0] * 8


def test_members_are_counted_with_an_index_alone():
    """Without reading the rows: a search without a filter counts all members."""
    with MockStytch() as mock, mock._server.mock.transaction() as ctx:
        query = "SELECT count(*) FROM members WHERE project_id = 'p' AND organization_id = 'o' AND status != 'deleted'"
        plan = ctx.store._connection.driver.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()
        assert "COVERING INDEX" in str(plan)


def test_log_is_written_to_the_disk_before_requests_have_to_wait(tmp_path, monkeypatch):
    with MockStytch(database=str(tmp_path / "mock.sqlite")) as mock:
        server, synced, fsync = mock._server.mock, [], os.fsync
        log = (tmp_path / "mock.sqlite-wal").stat().st_ino

        def sync(descriptor):
            synced.append((os.fstat(descriptor).st_ino == log, server._database._lock._lock._is_owned()))
            fsync(descriptor)

        monkeypatch.setattr(os, "fsync", sync)
        fill(mock)
        mock.reset()
        assert server.purge.wait(30)
        assert set(synced) == {(True, False)}


def test_slices_are_shorter_on_a_slow_disk(monkeypatch):
    with MockStytch() as mock:
        purge, now = mock._server.mock.purge, 0.0
        monkeypatch.setattr(purge, "_stopping", Waiting())
        monkeypatch.setattr(purging, "perf_counter", lambda: now)

        def take(seconds):
            def checkpoint(_connection):
                nonlocal now
                now += seconds

            monkeypatch.setattr(purging, "checkpoint", checkpoint)
            purge._make_room()
            return purge._share

        shares = [take(seconds) for seconds in (0.001, 0.02, 0.02, 0.001, 0.001)]
        assert shares == [1, 0.5, 0.5, 1, 1]
        assert purge._stopping.seconds == pytest.approx([0.001, 0.02, 0.02, 0.001, 0.001])


def test_pauses_are_longer_while_others_use_the_database():
    with MockStytch() as mock:
        purge, database = mock._server.mock.purge, mock._server.mock._database
        purge._pause()
        assert purge._pause() == 1
        with database.exclusive_transaction():
            pass
        assert purge._pause() == 1  # that would be the slice
        for _ in range(2):
            with database.exclusive_transaction():
                pass
        assert purge._pause() == purging._BUSY_PAUSE


class Waiting(threading.Event):
    """An event that doesn't wait."""

    def __init__(self):
        super().__init__()
        self.seconds = []

    def wait(self, timeout=None):
        self.seconds.append(timeout)
        return False
