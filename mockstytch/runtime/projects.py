"""The registry of projects, and their credentials."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any

import msgspec

from mockstytch import errors
from mockstytch.clock import position
from mockstytch.runtime.database import Database, Watch
from mockstytch.settings import Settings
from mockstytch.store.connection import Connection
from mockstytch.store.queries import EVERY_ROW, Condition
from mockstytch.store.record import Record, new_data_key
from mockstytch.store.records.projects import (
    Project,
    ProjectSettings,
    Secret,
    managed_project_settings,
)
from mockstytch.store.records.shared import SharedHeldMessage
from mockstytch.store.records.snapshots import OldData, ProjectState, Snapshot
from mockstytch.store.records.webhooks import Delivery
from mockstytch.store.store import Store

_PROJECT_ID = r"project-test-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_UNFINISHED = 3600 * 10**9  # nanoseconds after which rows that are still being written count as abandoned
_SECRET_USE_INTERVAL = timedelta(minutes=1)  # ``used_at`` of a secret is written at most this often


class ProjectChanged(Exception):
    """Another process changed the project's row after this process read it. Begin the request again."""


class Projects:
    """The registry of projects. Rows are cached, so that a request needs no query for its project.

    On a shared database, a cached row can be an old one. The version of the stored row is read at the beginning of each
    transaction, at no cost: see ``current``.

    Args:
        on_update: called after a project's own row was changed outside of an operation.
    """

    def __init__(self, database: Database, settings: Settings, on_update: Callable[[Project], None]) -> None:
        self._database, self._settings, self._on_update = database, settings, on_update
        self._cache: dict[str, Project] = {}
        self._versions: dict[str, str] = {}  # of the cached rows, if the database is shared
        database.on_failed_commit.append(self._cache.clear)

    def find(self, project_id: str) -> Project | None:
        """Return a project, or None if it isn't registered. The default project is registered on first use.

        Raises:
            invalid_project_id_authentication: if the id isn't well-formed.
            wrong_stack_live: if it is the id of a live project.
        """
        project = self._cache.get(project_id)
        if project is None:
            if project_id.startswith("project-live-"):
                raise errors.wrong_stack_live()
            if not re.fullmatch(_PROJECT_ID, project_id):
                raise errors.invalid_project_id_authentication()
            project = self.load(project_id)
            if project is None and project_id == self._settings.project_id:
                project = self._register(project_id, self._settings.secret)
            if project is not None:
                self._cache[project_id] = project
        return project

    def load(self, project_id: str) -> Project | None:
        """Return a project's stored row, whatever kind of project it is."""
        with self._database.exclusive_transaction(project_id, read_only=True):
            return self._store(project_id).find(Project)

    def current(self, project: Project) -> Project:
        """Return the row of a project as it is now. Call it in a transaction of the project.

        The given one may be older than a reset, and another process may have changed it.
        """
        project_id, version = project.project_id, self._database.connection.project_version
        cached = self._cache.get(project_id)
        if cached is not None and self._versions.get(project_id, "") == version:
            return cached
        if self._database.is_shared and not version:  # it has no row
            # If it is cached, another process deleted it. The changed copy lets the request begin again.
            return msgspec.structs.replace(project, deleted=True) if self._cache.pop(project_id, None) else project
        found = self._store(project_id).find(Project)
        if found is None or not project_id.startswith("project-test-"):  # ``find`` refuses other projects
            return found or project
        if found == cached:
            found = cached
        self._cache[project_id], self._versions[project_id] = found, version
        return found

    def refresh(self, project_id: str) -> None:
        """Drop the cached row of a project if another process changed it."""
        cached = self._cache.get(project_id)
        if cached is not None:
            with self._database.exclusive_transaction(project_id, read_only=True):
                self.current(cached)

    def authenticate(self, project_id: str, secret: str) -> Project:
        """Return the project with these credentials. An unknown project is registered with the secret that was sent.

        Raises:
            invalid_project_id_authentication: if the id isn't well-formed.
            invalid_secret_authentication: if no secret was sent.
            unauthorized_credentials: if the secret is wrong, or the project is unknown to a closed server.
        """
        project = self.find(project_id)
        if not secret:
            raise errors.invalid_secret_authentication()
        if project is None and not self._settings.closed:
            project = self._register(project_id, secret)
        if project is None or not (project.secret == secret or self._has_secret(project, secret)):
            raise errors.unauthorized_credentials(because="wrong secret" if project else "unknown project")
        return project

    def _has_secret(self, project: Project, secret: str) -> bool:
        """Return whether it is one of the project's additional secrets, and note its use."""
        with self._database.exclusive_transaction(project.project_id):
            store, now = self._store(project.project_id), project.clock.now()
            found = store.find(Secret, secret=secret)
            if found is None:
                return False
            if found.used_at is None or abs(now - found.used_at) >= _SECRET_USE_INTERVAL:
                store.update(found, used_at=now)
            return True

    def find_by(self, record: type[Record], **where: str) -> Project | None:
        """Return the project that has a row with these values, for callers without project credentials.

        An identity provider, for example, has only the URL of a connection.
        """
        with self._database.exclusive_transaction(read_only=True):
            project_id = _project_id_with(self._database.connection, record, **where)
        return self.find(project_id) if project_id else None

    def default(self) -> Project:
        project = self.find(self._settings.project_id)
        assert project is not None, "find registers the default project"
        return project

    def register(self, project_id: str, secret: str, name: str = "mockstytch") -> Project:
        """Return a project, and register it if it is unknown. Seed files use this."""
        return self.find(project_id) or self._register(project_id, secret, name)

    def _register(self, project_id: str, secret: str, name: str = "mockstytch") -> Project:
        """Register a project, unless another process registered it at the same time: then return that one."""
        with self._database.exclusive_transaction(project_id):
            store = self._store(project_id)
            project = store.find(Project) if self._database.is_shared else None
            if project is None:
                project = store.insert(Project(project_id=project_id, secret=secret, name=name, position=position()))
            self._cache[project_id] = project
            return project

    def update(self, project: Project, **changes: Any) -> Project:
        """Change a project's own row: settings, clock, name."""
        return self.change(project, lambda _: changes)

    def change(self, project: Project, decide: Callable[[Project], dict[str, Any]]) -> Project:
        """Change a project's own row.

        Args:
            decide: returns the columns to change, for the present row.
        """
        with self._database.exclusive_transaction(project.project_id):
            current = self.current(project)
            changed = self._store(project.project_id).update(current, **decide(current))
            self._remember(changed)
        self._on_update(changed)
        return changed

    def reset(self, project: Project) -> Project:
        """Take a project's rows, settings and clock from it. Its credentials and its snapshots stay.

        The rows aren't deleted here: the project gets another data key, and ``purge`` deletes them later.
        """
        settings = managed_project_settings() if project.project_slug else ProjectSettings()
        return self._switch(project, ProjectState(name=project.name, settings=settings), new_data_key())

    def delete(self, project: Project) -> None:
        """Delete a project with everything that belongs to it. A request with its credentials registers it again."""
        with self._database.exclusive_transaction(project.project_id):
            store = self._store(project.project_id)
            for data_key in (store.data_key, *(snapshot.data_key for snapshot in store.all(Snapshot))):
                store.discard(data_key)
            store.clear()
            self._cache.pop(project.project_id, None)
            self._versions.pop(project.project_id, None)
        self._on_update(project)

    def replace(self, project: Project, state: ProjectState, write: Callable[[Store], None]) -> Project:
        """Change a project's rows and state in one transaction without foreign-key checks. Its credentials stay.

        Args:
            write: writes the rows. If it raises, the project stays as it was.
        """
        with self._database.unchecked_transaction(project.project_id):
            store = self._store(project.project_id)
            write(store)
            changed = self._changed(store, store.get(Project, project_id=project.project_id), state)
        self._on_update(changed)
        return changed

    def rebuild(
        self,
        project: Project,
        state: ProjectState,
        write: Callable[[Store], Iterator[None]],
        check: Callable[[Store], None] = lambda _store: None,
    ) -> Project:
        """Write rows into an empty project, step by step, and then put them in place of a project's present ones.

        Other transactions run between the steps. They see the present rows until the end.

        Args:
            write: writes some rows in each step. If it raises, the project stays as it was.
            check: raises if the rows must not replace the present ones any more.
        """
        data_key = new_data_key()
        store = Store(self._database.connection, project.project_id, data_key)
        with self.unfinished(project, data_key):
            self.run_in_slices(write(store))
            return self._switch(project, state, data_key, check)

    @contextmanager
    def unfinished(self, project: Project, data_key: str) -> Iterator[None]:
        """Write rows under a new data key in several transactions. If the block raises, they are deleted.

        The last transaction has to delete the ``OldData`` of the data key, which is in use after that.
        """
        store = Store(self._database.connection, project.project_id, data_key)
        with self._database.exclusive_transaction():
            unfinished = store.discard(data_key, delete_at=position() + _UNFINISHED)
        try:
            yield
        except BaseException:
            with self._database.exclusive_transaction():
                store.delete(unfinished)
                store.discard(data_key)
            raise

    def run_in_slices(self, steps: Iterator[None]) -> None:
        """Run all steps. Other transactions run between them: see ``Database.run_slice``."""
        while self._database.run_slice(steps):
            pass

    def watching(self, project: Project) -> AbstractContextManager[Watch]:
        """Watch for changes of a project: see ``Database.watching``."""
        return self._database.watching(project.project_id)

    def _switch(
        self,
        project: Project,
        state: ProjectState,
        data_key: str,
        check: Callable[[Store], None] = lambda _store: None,
    ) -> Project:
        """Give a project the rows of another data key, and a state. The present rows are deleted later."""
        with self._database.exclusive_transaction(project.project_id):
            store = self._store(project.project_id)
            check(store)
            current = store.get(Project, project_id=project.project_id)
            store.delete_all(OldData, data_key=data_key)
            store.move_to(data_key)
            changed = self._changed(store, current, state, data_key=data_key)
        self._on_update(changed)
        return changed

    def _changed(self, store: Store, current: Project, state: ProjectState, **more: Any) -> Project:
        changed = store.update(current, **state.columns(), **more)
        self._remember(changed)
        return changed

    def all(self) -> list[Project]:
        """Return every registered test project that isn't deleted, the default one included."""
        self.default()
        columns = Project.table.c
        return self._with_rows(Project, columns.deleted.is_(False) & columns.project_id.startswith("project-test-"))

    def awaiting_delivery(self) -> list[Project]:
        """Return the projects that have a webhook to deliver."""
        return self._with_rows(Delivery, Delivery.table.c.next_attempt_at.is_not(None))

    def holding_messages(self) -> list[Project]:
        """Return the projects that have a delayed message, on a shared database."""
        return self._with_rows(SharedHeldMessage, EVERY_ROW)

    def _with_rows(self, record: type[Record], condition: Any) -> list[Project]:
        with self._database.exclusive_transaction(read_only=True):
            ids = _project_ids_with(self._database.connection, record, condition)
            if self._database.is_shared:
                return [project for project_id in ids if (project := self._store(project_id).find(Project))]
        return [project for project_id in ids if (project := self.find(project_id))]

    def invalidate(self, project_id: str) -> None:
        """Drop a cached row: the next request reads the stored one."""
        self._cache.pop(project_id, None)

    def _remember(self, changed: Project) -> None:
        """Cache a row that the present transaction changed. Its version is known after the commit."""
        self._cache[changed.project_id] = changed
        self._versions.pop(changed.project_id, None)

    def _store(self, project_id: str) -> Store:
        return Store(self._database.connection, project_id)


def _project_id_with(connection: Connection, record: type[Record], **where: str) -> str | None:
    """Return the id of the project that has a row with these values, or None. Needs a ``GlobalIndex`` to be fast.

    Rows that a reset left behind, until they are deleted, belong to no project.
    """
    found = connection.run(("project of", record.table.name, tuple(where)), tuple(where.values())).fetchone()
    return None if found is None else str(found[0])


def _project_ids_with(connection: Connection, record: type[Record], condition: Condition) -> list[str]:
    """Return the ids of the projects that have such rows."""
    shape = ("projects with", record.table.name, condition.shape)
    return [project_id for (project_id,) in connection.run(shape, condition.values)]
