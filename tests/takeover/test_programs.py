"""Unmodified programs that name no base URL reach the server, each by two ways that don't need each other.

All programs of one way run below one ``mockstytch run``.
"""

import functools
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.node_packages import locked
from tests.takeover.conftest import NO_PORT_443, patched
from tests.takeover.programs import CLIENTS, Client, table

HERE = Path(__file__).parent
IDS = [client.name for client in CLIENTS]
REDIRECTED = [client for client in CLIENTS if client.by_hosts and not client.by_environment]
# Without these variables, only the hosts file leads a program to the server.
ROUTES = ("HTTPS_PROXY", "https_proxy", "NODE_OPTIONS", "NODE_USE_ENV_PROXY", "PYTHONPATH", "JAVA_TOOL_OPTIONS")
NOT_INSTALLED = (pytest.skip.Exception,)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def commands(program):
    """The commands by the client's name; an exception for a client whose language isn't installed."""
    found = {}
    for client in CLIENTS:
        try:
            found[client.name] = program(*client.command)
        except NOT_INSTALLED as e:
            found[client.name] = e
    return found


@pytest.fixture(scope="module")
def results(tmp_path_factory, commands):
    """``results("name", clients, …)`` runs programs below one ``mockstytch run``, once for all workers."""

    def get(name, clients, options, unset=(), patch=""):
        folder = tmp_path_factory.getbasetemp()
        if worker := os.environ.get("PYTEST_XDIST_TESTRUNUID"):
            folder = folder.parent / worker
            folder.mkdir(exist_ok=True)
        with locked(folder / f"{name}.lock"):
            if not (folder / name).exists():
                (folder / name).mkdir()
                wanted = {each.name: commands[each.name] for each in clients if isinstance(commands[each.name], list)}
                run_driver(folder / name, wanted, options, unset, patch)
        notice = (folder / name / "stderr").read_text()
        if "no private hosts file" in notice:
            pytest.skip(f"private hosts files aren't possible here: {notice}")
        return json.loads((folder / name / "results.json").read_text())

    return get


def run_driver(folder, wanted, options, unset, patch):
    (folder / "wanted.json").write_text(json.dumps(wanted))
    environment = dict(os.environ)
    if patch:
        patched(environment, folder / "patch", patch)
    driver = [
        sys.executable,
        str(HERE / "driver.py"),
        str(folder / "wanted.json"),
        str(folder / "results.json"),
        *unset,
    ]
    command = [sys.executable, "-m", "mockstytch", "run", *options, "--", *driver]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
    (folder / "stderr").write_text(done.stderr)
    assert done.returncode == 0, done.stderr


@functools.cache
def is_online() -> bool:
    """Return whether a program that isn't led to the server would reach the real service."""
    try:
        return bool(socket.gethostbyname("test.stytch.com"))
    except OSError:
        return False


@pytest.fixture(scope="module")
def by_environment(results):
    clients = [client for client in CLIENTS if client.by_environment or not is_online()]
    return results("environment", clients, ["--no-namespace", "--quiet"])


@pytest.fixture(scope="module")
def by_hosts(results):
    return results("hosts", CLIENTS, [], ROUTES)


@pytest.fixture(scope="module")
def by_redirection(results):
    return results("redirection", REDIRECTED, [], ROUTES, NO_PORT_443)


def reached(client: Client, commands, found) -> bool:
    """Return whether the program created its organization. Otherwise it must have failed."""
    if isinstance(commands[client.name], BaseException):
        pytest.skip(str(commands[client.name]))
    result = found[client.name]
    is_done = result["returncode"] == 0
    assert is_done == (result["stdout"] == "Acme\n"), result
    return is_done


@pytest.mark.parametrize("client", CLIENTS, ids=IDS)
def test_by_environment(commands, by_environment, client):
    if not client.by_environment and is_online():
        pytest.skip("the program would call the real service")
    assert reached(client, commands, by_environment) == client.by_environment, by_environment[client.name]["stderr"]


@pytest.mark.parametrize("client", CLIENTS, ids=IDS)
def test_by_hosts_file(commands, by_hosts, client):
    assert reached(client, commands, by_hosts) == client.by_hosts, by_hosts[client.name]["stderr"]


@pytest.mark.parametrize("client", REDIRECTED, ids=[client.name for client in REDIRECTED])
def test_by_redirection(commands, by_redirection, client):
    """As a user who isn't allowed to listen on port 443."""
    assert reached(client, commands, by_redirection), by_redirection[client.name]["stderr"]


def test_documentation_has_the_table():
    page = (HERE.parent.parent / "docs" / "how-to" / "hard-wired-urls.md").read_text(encoding="utf-8")
    assert table() in page
