"""A mistake in a seed, and how its place is written."""

from pathlib import Path

Place = tuple[str | int, ...]  # keys and indexes
Position = tuple[int, int]  # line and column, from 1


class SeedError(Exception):
    """A mistake in a seed.

    Attributes:
        problem: what is wrong.
        place: the entry with the mistake, such as ``organizations[0].members[1]``; "" for the whole seed.
        field: the field of the entry, if it is known.
        file: the seed's file, if it has one.
        position: where in the file it is, if it is known.
    """

    def __init__(self, problem: str, place: str = "", field: str = "") -> None:
        self.problem, self.place, self.field = problem, place, field
        self.file: Path | None = None
        self.position: Position | None = None
        super().__init__(problem)

    def __str__(self) -> str:
        line = "".join(f":{number}" for number in self.position or ())
        file = f"{self.file}{line}: " if self.file else ""
        return f"{file}{self.place}: {self.problem}" if self.place else f"{file}{self.problem}"
