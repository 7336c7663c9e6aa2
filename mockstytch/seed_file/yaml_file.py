"""YAML, as JSON means it: the core schema of YAML 1.2, in which ``no`` is a text and a date, too."""

import re
from typing import Any

import yaml

from mockstytch.seed_file.places import Place, Position, SeedError

_STRING, _NULL, _BOOL, _INT, _FLOAT = (f"tag:yaml.org,2002:{name}" for name in ("str", "null", "bool", "int", "float"))
_MAX_NODES = 1_000_000  # a file of a few lines can have more, if its aliases refer to each other
_PLAIN = (
    (_NULL, r"~|null|Null|NULL|"),
    (_BOOL, r"true|True|TRUE|false|False|FALSE"),
    (_INT, r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"),
    (_FLOAT, r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"),
)


class _Loader(yaml.SafeLoader):  # type: ignore[misc] # PyYAML has no types
    """A loader with the types of YAML 1.2."""

    yaml_implicit_resolvers = {None: [(tag, re.compile(rf"(?:{pattern})\Z")) for tag, pattern in _PLAIN]}


def parse(text: str) -> Any:
    """Return the value of a document.

    Raises:
        SeedError: if it isn't valid, or has something that JSON doesn't have.
    """
    return _Reader(text).value


def positions(text: str) -> dict[Place, Position]:
    """Return where each value of a document is. For a key, it is the place of the key.

    Raises:
        SeedError: if it isn't valid.
    """
    return _Reader(text).positions


class _Reader:
    """The value of a document, and where each part of it is."""

    def __init__(self, text: str) -> None:
        self.positions: dict[Place, Position] = {}
        self._open: list[yaml.Node] = []  # the nodes around the present one
        self._nodes = 0
        try:
            root = _Loader(text).get_single_node()
            self.value = None if root is None else self._read(root, ())
        except yaml.MarkedYAMLError as e:
            mark = e.problem_mark or e.context_mark
            raise _error(f"this isn't valid YAML: {e.problem or e.context}", mark) from None
        except yaml.reader.ReaderError as e:
            before = text[: e.position]
            mark = yaml.Mark("", e.position, before.count("\n"), len(before) - before.rfind("\n") - 1, None, None)
            raise _error(f"this isn't valid YAML: {e.reason}", mark) from None

    def _read(self, node: yaml.Node, place: Place) -> Any:
        self._nodes += 1
        if node in self._open:
            raise _error("an alias refers to the value that contains it", node.start_mark)
        if self._nodes > _MAX_NODES:
            raise _error(f"the file has more than {_MAX_NODES:,} values", node.start_mark)
        self.positions.setdefault(place, _position(node.start_mark))
        self._open.append(node)
        value = self._read_table(node, place) if isinstance(node, yaml.MappingNode) else self._read_other(node, place)
        self._open.pop()
        return value

    def _read_table(self, node: yaml.MappingNode, place: Place) -> dict[str, Any]:
        table: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _error("a name must be a text", key.start_mark)
            if key.value in table:
                raise _error(f"{key.value!r} is repeated in one table", key.start_mark)
            self.positions[(*place, key.value)] = _position(key.start_mark)
            table[key.value] = self._read(value, (*place, key.value))
        return table

    def _read_other(self, node: yaml.Node, place: Place) -> Any:
        if isinstance(node, yaml.SequenceNode):
            return [self._read(item, (*place, number)) for number, item in enumerate(node.value)]
        text: str = node.value
        match node.tag:
            case tag if tag == _STRING:
                return text
            case tag if tag == _NULL:
                return None
            case tag if tag == _BOOL:
                return text.lower() == "true"
            case tag if tag == _INT:
                return int(text, 0) if text.lower().startswith(("0o", "0x")) else int(text)
            case tag if tag == _FLOAT:
                return float(text)
        raise _error(f"the tag {node.tag!r} isn't supported", node.start_mark)


def _position(mark: Any) -> Position:
    return mark.line + 1, mark.column + 1


def _error(problem: str, mark: Any) -> SeedError:
    error = SeedError(problem)
    error.position = _position(mark) if mark else None
    return error
