"""PostgreSQL for the tests: a cluster in a temporary folder, and a database for each server in the tests' process.

With ``MOCKSTYTCH_TEST_DATABASE=postgresql``, each server that would keep its data in memory uses PostgreSQL.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from mockstytch.runtime import database
from mockstytch.store.engine import open_database
from mockstytch.store.schema import metadata

VARIABLE = "MOCKSTYTCH_TEST_DATABASE"
# The folder of the cluster of this run. The workers of pytest-xdist, and a pytest that a test starts, inherit it.
_FOLDER = "MOCKSTYTCH_TEST_POSTGRESQL"
_USER = "mock"
_RULES = "local all guarded scram-sha-256\n"  # a user who needs a password; all others are trusted
_SETTINGS = {
    **{"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off"},
    **{"listen_addresses": "", "max_connections": "2000", "max_wal_size": "2GB", "log_statement": "none"},
}


def is_chosen() -> bool:
    """Return whether the tests' servers use PostgreSQL."""
    chosen = os.environ.get(VARIABLE, "sqlite")
    if chosen not in ("sqlite", "postgresql"):
        raise pytest.UsageError(f"{VARIABLE} must be sqlite or postgresql, not {chosen!r}")
    return chosen == "postgresql"


only_in_memory = pytest.mark.skipif(is_chosen(), reason="checks a limit of the server's memory")


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, the newest if there are several; None without PostgreSQL."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(folders, key=lambda folder: int(folder.parent.name), default=None)


class Cluster:
    """PostgreSQL in a temporary folder, which listens on a socket in it."""

    def __init__(self, folder: Path | None = None) -> None:
        self._is_own = folder is None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        if self._is_own:
            if os.getuid() == 0:
                shutil.chown(self.folder, self._account())
            self.folder.chmod(0o755)
            self._run("initdb", "--auth=trust", f"--username={_USER}", "--encoding=UTF8", "--locale=C", "--no-sync")
            rules = self.folder / "data" / "pg_hba.conf"
            rules.write_text(_RULES + rules.read_text())
            self.start()

    def url(self, name: str, user: str = _USER, password: str = "") -> str:
        """Return the URL of a database, for ``--db``."""
        credentials = f"{user}:{password}" if password else user
        return f"postgresql+psycopg://{credentials}@/{name}?host={quote(str(self.folder), safe='')}"

    def execute(self, statement: str, name: str = "postgres") -> list[tuple[Any, ...]]:
        """Run a statement in a database, and return its rows."""
        with psycopg.connect(host=str(self.folder), user=_USER, dbname=name, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def create(self, name: str, template: str = "template0") -> str:
        """Create a database, and return its URL."""
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url(name)

    def start(self, **settings: str | None) -> None:
        """Start the server.

        Args:
            settings: PostgreSQL's settings that differ from those for tests; None leaves a setting as it is by default.
        """
        all_settings = {**_SETTINGS, "unix_socket_directories": self.folder, **settings}
        options = " ".join(f"-c {name}={value}" for name, value in all_settings.items() if value is not None)
        self._run("pg_ctl", "start", "--wait", "--silent", f"--log={self.folder}/log", f"--options={options}")

    def stop(self) -> None:
        """Stop the server at once: connections are closed, and their transactions undone."""
        self._run("pg_ctl", "stop", "--wait", "--silent", "--mode=fast")

    def close(self) -> None:
        """Stop the server and delete the folder, if this object made it."""
        if self._is_own:
            with contextlib.suppress(subprocess.CalledProcessError):  # a test stopped it
                self.stop()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        folder = programs()
        assert folder is not None, "install PostgreSQL"
        command = [str(folder / program), f"--pgdata={self.folder}/data", *arguments]
        user = {"user": self._account(), "group": self._account(), "extra_groups": []} if os.getuid() == 0 else {}
        with (self.folder / "programs.log").open("a") as output:  # the server would keep a pipe open
            subprocess.run(command, check=True, cwd="/", stdout=output, stderr=output, **user)

    @staticmethod
    def _account() -> str:
        """Return the user who runs PostgreSQL if the tests run as root, which PostgreSQL refuses to do."""
        import pwd  # Windows doesn't have it

        with contextlib.suppress(KeyError):
            return pwd.getpwnam("postgres").pw_name
        return "nobody"


class Databases:
    """Databases for the servers in this process. A closed server's database is emptied and used again."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._prefix = f"mock_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
        self._free: list[str] = []
        self._count = 0
        self._tables = [*reversed(metadata().tables)]

    def open(self, location: str) -> Any:
        """Open a database as ``open_database`` does. PostgreSQL takes the place of memory."""
        if location:
            return open_database(location)
        name = self._free.pop() if self._free else self._new()
        connection = open_database(self._cluster.url(name))
        close = connection.close

        def release() -> None:
            if not connection.driver.closed:
                connection.rollback()
                self._empty(connection.driver)
                self._free.append(name)
            close()

        connection.close = release  # type: ignore[method-assign]  # of this object
        return connection

    def _new(self) -> str:
        self._count += 1
        name = f"{self._prefix}_{self._count}"
        self._cluster.create(name)
        return name

    def _empty(self, driver: Any) -> None:
        has_rows = ", ".join(f"EXISTS (SELECT FROM {name})" for name in self._tables)
        found = driver.execute(f"SELECT {has_rows}").fetchone()
        used = [name for name, is_used in zip(self._tables, found, strict=True) if is_used]
        statements = [f"DELETE FROM {name}" for name in used]
        driver.execute("; ".join([*statements, "UPDATE mockstytch_schema SET starts = 0"]))


def configure(config: pytest.Config) -> None:
    """Start a cluster for the run, if PostgreSQL is chosen."""
    if not is_chosen():
        return
    if _FOLDER not in os.environ:
        cluster = Cluster()
        os.environ[_FOLDER] = str(cluster.folder)
        config.add_cleanup(cluster.close)
        config.add_cleanup(partial(os.environ.pop, _FOLDER))
    patch = pytest.MonkeyPatch()
    patch.setattr(database, "open_database", Databases(Cluster(Path(os.environ[_FOLDER]))).open)
    config.add_cleanup(patch.undo)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A cluster that the tests may stop. Mark them with ``xdist_group("postgresql")``: each worker starts its own."""
    if programs() is None:
        pytest.skip("PostgreSQL isn't installed")
    cluster = Cluster()
    yield cluster
    cluster.close()
