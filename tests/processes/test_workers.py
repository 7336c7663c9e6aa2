"""``mockstytch serve --workers``"""

import contextlib
import json
import os
import select
import signal
import ssl
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from mockstytch import MockStytch
from tests.support.concurrency import DEADLINE
from tests.support.server_process import started

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def database(cluster, request):
    return cluster.create(request.node.name)


def workers_of(pid):
    """Return the ids of the processes that serve: children that aren't Python's resource tracker."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == pid and b"spawn_main" in (folder / "cmdline").read_bytes():
                found.append(int(folder.name))
    return found


def wait_for_end(pid):
    """Wait until a process has ended that this process didn't start."""
    with contextlib.suppress(ProcessLookupError):
        process = os.pidfd_open(pid)
        try:
            assert select.select([process], [], [], DEADLINE)[0]
        finally:
            os.close(process)


def refused(*options, **environment):
    command = [sys.executable, "-m", "mockstytch", "serve", "--port", "0", *options]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **environment}
    )
    assert done.returncode == 2
    return done.stderr


def test_workers_need_postgresql(tmp_path):
    sentence = "Error: --workers: several processes need PostgreSQL: --db postgresql+psycopg://…. See "
    assert refused("--workers", "2").startswith(sentence)
    assert refused("--db", str(tmp_path / "mock.sqlite"), MOCKSTYTCH_WORKERS="3").startswith(sentence)
    assert "is not in the range 1<=x<=512" in refused("--workers", "0")


def test_workers_serve_the_same_projects_over_http_and_https(database, tmp_path):
    seed = tmp_path / "seed.toml"
    seed.write_text('[[organizations]]\norganization_name = "Acme"\n')
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path)}
    options = ("--db", database, "--workers", "2", "--seed", str(seed), "--tls-port", "0")
    with started(*options, env=environment) as (process, facts):
        assert facts["pid"] == process.pid
        assert len(workers_of(process.pid)) == 2
        mock = MockStytch(facts["url"], facts["project_id"], facts["secret"])
        client = mock.client()
        assert [o.organization_slug for o in client.organizations.search().organizations] == ["acme"]
        mock.reset()
        assert [o.organization_slug for o in client.organizations.search().organizations] == ["acme"]
        trusted = ssl.create_default_context(cafile=facts["ca_file"])
        assert httpx.get(f"{facts['tls_url']}/_mock/api/health", verify=trusted, trust_env=False).is_success
        process.terminate()
        assert process.wait(DEADLINE) == 0
        assert process.stdout.read() == ""
        log = [json.loads(line) for line in process.stderr.read().splitlines()]
        assert {line["type"] for line in log} == {"request"}


def test_dead_workers_are_replaced(database):
    with started("--db", database, "--workers", "2", "--quiet") as (process, facts):
        dead = workers_of(process.pid)
        for worker in dead:
            os.kill(worker, signal.SIGKILL)
        mock = MockStytch(facts["url"], facts["project_id"], facts["secret"])
        assert mock.client().organizations.search().organizations == []
        lines = [json.loads(process.stderr.readline())["message"] for _ in dead]
        assert sorted(lines) == sorted(f"process {n} ended with exit code -9; starting another one" for n in dead)
        assert not set(workers_of(process.pid)) & set(dead)
        process.send_signal(signal.SIGINT)
        assert process.wait(DEADLINE) == 0


def test_workers_stop_with_their_parent(database):
    with started("--db", database, "--workers", "2", "--quiet") as (process, _):
        workers = workers_of(process.pid)
        assert len(workers) == 2
        process.kill()
        process.wait()
        for worker in workers:
            wait_for_end(worker)


def test_workers_stop_with_stdin(database):
    options = ("--db", database, "--workers", "2", "--quiet", "--stop-with-stdin")
    with started(*options, stdin=subprocess.PIPE) as (process, _):
        process.stdin.close()
        assert process.wait(DEADLINE) == 0
