"""A database file belongs to one server. A second one is refused, however the file is named."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys

import pytest

from mockstytch import MockStytch, Settings
from mockstytch.app import create_app
from mockstytch.server import Server, open_listener
from mockstytch.store.engine import DatabaseInUse, open_database
from tests.support.server_process import serving


def start_second(location, **options):
    command = [sys.executable, "-m", "mockstytch", "serve", "--json", "--port", "0", "--db", str(location)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)


def names_of(file):
    """Other names of a file, in its folder."""
    folder = file.parent
    (folder / "link.sqlite").symlink_to(file)
    (folder / "folder").symlink_to(folder)
    os.link(file, folder / "hard.sqlite")
    return [
        *(str(file), str(folder / "link.sqlite"), str(folder / "folder" / file.name), str(folder / "hard.sqlite")),
        *(file.name, f"../{folder.name}/./{file.name}", f"sqlite:///{file}", f"sqlite:///{file.name}"),
        *(f"sqlite+pysqlite:///{file}", f"sqlite:///file:{file}?uri=true"),
    ]


def test_second_server_is_refused_in_one_sentence(tmp_path, monkeypatch):
    file = tmp_path / "mock.sqlite"
    with serving(file) as (_, mock):
        refused = start_second(file)
        message = f"{file} is in use by another server. Stop that server, or choose another file."
        assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", f"mockstytch: {message}\n")
        monkeypatch.chdir(tmp_path)
        for location in names_of(file):
            with pytest.raises(DatabaseInUse):
                open_database(location)
        mock.client().organizations.create("Acme", "acme")  # the first one isn't disturbed


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_end_of_the_server_releases_the_file(tmp_path, number):
    with serving(tmp_path / "mock.sqlite") as (process, mock):
        mock.client().organizations.create("Acme", "acme")
        process.send_signal(number)
        process.wait(10)
        with serving(tmp_path / "mock.sqlite") as (_, second):
            assert second.client().organizations.get("acme").organization.organization_name == "Acme"


@pytest.mark.parametrize("start", [lambda s: MockStytch(database=s), lambda s: create_app(Settings(database=s))])
@pytest.mark.parametrize("prefix", ["", "sqlite:///"])
def test_second_server_in_the_same_process_is_refused(tmp_path, monkeypatch, start, prefix):
    monkeypatch.chdir(tmp_path)
    with MockStytch(database=str(tmp_path / "mock.sqlite")) as mock:
        for _ in range(2):
            with pytest.raises(DatabaseInUse, match=r"mock.sqlite is in use by another server"):
                start(f"{prefix}mock.sqlite")
        mock.client().organizations.create("Acme", "acme")
        assert start_second("mock.sqlite", cwd=tmp_path).returncode == 2, "the first server still has its lock"
    with MockStytch(database="mock.sqlite") as mock:
        assert mock.client().organizations.search().results_metadata.total == 1


def test_server_refuses_a_file_that_another_program_writes_to(tmp_path):
    file = tmp_path / "mock.sqlite"
    with MockStytch(database=str(file)):
        pass
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseInUse):
            MockStytch(database=str(file))


def test_databases_in_memory_are_independent():
    with MockStytch() as first, MockStytch(database="sqlite://") as second, MockStytch(database="sqlite:///:memory:"):
        first.client().organizations.create("Acme", "acme")
        assert second.client().organizations.search().results_metadata.total == 0


def test_file_is_written_ahead(tmp_path):
    """In this mode, a commit doesn't wait for the disk twice."""
    with contextlib.closing(open_database(str(tmp_path / "mock.sqlite"))) as connection:
        assert connection.driver.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_refused_server_releases_its_port(tmp_path):
    file = str(tmp_path / "mock.sqlite")
    with MockStytch(database=file):
        free = open_listener("127.0.0.1", 0)
        port = free.getsockname()[1]
        free.close()
        with pytest.raises(DatabaseInUse) as kept:  # keeps the frames, and so the socket, if it isn't closed
            Server(Settings(port=port, database=file))
        open_listener("127.0.0.1", port).close()
        assert kept.traceback
