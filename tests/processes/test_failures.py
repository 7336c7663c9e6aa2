"""A process is killed under load, the database restarts, notifications are lost."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

import pytest
from stytch.core.response_base import StytchError

from mockstytch import MockStytch
from tests.support.concurrency import DEADLINE, Caller
from tests.support.postgresql import Cluster
from tests.support.server_process import started


def test_killed_process_loses_nothing_acknowledged(processes):
    database = processes.cluster.create("killed")
    acknowledged: list[str] = []
    with started("--db", database, "--quiet") as (process, facts), started("--db", database, "--quiet") as (_, others):
        mock = MockStytch(facts["url"]).project()
        pair = [mock, MockStytch(others["url"], mock.project_id, mock.secret)]
        is_killed, enough = threading.Event(), threading.Event()

        def write(writer):
            caller, count = Caller(pair[writer % 2]), 0
            for number in range(100_000):
                slug = f"writer-{writer}-{number}"
                try:
                    status, _ = caller.post(
                        "/v1/b2b/organizations", {"organization_name": slug, "organization_slug": slug}
                    )
                except (OSError, HTTPException):
                    assert writer % 2 == 0, "the other process goes on"
                    return
                assert status == 200
                acknowledged.append(slug)
                if len(acknowledged) >= 100:
                    enough.set()
                count += is_killed.is_set()
                if count >= 20:
                    return

        with ThreadPoolExecutor(4) as pool:
            writers = [pool.submit(write, writer) for writer in range(4)]
            assert enough.wait(DEADLINE)
            process.kill()
            is_killed.set()
            for writer in writers:
                writer.result(DEADLINE)
        found = set()
        client, cursor = pair[1].client(), None
        while cursor is None or cursor:
            page = client.organizations.search(limit=1000, cursor=cursor)
            found |= {organization.organization_slug for organization in page.organizations}
            cursor = page.results_metadata.next_cursor or ""
        assert found >= set(acknowledged)


@pytest.fixture
def own_cluster(processes):
    cluster = Cluster()
    yield cluster
    cluster.close()


def test_database_restarts_under_both_processes(own_cluster):
    database = own_cluster.create("restarted")
    with started("--db", database, "--quiet") as (_, facts), started("--db", database, "--quiet") as (_, others):
        mock = MockStytch(facts["url"]).project()
        pair = [mock, MockStytch(others["url"], mock.project_id, mock.secret)]
        clients = [each.client() for each in pair]
        acme = clients[0].organizations.create("Acme", organization_slug="acme").organization
        clients[1].organizations.members.create(acme.organization_id, "ada@acme.test")
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(pair[1].inbox.latest, to="ada@acme.test", wait=60)
            own_cluster.stop()
            for client in clients:
                with pytest.raises(StytchError) as refusal:
                    client.organizations.get(acme.organization_id)
                assert refusal.value.details.status_code in (500, 503)
            own_cluster.start()
            for client in clients:
                assert client.organizations.get(acme.organization_id).organization.organization_slug == "acme"
            with contextlib.suppress(Exception):
                waiting.result()
            waiting = pool.submit(pair[1].inbox.latest, to="ada@acme.test", wait=60)
            clients[0].magic_links.email.login_or_signup(acme.organization_id, "ada@acme.test")
            assert waiting.result().to == "ada@acme.test"


def test_lost_notifications_cost_seconds(processes, pair, given):
    """The connections that listen are cut; a waiting call looks by itself, and both processes listen again."""
    acme = given.organization()
    given.member(acme, "ada@acme.test")
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ~ '^(LISTEN|SELECT pg_notify)'"
    with ThreadPoolExecutor(1) as pool:
        for _ in range(2):
            pair[1].inbox.clear()
            waiting = pool.submit(pair[1].inbox.latest, to="ada@acme.test", wait=60)
            processes.cluster.execute(cut)
            pair[0].client().magic_links.email.login_or_signup(acme.organization_id, "ada@acme.test")
            assert waiting.result().to == "ada@acme.test"
