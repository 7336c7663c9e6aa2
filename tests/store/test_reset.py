"""Emptying large projects: other requests wait, health doesn't, and the file shrinks."""

import threading

import httpx
import pytest

from mockstytch import MockStytch
from mockstytch.store.records.messages import Message
from mockstytch.store.schema import tables_in


def counts(server, project_id):
    """How many rows each table has of a project."""
    with server.transaction() as ctx:
        connection = ctx.store._connection
        count = "SELECT count(*) FROM {} WHERE project_id = ?"
        tables = [table.name for table in tables_in("sqlite")]
        return {name: connection.driver.execute(count.format(name), (project_id,)).fetchone()[0] for name in tables}


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
        own = counts(server, mock.project_id)
        assert {name: n for name, n in own.items() if n} == {"projects": 1}
        assert [counts(server, p.project_id) for p in (before, after)] == others
        before.reset()
        after.reset()
        assert {name: n for name, n in counts(server, after.project_id).items() if n} == {"projects": 1}
        fill(mock)
        assert mock.client().organizations.search().results_metadata.total == 2


def test_file_shrinks(tmp_path):
    file = tmp_path / "mock.sqlite"
    with MockStytch(database=str(file)) as mock:
        server = mock._server.mock
        with server.transaction() as ctx:
            for number in range(6000):
                message = Message(
                    message_id=str(number),
                    position=number,
                    channel="email",
                    kind="magic_link.login",
                    to="ada@acme.test",
                    text="x" * 2000,
                    created_at=ctx.now,
                    expires_at=ctx.now,
                )
                ctx.store.insert(message)
        server._database.connection.driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        large = file.stat().st_size
        mock.reset()
        assert file.stat().st_size < large / 3
        assert mock.client().organizations.create("Acme", "acme").status_code == 200


def test_health_returns_while_a_project_is_emptied(monkeypatch):
    """The other requests wait until it is done, whichever project they are for."""
    begun, go_on = threading.Event(), threading.Event()
    with MockStytch() as mock:
        server = mock._server.mock
        client = mock.client()
        client.organizations.create("Acme", "acme")
        original = server.projects.reset

        def slow(project):
            begun.set()
            assert go_on.wait(30)
            return original(project)

        monkeypatch.setattr(server.projects, "reset", slow)
        results = []

        def run(call):
            thread = threading.Thread(target=lambda: results.append(call()))
            thread.start()
            return thread

        threads = [run(mock.reset)]
        assert begun.wait(30)
        threads.append(run(lambda: client.organizations.search().results_metadata.total))
        threads.append(run(lambda: mock.inbox.all()))
        for _ in range(20):
            health = httpx.get(f"{mock.url}/_mock/api/health", timeout=10, trust_env=False)
            assert health.json()["status"] == "ok"
        assert results == []
        go_on.set()
        for thread in threads:
            thread.join(30)
        assert sorted(results, key=str) == [0, None, []]


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
