"""``Targets``: the names that a fault or a rate limit can use, taken from the routes that the server has."""

from collections.abc import Iterable

from mockstytch.faults import rules
from mockstytch.values import Frozen


class Operation(Frozen):
    """An operation.

    Attributes:
        name: the SDK's name, such as ``organizations.members.create``.
        alias: its name in this server's code, such as ``members.create``.
        fields: the names of its request fields.
    """

    name: str
    alias: str
    fields: frozenset[str]


class Targets:
    """What a rule can name.

    Args:
        operations: all operations. One that has several routes can be repeated.
        paths: method and path of each route; a parameter of the path is ``*``.
    """

    def __init__(self, operations: Iterable[Operation], paths: Iterable[tuple[str, str]]) -> None:
        self.operations = {operation.name: operation for operation in operations}
        self._aliases = {operation.alias: operation for operation in self.operations.values()}
        self.paths = sorted(set(paths))

    def find(self, name: str) -> list[Operation]:
        """Return the operations that have a name. ``*`` is a wildcard; an alias must be complete."""
        if "*" not in name:
            found = self.operations.get(name) or self._aliases.get(name)
            return [found] if found else []
        pattern = rules.pattern(name)
        return [operation for operation in self.operations.values() if pattern.fullmatch(operation.name)]

    def methods_of(self, path: str) -> set[str]:
        """Return the methods of the routes that a path, or a pattern of paths, matches."""
        return {method for method, other in self.paths if rules.overlap(path, other)}
