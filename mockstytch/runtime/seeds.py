"""Seeds that a reset creates again."""


class Seeds:
    """What a reset creates again in each project: the sections of a seed, as JSON."""

    def __init__(self) -> None:
        self._seeds: dict[str, str] = {}

    def get(self, project_id: str) -> str:
        """Return the seed of a project, or ""."""
        return self._seeds.get(project_id, "")

    def set(self, project_id: str, seed: str) -> None:
        self._seeds[project_id] = seed

    def forget(self, project_id: str) -> None:
        self._seeds.pop(project_id, None)
