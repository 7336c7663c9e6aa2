"""The names that a function binds, and the parts of a function that belong to its own scope."""

import ast
from collections.abc import Iterable, Iterator

SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class Locals:
    """The names that a function binds.

    Attributes:
        names: all of them, parameters included.
        reassigned: names that the body binds.
        single: the values of the variables that are assigned exactly once.
        annotations: the annotations of parameters.
        body: the nodes of the function's own scope.
    """

    def __init__(self, node: SCOPES | None = None) -> None:
        self.annotations: dict[str, ast.expr] = {}
        arguments: set[str] = set()
        self.body: list[ast.AST] = []
        if node is not None:
            parameters = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            extra = [a for a in (node.args.vararg, node.args.kwarg) if a]
            self.annotations = {a.arg: a.annotation for a in parameters if a.annotation is not None}
            arguments = {a.arg for a in (*parameters, *extra)}
            self.body = list(own_nodes(node.body if isinstance(node.body, list) else [node.body]))
        bound = [name for part in self.body for name in bound_by(part)]
        self.reassigned = set(bound)
        self.names = arguments | self.reassigned
        values = dict(pair for part in self.body for pair in _assignments(part))
        self.single = {n: v for n, v in values.items() if bound.count(n) == 1 and n not in arguments}


def _assignments(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        yield node.targets[0].id, node.value
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
        yield node.target.id, node.value


def own_nodes(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Walk nodes without entering the scopes inside them."""
    for node in nodes:
        yield node
        if isinstance(node, COMPREHENSIONS):  # only ":=" binds a name outside
            yield from (name.target for name in ast.walk(node) if isinstance(name, ast.NamedExpr))
        elif not isinstance(node, SCOPES | ast.ClassDef):
            yield from own_nodes(ast.iter_child_nodes(node))


def bound_by(node: ast.AST) -> list[str]:
    """Return the names that one node binds."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
        return [node.id]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        return [node.name]
    if isinstance(node, ast.MatchMapping) and node.rest:
        return [node.rest]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [(alias.asname or alias.name).partition(".")[0] for alias in node.names]
    return []


def swallows(handler: ast.ExceptHandler) -> bool:
    """Return whether a handler catches the API's errors, and doesn't raise them again or keep them."""
    caught = handler.type
    types = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    if caught is not None and not any(last_name(t) in ("StytchError", "Exception", "BaseException") for t in types):
        return False
    nodes = list(own_nodes(handler.body))
    if any(isinstance(node, ast.Raise) and node.exc is None for node in nodes):
        return False
    uses = sum(isinstance(node, ast.Name) and node.id == handler.name for node in nodes)
    of_attributes = sum(
        isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == handler.name
        for node in nodes
    )
    return uses == of_attributes


def suppresses(node: ast.expr) -> bool:
    """Return whether an expression is ``suppress(StytchError)``."""
    if not (isinstance(node, ast.Call) and last_name(node.func) == "suppress"):
        return False
    return any(last_name(argument) == "StytchError" for argument in node.args)


def last_name(node: ast.AST | None) -> str:
    """Return ``c`` of ``a.b.c``."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
