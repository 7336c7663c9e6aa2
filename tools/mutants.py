"""Single changes to a module's source: a comparison reversed, a call dropped, a constant changed.

Each change is made in the text, so that the rest of the file stays as it is. Nothing inside f-strings is changed:
Python 3.11 doesn't tell where their parts are.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

_OPERATORS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.And: ("and", "or"),
    ast.Or: ("or", "and"),
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
}


class Mutant(NamedTuple):
    """One change.

    Attributes:
        line: number of the first changed line.
        kind: a short description of the change.
        start, end: offsets of the replaced text, in bytes.
        new: the replacement.
    """

    line: int
    kind: str
    start: int
    end: int
    new: str

    def apply(self, source: bytes) -> bytes:
        """Return the changed source."""
        return source[: self.start] + self.new.encode() + source[self.end :]


def mutants(source: bytes) -> list[Mutant]:
    """Return all changes that this module knows, in the order of the source.

    Annotations, docstrings and imports aren't changed.
    """
    return sorted(_Finder(source).find(), key=lambda mutant: (mutant.start, mutant.kind))


class _Finder:
    def __init__(self, source: bytes) -> None:
        self._source = source
        self._starts = [0]
        for line in source.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))

    def find(self) -> Iterator[Mutant]:
        yield from self._of(ast.parse(self._source))

    def _of(self, node: ast.AST) -> Iterator[Mutant]:
        match node:
            case ast.Import() | ast.ImportFrom() | ast.JoinedStr():
                return
            case ast.AnnAssign(value=None):
                return
            case ast.AnnAssign(value=ast.expr() as value):
                yield from self._of(value)
                return
            case ast.Compare(ops=[operator]):
                yield from self._operator(operator, node.left, node.comparators[0])
            case ast.BoolOp(op=operator, values=[left, right, *_]):
                yield from self._operator(operator, left, right)
            case ast.BinOp(left=left, op=operator, right=right):
                yield from self._operator(operator, left, right)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                yield self._replace(node, self._text(operand), "not dropped")
            case ast.If(test=test) | ast.IfExp(test=test):
                yield self._replace(test, f"(not ({self._text(test)}))", "condition negated")
            case ast.Raise():
                yield self._replace(node, "pass", "raise dropped")
            case ast.Expr(value=ast.Call()):
                yield self._replace(node, "pass", "call dropped")
            case ast.Constant(value=bool() as value):
                yield self._replace(node, str(not value), "constant changed")
            case ast.Constant(value=int() | float() as value):
                yield self._replace(node, repr(value + 1), "constant changed")
            case ast.Attribute(value=store, attr="update_if_unchanged"):
                yield self._replace(node, f"{self._text(store)}.update", "unconditional update")
        for child in self._children(node):
            yield from self._of(child)

    def _children(self, node: ast.AST) -> Iterator[ast.AST]:
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "type_params"):
                continue
            values = value if isinstance(value, list) else [value]
            yield from (child for child in values if isinstance(child, ast.AST))

    def _operator(self, operator: ast.AST, left: ast.expr, right: ast.expr) -> Iterator[Mutant]:
        if type(operator) not in _OPERATORS:
            return
        old, new = _OPERATORS[type(operator)]
        start = self._end(left)
        between = self._source[start : self._start(right)].decode()
        if between.count(old) == 1:
            start += len(between[: between.index(old)].encode())
            yield Mutant(self._line(start), f"{old} to {new}", start, start + len(old), new)

    def _replace(self, node: ast.expr | ast.stmt, new: str, kind: str) -> Mutant:
        return Mutant(node.lineno, kind, self._start(node), self._end(node), new)

    def _text(self, node: ast.expr) -> str:
        return self._source[self._start(node) : self._end(node)].decode()

    def _start(self, node: ast.expr | ast.stmt) -> int:
        return self._starts[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.expr | ast.stmt) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._starts[node.end_lineno - 1] + node.end_col_offset

    def _line(self, offset: int) -> int:
        return max(number for number, start in enumerate(self._starts, 1) if start <= offset)
