"""Several servers on one database: each transaction sees what the others committed."""

import threading
from datetime import timedelta

import httpx
import pytest

from mockstytch import MockStytch
from mockstytch.clock import position
from mockstytch.store.connection import WriteRefused
from mockstytch.store.records.messages import Message

pytestmark = pytest.mark.xdist_group("postgresql")  # one worker, because each would start a cluster


@pytest.fixture
def servers(start):
    return start(), start()


def runtimes(servers):
    return [server._server.mock for server in servers]


def test_settings_and_clock_of_another_process_are_seen_at_once(servers):
    first, second = servers
    second.client().organizations.create("Acme", "acme")  # it has the project's row in memory
    for days, total in ((1, 1), (3, 4)):
        first.clock.advance(days=days)
        with second._server.mock.transaction() as ctx:
            assert ctx.project.clock.offset_seconds == total * 86400
            assert ctx.now == pytest.approx(first.clock.now(), abs=timedelta(hours=1))
    first.configure(name="Renamed")
    with second._server.mock.transaction() as ctx:
        assert ctx.project.name == "Renamed"


def test_project_that_both_register_has_one_secret(servers):
    project = "project-test-11111111-1111-4111-8111-111111111111"
    statuses, gate = [], threading.Barrier(2)

    def call(server, secret):
        gate.wait()
        done = httpx.get(f"{server.url}/v1/b2b/organizations/x", auth=(project, secret), trust_env=False)
        statuses.append(done.json()["error_type"])

    threads = [threading.Thread(target=call, args=(server, f"secret-{n}")) for n, server in enumerate(servers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == ["organization_not_found", "unauthorized_credentials"]


def test_transactions_of_a_project_run_one_after_another(servers):
    """Each reads a number and writes the next one. Without the lock, some would be lost."""
    mocks = runtimes(servers)
    project_id = mocks[0].projects.default().project_id

    def count(mock):
        for _ in range(20):
            with mock.transaction() as ctx:
                ctx.update_project(name=str(int(ctx.project.name) + 1))

    with mocks[0].transaction() as ctx:
        ctx.update_project(name="0")
    threads = [threading.Thread(target=count, args=(mock,)) for mock in mocks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [mock.projects.load(project_id).name for mock in mocks] == ["40", "40"]


def test_other_projects_do_not_wait(servers):
    first, second = runtimes(servers)
    other = second.projects.register("project-test-22222222-2222-4222-8222-222222222222", "secret")
    with first.transaction():
        done = threading.Thread(target=lambda: second.projects.update(other, name="Other"), daemon=True)
        done.start()
        done.join(30)
        assert not done.is_alive()
    assert first.projects.load(other.project_id).name == "Other"


def test_rows_of_all_processes_have_one_order(servers):
    """Positions follow the database's clock, so a later transaction has a higher one, whichever machine it is on."""
    found = []
    for mock in runtimes(servers) * 3:
        with mock.transaction():
            found += [position(), position()]
    assert found == sorted(found)


def test_transaction_that_only_reads_takes_no_lock_and_refuses_to_write(servers):
    first, second = runtimes(servers)
    first.projects.default()
    database, project_id = second._database, first.settings.project_id
    with first.transaction() as ctx, database.exclusive_transaction(project_id, read_only=True):
        store = second.projects._store(project_id)
        assert store.find(Message, message_id="x") is None
        with pytest.raises(WriteRefused, match="delete"):
            store.delete_all(Message)
        assert ctx.project.project_id == project_id


def test_ids_of_two_processes_with_the_same_seed_differ(postgres, database):
    with (
        MockStytch(database=postgres.url(database), port=0, random_seed=1) as first,
        MockStytch(database=postgres.url(database), port=0, random_seed=1) as second,
    ):
        created = [server.client().organizations.create("Acme", f"s-{server.url[-5:]}") for server in (first, second)]
        assert len({response.organization.organization_id for response in created}) == 2


def test_reset_in_one_process_is_seen_in_the_other_one(postgres, database, servers):
    first, second = servers
    first.client().organizations.create("Acme", "acme")
    assert second.client().organizations.search().results_metadata.total == 1
    first.reset()
    assert second.client().organizations.search().results_metadata.total == 0
    assert first._server.mock.purge.wait(30)
    assert postgres.execute("SELECT count(*) FROM organizations", database) == [(0,)]
    assert postgres.execute("SELECT count(*) FROM old_data", database) == [(0,)]


def test_tests_that_run_beside_each_other_keep_their_rows(servers):
    projects = [servers[n % 2].project() for n in range(4)]
    problems = []

    def work(mock, number):
        try:
            for turn in range(5):
                client = mock.client()
                client.organizations.create("Acme", "acme")
                assert client.organizations.search().results_metadata.total == 1, (number, turn)
                mock.reset()
        except Exception as e:
            problems.append(e)

    threads = [threading.Thread(target=work, args=(mock, number)) for number, mock in enumerate(projects)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
