"""Seeds that a reset creates again, as rows."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from mockstytch.runtime.seeds import Seeds
from mockstytch.store.records.shared import SharedSeed
from mockstytch.store.store import Store


class SharedSeeds(Seeds):
    """The seeds of the projects in a database that several processes use.

    Args:
        rows: opens the rows of a project.
    """

    def __init__(self, rows: Callable[[str], AbstractContextManager[Store]]) -> None:
        super().__init__()
        self._rows = rows

    def get(self, project_id: str) -> str:
        with self._rows(project_id) as store:
            found = store.find(SharedSeed)
        return found.seed if found else ""

    def set(self, project_id: str, seed: str) -> None:
        with self._rows(project_id) as store:
            store.delete_all(SharedSeed)
            store.insert(SharedSeed(seed=seed))

    def forget(self, project_id: str) -> None:
        with self._rows(project_id) as store:
            store.delete_all(SharedSeed)
