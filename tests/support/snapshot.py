"""Restore a prepared project, so that tests that change it can share it."""

from typing import Any

from mockstytch import MockStytch
from mockstytch.server import Server
from mockstytch.store.record import RECORDS


class ProjectSnapshot:
    """A copy of the rows of one project, its settings and clock included.

    Preparing a project through the API takes 100 ms or more, restoring it 2 ms. The API has no endpoint for this, so
    the snapshot uses the database of a server in this process.
    """

    def __init__(self, server: Server, mock: MockStytch) -> None:
        self._mock, self._database, self._project_id = server.mock, server.mock._database, mock.project_id
        with self._database.exclusive_transaction():
            rows = {name: self._read(name) for name in self._tables()}
        self._rows = {name: found for name, found in rows.items() if found}

    def restore(self) -> None:
        """Replace the project's rows with the snapshot. Empty its request log."""
        with self._database.unchecked_transaction(self._project_id):
            self._database.connection.begin()
            owners = {name: self._owner(name) for name in self._tables()}
            for name, owner in owners.items():
                self._execute(f"DELETE FROM {name} WHERE project_id = ?", owner)
            for name, rows in self._rows.items():
                marks = ", ".join([self._mark] * len(rows[0]))
                values = [(owners[name], *r[1:]) for r in rows]
                self._driver.cursor().executemany(f"INSERT INTO {name} VALUES ({marks})", values)
            data_key = owners["organizations"]  # rows of the one that was in use then are deleted after a reset
            self._execute("UPDATE projects SET data_key = ? WHERE project_id = ?", data_key, self._project_id)
        self._database.connection.remembered.forget()
        self._mock.projects.invalidate(self._project_id)
        self._mock.request_log.clear(self._project_id)

    @property
    def _driver(self) -> Any:
        return self._database.connection.driver

    @property
    def _mark(self) -> str:
        return "%s" if self._database.connection.is_shared else "?"

    def _tables(self) -> list[str]:
        is_shared = self._mock.is_shared
        return [
            name for name, record in RECORDS.items() if name != "old_data" and (is_shared or not record.table.shared)
        ]

    def _owner(self, name: str) -> str:
        if not RECORDS[name].table.in_snapshots:
            return self._project_id
        row = self._execute("SELECT data_key FROM projects WHERE project_id = ?", self._project_id).fetchone()
        return str(row[0])

    def _read(self, name: str) -> list[tuple[Any, ...]]:
        return self._execute(f"SELECT * FROM {name} WHERE project_id = ?", self._owner(name)).fetchall()

    def _execute(self, statement: str, *parameters: str) -> Any:
        return self._driver.execute(statement.replace("?", self._mark), parameters)
